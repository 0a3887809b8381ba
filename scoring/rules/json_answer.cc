#include "scoring/rules/json_answer.h"

#include <fmt/format.h>

#include "scoring/rules/text.h"

namespace candor::scoring::rules {

namespace json = boost::json;

namespace {

std::optional<json::object> parsed(std::string_view text) {
  const std::string flat = without(text, "\n");
  json::parse_options options;
  options.max_depth = 200;
  json::error_code error;
  json::value value = json::parse(flat, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

// The outermost pairs of braces, in order; a closing brace without an opening one is passed over.
template <typename Visit>
void outermost(std::string_view text, Visit visit) {
  std::size_t depth = 0;
  std::size_t start = std::string_view::npos;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') {
      if (start == std::string_view::npos) start = at;
      ++depth;
    } else if (text[at] == '}' && depth > 0 && --depth == 0) {
      if (!visit(text.substr(start, at + 1 - start))) return;
      start = std::string_view::npos;
    }
  }
}

std::string quoted(std::string_view text) {
  const bool twice =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char mark = twice ? '"' : '\'';
  std::string out(1, mark);
  for (const char c : text) {
    if (c == mark || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out + mark;
}

std::string inner(const json::value& value) {
  return value.is_string()
             ? quoted(std::string_view(value.as_string().data(), value.as_string().size()))
             : printed(value);
}

std::string number(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::optional<json::object> first_object(std::string_view text) {
  std::optional<json::object> found;
  outermost(text, [&](std::string_view object) {
    found = parsed(object);
    return false;
  });
  return found;
}

std::optional<json::object> last_object(std::string_view text) {
  std::string_view last;
  outermost(text, [&](std::string_view object) {
    last = object;
    return true;
  });
  return last.empty() ? std::nullopt : parsed(last);
}

std::string printed(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "None";
    case json::kind::bool_:
      return value.as_bool() ? "True" : "False";
    case json::kind::double_:
      return number(value.as_double());
    case json::kind::string:
      return std::string(value.as_string().data(), value.as_string().size());
    case json::kind::array: {
      std::string out = "[";
      for (const json::value& item : value.as_array()) {
        out += (out.size() > 1 ? ", " : "") + inner(item);
      }
      return out + "]";
    }
    case json::kind::object: {
      std::string out = "{";
      for (const auto& [key, item] : value.as_object()) {
        out += (out.size() > 1 ? ", " : "") + quoted(std::string_view(key.data(), key.size())) +
               ": " + inner(item);
      }
      return out + "}";
    }
    default:
      return json::serialize(value);  // integers
  }
}

std::optional<std::string> answer_field(std::string_view text) {
  if (const auto object = first_object(text)) {
    if (const json::value* answer = object->if_contains("answer")) {
      if (answer->is_null()) return std::nullopt;
      std::string said = printed(*answer);
      return said.empty() ? std::nullopt : std::optional(std::move(said));
    }
  }
#define SPACES "[" CANDOR_RULE_SPACE "]*"
#define NO_BREAK "([^," CANDOR_RULE_SPACE "]*)"
  static const RE2 plain("\"answer\"" SPACES ":" SPACES "\"([^\"]*?)\"");
  static const RE2 bare("\"answer\"" SPACES ":" SPACES NO_BREAK);
  static const RE2 bare_key("answer" SPACES ":" SPACES NO_BREAK);
#undef SPACES
#undef NO_BREAK
  for (const RE2* pattern : {&plain, &bare, &bare_key}) {
    if (auto found = first_match(text, *pattern)) {
      return found->empty() ? std::nullopt : found;
    }
  }
  return std::nullopt;
}

}  // namespace candor::scoring::rules
