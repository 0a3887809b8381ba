#include "suites/files/template_text.h"

#include <cctype>

#include "data/base/error.h"
#include "suites/files/problems.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

const json::value& find(const json::object& fields, const std::vector<std::string>& path) {
  const std::string name = fmt::format("{}", fmt::join(path, "."));
  const json::value* value = fields.if_contains(path[0]);
  for (std::size_t i = 1; i < path.size() && value != nullptr; ++i) {
    if (const json::object* object = value->if_object()) {
      value = object->if_contains(path[i]);
    } else if (const json::array* array = value->if_array()) {
      std::size_t index = 0;
      const bool number =
          path[i].size() < 6 && path[i].find_first_not_of("0123456789") == std::string::npos;
      if (number) index = static_cast<std::size_t>(std::stoul(path[i]));
      value = number && index < array->size() ? &(*array)[index] : nullptr;
    } else {
      value = nullptr;
    }
  }
  if (value == nullptr) fail("field \"{}\" is missing", printable(name));
  if (value->is_null()) fail("field \"{}\" is null", printable(name));
  return *value;
}

std::string text_of(const json::value& value, const std::vector<std::string>& path) {
  if (const json::string* text = value.if_string()) return std::string(*text);
  if (value.is_object() || value.is_array()) {
    fail("field \"{}\": expected a text or a number",
         printable(fmt::format("{}", fmt::join(path, "."))));
  }
  return json::serialize(value);
}

}  // namespace

TemplateText::TemplateText(std::string_view text) {
  for (;;) {
    const std::size_t open = text.find("{{");
    Part part;
    part.literal = std::string(text.substr(0, open));
    if (open == std::string_view::npos) {
      parts_.push_back(std::move(part));
      return;
    }
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) fail("\"{{{{\" without \"}}}}\"");
    read_field(text.substr(open + 2, close - open - 2), part);
    parts_.push_back(std::move(part));
    text.remove_prefix(close + 2);
  }
}

void TemplateText::read_field(std::string_view inside, Part& part) {
  const std::size_t bar = inside.find('|');
  const std::string_view path = trimmed(inside.substr(0, bar));
  if (path.empty()) fail("\"{{{{}}}}\" names no field");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    part.path.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  while (inside.find('|') != std::string_view::npos) {
    inside.remove_prefix(inside.find('|') + 1);
    inside = inside.substr(inside.find_first_not_of(kSpace) == std::string_view::npos
                               ? inside.size()
                               : inside.find_first_not_of(kSpace));
    if (inside.starts_with("after \"") && inside.find('"', 7) != std::string_view::npos) {
      const std::size_t end = inside.find('"', 7);
      part.filters.push_back({Filter::Kind::kAfter, std::string(inside.substr(7, end - 7))});
      inside.remove_prefix(end + 1);
      continue;
    }
    const std::string_view name = trimmed(inside.substr(0, inside.find('|')));
    if (name == "trim") {
      part.filters.push_back({Filter::Kind::kTrim, {}});
    } else if (name == "trim_end") {
      part.filters.push_back({Filter::Kind::kTrimEnd, {}});
    } else if (name == "letter") {
      part.filters.push_back({Filter::Kind::kLetter, {}});
    } else {
      fail("filter \"{}\" is not known; there are trim, trim_end, after \"…\", letter",
           printable(name));
    }
  }
}

std::string TemplateText::fill(const json::object& fields) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.literal;
    if (part.path.empty()) continue;
    std::string text = text_of(find(fields, part.path), part.path);
    for (const Filter& filter : part.filters) {
      switch (filter.kind) {
        case Filter::Kind::kTrim:
          text = std::string(trimmed(text));
          break;
        case Filter::Kind::kTrimEnd:
          text.resize(text.find_last_not_of(kSpace) + 1);
          break;
        case Filter::Kind::kAfter:
          if (const std::size_t at = text.rfind(filter.argument); at != std::string::npos) {
            text.erase(0, at + filter.argument.size());
          }
          break;
        case Filter::Kind::kLetter:
          if (text.empty() || text.size() > 2 ||
              text.find_first_not_of("0123456789") != std::string::npos || std::stoi(text) > 25) {
            fail("field \"{}\": \"letter\" needs a number from 0 to 25, not \"{}\"",
                 printable(part.path[0]), printable(text));
          }
          text = std::string(1, static_cast<char>('A' + std::stoi(text)));
          break;
      }
    }
    out += text;
  }
  return out;
}

json::value TemplateText::value(const json::object& fields) const {
  const bool one_field = parts_.size() == 2 && parts_[0].literal.empty() &&
                         parts_[0].filters.empty() && parts_[1].literal.empty();
  if (one_field) {
    const json::value& found = find(fields, parts_[0].path);
    if (found.is_object() || found.is_array()) return found;
  }
  return json::value(fill(fields));
}

}  // namespace candor::suites
