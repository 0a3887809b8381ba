// Filters that make texts of texts. Like Jinja's they take any value and use its str.
#include <algorithm>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/format.h"
#include "engine/chat/jinja/json.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

Value string(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("string", {}, 0);
  return to_text(runtime, self);
}

Value trim(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("trim", {"chars"}, 0);
  const bool given = bound[0] != nullptr && !bound[0]->is_none();
  const Text* characters = given ? &need_text(*bound[0], "what trim strips") : nullptr;
  return strip(runtime, to_text(runtime, self), characters, Side::kBoth);
}

Value replace_filter(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("replace", {"old", "new", "count"}, 2);
  const bool limited = bound[2] != nullptr && !bound[2]->is_none();
  return replace(runtime, to_text(runtime, self), to_text(runtime, *bound[0]),
                 to_text(runtime, *bound[1]),
                 limited ? need_integer(*bound[2], "count of replace") : -1);
}

template <std::string (*map)(std::string_view)>
Value map_filter(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("the filter", {}, 0);
  const Text text = to_text(runtime, self);
  return mapped(runtime, text, map(text.view()));
}

// Jinja's own title: words begin after white space, '-', '(', '{', '[' and '<' only.
std::string title_words(std::string_view text) {
  std::string out;
  std::size_t begin = 0;
  const auto add_word = [&](std::size_t end) {
    if (begin == end) return;
    const std::size_t first = decode(text, begin).size;
    out += to_upper(text.substr(begin, first));
    out += to_lower(text.substr(begin + first, end - begin - first));
  };
  for (std::size_t at = 0; at < text.size();) {
    const Character character = decode(text, at);
    const bool breaks = is_space(character.code) || character.code == '-' ||
                        character.code == '(' || character.code == '{' || character.code == '[' ||
                        character.code == '<';
    if (breaks) {
      add_word(at);
      out += text.substr(at, character.size);
      begin = at + character.size;
    }
    at += character.size;
  }
  add_word(text.size());
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    Budget::check_text(out.size());
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Value center(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("center", {"width"}, 0);
  const std::int64_t width = bound[0] == nullptr ? 80 : need_integer(*bound[0], "the width");
  return pad(runtime, to_text(runtime, self), width, " ", Side::kBoth);
}

// Numbers have neither lines nor a length.
void refuse_number(const Value& value, std::string_view filter) {
  if (value.is_none() || value.is_number()) {
    problem("{} needs a string, not {}", filter, type_name(value));
  }
}

Value indent(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("indent", {"width", "first", "blank"}, 0);
  Text margin = *runtime.text("    ").text();
  if (bound[0] != nullptr && bound[0]->text() != nullptr) {
    margin = *bound[0]->text();
  } else if (bound[0] != nullptr) {
    margin = repeat(runtime, *runtime.text(" ").text(), need_integer(*bound[0], "the width"));
  }
  const bool blank = bound[2] != nullptr && truth(*bound[2]);
  TextBuilder with_end(runtime.budget);
  with_end.append(need_text(self, "what indent is applied to"));
  with_end.append("\n", false);
  const std::vector<Value> lines = split_lines(runtime, with_end.finish(), false);
  TextBuilder out(runtime.budget);
  if (bound[1] != nullptr && truth(*bound[1])) out.append(margin);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Text& line = *lines[i].text();
    if (i != 0) {
      out.append("\n", false);
      if (blank || !line.empty()) out.append(margin);
    }
    out.append(line);
  }
  return out.finish();
}

