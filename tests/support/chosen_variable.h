// An environment variable of this process, and of programs that it starts, while this lives.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace candor::tests {

class ChosenVariable {
 public:
  ChosenVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~ChosenVariable() {
    if (before_) {
      ::setenv(name_.c_str(), before_->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }
  ChosenVariable(const ChosenVariable&) = delete;
  ChosenVariable& operator=(const ChosenVariable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace candor::tests
