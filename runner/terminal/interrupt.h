// Ctrl-C and SIGTERM: the first asks for a clean stop, the second ends the process at once (the
// store is consistent at every moment).
#pragma once

#include <atomic>

namespace candor::runner {

// Installs the handlers (once) and returns the flag that the first signal sets.
const std::atomic<bool>& stop_requested();

// 128 + the signal that asked for the stop (130 for Ctrl-C); 0 when none did.
int interrupt_exit_status();

}  // namespace candor::runner
