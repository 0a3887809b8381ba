// Runs programs that a model wrote, in boxes: own namespaces, no network, read-only system, an
// empty environment, no capabilities, a system-call filter, and limits on CPU time, memory, files,
// processes and output (bubblewrap; as root the program becomes uid 65534 first). Where no box is
// possible nothing is run: there is no unprotected mode.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace candor::runner {

struct SandboxLimits {
  int cpu_seconds = 6;   // of each process; this is what the verdict is about
  int wall_seconds = 0;  // a backstop for programs that wait; 0: four times the CPU time
  std::uint64_t memory_bytes = 1ULL
                               << 30U;  // address space of each process, and held by all together
  std::uint64_t file_bytes = 16ULL << 20U;    // of each file
  std::uint64_t folder_bytes = 64ULL << 20U;  // of the working folder in all
  std::uint64_t output_bytes = 64ULL << 10U;  // kept of each stream; more is cut
  int processes = 16;
};

struct SandboxJob {
  std::vector<std::pair<std::string, std::string>> files;  // name and content: read-only in /in
  std::vector<std::string> command;  // a path, or a name that is looked up in /usr/bin
  SandboxLimits limits;
};

struct SandboxResult {
  int exit_code = -1;          // of the main process; 128 + n: killed by signal n
  bool timed_out = false;      // by CPU time or by the wall clock
  bool out_of_memory = false;  // all its processes together held more than the limit
  bool stopped = false;        // connected: it went on after the other one had ended
  // The first try met the wall clock having waited for a processor rather than used one; this is
  // the second.
  bool retried = false;
  std::string output;  // empty for connected programs
  std::string errors;
  double wall_seconds = 0;
};

// Any number of threads may use one sandbox.
class Sandbox {
 public:
  // Looks for bubblewrap and tries it once.
  Sandbox();

  // Why no box is possible; empty when it is.
  const std::optional<std::string>& unavailable() const { return unavailable_; }

  // Preconditions: available. Both throw Error when a box cannot be started.
  SandboxResult run(const SandboxJob& job, const std::string& input) const;
  // Two boxes, the standard output of each connected to the standard input of the other. They end
  // when the first does: the second gets a moment to see it, then it is killed.
  std::pair<SandboxResult, SandboxResult> run_connected(const SandboxJob& first,
                                                        const SandboxJob& second) const;

 private:
  std::optional<std::string> unavailable_;
};

}  // namespace candor::runner
