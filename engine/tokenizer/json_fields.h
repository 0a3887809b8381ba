// Members of JSON objects of a tokenizer's files, with what is expected of them. An error names
// file and field.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace candor::engine {

class JsonFieldsOfFile {
 public:
  explicit JsonFieldsOfFile(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  [[noreturn]] void refuse(std::string_view field, std::string_view what) const;

  // Null when there is none, or it is null. `field` names the object in messages.
  static const boost::json::value* member(const boost::json::object& object, std::string_view key);
  bool flag(const boost::json::object& object, std::string_view field, std::string_view key,
            bool missing = false) const;
  std::string text(const boost::json::object& object, std::string_view field,
                   std::string_view key) const;
  const boost::json::object& as_object(const boost::json::value& value,
                                       std::string_view field) const;
  const boost::json::array& as_array(const boost::json::value* value, std::string_view field) const;

 private:
  std::string file_;
};

inline std::string_view text_view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace candor::engine
