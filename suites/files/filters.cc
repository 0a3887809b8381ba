#include "suites/files/filters.h"

#include <re2/re2.h>

#include <algorithm>

#include "data/base/error.h"
#include "data/records/decimal.h"
#include "suites/files/problems.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool capital(char c) { return c >= 'A' && c <= 'Z'; }

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string joined(const json::value& value, const std::string& separator) {
  if (!value.is_array()) fail("\"join\" needs a list");
  std::string out;
  for (const json::value& item : value.get_array()) {
    if (!out.empty()) out += separator;
    out += plain_text(item);
  }
  return out;
}

json::array prepended(const json::value& value, const std::string& before) {
  if (!value.is_array()) fail("\"prepend_each\" needs a list");
  json::array out;
  for (const json::value& item : value.get_array()) {
    out.push_back(json::value(before + plain_text(item)));
  }
  return out;
}

std::string letter_of(const std::string& text) {
  if (text.empty() || text.size() > 2 ||
      text.find_first_not_of("0123456789") != std::string::npos || std::stoi(text) > 25) {
    fail("\"letter\" needs a number from 0 to 25, not \"{}\"", printable(text));
  }
  return std::string(1, static_cast<char>('A' + std::stoi(text)));
}

std::string letters_of(const json::value& value) {
  const std::string text = value.is_array() ? joined(value, "") : plain_text(value);
  std::string found;
  for (const char c : text) {
    if (capital(c)) {
      found += c;
    } else if (std::string_view(" ,;()[]\t").find(c) == std::string_view::npos) {
      fail("\"letters\" needs capital letters, not \"{}\"", printable(text));
    }
  }
  std::sort(found.begin(), found.end());
  if (found.empty() || std::adjacent_find(found.begin(), found.end()) != found.end()) {
    fail("\"letters\" needs different capital letters, not \"{}\"", printable(text));
  }
  return found;
}

std::string labels_of(std::string_view text) {
  std::string found;
  while (!text.empty()) {
    if (text.size() > 2 && text[0] == '(' && capital(text[1]) && text[2] == ')') found += text[1];
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return found;
}

std::string match_of(const std::string& text, const std::string& pattern) {
  const RE2 expression(pattern, RE2::Quiet);
  if (!expression.ok() || expression.NumberOfCapturingGroups() != 1) {
    fail("\"{}\" is not a regular expression with one group", printable(pattern));
  }
  std::string found;
  if (!RE2::PartialMatch(text, expression, &found)) {
    fail("\"{}\" does not match \"{}\"", printable(text), printable(pattern));
  }
  return found;
}

}  // namespace

const std::vector<FilterInfo>& filters() {
  static const std::vector<FilterInfo> kFilters = {
      {"or", true},       {"trim", false},  {"trim_end", false}, {"after", true},
      {"before", true},   {"append", true}, {"prepend", true},   {"letter", false},
      {"letters", false}, {"upper", false}, {"words", false},    {"labels", false},
      {"match", true},    {"join", true},   {"place_in", true},  {"prepend_each", true}};
  return kFilters;
}

std::string plain_text(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(*text);
  if (value.is_object() || value.is_array()) fail("expected a text or a number");
  if (value.is_double()) return data::plain_decimal(value.get_double());
  return json::serialize(value);
}

json::value filtered(std::string_view name, const std::string& argument, const json::value& value) {
  if (name == "join") return json::value(joined(value, argument));
  if (name == "prepend_each") return prepended(value, argument);
  if (name == "letters") return json::value(letters_of(value));
  std::string text = plain_text(value);
  if (name == "trim") {
    text = trimmed(text);
  } else if (name == "trim_end") {
    text.resize(text.find_last_not_of(kSpace) + 1);
  } else if (name == "after") {
    const std::size_t at = text.rfind(argument);
    if (at != std::string::npos) text.erase(0, at + argument.size());
  } else if (name == "before") {
    text.resize(std::min(text.find(argument), text.size()));
  } else if (name == "append") {
    if (!text.empty()) text += argument;
  } else if (name == "prepend") {
    if (!text.empty()) text = argument + text;
  } else if (name == "letter") {
    text = letter_of(text);
  } else if (name == "upper") {
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  } else if (name == "words") {
    std::replace(text.begin(), text.end(), '_', ' ');
  } else if (name == "labels") {
    text = labels_of(text);
  } else if (name == "match") {
    text = match_of(text, argument);
  }
  return json::value(text);
}

}  // namespace candor::suites
