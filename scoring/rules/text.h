// Text operations as the published rules' own language defines them: white space and digits are
// those of Unicode, which decides what a rule reads in Chinese text. Not general text tools.
#pragma once

#include <re2/re2.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring::rules {

// Inside a character class of RE2: white space of Unicode, which RE2's \s is not.
#define CANDOR_RULE_SPACE R"(\s\v\x1c-\x1f\x{85}\p{Z})"

std::string_view stripped(std::string_view text);  // white space of Unicode, both ends
std::string replaced(std::string_view text, std::string_view what, std::string_view with);
std::string without(std::string_view text, std::string_view characters);  // ASCII characters

// Whether the code point that starts or ends at `at` is a letter, digit or underscore of Unicode.
bool word_before(std::string_view text, std::size_t at);
bool word_at(std::string_view text, std::size_t at);

// The first match's first group that is not empty, or the whole match where it has no group.
std::optional<std::string> first_match(std::string_view text, const RE2& pattern);
// The same for all matches that do not overlap, in order. The pattern must not match nothing.
std::vector<std::string> all_matches(std::string_view text, const RE2& pattern);

}  // namespace candor::scoring::rules
