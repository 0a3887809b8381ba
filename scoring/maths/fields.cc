#include "scoring/maths/fields.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <limits>

#include "data/text/unicode.h"

namespace candor::scoring::maths {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// "\frac" and "\text" in a JSON string are a form feed and a tab there, but were meant as LaTeX;
// "\n" before a letter is a line break unless it begins one of the commands of that letter.
bool begins_command(std::string_view after_backslash) {
  static const RE2 command(R"(^(?:[bfrtv][a-z]{2}|n(?:eq?|ot|u|abla|i|mid)\b|u[a-z]{3}))");
  return RE2::PartialMatch(re2::StringPiece(after_backslash.data(), after_backslash.size()),
                           command);
}

bool hex_digits(std::string_view text) {
  return text.size() >= 4 && std::all_of(text.begin(), text.begin() + 4, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

// A string literal of JSON from behind its opening quote; `at` is moved behind the closing one.
std::optional<std::string> string_at(std::string_view text, std::size_t& at, char quote) {
  std::string out;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == quote) {
      ++at;
      return out;
    }
    if (c != '\\' || at + 1 == text.size()) {
      out += c;
      continue;
    }
    const char next = text[at + 1];
    if (next == 'u' && hex_digits(text.substr(at + 2))) {
      const auto code = static_cast<char32_t>(
          std::strtoul(std::string(text.substr(at + 2, 4)).c_str(), nullptr, 16));
      // Halves of a pair stand for a sign that no number has.
      data::append_utf8(out, code >= 0xD800 && code < 0xE000 ? U'\uFFFD' : code);
      at += 5;
    } else if (next == quote || next == '/') {
      out += next;
      ++at;
    } else if (next == '\\') {
      out += '\\';
      ++at;
    } else if (!begins_command(text.substr(at + 1)) &&
               (next == 'n' || next == 't' || next == 'r')) {
      out += next == 'n' ? '\n' : ' ';
      ++at;
    } else {
      out += '\\';
    }
  }
  return std::nullopt;
}

void skip_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size() && is_blank(text[at])) ++at;
}

// A number or a bare word, up to what may end a value there.
std::optional<std::string> bare_at(std::string_view text, std::size_t& at) {
  const std::size_t end = std::min(text.find_first_of(",]}\n", at), text.size());
  // Where nothing ends it, it may have been cut.
  if (end == text.size()) return std::nullopt;
  std::size_t behind = end;
  // "1,200": a comma between digits, with three behind it and no more.
  while (behind < text.size() && text[behind] == ',') {
    std::size_t digits = behind + 1;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    if (digits != behind + 4 || behind == at || text[behind - 1] < '0' || text[behind - 1] > '9') {
      break;
    }
    behind = digits;
  }
  const std::string_view value = data::trimmed(text.substr(at, behind - at));
  at = behind;
  if (value.empty() || value.size() > 200 || value == "null") return std::nullopt;
  return std::string(value);
}

std::optional<std::string> value_at(std::string_view text, std::size_t& at) {
  skip_blanks(text, at);
  if (at >= text.size() || text[at] == '{') return std::nullopt;
  if (text[at] == '"' || text[at] == '\'') {
    const char quote = text[at++];
    return string_at(text, at, quote);
  }
  if (text[at] != '[') return bare_at(text, at);
  ++at;
  std::string list;
  while (true) {
    skip_blanks(text, at);
    if (at >= text.size()) return std::nullopt;
    if (text[at] == ']') {
      ++at;
      return list.empty() ? std::nullopt : std::optional(list);
    }
    if (text[at] == ',') {
      ++at;
      continue;
    }
    if (text[at] == '[' || text[at] == '{') return std::nullopt;
    const std::size_t from = at;
    const auto item = value_at(text, at);
    if (!item || at == from) return std::nullopt;
    if (!list.empty()) list += ", ";
    list += *item;
  }
}

}  // namespace

std::optional<Field> json_field(std::string_view text) {
  static const RE2 key(
      R"((?i)["'](?:(?:final|correct)?[ _]?answer|答案|最终答案)["'][ \t\n]*[:：])");
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece found;
  std::optional<Field> best;
  int best_depth = std::numeric_limits<int>::max();
  int depth = 0;
  bool quoted = false;
  std::size_t seen = 0;
  static const RE2 grouped(std::string("(") + key.pattern() + ")");
  while (RE2::FindAndConsume(&rest, grouped, &found)) {
    const auto begin = static_cast<std::size_t>(found.data() - text.data());
    // Braces outside of strings, counted up to here; prose outside of braces quotes as it likes.
    for (; seen < begin; ++seen) {
      const char c = text[seen];
      if (quoted && c == '\\') {
        ++seen;
      } else if (c == '"' && depth > 0) {
        quoted = !quoted;
      } else if (!quoted && c == '{') {
        ++depth;
      } else if (!quoted && c == '}' && depth > 0) {
        --depth;
      }
    }
    std::size_t at = begin + found.size();
    auto value = value_at(text, at);
    if (!value || data::trimmed(*value).empty()) continue;
    // Inside of a string or outside of all braces: only where there is nothing better.
    const int rank = quoted || depth == 0 ? std::numeric_limits<int>::max() - 1 : depth;
    if (rank > best_depth) continue;
    best_depth = rank;
    best = Field{at, std::move(*value)};
  }
  return best;
}

std::optional<Field> tagged_field(std::string_view text) {
  static const RE2 tag(R"((?i)<(?:final[_ ]?)?(?:answer|ans)>)");
  static const RE2 closing(R"((?i)</(?:final[_ ]?)?(?:answer|ans)>)");
  re2::StringPiece rest(text.data(), text.size());
  std::size_t begin = std::string_view::npos;
  while (RE2::FindAndConsume(&rest, tag)) {
    const auto at = static_cast<std::size_t>(rest.data() - text.data());
    // A tag with nothing behind it opens nothing.
    if (!data::trimmed(text.substr(at)).empty()) begin = at;
  }
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(begin);
  re2::StringPiece after(behind.data(), behind.size());
  std::size_t end = 0;
  if (RE2::FindAndConsume(&after, closing)) {
    const auto next = static_cast<std::size_t>(after.data() - behind.data());
    end = behind.rfind('<', next - 1);
  } else {
    const std::size_t first = behind.find_first_not_of(" \t\r\n");
    end = std::min(behind.find('\n', first), behind.size());
  }
  const std::string_view content = data::trimmed(behind.substr(0, end));
  if (content.empty()) return std::nullopt;
  return Field{begin + end, std::string(content)};
}

}  // namespace candor::scoring::maths
