#include "engine/chat/jinja/string_literal.h"

#include <cstdint>

#include "engine/chat/jinja/limits.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads exactly `count` hexadecimal digits at `at`; -1 when they are not there.
std::int64_t read_hex(std::string_view text, std::size_t at, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const int digit = i < text.size() ? hex_digit(text[i]) : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

char simple_escape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return letter;
    default:
      return '\0';
  }
}

}  // namespace

std::string resolve_escapes(std::string_view inside, int line) {
  std::string out;
  out.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      out += inside[i];
      continue;
    }
    const char letter = inside[++i];
    if (const char simple = simple_escape(letter)) {
      out += simple;
    } else if (letter == '\n') {
      // A line that goes on in the next one.
    } else if (letter == 'x' || letter == 'u' || letter == 'U') {
      const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
      std::int64_t code = read_hex(inside, i + 1, digits);
      if (code < 0 || code > 0x10FFFF) problem_at(line, "broken \\{} escape in a string", letter);
      i += digits;
      // A pair of surrogates written as two escapes is the one character it stands for.
      if (code >= 0xD800 && code < 0xDC00 && inside.substr(i + 1, 2) == "\\u") {
        const std::int64_t low = read_hex(inside, i + 3, 4);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          i += 6;
        }
      }
      if (code >= 0xD800 && code < 0xE000) problem_at(line, "half a surrogate pair in a string");
      append_utf8(out, static_cast<char32_t>(code));
    } else if (letter >= '0' && letter <= '7') {
      std::uint32_t code = 0;
      std::size_t end = i;
      while (end < inside.size() && end < i + 3 && inside[end] >= '0' && inside[end] <= '7') {
        code = code * 8 + static_cast<std::uint32_t>(inside[end++] - '0');
      }
      i = end - 1;
      append_utf8(out, code);
    } else if (letter == 'N') {
      problem_at(line, "characters by name (\\N{{…}}) are not supported in a string");
    } else {
      out += '\\';
      out += letter;
    }
  }
  return out;
}

}  // namespace candor::engine::jinja
