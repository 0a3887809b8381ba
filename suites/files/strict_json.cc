#include "suites/files/strict_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "suites/files/problems.h"
#include "suites/files/text_data.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

// Hears the parts of a document that is known to be JSON and notes the first thing that the parser
// would lose. The names are those that boost::json::basic_parser calls.
class Listener {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::system::error_code;

  std::string problem;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    keys_.pop_back();
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    key_ += part;
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code&) {
    key_ += part;
    text(key_);
    if (!keys_.back().insert(key_).second)
      note(fmt::format("the key \"{}\" is there twice", printable(key_)));
    key_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) { return text(part); }
  bool on_string(json::string_view part, std::size_t, Code&) { return text(part); }
  bool on_number_part(json::string_view part, Code&) {
    digits_ += part;
    return true;
  }
  bool on_int64(std::int64_t, json::string_view part, Code&) { return number(part); }
  bool on_uint64(std::uint64_t, json::string_view part, Code&) { return number(part); }
  bool on_double(double value, json::string_view part, Code&) {
    if (!std::isfinite(value)) note("a number is out of range");
    if ((digits_ + std::string(part)).find_first_of(".eE") == std::string::npos) {
      note("a whole number has too many digits to be kept; write it as a text");
    }
    return number(part);
  }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  void note(const std::string& what) {
    if (problem.empty()) problem = what;
  }
  bool text(json::string_view part) {
    if (part.find('\0') != json::string_view::npos) note("a text holds a NUL character");
    return true;
  }
  bool number(json::string_view part) {
    constexpr std::size_t kDigits = 64;
    if (digits_.size() + part.size() > kDigits) note("a number has too many digits");
    digits_.clear();
    return true;
  }

  std::vector<std::set<std::string>> keys_;
  std::string key_;
  std::string digits_;
};

constexpr std::size_t kDepth = 64;

void check(std::string_view text, std::string_view where) {
  json::parse_options options;
  options.max_depth = kDepth;
  json::basic_parser<Listener> parser(options);
  boost::system::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  const std::string& problem = parser.handler().problem;
  if (!problem.empty()) fail("{}: {}", where, problem);
}

void check_utf8(std::string_view text, std::string_view where) {
  const std::size_t bad = invalid_utf8(text);
  if (bad != std::string_view::npos) fail("{}: not valid UTF-8 at offset {}", where, bad);
}

}  // namespace

json::value strict_value(std::string_view text, std::string_view where) {
  check_utf8(text, where);
  json::parse_options options;
  options.max_depth = kDepth;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) fail("{}: not valid JSON: {}", where, error.message());
  check(text, where);
  return value;
}

json::object strict_object(std::string_view text, std::string_view where) {
  if (text.size() > kMaxRecordBytes) {
    fail("{}: {} bytes, more than the limit of {} for one question", where, text.size(),
         kMaxRecordBytes);
  }
  check_utf8(text, where);
  json::object object = data::parse_object(text, where);
  check(text, where);
  return object;
}

}  // namespace candor::suites
