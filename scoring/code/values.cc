// Values of Python as the codec in the box writes them (python/codec.py.inc): compared by exact
// type.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "scoring/code/languages.h"

namespace candor::scoring {

namespace json = boost::json;

namespace {

// Hexadecimal digits of a number given in decimal ones, without leading zeros; "-" is kept.
std::string to_hex(std::string_view decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  std::vector<unsigned> limbs;  // base 2^16, lowest first
  for (const char c : decimal) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (unsigned& limb : limbs) {
      const unsigned value = limb * 10 + carry;
      limb = value & 0xffffU;
      carry = value >> 16U;
    }
    if (carry != 0) limbs.push_back(carry);
  }
  std::string digits;
  for (auto limb = limbs.rbegin(); limb != limbs.rend(); ++limb) {
    digits += digits.empty() ? fmt::format("{:x}", *limb) : fmt::format("{:04x}", *limb);
  }
  if (digits.empty()) return "0";
  return negative ? "-" + digits : digits;
}

std::string hex_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return fmt::format("{:a}", value);
}

double float_of(const json::value& body) {
  if (body.is_string()) return std::strtod(body.get_string().c_str(), nullptr);
  return body.to_number<double>();
}

// The one mark of a typed value and what stands behind it; nothing for plain values.
struct Marked {
  std::string_view mark;
  const json::value* body = nullptr;
};

Marked marked(const json::value& value) {
  if (!value.is_object() || value.get_object().size() != 1) return {};
  const auto& member = *value.get_object().begin();
  return {std::string_view(member.key()), &member.value()};
}

// A text that is the same for equal values, and different for different ones. Nothing for what
// equals nothing: NaN, values of types that do not cross, messages that are no values.
std::optional<std::string> canonical(const json::value& value);

std::optional<std::string> canonical_items(const json::value& body, bool sorted) {
  if (!body.is_array()) return std::nullopt;
  std::vector<std::string> items;
  for (const json::value& item : body.get_array()) {
    std::optional<std::string> text = canonical(item);
    if (!text) return std::nullopt;
    items.push_back(std::move(*text));
  }
  if (sorted) std::sort(items.begin(), items.end());
  std::string all;
  for (const std::string& item : items) all += fmt::format("{}:{}", item.size(), item);
  return all;
}

std::optional<std::string> canonical(const json::value& value) {
  if (value.is_null()) return "n";
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value.is_int64()) return "i" + to_hex(std::to_string(value.get_int64()));
  if (value.is_uint64()) return "i" + to_hex(std::to_string(value.get_uint64()));
  if (value.is_string()) return "s" + std::string(value.get_string());
  const Marked typed = marked(value);
  if (typed.body == nullptr) return std::nullopt;
  const json::value& body = *typed.body;
  if ((typed.mark == "i" || typed.mark == "b" || typed.mark == "u") && body.is_string()) {
    return std::string(typed.mark) + std::string(body.get_string());
  }
  if (typed.mark == "f") {
    const double number = float_of(body);
    if (std::isnan(number)) return std::nullopt;
    return "f" + hex_float(number == 0 ? 0.0 : number);
  }
  if (typed.mark == "c" && body.is_array() && body.get_array().size() == 2) {
    const double re = float_of(body.get_array()[0]);
    const double im = float_of(body.get_array()[1]);
    if (std::isnan(re) || std::isnan(im)) return std::nullopt;
    return "c" + hex_float(re == 0 ? 0.0 : re) + "," + hex_float(im == 0 ? 0.0 : im);
  }
  if (typed.mark == "l" || typed.mark == "t" || typed.mark == "s" || typed.mark == "z" ||
      typed.mark == "d") {
    const bool sorted = typed.mark != "l" && typed.mark != "t";
    if (typed.mark != "d") {
      const auto items = canonical_items(body, sorted);
      return items ? std::optional(std::string(typed.mark) + "[" + *items) : std::nullopt;
    }
    json::array pairs;
    if (!body.is_array()) return std::nullopt;
    for (const json::value& pair : body.get_array()) pairs.push_back(json::object{{"t", pair}});
    const auto items = canonical_items(pairs, true);
    return items ? std::optional("d[" + *items) : std::nullopt;
  }
  return std::nullopt;
}

