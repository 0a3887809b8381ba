#include "scoring/rules/text.h"

#include <unicode/uchar.h>

#include <array>

#include "data/text/unicode.h"

namespace candor::scoring::rules {

namespace {

bool is_space(char32_t c) {
  return (c >= 0x1c && c <= 0x1f) || c == 0x85 || u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

bool is_word(char32_t c) { return c == U'_' || u_isalnum(static_cast<UChar32>(c)) != 0; }

std::size_t start_of_last(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

constexpr int kMostGroups = 4;

std::string group_of(const RE2& pattern, std::array<re2::StringPiece, kMostGroups>& groups) {
  const int count = pattern.NumberOfCapturingGroups();
  for (int i = 1; i <= count; ++i) {
    const re2::StringPiece& group = groups[static_cast<std::size_t>(i)];
    if (!group.empty()) return std::string(group.data(), group.size());
  }
  return count > 0 ? std::string() : std::string(groups[0].data(), groups[0].size());
}

}  // namespace

std::string_view stripped(std::string_view text) {
  std::size_t length = 0;
  while (!text.empty() && is_space(data::code_point_at(text, 0, length))) {
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    const std::size_t last = start_of_last(text);
    if (!is_space(data::code_point_at(text, last, length))) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  for (;;) {
    const std::size_t at = text.find(what);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += with;
    text.remove_prefix(at + what.size());
  }
}

std::string without(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char c : text) {
    if (characters.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

bool word_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  std::size_t length = 0;
  return is_word(data::code_point_at(text, start_of_last(text.substr(0, at)), length));
}

bool word_at(std::string_view text, std::size_t at) {
  std::size_t length = 0;
  return at < text.size() && is_word(data::code_point_at(text, at, length));
}

std::optional<std::string> first_match(std::string_view text, const RE2& pattern) {
  std::array<re2::StringPiece, kMostGroups> groups;
  const int count = pattern.NumberOfCapturingGroups() + 1;
  if (!pattern.Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups.data(), count)) {
    return std::nullopt;
  }
  return group_of(pattern, groups);
}

std::vector<std::string> all_matches(std::string_view text, const RE2& pattern) {
  std::vector<std::string> found;
  std::array<re2::StringPiece, kMostGroups> groups;
  const int count = pattern.NumberOfCapturingGroups() + 1;
  std::size_t from = 0;
  while (from < text.size() &&
         pattern.Match(piece(text), from, text.size(), RE2::UNANCHORED, groups.data(), count)) {
    found.push_back(group_of(pattern, groups));
    from = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
  }
  return found;
}

}  // namespace candor::scoring::rules
