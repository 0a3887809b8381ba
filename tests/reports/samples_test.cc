#include "reports/samples.h"

#include <gtest/gtest.h>

namespace candor::reports {
namespace {

using data::Outcome;

void add(RunData& run, const char* question, Outcome outcome, const char* extracted) {
  Sample sample;
  sample.question.suite = "sums";
  sample.question.language = "en";
  sample.question.judge = "maths";
  sample.key.question_hash = question;
  sample.key.repeat = static_cast<int>(run.samples.size());
  data::Verdict verdict;
  verdict.judge = "maths";
  verdict.outcome = outcome;
  verdict.extracted = extracted;
  sample.verdict = verdict;
  run.samples.push_back(std::move(sample));
}

TEST(SamplesRows, VotesAndBoundsAreMeansOverQuestions) {
  RunData run;
  // Two right in different words against two wrong that agree: a tie, one half.
  add(run, "a", Outcome::kRight, "1/2");
  add(run, "a", Outcome::kRight, "0.5");
  add(run, "a", Outcome::kWrong, "3");
  add(run, "a", Outcome::kWrong, "3");
  // One right, one other answer, two that were cut and vote for nothing: one half again.
  add(run, "b", Outcome::kRight, "7");
  add(run, "b", Outcome::kWrong, "8");
  add(run, "b", Outcome::kTruncated, "");
  add(run, "b", Outcome::kTruncated, "");
  const std::vector<SamplesRow> rows = samples_rows(run);
  ASSERT_EQ(rows.size(), 1U);
  const SamplesRow& row = rows.front();
  EXPECT_EQ(row.questions, 2);
  ASSERT_EQ(row.at.size(), 3U);  // k = 1, 2, 4
  EXPECT_NEAR(row.at[0].pass.value, 3.0 / 8, 1e-12);
  EXPECT_NEAR(row.at[0].majority.value, 3.0 / 8, 1e-12);
  EXPECT_NEAR(row.at[2].pass.value, 1, 1e-12);
  EXPECT_NEAR(row.at[2].majority.value, 0.5, 1e-12);
  EXPECT_NEAR(row.at[2].half.value, 0.5, 1e-12);
  EXPECT_EQ(row.unknown, 2);
  EXPECT_NEAR(row.bounds.worst, 3.0 / 8, 1e-12);
  EXPECT_NEAR(row.bounds.best, 5.0 / 8, 1e-12);
  EXPECT_LT(row.bounds.interval.low, row.bounds.worst);
  EXPECT_NE(samples_text(to_json(rows)).find("maj@k"), std::string::npos);
}

// By spelling, 3 of 7 votes are right and win; by value 4 of 7 are wrong together.
TEST(SamplesRows, WrongAnswersOfOneValueVoteTogether) {
  RunData run;
  for (int i = 0; i < 3; ++i) add(run, "a", Outcome::kRight, "2");
  for (const char* spelling : {"0.5", "1/2", "\\frac12", "\\frac{1}{2}"}) {
    add(run, "a", Outcome::kWrong, spelling);
    run.samples.back().verdict->parts["value"] = "1/2";
  }
  const std::vector<SamplesRow> rows = samples_rows(run);
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_EQ(rows[0].at.back().k, 7);
  EXPECT_EQ(rows[0].at.back().majority.value, 0);
}

TEST(SamplesRows, AQuestionWithFewerSamplesLeavesTheOthersTheirs) {
  RunData run;
  add(run, "a", Outcome::kRight, "1");
  for (int i = 0; i < 4; ++i) add(run, "b", i < 2 ? Outcome::kRight : Outcome::kWrong, "2");
  const std::vector<SamplesRow> rows = samples_rows(run);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].samples, 1);
  EXPECT_EQ(rows[0].most_samples, 4);
  ASSERT_EQ(rows[0].at.size(), 3U);  // k = 1, 2, 4
  EXPECT_EQ(rows[0].at[0].questions, 2);
  EXPECT_NEAR(rows[0].at[0].pass.value, 0.75, 1e-12);
  EXPECT_EQ(rows[0].at[1].questions, 1);  // the page and the table say so
  EXPECT_NEAR(rows[0].at[1].pass.value, 5.0 / 6, 1e-12);
  EXPECT_NE(samples_text(to_json(rows)).find("questions"), std::string::npos);
}

TEST(SamplesRows, OneKnownSampleAQuestionHasNothingToAdd) {
  RunData run;
  add(run, "a", Outcome::kRight, "1");
  add(run, "b", Outcome::kWrong, "2");
  const std::vector<SamplesRow> rows = samples_rows(run);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].at.empty());
  EXPECT_EQ(rows[0].unknown, 0);
  EXPECT_EQ(rows[0].bounds.worst, rows[0].bounds.best);
  EXPECT_EQ(samples_text(to_json(rows)), "");
}

}  // namespace
}  // namespace candor::reports
