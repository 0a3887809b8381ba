// Reads typed fields out of a JSON object and names the place when one is missing or of another
// type: "suite.jsonl:7: field \"answer\": expected a string".
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

class JsonFields {
 public:
  // Both must outlive the reader. `where` is put before every message.
  JsonFields(const boost::json::object& object, std::string_view where)
      : object_(object), where_(where) {}

  // Throw Error when the field is missing or of another type.
  std::string text(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  double number(std::string_view key) const;
  bool boolean(std::string_view key) const;
  const boost::json::array& array(std::string_view key) const;
  const boost::json::object& object(std::string_view key) const;

  // A missing field (or null) gives `fallback`; another type still throws.
  std::string text_or(std::string_view key, std::string_view fallback) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;
  double number_or(std::string_view key, double fallback) const;
  bool boolean_or(std::string_view key, bool fallback) const;
  std::vector<std::string> texts_or_empty(std::string_view key) const;

  // Throws Error naming the first field that is not in `known` ("unknown field").
  void only(std::initializer_list<std::string_view> known) const;

  const boost::json::value* find(std::string_view key) const;  // null: missing or null

 private:
  [[noreturn]] void wrong(std::string_view key, std::string_view expected) const;
  const boost::json::value& need(std::string_view key, std::string_view expected) const;

  const boost::json::object& object_;
  std::string_view where_;
};

// Parses one JSON object; throws Error with `where`, the offset and what is wrong. Depth <= 64.
boost::json::object parse_object(std::string_view text, std::string_view where);

// Serialised with keys sorted at every depth: equal content gives equal bytes, so hashes are
// stable.
std::string canonical(const boost::json::value& value);

}  // namespace candor::data
