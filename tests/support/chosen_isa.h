// The instruction set of programs that are started while this lives.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace candor::tests {

class ChosenIsa {
 public:
  explicit ChosenIsa(const std::string& name) { ::setenv("CANDOR_ISA", name.c_str(), 1); }
  ~ChosenIsa() {
    if (before_) {
      ::setenv("CANDOR_ISA", before_->c_str(), 1);
    } else {
      ::unsetenv("CANDOR_ISA");
    }
  }
  ChosenIsa(const ChosenIsa&) = delete;
  ChosenIsa& operator=(const ChosenIsa&) = delete;

 private:
  static std::optional<std::string> current() {
    const char* value = std::getenv("CANDOR_ISA");
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }
  std::optional<std::string> before_ = current();
};

}  // namespace candor::tests
