#include "scoring/rules/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/base/error.h"
#include "scoring/rules/arithmetic.h"
#include "scoring/rules/json_answer.h"

namespace candor::scoring {
namespace {

std::string read(const char* rule, std::string_view text, std::string_view options = "ABCD") {
  const RuleReading reading = read_by_rule(published_rule(rule), text, options);
  return reading.found ? reading.extracted : "<none>";
}

bool right(const char* rule, std::string_view text, std::string_view gold) {
  const Rule& found = published_rule(rule);
  return right_by_rule(found, read_by_rule(found, text), gold);
}

TEST(PublishedRules, NamesAreSortedUniqueAndFoundInAnySpelling) {
  const std::vector<Rule>& all = published_rules();
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].name, all[i].name);
  EXPECT_EQ(published_rule("GSM8K_Strict").name, "gsm8k-strict");
  EXPECT_EQ(published_rule("mmlu_pro").name, "mmlu-pro-l1");
  EXPECT_EQ(published_rule("mgsm", "zh").name, "mgsm-zh");
  EXPECT_EQ(published_rule("mgsm").name, "mgsm-en");
  for (const Rule& rule : all) EXPECT_EQ(&published_rule(rule.name), &rule);
}

TEST(PublishedRules, AnUnknownNameListsTheKnownOnes) {
  try {
    published_rule("gsm9k");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("gsm8k-strict"));
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
  }
}

TEST(PublishedRules, Gsm8kOfLmEval) {
  EXPECT_EQ(read("gsm8k-strict", "#### 1,000"), "1,000");
  EXPECT_EQ(read("gsm8k-strict", "1,000"), "<none>");
  EXPECT_TRUE(right("gsm8k-strict", "so\n#### 1,000.", "Words <<5=5>>5\n#### 1000"));
  // The pattern's last character is any one: the digit at the end of the text is lost.
  EXPECT_EQ(read("gsm8k-cot-strict", "The answer is 72."), "72");
  EXPECT_EQ(read("gsm8k-cot-strict", "The answer is 72"), "7");
  EXPECT_EQ(read("gsm8k-flexible", "costs $12.50."), "$12.50.");
  EXPECT_TRUE(right("gsm8k-flexible", "costs $12.50.", "12.50"));
  EXPECT_FALSE(right("gsm8k-flexible", "costs $12.50.", "12.5"));
  // A lone full stop at the end is the last "number" only where another follows it.
  EXPECT_EQ(read("gsm8k-flexible", "It is 7 ..."), "...");
}

TEST(PublishedRules, MgsmOfSimpleEvals) {
  EXPECT_EQ(read("mgsm-en", "Answer: 18 and 20"), "20");
  EXPECT_TRUE(right("mgsm-en", "Answer: $18.00", "18"));
  EXPECT_TRUE(right("mgsm-zh", "答案：-7", "7")) << "the rule drops the sign";
  EXPECT_EQ(read("mgsm-zh", "答案：１８"), "１８");
  EXPECT_FALSE(right("mgsm-zh", "答案：１８", "18"));
  EXPECT_FALSE(right("mgsm-en", "Answer: none", "")) << "nothing read is never right";
}

TEST(PublishedRules, ZeroEvalReadsTheFirstObjectOrWhatLooksLikeOne) {
  EXPECT_EQ(read("zeroeval", R"({"reasoning": "x", "answer": 18})"), "18");
  EXPECT_EQ(read("zeroeval", R"({"answer": 18.0} {"answer": "7"})"), "18.0");
  EXPECT_EQ(read("zeroeval", R"({"answer": [1, "a"]})"), "[1, 'a']");
  EXPECT_EQ(read("zeroeval", R"({"answer": null} answer: 3)"), "<none>");
  EXPECT_EQ(read("zeroeval", "{\"reasoning\": \"\\(x\\)\", \"answer\": \"1/2\"}"), "1/2");
  EXPECT_EQ(read("zeroeval", "The answer : 42, surely"), "42");
  EXPECT_EQ(read("zeroeval", "no field"), "<none>");
  EXPECT_TRUE(right("zeroeval", R"({"answer": "1/2 "})", "0.5"));
  EXPECT_TRUE(right("zeroeval", R"({"answer": "$1,200 a year"})", "# 1200"));
  EXPECT_TRUE(right("zeroeval", R"({"answer": "3/0"})", "3")) << "division by zero stays text";
}

