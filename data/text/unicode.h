// Small helpers over UTF-8 text: walking code points, NFKC (full-width forms, ligatures and
// mathematical letters become their plain forms), lower case, and script tests. All of them accept
// any bytes: what is not UTF-8 reads as U+FFFD. Not a regular expression engine and not a
// tokenizer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace candor::data {

bool is_ascii(std::string_view text);

// The code point at byte `at` and, in `length`, how many bytes it takes (at least 1). Bytes that
// are no UTF-8 give U+FFFD and length 1. `at` must be inside the text.
char32_t code_point_at(std::string_view text, std::size_t at, std::size_t& length);

// Appends the code point as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

// Unicode normalisation form KC (UAX #15).
std::string nfkc(std::string_view text);

// Lower case by the root locale's full mapping.
std::string lower_case(std::string_view text);

// ASCII white space removed from both ends.
std::string_view trimmed(std::string_view text);

// Han ideographs, the unified blocks and their extensions.
bool is_han(char32_t code_point);
bool has_han(std::string_view text);

}  // namespace candor::data
