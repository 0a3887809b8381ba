// `candor judge …` as people call it: JSON Lines in and out, one for one, and what is wrong with a
// line said for that line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <sstream>

#include "data/records/json_fields.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using tests::Finished;

class JudgeCommand : public tests::TinyProgram {
 protected:
  std::vector<json::object> judged(const std::vector<std::string>& words,
                                   const std::string& input) const {
    std::vector<std::string> all = {"judge"};
    all.insert(all.end(), words.begin(), words.end());
    const Finished done = candor(all, input);
    EXPECT_EQ(done.status, 0) << done.errors;
    std::vector<json::object> rows;
    std::istringstream lines(done.output);
    for (std::string line; std::getline(lines, line);) {
      rows.push_back(data::parse_object(line, "judge"));
    }
    return rows;
  }
};

TEST_F(JudgeCommand, MathsGivesVerdictReadingAndReason) {
  const auto rows = judged({"maths"},
                           R"({"id": 1, "answer": "so \\boxed{\\frac12}", "gold": "0.5"}
{"id": "b", "answer": "0.33", "gold": "1/3"}
{"id": "c", "answer": "0.33", "gold": "1/3", "tolerance": {"places": 2}}
{"id": "d", "text": "{\"answer\": \"17\"}", "gold": "17"}
{"answer": "1", "gold": "1", "tolerance": 2}
{"answer": "1"}
)");
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0].at("id"), 1);
  EXPECT_EQ(rows[0].at("verdict"), "equal");
  EXPECT_EQ(rows[0].at("extracted"), "\\frac12");
  EXPECT_EQ(rows[1].at("verdict"), "unequal");
  EXPECT_EQ(rows[2].at("verdict"), "equal");
  EXPECT_EQ(rows[2].at("reason"), "equal within the stated tolerance of 2 decimal places");
  EXPECT_EQ(rows[3].at("extracted"), "17");
  EXPECT_THAT(json::value_to<std::string>(rows[4].at("error")), HasSubstr("\"tolerance\""));
  EXPECT_THAT(json::value_to<std::string>(rows[5].at("error")), HasSubstr("\"gold\""));
}

TEST_F(JudgeCommand, TenThousandMathsVerdictsTakeASecondOrTwo) {
  std::string input;
  for (int i = 0; i < 10'000; ++i) {
    input += R"({"answer": "Thus the answer is $\\boxed{\\frac{)" + std::to_string(i) +
             R"(}{7}}$.", "gold": "\\frac{)" + std::to_string(2 * i) + "}{14}\"}\n";
  }
  const auto start = std::chrono::steady_clock::now();
  const auto rows = judged({"maths"}, input);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ASSERT_EQ(rows.size(), 10'000u);
  for (const json::object& row : rows) ASSERT_EQ(row.at("verdict"), "equal");
  RecordProperty("seconds", std::to_string(took.count()));
  // Far above what it takes, so that only a change of order fails: a busy machine, a debug build.
  EXPECT_LT(took.count(), 60);
}

TEST_F(JudgeCommand, ChoiceGivesTheLettersOrNone) {
  const auto rows = judged({"choice"}, R"({"id": 1, "answer": "故选：C", "options": "ABCD"}
{"id": 2, "answer": "It might be A or B."}
{"id": 3, "answer": "The answers are B and D."}
)");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].at("choice"), "C");
  EXPECT_TRUE(rows[1].at("choice").is_null());
  EXPECT_EQ(rows[2].at("choice"), "BD");
}

TEST_F(JudgeCommand, ExtractReadsByANamedRule) {
  const auto rows = judged({"extract", "--rule", "gsm8k_strict"},
                           R"({"id": 1, "answer": "#### 1,000", "gold": "so #### 1000"}
{"id": 2, "text": "1,000"}
)");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("rule"), "gsm8k-strict");
  EXPECT_EQ(rows[0].at("extracted"), "1,000");
  EXPECT_EQ(rows[0].at("normalised"), "1000");
  EXPECT_EQ(rows[0].at("right"), true);
  EXPECT_EQ(rows[1].at("found"), false);
  EXPECT_EQ(rows[1].at("extracted"), "[invalid]");
  const auto chinese =
      judged({"extract", "--rule", "mgsm"}, R"({"text": "答案：12", "language": "zh", "gold": "12"}
{"text": "Answer: 12", "language": "zh", "gold": "12"}
)");
  EXPECT_EQ(chinese[0].at("right"), true);
  EXPECT_EQ(chinese[1].at("right"), false);
  const Finished unknown = candor({"judge", "extract", "--rule", "gsm9k"}, "{}\n");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("gsm8k-strict"));
}

TEST_F(JudgeCommand, RulesAreListedWithTheirSources) {
  const Finished text = candor({"judge", "rules"});
  EXPECT_EQ(text.status, 0);
  const auto rows = judged({"rules", "--json"}, "");
  EXPECT_GE(rows.size(), 30u);
  for (const json::object& row : rows) {
    EXPECT_THAT(text.output, HasSubstr(json::value_to<std::string>(row.at("rule"))));
    EXPECT_FALSE(row.at("source").as_string().empty());
    EXPECT_FALSE(row.at("reads").as_string().empty());
    // Every rule that is listed can be called.
    EXPECT_EQ(judged({"extract", "--rule", json::value_to<std::string>(row.at("rule"))},
                     R"({"text": "The answer is B."})"
                     "\n")
                  .size(),
              1u);
  }
}

TEST_F(JudgeCommand, GridsAreCountedByTheRuleAndByOurReader) {
  const std::string solution =
      R"("solution": {"House 1": {"Name": "Eric", "Pet": "cat"}, "House 2": {"Name": "Ana", "Pet": "dog"}})";
  const auto rows = judged(
      {"grid"},
      R"({"id": 1, "answer": "{\"solution\": {\"House 1\": {\"Name\": \"Eric\", \"Pet\": \"cat\"}, \"House 2\": {\"Name\": \"Ana\", \"Pet\": \"dog\"}}}", )" +
          solution + R"(}
{"id": 2, "answer": "{\"solution\": {\"House 1\": {\"Name\": \"Ana\", \"Pet\": \"cat\"}}}", )" +
          solution + R"(}
{"id": 3, "answer": "| House | Name | Pet |\n|---|---|---|\n| 1 | Eric | cat |\n| 2 | Ana | dog |", )" +
          solution +
          R"(}
{"id": 4, "answer": "{\"solution\": {\"House 1\": ", )" +
          solution + R"(}
{"id": 5, "answer": "", )" +
          solution + R"(}
{"id": 6, "answer": "x", "solution": {"House 1": 3}}
)");
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0].at("correct_cells"), 4);
  EXPECT_EQ(rows[0].at("solved"), true);
  EXPECT_EQ(rows[1].at("correct_cells"), 1);
  EXPECT_EQ(rows[1].at("total_cells"), 4);
  EXPECT_EQ(rows[1].at("solved"), false);
  // A table is nothing to the published rule and an answer to our own reader.
  EXPECT_EQ(rows[2].at("parsed"), false);
  EXPECT_EQ(rows[2].at("own").as_object().at("correct_cells"), 4);
  for (const std::size_t i : {3u, 4u}) {
    EXPECT_EQ(rows[i].at("parsed"), false);
    EXPECT_EQ(rows[i].at("correct_cells"), 0);
  }
  EXPECT_THAT(json::value_to<std::string>(rows[5].at("error")), HasSubstr("House 1"));
}

