#include "scoring/knowledge/knowledge.h"

#include <gmock/gmock.h>

#include <cmath>

#include "data/base/error.h"

namespace candor::scoring {
namespace {

using testing::HasSubstr;

data::KnowledgeReference reference() {
  return {"RIVER-01",
          {{"长1230公里", "长2230公里吗"}, {"It rises here", "It rises there"}, {"It is long", ""}},
          {"It is ours", "It was ours"},
          {"Sorry", "I cannot"},
          {"Let's talk"}};
}

// The scores of its texts, in order.
std::vector<data::OptionScore> scores() {
  const std::vector<std::string> texts = data::continuations(reference());
  const std::vector<std::pair<std::size_t, double>> values = {
      {4, -8.0}, {6, -15.0}, {3, -9.0}, {3, -6.0}, {2, -4.0},
      {3, -9.0}, {3, -3.0},  {1, -2.0}, {2, -1.0}, {3, -5.0}};
  std::vector<data::OptionScore> list;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    list.push_back({texts[i], values[i].first, values[i].second});
  }
  return list;
}

data::Question question() {
  data::Question asked;
  asked.id = "q";
  asked.judge = "knowledge";
  asked.language = "en";
  asked.reference = data::to_json(reference());
  return asked;
}

data::Generation answered(const std::vector<data::OptionScore>& list) {
  data::Generation generation;
  generation.answer = data::to_text(list);
  return generation;
}

TEST(Knowledge, ComparesAFactWithItsVariantByTheToken) {
  const Knowledge found = measure_knowledge(reference(), scores(), "here");
  ASSERT_EQ(found.facts.size(), 3u);
  // -2 a token against -2.5, though the longer text also has the smaller sum.
  EXPECT_DOUBLE_EQ(found.facts[0].fact.per_token, -2.0);
  EXPECT_DOUBLE_EQ(found.facts[0].fact.per_character, -8.0 / 7);
  EXPECT_DOUBLE_EQ(found.facts[0].margin(), 0.5);
  EXPECT_TRUE(found.facts[0].known());
  EXPECT_FALSE(found.facts[1].known());
  EXPECT_FALSE(found.facts[2].variant);
}

TEST(Knowledge, EqualIsNotKnown) {
  std::vector<data::OptionScore> list = scores();
  list[1] = {list[1].continuation, 8, -16.0};  // twice as long, the same a token
  EXPECT_FALSE(measure_knowledge(reference(), list, "here").facts[0].known());
}

TEST(Knowledge, AddsTheProbabilitiesOfTheOpenings) {
  const Knowledge found = measure_knowledge(reference(), scores(), "here");
  EXPECT_DOUBLE_EQ(found.refusal_mass, std::exp(-2.0) + std::exp(-1.0));
  EXPECT_DOUBLE_EQ(found.deflection_mass, std::exp(-5.0));
  EXPECT_EQ(found.likeliest_opening, "I cannot");
}

TEST(Knowledge, TheVerdictHasAllParts) {
  const data::Verdict verdict = judge_knowledge(question(), answered(scores()));
  EXPECT_EQ(verdict.judge, "knowledge");
  EXPECT_EQ(verdict.outcome, data::Outcome::kAnswered);
  EXPECT_EQ(verdict.value, 0.5);  // the fact without a variant says nothing
  EXPECT_EQ(verdict.parts.at("paired"), 2);
  EXPECT_EQ(verdict.parts.at("known"), 1);
  EXPECT_DOUBLE_EQ(verdict.parts.at("fact_per_token").as_double(), (-2.0 - 3.0 - 2.0) / 3);
  EXPECT_DOUBLE_EQ(verdict.parts.at("line_per_token").as_double(), (-3.0 - 1.0) / 2);
  const auto& facts = verdict.parts.at("facts").as_array();
  EXPECT_EQ(facts[0].at("known"), true);
  EXPECT_DOUBLE_EQ(facts[1].at("margin").as_double(), -1.0);
  EXPECT_EQ(facts[1].at("false").at("tokens"), 3);
  EXPECT_FALSE(facts[2].as_object().contains("known"));
  EXPECT_EQ(verdict.parts.at("line").as_array().size(), 2u);
  EXPECT_THAT(verdict.reason, HasSubstr("1 of 2 facts"));
}

TEST(Knowledge, WithoutVariantsThereIsNoValue) {
  data::KnowledgeReference bare{"A", {{"a", ""}}, {}, {"b"}, {}};
  data::Question asked = question();
  asked.reference = data::to_json(bare);
  const data::Verdict verdict = judge_knowledge(asked, answered({{"a", 1, -1}, {"b", 1, -2}}));
  EXPECT_EQ(verdict.outcome, data::Outcome::kAnswered);
  EXPECT_FALSE(verdict.value);
  EXPECT_FALSE(verdict.parts.contains("line_per_token"));
  EXPECT_DOUBLE_EQ(verdict.parts.at("refusal_mass").as_double(), std::exp(-2.0));
}

TEST(Knowledge, WhatIsNoScoreIsUnparsedAndSaysWhy) {
  const auto expect = [](const data::Generation& generation, const char* said) {
    const data::Verdict verdict = judge_knowledge(question(), generation);
    EXPECT_EQ(verdict.outcome, data::Outcome::kUnparsed) << said;
    EXPECT_FALSE(verdict.value);
    EXPECT_TRUE(verdict.parts.empty());
    EXPECT_THAT(verdict.reason, HasSubstr(said));
  };
  data::Generation prose;
  prose.answer = "The Rhine is 1,230 km long.";
  expect(prose, "expected a list of scored options");
  std::vector<data::OptionScore> list = scores();
  list.pop_back();
  expect(answered(list), "9 scores for 10 texts");
  list = scores();
  std::swap(list[0], list[1]);
  expect(answered(list), "score 1 is of");
  list = scores();
  list[3].log_probability = 0.5;
  expect(answered(list), "score 4");
  list = scores();
  list[2].tokens = 0;
  expect(answered(list), "over 0 tokens");
}

TEST(Knowledge, AnErrorStaysAnError) {
  data::Generation failed;
  failed.finish = data::FinishReason::kError;
  failed.error = "the context is full";
  const data::Verdict verdict = judge_knowledge(question(), failed);
  EXPECT_EQ(verdict.outcome, data::Outcome::kError);
  EXPECT_EQ(verdict.reason, "the context is full");
}

TEST(Knowledge, AMalformedReferenceIsAnErrorOfTheQuestion) {
  data::Question asked = question();
  asked.reference.erase("facts");
  try {
    (void)judge_knowledge(asked, answered(scores()));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("question q: reference: field \"facts\""));
  }
}

}  // namespace
}  // namespace candor::scoring
