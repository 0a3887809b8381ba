// The one exception type for what comes from the outside world: files, models, networks, users.
// It says what happened, where (file, field, byte offset or line) and what to do about it. It is
// caught around one sample (recorded, the run goes on) and around one command (printed, exit
// status). It is not for broken invariants of our own: those abort.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace candor {

class Error : public std::runtime_error {
 public:
  enum class Kind {
    kFailed,  // the work failed: exit status 3
    kUsage,   // the user asked for something that cannot be: exit status 2
  };

  explicit Error(std::string message, Kind kind = Kind::kFailed)
      : std::runtime_error(std::move(message)), kind_(kind) {}

  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// Formats and throws: `fail("{}: tensor {}: offset {} is past the end", file, name, offset)`.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...), Error::Kind::kUsage);
}

}  // namespace candor
