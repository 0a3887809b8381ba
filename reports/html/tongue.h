// The language that a report is written in. Pages that exist in both are made by the same code from
// the same figures: only the words differ, so no number can stand in one and not in the other.
#pragma once

#include <string_view>

namespace candor::reports {

enum class Tongue { kEnglish, kChinese };

// A text of the page in both languages; Chinese is Simplified.
struct Words {
  std::string_view en;
  std::string_view zh;

  constexpr std::string_view in(Tongue tongue) const {
    return tongue == Tongue::kEnglish ? en : zh;
  }
};

}  // namespace candor::reports
