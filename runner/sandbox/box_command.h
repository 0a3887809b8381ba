// The command line of a box, and the files it is given as descriptors: nothing is left on disk.
#pragma once

#include <string>
#include <vector>

#include "runner/sandbox/file_descriptor.h"
#include "runner/sandbox/sandbox.h"

namespace candor::runner {

struct BoxCommand {
  std::vector<std::string> argv;
  // The descriptor that must be number kFirstInherited + i in the child.
  std::vector<FileDescriptor> inherited;
};

inline constexpr int kFirstInherited = 10;

BoxCommand box_command(const SandboxJob& job);

// The system-call filter as the bytes of a BPF program.
std::string seccomp_program();

}  // namespace candor::runner
