#include "engine/arch/fields.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "data/base/error.h"

namespace candor::engine {

namespace {

std::size_t checked_count(const Fields& fields, std::string_view key, std::int64_t value,
                          std::size_t most) {
  if (value < 1 || static_cast<std::uint64_t>(value) > most) {
    fail("{}: {} is out of range (1 to {})", fields.place(key), value, most);
  }
  return static_cast<std::size_t>(value);
}

double checked_number(const Fields& fields, std::string_view key, double value, double low,
                      double high) {
  if (!std::isfinite(value) || value < low || value > high) {
    fail("{}: {} is out of range ({} to {})", fields.place(key), value, low, high);
  }
  return value;
}

}  // namespace

std::size_t Fields::count(std::string_view key, std::size_t most) const {
  const auto value = find_integer(key);
  if (!value) fail("{}: is missing", place(key));
  return checked_count(*this, key, *value, most);
}

std::size_t Fields::count_or(std::string_view key, std::size_t fallback, std::size_t most) const {
  const auto value = find_integer(key);
  return value ? checked_count(*this, key, *value, most) : fallback;
}

std::int64_t Fields::integer_or(std::string_view key, std::int64_t fallback, std::int64_t low,
                                std::int64_t high) const {
  const std::int64_t value = find_integer(key).value_or(fallback);
  if (value < low || value > high) {
    fail("{}: {} is out of range ({} to {})", place(key), value, low, high);
  }
  return value;
}

double Fields::number(std::string_view key, double low, double high) const {
  const auto value = find_number(key);
  if (!value) fail("{}: is missing", place(key));
  return checked_number(*this, key, *value, low, high);
}

double Fields::number_or(std::string_view key, double fallback, double low, double high) const {
  const auto value = find_number(key);
  return value ? checked_number(*this, key, *value, low, high) : fallback;
}

const char* Fields::one_of(std::initializer_list<const char*> keys) const {
  for (const char* key : keys) {
    if (has(key)) return key;
  }
  return *keys.begin();
}

GgufFields::GgufFields(const GgufFile& file, std::string prefix)
    : file_(file), prefix_(std::move(prefix)) {}

std::string GgufFields::full(std::string_view key) const {
  return fmt::format("{}.{}", prefix_, key);
}

std::optional<std::int64_t> GgufFields::find_integer(std::string_view key) const {
  const GgufValue* value = file_.value(full(key));
  const auto* layers = value == nullptr ? nullptr : std::get_if<std::vector<std::int64_t>>(value);
  if (layers == nullptr) return file_.find_integer(full(key));
  if (layers->empty()) fail("{}: is an empty array", place(key));
  for (const std::int64_t layer : *layers) {
    if (layer != layers->front()) {
      fail("{}: differs between layers ({} and {}), which is not supported", place(key),
           layers->front(), layer);
    }
  }
  return layers->front();
}

std::optional<double> GgufFields::find_number(std::string_view key) const {
  return file_.find_number(full(key));
}

std::optional<bool> GgufFields::find_boolean(std::string_view key) const {
  return file_.find_boolean(full(key));
}

std::optional<std::string> GgufFields::find_text(std::string_view key) const {
  return file_.find_text(full(key));
}

std::string GgufFields::place(std::string_view key) const {
  return fmt::format("{}: {}", file_.path(), full(key));
}

bool GgufFields::has(std::string_view key) const { return file_.value(full(key)) != nullptr; }

JsonFields::JsonFields(const boost::json::object& object, std::string where)
    : object_(&object), where_(std::move(where)) {}

const boost::json::value* JsonFields::find(std::string_view key) const {
  const boost::json::value* value = object_->if_contains(key);
  return value != nullptr && value->is_null() ? nullptr : value;
}

bool JsonFields::has(std::string_view key) const { return find(key) != nullptr; }

std::optional<std::int64_t> JsonFields::find_integer(std::string_view key) const {
  const boost::json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* integer = value->if_int64()) return *integer;
  // Only numbers above the signed range are kept as unsigned: out of range for every field of ours.
  if (value->is_uint64()) return std::numeric_limits<std::int64_t>::max();
  fail("{}: is not an integer", place(key));
}

std::optional<double> JsonFields::find_number(std::string_view key) const {
  const boost::json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) fail("{}: is not a number", place(key));
  return value->to_number<double>();
}

std::optional<bool> JsonFields::find_boolean(std::string_view key) const {
  const boost::json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) fail("{}: is neither true nor false", place(key));
  return value->get_bool();
}

std::optional<std::string> JsonFields::find_text(std::string_view key) const {
  const boost::json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) fail("{}: is not a string", place(key));
  return std::string(value->get_string());
}

std::string JsonFields::place(std::string_view key) const {
  return fmt::format("{}: {}", where_, key);
}

const boost::json::object* JsonFields::find_object(std::string_view key) const {
  const boost::json::value* value = find(key);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) fail("{}: is not an object", place(key));
  return &value->get_object();
}

const boost::json::array* JsonFields::find_array(std::string_view key) const {
  const boost::json::value* value = find(key);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) fail("{}: is not an array", place(key));
  return &value->get_array();
}

}  // namespace candor::engine
