// What is wrong with a file of questions: everything is collected and told at once, so that its
// author does not mend one line a run. Texts from the file are made safe to print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/base/error.h"

namespace candor::suites {

class Problems {
 public:
  static constexpr std::size_t kShown = 20;

  void add(std::string text);
  std::size_t count() const { return count_; }
  // Throws one Error that lists the first kShown problems, one a line, if there are any.
  void throw_any(Error::Kind kind = Error::Kind::kFailed) const;

 private:
  std::vector<std::string> shown_;
  std::size_t count_ = 0;
};

// At most 80 bytes, control characters and what is not UTF-8 escaped: "\x1b".
std::string printable(std::string_view text);

// " (did you mean \"judge\"?)" for the nearest of `known` within two edits; else empty.
std::string nearest_hint(std::string_view word, const std::vector<std::string>& known);

}  // namespace candor::suites
