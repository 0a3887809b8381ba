// The methods of strings that ask something.
#include <algorithm>
#include <optional>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

constexpr auto kNowhere = std::string_view::npos;

// The part of a text between two optional character positions, which count from the end when
// negative: `offset` is where it begins, in bytes; nothing when it begins past the end.
struct Window {
  std::string_view text;
  std::size_t offset;
};

std::optional<Window> window(Runtime& runtime, const Text& text, const Value* start,
                             const Value* stop) {
  runtime.budget.pass(text.size());
  const auto length = static_cast<std::int64_t>(text.length());
  const auto place = [&](const Value* value, std::int64_t otherwise) {
    if (value == nullptr || value->is_none()) return otherwise;
    const std::int64_t at = need_integer(*value, "a position in a string");
    return at < 0 ? std::max<std::int64_t>(0, at + length) : at;
  };
  const std::int64_t first = place(start, 0);
  const std::int64_t last = std::min(place(stop, length), length);
  if (first > length || last < first) return std::nullopt;
  const std::size_t begin = byte_offset(text.view(), static_cast<std::size_t>(first));
  const std::size_t end = byte_offset(text.view(), static_cast<std::size_t>(last));
  return Window{text.view().substr(begin, end - begin), begin};
}

template <bool at_end>
Value has_affix(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound =
      arguments.bind(at_end ? "endswith" : "startswith", {"affix", "start", "end"}, 1);
  const auto inside = window(runtime, *self.text(), bound[1], bound[2]);
  const auto fits = [&](const Value& affix) {
    const std::string_view text =
        need_text(affix, "what startswith() or endswith() asks for").view();
    if (!inside) return false;
    runtime.budget.pass(text.size());
    return at_end ? inside->text.ends_with(text) : inside->text.starts_with(text);
  };
  if (List* affixes = bound[0]->sequence(); affixes != nullptr && bound[0]->list() == nullptr) {
    runtime.budget.step(affixes->items.size());
    return Value::boolean(std::any_of(affixes->items.begin(), affixes->items.end(), fits));
  }
  return Value::boolean(fits(*bound[0]));
}

template <bool from_right, bool must_be_there>
Value find_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("find", {"sub", "start", "end"}, 1);
  const std::string_view part = need_text(*bound[0], "what find() looks for").view();
  const auto inside = window(runtime, *self.text(), bound[1], bound[2]);
  std::size_t found = kNowhere;
  if (inside) {
    found = from_right ? find_last(runtime, inside->text, part)
                       : find_text(runtime, inside->text, part);
  }
  if (found == kNowhere) {
    if (must_be_there) problem("substring not found");
    return Value::integer(-1);
  }
  const std::string_view before = self.text()->view().substr(0, inside->offset + found);
  return Value::integer(static_cast<std::int64_t>(count_characters(before)));
}

Value count_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("count", {"sub", "start", "end"}, 1);
  const std::string_view part = need_text(*bound[0], "what count() counts").view();
  const auto inside = window(runtime, *self.text(), bound[1], bound[2]);
  std::int64_t count = 0;
  if (!inside) return Value::integer(0);
  if (part.empty()) {
    return Value::integer(static_cast<std::int64_t>(count_characters(inside->text)) + 1);
  }
  for (std::size_t at = find_text(runtime, inside->text, part); at != kNowhere;
       at = find_text(runtime, inside->text, part, at + part.size())) {
    ++count;
  }
  return Value::integer(count);
}

bool is_alphanumeric(char32_t code) { return is_alpha(code) || is_digit(code); }

template <bool (*fits)(char32_t)>
Value all_characters(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("the method", {}, 0);
  const std::string_view text = self.text()->view();
  runtime.budget.pass(text.size());
  bool all = !text.empty();
  for (std::size_t at = 0; all && at < text.size(); at += decode(text, at).size) {
    all = fits(decode(text, at).code);
  }
  return Value::boolean(all);
}

// True when there is a letter of the one case and none of the other.
template <bool (*wanted)(char32_t), bool (*other)(char32_t)>
Value all_cased(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("the method", {}, 0);
  const std::string_view text = self.text()->view();
  runtime.budget.pass(text.size());
  bool seen = false;
  for (std::size_t at = 0; at < text.size(); at += decode(text, at).size) {
    const char32_t code = decode(text, at).code;
    if (other(code)) return Value::boolean(false);
    seen = seen || wanted(code);
  }
  return Value::boolean(seen);
}

// Unlike the others these two hold of an empty text.
Value is_ascii_text(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("isascii", {}, 0);
  return Value::boolean(self.text()->is_ascii());
}

Value is_printable_text(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (self.text()->empty()) {
    arguments.bind("isprintable", {}, 0);
    return Value::boolean(true);
  }
  return all_characters<is_printable>(runtime, self, arguments);
}

constexpr Native kMethods[] = {
    {"isascii", is_ascii_text},
    {"isprintable", is_printable_text},
    {"startswith", has_affix<false>},
    {"endswith", has_affix<true>},
    {"find", find_method<false, false>},
    {"rfind", find_method<true, false>},
    {"index", find_method<false, true>},
    {"rindex", find_method<true, true>},
    {"count", count_method},
    {"isdigit", all_characters<is_digit>},
    {"isdecimal", all_characters<is_digit>},
    {"isnumeric", all_characters<is_digit>},
    {"isalpha", all_characters<is_alpha>},
    {"isalnum", all_characters<is_alphanumeric>},
    {"isspace", all_characters<is_space>},
    {"isupper", all_cased<is_upper, is_lower>},
    {"islower", all_cased<is_lower, is_upper>},
};

}  // namespace

std::span<const Native> text_query_methods() { return kMethods; }

}  // namespace candor::engine::jinja
