#include "suites/suites.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/base/error.h"
#include "suites/files/description.h"
#include "suites/generate.h"

namespace candor::suites {
namespace {

const std::vector<std::string> kNames = {"arithmetic",  "logic",     "code",     "algebra",
                                         "counting",    "deduction", "tracking", "probes",
                                         "seed-probes", "knowledge"};

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
    const bool written = name.ends_with("probes") || name == "knowledge";
    EXPECT_EQ(load_suite(name, options).hash() == hash, written) << name;
  }
}

// The questions of a seed are pinned: whoever changes them raises the suite's version and these.
TEST(SuitesTest, QuestionsOfASeedAreTheSameEverywhereAndForEver) {
  const std::map<std::string, std::string> kPinned = {
      {"arithmetic/2", "3b30fe50566ff53e15d50e2042fa9c1b46e655ebea397ade5347b66d096a00c4"},
      {"logic/2", "4c99dcb1942ede7ab04b87dee0d95287c630e2366db94410c532cee77f1b5370"},
      {"code/2", "3a5e07902ba42c9a5567a7a28f22a701074b0b5b28541db4b31012aff1ff50e8"},
      {"algebra/1", "a29e8a97d28644cbd53655fc4af88085a30448873466070d7b25a124cee2373b"},
      {"counting/1", "5614a0699210cfef6c8433d88ac39ed0a1164a5465605b849017841803c8c289"},
      {"deduction/1", "551bed1f553b35ea23e0cd660c670f3bc89fc66c30345e0442ca7fc67e6a8b26"},
      {"tracking/1", "56445440df44b330ebfee796418a0f633ba1a5d0db258932ac1d0ab77a1feae0"},
  };
  for (const auto& [key, hash] : kPinned) {
    const Suite suite = load_suite(key.substr(0, key.find('/')), {});
    EXPECT_EQ(suite.info.version, key.substr(key.find('/') + 1));
    EXPECT_EQ(suite.hash(), hash) << key;
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
    EXPECT_EQ(chinese.questions.size() * chinese.info.languages.size(), all.size());
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
      EXPECT_GE(share, count / 5);
      EXPECT_LE(share, count / 5 + 1);
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
  expect_usage_error(
      "arithmetics", {},
      "arithmetic, logic, code, algebra, counting, deduction, tracking, probes, seed-probes");
  expect_usage_error("logic", {.seed = 1, .languages = {"fr"}}, "en, zh");
  expect_usage_error("logic", {.seed = 1, .languages = {}, .levels = std::pair{3, 6}},
                     "has the levels 1 to 5");
  expect_usage_error("code", {.seed = 1, .languages = {}, .count = -1}, "from 0");
  expect_usage_error("code", {.seed = 1, .languages = {"en"}, .count = 200'000}, "to 10000");
}

TEST(SuitesTest, LevelsAreOneNumberOrTwo) {
  EXPECT_EQ(read_levels("3"), (std::pair{3, 3}));
  EXPECT_EQ(read_levels("2-4"), (std::pair{2, 4}));
  for (const char* wrong : {"", "0", "4-2", "1-", "-3", "1,2", "12", "a"}) {
    EXPECT_THROW((void)read_levels(wrong), Error) << wrong;
  }
}

// Two kinds with three and one different questions.
Draft few(int level, std::size_t kind, Random& random) {
  Draft draft;
  draft.prompt.en = fmt::format("{}/{}/{}", level, kind, kind == 0 ? random.between(1, 3) : 1);
  draft.judge = "maths";
  return draft;
}

TEST(GenerateTest, TakesTheNextKindWhenOneIsExhaustedAndSaysWhenAllAre) {
  SuiteOptions options;
  options.languages = {"en"};
  options.count = 12;
  std::set<std::string> texts;
  for (const data::Question& question : generate("few", options, {2, 2, 2}, few)) {
    texts.insert(question.messages[0].content);
  }
  EXPECT_EQ(texts.size(), 12u) << "four a level, each once";
  options.count = 13;
  try {
    (void)generate("few", options, {2, 2, 2}, few);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("only 4 different questions of level 1"),
              std::string::npos)
        << error.what();
  }
}

TEST(RandomTest, IsUniformWithinItsBoundsAndKeyedByName) {
  Random random(1, "test");
  std::map<int, int> seen;
  for (int i = 0; i < 6000; ++i) ++seen[random.between(-2, 3)];
  ASSERT_EQ(seen.size(), 6u);
  EXPECT_EQ(seen.begin()->first, -2);
  for (const auto& [value, times] : seen) {
    // 1000 expected, standard deviation 29: six of them on either side.
    EXPECT_NEAR(times, 1000, 175) << value;
  }
  EXPECT_EQ(Random(0).next(), 0xe220a8397b1dcdafull) << "the published first output of SplitMix64";
  EXPECT_NE(Random(1, "a").next(), Random(1, "b").next());
  EXPECT_EQ(Random(7, "x").between(5, 5), 5);
}

}  // namespace
}  // namespace candor::suites
