// The way from a question and a generation to a counted outcome.
#include "scoring/scoring.h"

#include <gtest/gtest.h>

#include "data/base/error.h"

namespace candor::scoring {
namespace {

using data::FinishReason;
using data::Generation;
using data::Outcome;
using data::Question;

Question maths_question() {
  Question question;
  question.id = "arithmetic/1/0001/en";
  question.language = "en";
  question.judge = "maths";
  question.reference = {{"answer", "12"}};
  return question;
}

Generation said(std::string answer, FinishReason finish = FinishReason::kStop) {
  Generation generation;
  generation.answer = std::move(answer);
  generation.finish = finish;
  return generation;
}

TEST(Outcome, FollowsThePrecedence) {
  const auto outcome = [](FinishReason finish, bool parsed, bool right, bool refused) {
    return decide_outcome(said("", finish), parsed, right, refused);
  };
  EXPECT_EQ(outcome(FinishReason::kError, true, true, true), Outcome::kError);
  EXPECT_EQ(outcome(FinishReason::kBlock, true, true, true), Outcome::kBlocked);
  EXPECT_EQ(outcome(FinishReason::kLength, true, true, true), Outcome::kRight);
  EXPECT_EQ(outcome(FinishReason::kLength, true, false, true), Outcome::kWrong);
  EXPECT_EQ(outcome(FinishReason::kLength, false, false, true), Outcome::kTruncated);
  EXPECT_EQ(outcome(FinishReason::kStop, false, false, true), Outcome::kRefused);
  EXPECT_EQ(outcome(FinishReason::kStop, false, false, false), Outcome::kUnparsed);
}

TEST(Outcome, AFactualDeliveryDecidesBeforeTheText) {
  Generation generation = said("\\boxed{12}");
  for (const char* delivery : {"blocked_input", "blocked_output", "retracted", "host_text"}) {
    generation.delivery = delivery;
    EXPECT_EQ(judge(maths_question(), generation).outcome, Outcome::kBlocked) << delivery;
  }
  generation.delivery = "outage";
  EXPECT_EQ(judge(maths_question(), generation).outcome, Outcome::kError);
}

TEST(Judge, MathsRightAndWrong) {
  const data::Verdict right = judge(maths_question(), said("5 + 7 = 12, so \\boxed{12}."));
  EXPECT_EQ(right.outcome, Outcome::kRight);
  EXPECT_EQ(right.value, 1.0);
  EXPECT_EQ(right.extracted, "12");
  EXPECT_EQ(right.judge, "maths");
  EXPECT_FALSE(right.version.empty());
  const data::Verdict wrong = judge(maths_question(), said("\\boxed{13}"));
  EXPECT_EQ(wrong.outcome, Outcome::kWrong);
  EXPECT_EQ(wrong.value, 0.0);
}

TEST(Judge, ACutTextCountsOnlyWhereItsAnswerWasMarked) {
  const data::Verdict cut =
      judge(maths_question(), said("First 5 and then 12", FinishReason::kLength));
  EXPECT_EQ(cut.outcome, Outcome::kTruncated);
  EXPECT_TRUE(cut.truncated);
  EXPECT_FALSE(cut.value.has_value());
  const data::Verdict marked =
      judge(maths_question(), said("\\boxed{12} because", FinishReason::kLength));
  EXPECT_EQ(marked.outcome, Outcome::kRight);
  EXPECT_TRUE(marked.truncated);
}

TEST(Judge, TheChainOfThoughtIsNeverRead) {
  Generation generation = said("I do not know.");
  generation.reasoning = "\\boxed{12}";
  EXPECT_NE(judge(maths_question(), generation).outcome, Outcome::kRight);
  // Still thinking at the limit: whatever stands in `answer` was not said.
  generation = said("\\boxed{12}", FinishReason::kLength);
  generation.reasoning_closed = false;
  EXPECT_EQ(judge(maths_question(), generation).outcome, Outcome::kTruncated);
}

TEST(Judge, ARefusalIsCountedAsOne) {
  EXPECT_EQ(judge(maths_question(), said("I'm sorry, but I can't help with that.")).outcome,
            Outcome::kRefused);
  EXPECT_EQ(judge(maths_question(), said("")).outcome, Outcome::kUnparsed);
}

TEST(Judge, ChoiceAndLogic) {
  Question question = maths_question();
  question.judge = "choice";
  question.reference = {{"options", "ABCD"}, {"answer", "B"}};
  EXPECT_EQ(judge(question, said("The answer is (B).")).outcome, Outcome::kRight);
  EXPECT_EQ(judge(question, said("The answer is (C).")).outcome, Outcome::kWrong);
  EXPECT_EQ(judge(question, said("Hard to say.")).outcome, Outcome::kUnparsed);

  question.judge = "logic";
  question.reference = {{"cells", boost::json::object{{"Alice", "knight"}, {"Bob", "knave"}}}};
  EXPECT_EQ(judge(question, said("Alice: knight\nBob: knave")).outcome, Outcome::kRight);
  const data::Verdict half = judge(question, said("Alice: knight\nBob: knight"));
  EXPECT_EQ(half.outcome, Outcome::kWrong);
  EXPECT_EQ(half.value, 0.5);
  EXPECT_EQ(judge(question, said("Alice: knight", FinishReason::kLength)).outcome,
            Outcome::kTruncated);
}

TEST(Judge, MistakesOfTheSuiteAreNamed) {
  Question question = maths_question();
  question.reference = {};
  try {
    judge(question, said("12"));
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("arithmetic/1/0001/en"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("answer"), std::string::npos);
  }
  question.judge = "code";
  EXPECT_THROW(judge(question, said("12")), Error);
  question.judge = "poetry";
  EXPECT_THROW(judge(question, said("12")), Error);
}

}  // namespace
}  // namespace candor::scoring
