#include "engine/device/machine.h"

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <thread>

namespace candor::engine {

namespace {

constexpr const char* kGroup = "/sys/fs/cgroup/";

// The first number of a file; nothing when there is none ("max" means no limit).
std::optional<std::uint64_t> read_number(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

std::uint64_t available_bytes() {
  std::ifstream in("/proc/meminfo");
  std::string key;
  std::uint64_t kibibytes = 0;
  std::string unit;
  while (in >> key >> kibibytes) {
    std::getline(in, unit);
    if (key == "MemAvailable:") return kibibytes * 1024;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

int usable_processors() {
  int processors = static_cast<int>(std::thread::hardware_concurrency());
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) processors = CPU_COUNT(&set);
  std::ifstream in(std::string(kGroup) + "cpu.max");
  double quota = 0;
  double period = 0;
  if (in >> quota >> period && period > 0) {
    processors = std::min(processors, static_cast<int>(quota / period + 0.5));
  }
  return std::max(processors, 1);
}

std::size_t free_memory() {
  std::uint64_t bytes = available_bytes();
  const auto limit = read_number(std::string(kGroup) + "memory.max");
  const auto used = read_number(std::string(kGroup) + "memory.current");
  if (limit && used) bytes = std::min(bytes, *limit > *used ? *limit - *used : 0);
  return static_cast<std::size_t>(bytes);
}

}  // namespace candor::engine
