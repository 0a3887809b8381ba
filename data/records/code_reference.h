// What the judge "code" compares with: the `reference` of a question, read and checked. Suites
// check it when a file is loaded, the judge reads it again from the store; both by this one reader.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/json_fields.h"

namespace candor::data {

// One test of a program that reads its standard input and writes its standard output.
struct ProgramTest {
  std::string input;
  std::string output;  // expected
};

// One call of a function. JSON values stand for themselves; what JSON lacks is an object with one
// key:
// {"$tuple": […]}, {"$set": […]}, {"$frozenset": […]}, {"$dict": [[key, value], …]},
// {"$bytes": "hexadecimal"}, {"$complex": [re, im]}, {"$int": "decimal digits"}, {"$float": "inf"}.
struct CallTest {
  boost::json::array args;
  boost::json::object named;  // keyword arguments
  boost::json::value expected;
};

// Exactly one of `test`, `programs` and `calls` is there.
struct CodeReference {
  std::string language;     // "python" or "cpp"; another one is not run
  std::string prompt;       // code that stands before the answer or that the answer continues
  std::string test;         // code: python defines check(candidate) or asserts, cpp has main()
  std::string entry_point;  // the function under test; empty for programs
  std::vector<ProgramTest> programs;
  std::vector<CallTest> calls;
  // Two floats, or two numbers in an output, are equal when they differ by at most this, absolute
  // or relative to the expected one. Missing: exactly equal.
  std::optional<double> tolerance;
  int cpu_seconds = 6;
  int memory_mib = 1024;
};

// Throws Error naming the field, as in `where: field "tests"[2]: field "output": expected a
// string`; `where` is what `fields` puts before its messages.
CodeReference read_code_reference(const JsonFields& fields, std::string_view where);

}  // namespace candor::data
