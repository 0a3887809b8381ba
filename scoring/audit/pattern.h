// Looking for a pattern of RE2 in a view.
#pragma once

#include <re2/re2.h>

#include <string_view>

namespace candor::scoring {

inline bool matches(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

}  // namespace candor::scoring
