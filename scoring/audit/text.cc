#include "scoring/audit/text.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "data/base/error.h"

namespace candor::scoring {
namespace {

constexpr UChar32 kFirstHan = 0x3400;
constexpr UChar32 kLastHan = 0x9fff;

bool is_han(UChar32 c) {
  return (c >= kFirstHan && c <= kLastHan) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0x20000 && c <= 0x323af);
}

// The code point at `i`, which moves behind it; -1 for bytes that are not UTF-8 (ICU's U8_NEXT,
// whose macro does not compile under -Wconversion).
UChar32 next_code_point(std::string_view text, std::int32_t& i) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  const UChar32 lead = bytes[i++];
  if (lead < 0x80) return lead;
  const std::int32_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || i + more > size) return -1;
  UChar32 c = lead & (0x3f >> more);
  for (std::int32_t k = 0; k < more; ++k) {
    if ((bytes[i + k] & 0xc0) != 0x80) return -1;
    c = (c << 6) | (bytes[i + k] & 0x3f);
  }
  static constexpr UChar32 kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (c < kLeast[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return -1;
  i += more;
  return c;
}

void append_utf8(std::string& out, UChar32 c) {
  char buffer[U8_MAX_LENGTH];
  int length = 0;
  U8_APPEND_UNSAFE(buffer, length, c);
  out.append(buffer, static_cast<std::size_t>(length));
}

// ICU's transliterator works on whole strings and forgets where a character came from. Its rule set
// from Traditional to Simplified maps single characters, so one pass over all of them gives a
// table.
class HanTable {
 public:
  HanTable() : simplified_(kLastHan - kFirstHan + 1) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> transliterator(
        icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) {
      fail("ICU has no transliterator Traditional-Simplified ({}): install ICU with its full data",
           u_errorName(status));
    }
    // All characters at once, a mark between them: one call a character takes six times as long.
    constexpr char16_t kMark = u'\n';
    icu::UnicodeString all;
    for (UChar32 c = kFirstHan; c <= kLastHan; ++c) all.append(c).append(kMark);
    transliterator->transliterate(all);
    std::int32_t at = 0;
    for (UChar32 c = kFirstHan; c <= kLastHan; ++c) {
      const std::int32_t end = all.indexOf(kMark, at);
      if (end < 0) fail("ICU's transliterator Traditional-Simplified lost the marks it was given");
      const bool one = all.countChar32(at, end - at) == 1;
      simplified_[static_cast<std::size_t>(c - kFirstHan)] = one ? all.char32At(at) : c;
      at = end + 1;
    }
  }

  UChar32 operator()(UChar32 c) const {
    return c < kFirstHan || c > kLastHan ? c : simplified_[static_cast<std::size_t>(c - kFirstHan)];
  }

 private:
  std::vector<UChar32> simplified_;
};

const HanTable& han_table() {
  static const HanTable table;
  return table;
}

const icu::Normalizer2& nfkc() {
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const instance = icu::Normalizer2::getNFKCInstance(status);
  if (instance == nullptr) fail("ICU has no NFKC normaliser: install ICU with its full data");
  return *instance;
}

// Quotation marks, apostrophes and dashes that differ only in typography.
UChar32 plain_punctuation(UChar32 c) {
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x02bc:
      return '\'';
    case 0x300c:
    case 0x300e:
      return 0x201c;
    case 0x300d:
    case 0x300f:
      return 0x201d;
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2212:
      return '-';
    case 0x00a0:
    case 0x3000:
      return ' ';
    default:
      return c;
  }
}

bool is_left_out(UChar32 c) {
  return c == '*' || c == '_' || c == '`' || c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0x00ad;
}

bool is_kept_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80 && c != '*' && c != '_' && c != '`';
}

bool is_pinyin_letter(UChar32 c) {
  if (c >= 'a' && c <= 'z') return true;
  if (c < 0xe0 || c > 0x1dc) return false;
  return u_isULowercase(c) != 0;
}

