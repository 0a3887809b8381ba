// Differential by hand against CPython 3.11: each pair was typed into its prompt.
#include "scoring/exact/python_literal.h"

#include <gtest/gtest.h>

#include <string>

namespace candor::scoring {
namespace {

bool equal(std::string_view a, std::string_view b) {
  std::size_t length = 0;
  const auto left = parse_python(a, length);
  EXPECT_TRUE(left && length == a.size()) << a;
  const auto right = parse_python(b, length);
  EXPECT_TRUE(right && length == b.size()) << b;
  return left && right && *left == *right && *right == *left;
}

TEST(PythonLiteral, EqualAsPythonSays) {
  EXPECT_TRUE(equal("'it\\'s'", "\"it's\""));
  EXPECT_TRUE(equal("[(4,1), ( 2, 3 )]", "[(4, 1), (2, 3)]"));
  EXPECT_TRUE(equal("{'b': 2, 'a': 1}", "{'a': 1, 'b': 2}"));
  EXPECT_TRUE(equal("{2, 1}", "{1, 2, 2}"));
  EXPECT_TRUE(equal("[1, 2,]", "[1, 2]"));
  EXPECT_TRUE(equal("1.0", "1"));
  EXPECT_TRUE(equal("True", "1"));
  EXPECT_TRUE(equal("1e3", "1000"));
  EXPECT_TRUE(equal("1_000", "1000"));
  EXPECT_TRUE(equal("-0.0", "0"));
  EXPECT_TRUE(equal("(1)", "1"));
  EXPECT_TRUE(equal("'a' \"b\"", "'ab'"));
  EXPECT_TRUE(equal("'\\x41\\u4e2d\\n'", "'A中\\n'"));
  EXPECT_TRUE(equal("r'\\n'", "'\\\\n'"));
  EXPECT_TRUE(equal("'''a\nb'''", "'a\\nb'"));
  EXPECT_TRUE(equal("{1: 'a', True: 'b'}", "{1: 'b'}"));
  EXPECT_TRUE(equal("--1", "1"));
  EXPECT_TRUE(equal("()", "( )"));
  EXPECT_TRUE(equal("set()", "set()"));
}

TEST(PythonLiteral, UnequalAsPythonSays) {
  EXPECT_FALSE(equal("'a b'", "'ab'"));
  EXPECT_FALSE(equal("1", "'1'"));
  EXPECT_FALSE(equal("[1, 2]", "(1, 2)"));
  EXPECT_FALSE(equal("'A'", "'a'"));
  EXPECT_FALSE(equal("'hello.'", "'hello'"));
  EXPECT_FALSE(equal("{}", "set()"));
  EXPECT_FALSE(equal("b'a'", "'a'"));
  EXPECT_FALSE(equal("nan", "nan"));
  EXPECT_FALSE(equal("0.1", "0.10000000000000002"));
  EXPECT_FALSE(equal("9007199254740993", "9007199254740992.0"));
  EXPECT_FALSE(equal("(1,)", "1"));
  EXPECT_FALSE(equal("None", "0"));
  EXPECT_FALSE(equal("{'a': 1}", "{'a': 2}"));
  EXPECT_FALSE(equal("[1]", "[1, 1]"));
}

TEST(PythonLiteral, WhatIsNoLiteralIsNone) {
  std::size_t length = 0;
  for (const char* text : {"",      "x",  "[1 2]",  "[1,,2]", "[,]",    "{1: 2, 3}", "{[1]: 2}",
                           "{[1]}", "'a", "'a\nb'", "12abc",  "0x10",   "-",         "--",
                           "(",     "{",  "1__0",   "f(1)",   "Truely", "b",         "."}) {
    const auto value = parse_python(text, length);
    EXPECT_FALSE(value && length == std::string_view(text).size()) << text;
  }
  EXPECT_FALSE(parse_python(std::string(100'000, '['), length));
  EXPECT_FALSE(parse_python(std::string(5'000, '-') + std::string(5'000, '('), length));
}

}  // namespace
}  // namespace candor::scoring