bool same_with(const json::value& a, const json::value& b, double tolerance);

bool same_items(const json::value& a, const json::value& b, double tolerance) {
  if (!a.is_array() || !b.is_array() || a.get_array().size() != b.get_array().size()) return false;
  for (std::size_t i = 0; i < a.get_array().size(); ++i) {
    if (!same_with(a.get_array()[i], b.get_array()[i], tolerance)) return false;
  }
  return true;
}

// Floats may differ wherever they stand in order: not within sets and keys.
bool same_with(const json::value& a, const json::value& b, double tolerance) {
  const Marked first = marked(a);
  const Marked second = marked(b);
  if (first.body != nullptr && second.body != nullptr && first.mark == second.mark) {
    if (first.mark == "f") {
      return same_number(float_of(*first.body), float_of(*second.body), tolerance);
    }
    if (first.mark == "l" || first.mark == "t") {
      return same_items(*first.body, *second.body, tolerance);
    }
    if (first.mark == "d" && first.body->is_array() && second.body->is_array()) {
      const json::array& left = first.body->get_array();
      const json::array& right = second.body->get_array();
      if (left.size() != right.size()) return false;
      const auto key = [](const json::value& pair) {
        const bool whole = pair.is_array() && pair.get_array().size() == 2;
        return whole ? canonical(pair.get_array()[0]) : std::nullopt;
      };
      return std::all_of(left.begin(), left.end(), [&](const json::value& pair) {
        const auto name = key(pair);
        const auto found = std::find_if(right.begin(), right.end(), [&](const json::value& other) {
          return name && key(other) == name;
        });
        return found != right.end() &&
               same_with(pair.get_array()[1], found->get_array()[1], tolerance);
      });
    }
  }
  const auto left = canonical(a);
  return left && left == canonical(b);
}

json::value items_to_codec(const json::value& items) {
  json::array result;
  for (const json::value& item : items.get_array()) result.push_back(to_codec(item));
  return result;
}

}  // namespace

json::value to_codec(const json::value& value) {
  if (value.is_double()) return json::object{{"f", hex_float(value.get_double())}};
  if (value.is_array()) return json::object{{"l", items_to_codec(value)}};
  if (!value.is_object()) return value;
  const Marked typed = marked(value);
  if (typed.body != nullptr && typed.mark.starts_with('$')) {
    const json::value& body = *typed.body;
    if (typed.mark == "$tuple") return json::object{{"t", items_to_codec(body)}};
    if (typed.mark == "$set") return json::object{{"s", items_to_codec(body)}};
    if (typed.mark == "$frozenset") return json::object{{"z", items_to_codec(body)}};
    if (typed.mark == "$bytes") return json::object{{"b", body}};
    if (typed.mark == "$int") return json::object{{"i", to_hex(body.get_string())}};
    if (typed.mark == "$float") return json::object{{"f", hex_float(float_of(body))}};
    if (typed.mark == "$complex") {
      return json::object{{"c", json::array{hex_float(float_of(body.get_array()[0])),
                                            hex_float(float_of(body.get_array()[1]))}}};
    }
    json::array pairs;  // $dict
    for (const json::value& pair : body.get_array()) pairs.push_back(items_to_codec(pair));
    return json::object{{"d", std::move(pairs)}};
  }
  json::array pairs;
  for (const auto& member : value.get_object()) {
    pairs.push_back(json::array{json::string(member.key()), to_codec(member.value())});
  }
  return json::object{{"d", std::move(pairs)}};
}

bool same_number(double value, double expected, std::optional<double> tolerance) {
  if (value == expected) return true;
  if (!tolerance || !std::isfinite(value) || !std::isfinite(expected)) return false;
  return std::fabs(value - expected) <= *tolerance * std::max(1.0, std::fabs(expected));
}

bool same_value(const json::value& result, const json::value& expected,
                std::optional<double> tolerance) {
  const json::value wanted = to_codec(expected);
  if (tolerance) return same_with(result, wanted, *tolerance);
  const auto left = canonical(result);
  return left && left == canonical(wanted);
}

}  // namespace candor::scoring
