// The methods of strings that give strings.
#include <algorithm>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/format.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

const Text& text_of(const Value& self) { return *self.text(); }

// An argument that may be left out or none.
const Text* optional_text(const Value* value, std::string_view what) {
  return value == nullptr || value->is_none() ? nullptr : &need_text(*value, what);
}

template <Side side>
Value strip_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("strip", {"chars"}, 0);
  return strip(runtime, text_of(self), optional_text(bound[0], "the argument of strip()"), side);
}

template <bool from_right>
Value split_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("split", {"sep", "maxsplit"}, 0);
  const Text* separator = optional_text(bound[0], "the separator of split()");
  const std::int64_t limit =
      bound[1] == nullptr ? -1 : need_integer(*bound[1], "maxsplit of split()");
  return runtime.list(split(runtime, text_of(self), separator, limit, from_right));
}

Value splitlines_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("splitlines", {"keepends"}, 0);
  return runtime.list(split_lines(runtime, text_of(self), bound[0] != nullptr && truth(*bound[0])));
}

template <bool from_right>
Value partition_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("partition", {"sep"}, 1);
  const Text& text = text_of(self);
  const Text& separator = need_text(*bound[0], "the separator of partition()");
  if (separator.empty()) problem("empty separator");
  runtime.budget.pass(text.size());
  const std::size_t found = from_right ? find_last(runtime, text.view(), separator.view())
                                       : find_text(runtime, text.view(), separator.view());
  if (found == std::string_view::npos) {
    return from_right ? runtime.tuple({Text(), Text(), text})
                      : runtime.tuple({text, Text(), Text()});
  }
  const std::size_t after = found + separator.size();
  return runtime.tuple({cut(runtime.budget, text, 0, found),
                        cut(runtime.budget, text, found, after),
                        cut(runtime.budget, text, after, text.size())});
}

Value replace_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("replace", {"old", "new", "count"}, 2);
  return replace(runtime, text_of(self), need_text(*bound[0], "what replace() looks for"),
                 need_text(*bound[1], "what replace() puts in"),
                 bound[2] == nullptr ? -1 : need_integer(*bound[2], "count of replace()"));
}

template <std::string (*map)(std::string_view)>
Value map_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("the method", {}, 0);
  return mapped(runtime, text_of(self), map(text_of(self).view()));
}

std::string swap_case(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = decode(text, at);
    const std::string_view bytes = text.substr(at, character.size);
    out += is_upper(character.code)   ? to_lower(bytes)
           : is_lower(character.code) ? to_upper(bytes)
                                      : std::string(bytes);
    at += character.size;
  }
  return out;
}

Value join_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("join", {"iterable"}, 1);
  need_defined(*bound[0]);
  Items items(runtime, *bound[0]);
  for (const Value& item : items.values()) need_text(item, "each element given to join()");
  return join(runtime, text_of(self), items.values());
}

Value remove_prefix(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("removeprefix", {"prefix"}, 1);
  const Text& prefix = need_text(*bound[0], "the prefix");
  const Text& text = text_of(self);
  if (!text.view().starts_with(prefix.view())) return text;
  return cut(runtime.budget, text, prefix.size(), text.size());
}

Value remove_suffix(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("removesuffix", {"suffix"}, 1);
  const Text& suffix = need_text(*bound[0], "the suffix");
  const Text& text = text_of(self);
  if (!text.view().ends_with(suffix.view())) return text;
  return cut(runtime.budget, text, 0, text.size() - suffix.size());
}

template <Side fill_side>
Value pad_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("padding", {"width", "fillchar"}, 1);
  const std::string_view fill =
      bound[1] == nullptr ? " " : need_text(*bound[1], "the fill character").view();
  if (count_characters(fill) != 1) problem("the fill character must be one character");
  return pad(runtime, text_of(self), need_integer(*bound[0], "the width"), fill, fill_side);
}

Value zfill_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("zfill", {"width"}, 1);
  const Text& text = text_of(self);
  const std::int64_t width = need_integer(*bound[0], "the width");
  const bool sign = text.view().starts_with('-') || text.view().starts_with('+');
  if (!sign) return pad(runtime, text, width, "0", Side::kLeft);
  TextBuilder out(runtime.budget);
  out.append(text, 0, 1);
  out.append(pad(runtime, cut(runtime.budget, text, 1, text.size()),
                 std::max<std::int64_t>(width, 1) - 1, "0", Side::kLeft));
  return out.finish();
}

Value format_method(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return format_braces(runtime, text_of(self), arguments);
}

constexpr Native kMethods[] = {
    {"strip", strip_method<Side::kBoth>},
    {"lstrip", strip_method<Side::kLeft>},
    {"rstrip", strip_method<Side::kRight>},
    {"split", split_method<false>},
    {"rsplit", split_method<true>},
    {"splitlines", splitlines_method},
    {"partition", partition_method<false>},
    {"rpartition", partition_method<true>},
    {"replace", replace_method},
    {"upper", map_method<to_upper>},
    {"lower", map_method<to_lower>},
    {"casefold", map_method<to_lower>},
    {"title", map_method<to_title>},
    {"capitalize", map_method<to_capitalized>},
    {"swapcase", map_method<swap_case>},
    {"join", join_method},
    {"removeprefix", remove_prefix},
    {"removesuffix", remove_suffix},
    {"ljust", pad_method<Side::kRight>},
    {"rjust", pad_method<Side::kLeft>},
    {"center", pad_method<Side::kBoth>},
    {"zfill", zfill_method},
    {"format", format_method},
};

}  // namespace

std::span<const Native> text_methods() { return kMethods; }

}  // namespace candor::engine::jinja
