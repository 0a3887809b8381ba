#include "scoring/audit/starts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "data/base/error.h"

namespace candor::scoring {
namespace {

// More ways than this are cut short: fewer bytes, a weaker sieve, the same findings.
constexpr std::size_t kMostStarts = 6000;

bool is_word_byte(std::size_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

ByteSet byte_range(std::size_t first, std::size_t last) {
  ByteSet set;
  for (std::size_t c = first; c <= last; ++c) set.set(c);
  return set;
}

ByteSet word_bytes() {
  ByteSet set;
  for (std::size_t c = 0; c < 128; ++c) set.set(c, is_word_byte(c));
  return set;
}

using Starts = std::vector<Start>;

// A recursive descent over the pattern; each part gives the starts of what it matches.
class Parser {
 public:
  Parser(std::string_view pattern, std::size_t depth) : text_(pattern), depth_(depth) {}

  Starts parse() {
    Starts starts = alternation();
    if (at_ != text_.size()) unsupported();
    return starts;
  }

 private:
  [[noreturn]] void unsupported() const {
    fail("pattern_starts: byte {} of the pattern is outside of the subset: {}", at_,
         text_.substr(at_, 20));
  }
  bool next_is(std::string_view token) const { return text_.substr(at_, token.size()) == token; }
  bool take(std::string_view token) {
    if (!next_is(token)) return false;
    at_ += token.size();
    return true;
  }

  Starts alternation() {
    Starts all = sequence();
    while (take("|")) {
      Starts more = sequence();
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  Starts sequence() {
    Starts all(1);
    while (at_ < text_.size() && !next_is("|") && !next_is(")")) all = joined(all, repeated());
    return all;
  }

  Starts repeated() {
    Starts one = atom();
    std::size_t least = 1;
    std::size_t most = 1;
    if (take("?")) {
      least = 0;
    } else if (take("*")) {
      least = 0;
      most = depth_ + 1;
    } else if (take("+")) {
      most = depth_ + 1;
    } else if (take("{")) {
      least = number();
      most = least;
      if (take(",")) most = next_is("}") ? depth_ + 1 : number();
      if (!take("}")) unsupported();
    } else {
      return one;
    }
    take("?");  // a lazy repetition begins with the same bytes
    Starts all;
    Starts current(1);
    for (std::size_t k = 0;; ++k) {
      if (k >= least) all.insert(all.end(), current.begin(), current.end());
      const bool full = std::all_of(current.begin(), current.end(),
                                    [&](const Start& start) { return is_full(start); });
      if (k == most || (k >= least && full)) break;
      current = joined(current, one);
    }
    return all;
  }

  std::size_t number() {
    std::size_t value = 0;
    const std::size_t first = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    }
    if (at_ == first) unsupported();
    return value;
  }

  Starts atom() {
    if (take("(?:")) {
      Starts inner = alternation();
      if (!take(")")) unsupported();
      return inner;
    }
    if (take("\\b")) return zero_width(true, false);
    if (take("^")) return zero_width(false, true);
    if (take("\\p{Han}")) return han();
    if (take("\\w")) return of({word_bytes()});
    if (take("\\d")) return of({byte_range('0', '9')});
    if (take("\\s")) return of({white_space()});
    if (take("[")) return character_class();
    if (next_is("(") || next_is(".") || next_is("$") || next_is("*") || next_is("?")) unsupported();
    if (take("\\")) {
      if (at_ >= text_.size() || is_word_byte(static_cast<unsigned char>(text_[at_]))) {
        unsupported();
      }
    }
    return of(one_character());
  }

  // The bytes of the character at `at_`, one set each.
  std::vector<ByteSet> one_character() {
    std::vector<ByteSet> bytes;
    do {
      const auto byte = static_cast<unsigned char>(text_[at_++]);
      bytes.push_back(byte_range(byte, byte));
    } while (at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xc0) == 0x80);
    return bytes;
  }

  Starts character_class() {
    if (take("^")) {
      // Any other character: not worth following.
      while (at_ < text_.size() && text_[at_] != ']') ++at_;
      if (!take("]")) unsupported();
      Start open;
      open.closed = true;
      return {open};
    }
    ByteSet plain;
    Starts starts;
    while (at_ < text_.size() && !next_is("]")) {
      if (take("\\p{Han}")) {
        const Starts more = han();
        starts.insert(starts.end(), more.begin(), more.end());
        continue;
      }
      take("\\");
      const auto first = static_cast<unsigned char>(text_[at_]);
      if (first >= 0x80) {
        const Starts one = of(one_character());
        starts.push_back(one.front());
        continue;
      }
      ++at_;
      unsigned char last = first;
      if (next_is("-") && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        last = static_cast<unsigned char>(text_[at_ + 1]);
        at_ += 2;
      }
      plain |= byte_range(first, last);
    }
    if (!take("]")) unsupported();
    if (plain.any()) starts.push_back(of({plain}).front());
    return starts;
  }

  static Starts zero_width(bool word_start, bool text_start) {
    Start start;
    start.word_start = word_start;
    start.text_start = text_start;
    return {start};
  }
  static ByteSet white_space() {
    ByteSet set;
    for (const char c : {' ', '\t', '\n', '\f', '\r'}) set.set(static_cast<unsigned char>(c));
    return set;
  }
  // Every Chinese character begins with one of these: three bytes from U+2E80 on, or four.
  static Starts han() {
    const ByteSet more = byte_range(0x80, 0xbf);
    Starts starts = of({byte_range(0xe2, 0xef), more, more});
    starts.push_back(of({byte_range(0xf0, 0xf0), more, more, more}).front());
    return starts;
  }
  static Starts of(std::vector<ByteSet> bytes) {
    Start start;
    start.bytes = std::move(bytes);
    return {start};
  }

  bool is_full(const Start& start) const { return start.closed || start.bytes.size() >= depth_; }

  Starts joined(const Starts& first, const Starts& second) const {
    if (first.size() * second.size() > kMostStarts) {
      Starts cut = first;
      for (Start& start : cut) start.closed = true;
      return cut;
    }
    Starts all;
    for (const Start& a : first) {
      if (is_full(a)) {
        all.push_back(a);
        continue;
      }
      for (const Start& b : second) {
        Start both = a;
        // What is said of the place in front holds only where nothing stands before it.
        if (a.bytes.empty()) {
          both.word_start = a.word_start || b.word_start;
          both.text_start = a.text_start || b.text_start;
        }
        both.bytes.insert(both.bytes.end(), b.bytes.begin(), b.bytes.end());
        both.closed = b.closed;
        if (both.bytes.size() > depth_) both.bytes.resize(depth_);
        all.push_back(std::move(both));
      }
    }
    return all;
  }

  std::string_view text_;
  std::size_t depth_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Start> pattern_starts(std::string_view pattern, std::size_t depth) {
  Starts starts = Parser(pattern, depth).parse();
  for (Start& start : starts) {
    // \b in front of something that is no word character asks for the opposite: not used here.
    start.word_start =
        start.word_start && !start.bytes.empty() && (start.bytes.front() & ~word_bytes()).none();
  }
  return starts;
}

void StartSieve::add(std::size_t pattern, std::string_view text) {
  if (pattern >= begins_text_.size()) {
    fail("audit lexicon: pattern {}, at most {}", pattern, begins_text_.size() - 1);
  }
  for (Start& start : pattern_starts(text, kDepth)) {
    if (start.text_start) {
      begins_text_.at(pattern) = true;
    } else {
      added_.emplace_back(pattern, std::move(start));
    }
  }
}

void StartSieve::build() {
  std::vector<Entry> entries;
  std::vector<std::vector<std::uint16_t>> by_slot(kPairs + kTriples);  // numbers of entries
  std::set<std::string> known;
  for (const auto& [pattern, start] : added_) {
    std::string name = fmt::format("{} {}", pattern, start.word_start);
    for (const ByteSet& set : start.bytes) name += set.to_string();
    if (!known.insert(std::move(name)).second) continue;

    Entry entry;
    entry.pattern = static_cast<std::uint16_t>(pattern);
    entry.size = static_cast<std::uint16_t>(start.bytes.size());
    entry.word_start = start.word_start;
    std::array<ByteSet, kDepth> sets;
    sets.fill(ByteSet().set());
    std::copy(start.bytes.begin(), start.bytes.end(), sets.begin());
    for (std::size_t k = 0; k < start.bytes.size(); ++k) {
      if (sets[k].count() == 1) {
        entry.mask |= std::uint64_t{0xff} << (8 * k);
        entry.value |= static_cast<std::uint64_t>(sets[k]._Find_first()) << (8 * k);
      } else {
        entry.sets = static_cast<std::int32_t>(sets_.size());
      }
    }
    if (entry.sets >= 0) sets_.push_back(sets);
    if (entries.size() >= 0xffff) {
      fail("audit lexicon: more than {} starts of patterns: shorten one", entries.size());
    }
    const auto number = static_cast<std::uint16_t>(entries.size());
    entries.push_back(entry);
    for (std::size_t a = 0; a < 256; ++a) {
      for (std::size_t b = 0; b < 256 && sets[0][a]; ++b) {
        if (!sets[1][b]) continue;
        for (std::size_t c = a < 0x80 ? 255 : 0; c < 256; ++c) {
          if (a >= 0x80 && !sets[2][c]) continue;
          std::vector<std::uint16_t>& numbers = by_slot[slot(a, b, c)];
          if (numbers.empty() || numbers.back() != number) numbers.push_back(number);
        }
      }
    }
  }
  added_.clear();

  list_of_.assign(kPairs + kTriples, 0);
  lists_.assign(1, {});
  std::map<std::vector<std::uint16_t>, std::uint16_t> list_numbers;
  for (std::size_t at = 0; at < by_slot.size(); ++at) {
    const std::vector<std::uint16_t>& numbers = by_slot[at];
    if (numbers.empty()) continue;
    if (lists_.size() >= 0xffff) {
      fail("audit lexicon: more than {} lists of starts: shorten a pattern", lists_.size());
    }
    const auto [place, is_new] =
        list_numbers.emplace(numbers, static_cast<std::uint16_t>(lists_.size()));
    if (is_new) {
      std::vector<Entry> list;
      for (const std::uint16_t number : numbers) list.push_back(entries[number]);
      lists_.push_back(std::move(list));
    }
    list_of_[at] = place->second;
  }
}

void StartSieve::run(std::string_view text, std::vector<std::vector<std::uint32_t>>& places) const {
  const auto byte_at = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::size_t>(static_cast<unsigned char>(text[i])) : 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t here = byte_at(i);
    if ((here & 0xc0) == 0x80) continue;  // the middle of a character
    const std::size_t list = list_of_[slot(here, byte_at(i + 1), byte_at(i + 2))];
    if (list == 0) continue;
    std::uint64_t head = 0;
    for (std::size_t k = 0; k < kDepth; ++k) head |= std::uint64_t{byte_at(i + k)} << (8 * k);
    const std::size_t left = text.size() - i;
    const bool inside_word = i > 0 && is_word_byte(byte_at(i - 1));
    for (const Entry& entry : lists_[list]) {
      if ((head & entry.mask) != entry.value || entry.size > left) continue;
      if (entry.word_start && inside_word) continue;
      std::vector<std::uint32_t>& found = places[entry.pattern];
      if (!found.empty() && found.back() == i) continue;
      if (entry.sets >= 0) {
        const auto& sets = sets_[static_cast<std::size_t>(entry.sets)];
        bool possible = true;
        for (std::size_t k = 0; k < entry.size && possible; ++k) {
          possible = sets[k][head >> (8 * k) & 0xff];
        }
        if (!possible) continue;
      }
      found.push_back(static_cast<std::uint32_t>(i));
    }
  }
}

}  // namespace candor::scoring