TEST(PublishedRules, MmluProDoesNotGuess) {
  EXPECT_EQ(read("mmlu-pro", "The answer is (D). No, the answer is (G)."), "D");
  EXPECT_EQ(read("mmlu-pro", "(D)"), "<none>");
  EXPECT_EQ(read("mmlu-pro-l2", "(D) or E?"), "E");
  EXPECT_EQ(read("mmlu-pro-l2", "Answer: B, not C"), "B");
  // A letter that touches a Chinese character is inside a word of that text.
  EXPECT_EQ(read("mmlu-pro-l2", "故选A。"), "<none>");
  EXPECT_EQ(read("mmlu-pro-l2", "none"), "<none>");
}

TEST(PublishedRules, OpenCompassTakesTheFirstPatternThatFits) {
  EXPECT_EQ(read("opencompass-first-option", "答案是B，因为A错"), "B");
  EXPECT_EQ(read("opencompass-first-option", "A项不对。故选 C。"), "C");
  EXPECT_EQ(read("opencompass-first-option", "A项对，C项不对"), "A");
  EXPECT_EQ(read("opencompass-first-option", "The answer is (D)."), "D");
  EXPECT_EQ(read("opencompass-first-option", "ANSWER : B"), "B");
  EXPECT_EQ(read("opencompass-first-option", "The correct option is \\boxed{C}"), "C");
  EXPECT_EQ(read("opencompass-first-option", "Because of that"), "B") << "the first letter at last";
  EXPECT_EQ(read("opencompass-first-option", "none"), "<none>");
  EXPECT_EQ(read("opencompass-first-option", "the answer is e", "ABCDE"), "<none>");
  EXPECT_EQ(read("opencompass-nonreasoning", "a<think>b</think> c <think>d</think>e"), "a c e");
  EXPECT_EQ(read("opencompass-nonreasoning", "b</think> c </think>\u3000d "), "d");
  EXPECT_EQ(read("opencompass-nonreasoning", "<think>b"), "<think>b");
  EXPECT_EQ(read("opencompass-nonreasoning-first-option", "<think>答案是A</think>答案是C"), "C");
  EXPECT_EQ(read("opencompass-last-capital", "A, B"), "B");
}

TEST(PublishedRules, OpenCompassReadsTheLastNumberOfWordProblems) {
  EXPECT_EQ(read("gsm8k-opencompass", "It is 1,200 in all. Question: 7?"), "200");
  EXPECT_TRUE(right("gsm8k-opencompass", "It is 18.0000001", "… #### 18"));
  EXPECT_TRUE(right("gsm8k-opencompass", "It is 1200", "#### 1,200"));
  EXPECT_FALSE(right("gsm8k-opencompass", "It is 18.1", "#### 18"));
  EXPECT_EQ(read("gsm8k-opencompass", "none"), "<none>");
}

TEST(PublishedRules, MathOfLmEvalComparesNormalisedText) {
  EXPECT_EQ(read("math-hendrycks", "So $x$ is $5$."), "x$ is $5");
  EXPECT_TRUE(right("math-hendrycks", "It is $\\dfrac12$", "so \\boxed{\\frac{1}{2}}"));
  EXPECT_TRUE(right("math-hendrycks", "$x = 3/4$", "\\boxed{\\frac34}"));
  EXPECT_TRUE(right("math-hendrycks", "$5\\text{ cm}$", "\\boxed{5}"));
  EXPECT_TRUE(right("math-hendrycks", "$.5$", "\\boxed{\\frac{1}{2}}"));
  EXPECT_TRUE(right("math-hendrycks", "$\\left( 1, \\sqrt3 \\right)$", "\\boxed{(1,\\sqrt{3})}"));
  EXPECT_FALSE(right("math-hendrycks", "$\\boxed{5}$", "\\boxed{5}")) << "no box is looked for";
  EXPECT_TRUE(right("math-lm-eval-aime", "$1$ or \\boxed{204}.", "204"));
  EXPECT_TRUE(right("math-lm-eval-aime", "It is $204$", "204"));
  EXPECT_FALSE(right("math-lm-eval-aime", "\\boxed{042}", "42"));
  // What the harness cannot take apart is compared as it stands.
  EXPECT_TRUE(right("math-hendrycks", "$a/b$", "\\boxed{a/b}"));
  EXPECT_FALSE(right("math-hendrycks", "$a/b$", "\\boxed{a / b}"));
}

