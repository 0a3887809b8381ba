#include "suites/suites.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/base/error.h"
#include "suites/files/description.h"

namespace candor::suites {
namespace {

const std::vector<std::string> kNames = {"arithmetic", "logic", "code", "seed-probes"};

TEST(SuitesTest, AllBundledSuitesAreListedAndLoad) {
  std::vector<std::string> names;
  for (const SuiteInfo& info : bundled_suites()) names.push_back(info.name);
  EXPECT_EQ(names, kNames);
  for (const std::string& name : names) {
    const Suite suite = load_suite(name, {});
    EXPECT_EQ(suite.info.name, name);
    std::set<std::string> ids;
    for (const data::Question& question : suite.questions) {
      EXPECT_TRUE(ids.insert(question.id).second) << question.id;
      EXPECT_EQ(question.suite, name);
      EXPECT_TRUE(question_problems(question).empty()) << question_problems(question).front();
    }
    EXPECT_GT(suite.condition.sampling.max_tokens, 0);
  }
}

TEST(SuitesTest, TheSameOptionsGiveTheSameBytes) {
  for (const std::string& name : kNames) {
    SuiteOptions options;
    options.count = 30;
    const std::string hash = load_suite(name, options).hash();
    EXPECT_EQ(load_suite(name, options).hash(), hash);
    options.seed = 2;
    EXPECT_EQ(load_suite(name, options).hash() == hash, name == "seed-probes") << name;
  }
}

TEST(SuitesTest, AskingForMoreQuestionsChangesNone) {
  for (const std::string name : {"arithmetic", "logic", "code"}) {
    std::map<std::string, std::string> large;
    for (const data::Question& question :
         load_suite(name, {.seed = 9, .languages = {}, .count = 60}).questions) {
      large[question.id] = question.hash();
    }
    for (const data::Question& question :
         load_suite(name, {.seed = 9, .languages = {}, .count = 7}).questions) {
      EXPECT_EQ(large.at(question.id), question.hash()) << question.id;
    }
  }
}

TEST(SuitesTest, LeavingOutALanguageChangesNoQuestionOfTheOther) {
  for (const std::string& name : kNames) {
    std::set<std::string> all;
    for (const data::Question& question : load_suite(name, {}).questions)
      all.insert(question.hash());
    const Suite chinese = load_suite(name, {.seed = 1, .languages = {"zh"}});
    EXPECT_EQ(chinese.questions.size() * 2, all.size());
    for (const data::Question& question : chinese.questions) {
      EXPECT_EQ(question.language, "zh");
      EXPECT_TRUE(all.contains(question.hash()));
    }
  }
}

TEST(SuitesTest, CountIsSpreadEvenlyOverTheLevels) {
  for (const int count : {1, 2, 3, 12, 13, 14}) {
    const Suite suite = load_suite("arithmetic", {.seed = 1, .languages = {"en"}, .count = count});
    ASSERT_EQ(suite.questions.size(), static_cast<std::size_t>(count));
    std::map<int, int> levels;
    int before = 1;
    for (const data::Question& question : suite.questions) {
      ++levels[question.level];
      EXPECT_GE(question.level, before) << "ordered by level";
      before = question.level;
    }
    for (const auto& [level, share] : levels) {
      EXPECT_GE(share, count / 3);
      EXPECT_LE(share, count / 3 + 1);
    }
  }
}

TEST(SuitesTest, QuestionsOfALevelAreDifferent) {
  for (const std::string name : {"arithmetic", "logic", "code"}) {
    std::set<std::string> texts;
    for (const data::Question& question :
         load_suite(name, {.seed = 1, .languages = {"en"}, .count = 0}).questions) {
      EXPECT_TRUE(texts.insert(question.messages[0].content).second) << question.id;
    }
    EXPECT_EQ(texts.size(), 120u);
  }
}

void expect_usage_error(const std::string& name, const SuiteOptions& options,
                        const std::string& part) {
  try {
    (void)load_suite(name, options);
    FAIL() << name;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(SuitesTest, WrongWishesAreUsageErrorsThatSayWhatThereIs) {
  expect_usage_error("arithmetics", {}, "arithmetic, logic, code, seed-probes");
  expect_usage_error("logic", {.seed = 1, .languages = {"fr"}}, "en, zh");
  expect_usage_error("code", {.seed = 1, .languages = {}, .count = -1}, "negative");
  expect_usage_error("code", {.seed = 1, .languages = {"en"}, .count = 200'000}, "only");
}

}  // namespace
}  // namespace candor::suites
