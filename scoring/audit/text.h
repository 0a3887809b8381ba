// The form in which the audit compares text: one script, one case, one width, and for every byte of
// it the place in the original, so that evidence can be marked there. It does not understand
// language; sentences are cut by their punctuation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring {

// `text` is NFKC (code point by code point), Traditional Chinese written as Simplified, ASCII in
// lower case, quotation marks and dashes in one form; emphasis marks ('*', '_', '`'), zero-width
// characters and a Pinyin reading put in brackets behind a Chinese character are left out.
struct NormalText {
  std::string text;
  std::vector<std::uint32_t>
      origin;  // size text.size() + 1; byte i came from original byte origin[i]

  // The original bytes [begin, end) that the normalised bytes [first, last) came from.
  std::size_t original_begin(std::size_t first) const { return origin[first]; }
  std::size_t original_end(std::size_t last) const { return last == 0 ? 0 : origin_end[last - 1]; }
  std::vector<std::uint32_t> origin_end;  // end of the code point that byte i came from
};

NormalText normalise(std::string_view original);

// A sentence in the normalised text: [begin, end), trimmed, never empty, in order.
struct Sentence {
  std::size_t begin = 0;
  std::size_t end = 0;
  int units = 0;  // Chinese characters plus words of other scripts
};
std::vector<Sentence> split_sentences(std::string_view normalised);

// Chinese characters plus runs of letters or digits of other scripts: a length that means about the
// same in both languages.
int count_units(std::string_view normalised);

struct Scripts {
  int han = 0;     // characters
  int latin = 0;   // letters
  int other = 0;   // letters of other scripts
  int digits = 0;  // ASCII and full-width
  int broken = 0;  // replacement characters, private use, control characters
  int total = 0;   // code points that are not white space
};
Scripts count_scripts(std::string_view utf8);

// Reasoning that a model left inside its answer ("<think>…</think>" and its variants) apart from
// what follows it. `answer_begin` is the byte where the answer proper starts.
struct SplitAnswer {
  std::string_view reasoning;
  std::string_view answer;
  std::size_t answer_begin = 0;
  bool marked = false;  // there was a marker, even around nothing
  bool closed = true;   // false: it was opened and never closed, so all of it is reasoning
};
SplitAnswer split_inline_reasoning(std::string_view answer);

// Byte ranges of the normalised text that stand in quotation marks, shorter than `max_bytes` each.
std::vector<std::pair<std::size_t, std::size_t>> quoted_ranges(std::string_view normalised,
                                                               std::size_t max_bytes = 400);

// The same for single marks ('political turmoil'), in one line: the first mark stands behind a
// space, a bracket or nothing and before a letter, the last one behind a letter or a stop and not
// before one. An apostrophe at a word's beginning or end may still be taken for a mark.
std::vector<std::pair<std::size_t, std::size_t>> single_quoted_ranges(std::string_view normalised,
                                                                      std::size_t max_bytes = 120);

// The share of the text that repeats what came before, 0 to 1: of its windows of eight units, those
// seen earlier. 0 for short texts.
double repetition(std::string_view normalised);

}  // namespace candor::scoring