TEST_F(JudgeCommand, KnightsAreSolvedAndAnAnswerIsCompared) {
  // Ann: "Bob is a knave." Bob: "We are both knights."
  const std::string puzzle =
      R"("names": ["Ann", "Bob"], "statements": [["lying", 1], ["and", ["telling-truth", 0], ["telling-truth", 1]]])";
  const auto rows = judged({"knights"}, R"({"id": 1, )" + puzzle + R"(}
{"id": 2, )" + puzzle + R"(, "answer": "Ann is a knight, and Bob is a knave."}
{"id": 3, )" + puzzle + R"(, "answer": "(1) Ann is a knight\n(2) Bob is a knight"}
{"id": 4, )" + puzzle + R"(, "answer": "Ann: knight"}
{"id": 5, )" + puzzle + R"(, "answer": "Ann 是骑士，Bob 是无赖。"}
{"id": 6, "statements": [["telling-truth", 0]]}
{"id": 7, "statements": [["lying", 0]]}
{"id": 8, "statements": [["shouting", 0]]}
{"id": 9, "statements": []}
)");
  ASSERT_EQ(rows.size(), 9u);
  EXPECT_EQ(rows[0].at("n_solutions"), 1);
  EXPECT_EQ(rows[0].at("solution"), (json::array{true, false}));
  EXPECT_EQ(rows[1].at("correct"), 2);
  EXPECT_EQ(rows[1].at("solved"), true);
  EXPECT_EQ(rows[2].at("correct"), 1);
  EXPECT_EQ(rows[2].at("solved"), false);
  EXPECT_EQ(rows[3].at("correct"), 1);
  EXPECT_EQ(rows[3].at("total"), 2);
  EXPECT_EQ(rows[4].at("solved"), true);
  // "I am a knight" says nothing; "I am a knave" cannot be said.
  EXPECT_EQ(rows[5].at("n_solutions"), 2);
  EXPECT_TRUE(rows[5].at("solution").is_null());
  EXPECT_EQ(rows[6].at("n_solutions"), 0);
  EXPECT_THAT(json::value_to<std::string>(rows[7].at("error")), HasSubstr("shouting"));
  EXPECT_TRUE(rows[8].contains("error"));
}

// As `candor replay` takes it from the same fields.
TEST_F(JudgeCommand, AuditKnowsHowAnAnswerEnded) {
  const std::string asked = R"("question": "What happened in 1989?", "language": "en")";
  const auto rows =
      judged({"audit"}, "{" + asked + R"(, "answer": "", "finish_reason": "content_filter"}
{)" + asked + R"(, "answer": "", "finish_reason": "content_filter", "delivery": "blocked_input"}
{)" + asked + R"(, "answer": "", "finish_reason": "length"}
{)" + asked + R"(, "answer": "", "error": "timed out"}
{)" + asked + R"(, "answer": "x", "delivery": "retracted"}
{)" + asked + R"(, "answer": "x", "delivery": "answered"}
)");
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0].at("delivery"), "blocked_output");
  EXPECT_EQ(rows[1].at("delivery"), "blocked_input");
  EXPECT_EQ(rows[2].at("delivery"), "truncated");
  EXPECT_EQ(rows[3].at("delivery"), "outage");
  EXPECT_EQ(rows[4].at("delivery"), "retracted");
  EXPECT_THAT(json::value_to<std::string>(rows[5].at("error")),
              HasSubstr("field \"delivery\": \"answered\""));
}

TEST_F(JudgeCommand, LinesThatAreNoJsonAreSaidAndTheNextIsRead) {
  for (const char* judge : {"maths", "choice", "grid", "knights"}) {
    const Finished done = candor({"judge", judge}, "{\nnot json\n[]\n{\"id\": 3}\n");
    EXPECT_EQ(done.status, 0);
    EXPECT_EQ(std::count(done.output.begin(), done.output.end(), '\n'), 4) << judge;
    EXPECT_THAT(done.output, HasSubstr("\"error\"")) << judge;
  }
}

}  // namespace
}  // namespace candor::runner
