#include "suites/files/options.h"

#include <array>

#include "data/base/error.h"

namespace candor::suites {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kIdeographicSpace = "\xe3\x80\x80";
  for (;;) {
    if (text.starts_with(kIdeographicSpace)) {
      text.remove_prefix(kIdeographicSpace.size());
    } else if (!text.empty() && std::string_view(" \t\r\n").find(text[0]) != text.npos) {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == text.npos ? 0 : last + 1);
}

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// What follows "A." and its like at the beginning, else the whole.
std::string_view behind_mark(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kMarks = {".",
                                                             ")",
                                                             ":",
                                                             "\xef\xbc\x8e" /* ． */,
                                                             "\xe3\x80\x81" /* 、 */,
                                                             "\xe3\x80\x82" /* 。 */,
                                                             "\xef\xbc\x9a" /* ： */,
                                                             "\xef\xbc\x8c" /* ， */};
  if (text.size() > 2 && text[0] == '(' && is_capital(text[1]) && text[2] == ')') {
    return trimmed(text.substr(3));
  }
  if (text.empty() || !is_capital(text[0])) return text;
  for (const std::string_view mark : kMarks) {
    if (text.substr(1).starts_with(mark)) return trimmed(text.substr(1 + mark.size()));
  }
  return text;
}

}  // namespace

std::vector<std::string> without_labels(const std::vector<std::string>& options) {
  bool all_labelled = options.size() > 1;
  for (std::size_t i = 0; i < options.size() && all_labelled; ++i) {
    std::string_view text = trimmed(options[i]);
    if (text.starts_with('(')) text.remove_prefix(1);
    all_labelled = i < 26 && !text.empty() && text[0] == static_cast<char>('A' + i);
  }
  std::vector<std::string> bare;
  for (const std::string& option : options) {
    const std::string_view text = trimmed(option);
    std::string_view rest = behind_mark(text);
    // An option that is its letter and nothing else keeps it.
    if (all_labelled && rest.size() == text.size() && text.size() > 1)
      rest = trimmed(text.substr(1));
    bare.emplace_back(rest);
  }
  return bare;
}

std::string option_letters(std::size_t count) {
  if (count == 0 || count > 26) fail("{} options: expected 1 to 26", count);
  std::string letters;
  for (std::size_t i = 0; i < count; ++i) letters += static_cast<char>('A' + i);
  return letters;
}

std::string lettered(const std::vector<std::string>& options) {
  const std::string letters = option_letters(options.size());
  std::string text;
  for (std::size_t i = 0; i < options.size(); ++i) {
    text += fmt::format("{}{}. {}", i == 0 ? "" : "\n", letters[i], options[i]);
  }
  return text;
}

}  // namespace candor::suites
