// What holds of all seven generated suites: five levels, pairs, proofs, questions that differ, and
// answers that cannot be guessed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/base/error.h"
#include "suites/suites.h"
#include "tests/suites/relations.h"

namespace candor::suites {
namespace {

const std::vector<std::string> kFamilies = {"arithmetic", "logic",     "code",    "algebra",
                                            "counting",   "deduction", "tracking"};

class FamiliesTest : public testing::TestWithParam<std::string> {
 protected:
  std::vector<data::Question> draw(std::uint64_t seed, int count,
                                   const std::vector<std::string>& languages = {}) const {
    return load_suite(GetParam(), {.seed = seed, .languages = languages, .count = count}).questions;
  }
};

TEST_P(FamiliesTest, FiveLevelsEachWithAProofAndAPair) {
  std::map<int, int> levels;
  std::map<std::string, const data::Question*> english;
  const std::vector<data::Question> questions = draw(11, 50);
  for (const data::Question& q : questions) {
    ++levels[q.level];
    EXPECT_FALSE(data::proof_of(q).empty()) << q.id;
    if (q.language == "en") english[q.pair] = &q;
  }
  EXPECT_EQ(levels, (std::map<int, int>{{1, 20}, {2, 20}, {3, 20}, {4, 20}, {5, 20}}));
  for (const data::Question& q : questions) {
    if (q.language != "zh") continue;
    ASSERT_TRUE(english.contains(q.pair));
    const data::Question& other = *english[q.pair];
    EXPECT_EQ(data::proof_of(q).size(), data::proof_of(other).size()) << q.id;
    EXPECT_EQ(q.topic, other.topic);
    EXPECT_EQ(q.judge, other.judge);
    if (q.judge != "logic" && q.judge != "code") {
      EXPECT_EQ(q.reference.at("answer"), other.reference.at("answer"));
    }
    // The same numbers, wherever each language puts them and however often.
    const auto numbers = [](const std::string& text) {
      std::set<std::string> found;
      std::string number;
      for (const char c : text + " ") {
        if (c >= '0' && c <= '9') {
          number += c;
        } else if (!number.empty()) {
          found.insert(std::exchange(number, ""));
        }
      }
      return found;
    };
    EXPECT_EQ(numbers(q.messages[0].content), numbers(other.messages[0].content))
        << q.messages[0].content << other.messages[0].content;
  }
}

TEST_P(FamiliesTest, FiveHundredQuestionsAreDifferent) {
  std::set<std::string> texts;
  for (const data::Question& q : draw(3, 500)) {
    EXPECT_TRUE(texts.insert(q.messages[0].content).second) << q.messages[0].content;
  }
  EXPECT_EQ(texts.size(), 1000u);
}

TEST_P(FamiliesTest, AskingForLevelsLeavesTheQuestionsOfALevelAsTheyAre) {
  std::map<std::string, std::string> all;
  for (const data::Question& q : draw(5, 50)) all[q.id] = q.hash();
  const Suite some =
      load_suite(GetParam(), {.seed = 5, .languages = {}, .count = 6, .levels = std::pair{2, 4}});
  EXPECT_EQ(some.questions.size(), 12u);
  for (const data::Question& q : some.questions) {
    EXPECT_GE(q.level, 2);
    EXPECT_LE(q.level, 4);
    EXPECT_EQ(all.at(q.id), q.hash());
  }
  EXPECT_THROW((void)load_suite(
                   GetParam(), {.seed = 5, .languages = {}, .count = 6, .levels = std::pair{2, 6}}),
               Error);
}

// Whoever always gives the same answer, the most frequent one, is right as often as chance: a
// letter one time in as many as there are options, a number hardly ever.
TEST_P(FamiliesTest, TheMostFrequentAnswerIsNoBetterThanChance) {
  std::map<std::string, std::map<std::string, int>> answers;  // by what they are among
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    for (const data::Question& q : draw(seed, 300, {"en"})) {
      if (q.judge == "choice") {
        ++answers[std::string(q.reference.at("options").as_string())]
                 [std::string(q.reference.at("answer").as_string())];
      } else if (q.judge == "maths") {
        ++answers["maths"][std::string(q.reference.at("answer").as_string())];
      } else if (q.judge == "logic") {
        ++answers["logic" + std::to_string(q.reference.at("cells").as_object().size())]
                 [boost::json::serialize(q.reference.at("cells"))];
      }
    }
  }
  for (const auto& [among, counts] : answers) {
    int all = 0, most = 0;
    for (const auto& [answer, count] : counts) {
      all += count;
      most = std::max(most, count);
    }
    const bool letters = among.starts_with("A");
    const double chance = letters ? 1.0 / static_cast<double>(among.size()) : 0.0;
    // Four standard deviations of a share, and of numbers at most 5 in 100.
    const double slack =
        letters ? 4 * std::sqrt(chance * (1 - chance) / static_cast<double>(all)) : 0.05;
    EXPECT_LE(static_cast<double>(most) / all, chance + slack) << among << " of " << all;
  }
}

TEST_P(FamiliesTest, DerivationsInRelationsAreTrueAndEndWithTheAnswer) {
  if (GetParam() != "arithmetic" && GetParam() != "algebra" && GetParam() != "counting") {
    GTEST_SKIP() << "its proofs are not relations: they have tests of their own";
  }
  int lines = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const data::Question& q : draw(seed, 100)) {
      const std::vector<std::string> proof = data::proof_of(q);
      for (const std::string& line : proof) {
        EXPECT_EQ(wrong_in(line), "") << q.messages[0].content;
        ++lines;
      }
      const std::string answer(q.reference.at("answer").as_string());
      if (answer.find_first_of("x(\\") != std::string::npos) continue;
      const std::string last = relation_of(proof.back());
      if (last.empty()) continue;
      const Relation relation = read_relation(last);
      EXPECT_EQ(value_of(relation.sides.back()), value_of(answer)) << last << " " << answer;
    }
  }
  EXPECT_GT(lines, 8000);
}

INSTANTIATE_TEST_SUITE_P(Suites, FamiliesTest, testing::ValuesIn(kFamilies));

TEST(RelationsTest, FindsWhatIsNotTrue) {
  EXPECT_EQ(wrong_in("3 × (4 + 1) = 15 < 16"), "");
  EXPECT_EQ(wrong_in("2 weeks: 2 × 7 = 14"), "");
  EXPECT_EQ(wrong_in("(x + 2)(x - 2) = x^2 - 4"), "");
  EXPECT_EQ(wrong_in("7^4 ≡ 1 (mod 10)"), "");
  EXPECT_EQ(wrong_in("C(5, 2) + 3! + floor(7/2) + gcd(4, 6) = 21"), "");
  EXPECT_EQ(wrong_in("A sentence without a relation."), "");
  for (const char* line : {"3 × 5 = 16", "(x + 2)(x - 2) = x^2 + 4", "7^4 ≡ 2 (mod 10)", "4 < 4",
                           "3 + = 5", "5 = 5 = 6", "two, words"}) {
    EXPECT_NE(wrong_in(line), "") << line;
  }
}

}  // namespace
}  // namespace candor::suites
