// Filters on single values: defaults, numbers, attributes.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/text_operations.h"

namespace candor::engine::jinja {
namespace {

Value fallback(Runtime&, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("default", {"default_value", "boolean"}, 0);
  const bool also_false = bound[1] != nullptr && truth(*bound[1]);
  if (self.undefined() == nullptr && !(also_false && !truth(self))) return self;
  return bound[0] == nullptr ? Value(Text()) : *bound[0];
}

Value length_filter(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("length", {}, 0);
  return Value::integer(static_cast<std::int64_t>(length(self)));
}

Value attribute(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("attr", {"name"}, 1);
  need_defined(self);
  const std::string_view name = need_text(*bound[0], "the name of the attribute").view();
  // Attributes only, never items: of a dictionary its methods.
  const bool is_dict = self.as<Dict>() != nullptr;
  if (is_dict && find_method(self, name) == nullptr) {
    return Value::undefined(fmt::format("'dict object' has no attribute '{}'", name));
  }
  return get_attribute(runtime, self, name);
}

// The number a text spells, as int() and float() read it; nothing when it spells none.
std::optional<std::int64_t> read_integer(std::string_view text, int base) {
  bool minus = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    minus = text[0] == '-';
    text.remove_prefix(1);
  }
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  if (base == 8 && (text.starts_with("0o") || text.starts_with("0O"))) text.remove_prefix(2);
  if (base == 2 && (text.starts_with("0b") || text.starts_with("0B"))) text.remove_prefix(2);
  if (text.empty() || text[0] == '-') return std::nullopt;
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec == std::errc::result_out_of_range) problem("a whole number beyond 64 bits");
  if (read.ptr != text.data() + text.size()) return std::nullopt;
  return minus ? -value : value;
}

std::optional<double> read_float(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> truncated(double value) {
  if (!(std::abs(value) < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

Value to_integer(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("int", {"default", "base"}, 0);
  need_defined(self);
  const std::int64_t base = bound[1] == nullptr ? 10 : need_integer(*bound[1], "the base of int");
  if (base < 2 || base > 36) problem("the base of int must be from 2 to 36");
  std::optional<std::int64_t> value;
  if (self.is_integral()) {
    value = self.as_integer();
  } else if (const double* real = self.floating()) {
    value = truncated(*real);
  } else if (const Text* text = self.text()) {
    const Text bare = strip(runtime, *text, nullptr, Side::kBoth);
    value = read_integer(bare.view(), static_cast<int>(base));
    if (!value) {
      if (const auto spelt = read_float(bare.view())) value = truncated(*spelt);
    }
  }
  if (value) return Value::integer(*value);
  return bound[0] == nullptr ? Value::integer(0) : *bound[0];
}

Value to_float(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("float", {"default"}, 0);
  need_defined(self);
  std::optional<double> value;
  if (self.is_number()) {
    value = self.as_double();
  } else if (const Text* text = self.text()) {
    value = read_float(strip(runtime, *text, nullptr, Side::kBoth).view());
  }
  if (value) return Value::floating(*value);
  return bound[0] == nullptr ? Value::floating(0) : *bound[0];
}

Value absolute(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("abs", {}, 0);
  need_defined(self);
  if (const double* real = self.floating()) return Value::floating(std::abs(*real));
  const std::int64_t value = need_integer(self, "the number abs takes");
  if (value == INT64_MIN) problem("the result is a whole number beyond 64 bits");
  return Value::integer(value < 0 ? -value : value);
}

Value round_filter(Runtime&, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("round", {"precision", "method"}, 0);
  need_defined(self);
  if (!self.is_number()) problem("round needs a number, not {}", type_name(self));
  const std::int64_t precision =
      bound[0] == nullptr ? 0 : need_integer(*bound[0], "the precision of round");
  const std::string_view method =
      bound[1] == nullptr ? "common" : need_text(*bound[1], "the method of round").view();
  if (precision < -300 || precision > 300) problem("the precision of round is out of range");
  const double value = self.as_double();
  const double scale = std::pow(10.0, static_cast<double>(precision));
  if (method == "ceil") return Value::floating(std::ceil(value * scale) / scale);
  if (method == "floor") return Value::floating(std::floor(value * scale) / scale);
  if (method != "common") problem("the method of round must be common, ceil or floor");
  if (self.is_integral() && precision >= 0) return Value::integer(self.as_integer());
  if (!std::isfinite(value)) return Value::floating(value);
  double rounded = 0;
  if (precision >= 0) {
    // Rounding the exact decimal expansion half to even is what Python does.
    const std::string text = fmt::format("{:.{}f}", value, static_cast<int>(precision));
    rounded = read_float(text).value_or(value);
  } else {
    rounded = std::nearbyint(value * scale) / scale;
  }
  return self.is_integral() ? Value::integer(static_cast<std::int64_t>(rounded))
                            : Value::floating(rounded);
}

constexpr Native kFilters[] = {
    {"default", fallback},    {"d", fallback},     {"length", length_filter},
    {"count", length_filter}, {"attr", attribute}, {"int", to_integer},
    {"float", to_float},      {"abs", absolute},   {"round", round_filter},
};

}  // namespace

std::span<const Native> value_filters() { return kFilters; }

const Native* find_filter(std::string_view name) {
  for (const auto table : {text_filters(), value_filters(), sequence_filters()}) {
    for (const Native& filter : table) {
      if (filter.name == name) return &filter;
    }
  }
  return nullptr;
}

}  // namespace candor::engine::jinja
