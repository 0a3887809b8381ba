// Decodes UTF-8 that may be malformed, one code point at a time. Inline because the tokenizer
// spends its time here. The well-formed byte sequences are those of the Unicode standard, table
// 3-7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace candor::engine {

inline constexpr char32_t kBadUtf8 = 0xFFFFFFFF;

struct CodePoint {
  char32_t value = kBadUtf8;  // kBadUtf8: the bytes are not UTF-8
  std::uint32_t length = 1;   // bytes; of a malformed sequence: its maximal well-formed beginning
  bool cut = false;           // malformed only because the text ends too early
};

// The code point at `at`, which is before the end of the text.
inline CodePoint decode_utf8(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1};
  std::uint32_t length = 0;
  unsigned char low = 0x80, high = 0xBF;  // bounds of the second byte
  char32_t value = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    value = first & 0x1F;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    value = first & 0x0F;
    if (first == 0xE0) low = 0xA0;   // shorter forms
    if (first == 0xED) high = 0x9F;  // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    value = first & 0x07;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;  // past U+10FFFF
  } else {
    return {};
  }
  for (std::uint32_t i = 1; i < length; ++i) {
    if (at + i >= text.size()) return {kBadUtf8, i, true};
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (byte < low || byte > high) return {kBadUtf8, i};
    low = 0x80;
    high = 0xBF;
    value = value << 6 | (byte & 0x3Fu);
  }
  return {value, length};
}

inline void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    if (c.value == kBadUtf8) return false;
    i += c.length;
  }
  return true;
}

}  // namespace candor::engine
