#include "engine/chat/jinja/unicode.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace candor::engine::jinja {
namespace {

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 0x80;
}

bool is_cased(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  return u_isULowercase(c) || u_isUUppercase(c) || u_istitle(c);
}

// Maps a text in pieces, so that a long one is never held three times over in UTF-16.
template <typename Map>
std::string in_pieces(std::string_view text, const Map& map) {
  constexpr std::size_t kPiece = 64 * 1024;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = std::min(kPiece, text.size());
    if (size < text.size()) size -= decode_back(text, size).size;
    out += map(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace

Character decode(std::string_view text, std::size_t at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
  if (bytes[0] < 0x80) return {bytes[0], 1};
  const auto left = static_cast<std::int32_t>(std::min<std::size_t>(4, text.size() - at));
  std::int32_t next = 0;
  UChar32 code = 0;
  U8_NEXT(bytes, next, left, code);
  if (code < 0) return {static_cast<char32_t>(0xDC00 + bytes[0]), 1};
  return {static_cast<char32_t>(code), static_cast<std::size_t>(next)};
}

Character decode_back(std::string_view text, std::size_t end) {
  text = text.substr(0, end);
  for (std::size_t size = 2; size <= 4 && size <= end; ++size) {
    const Character character = decode(text, end - size);
    if (character.size == size) return character;
  }
  return decode(text, end - 1);
}

std::size_t count_characters(std::string_view text) {
  if (is_ascii(text)) return text.size();
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += decode(text, at).size) ++count;
  return count;
}

std::size_t byte_offset(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  for (; character > 0 && at < text.size(); --character) at += decode(text, at).size;
  return at;
}

void append_utf8(std::string& out, char32_t code) {
  if (code >= 0xDC80 && code <= 0xDCFF) {
    out.push_back(static_cast<char>(code - 0xDC00));
    return;
  }
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  UBool failed = 0;
  U8_APPEND(bytes, length, U8_MAX_LENGTH, static_cast<UChar32>(code), failed);
  if (failed) {
    out += "\xEF\xBF\xBD";
  } else {
    out.append(bytes, static_cast<std::size_t>(length));
  }
}

void append_hex(std::string& out, std::uint32_t number, int digits) {
  for (int digit = digits - 1; digit >= 0; --digit) {
    out += "0123456789abcdef"[(number >> (4 * digit)) & 15];
  }
}

bool is_space(char32_t code) {
  if (code < 0x80)
    return code == ' ' || (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x1F);
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_printable(char32_t code) {
  if (code < 0x80) return code >= 0x20 && code < 0x7F;
  constexpr std::uint32_t kHidden = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK | U_GC_CO_MASK |
                                    U_GC_CN_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK | U_GC_ZS_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(code)) & kHidden) == 0;
}

bool is_digit(char32_t code) { return u_isdigit(static_cast<UChar32>(code)); }
bool is_alpha(char32_t code) {
  return (U_GET_GC_MASK(static_cast<UChar32>(code)) & U_GC_L_MASK) != 0;
}
bool is_upper(char32_t code) { return u_isUUppercase(static_cast<UChar32>(code)); }
bool is_lower(char32_t code) { return u_isULowercase(static_cast<UChar32>(code)); }

std::string to_upper(std::string_view text) {
  return in_pieces(text, [](std::string_view piece) {
    return to_utf8(from_utf8(piece).toUpper(icu::Locale::getRoot()));
  });
}

std::string to_lower(std::string_view text) {
  return in_pieces(text, [](std::string_view piece) {
    return to_utf8(from_utf8(piece).toLower(icu::Locale::getRoot()));
  });
}

std::string to_capitalized(std::string_view text) {
  if (text.empty()) return {};
  const Character first = decode(text, 0);
  std::string out;
  append_utf8(out, static_cast<char32_t>(u_totitle(static_cast<UChar32>(first.code))));
  return out + to_lower(text.substr(first.size));
}

std::string to_title(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = decode(text, at);
    const auto code = static_cast<UChar32>(character.code);
    append_utf8(out, static_cast<char32_t>(inside ? u_tolower(code) : u_totitle(code)));
    inside = is_cased(character.code);
    at += character.size;
  }
  return out;
}

}  // namespace candor::engine::jinja
