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
  EXPECT_EQ(read_exact("The answer is below:\n\\boxed{Yes}"), "Yes");
  EXPECT_EQ(read_exact("Answer: invalid\nI hope that the answer is helpful!"), "invalid");
  EXPECT_EQ(read_exact("The answer is **Yes**, since both hold."), "Yes");
  EXPECT_EQ(read_exact("理由如下。\n最终答案：**否**"), "否");
}

TEST(ReadExact, SaysNothingRatherThanGuess) {
  EXPECT_EQ(read_exact(""), std::nullopt);
  EXPECT_EQ(read_exact("First this.\nThen that."), std::nullopt);
  EXPECT_EQ(read_exact("The answer is"), std::nullopt);
}

TEST(SameText, IgnoresCaseAndSpaceOnly) {
  EXPECT_TRUE(same_text("  true", "True"));
  EXPECT_TRUE(same_text("a  b\tc", "a b c"));
  EXPECT_FALSE(same_text("ab c", "a b c"));
  EXPECT_FALSE(same_text("valid", "invalid"));
}

TEST(ReadPythonLiteral, FindsTheValueWhereverItIsGiven) {
  EXPECT_EQ(read_python_literal("So the answer is [1, 2]."), "[1, 2]");
  EXPECT_EQ(read_python_literal("The answer is `'hello.'`."), "'hello.'");
  EXPECT_EQ(read_python_literal("**Answer:** ```python\n{'a': 1}\n```"), "{'a': 1}");
  EXPECT_EQ(read_python_literal("It returns this:\n```python\n'x'\n```"), "'x'");
  EXPECT_EQ(read_python_literal("The answer is assert f([1, 2]) == (3, 4)"), "(3, 4)");
  EXPECT_EQ(read_python_literal("Thus \\boxed{\"a}b\"}"), std::nullopt) << "the box ends early";
  EXPECT_EQ(read_python_literal("The answer is 12."), "12");
  EXPECT_EQ(read_python_literal("The answer is 12.5, as computed."), "12.5");
  EXPECT_EQ(read_python_literal("The answer is {'a': [1,\n 2]}"), "{'a': [1,\n 2]}");
  EXPECT_EQ(read_python_literal("The answer is \" \""), "\" \"");
}

TEST(ReadPythonLiteral, NamesAndFragmentsAreNone) {
  for (const char* text : {"The answer is hello", "The answer is [1, 2", "The answer is 12 apples",
                           "The answer is 0x10", "The answer is 'a' + 'b'", "The answer is", "",
                           "The answer is 'a", "first\nsecond 5"}) {
    EXPECT_EQ(read_python_literal(text), std::nullopt) << text;
  }
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
