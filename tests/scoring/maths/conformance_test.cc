// Pairs with known verdicts. Two floors: none that is unequal may be called equal, and at least
// 99.5% must be told right.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <string>

#include "scoring/maths/maths.h"
#include "tests/support/shared.h"

namespace candor::scoring {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& row, const char* field) {
  return std::string(row.at(field).as_string());
}

TEST(MathsConformance, KnownPairs) {
  CANDOR_NEEDS_SHARED("conformance/math.jsonl");
  std::ifstream file(tests::shared_path("conformance/math.jsonl"));
  std::map<std::string, std::pair<int, int>> by_kind;
  int right = 0;
  int total = 0;
  for (std::string line; std::getline(file, line);) {
    const json::value value = json::parse(line);
    const json::object& row = value.as_object();
    const bool expected = row.at("expected_equal").as_bool();
    // The decimal places that a case states; exact where it states none.
    Tolerance tolerance;
    const json::value* options = row.if_contains("opts");
    if (options != nullptr && options->as_object().contains("prec")) {
      tolerance = tolerance_of(json::object{{"places", options->at("prec")}}, "opts");
    }
    const MathsVerdict found = judge_maths(text_of(row, "pred"), text_of(row, "gold"), tolerance);
    const bool equal = found.verdict == "equal";
    EXPECT_FALSE(equal && !expected)
        << "called equal: " << text_of(row, "pred") << " and " << text_of(row, "gold");
    auto& [good, all] = by_kind[text_of(row, "kind")];
    good += equal == expected ? 1 : 0;
    right += equal == expected ? 1 : 0;
    ++all;
    ++total;
  }
  ASSERT_GT(total, 0);
  for (const auto& [kind, counts] : by_kind) {
    RecordProperty(kind, std::to_string(counts.first) + "/" + std::to_string(counts.second));
  }
  EXPECT_GE(right, total * 0.995) << right << " of " << total;
}

TEST(MathsConformance, EveryExpressionEqualsItself) {
  CANDOR_NEEDS_SHARED("conformance/math.jsonl");
  std::ifstream file(tests::shared_path("conformance/math.jsonl"));
  for (std::string line; std::getline(file, line);) {
    const std::string gold = text_of(json::parse(line).as_object(), "gold");
    // With a blank more, so that it is read and not just found to be the same bytes.
    EXPECT_EQ(judge_maths("$" + gold + "$ ", gold).verdict == "unequal", false) << gold;
  }
}

TEST(MathsConformance, WordProblemAnswersAreFound) {
  CANDOR_NEEDS_SHARED("conformance/extract_gsm8k.jsonl");
  std::ifstream file(tests::shared_path("conformance/extract_gsm8k.jsonl"));
  int found = 0;
  int total = 0;
  for (std::string line; std::getline(file, line);) {
    const json::value value = json::parse(line);
    const json::object& row = value.as_object();
    const std::string strict = text_of(row, "strict_match_gsm8k");
    const std::string wanted = strict != "[invalid]" ? strict : text_of(row, "norm_flexible");
    const std::string read = maths::extract(text_of(row, "text"));
    ++total;
    found += maths::equivalent(read, wanted).verdict == "equal" ? 1 : 0;
  }
  ASSERT_GT(total, 0);
  // One row holds no number and one is marked twice, where the last mark counts here.
  EXPECT_GE(found, total - 2);
}

}  // namespace
}  // namespace candor::scoring