// The length in bytes of a bracketed Pinyin syllable at `at` ("(jing)", "（liù）"), or 0. A reading
// has one to six small letters and a vowel; abbreviations are written in capitals.
std::size_t pinyin_in_brackets(std::string_view text, std::size_t at) {
  const auto size = static_cast<std::int32_t>(text.size());
  auto i = static_cast<std::int32_t>(at);
  UChar32 c = next_code_point(text, i);
  if (c != '(' && c != 0xff08) return 0;
  int letters = 0;
  bool vowel = false;
  while (i < size) {
    c = next_code_point(text, i);
    if (c == ')' || c == 0xff09) {
      return letters > 0 && vowel ? static_cast<std::size_t>(i) - at : 0;
    }
    if (c < 0 || !is_pinyin_letter(c) || ++letters > 6) return 0;
    vowel = vowel || c > 0x7f ||
            std::string_view("aeiou").find(static_cast<char>(c)) != std::string_view::npos;
  }
  return 0;
}

}  // namespace

NormalText normalise(std::string_view original) {
  NormalText result;
  result.text.reserve(original.size());
  result.origin.reserve(original.size() + 1);
  result.origin_end.reserve(original.size());
  const HanTable& simplified = han_table();
  const auto size = static_cast<std::int32_t>(original.size());
  std::string piece;
  bool after_han = false;
  const auto put = [&result](char byte, std::int32_t from, std::int32_t to) {
    result.text.push_back(byte);
    result.origin.push_back(static_cast<std::uint32_t>(from));
    result.origin_end.push_back(static_cast<std::uint32_t>(to));
  };
  for (std::int32_t i = 0; i < size;) {
    const std::int32_t begin = i;
    if (!after_han || original[static_cast<std::size_t>(i)] != '(') {
      // Most of an English text: a run of ASCII that stays as it is but for capitals.
      std::int32_t end = i;
      while (end < size && is_kept_ascii(original[static_cast<std::size_t>(end)])) ++end;
      if (end > i) {
        const std::size_t old = result.text.size();
        const auto more = static_cast<std::size_t>(end - i);
        result.text.append(original, static_cast<std::size_t>(i), more);
        result.origin.resize(old + more);
        result.origin_end.resize(old + more);
        for (std::size_t k = old; k < old + more; ++k) {
          char& byte = result.text[k];
          byte = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
          result.origin[k] = static_cast<std::uint32_t>(i++);
          result.origin_end[k] = static_cast<std::uint32_t>(i);
        }
        after_han = false;
        continue;
      }
    }
    UChar32 c = next_code_point(original, i);
    if (c < 0) c = 0xfffd;
    if (after_han && (c == '(' || c == 0xff08)) {
      const std::size_t skip = pinyin_in_brackets(original, static_cast<std::size_t>(begin));
      if (skip > 0) {
        i = begin + static_cast<std::int32_t>(skip);
        continue;
      }
    }
    if (is_left_out(c)) continue;
    piece.clear();
    if (c < 0x80) {
      piece.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    } else if (is_han(c) && c >= kFirstHan && c <= kLastHan) {
      // Most of a Chinese text: three bytes before and after.
      const auto plain = static_cast<std::uint32_t>(simplified(c));
      if (plain >= 0x800 && plain < 0x10000) {
        put(static_cast<char>(0xe0 | (plain >> 12)), begin, i);
        put(static_cast<char>(0x80 | ((plain >> 6) & 0x3f)), begin, i);
        put(static_cast<char>(0x80 | (plain & 0x3f)), begin, i);
        after_han = true;
        continue;
      }
      append_utf8(piece, static_cast<UChar32>(plain));
    } else {
      c = plain_punctuation(c);
      icu::UnicodeString decomposition;
      if (c < 0x80) {
        piece.push_back(static_cast<char>(c));
      } else if (nfkc().getDecomposition(c, decomposition) != 0) {
        // Canonical pairs (é = e + accent) are put together again; widths and ligatures stay apart.
        UErrorCode status = U_ZERO_ERROR;
        icu::UnicodeString composed = nfkc().normalize(icu::UnicodeString(c), status);
        composed.foldCase();
        composed.toUTF8String(piece);
      } else {
        append_utf8(piece, u_tolower(c));
      }
    }
    after_han = is_han(c);
    for (const char byte : piece) put(byte, begin, i);
  }
  result.origin.push_back(static_cast<std::uint32_t>(original.size()));
  return result;
}

