// Where in a text no merge can reach across: between two characters such that no merge of the list
// has the one at the end of its left side and the other at the beginning of its right side. The
// first token that lay across such a place would have been made by a merge that joins exactly
// there. So a text may be cut at its seams and the parts merged by themselves, with the same
// result.
//
// The answer "not a seam" may be wrong now and then (pairs are kept as hashes), which costs time
// only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace candor::engine {

class Seams {
 public:
  // `left` and `right` are the bytes of the two sides of a merge, not empty.
  void add_merge(std::string_view left, std::string_view right);

  // The first seam in text(begin, end), or `end`; begin < end.
  std::size_t next(std::string_view text, std::size_t begin, std::size_t end) const;

 private:
  static constexpr std::size_t kHashBits = std::size_t{1} << 21;

  static std::size_t place_of(char32_t left, char32_t right) {
    const std::uint32_t hash = (left * 0x9E3779B1U) ^ (right * 0x85EBCA77U);
    return (hash ^ hash >> 15) & (kHashBits - 1);
  }

  std::array<std::uint64_t, 128 * 2> ascii_{};  // pairs of ASCII characters, exact
  std::vector<std::uint64_t> pairs_ = std::vector<std::uint64_t>(kHashBits / 64);
  // Merges that join parts of characters, by the last byte of the left and the first of the right
  // side.
  std::array<std::array<bool, 256>, 256> parts_{};
};

}  // namespace candor::engine
