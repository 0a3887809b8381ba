#include <gtest/gtest.h>

#include "scoring/maths/maths.h"

namespace candor::scoring::maths {
namespace {

TEST(MathsExtraction, TheLastBoxWinsWithItsBracesBalanced) {
  EXPECT_EQ(extract(R"(First \boxed{1}. No wait. So it is $\boxed{\frac{1}{\sqrt{2}}}$.)"),
            R"(\frac{1}{\sqrt{2}})");
  EXPECT_EQ(extract(R"(\boxed{\{1,2\}})"), R"(\{1,2\})");
  EXPECT_EQ(extract(R"(so \boxed 5.)"), "5");
}

TEST(MathsExtraction, NeighbouringBoxesAreOneAnswer) {
  EXPECT_EQ(extract(R"($\boxed{1}$ and $\boxed{-2}$)"), "1, -2");
  EXPECT_EQ(extract(R"(\boxed{4}, that is \boxed{4})"), "4");
}

TEST(MathsExtraction, ABoxThatNeverClosesEndsWithItsLine) {
  EXPECT_EQ(extract("the value \\boxed{42\nand more"), "42");
}

TEST(MathsExtraction, AnnouncedAnswers) {
  EXPECT_EQ(extract("The answer is 72."), "72");
  EXPECT_EQ(extract("We get 5 + 7. The final answer is $\\frac{1}{2}$. I hope it is correct."),
            "$\\frac{1}{2}$");
  EXPECT_EQ(extract("**Answer:** 12 apples"), "12 apples");
  EXPECT_EQ(extract("推理：3+4=7。\n答案: 7"), "7");
  EXPECT_EQ(extract("所以答案是25元。"), "25元");
  EXPECT_EQ(extract("Final Answer: The volume of $ABCH$ is 120. I hope it is correct."), "120");
  EXPECT_EQ(extract("12 is not it.\n#### 1,234"), "1,234");
}

TEST(MathsExtraction, ShortSentencesAreNoExpressions) {
  EXPECT_EQ(extract("It takes 45 minutes."), "45");
  EXPECT_EQ(extract("The result is 9."), "9");
  EXPECT_EQ(extract("She earned $1,500.00."), "1,500.00");
  EXPECT_EQ(extract("therefore the answer is approximately 3.14"), "3.14");
  EXPECT_EQ(extract("no solution"), "no solution");
}

TEST(MathsExtraction, ManyWaysToStateAnAnswer) {
  const std::pair<const char*, const char*> cases[] = {
      {"First $\\boxed{3}$ apples, then two more: the final answer is $\\boxed{5}$.", "5"},
      {"The answer is 1,234 dollars.", "1234"},
      {"综上所述，最终答案：18", "18"},
      {"答：小红有1,200元", "1200"},
      {"故答案为：$\\frac{5}{6}$．", "5/6"},
      {"最后的答案是１８。", "18"},
      {"The answer is $5$ or $6$.", "5,6"},
      {"x = 3 or x = -2", "3,-2"},
      {"The answer is [0, 1).", "[0,1)"},
      {"The answer is 2 1/2 hours", "2.5"},
      {"The answer is Monday", "Monday"},
      {"\\boxed{ \\$18.00 }", "18"},
      {"5 + 6 = 11 eggs.", "11"}};
  for (const auto& [answer, gold] : cases) {
    EXPECT_EQ(judge_maths(answer, gold).verdict, "equal") << answer << ": " << extract(answer);
  }
}

TEST(MathsExtraction, WithoutAnyMarkTheLastValueCounts) {
  EXPECT_EQ(extract("There are 3 of them and 4 more, so she has 7 in total."), "7");
  EXPECT_EQ(extract("the number is not 10 which is 1,000.99€"), "1,000.99");
  EXPECT_EQ(extract("so the number is 10 which is 1,000.99m²"), "1,000.99");
  EXPECT_EQ(extract("It costs $5 at first and then costs $7 after."), "7");
  EXPECT_EQ(extract("总共需要支付 25 元。"), "25");
}

TEST(MathsExtraction, ReasoningThatLeakedIsNotRead) {
  EXPECT_EQ(extract("<think>\\boxed{1}</think>It is \\boxed{2}"), "2");
  EXPECT_EQ(extract("The answer is 2/3. <|im_start|>user 5"), "2/3");
}

TEST(MathsExtraction, TextWithoutAnyAnswerGivesNothing) {
  EXPECT_EQ(extract(""), "");
  EXPECT_EQ(extract("$"), "");
  EXPECT_FALSE(has_marked_answer("3 + 4 makes 7"));
  EXPECT_TRUE(has_marked_answer("so \\boxed{7}"));
}

}  // namespace
}  // namespace candor::scoring::maths
