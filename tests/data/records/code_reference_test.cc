#include "data/records/code_reference.h"

#include <gtest/gtest.h>

#include "data/base/error.h"

namespace candor::data {
namespace {

CodeReference read(const std::string& text) {
  const boost::json::object object = parse_object(text, "file.jsonl:3");
  return read_code_reference(JsonFields(object, "file.jsonl:3"), "file.jsonl:3");
}

std::string mistake(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CodeReference, ReadsTestsOfPrograms) {
  const CodeReference found =
      read(R"({"language":"cpp","tests":[{"input":"1\n","output":"2\n"},{"input":"","output":""}],)"
           R"("tolerance":1e-6,"cpu_seconds":2,"memory_mib":256})");
  EXPECT_EQ(found.language, "cpp");
  ASSERT_EQ(found.programs.size(), 2U);
  EXPECT_EQ(found.programs[0].output, "2\n");
  EXPECT_EQ(found.tolerance, 1e-6);
  EXPECT_EQ(found.cpu_seconds, 2);
  EXPECT_EQ(found.memory_mib, 256);
}

TEST(CodeReference, ReadsCallsWithValuesOfEveryKind) {
  const CodeReference found = read(
      R"({"entry_point":"f","tests":[{"args":[1,{"$tuple":[]}],"named":{"k":null},"expected":null},)"
      R"({"args":[],"expected":{"$dict":[[1,{"$set":[2]}]]}},{"args":[{"$int":"-99"}],)"
      R"("expected":{"$complex":[1,"inf"]}},{"args":[],"expected":{"$bytes":"00ff"}}]})");
  ASSERT_EQ(found.calls.size(), 4U);
  EXPECT_EQ(found.calls[0].args.size(), 2U);
  EXPECT_TRUE(found.calls[0].expected.is_null());
}

TEST(CodeReference, NamesTheFieldThatIsWrong) {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {R"({"entry_point":"f"})", R"(field "test": expected either "test" (code) or "tests")"},
      {R"({"entry_point":"f","test":"t","tests":[]})", R"(field "tests": expected either)"},
      {R"({"entry_point":"f","test":""})", R"(field "test": expected code)"},
      {R"({"entry_point":"f","tests":[]})", R"(field "tests": expected at least one test)"},
      {R"({"tests":[{"input":"1","output":"2"},5]})", R"(field "tests"[1]: expected an object)"},
      {R"({"tests":[{"input":"1","output":2}]})",
       R"(field "tests"[0]: field "output": expected a string)"},
      {R"({"tests":[{"input":"1","output":"2","outptu":"3"}]})", R"(field "tests"[0])"},
      {R"({"entry_point":"f","tests":[{"args":[1]}]})",
       R"(field "tests"[0]: field "expected": expected a value)"},
      {R"({"entry_point":"f","tests":[{"args":1,"expected":1}]})",
       R"(field "tests"[0]: field "args": expected an array)"},
      {R"({"entry_point":"f","tests":[{"args":[],"expected":{"$tupel":[]}}]})",
       R"(field "tests"[0] "expected": "$tupel" is no kind of value)"},
      {R"({"entry_point":"f","tests":[{"args":[{"$bytes":"0G"}],"expected":1}]})",
       R"("args": "$bytes" needs hexadecimal digits)"},
      {R"({"entry_point":"f","tests":[{"args":[{"$dict":[[1]]}],"expected":1}]})",
       R"("$dict" needs a list of [key, value])"},
      {R"({"entry_point":"f g","test":"t"})", R"(field "entry_point": expected the name)"},
      {R"({"test":"t"})", R"(field "entry_point": expected the name)"},
      {R"({"entry_point":"f","language":"cpp","tests":[{"args":[],"expected":1}]})",
       R"(calls with values are for python)"},
      {R"({"entry_point":"f","test":"t","tolerance":-1})", R"(field "tolerance")"},
      {R"({"entry_point":"f","test":"t","cpu_seconds":0})", R"(field "cpu_seconds": expected)"},
      {R"({"entry_point":"f","test":"t","memory_mib":99999})", R"(field "memory_mib": expected)"},
  };
  for (const Row& row : rows) {
    const std::string message = mistake(row.text);
    EXPECT_EQ(message.find("file.jsonl:3: "), 0U) << message;
    EXPECT_NE(message.find(row.message), std::string::npos) << row.text << ": " << message;
  }
}

}  // namespace
}  // namespace candor::data
