#include "data/records/json_fields.h"

#include <algorithm>

#include "data/base/error.h"

namespace candor::data {

namespace json = boost::json;

void JsonFields::wrong(std::string_view key, std::string_view expected) const {
  fail("{}: field \"{}\": expected {}", where_, key, expected);
}

const json::value* JsonFields::find(std::string_view key) const {
  const json::value* value = object_.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::value& JsonFields::need(std::string_view key, std::string_view expected) const {
  const json::value* value = find(key);
  if (value == nullptr) fail("{}: field \"{}\" is missing: expected {}", where_, key, expected);
  return *value;
}

std::string JsonFields::text(std::string_view key) const {
  const json::value& value = need(key, "a string");
  if (!value.is_string()) wrong(key, "a string");
  return std::string(value.get_string());
}

std::int64_t JsonFields::integer(std::string_view key) const {
  const json::value& value = need(key, "an integer");
  if (value.is_int64()) return value.get_int64();
  wrong(key, "an integer");
}

double JsonFields::number(std::string_view key) const {
  const json::value& value = need(key, "a number");
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  wrong(key, "a number");
}

bool JsonFields::boolean(std::string_view key) const {
  const json::value& value = need(key, "true or false");
  if (!value.is_bool()) wrong(key, "true or false");
  return value.get_bool();
}

const json::array& JsonFields::array(std::string_view key) const {
  const json::value& value = need(key, "an array");
  if (!value.is_array()) wrong(key, "an array");
  return value.get_array();
}

const json::object& JsonFields::object(std::string_view key) const {
  const json::value& value = need(key, "an object");
  if (!value.is_object()) wrong(key, "an object");
  return value.get_object();
}

std::string JsonFields::text_or(std::string_view key, std::string_view fallback) const {
  return find(key) == nullptr ? std::string(fallback) : text(key);
}

std::int64_t JsonFields::integer_or(std::string_view key, std::int64_t fallback) const {
  return find(key) == nullptr ? fallback : integer(key);
}

double JsonFields::number_or(std::string_view key, double fallback) const {
  return find(key) == nullptr ? fallback : number(key);
}

bool JsonFields::boolean_or(std::string_view key, bool fallback) const {
  return find(key) == nullptr ? fallback : boolean(key);
}

std::vector<std::string> JsonFields::texts_or_empty(std::string_view key) const {
  std::vector<std::string> texts;
  if (find(key) == nullptr) return texts;
  for (const json::value& value : array(key)) {
    if (!value.is_string()) wrong(key, "an array of strings");
    texts.emplace_back(value.get_string());
  }
  return texts;
}

void JsonFields::only(std::initializer_list<std::string_view> known) const {
  for (const json::key_value_pair& field : object_) {
    if (std::find(known.begin(), known.end(), std::string_view(field.key())) == known.end()) {
      fail("{}: unknown field \"{}\"", where_, std::string_view(field.key()));
    }
  }
}

json::object parse_object(std::string_view text, std::string_view where) {
  json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  json::stream_parser parser({}, options);
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size() &&
      text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    fail("{}: more text after the JSON value at offset {}", where, read);
  }
  if (!error) parser.finish(error);
  if (error) fail("{}: not valid JSON at offset {}: {}", where, read, error.message());
  json::value value = parser.release();
  if (!value.is_object()) fail("{}: expected a JSON object", where);
  return std::move(value.get_object());
}

namespace {

void write_canonical(const json::value& value, std::string& out) {
  if (const json::object* object = value.if_object()) {
    std::vector<const json::key_value_pair*> fields;
    for (const json::key_value_pair& field : *object) fields.push_back(&field);
    std::sort(fields.begin(), fields.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out += ',';
      out += json::serialize(json::value(fields[i]->key()));
      out += ':';
      write_canonical(fields[i]->value(), out);
    }
    out += '}';
  } else if (const json::array* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      write_canonical((*array)[i], out);
    }
    out += ']';
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string canonical(const json::value& value) {
  std::string out;
  write_canonical(value, out);
  return out;
}

}  // namespace candor::data
