#include "suites/code/problem.h"

#include <algorithm>
#include <cstdlib>

namespace candor::suites {

std::string py(std::int64_t value) { return fmt::format("{}", value); }

std::string py(bool value) { return value ? "True" : "False"; }

std::string py(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c < ' ' || c > '~' || c == '\\') std::abort();  // our own inputs only
      if (c == '\'') text += '\\';
      text += c;
    }
  }
  return text + "'";
}

std::string ordinal(int n) {
  const bool teen = n / 10 % 10 == 1;
  const char* ending = teen || n % 10 > 3 || n % 10 == 0 ? "th"
                       : n % 10 == 1                     ? "st"
                       : n % 10 == 2                     ? "nd"
                                                         : "rd";
  return fmt::format("{}{}", n, ending);
}

std::string fill(std::string_view text, const Values& values) {
  std::string filled;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '$') {
      filled += text[i++];
      continue;
    }
    std::size_t end = i + 1;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    filled += values.at(std::string(text.substr(i + 1, end - i - 1)));
    i = end;
  }
  return filled;
}

namespace {

// English docstrings are wrapped as Python's own style asks; Chinese has no spaces to break at.
std::string wrapped(const std::string& text, std::size_t indent) {
  constexpr std::size_t kColumns = 79;
  const std::string margin(indent, ' ');
  std::string out, line;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t space = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, space - at);
    if (!line.empty() && indent + line.size() + 1 + word.size() > kColumns) {
      out += line + "\n" + margin;
      line = word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    at = space + 1;
  }
  return out + line;
}

}  // namespace

void CodeProblem::add_test(Case one) {
  const auto same = [&one](const Case& other) { return other.arguments == one.arguments; };
  if (std::any_of(examples.begin(), examples.end(), same) ||
      std::any_of(tests.begin(), tests.end(), same)) {
    return;
  }
  tests.push_back(std::move(one));
}

std::string CodeProblem::declaration(std::string_view language) const {
  const std::string& text = task.in(language);
  // Three quotes and a margin of four before the first word.
  std::string code = fmt::format("def {}({}) -> {}:\n    \"\"\"", name, parameters, returns);
  code += language == "en" ? wrapped(text, 4) : text;
  code += "\n\n";
  for (const Case& example : examples) {
    code += fmt::format("    >>> {}({})\n    {}\n", name, example.arguments, example.expected);
  }
  return code + "    \"\"\"\n";
}

std::string CodeProblem::test_code() const {
  std::string code = "def check(candidate):\n";
  for (const Case& one : tests) {
    code += fmt::format("    assert candidate({}) == {}\n", one.arguments, one.expected);
  }
  return code;
}

std::string CodeProblem::whole_solution() const {
  return fmt::format("def {}({}) -> {}:\n{}", name, parameters, returns, solution);
}

std::vector<std::int64_t> draw_numbers(Random& random, int count, int lo, int hi) {
  std::vector<std::int64_t> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(random.between(lo, hi));
  return numbers;
}

std::vector<std::string> draw_words(Random& random, int count) {
  static const std::vector<std::string> kWords = {
      "stone",  "river", "apple",  "Tree",  "cloud",  "is",      "needle", "of",
      "Bottle", "moon",  "letter", "a",     "eel",    "Station", "bee",    "window",
      "green",  "sleet", "on",     "desk",  "Orange", "tin",     "meter",  "noon",
      "salt",   "deep",  "banana", "Otter", "street", "lamp"};
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) words.push_back(random.pick(kWords));
  return words;
}

std::string draw_letter(Random& random, const std::string& letters) {
  return std::string(1, random.pick(letters));
}

}  // namespace candor::suites
