// Characters as the template language sees them: positions and lengths count code points, as in
// Python. A byte that is not part of valid UTF-8 counts as one character and is kept as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace candor::engine::jinja {

struct Character {
  char32_t code;     // a byte outside UTF-8: 0xDC00 + byte, which no valid text contains
  std::size_t size;  // bytes, 1 to 4
};

// The character that begins at byte `at`, which must be inside the text.
Character decode(std::string_view text, std::size_t at);
// The character that ends before byte `end`, which must not be 0.
Character decode_back(std::string_view text, std::size_t end);
std::size_t count_characters(std::string_view text);
// The byte offset of the n-th character; the length in bytes for every n past the end.
std::size_t byte_offset(std::string_view text, std::size_t character);
void append_utf8(std::string& out, char32_t code);
void append_hex(std::string& out, std::uint32_t number, int digits);

// str.isspace() and str.isprintable() of one character.
bool is_space(char32_t code);
bool is_printable(char32_t code);
bool is_digit(char32_t code);  // str.isdigit(), decimal digits
bool is_alpha(char32_t code);  // str.isalpha()
bool is_upper(char32_t code);
bool is_lower(char32_t code);

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
// First character upper case, the rest lower (str.capitalize).
std::string to_capitalized(std::string_view text);
// Each run of letters capitalised (str.title).
std::string to_title(std::string_view text);

}  // namespace candor::engine::jinja
