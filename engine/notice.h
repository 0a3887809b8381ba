// What hindered nothing but should be known.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <string>

namespace candor::engine {

using Notice = std::function<void(const std::string&)>;

// Without anybody to tell it is a line on standard error.
inline void tell(const Notice& notice, const std::string& what) {
  if (notice) return notice(what);
  fmt::print(stderr, "candor: {}\n", what);
}

}  // namespace candor::engine