Value truncate(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("truncate", {"length", "killwords", "end", "leeway"}, 0);
  const std::int64_t limit = bound[0] == nullptr ? 255 : need_integer(*bound[0], "the length");
  const bool kill_words = bound[1] != nullptr && truth(*bound[1]);
  const Text end = bound[2] == nullptr ? *runtime.text("...").text() : to_text(runtime, *bound[2]);
  const bool no_leeway = bound[3] == nullptr || bound[3]->is_none();
  const std::int64_t leeway = no_leeway ? 5 : need_integer(*bound[3], "the leeway");
  refuse_number(self, "truncate");
  const Text text = to_text(runtime, self);
  const std::int64_t kept = limit - static_cast<std::int64_t>(end.length());
  if (kept < 0) problem("truncate: the length is less than that of the end");
  if (leeway < 0) problem("truncate: the leeway is negative");
  const auto length = static_cast<std::int64_t>(text.length());
  if (length <= limit || length - limit <= leeway) return text;
  std::size_t cut_at = byte_offset(text.view(), static_cast<std::size_t>(kept));
  if (!kill_words) {
    const std::size_t space = text.view().substr(0, cut_at).rfind(' ');
    if (space != std::string_view::npos) cut_at = space;
  }
  TextBuilder out(runtime.budget);
  out.append(text, 0, cut_at);
  out.append(end);
  return out.finish();
}

Value wordcount(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("wordcount", {}, 0);
  const auto is_word = [](char32_t code) {
    return is_alpha(code) || is_digit(code) || code == '_';
  };
  const Text text = to_text(runtime, self);
  runtime.budget.pass(text.size());
  std::int64_t count = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size(); at += decode(text.view(), at).size) {
    const bool word = is_word(decode(text.view(), at).code);
    if (word && !inside) ++count;
    inside = word;
  }
  return Value::integer(count);
}

Value format_filter(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (!arguments.positional.empty() && !arguments.named.empty()) {
    problem("format takes values by position or by name, not both");
  }
  Value values = runtime.tuple(arguments.positional);
  if (!arguments.named.empty()) {
    Dict* names = runtime.make<Dict>();
    for (const auto& [name, value] : arguments.named) {
      names->set(runtime, runtime.text(name), value);
    }
    values = names;
  }
  return format_percent(runtime, to_text(runtime, self), values);
}

// As the reference for chat templates defines it (not Jinja's own, which escapes HTML).
Value tojson(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound =
      arguments.bind("tojson", {"ensure_ascii", "indent", "separators", "sort_keys"}, 0);
  JsonStyle style;
  style.ascii = bound[0] != nullptr && truth(*bound[0]);
  if (bound[1] != nullptr && !bound[1]->is_none()) {
    const std::int64_t indent = need_integer(*bound[1], "the indent of tojson");
    if (indent > 1000) problem("tojson: an indent of more than 1000 columns");
    style.indent = static_cast<int>(std::max<std::int64_t>(indent, 0));
    style.between = ",";
  }
  if (bound[2] != nullptr && !bound[2]->is_none()) {
    List* pair = bound[2]->sequence();
    if (pair == nullptr || pair->items.size() != 2) problem("tojson: separators are two strings");
    style.between = need_text(pair->items[0], "a separator of tojson").view();
    style.colon = need_text(pair->items[1], "a separator of tojson").view();
  }
  style.sorted = bound[3] != nullptr && truth(*bound[3]);
  return to_json(runtime, self, style);
}

// As in a path: letters, digits and _.-~/ stay as they are.
std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    Budget::check_text(out.size());
    const auto byte = static_cast<unsigned char>(c);
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alphanumeric || std::string_view("_.-~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

Value urlencode(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (self.object() != nullptr) problem("urlencode is known for texts and numbers only");
  return map_filter<percent_encode>(runtime, self, arguments);
}

constexpr Native kFilters[] = {
    {"string", string},
    {"urlencode", urlencode},
    {"safe", string},
    {"trim", trim},
    {"replace", replace_filter},
    {"upper", map_filter<to_upper>},
    {"lower", map_filter<to_lower>},
    {"title", map_filter<title_words>},
    {"capitalize", map_filter<to_capitalized>},
    {"escape", map_filter<escape_html>},
    {"e", map_filter<escape_html>},
    {"forceescape", map_filter<escape_html>},
    {"center", center},
    {"indent", indent},
    {"truncate", truncate},
    {"wordcount", wordcount},
    {"format", format_filter},
    {"tojson", tojson},
};

}  // namespace

std::span<const Native> text_filters() { return kFilters; }

}  // namespace candor::engine::jinja
