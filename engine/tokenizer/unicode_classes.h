// The classes of code points that pre-tokenizers speak of (\p{L}, \s …), one table look-up each.
// The table is filled from ICU on first use (Unicode version of the ICU that is linked) and never
// changes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace candor::engine {

using ClassSet = std::uint16_t;  // any of the bits below

inline constexpr ClassSet kUpper = 1;         // Lu, Lt
inline constexpr ClassSet kLower = 2;         // Ll
inline constexpr ClassSet kOtherLetter = 4;   // Lm, Lo
inline constexpr ClassSet kMark = 8;          // M
inline constexpr ClassSet kNumber = 16;       // N
inline constexpr ClassSet kPunctuation = 32;  // P
inline constexpr ClassSet kSymbol = 64;       // S
inline constexpr ClassSet kSpace = 128;       // \s: White_Space
inline constexpr ClassSet kNewline = 256;     // \r and \n, which are kSpace too
inline constexpr ClassSet kHan = 512;         // script Han, letters and others alike
inline constexpr ClassSet kLetter = kUpper | kLower | kOtherLetter;

class UnicodeClasses {
 public:
  static const UnicodeClasses& instance();  // thread-safe

  // No bits for what is not a code point (malformed UTF-8).
  ClassSet operator[](char32_t c) const {
    if (c > 0x10FFFF) return 0;
    return pages_[page_of_[c >> 8]][c & 0xFF];
  }

 private:
  UnicodeClasses();

  using Page = std::array<ClassSet, 256>;
  std::array<std::uint16_t, 0x1100> page_of_{};
  std::vector<Page> pages_;
};

}  // namespace candor::engine
