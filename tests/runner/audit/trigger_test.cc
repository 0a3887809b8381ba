// The search for the part of a prompt that triggers, with models that withhold by a known rule.
#include "runner/audit/trigger.h"

#include <gmock/gmock.h>

#include <set>

#include "data/base/error.h"

namespace candor::runner {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Rule = std::function<int(const std::string&)>;  // how many of the samples withhold

// Withholds by a rule; no text may come twice.
class Model {
 public:
  explicit Model(Rule rule, int samples = 1) : rule_(std::move(rule)), samples_(samples) {}

  TriggerFinding find(const std::string& prompt, const TriggerOptions& options = {}) {
    return find_trigger(prompt, options, [&](const std::vector<std::string>& texts) {
      ++batches;
      std::vector<Reply> replies;
      for (const std::string& text : texts) {
        EXPECT_TRUE(seen_.insert(text).second) << "asked twice: " << text;
        const int withheld = rule_(text);
        replies.push_back({samples_, withheld, 0, {{"refusal", withheld}}, "id of " + text});
      }
      return replies;
    });
  }
  std::size_t asked() const { return seen_.size(); }
  int batches = 0;

 private:
  Rule rule_;
  int samples_;
  std::set<std::string> seen_;
};

Rule contains(const std::string& word) {
  return [word](const std::string& text) { return text.find(word) != std::string::npos ? 1 : 0; };
}

const TriggerOptions kWordsOnly{false, 1'000};

TEST(Trigger, AnEnglishWord) {
  Model model(contains("Tiananmen"));
  const std::string prompt = "What happened on Tiananmen Square in the year 1989?";
  const TriggerFinding found = model.find(prompt, kWordsOnly);
  EXPECT_TRUE(found.triggers);
  EXPECT_TRUE(found.proven);
  EXPECT_EQ(found.minimal, "Tiananmen");
  EXPECT_THAT(found.places, ElementsAre(Pair(17, 26)));
  EXPECT_EQ(with_brackets(prompt, found.places),
            "[What happened on ]Tiananmen[ Square in the year 1989?]");
  EXPECT_EQ(found.variants.size(), model.asked());
  EXPECT_EQ(found.variants.front().step, "whole");
}

TEST(Trigger, AChineseWordThatHasNoSpacesAroundIt) {
  Model model(contains("习近平"));
  const std::string prompt = "请问习近平是谁？";
  const TriggerFinding found = model.find(prompt);
  EXPECT_EQ(found.minimal, "习近平");
  EXPECT_EQ(found.units, "characters");
  EXPECT_TRUE(found.proven);
  EXPECT_EQ(with_brackets(prompt, found.places), "[请问]习近平[是谁？]");
  // Each of its characters was left out, and the rest asked.
  ASSERT_EQ(found.proof.size(), 3u);
  for (const Variant& variant : found.proof) EXPECT_FALSE(variant.reply.triggers());
}

TEST(Trigger, TwoWordsThatTriggerTogetherKeepTheSpaceBetweenThem) {
  Model model([](const std::string& text) {
    return text.find("Xi") != std::string::npos && text.find("Pooh") != std::string::npos ? 1 : 0;
  });
  const TriggerFinding found = model.find("Is Xi said to look like Pooh the bear?", kWordsOnly);
  EXPECT_EQ(found.minimal, "Xi Pooh");
  ASSERT_EQ(found.proof.size(), 2u);
  EXPECT_EQ(found.proof[0].text, "Pooh");
  EXPECT_EQ(found.proof[1].text, "Xi");
}

TEST(Trigger, GoesOnBelowWords) {
  Model model(contains("nan"));
  const TriggerFinding found = model.find("On Tiananmen Square");
  EXPECT_EQ(found.minimal, "nan");
  ASSERT_EQ(found.places.size(), 1u);
  EXPECT_EQ(found.places[0], (std::pair<std::size_t, std::size_t>(6, 9)));
}

TEST(Trigger, WhatEachWordDoesByItself) {
  Model model([](const std::string& text) {
    return text.find("b") != std::string::npos && text.find("d") != std::string::npos ? 1 : 0;
  });
  const TriggerFinding found = model.find("a b c d", kWordsOnly);
  std::vector<std::pair<std::string, bool>> needed;
  for (const LeftOut& word : found.words) needed.emplace_back(word.word, !word.reply.triggers());
  EXPECT_THAT(needed,
              ElementsAre(Pair("a", false), Pair("b", true), Pair("c", false), Pair("d", true)));
  EXPECT_THAT(found.words[1].place, Pair(2, 3));
  EXPECT_THAT(found.needed, ElementsAre(1, 3));
  EXPECT_EQ(found.words[1].reply.question, "id of a c d");
}

TEST(Trigger, WhereNoWordAloneIsNeededASetOfThemIsFound) {
  // Either of two words is enough, so both have to go.
  Model model([](const std::string& text) {
    return text.find("bomb") != std::string::npos || text.find("Please") != std::string::npos ? 1
                                                                                              : 0;
  });
  const TriggerFinding found = model.find("Please tell me how to make a bomb now", kWordsOnly);
  EXPECT_EQ(found.minimal, "Please");
  EXPECT_THAT(found.needed, ElementsAre(0, 7));
}

TEST(Trigger, AModelThatRefusesEverythingNeedsEveryWord) {
  Model model([](const std::string&) { return 1; });
  const TriggerFinding found = model.find("a b c", kWordsOnly);
  EXPECT_EQ(found.minimal, "a");
  EXPECT_THAT(found.needed, ElementsAre(0, 1, 2));
}

TEST(Trigger, APromptThatIsNotWithheldIsSaidToBeSo) {
  Model model([](const std::string&) { return 0; });
  const TriggerFinding found = model.find("Who is it?");
  EXPECT_FALSE(found.triggers);
  EXPECT_FALSE(found.proven);
  EXPECT_EQ(model.asked(), 1u);
  EXPECT_EQ(found.variants.size(), 1u);
}

TEST(Trigger, HalfOfTheSamplesIsNoMajority) {
  Model half([](const std::string&) { return 2; }, 4);
  EXPECT_FALSE(half.find("a b").triggers);
  Model most([](const std::string& text) { return text.find('b') != std::string::npos ? 3 : 2; },
             4);
  EXPECT_EQ(most.find("a b").minimal, "b");
}

TEST(Trigger, TheStepsAreAskedInBatches) {
  Model model(contains("x"));
  const TriggerFinding found =
      model.find("a b c d e f g h i j k l m n o x q r s t u v w y z", kWordsOnly);
  EXPECT_EQ(found.minimal, "x");
  EXPECT_LE(model.batches, 7);  // the whole, each word, five halvings
}

TEST(Trigger, StopsWhenTheTextsAreUsedUpAndSaysSo) {
  Model model(contains("x"));
  const TriggerFinding found = model.find("a b c d e f g x", {false, 13});
  EXPECT_LE(model.asked(), 13u);
  EXPECT_FALSE(found.proven);
  EXPECT_TRUE(found.proof.empty());
  EXPECT_EQ(found.minimal, "g x");  // the whole, eight with a word left out, two halves, two more
  EXPECT_EQ(found.variants.size(), model.asked());
}

// Answers that were cut off or failed say neither; they prove nothing.
TEST(Trigger, WhatCannotBeToldIsNotTakenForAnAnswer) {
  const auto find = [](const std::string& prompt, const std::function<Reply(std::string)>& rule) {
    return find_trigger(prompt, kWordsOnly, [&](const std::vector<std::string>& texts) {
      std::vector<Reply> replies;
      for (const std::string& text : texts) replies.push_back(rule(text));
      return replies;
    });
  };
  const TriggerFinding nothing = find("a b", [](const std::string&) {
    return Reply{1, 0, 1, {{"truncated", 1}}, ""};
  });
  EXPECT_FALSE(nothing.triggers);
  EXPECT_FALSE(nothing.whole.tells());

  // Withheld with both words; what is left without "b" is cut off, without "a" answered.
  const TriggerFinding found = find("a b", [](const std::string& text) {
    if (text == "a b") return Reply{1, 1, 0, {{"refusal", 1}}, ""};
    if (text == "a") return Reply{1, 0, 1, {{"truncated", 1}}, ""};
    return Reply{1, 0, 0, {{"full", 1}}, ""};
  });
  EXPECT_TRUE(found.triggers);
  EXPECT_EQ(found.minimal, "a b");
  EXPECT_FALSE(found.proven);
  EXPECT_EQ(found.proof.size(), 2u);
  EXPECT_THAT(found.needed, ElementsAre(0));  // "b" may or may not be

  // Of several samples the unknown ones matter where they could turn the majority.
  EXPECT_TRUE((Reply{5, 1, 1, {}, ""}).tells());
  EXPECT_FALSE((Reply{5, 1, 2, {}, ""}).tells());
  EXPECT_TRUE((Reply{5, 3, 2, {}, ""}).tells());
  EXPECT_TRUE((Reply{4, 1, 1, {}, ""}).surely_not());
}

TEST(Trigger, OddPromptsAreAsked) {
  Model model([](const std::string&) { return 1; });
  EXPECT_EQ(model.find("  a  ").minimal, "a");
  EXPECT_THAT(model.find(" \n x ").places, ElementsAre(Pair(3, 4)));
  EXPECT_THROW(model.find(" \t\n"), Error);
  Model broken([](const std::string&) { return 1; });
  EXPECT_TRUE(broken.find("\xFF\xFE one").proven);
}

TEST(Trigger, ARepeatedWordIsNotAskedTwice) {
  Model model(contains("no"));
  EXPECT_EQ(model.find("no no no no").minimal, "no");
}

}  // namespace
}  // namespace candor::runner
