// What the processes of a running box use, read from /proc from outside. Asked only of boxes that
// have been running for a while: a quick program never costs a look.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "runner/sandbox/sandbox.h"

namespace candor::runner {

struct BoxUse {
  double cpu_seconds = 0;  // used by all processes that are alive, and by the dead they waited for
  double queued_seconds = 0;             // spent ready to run while the processors had other work
  std::uint64_t resident_bytes = 0;      // each page counted once for every process that has it
  std::uint64_t proportional_bytes = 0;  // each page counted once; only with `exactly`
};

// The process and all its descendants. What is gone by the time it is looked at counts as nothing.
BoxUse box_use(pid_t process, bool exactly);

// Did a box that met the wall clock fail to get a processor, rather than wait or work?
bool starved(const BoxUse& use, const SandboxLimits& limits);

// The wall-clock limit as it applies.
int wall_seconds(const SandboxLimits& limits);

}  // namespace candor::runner
