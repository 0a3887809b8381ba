// A corpus of answers as models write them, in English and Chinese: what the judge reads in each.
// The readings are compared as mathematics ("1,200" and "1200" are one), so that the corpus fixes
// what is read and not how it is spelled.
#include <gtest/gtest.h>

#include "scoring/maths/maths.h"

namespace candor::scoring {
namespace {

struct Case {
  const char* answer;
  const char* states;
};

void expect_read(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const std::string read = maths::extract(one.answer);
    EXPECT_EQ(maths::equivalent(read, one.states).verdict, "equal")
        << one.answer << "\n  read: " << read << "\n  states: " << one.states;
  }
}

TEST(ExtractionCorpus, JsonFields) {
  expect_read({
      {R"({"reasoning": "3 + 4 = 7, then 2 more", "answer": "9"})", "9"},
      {"```json\n{\n  \"reasoning\": \"2 * 8 = 16\",\n  \"answer\": 16\n}\n```", "16"},
      {"Here it is:\n```json\n{\"answer\": \"1,250\", \"steps\": 4}\n```\nI used 4 steps.", "1250"},
      {R"({"answer": "\frac{3}{4}"})", "3/4"},
      {R"({"answer": "\\frac{3}{4}"})", "3/4"},
      {R"({"answer": "$\text{5 cm}$"})", "5"},
      {R"({"answer": "x \neq 3"})", R"(x \ne 3)"},
      {R"({"reasoning": "the \"answer\": 3 is not it", "answer": "5"})", "5"},
      {R"({"answer": 12, "checks": [{"answer": 3}]})", "12"},
      {R"({"answer": [2, 3]})", "2,3"},
      {R"({"answer": 1,200})", "1200"},
      {R"({'final_answer': '42'})", "42"},
      {R"({"Answer": "The answer is 7 apples."})", "7"},
      {R"({"reasoning": "…", "answer": "Her total is $18"})", "18"},
      {R"({"answer": "5"} Put in a box: $\boxed{6}$)", "6"},
      {R"({"reasoning": "so \boxed{6}", "answer": "6.0"})", "6"},
      {R"({"推理": "3+4=7", "答案": "7"})", "7"},
      {R"({"answer": "7个苹果"})", "7"},
      {R"({"answer": "第一行
25"})",
       "25"},
      {R"({"answer": "\u0031\u0038"})", "18"},
      {R"({"answer": -3.5, "unit": "m"})", "-3.5"},
  });
}

TEST(ExtractionCorpus, Tags) {
  expect_read({
      {"<think>2+2</think><answer>17</answer>", "17"},
      {"<answer>\n$\\frac{1}{3}$\n</answer>", "1/3"},
      {"The tag: <answer>3</answer>. Corrected: <answer>4</answer>", "4"},
      {"<answer>The answer is \\boxed{12}.</answer>", "12"},
      {"<Answer> 8 </Answer> as computed in 3 steps", "8"},
      {"<final_answer>1/2</final_answer>", "1/2"},
      {"过程：3×5=15\n<answer>15元</answer>", "15"},
      {"So\n<answer>\n21", "21"},
  });
}

TEST(ExtractionCorpus, Boxes) {
  expect_read({
      {R"(Thus $x = \boxed{3}$, that is 3 of the 7.)", "3"},
      {R"(\[\boxed{\dfrac{7}{2}}\] checked with 2 methods)", "7/2"},
      {R"(**Final Answer**: $\boxed{25\%}$)", "25%"},
      {R"(\boxed{(B) 17})", "17"},
      {R"(\boxed{\textbf{(C)}\ 45})", "45"},
      {R"(\boxed{\text{D. } 2\sqrt{2}})", R"(2\sqrt2)"},
      {R"(The roots are $\boxed{2}$ or $\boxed{-5}$.)", "2,-5"},
      {R"(所以 $\boxed{8\text{ 天}}$。)", "8"},
      {R"($\boxed{x=3}$)", "3"},
      {R"(\boxed{\text{Tuesday}})", "Tuesday"},
      {R"(最终答案为：\boxed{１２}。)", "12"},
  });
}

TEST(ExtractionCorpus, Hashes) {
  expect_read({
      {"3 * 6 = 18\n#### 18", "18"},
      {"#### $1,500", "1500"},
      {"#### -4\n", "-4"},
      {"#### 18 dollars", "18"},
      {"#### 答案：25", "25"},
      {"#### Answer: 31", "31"},
      {"#### Step 1: Add\n2 + 3 = 5\n#### Step 2: Double\n5 * 2 = 10", "10"},
      {"#### 1. Find the sum\nThe sum is 12.\n#### 2. Halve it\nHalf of it is 6.", "6"},
      {"#### 5/8", "5/8"},
  });
}

