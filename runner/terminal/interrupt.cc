#include "runner/terminal/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace candor::runner {

namespace {

std::atomic<bool> g_stop{false};
std::atomic<int> g_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  if (g_stop.exchange(true)) ::_exit(128 + number);
  g_signal = number;
  constexpr char kText[] = "\nstopping: finishing what is stored (once more ends at once)\n";
  [[maybe_unused]] const ssize_t wrote = ::write(STDERR_FILENO, kText, sizeof kText - 1);
}

bool install() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return true;
}

}  // namespace

const std::atomic<bool>& stop_requested() {
  static const bool installed = install();
  static_cast<void>(installed);
  return g_stop;
}

int interrupt_exit_status() { return g_signal == 0 ? 0 : 128 + g_signal; }

}  // namespace candor::runner
