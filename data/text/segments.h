// Where the words and the characters of a text begin and end, by the rules of Unicode (UAX #29 with
// the dictionary of ICU for Chinese, which has no spaces). Not a tokenizer of a model and not a
// judgement on grammar: Chinese words are the dictionary's guess.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace candor::data {

// Bytes [begin, end) of the text; never empty. Segments lie side by side and cover the text.
struct Segment {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool space = false;  // white space alone

  bool operator==(const Segment&) const = default;
};

// Words, runs of white space, and punctuation marks one by one.
std::vector<Segment> word_segments(std::string_view text);

// What a reader takes for one character: extended grapheme clusters.
std::vector<Segment> character_segments(std::string_view text);

}  // namespace candor::data
