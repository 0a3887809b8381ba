// Cuts text into the pieces within which byte-pair merges happen (model-facts, section 9.3). The
// published rules are regular expressions with look-ahead over Unicode classes; here each is a
// hand-written scanner over code points, which is linear in the text and needs no regex engine.
//
// A pre-tokenizer is a sequence of passes. Each pass looks at the pieces that the previous one left
// and isolates its matches; text between two matches stays together as a piece of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/unicode_classes.h"

namespace candor::engine {

// Text as the scanners see it: a class set and a byte position for each code point.
struct CodePoints {
  std::vector<char32_t> values;
  std::vector<ClassSet> classes;
  std::vector<std::uint32_t> offsets;  // one more than values: the last is the size of the text
  std::size_t piece_begin = 0;         // of the piece that is being scanned

  void assign(std::string_view text);  // text under 4 GiB
};

// Where in [begin, end) a match that starts at `begin` ends; `begin` itself: no match there. Code
// points outside are not looked at (for a pass, its piece is the whole text).
using Scanner = std::size_t (*)(const CodePoints& text, std::size_t begin, std::size_t end);

// What a name in a GGUF file (tokenizer.ggml.pre) stands for.
struct NamedPreTokenizer {
  std::string_view name;
  std::vector<Scanner> passes;
  bool whole_pieces = false;  // a piece that is a token is that token
  bool adds_bos = false;      // unless the file says otherwise
};

class PreTokenizer {
 public:
  explicit PreTokenizer(std::vector<Scanner> passes) : passes_(std::move(passes)) {}

  static const NamedPreTokenizer* by_name(std::string_view name);  // null: not known
  static std::string known_names();                                // for messages

  // The scanner of a published regular expression (as in tokenizer.json); null when it is not
  // known.
  static Scanner for_regex(std::string_view regex);
  static Scanner gpt2();               // what "ByteLevel" with use_regex does
  static Scanner digits(bool single);  // "Digits": one by one, or runs
  static Scanner punctuation_runs();   // "Punctuation", contiguous

  // What one thread at a time works with.
  struct Memory {
    CodePoints points;
    std::vector<std::uint32_t> refined;
    void shrink(std::size_t bytes);  // frees it, if it is more than about so many bytes
  };

  // Byte positions at which pieces end, the last one text.size(); `text` holds no special tokens.
  void split(std::string_view text, Memory& memory, std::vector<std::uint32_t>& ends) const;

 private:
  std::vector<Scanner> passes_;
};

}  // namespace candor::engine
