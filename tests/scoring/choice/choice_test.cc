#include "scoring/choice/choice.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/shared.h"

namespace candor::scoring {
namespace {

std::string choice(std::string_view answer, std::string_view options = "ABCD") {
  return read_choice(answer, options).value_or("none");
}

TEST(ChoiceReader, PhrasesInEnglishAndChinese) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Answer: B", "B"},
      {"answer:  d", "D"},
      {"**Answer:** **C**", "C"},
      {"The answer is (C).", "C"},
      {"Therefore, the correct answer is option D.", "D"},
      {"I would choose B because it fits.", "B"},
      {"Option (D) is the best answer.", "D"},
      {"\\boxed{\\text{C}}", "C"},
      {"The final answer is $\\boxed{A}$.", "A"},
      {"故选：A", "A"},
      {"答案：Ｂ", "B"},
      {"【答案】D", "D"},
      {"A选项错误；D选项正确。故答案为D", "D"},
      {"综上所述，A、B、D都是错误的，C是正确的。", "C"},
      {"B. Paris", "B"},
      {"(B)", "B"}};
  for (const auto& [answer, expected] : cases) EXPECT_EQ(choice(answer), expected) << answer;
}

TEST(ChoiceReader, AConclusionWithoutTheWordAnswer) {
  EXPECT_EQ(choice("That gives 27,900 psi. The closest option is (B)."), "B");
  EXPECT_EQ(choice("So it is near 19. The closest value is (C) 19.9%."), "C");
  EXPECT_EQ(choice("It fuses with a lysosome. Therefore, the most likely fate is (D)."), "D");
  EXPECT_EQ(choice("The jury should decide, as per the option (A)."), "A");
  EXPECT_EQ(choice("因此最接近的是（C）。"), "C");
  EXPECT_EQ(choice("Option (C) has two dominant alleles, and two recessive ones"), "none");
  EXPECT_EQ(choice("The result is a mixture of (A) and (B)."), "none");
}

TEST(ChoiceReader, AlternativesAreNoChoice) {
  EXPECT_EQ(choice("The answer is (B) or (D)."), "none");
  EXPECT_EQ(choice("The answer is (B, C, or D)."), "none");
  EXPECT_EQ(choice("答案是B或D。"), "none");
  EXPECT_EQ(choice("The answer is A or B. Looking again, the answer is B."), "B");
  EXPECT_EQ(choice("The answer is B or at least close to it."), "B");
}

TEST(ChoiceReader, HedgesOfAnyFormAreNoChoice) {
  for (const char* answer :
       {"Answer: A/B/C/D", "The answer is B/D.", "Answer: A or B or C or D", "Answer: A and/or B",
        "Answer: A, B or C", "The answer is A or possibly B.",
        "One candidate is (B), which is wrong.",
        "The closest answer would be (D), but it's not a correct choice.",
        "None is listed, but it could be (C) purity."}) {
    EXPECT_EQ(choice(answer), "none") << answer;
  }
}

TEST(ChoiceReader, AClauseBehindTheLetterIsNoListOfLetters) {
  constexpr const char* kTen = "ABCDEFGHIJ";
  EXPECT_EQ(choice("The answer is A, I believe."), "A");
  EXPECT_EQ(choice("The answer is A, I believe.", kTen), "A");
  EXPECT_EQ(choice("The answer is C, I chose it for its clarity.", kTen), "C");
  EXPECT_EQ(choice("The answer is C, I'm sure.", kTen), "C");
  EXPECT_EQ(choice("The final answer is B, A is out."), "B");
  EXPECT_EQ(choice("The answer is (I, J).", kTen), "IJ");
  EXPECT_EQ(choice("The answers are A, B, and D."), "ABD");
  EXPECT_EQ(choice("The answer is B and D because both hold."), "BD");
  EXPECT_EQ(choice("Answer: A good reason is the price."), "none");
  EXPECT_EQ(choice("Answer: I think it is unclear.", kTen), "none");
  EXPECT_EQ(choice("Answer: A because it is cheap."), "A");
}

