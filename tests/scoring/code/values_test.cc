// What counts as the expected value and the expected output.
#include <gtest/gtest.h>

#include "scoring/code/languages.h"

namespace candor::scoring {
namespace {

namespace json = boost::json;

bool same(const std::string& result, const std::string& expected,
          std::optional<double> tolerance = {}) {
  return same_value(json::parse(result), json::parse(expected), tolerance);
}

TEST(SameValue, TypesAreExact) {
  EXPECT_TRUE(same("1", "1"));
  EXPECT_FALSE(same("true", "1"));
  EXPECT_FALSE(same("1", "true"));
  EXPECT_FALSE(same(R"({"f":"0x1p+0"})", "1"));
  EXPECT_TRUE(same(R"({"f":"0x1.0000000000000p+0"})", "1.0"));
  EXPECT_FALSE(same(R"({"t":[1]})", "[1]"));
  EXPECT_TRUE(same(R"({"t":[1]})", R"({"$tuple":[1]})"));
  EXPECT_FALSE(same(R"("1")", "1"));
  EXPECT_FALSE(same("null", "false"));
  EXPECT_TRUE(same("null", "null"));
}

TEST(SameValue, WhatIsOpaqueOrNotANumberEqualsNothing) {
  EXPECT_FALSE(same(R"({"o":"int"})", "1"));
  EXPECT_FALSE(same(R"({"f":"nan"})", R"({"$float":"nan"})"));
  EXPECT_FALSE(same(R"({"l":[{"f":"nan"}]})", R"([{"$float":"nan"}])"));
  EXPECT_FALSE(same(R"({"r":1})", "1"));
  EXPECT_FALSE(same(R"({"l":5})", "[5]"));
}

TEST(SameValue, SetsAndDictionariesHaveNoOrder) {
  EXPECT_TRUE(same(R"({"s":[3,1,2]})", R"({"$set":[1,2,3]})"));
  EXPECT_FALSE(same(R"({"s":[1,2]})", R"({"$set":[1,2,3]})"));
  EXPECT_FALSE(same(R"({"z":[1]})", R"({"$set":[1]})"));
  EXPECT_TRUE(same(R"({"d":[["b",2],["a",{"l":[1]}]]})", R"({"a":[1],"b":2})"));
  EXPECT_FALSE(same(R"({"d":[["a",true]]})", R"({"a":1})"));
  EXPECT_TRUE(same(R"({"d":[[1,2]]})", R"({"$dict":[[1,2]]})"));
}

TEST(SameValue, IntegersOfAnySize) {
  EXPECT_TRUE(same(R"({"i":"400000000000000000"})", R"({"$int":"1180591620717411303424"})"));
  EXPECT_FALSE(same(R"({"i":"400000000000000001"})", R"({"$int":"1180591620717411303424"})"));
  EXPECT_TRUE(same(R"({"i":"-400000000000000000"})", R"({"$int":"-1180591620717411303424"})"));
  EXPECT_TRUE(same("255", R"({"$int":"0255"})"));
  EXPECT_TRUE(same("0", R"({"$int":"-0"})"));
}

TEST(SameValue, ToleranceIsForFloatsAlone) {
  EXPECT_FALSE(same(R"({"f":"0x1.3333333333334p-2"})", "0.3"));
  EXPECT_TRUE(same(R"({"f":"0x1.3333333333334p-2"})", "0.3", 1e-9));
  EXPECT_TRUE(
      same(R"({"d":[["a",{"l":[{"f":"0x1.3333333333334p-2"}]}]]})", R"({"a":[0.3]})", 1e-9));
  EXPECT_FALSE(same("2", "2.0", 0.5));
  EXPECT_FALSE(same("1", "2", 0.5));
  EXPECT_FALSE(same(R"({"f":"inf"})", R"({"$float":"-inf"})", 0.5));
  EXPECT_TRUE(same(R"({"f":"inf"})", R"({"$float":"inf"})", 0.5));
}

TEST(SameOutput, WhiteSpaceAtEndsDoesNotCount) {
  EXPECT_TRUE(same_output("1  2 \n3\n\n", "1 2\n3", {}));
  EXPECT_TRUE(same_output("", "\n", {}));
  EXPECT_TRUE(same_output("1\r\n2\r\n", "1\n2\n", {}));
  EXPECT_FALSE(same_output("1\n2", "1 2", {}));
  EXPECT_FALSE(same_output("12", "1 2", {}));
  EXPECT_FALSE(same_output("1\n2\n3", "1\n2", {}));
  EXPECT_FALSE(same_output("1", "1\n2", {}));
  EXPECT_FALSE(same_output("Yes", "yes", {}));
}

TEST(SameOutput, NumbersAreTextsUnlessAToleranceIsStated) {
  EXPECT_FALSE(same_output("1.0", "1", {}));
  EXPECT_TRUE(same_output("1.0", "1", 1e-6));
  EXPECT_TRUE(same_output("x 1000000.5", "x 1000000", 1e-6));
  EXPECT_FALSE(same_output("1.1", "1", 1e-6));
  EXPECT_FALSE(same_output("nan", "1", 0.5));
  EXPECT_FALSE(same_output("1x", "1", 0.5));
}

}  // namespace
}  // namespace candor::scoring
