// A stated tolerance, and nothing near without one.
#include "scoring/maths/tolerance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/base/error.h"
#include "scoring/maths/maths.h"

namespace candor::scoring {
namespace {

namespace json = boost::json;

Tolerance tolerance(const char* text) { return tolerance_of(json::parse(text), "row 7"); }

std::string verdict(const char* answer, const char* gold, const char* stated) {
  return judge_maths(answer, gold, tolerance(stated)).verdict;
}

TEST(MathsTolerance, DecimalPlacesAreHalfAUnitOfTheLast) {
  EXPECT_EQ(verdict("0.33", R"(\frac{1}{3})", R"({"places": 2})"), "equal");
  EXPECT_EQ(verdict("0.34", R"(\frac{1}{3})", R"({"places": 2})"), "unequal");
  EXPECT_EQ(verdict("2.6667", "8/3", R"({"places": 2})"), "equal");
  EXPECT_EQ(verdict("3.14", R"(\pi)", R"({"places": 2})"), "equal");
  EXPECT_EQ(verdict("3.13", R"(\pi)", R"({"places": 2})"), "unequal");
  EXPECT_EQ(verdict("1.41", R"(\sqrt{2})", R"({"places": "2"})"), "equal");
  EXPECT_EQ(verdict("67", R"(\frac{200}{3})", R"({"places": 0})"), "equal");
  // Exactly half a unit is within it.
  EXPECT_EQ(verdict("0.125", "0.12", R"({"places": 2})"), "equal");
  EXPECT_EQ(verdict("0.1250001", "0.12", R"({"places": 2})"), "unequal");
}

TEST(MathsTolerance, AbsoluteAndRelativeErrors) {
  EXPECT_EQ(verdict("10.1", "10", R"({"absolute": 0.1})"), "equal");
  EXPECT_EQ(verdict("10.11", "10", R"({"absolute": 0.1})"), "unequal");
  EXPECT_EQ(verdict("-10.1", "10", R"({"absolute": 0.1})"), "unequal");
  EXPECT_EQ(verdict("990", "1000", R"({"relative": 0.01})"), "equal");
  EXPECT_EQ(verdict("989", "1000", R"({"relative": "0.01"})"), "unequal");
  EXPECT_EQ(verdict("-990", "-1000", R"({"relative": 0.01})"), "equal");
  EXPECT_EQ(verdict("-990", "1000", R"({"relative": 0.01})"), "unequal");
  EXPECT_EQ(verdict("0.0001", "0", R"({"relative": 0.5})"), "unequal");
  EXPECT_EQ(verdict("314", R"(100\pi)", R"({"relative": 1e-3})"), "equal");
  EXPECT_EQ(verdict("1.42", R"(-\sqrt2)", R"({"relative": 0.01})"), "unequal");
}

TEST(MathsTolerance, ReachesIntoStructuresAndNoFurther) {
  EXPECT_EQ(verdict(R"(\begin{pmatrix}0.33\\0.2\end{pmatrix})",
                    R"(\begin{pmatrix}\frac13\\ \frac15\end{pmatrix})", R"({"places": 2})"),
            "equal");
  EXPECT_EQ(verdict("(0.6,2.6667]", R"((\frac{3}{5},\frac{8}{3}])", R"({"places": 2})"), "equal");
  EXPECT_EQ(verdict("[0.6,2.6667]", R"((\frac{3}{5},\frac{8}{3}])", R"({"places": 2})"), "unequal");
  EXPECT_EQ(verdict("x = 0.67", "2/3", R"({"places": 2})"), "equal");
  EXPECT_EQ(verdict("0.33x", R"(\frac{x}{3})", R"({"places": 2})"), "unequal");
  EXPECT_EQ(verdict("5.001 cm", "5 km", R"({"places": 2})"), "unequal");
  // Two answers that lie near each other are still two.
  EXPECT_EQ(verdict("1, 1.001", "1", R"({"places": 2})"), "unequal");
  EXPECT_EQ(verdict("0.333, 0.667", R"(\frac13, \frac23)", R"({"places": 2})"), "equal");
}

TEST(MathsTolerance, IsSaidInTheReasonOnlyWhereItDecided) {
  const Tolerance two = tolerance(R"({"places": 2})");
  EXPECT_EQ(judge_maths("0.33", "1/3", two).reason,
            "equal within the stated tolerance of 2 decimal places");
  EXPECT_EQ(judge_maths("2/6", "1/3", two).reason, "the exact values or statements agree");
  EXPECT_EQ(judge_maths("0.33", "1/3").verdict, "unequal");
  EXPECT_EQ(described(tolerance(R"({"absolute": 1e-6})")), "an absolute error of 1e-06");
}

TEST(MathsTolerance, AStatementThatIsNoneIsAnErrorNamingItsPlace) {
  for (const char* text :
       {"2", "{}", R"({"places": 2, "absolute": 1})", R"({"places": 1.5})", R"({"places": -1})",
        R"({"places": 31})", R"({"absolute": 0})", R"({"absolute": "x"})", R"({"relative": 1})",
        R"({"digits": 2})", R"({"absolute": null})", R"({"absolute": 1e999999})", "null", "[]"}) {
    try {
      json::error_code error;
      tolerance_of(json::parse(text, error), "row 7");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("row 7: field \"tolerance\"")) << text;
    }
  }
}

}  // namespace
}  // namespace candor::scoring