TEST(PublishedRules, MinervaReadsItsOwnSentence) {
  const std::string said = "Final Answer: The final answer is $\\frac12$. I hope it is correct.";
  EXPECT_EQ(read("math-minerva", said), "$\\frac12$");
  EXPECT_TRUE(right("math-minerva", said, "thus \\boxed{\\frac{1}{2}}"));
  EXPECT_TRUE(right("math-minerva",
                    "Final Answer: The final answer is $x = 1,234$ dollars. I hope it "
                    "is correct.",
                    "1234"));
  EXPECT_EQ(read("math-minerva", "The final answer is 5."), "<none>");
  EXPECT_EQ(read("math-simple-evals", "so\nANSWER : 3/4 \nmore"), "3/4 ");
  EXPECT_TRUE(right("math-simple-evals", "answer: 3/4", "3/4"));
}

TEST(PublishedRules, BbhAndMmluReadBehindAPhrase) {
  EXPECT_EQ(read("bbh-fewshot", "So the answer is (B)."), "(B)");
  EXPECT_EQ(read("bbh-fewshot", "So the answer is True"), "Tru") << "the last character is lost";
  EXPECT_EQ(read("bbh-fewshot", "The answer is yes."), "<none>");
  EXPECT_EQ(read("bbh-zeroshot", "The answer is yes."), "yes");
  EXPECT_TRUE(right("bbh-fewshot", "the answer is valid.\n\nQ: …", "valid"));
  EXPECT_FALSE(right("bbh-fewshot", "the answer is Valid.", "valid"));
  EXPECT_TRUE(right("mmlu-flan-cot", "Thus the answer is (C).", "(C)"));
  EXPECT_TRUE(right("mmlu-generative", " B.\nbecause", "B"));
  EXPECT_FALSE(right("mmlu-generative", "The answer is B", "B"));
}

TEST(Arithmetic, ComputesWhatAnInterpreterWould) {
  using rules::arithmetic_value;
  EXPECT_EQ(arithmetic_value("1/2"), 0.5);
  EXPECT_EQ(arithmetic_value("-(3+4)*2/7"), -2);
  EXPECT_EQ(arithmetic_value("-2**2/4"), -1);
  EXPECT_EQ(arithmetic_value("7//2 + 7%4"), 6);
  EXPECT_EQ(arithmetic_value(" 1e3 / .5"), 2000);
  for (const char* text : {"", "1/0", "x/2", "1/2 miles", "007/2", "1 2", "(1/2", "1e/2", "/"}) {
    EXPECT_FALSE(arithmetic_value(text)) << text;
  }
  EXPECT_FALSE(arithmetic_value(std::string(100'000, '(') + "1/2"));
  EXPECT_FALSE(arithmetic_value(std::string(100'000, '-') + "1/2"));
}

TEST(PublishedRules, AnyTextIsRead) {
  for (const std::string& text :
       {std::string(), std::string(100'000, '{'), std::string(100'000, '}'),
        std::string(50'000, '{') + std::string(50'000, '}'), std::string(100'000, '\xFF'),
        std::string("answer\0: \0", 10), std::string("\xE7\xAD")}) {
    for (const Rule& rule : published_rules()) {
      EXPECT_NO_THROW(right_by_rule(rule, read_by_rule(rule, text), text)) << rule.name;
    }
  }
}

}  // namespace
}  // namespace candor::scoring
