// Where in a text a pattern could begin to match, told from the first bytes that its matches can
// have. A sieve in front of RE2 and not a matcher: it may name a place where nothing matches, never
// miss one where something does. One look at two or three bytes serves all patterns at once.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace candor::scoring {

using ByteSet = std::bitset<256>;

// One way in which a match can begin: the sets that its first bytes come from.
struct Start {
  std::vector<ByteSet> bytes;
  bool closed = false;      // what follows `bytes` is not known: nothing may be appended
  bool word_start = false;  // no word character may stand in front
  bool text_start = false;  // only at the very beginning of the text
};

// The starts of an RE2 pattern over UTF-8, `depth` bytes deep: every match begins with one of them.
// Throws Error for a construct outside of the subset that the lexicon uses (literals, classes,
// \b \d \s \w \p{Han}, groups without capture, alternation, repetition, ^).
std::vector<Start> pattern_starts(std::string_view pattern, std::size_t depth);

// Many patterns at once, each with a number below 32.
class StartSieve {
 public:
  static constexpr std::size_t kDepth = 6;

  void add(std::size_t pattern, std::string_view text);
  // Distributes the starts; after the last `add`.
  void build();

  // `places[pattern]` gets the offsets, ascending, at which that pattern could match. Offset 0 is
  // not named for a pattern that may begin with ^ (begins_text).
  void run(std::string_view text, std::vector<std::vector<std::uint32_t>>& places) const;
  bool begins_text(std::size_t pattern) const { return begins_text_[pattern]; }

 private:
  struct Entry {
    std::uint64_t mask = 0;   // of the bytes that have one value
    std::uint64_t value = 0;  // theirs
    std::uint16_t pattern = 0;
    std::uint16_t size = 0;
    bool word_start = false;
    std::int32_t sets = -1;  // the place of all its bytes' sets in `sets_`; -1: `mask` says all
  };
  // Entries are found by how a text goes on: by two bytes where the first is ASCII, else by the
  // first three.
  static constexpr std::size_t kPairs = std::size_t{1} << 15;
  static constexpr std::size_t kTriples = std::size_t{1} << 16;
  static std::size_t slot(std::size_t first, std::size_t second, std::size_t third) {
    return first < 0x80 ? first << 8 | second
                        : kPairs + ((first & 0xf) << 12 | (second & 0x3f) << 6 | (third & 0x3f));
  }

  std::vector<std::pair<std::size_t, Start>> added_;
  std::array<bool, 32> begins_text_{};
  std::vector<std::uint16_t> list_of_;  // by slot; the first list is empty
  std::vector<std::vector<Entry>> lists_;
  std::vector<std::array<ByteSet, kDepth>> sets_;
};

}  // namespace candor::scoring
