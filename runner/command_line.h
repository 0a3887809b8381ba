// The command line: how arguments are written. What the commands do is in runner/commands.
#pragma once

namespace candor::runner {

// Exit status: 0 done, 1 a gate found a drop, 2 wrong usage, 3 the work failed, 128 + n
// interrupted.
int run_command_line(int argc, char** argv);

}  // namespace candor::runner