TEST(ExtractionCorpus, AnnouncedInEnglish) {
  expect_read({
      {"The answer is 72.", "72"},
      {"the answer is: 72", "72"},
      {"The final answer is $72$. I hope it is correct.", "72"},
      {"**Answer:** 12 apples", "12"},
      {"**Answer: 12**", "12"},
      {"*Answer*: 12", "12"},
      {"Answer = 12", "12"},
      {"Answer:\n\n12", "12"},
      {"### Answer\n12", "12"},
      {"**Final Answer**\n\n12", "12"},
      {"Ans: 12", "12"},
      {"The answer would be 12.", "12"},
      {"The answer should be 12 because 3 * 4 = 12.", "12"},
      {"The answer equals 12", "12"},
      {"The answer to the question is 12, since 15 - 3 = 12.", "12"},
      {"The answer is approximately 3.14.", "3.14"},
      {"The answer is therefore 15.", "15"},
      {"The answer is **17**.", "17"},
      {"The answer is `17`", "17"},
      {"The answer is __17__", "17"},
      {"Answer: (B) 17", "17"},
      {"Answer: B. 17", "17"},
      {"Answer: B) 17", "17"},
      {"Answer: 17 (B)", "17"},
      {"Answer: 5 (3 boys and 2 girls)", "5"},
      {"Answer: 5 (since 3 + 2 = 5)", "5"},
      {"The answer is not 5. The answer is 6.", "6"},
      {"The answer is 6, as the answer is not 5.", "6"},
      {"Is 5 right? No.\nAnswer: 6\nLet me know if you have 2 more questions.", "6"},
      {"The answer is 8 . 9 is too much.", "8"},
      {"The answer is 3 1/2 hours.", "7/2"},
      {"The answer is 2:3.", "2:3"},
      {"The answer is $(3, -1)$.", "(3,-1)"},
      {"The answer is $x = 3$ or $x = -2$.", "3,-2"},
      {"The answers are 3 and 7.", "3,7"},
      {"The answer is -5.", "-5"},
      {"The answer is \xE2\x88\x92"
       "5.",
       "-5"},
      {"The answer is 1.5 × 10^3.", "1500"},
      {"The answer is 25π.", R"(25\pi)"},
      {"The answer is 4√3.", R"(4\sqrt3)"},
      {"The answer is 50%.", "50%"},
      {"The answer is $1,234.50.", "1234.5"},
      {"The answer is 60 degrees.", "60"},
      {"Answer: 7 km/h", "7"},
      {"Answer: no solution", "no solution"},
      {"I computed 5 first. Answer:", "5"},
  });
}

TEST(ExtractionCorpus, AnnouncedInChinese) {
  expect_read({
      {"答案是25。", "25"},
      {"答案为25元。", "25"},
      {"答案：25", "25"},
      {"答案: 25", "25"},
      {"**答案：25**", "25"},
      {"最终答案是：25", "25"},
      {"所以答案应该是25。", "25"},
      {"正确答案应为 $\\frac{5}{6}$。", "5/6"},
      {"答案等于25", "25"},
      {"【答案】25", "25"},
      {"## 答案\n25", "25"},
      {"答：小明有25个苹果。", "25"},
      {"答:25天", "25"},
      {"因此答案 25", "25"},
      {"答案：(B) 17", "17"},
      {"答案：B. 17", "17"},
      {"答案：１８", "18"},
      {"答案是１，２００元", "1200"},
      {"答案：约 3.14", "3.14"},
      {"答案大约是 3.14", "3.14"},
      {"答案是 3 万人", "30000"},
      {"答案是3.5万元。", "35000"},
      {"答案是百分之二十五，即25%。", "25%"},
      {"答案是百分之25", "25%"},
      {"答案是 x=3 或 x=-2。", "3,-2"},
      {"答案是 $3$ 和 $-2$。", "3,-2"},
      {"答案不是5。答案是6。", "6"},
      {"答案是2:3", "2:3"},
      {"答案是 25 平方厘米。", "25"},
      {"答案是：无解", "无解"},
      {"答案是3分之2", "2/3"},
      {"答案是25，因为 5×5=25，而不是 5+5=10。", "25"},
  });
}

