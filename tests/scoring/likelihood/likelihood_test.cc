#include "scoring/likelihood/likelihood.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/base/error.h"

namespace candor::scoring {
namespace {

// The sum prefers the short option, the mean over characters the long one, the mean over tokens the
// middle one.
const std::vector<data::OptionScore> kScores = {
    {" ox", 1, -4.0}, {" cow cow", 8, -9.0}, {" a very long option", 5, -12.0}};

TEST(BestOption, DependsOnTheRuleAsItsFormulaSays) {
  EXPECT_EQ(best_option(kScores, LikelihoodRule::kSum), 0u);         // -4
  EXPECT_EQ(best_option(kScores, LikelihoodRule::kCharacters), 2u);  // -12/18 > -9/7 > -4/2
  EXPECT_EQ(best_option(kScores, LikelihoodRule::kTokens), 1u);      // -9/8 > -12/5 > -4
}

TEST(BestOption, CountsCharactersNotBytesAndTakesTheFirstOfEquals) {
  EXPECT_EQ(best_option({{"对对", 1, -2.0}, {"abc", 1, -2.9}}, LikelihoodRule::kCharacters), 1u);
  EXPECT_EQ(best_option({{"a", 1, -1.0}, {"b", 1, -1.0}}, LikelihoodRule::kSum), 0u);
  EXPECT_EQ(best_option({}, LikelihoodRule::kSum), std::nullopt);
  EXPECT_EQ(best_option({{"a", 1, -1.0}, {"b", 1, std::nan("")}}, LikelihoodRule::kSum),
            std::nullopt);
}

data::Question asked(const std::string& by, const std::string& gold) {
  data::Question question;
  question.id = "q";
  question.judge = "likelihood";
  question.reference = {{"options", "ABC"},
                        {"answer", gold},
                        {"by", by},
                        {"continuations", {" ox", " cow cow", " a very long option"}}};
  return question;
}

TEST(JudgeLikelihood, TakesTheBestOptionAndTellsWhatOtherRulesChoose) {
  data::Generation generation;
  generation.answer = data::to_text(kScores);
  const data::Verdict verdict = judge_likelihood(asked("characters", "C"), generation);
  EXPECT_EQ(verdict.outcome, data::Outcome::kRight);
  EXPECT_EQ(verdict.extracted, "C");
  EXPECT_EQ(verdict.parts.at("by_sum").as_string(), "A");
  EXPECT_EQ(verdict.parts.at("by_tokens").as_string(), "B");
  EXPECT_EQ(judge_likelihood(asked("sum", "C"), generation).outcome, data::Outcome::kWrong);
}

TEST(JudgeLikelihood, AFailedSampleIsAnErrorAndAWrongReferenceIsTold) {
  data::Generation failed;
  failed.finish = data::FinishReason::kError;
  failed.error = "non-finite logits";
  EXPECT_EQ(judge_likelihood(asked("sum", "A"), failed).outcome, data::Outcome::kError);
  data::Generation generation;
  generation.answer = "A";
  EXPECT_THROW(judge_likelihood(asked("sum", "A"), generation), Error);
  EXPECT_THROW(judge_likelihood(asked("luck", "A"), generation), Error);
  data::Question few = asked("sum", "A");
  few.reference["options"] = "AB";
  EXPECT_THROW(judge_likelihood(few, generation), Error);
}

}  // namespace
}  // namespace candor::scoring