int count_units(std::string_view text) {
  int units = 0;
  bool in_word = false;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    const UChar32 c = next_code_point(text, i);
    if (c >= kFirstHan && is_han(c)) {
      ++units;
      in_word = false;
    } else if (c == '\'') {
      continue;
    } else if (c < 0x80 ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                        : u_isalnum(c) != 0) {
      units += in_word ? 0 : 1;
      in_word = true;
    } else {
      in_word = false;
    }
  }
  return units;
}

std::vector<Sentence> split_sentences(std::string_view text) {
  std::vector<Sentence> sentences;
  const auto size = static_cast<std::int32_t>(text.size());
  std::size_t begin = 0;
  const auto close = [&](std::size_t end) {
    std::size_t first = begin;
    std::size_t last = end;
    while (first < last && static_cast<unsigned char>(text[first]) <= ' ') ++first;
    while (last > first && static_cast<unsigned char>(text[last - 1]) <= ' ') --last;
    const int units = count_units(text.substr(first, last - first));
    if (units > 0) sentences.push_back({first, last, units});
    begin = end;
  };
  for (std::int32_t i = 0; i < size;) {
    const std::int32_t at = i;
    UChar32 c = next_code_point(text, i);
    if (c == '\n' || c == 0x3002 || c == '!' || c == '?' || c == 0xff61) {
      close(static_cast<std::size_t>(i));
    } else if (c == '.') {
      // A full stop ends a sentence before white space or at the end, but not after one letter
      // ("U.S. ", "e.g. ") and not after a number that opens a line ("1. ").
      const bool before_space =
          i >= size || static_cast<unsigned char>(text[static_cast<std::size_t>(i)]) <= ' ';
      std::size_t word = static_cast<std::size_t>(at);
      while (word > begin && static_cast<unsigned char>(text[word - 1]) > ' ') --word;
      const std::string_view last = text.substr(word, static_cast<std::size_t>(at) - word);
      const bool initial = last.size() == 1 || (last.size() >= 3 && last[last.size() - 2] == '.');
      const bool title = last == "mr" || last == "dr" || last == "ms" || last == "mrs" ||
                         last == "st" || last == "vs" || last == "no";
      const bool number = !last.empty() && last.size() <= 2 && word == begin &&
                          last.find_first_not_of("0123456789") == std::string_view::npos;
      if (before_space && !initial && !title && !number) close(static_cast<std::size_t>(i));
    }
  }
  close(text.size());
  return sentences;
}

Scripts count_scripts(std::string_view text) {
  Scripts scripts;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    const auto lead = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
    if (lead < 0x7f) {
      ++i;
      scripts.total += lead > ' ' ? 1 : 0;
      scripts.digits += lead >= '0' && lead <= '9' ? 1 : 0;
      scripts.latin += (lead >= 'a' && lead <= 'z') || (lead >= 'A' && lead <= 'Z') ? 1 : 0;
      continue;
    }
    const UChar32 c = next_code_point(text, i);
    ++scripts.total;
    if (c >= kFirstHan && c <= kLastHan) {
      ++scripts.han;
      continue;
    }
    if (c < 0 || c == 0xfffd || u_charType(c) == U_PRIVATE_USE_CHAR || (c >= 0x7f && c < 0xa0)) {
      ++scripts.broken;
    } else if (is_han(c)) {
      ++scripts.han;
    } else if (u_isdigit(c) != 0) {
      ++scripts.digits;
    } else if (u_isalpha(c) != 0) {
      UErrorCode status = U_ZERO_ERROR;
      if (uscript_getScript(c, &status) == USCRIPT_LATIN) {
        ++scripts.latin;
      } else {
        ++scripts.other;
      }
    }
  }
  return scripts;
}

SplitAnswer split_inline_reasoning(std::string_view answer) {
  static constexpr std::pair<std::string_view, std::string_view> kMarkers[] = {
      {"<think>", "</think>"},
      {"◁think▷", "◁/think▷"},
      {"<thinking>", "</thinking>"},
      {"<reasoning>", "</reasoning>"}};
  for (const auto& [open, shut] : kMarkers) {
    const std::size_t end = answer.find(shut);
    const std::size_t start = answer.find(open);
    if (end == std::string_view::npos) continue;
    const std::size_t from =
        start == std::string_view::npos || start > end ? 0 : start + open.size();
    const std::size_t after = end + shut.size();
    return {answer.substr(from, end - from), answer.substr(after), after, true, true};
  }
  const std::size_t first = answer.find_first_not_of(" \t\r\n");
  for (const auto& [open, shut] : kMarkers) {
    if (first == std::string_view::npos || answer.substr(first, open.size()) != open) continue;
    return {answer.substr(first + open.size()), answer.substr(answer.size()), answer.size(), true,
            false};
  }
  return {{}, answer, 0, false, true};
}

