#include "engine/tokenizer/json_fields.h"

#include <fmt/format.h>

#include "engine/files/file_error.h"

namespace candor::engine {

namespace json = boost::json;

void JsonFieldsOfFile::refuse(std::string_view field, std::string_view what) const {
  fail_in_file(file_, field, what);
}

const json::value* JsonFieldsOfFile::member(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool JsonFieldsOfFile::flag(const json::object& object, std::string_view field,
                            std::string_view key, bool missing) const {
  const json::value* value = member(object, key);
  if (value == nullptr) return missing;
  if (!value->is_bool()) refuse(fmt::format("{}.{}", field, key), "is not true or false");
  return value->get_bool();
}

std::string JsonFieldsOfFile::text(const json::object& object, std::string_view field,
                                   std::string_view key) const {
  const json::value* value = member(object, key);
  if (value == nullptr || !value->is_string()) {
    refuse(fmt::format("{}.{}", field, key), "is missing or not a string");
  }
  return std::string(text_view(value->get_string()));
}

const json::object& JsonFieldsOfFile::as_object(const json::value& value,
                                                std::string_view field) const {
  if (!value.is_object()) refuse(field, "is not an object");
  return value.get_object();
}

const json::array& JsonFieldsOfFile::as_array(const json::value* value,
                                              std::string_view field) const {
  if (value == nullptr || !value->is_array()) refuse(field, "is missing or not an array");
  return value->get_array();
}

}  // namespace candor::engine
