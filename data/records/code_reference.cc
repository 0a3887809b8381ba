#include "data/records/code_reference.h"

#include <algorithm>
#include <cmath>

#include "data/base/error.h"
#include "data/records/json_fields.h"

namespace candor::data {

namespace json = boost::json;

namespace {

constexpr int kMaxCpuSeconds = 60;
constexpr int kMaxMemoryMib = 4096;
constexpr int kMaxDepth = 60;

void check_values(const json::array& values, std::string_view where, int depth);

void need_digits(const json::value& body, bool sign, std::string_view digits,
                 std::string_view where, std::string_view what) {
  if (body.is_string()) {
    std::string_view text = body.get_string();
    if (sign && text.starts_with('-')) text.remove_prefix(1);
    if ((!text.empty() || !sign) && text.find_first_not_of(digits) == std::string_view::npos)
      return;
  }
  fail("{}: {}", where, what);
}

bool is_float_word(const json::value& body) {
  return body.is_double() || body.is_int64() ||
         (body.is_string() && (body.get_string() == "inf" || body.get_string() == "-inf" ||
                               body.get_string() == "nan"));
}

// A value that JSON lacks: one key that begins with "$".
void check_marked(std::string_view mark, const json::value& body, std::string_view where,
                  int depth) {
  if (mark == "$tuple" || mark == "$set" || mark == "$frozenset") {
    if (!body.is_array()) fail("{}: \"{}\" needs a list", where, mark);
    check_values(body.get_array(), where, depth + 1);
  } else if (mark == "$dict") {
    if (!body.is_array()) fail("{}: \"$dict\" needs a list of [key, value]", where);
    for (const json::value& pair : body.get_array()) {
      if (!pair.is_array() || pair.get_array().size() != 2) {
        fail("{}: \"$dict\" needs a list of [key, value]", where);
      }
      check_values(pair.get_array(), where, depth + 1);
    }
  } else if (mark == "$bytes") {
    need_digits(body, false, "0123456789abcdef", where,
                "\"$bytes\" needs hexadecimal digits in lower case");
    if (body.get_string().size() % 2 != 0) fail("{}: \"$bytes\" needs pairs of digits", where);
  } else if (mark == "$complex") {
    const bool pair = body.is_array() && body.get_array().size() == 2;
    if (!pair || !std::all_of(body.get_array().begin(), body.get_array().end(), is_float_word)) {
      fail("{}: \"$complex\" needs a list of two numbers", where);
    }
  } else if (mark == "$int") {
    need_digits(body, true, "0123456789", where, "\"$int\" needs decimal digits as a text");
  } else if (mark == "$float") {
    if (!is_float_word(body)) {
      fail("{}: \"$float\" needs a number, \"inf\", \"-inf\" or \"nan\"", where);
    }
  } else {
    fail(
        "{}: \"{}\" is no kind of value (known: $tuple, $set, $frozenset, $dict, $bytes, $complex, "
        "$int, $float)",
        where, mark);
  }
}

void check_value(const json::value& value, std::string_view where, int depth) {
  if (depth > kMaxDepth) fail("{}: nested deeper than {}", where, kMaxDepth);
  if (value.is_array()) return check_values(value.get_array(), where, depth + 1);
  if (!value.is_object()) return;
  const json::object& object = value.get_object();
  if (object.size() == 1 && object.begin()->key().starts_with('$')) {
    return check_marked(object.begin()->key(), object.begin()->value(), where, depth);
  }
  for (const auto& member : object) check_value(member.value(), where, depth + 1);
}

void check_values(const json::array& values, std::string_view where, int depth) {
  for (const json::value& value : values) check_value(value, where, depth);
}

void read_tests(const JsonFields& fields, std::string_view where, CodeReference& into) {
  const json::array& tests = fields.array("tests");
  if (tests.empty()) fail("{}: field \"tests\": expected at least one test", where);
  const bool calls = tests.front().is_object() && tests.front().get_object().contains("args");
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const std::string place = fmt::format("{}: field \"tests\"[{}]", where, i);
    if (!tests[i].is_object()) fail("{}: expected an object", place);
    const JsonFields test(tests[i].get_object(), place);
    if (calls) {
      test.only({"args", "named", "expected"});
      CallTest call;
      call.args = test.array("args");
      if (test.find("named") != nullptr) call.named = test.object("named");
      const json::value* expected = tests[i].get_object().if_contains("expected");
      if (expected == nullptr) fail("{}: field \"expected\": expected a value", place);
      call.expected = *expected;
      check_values(call.args, place + " \"args\"", 0);
      for (const auto& member : call.named) check_value(member.value(), place + " \"named\"", 0);
      check_value(call.expected, place + " \"expected\"", 0);
      into.calls.push_back(std::move(call));
    } else {
      test.only({"input", "output"});
      into.programs.push_back({test.text("input"), test.text("output")});
    }
  }
}

int read_limit(const JsonFields& fields, std::string_view where, const char* key, int fallback,
               int most) {
  const std::int64_t value = fields.integer_or(key, fallback);
  if (value < 1 || value > most) {
    fail("{}: field \"{}\": expected a whole number from 1 to {}", where, key, most);
  }
  return static_cast<int>(value);
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

CodeReference read_code_reference(const JsonFields& fields, std::string_view where) {
  CodeReference result;
  result.language = fields.text_or("language", "python");
  result.prompt = fields.text_or("prompt", "");
  result.entry_point = fields.text_or("entry_point", "");
  const bool code = fields.find("test") != nullptr;
  if (code == (fields.find("tests") != nullptr)) {
    fail("{}: field \"{}\": expected either \"test\" (code) or \"tests\" (a list)", where,
         code ? "tests" : "test");
  }
  if (code) {
    result.test = fields.text("test");
    if (result.test.empty()) fail("{}: field \"test\": expected code", where);
  } else {
    read_tests(fields, where, result);
  }
  if (result.programs.empty() && !is_name(result.entry_point)) {
    fail("{}: field \"entry_point\": expected the name of the function under test", where);
  }
  if (!result.calls.empty() && result.language == "cpp") {
    fail("{}: field \"tests\": calls with values are for python; cpp has programs or code", where);
  }
  if (fields.find("tolerance") != nullptr) {
    result.tolerance = fields.number("tolerance");
    if (!(*result.tolerance >= 0) || !(*result.tolerance < 1)) {
      fail("{}: field \"tolerance\": expected a number from 0 to less than 1", where);
    }
  }
  result.cpu_seconds = read_limit(fields, where, "cpu_seconds", result.cpu_seconds, kMaxCpuSeconds);
  result.memory_mib = read_limit(fields, where, "memory_mib", result.memory_mib, kMaxMemoryMib);
  return result;
}

}  // namespace candor::data
