#include "scoring/code/cpp_source.h"

#include <re2/re2.h>

#include <cctype>

namespace candor::scoring {

namespace {

// What stands at the top level: [begin, end) without the body; `body` when a brace was opened
// there.
struct Item {
  std::size_t begin;
  std::size_t end;
  bool body;
};

struct Scan {
  std::string text;  // of the same length, comments and the insides of literals made blank
  std::vector<Item> items;
  int depth = 0;
  int lowest = 0;
};

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// Where the literal that begins at `at` ends.
std::size_t end_of_literal(std::string_view source, std::size_t at) {
  const char quote = source[at];
  std::size_t i = at + 1;
  for (; i < source.size() && source[i] != quote && source[i] != '\n'; ++i) {
    if (source[i] == '\\') ++i;
  }
  return std::min(i + 1, source.size());
}

// Where the comment that begins at `at` ends; `at` when there is none.
std::size_t end_of_comment(std::string_view source, std::size_t at) {
  std::size_t end = at;
  if (source.substr(at, 2) == "//") end = source.find('\n', at);
  if (source.substr(at, 2) == "/*") {
    end = source.find("*/", at + 2);
    if (end != std::string_view::npos) end += 2;
  }
  return std::min(end, source.size());
}

std::size_t end_of_directive(std::string_view source, std::size_t at) {
  std::size_t end = source.find('\n', at);
  while (end != std::string_view::npos && end > 0 && source[end - 1] == '\\') {
    end = source.find('\n', end + 1);
  }
  return std::min(end, source.size());
}

Scan scan(std::string_view source) {
  Scan result;
  result.text = source;
  std::size_t begin = 0;
  bool line_start = true;
  const auto blank = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (source[i] != '\n') result.text[i] = ' ';
    }
  };
  for (std::size_t i = 0; i < source.size();) {
    const char c = source[i];
    if (const std::size_t end = end_of_comment(source, i); end > i) {
      blank(i, end);
      i = end;
      continue;
    }
    if (c == '#' && line_start) {
      const std::size_t end = end_of_directive(source, i);
      blank(i, end);
      if (result.depth == 0) begin = end;
      i = end;
      continue;
    }
    const bool separator =
        c == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(source[i - 1])) != 0;
    if (c == '"' || (c == '\'' && !separator)) {
      const std::size_t end = end_of_literal(source, i);
      blank(i + 1, end - 1);
      line_start = false;
      i = end;
      continue;
    }
    if (c == '{' && result.depth++ == 0) result.items.push_back({begin, i, true});
    if (c == ';' && result.depth == 0) {
      result.items.push_back({begin, i, false});
      begin = i + 1;
    }
    if (c == '}') {
      result.lowest = std::min(result.lowest, --result.depth);
      if (result.depth <= 0) begin = i + 1;
    }
    line_start = c == '\n' || (line_start && is_blank(c));
    ++i;
  }
  if (result.depth == 0) result.items.push_back({begin, source.size(), false});
  return result;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

// A header: a type, then the name, then parameters; nothing called or assigned before.
bool is_header(std::string_view text, const std::string& name) {
  return RE2::PartialMatch(
             text, "(?s)^\\s*[^=()]*[\\w>&*\\]][\\s&*]+" + RE2::QuoteMeta(name) + "\\s*\\(") &&
         !RE2::PartialMatch(text, "(?s)^\\s*(?:return|else|throw|new|delete|goto|case)\\b");
}

std::optional<std::vector<std::string>> parameter_names(std::string_view header,
                                                        const std::string& name) {
  re2::StringPiece rest(header);
  if (!RE2::FindAndConsume(&rest, "\\b" + RE2::QuoteMeta(name) + "\\s*\\(")) return std::nullopt;
  std::vector<std::string> parts(1);
  int depth = 1;
  for (const char c : rest) {
    if (c == '(' || c == '<' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == '>' || c == ']' || c == '}') --depth;
    if (depth == 0) break;
    if (c == ',' && depth == 1) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (depth != 0) return std::nullopt;
  std::vector<std::string> names;
  if (parts.size() == 1 && (trimmed(parts[0]).empty() || trimmed(parts[0]) == "void")) return names;
  for (const std::string& part : parts) {
    const std::string declared = trimmed(part.substr(0, part.find('=')));
    std::string found;
    if (!RE2::PartialMatch(declared, "[\\s&*>]([A-Za-z_]\\w*)\\s*(?:\\[\\w*\\]\\s*)?$", &found)) {
      return std::nullopt;
    }
    names.push_back(std::move(found));
  }
  return names;
}

}  // namespace

std::optional<CppFunction> find_cpp_function(std::string_view source, const std::string& name) {
  const Scan found = scan(source);
  for (auto item = found.items.rbegin(); item != found.items.rend(); ++item) {
    const std::string_view text =
        std::string_view(found.text).substr(item->begin, item->end - item->begin);
    if (!is_header(text, name)) continue;
    auto names = parameter_names(text, name);
    if (!names) return std::nullopt;
    return CppFunction{std::string(source.substr(0, item->begin)), trimmed(text),
                       std::move(*names)};
  }
  return std::nullopt;
}

bool defines_cpp_function(std::string_view source, const std::string& name) {
  const Scan found = scan(source);
  for (const Item& item : found.items) {
    const std::string_view text =
        std::string_view(found.text).substr(item.begin, item.end - item.begin);
    if (item.body && is_header(text, name)) return true;
  }
  return false;
}

int open_cpp_braces(std::string_view source) { return scan(source).depth; }

std::string cpp_includes(std::string_view source) {
  std::string result;
  while (!source.empty()) {
    const std::size_t end = std::min(source.find('\n'), source.size());
    const std::string_view line = source.substr(0, end);
    if (RE2::PartialMatch(line, "^\\s*(?:#|using\\b)")) result.append(line).append("\n");
    source.remove_prefix(std::min(end + 1, source.size()));
  }
  return result;
}

}  // namespace candor::scoring
