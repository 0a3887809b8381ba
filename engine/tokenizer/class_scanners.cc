// The scanners that are runs of one class of characters.
#include <algorithm>
#include <array>

#include "engine/files/utf8.h"
#include "engine/tokenizer/scanners.h"

namespace candor::engine::scanners {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Model-facts, appendix A: a list frozen by its makers, not a Unicode property.
constexpr std::array<Range, 87> kCased = {
    {{0x41, 0x5A},       {0x61, 0x7A},       {0xB5, 0xB5},       {0xC0, 0xD6},
     {0xD8, 0xF6},       {0xF8, 0x1BA},      {0x1BC, 0x1BF},     {0x1C4, 0x293},
     {0x295, 0x2AF},     {0x370, 0x373},     {0x376, 0x376},     {0x377, 0x377},
     {0x37B, 0x37D},     {0x37F, 0x37F},     {0x386, 0x386},     {0x388, 0x38A},
     {0x38C, 0x38C},     {0x38E, 0x3A1},     {0x3A3, 0x3F5},     {0x3F7, 0x481},
     {0x48A, 0x52F},     {0x531, 0x556},     {0x10A0, 0x10C5},   {0x13A0, 0x13F5},
     {0x13F8, 0x13FD},   {0x1C90, 0x1CBA},   {0x1CBD, 0x1CBF},   {0x1D00, 0x1D2B},
     {0x1D6B, 0x1D77},   {0x1D79, 0x1D9A},   {0x1E00, 0x1F15},   {0x1F18, 0x1F1D},
     {0x1F20, 0x1F45},   {0x1F48, 0x1F4D},   {0x1F50, 0x1F57},   {0x1F59, 0x1F59},
     {0x1F5B, 0x1F5B},   {0x1F5D, 0x1F5D},   {0x1F5F, 0x1F7D},   {0x1F80, 0x1FB4},
     {0x1FB6, 0x1FBC},   {0x1FBE, 0x1FBE},   {0x1FC2, 0x1FC4},   {0x1FC6, 0x1FCC},
     {0x1FD0, 0x1FD3},   {0x1FD6, 0x1FDB},   {0x1FE0, 0x1FEC},   {0x1FF2, 0x1FF4},
     {0x1FF6, 0x1FFC},   {0x2102, 0x2102},   {0x2107, 0x2107},   {0x210A, 0x2113},
     {0x2115, 0x2115},   {0x2119, 0x211D},   {0x2124, 0x2124},   {0x2126, 0x2126},
     {0x2128, 0x2128},   {0x212A, 0x212D},   {0x212F, 0x2134},   {0x2139, 0x2139},
     {0x213C, 0x213F},   {0x2145, 0x2149},   {0x214E, 0x214E},   {0x2183, 0x2183},
     {0x2184, 0x2184},   {0x2C00, 0x2C7B},   {0x2C7E, 0x2CE4},   {0x2CEB, 0x2CEE},
     {0x2CF2, 0x2CF2},   {0x2CF3, 0x2CF3},   {0xA640, 0xA66D},   {0xA680, 0xA69B},
     {0xA722, 0xA76F},   {0xA771, 0xA787},   {0xA78B, 0xA78E},   {0xAB70, 0xABBF},
     {0xFB00, 0xFB06},   {0xFB13, 0xFB17},   {0xFF21, 0xFF3A},   {0xFF41, 0xFF5A},
     {0x10400, 0x1044F}, {0x104B0, 0x104D3}, {0x104D8, 0x104FB}, {0x10C80, 0x10CB2},
     {0x10CC0, 0x10CF2}, {0x118A0, 0x118DF}, {0x1E900, 0x1E943}}};

bool is_cased(char32_t c) {
  const auto after = std::ranges::upper_bound(kCased, c, {}, &Range::first);
  return after != kCased.begin() && c <= std::prev(after)->last;
}

constexpr bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// `class`+ from `begin` on, at most `most` code points.
template <typename IsIn>
std::size_t run_of(std::size_t begin, std::size_t end, IsIn is_in,
                   std::size_t most = static_cast<std::size_t>(-1)) {
  std::size_t at = begin;
  while (at < end && at - begin < most && is_in(at)) ++at;
  return at;
}

// \s?`class`+ ; white space that is in the class itself is first tried as the \s.
template <typename IsIn>
std::size_t run_after_space(const CodePoints& text, std::size_t begin, std::size_t end,
                            IsIn is_in) {
  if ((text.classes[begin] & kSpace) != 0) {
    const std::size_t stop = run_of(begin + 1, end, is_in);
    if (stop != begin + 1) return stop;
  }
  return run_of(begin, end, is_in);
}

auto of_class(const CodePoints& text, ClassSet set) {
  return [&text, set](std::size_t i) { return (text.classes[i] & set) != 0; };
}

}  // namespace

