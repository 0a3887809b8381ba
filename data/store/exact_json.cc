#include "data/store/exact_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <vector>

#include "data/base/error.h"
#include "data/records/json_fields.h"

namespace candor::data {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxDepth = 100;

// Builds the value on a stack, bottom up. The names and results are those that basic_parser calls.
struct ExactHandler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::system::error_code;
  using Text = json::string_view;

  std::vector<json::value> values;
  std::vector<std::string> keys;
  std::string text;    // of the string or key that is being read
  std::string number;  // of the number that is being read

  bool push(json::value value) {
    values.push_back(std::move(value));
    return true;
  }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_array_end(std::size_t n, Code&) {
    json::array array;
    array.reserve(n);
    for (std::size_t i = values.size() - n; i < values.size(); ++i) {
      array.push_back(std::move(values[i]));
    }
    values.resize(values.size() - n);
    return push(std::move(array));
  }
  bool on_object_end(std::size_t n, Code&) {
    json::object object;
    object.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      object.insert_or_assign(keys[keys.size() - n + i], std::move(values[values.size() - n + i]));
    }
    values.resize(values.size() - n);
    keys.resize(keys.size() - n);
    return push(std::move(object));
  }
  bool on_key_part(Text part, std::size_t, Code&) {
    text += part;
    return true;
  }
  bool on_key(Text part, std::size_t, Code&) {
    text += part;
    keys.push_back(std::move(text));
    text.clear();
    return true;
  }
  bool on_string_part(Text part, std::size_t, Code&) {
    text += part;
    return true;
  }
  bool on_string(Text part, std::size_t, Code&) {
    text += part;
    const bool done = push(json::value(text));
    text.clear();
    return done;
  }
  bool on_number_part(Text part, Code&) {
    number += part;
    return true;
  }
  bool on_int64(std::int64_t value, Text, Code&) {
    number.clear();
    return push(value);
  }
  bool on_uint64(std::uint64_t value, Text, Code&) {
    number.clear();
    return push(value);
  }
  bool on_double(double approximate, Text part, Code&) {
    number += part;
    double exact = approximate;
    std::from_chars(number.data(), number.data() + number.size(), exact);
    number.clear();
    return push(exact);
  }
  bool on_bool(bool value, Code&) { return push(value); }
  bool on_null(Code&) { return push(nullptr); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }
};

void check(const json::value& value, std::size_t depth, std::string_view where) {
  if (depth > kMaxDepth) fail("{}: nested deeper than {} levels", where, kMaxDepth);
  if (value.is_double() && !std::isfinite(value.get_double())) {
    fail("{}: a number is not finite and cannot be kept as JSON", where);
  }
  if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) check(element, depth + 1, where);
  } else if (const json::object* object = value.if_object()) {
    for (const json::key_value_pair& field : *object) check(field.value(), depth + 1, where);
  }
}

}  // namespace

json::value parse_exact(std::string_view text, std::string_view where) {
  json::parse_options options;
  options.max_depth = kMaxDepth + 1;
  options.allow_invalid_utf8 = true;
  json::basic_parser<ExactHandler> parser(options);
  boost::system::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error) fail("{}: not valid JSON at offset {}: {}", where, read, error.message());
  return std::move(parser.handler().values.back());
}

std::string serialize_exact(const json::value& value, std::string_view where) {
  check(value, 0, where);
  return canonical(value);
}

}  // namespace candor::data