std::vector<std::pair<std::size_t, std::size_t>> quoted_ranges(std::string_view text,
                                                               std::size_t max_bytes) {
  static constexpr std::string_view kOpen = "\xe2\x80\x9c";
  static constexpr std::string_view kShut = "\xe2\x80\x9d";
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  std::size_t at = 0;
  while ((at = text.find(kOpen, at)) != std::string_view::npos) {
    const std::size_t end = text.find(kShut, at);
    if (end == std::string_view::npos) break;
    if (end - at <= max_bytes) ranges.emplace_back(at, end);
    at = end + kShut.size();
  }
  at = 0;
  while ((at = text.find('"', at)) != std::string_view::npos) {
    const std::size_t end = text.find('"', at + 1);
    if (end == std::string_view::npos) break;
    // An odd mark would turn inside and outside round: a pair does not reach over a line.
    if (end - at <= max_bytes && text.substr(at, end - at).find('\n') == std::string_view::npos) {
      ranges.emplace_back(at, end);
      at = end + 1;
    } else {
      ++at;
    }
  }
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<std::pair<std::size_t, std::size_t>> single_quoted_ranges(std::string_view text,
                                                                      std::size_t max_bytes) {
  const auto letter = [&](std::size_t i) {
    return i < text.size() &&
           ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') ||
            static_cast<unsigned char>(text[i]) >= 0x80);
  };
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (std::size_t at = text.find('\''); at != std::string_view::npos;) {
    const bool opens =
        letter(at + 1) &&
        (at == 0 || std::string_view(" \n(:-").find(text[at - 1]) != std::string_view::npos);
    std::size_t next = text.find('\'', at + 1);
    if (opens) {
      // The first mark that can close it; those within words are apostrophes.
      std::size_t end = next;
      while (end != std::string_view::npos && end - at <= max_bytes && letter(end + 1)) {
        end = text.find('\'', end + 1);
      }
      if (end != std::string_view::npos && end - at <= max_bytes && text[end - 1] > ' ' &&
          text.substr(at, end - at).find('\n') == std::string_view::npos) {
        ranges.emplace_back(at, end);
        next = text.find('\'', end + 1);
      }
    }
    at = next;
  }
  return ranges;
}

double repetition(std::string_view text) {
  // Units as hashes, then windows of eight of them.
  std::vector<std::uint64_t> units;
  std::uint64_t word = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = next_code_point(text, i);
    if (c >= 0x80 && is_han(c)) {
      if (word != 0) units.push_back(word);
      word = 0;
      units.push_back(static_cast<std::uint64_t>(c));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
      word = word * 1099511628211ULL + static_cast<std::uint64_t>(c) + 14695981039346656037ULL;
    } else if (word != 0) {
      units.push_back(word);
      word = 0;
    }
  }
  if (word != 0) units.push_back(word);
  constexpr std::size_t kWindow = 8;
  if (units.size() < 6 * kWindow) return 0;
  // An open table of at least twice as many places as windows; 0 stands for a free place.
  std::size_t places = 64;
  while (places < 2 * units.size()) places *= 2;
  std::vector<std::uint64_t> seen(places);
  const auto is_new = [&](std::uint64_t hash) {
    if (hash == 0) hash = 1;
    std::size_t at = hash & (places - 1);
    for (; seen[at] != 0; at = (at + 1) & (places - 1)) {
      if (seen[at] == hash) return false;
    }
    seen[at] = hash;
    return true;
  };
  std::size_t repeated = 0;
  for (std::size_t i = 0; i + kWindow <= units.size(); ++i) {
    std::uint64_t hash = 0;
    for (std::size_t k = 0; k < kWindow; ++k)
      hash = (hash ^ units[i + k]) * 0x9e3779b97f4a7c15ULL + 1;
    if (!is_new(hash)) ++repeated;
  }
  return static_cast<double>(repeated) / static_cast<double>(units.size() - kWindow + 1);
}

}  // namespace candor::scoring