TEST(ExtractionCorpus, WithoutAnnouncement) {
  expect_read({
      {"17", "17"},
      {"**17**", "17"},
      {"$17$", "17"},
      {"17.", "17"},
      {"So she has 3 + 4 = 7 apples.", "7"},
      {"She needs 12 eggs and has 5, so she buys 7 more.", "7"},
      {"Therefore, the area is 25π square units.", R"(25\pi)"},
      {"The side is then 3√2 cm.", R"(3\sqrt2)"},
      {"The ratio of boys to girls is 2:3.", "2:3"},
      {"So it is 2^10 in all.", "1024"},
      {"The distance is 3 × 10^8 m.", "300000000"},
      {"In all, 1 234 567 people came.", "1234567"},
      {"In all, 1\xE2\x80\xAF"
       "234\xE2\x80\xAF"
       "567 people came.",
       "1234567"},
      {"He walked 2 1/2 miles.", "5/2"},
      {"x = 3 or x = -2", "3,-2"},
      {"x=3 或 x=-2", "3,-2"},
      {"So we get $x=3$ or $x=-2$.", "3,-2"},
      {"Thus $x = 3$ and $x = -2$ both work.", "3,-2"},
      {"因此 x=3 或者 x=-2。", "3,-2"},
      {"方程的解为 $x=3$ 或 $x=-2$。", "3,-2"},
      {"The solutions are 3 and -2.", "3,-2"},
      {"The roots are $1$, $2$ and $3$.", "1,2,3"},
      {"方程的根是 1 和 4。", "1,4"},
      {"她一共花了 3 万元。", "30000"},
      {"一共有1.2亿人。", "120000000"},
      {"所以小明还剩 12 个苹果。", "12"},
      {"总共 3 + 5 = 8（个）。", "8"},
      {"每人得到 5/8 个。", "5/8"},
      {"It costs $5, and $7 with the box.", "7"},
      {"She pays $18.00!", "18"},
      {"Profit: 20%", "20%"},
      {"Hence \\(\\frac{2}{3}\\) of them.", "2/3"},
      {"The minimum is \\[ -\\frac{9}{4}. \\]", "-9/4"},
  });
}

TEST(ExtractionCorpus, TextsThatStateNothing) {
  for (const char* answer : {"",
                             " \n\t",
                             "$",
                             "$$",
                             "...",
                             "***",
                             "#",
                             "####",
                             "---",
                             "?",
                             "Answer:",
                             "答案：",
                             "答案是",
                             "The answer is",
                             "The answer is ...",
                             "\\boxed{}",
                             "\\boxed{ }",
                             "<answer></answer>",
                             "{\"answer\": \"\"}",
                             "{\"answer\": null}",
                             "Let me think about this step by step.",
                             "Let us see.",
                             "I am not sure.",
                             "Sorry, I cannot help with that.",
                             "抱歉，我无法回答这个问题。",
                             "让我们一步一步思考。",
                             "我不知道。",
                             "What do you mean?",
                             "Hello there",
                             "<think>still thinking, perhaps</think>"}) {
    EXPECT_EQ(maths::extract(answer), "") << answer;
    EXPECT_FALSE(maths::has_marked_answer(answer)) << answer;
  }
}

TEST(ExtractionCorpus, AFieldThatStatesNothingIsNoReasonToSearchTheReasoning) {
  EXPECT_EQ(
      maths::extract(
          R"({"reasoning": "3 + 4 = 7", "answer": "This is tedious by hand, so a calculator would be needed here."})"),
      "");
}

TEST(ExtractionCorpus, WhatIsMarkedSurvivesACut) {
  for (const char* answer : {R"({"answer": "5")", "<answer>5</answer>", "答案是5", "\\boxed{5",
                             "#### 5", "### Answer\n5"}) {
    EXPECT_TRUE(maths::has_marked_answer(answer)) << answer;
  }
  for (const char* answer : {"x = 3 or x = -2", "so it is 5", R"({"reasoning": "3 + 2 = 5)",
                             R"({"answer": 5)", "#### Step 2: add 5"}) {
    EXPECT_FALSE(maths::has_marked_answer(answer)) << answer;
  }
}

TEST(ExtractionCorpus, TheLetterOfAnOptionCountsWhereTheGoldAnswerIsOne) {
  EXPECT_EQ(maths::option_letter("\\boxed{(B) 17}"), "B");
  EXPECT_EQ(maths::option_letter("Answer: 17 (B)"), "B");
  EXPECT_EQ(maths::option_letter("The answer is C."), "C");
  EXPECT_EQ(maths::option_letter("The answer is 17."), "");
  for (const char* gold : {"B", "(B)", R"(\text{(B)})", "17"}) {
    EXPECT_EQ(judge_maths("The answer is (B) 17.", gold).verdict, "equal") << gold;
  }
  for (const char* gold : {"C", R"(\text{(C)})", "18"}) {
    EXPECT_EQ(judge_maths("The answer is (B) 17.", gold).verdict, "unequal") << gold;
  }
}

}  // namespace
}  // namespace candor::scoring
