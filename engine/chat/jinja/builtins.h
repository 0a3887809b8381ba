// What the language brings along: filters, tests, methods of strings, lists and dictionaries, and
// global functions. Each is a Native: a name and a function over the value it is applied to.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/runtime.h"
#include "engine/chat/jinja/value.h"

namespace candor::engine::jinja {

// `self` is the value in front of the bar, of `is`, or of the method's dot.
struct Native {
  std::string_view name;
  Value (*run)(Runtime& runtime, const Value& self, const Arguments& arguments);
};

// Null when there is none of that name.
const Native* find_filter(std::string_view name);
const Native* find_test(std::string_view name);  // they give a bool
const Native* find_method(const Value& self, std::string_view name);

// The tables behind the above, one a file.
std::span<const Native> text_filters();
std::span<const Native> value_filters();
std::span<const Native> sequence_filters();
std::span<const Native> text_methods();
std::span<const Native> text_query_methods();
std::span<const Native> container_methods(Object::Kind kind);

// range, dict, namespace, joiner, raise_exception, strftime_now.
std::vector<std::pair<std::string_view, Value>> global_functions(Runtime& runtime);

// `value.name` and `value[key]` with Jinja's order: a method before an item after a dot, an item
// before a method in brackets. What is not there is undefined; undefined values have nothing.
Value get_attribute(Runtime& runtime, const Value& value, std::string_view name);
Value get_item(Runtime& runtime, const Value& value, const Value& key);
// `value[start:stop:step]`; none where a part was left out.
Value get_slice(Runtime& runtime, const Value& value, const Value& start, const Value& stop,
                const Value& step);
// An attribute by a path such as "function.name" or "messages.0.role" (map, selectattr, sort …).
Value get_path(Runtime& runtime, const Value& value, const Value& path);

}  // namespace candor::engine::jinja
