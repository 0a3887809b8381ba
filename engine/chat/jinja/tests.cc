// The tests behind `is`.
#include <algorithm>
#include <cmath>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

using Kind = Object::Kind;

// Tests that ask one thing of the value alone.
template <bool (*fits)(const Value&)>
Value plain(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("the test", {}, 0);
  return Value::boolean(fits(self));
}

bool is_defined(const Value& value) { return value.undefined() == nullptr; }
bool is_undefined(const Value& value) { return value.undefined() != nullptr; }
bool is_none(const Value& value) { return value.is_none(); }
bool is_boolean(const Value& value) { return value.boolean() != nullptr; }
bool is_true(const Value& value) { return value.boolean() != nullptr && *value.boolean(); }
bool is_false(const Value& value) { return value.boolean() != nullptr && !*value.boolean(); }
bool is_integer(const Value& value) { return value.integer() != nullptr; }
bool is_float(const Value& value) { return value.floating() != nullptr; }
bool is_number(const Value& value) { return value.is_number(); }
bool is_string(const Value& value) { return value.text() != nullptr; }
bool is_mapping(const Value& value) { return value.as<Dict>() != nullptr; }
bool is_callable(const Value& value) {
  return value.as<Callable>() != nullptr || value.as<Loop>() != nullptr;
}
// What has a length and elements by index: dictionaries too, as in Jinja; undefined values as well.
bool is_sequence(const Value& value) {
  return value.text() != nullptr || value.undefined() != nullptr || value.sequence() != nullptr ||
         value.as<Dict>() != nullptr || value.as<Range>() != nullptr;
}
bool is_never(const Value&) { return false; }

Value is_odd(Runtime&, const Value& self, const Arguments&) {
  if (const double* real = self.floating())
    return Value::boolean(std::abs(std::fmod(*real, 2)) == 1);
  return Value::boolean(need_integer(self, "what is tested for odd") % 2 != 0);
}

Value is_even(Runtime&, const Value& self, const Arguments&) {
  if (const double* real = self.floating()) return Value::boolean(std::fmod(*real, 2) == 0);
  return Value::boolean(need_integer(self, "what is tested for even") % 2 == 0);
}

Value is_divisible(Runtime&, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("divisibleby", {"num"}, 1);
  const std::int64_t by = need_integer(*bound[0], "the divisor");
  if (by == 0) problem("division by zero");
  return Value::boolean(by == -1 || need_integer(self, "what is divided") % by == 0);
}

Value is_same(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Value& other = *arguments.bind("sameas", {"other"}, 1)[0];
  if (self.object() != nullptr) return Value::boolean(self.object() == other.object());
  return Value::boolean(type_name(self) == type_name(other) && equal(runtime, self, other));
}

Value is_in(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return Value::boolean(contains(runtime, *arguments.bind("in", {"seq"}, 1)[0], self));
}

template <bool wanted>
Value is_equal(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return Value::boolean(equal(runtime, self, *arguments.bind("eq", {"b"}, 1)[0]) == wanted);
}

template <bool (*holds)(int)>
Value is_ordered(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return Value::boolean(holds(compare(runtime, self, *arguments.bind("the test", {"b"}, 1)[0])));
}

bool less(int order) { return order < 0; }
bool less_equal(int order) { return order <= 0; }
bool greater(int order) { return order > 0; }
bool greater_equal(int order) { return order >= 0; }

template <bool (*wanted)(char32_t), bool (*other)(char32_t)>
Value has_case(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("the test", {}, 0);
  const Text text = to_text(runtime, self);
  runtime.budget.pass(text.size());
  bool seen = false;
  for (std::size_t at = 0; at < text.size(); at += decode(text.view(), at).size) {
    const char32_t code = decode(text.view(), at).code;
    if (other(code)) return Value::boolean(false);
    seen = seen || wanted(code);
  }
  return Value::boolean(seen);
}

template <const Native* (*find)(std::string_view)>
Value is_known(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("the test", {}, 0);
  return Value::boolean(self.text() != nullptr && find(self.text()->view()) != nullptr);
}

Value is_iterable_test(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("iterable", {}, 0);
  return Value::boolean(is_iterable(self));
}

constexpr Native kTests[] = {
    {"defined", plain<is_defined>},
    {"undefined", plain<is_undefined>},
    {"none", plain<is_none>},
    {"boolean", plain<is_boolean>},
    {"true", plain<is_true>},
    {"false", plain<is_false>},
    {"integer", plain<is_integer>},
    {"float", plain<is_float>},
    {"number", plain<is_number>},
    {"string", plain<is_string>},
    {"mapping", plain<is_mapping>},
    {"iterable", is_iterable_test},
    {"sequence", plain<is_sequence>},
    {"callable", plain<is_callable>},
    {"escaped", plain<is_never>},
    {"odd", is_odd},
    {"even", is_even},
    {"divisibleby", is_divisible},
    {"sameas", is_same},
    {"in", is_in},
    {"eq", is_equal<true>},
    {"equalto", is_equal<true>},
    {"==", is_equal<true>},
    {"ne", is_equal<false>},
    {"!=", is_equal<false>},
    {"lt", is_ordered<less>},
    {"lessthan", is_ordered<less>},
    {"<", is_ordered<less>},
    {"le", is_ordered<less_equal>},
    {"<=", is_ordered<less_equal>},
    {"gt", is_ordered<greater>},
    {"greaterthan", is_ordered<greater>},
    {">", is_ordered<greater>},
    {"ge", is_ordered<greater_equal>},
    {">=", is_ordered<greater_equal>},
    {"upper", has_case<is_upper, is_lower>},
    {"lower", has_case<is_lower, is_upper>},
    {"filter", is_known<find_filter>},
    {"test", is_known<find_test>},
};

}  // namespace

const Native* find_test(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTests), std::end(kTests), [&](auto& t) { return t.name == name; });
  return found == std::end(kTests) ? nullptr : found;
}

}  // namespace candor::engine::jinja
