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
