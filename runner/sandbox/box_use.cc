#include "runner/sandbox/box_use.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace candor::runner {

namespace {

namespace fs = std::filesystem;

// The backstop is far enough away for a machine that is busy with other work.
constexpr int kWallPerCpu = 4;
// A box that was ready to run for this share of its time without running was starved.
constexpr double kStarvedShare = 0.25;

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    found.push_back(it->path());
  }
  return found;
}

// The numbers of a line, from the n-th word on; words with other characters count as 0.
std::vector<double> numbers(const std::string& text) {
  std::vector<double> found;
  std::istringstream words(text);
  for (std::string word; words >> word;) found.push_back(std::strtod(word.c_str(), nullptr));
  return found;
}

void add_process(pid_t process, bool exactly, BoxUse& use, std::vector<pid_t>& children) {
  const fs::path folder = fs::path("/proc") / std::to_string(process);
  // proc(5), stat: after the name in parentheses come state, parent, …; times are fields 14 to 17.
  const std::string stat = contents(folder / "stat");
  if (const std::size_t name_end = stat.rfind(')'); name_end != std::string::npos) {
    const std::vector<double> fields = numbers(stat.substr(name_end + 1));
    if (fields.size() > 14) {
      const double ticks = fields[11] + fields[12] + fields[13] + fields[14];
      use.cpu_seconds += ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
  }
  const std::vector<double> pages = numbers(contents(folder / "statm"));
  if (pages.size() > 1) {
    use.resident_bytes +=
        static_cast<std::uint64_t>(pages[1]) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  if (exactly) {
    std::istringstream lines(contents(folder / "smaps_rollup"));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("Pss:")) {
        use.proportional_bytes += static_cast<std::uint64_t>(std::atoll(line.c_str() + 4)) << 10U;
      }
    }
  }
  for (const fs::path& task : entries(folder / "task")) {
    // Time on a processor and time in its queue, in nanoseconds (sched-stats.rst of the kernel).
    const std::vector<double> times = numbers(contents(task / "schedstat"));
    if (times.size() > 1) use.queued_seconds += times[1] / 1e9;
    for (const double child : numbers(contents(task / "children"))) {
      children.push_back(static_cast<pid_t>(child));
    }
  }
}

}  // namespace

BoxUse box_use(pid_t process, bool exactly) {
  BoxUse use;
  std::vector<pid_t> left = {process};
  // A box holds few processes; a tree that grows while it is read is not followed for ever.
  for (std::size_t next = 0; next < left.size() && next < 256; ++next) {
    add_process(left[next], exactly, use, left);
  }
  return use;
}

bool starved(const BoxUse& use, const SandboxLimits& limits) {
  return use.cpu_seconds < limits.cpu_seconds &&
         use.queued_seconds > kStarvedShare * wall_seconds(limits);
}

int wall_seconds(const SandboxLimits& limits) {
  return limits.wall_seconds > 0 ? limits.wall_seconds : kWallPerCpu * limits.cpu_seconds;
}

}  // namespace candor::runner