TEST(ChoiceReader, AStatedAnswerOutranksProse) {
  EXPECT_EQ(choice("Answer: B\n\nExplanation: I would choose A if it were smaller."), "B");
  EXPECT_EQ(choice("Answer: B\n\nExplanation: others pick A, and they say A is right."), "B");
  EXPECT_EQ(choice("答案：B\n解析：若题目问最小，则应选A。"), "B");
  EXPECT_EQ(choice("**Answer:** A. I chose it since B is true of cats."), "A");
  EXPECT_EQ(choice("The answer is B because C is right only if x > 2."), "B");
  EXPECT_EQ(choice("The answer is A. Wait, that is wrong. B is correct."), "B");
  EXPECT_EQ(choice("I would choose A if it were smaller."), "none");
}

TEST(ChoiceReader, ConclusionsInMoreWords) {
  constexpr const char* kTen = "ABCDEFGHIJ";
  EXPECT_EQ(choice("It gives 57.15%. The closest option is G. 57.15%.", kTen), "G");
  EXPECT_EQ(choice("The most accurate answer would be (G), as it says more.", kTen), "G");
  EXPECT_EQ(choice("So it should be to raise the price (option B)."), "B");
  EXPECT_EQ(choice("The enzyme responsible is (A) DNMT1."), "A");
  EXPECT_EQ(choice("It isn't A; it's C."), "C");
  EXPECT_EQ(choice("The answer isn't A; it's C."), "C");
  EXPECT_EQ(choice("The answer is probably C."), "C");
  EXPECT_EQ(choice("The one close to it is (C). The best answer of those given is (D) Circle."),
            "D");
  EXPECT_EQ(choice("The patient's blood type is A."), "none");
}

TEST(ChoiceReader, BoxesHoldALetterWithItsText) {
  EXPECT_EQ(choice(R"(\boxed{\text{B. Paris}})"), "B");
  EXPECT_EQ(choice(R"(\boxed{\textbf{(B)}\ 12})"), "B");
  EXPECT_EQ(choice(R"(\boxed{\mathrm{(D)}})"), "D");
  EXPECT_EQ(choice(R"(\boxed{C}, and the length is \boxed{12})"), "C");
  for (const char* answer :
       {R"(\boxed{12})", R"(\boxed{A + B})", R"(\boxed{E. coli})", R"(\boxed{)"}) {
    EXPECT_EQ(choice(answer), "none") << answer;
  }
}

TEST(ChoiceReader, TheLastStatementCounts) {
  EXPECT_EQ(choice("Answer: A\n\nWait, reconsider.\nAnswer: B"), "B");
  EXPECT_EQ(choice("<think>The answer is A</think>The answer is B."), "B");
}

TEST(ChoiceReader, SeveralLettersComeInOrder) {
  EXPECT_EQ(choice("答案是DBA"), "ABD");
  EXPECT_EQ(choice("The answers are B and D."), "BD");
  EXPECT_EQ(choice("\\boxed{A, C}"), "AC");
}

TEST(ChoiceReader, NothingIsGuessed) {
  for (const char* answer :
       {"", "Both A and B are plausible; I cannot decide.", "A dog is an animal.",
        "The answer is Carbon.", "The answer is not A.", "I cannot answer this.", "答案不确定",
        "The answer is a matter of taste."}) {
    EXPECT_EQ(choice(answer), "none") << answer;
  }
}

TEST(ChoiceReader, OnlyTheOptionsCount) {
  EXPECT_EQ(choice("So the answer is (J).", "ABCDEFGHIJ"), "J");
  EXPECT_EQ(choice("So the answer is (J).", "ABCD"), "none");
}

TEST(ChoiceReader, LongAnswersEndSoon) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "A, B and ";
  EXPECT_EQ(choice(text + "\nAnswer: C"), "C");
  EXPECT_NO_THROW(choice(std::string(100'000, '(')));
  EXPECT_NO_THROW(choice(std::string(100'000, '\xE4')));
}

TEST(ChoiceConformance, WhatAReaderAccepts) {
  CANDOR_NEEDS_SHARED("conformance/options.jsonl");
  std::ifstream file(tests::shared_path("conformance/options.jsonl"));
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const boost::json::value value = boost::json::parse(line);
    const boost::json::object& row = value.as_object();
    const boost::json::value& expected = row.at("semantic_expected");
    EXPECT_EQ(
        choice(std::string(row.at("text").as_string()), std::string(row.at("options").as_string())),
        expected.is_null() ? "none" : std::string(expected.as_string()))
        << line;
  }
  EXPECT_GT(rows, 0);
}

}  // namespace
}  // namespace candor::scoring
