#include "scoring/exact/exact.h"

#include <gtest/gtest.h>

#include "data/base/error.h"

namespace candor::scoring {
namespace {

TEST(ReadExact, TakesWhatTheAnswerCallsItsAnswer) {
  EXPECT_EQ(read_exact("Not a and b. So the answer is False."), "False");
  EXPECT_EQ(read_exact("The answer is X.\nNo: the answer is **] }**."), "] }");
  EXPECT_EQ(read_exact("**Answer:** `valid`"), "valid");
  EXPECT_EQ(read_exact("thinking\nThus \\boxed{\\{1\\}}"), "\\{1\\}");
  EXPECT_EQ(read_exact("所以答案是 否。"), "否");
  EXPECT_EQ(read_exact("Yes"), "Yes");
  EXPECT_EQ(read_exact("The answer is: barn damp dot"), "barn damp dot");
}

TEST(ReadExact, SaysNothingRatherThanGuess) {
  EXPECT_EQ(read_exact(""), std::nullopt);
  EXPECT_EQ(read_exact("First this.\nThen that."), std::nullopt);
  EXPECT_EQ(read_exact("The answer is"), std::nullopt);
}

TEST(SameExact, TextIgnoresCaseAndSpaceOnly) {
  EXPECT_TRUE(same_exact("  true", "True", ExactForm::kText));
  EXPECT_TRUE(same_exact("a  b\tc", "a b c", ExactForm::kText));
  EXPECT_FALSE(same_exact("ab c", "a b c", ExactForm::kText));
  EXPECT_FALSE(same_exact("valid", "invalid", ExactForm::kText));
}

TEST(SameExact, PythonIgnoresQuotesAndSpaceBetweenParts) {
  EXPECT_TRUE(same_exact("[(4,1), ( 2, 3 )]", "[(4, 1), (2, 3)]", ExactForm::kPython));
  EXPECT_TRUE(same_exact("\"it's\"", "'it\\'s'", ExactForm::kPython));
  EXPECT_FALSE(same_exact("'a b'", "'ab'", ExactForm::kPython));
  EXPECT_FALSE(same_exact("1", "'1'", ExactForm::kPython));
  EXPECT_FALSE(same_exact("[1, 2]", "(1, 2)", ExactForm::kPython));
  EXPECT_FALSE(same_exact("'A'", "'a'", ExactForm::kPython));
}

data::Question asked(const std::string& gold, const char* form = "text") {
  data::Question question;
  question.id = "q";
  question.judge = "exact";
  question.reference = {{"answer", gold}, {"form", form}};
  return question;
}

data::Generation said(const std::string& text) {
  data::Generation generation;
  generation.answer = text;
  return generation;
}

TEST(JudgeExact, HasOneOutcomeForEachAnswer) {
  EXPECT_EQ(judge_exact(asked("False"), said("So the answer is False.")).outcome,
            data::Outcome::kRight);
  EXPECT_EQ(judge_exact(asked("False"), said("So the answer is True.")).outcome,
            data::Outcome::kWrong);
  EXPECT_EQ(judge_exact(asked("False"), said("Hm.\nWell.")).outcome, data::Outcome::kUnparsed);
  data::Generation cut = said("True and not");
  cut.finish = data::FinishReason::kLength;
  EXPECT_EQ(judge_exact(asked("False"), cut).outcome, data::Outcome::kTruncated);
  EXPECT_EQ(judge_exact(asked("'ab'", "python"), said("The answer is \"ab\"")).outcome,
            data::Outcome::kRight);
  EXPECT_EQ(judge_exact(asked("'ab'", "python"), said("The answer is ab")).outcome,
            data::Outcome::kWrong);
  data::Generation thinking = said("The answer is False");
  thinking.reasoning_closed = false;
  EXPECT_EQ(judge_exact(asked("False"), thinking).outcome, data::Outcome::kUnparsed);
  EXPECT_THROW(judge_exact(asked("x", "latin"), said("x")), Error);
}

}  // namespace
}  // namespace candor::scoring