std::size_t one_number(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, of_class(text, kNumber), 1);
}

std::size_t three_numbers(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, of_class(text, kNumber), 3);
}

std::size_t numbers(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, of_class(text, kNumber));
}

std::size_t ascii_triple(const CodePoints& text, std::size_t begin, std::size_t end) {
  const auto digit = [&](std::size_t i) { return within(text.values[i], '0', '9'); };
  const std::size_t stop = run_of(begin, end, digit, 3);
  return stop - begin == 3 ? stop : begin;
}

std::size_t newline(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, of_class(text, kNewline), 1);
}

std::size_t space_at_end(const CodePoints& text, std::size_t begin, std::size_t end) {
  // Inside a run that was tried from its beginning: looking again would take quadratic time.
  if (begin > text.piece_begin && (text.classes[begin - 1] & kSpace) != 0) return begin;
  const std::size_t stop = run_of(begin, end, of_class(text, kSpace));
  return stop == end ? stop : begin;
}

std::size_t letters(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_after_space(text, begin, end, of_class(text, kLetter));
}

std::size_t punctuation(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_after_space(text, begin, end, of_class(text, kPunctuation));
}

std::size_t han_and_kana(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, [&](std::size_t i) {
    const char32_t c = text.values[i];
    return within(c, 0x4E00, 0x9FA5) || within(c, 0x3040, 0x30FF);
  });
}

std::size_t east_asian(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, [&](std::size_t i) {
    const char32_t c = text.values[i];
    return within(c, 0x0800, 0x9FA5) || within(c, 0xAC00, 0xD7FF);
  });
}

std::size_t cased_letters(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_after_space(text, begin, end, [&](std::size_t i) { return is_cased(text.values[i]); });
}

std::string cased_letters_regex() {
  std::string regex = "\\s?[";
  for (const auto& [first, last] : kCased) {
    append_utf8(regex, first);
    if (last == first) continue;
    regex += '-';
    append_utf8(regex, last);
  }
  return regex + "]+";
}

std::size_t deepseek_punctuation(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_after_space(text, begin, end, [&](std::size_t i) {
    const char32_t c = text.values[i];
    return within(c, '!', '/') || within(c, ':', '~') || within(c, 0xFF01, 0xFF0F) ||
           within(c, 0xFF1A, 0xFF5E) || within(c, 0x2018, 0x201F) || within(c, 0x3000, 0x3002);
  });
}

std::size_t punctuation_runs(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, [&](std::size_t i) {
    const char32_t c = text.values[i];
    return (text.classes[i] & kPunctuation) != 0 || within(c, '!', '/') || within(c, ':', '@') ||
           within(c, '[', '`') || within(c, '{', '~');
  });
}

std::size_t falcon_punctuation(const CodePoints& text, std::size_t begin, std::size_t end) {
  return run_of(begin, end, [&](std::size_t i) {
    static constexpr std::u32string_view kSigns = U"$+<=>^~|`";
    return (text.classes[i] & kPunctuation) != 0 || kSigns.find(text.values[i]) != kSigns.npos;
  });
}

}  // namespace candor::engine::scanners
