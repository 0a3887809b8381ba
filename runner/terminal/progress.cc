#include "runner/terminal/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace candor::runner {

namespace {

using namespace std::chrono_literals;

// How often a line is drawn: in place on a terminal, as lines of a log elsewhere.
constexpr auto kTerminalInterval = 200ms;
constexpr auto kLogInterval = 15s;

}  // namespace

Progress::Progress(std::function<std::string()> line, bool quiet)
    : line_(std::move(line)), terminal_(::isatty(STDERR_FILENO) != 0) {
  if (!quiet) thread_ = std::thread([this] { loop(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  thread_.join();
  draw();
  if (terminal_) std::fputc('\n', stderr);
}

void Progress::loop() {
  std::unique_lock lock(mutex_);
  const std::chrono::milliseconds interval =
      terminal_ ? std::chrono::milliseconds(kTerminalInterval) : kLogInterval;
  while (!wake_.wait_for(lock, interval, [this] { return ended_; })) {
    lock.unlock();
    draw();
    lock.lock();
  }
}

void Progress::draw() {
  const std::string text = line_();
  if (terminal_) {
    fmt::print(stderr, "\r{}\x1b[K", text);
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
}

std::string bar(double share, int width) {
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  const int full = static_cast<int>(clamped * width);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "]";
}

std::string clock_text(double seconds) {
  if (!(seconds >= 0) || seconds > 100.0 * 3600) return "?";
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace candor::runner
