#include "suites/files/template_text.h"

#include <algorithm>

#include "data/base/error.h"
#include "suites/files/filters.h"
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

std::string name_of(const std::vector<std::string>& path) {
  return printable(fmt::format("{}", fmt::join(path, ".")));
}

// Null: it is missing or null.
const json::value* find(const json::object& fields, const std::vector<std::string>& path) {
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
  return value;
}

const json::value& need(const json::object& fields, const std::vector<std::string>& path) {
  const json::value* value = find(fields, path);
  if (value == nullptr) fail("field \"{}\" is missing", name_of(path));
  if (value->is_null()) fail("field \"{}\" is null", name_of(path));
  return *value;
}

std::vector<std::string> path_of(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// Takes the text in quotes that `rest` begins with; \n and \" stand for what they do in JSON, any
// other backslash (of a regular expression) for itself.
std::string take_argument(std::string_view& rest, std::string_view filter) {
  std::string text;
  if (!rest.starts_with('"')) fail("filter \"{}\" needs a text in quotes", filter);
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == 'n')) {
      text += rest[++i] == 'n' ? '\n' : '"';
    } else {
      text += rest[i];
    }
  }
  fail("filter \"{}\": the text in quotes does not end", filter);
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
  const std::size_t bar = std::min(inside.find('|'), inside.size());
  const std::string_view path = trimmed(inside.substr(0, bar));
  if (path.empty()) fail("\"{{{{}}}}\" names no field");
  part.path = path_of(path);
  std::string_view rest = trimmed(inside.substr(bar));
  while (!rest.empty()) {
    if (rest[0] != '|') fail("expected \"|\" before \"{}\"", printable(rest));
    rest = trimmed(rest.substr(1));
    const std::string name(rest.substr(0, rest.find_first_of(" \t\r\n|\"")));
    const auto known = std::find_if(filters().begin(), filters().end(),
                                    [&](const FilterInfo& filter) { return filter.name == name; });
    if (known == filters().end()) {
      std::vector<std::string_view> names;
      for (const FilterInfo& filter : filters()) names.push_back(filter.name);
      fail("filter \"{}\" is not known; there are {}", printable(name), fmt::join(names, ", "));
    }
    rest = trimmed(rest.substr(name.size()));
    Filter filter{name, {}};
    if (known->takes_argument) filter.argument = take_argument(rest, name);
    if (name == "or" && !part.filters.empty()) fail("filter \"or\" must come first");
    part.filters.push_back(std::move(filter));
    rest = trimmed(rest);
  }
}

namespace {

// The number, from 0, of the value in the list at the path; a whole number that is none of the
// list's entries is that number already.
json::value place_in(const std::string& path, const json::value& value,
                     const json::object& fields) {
  const json::value& list = need(fields, path_of(path));
  if (!list.is_array()) fail("\"place_in\": field \"{}\" is no list", printable(path));
  const std::string wanted(trimmed(plain_text(value)));
  const json::array& entries = list.get_array();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (trimmed(plain_text(entries[i])) == wanted) return json::value(i);
  }
  const std::int64_t* number = value.if_int64();
  if (number != nullptr && *number >= 0 && static_cast<std::size_t>(*number) < entries.size()) {
    return value;
  }
  fail("\"{}\" is not in \"{}\"", printable(wanted), printable(path));
}

}  // namespace

json::value TemplateText::filtered_value(const Part& part, const json::object& fields) {
  json::value value;
  std::size_t next = 0;
  if (!part.filters.empty() && part.filters[0].name == "or") {
    next = 1;
    const json::value* found = find(fields, part.path);
    value = found == nullptr || found->is_null() ? json::value(part.filters[0].argument) : *found;
  } else {
    value = need(fields, part.path);
  }
  try {
    for (; next < part.filters.size(); ++next) {
      const Filter& filter = part.filters[next];
      value = filter.name == "place_in" ? place_in(filter.argument, value, fields)
                                        : filtered(filter.name, filter.argument, value);
    }
    return value;
  } catch (const Error& error) {
    fail("field \"{}\": {}", name_of(part.path), error.what());
  }
}

std::string TemplateText::filled(const Part& part, const json::object& fields) {
  const json::value value = filtered_value(part, fields);
  try {
    return plain_text(value);
  } catch (const Error& error) {
    fail("field \"{}\": {}", name_of(part.path), error.what());
  }
}

std::string TemplateText::fill(const json::object& fields) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.literal;
    if (!part.path.empty()) out += filled(part, fields);
  }
  return out;
}

bool TemplateText::names(std::string_view path) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return !part.path.empty() && name_of(part.path) == path;
  });
}

json::value TemplateText::value(const json::object& fields) const {
  const bool one_field =
      parts_.size() == 2 && parts_[0].literal.empty() && parts_[1].literal.empty();
  if (one_field) {
    json::value found = filtered_value(parts_[0], fields);
    if (found.is_object() || found.is_array()) return found;
  }
  return json::value(fill(fields));
}

}  // namespace candor::suites
