// An audit under several conditions: which there are, in which order, what each asks, and that the
// answers of each are judged by what it asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "data/base/error.h"
#include "runner/pipeline/execute.h"
#include "runner/pipeline/forecast.h"
#include "runner/providers/answer_language.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kChinese = "这座城市建在河边，历史悠久，人口众多，商业十分发达，游客也很多。";

// Answers every question in Chinese, with a hundred tokens in two seconds.
class ChineseProvider final : public Provider {
 public:
  void describe(data::Manifest& manifest) const override {
    manifest.model_name = "chinese";
    manifest.model_sha256 = manifest.template_sha256 = manifest.tokenizer_sha256 = "0";
    manifest.precision = "int8";
    manifest.batch = 4;
  }
  void generate(std::span<const Ask> asks, std::uint64_t,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>&) override {
    for (const Ask& ask : asks) {
      data::Generation generation;
      generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
      generation.answer = kChinese;
      generation.tokens.assign(100, 7);
      generation.log_probabilities.assign(100, -1.0F);
      generation.seconds = 2;
      done(std::move(generation));
    }
  }
  Flow flow() const override { return {}; }
};

class ConditionsTest : public testing::Test {
 protected:
  ConditionsTest()
      : folder_(fs::temp_directory_path() / ("candor-conditions-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    write("audit", R"("reference":{})");
    write("exact", R"("reference":{"answer":"x"})");
  }
  ~ConditionsTest() override { fs::remove_all(folder_); }

  void write(const std::string& judge, const std::string& reference) const {
    std::ofstream out(folder_ / (judge + ".jsonl"));
    for (const char* id : {"a", "b"}) {
      out << R"({"id":")" << id << R"(","language":"en","role":"probe","pair":")" << id
          << R"(","judge":")" << judge << R"(",)" << reference
          << R"(,"messages":[{"role":"user","content":"What of the city?"}]})"
          << "\n";
    }
  }

  PlanOptions options(const std::string& judge = "audit") const {
    PlanOptions options;
    options.suite_files = {folder_ / (judge + ".jsonl")};
    return options;
  }

  Executed run(const Plan& plan) const {
    const auto store = data::StoreWriter::open(folder_ / "candor.db");
    const Judges judges;
    ChineseProvider provider;
    return execute(plan, provider, *store, judges, {"candor audit", true});
  }

  fs::path folder_;
};

TEST_F(ConditionsTest, EveryCombinationIsAskedAndTheFirstOfEachComesFirst) {
  PlanOptions asked = options();
  asked.thinkings = {"default", "off"};
  asked.systems = {"default", "Be brief."};
  asked.answer_languages = {"same", "zh"};
  asked.repeats = 3;
  const Plan plan = make_plan(asked);
  ASSERT_EQ(plan.suites.size(), 1U);
  const PlannedSuite& planned = plan.suites[0];
  EXPECT_EQ(planned.condition.hash(), make_plan(options()).suites[0].condition.hash())
      << "the first condition is that of a plan that asks for none";
  ASSERT_EQ(planned.further.size(), 7U);
  EXPECT_EQ(plan.asks.size(), 2U * 3U * 8U);
  std::set<std::string> hashes = {planned.condition.hash()};
  for (const data::Condition& condition : planned.further) hashes.insert(condition.hash());
  EXPECT_EQ(hashes.size(), 8U);
  EXPECT_EQ(planned.further[0].thinking, "off");
  EXPECT_EQ(planned.further.back().thinking, "off");
  EXPECT_EQ(planned.further.back().system, "Be brief.");
  EXPECT_EQ(planned.further.back().answer_language, "zh");

  data::Manifest manifest;
  describe_plan(plan, manifest);
  ASSERT_EQ(manifest.condition_hashes.size(), 8U);
  EXPECT_EQ(manifest.condition_hashes[0], planned.condition.hash());
  EXPECT_THAT(plan_text(plan), HasSubstr("2 questions under 8 conditions, 48 answers"));
}

TEST_F(ConditionsTest, ABegunThoughtIsAForcedOneWithItsFirstWords) {
  PlanOptions asked = options();
  asked.thinkings = {"prefilled"};
  const data::Condition condition = make_plan(asked).suites[0].condition;
  EXPECT_EQ(condition.thinking, "forced");
  EXPECT_EQ(condition.prefill_in("en"), "\nOkay, so");
  EXPECT_EQ(condition.prefill_in("zh"), "\n嗯，");
  asked.forced_start = true;
  EXPECT_THROW(make_plan(asked), Error) << "a thought and an answer cannot both be begun";
  asked.thinkings = {"forced"};
  EXPECT_THROW(make_plan(asked), Error) << "nor when its marker alone is put there";
  asked.thinkings = {"off"};
  EXPECT_FALSE(make_plan(asked).suites[0].condition.prefills.empty());
}

TEST_F(ConditionsTest, TheAnswerIsBegunInOneWayAndNotWhereTextsAreScored) {
  PlanOptions asked = options();
  asked.prefill = "Sure,";
  EXPECT_EQ(make_plan(asked).suites[0].condition.prefill, "Sure,");
  asked.suites = {"knowledge"};
  const Plan both = make_plan(asked);
  ASSERT_EQ(both.suites.size(), 2U);
  for (const PlannedSuite& planned : both.suites) {
    const bool scored = planned.suite.info.name == "knowledge";
    EXPECT_EQ(planned.condition.prefill, scored ? "" : "Sure,");
  }
  asked.forced_start = true;
  EXPECT_THROW(make_plan(asked), Error);
  PlanOptions scored;
  scored.suites = {"knowledge"};
  scored.prefill = "Sure,";
  EXPECT_THROW(make_plan(scored), Error) << "it would be dropped without a word";
}

TEST_F(ConditionsTest, SeveralSamplesNeedATemperature) {
  PlanOptions asked = options();
  asked.repeats = 5;
  EXPECT_THROW(refuse_equal_samples(make_plan(asked)), Error);
  asked.temperature = 0.1;
  EXPECT_NO_THROW(refuse_equal_samples(make_plan(asked)));
  PlanOptions once = options();
  EXPECT_NO_THROW(refuse_equal_samples(make_plan(once)));
  PlanOptions scored;
  scored.suites = {"knowledge"};  // asked once, whatever the number of samples
  scored.repeats = 5;
  EXPECT_NO_THROW(refuse_equal_samples(make_plan(scored)));
}

TEST_F(ConditionsTest, FiguresOfOneConditionRefuseSeveral) {
  PlanOptions asked = options();
  asked.thinkings = {"off"};
  asked.systems = {"Be brief."};
  EXPECT_NO_THROW(refuse_several_conditions(asked, "audit scan"));
  asked.systems.emplace_back("default");
  try {
    refuse_several_conditions(asked, "audit scan");
    FAIL() << "two conditions were taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("audit scan: --system is given 2 times"));
  }
}

TEST_F(ConditionsTest, AConditionTwiceOrSeveralOfABenchmarkAreRefused) {
  PlanOptions twice = options();
  twice.thinkings = {"off", "off"};
  EXPECT_THROW(make_plan(twice), Error);
  PlanOptions benchmark = options("exact");
  benchmark.thinkings = {"off"};
  EXPECT_EQ(make_plan(benchmark).suites[0].condition.thinking, "off");
  benchmark.thinkings = {"off", "default"};
  try {
    make_plan(benchmark);
    FAIL() << "several conditions of a benchmark were planned";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("questions of the audit"));
  }
}

TEST_F(ConditionsTest, AnswersAreJudgedByTheLanguageThatWasAskedFor) {
  PlanOptions asked = options();
  asked.answer_languages = {"same", "zh"};
  const Plan plan = make_plan(asked);
  const Executed executed = run(plan);
  EXPECT_EQ(executed.generated, 4U);
  std::size_t wrong = 0, right = 0;
  data::StoreReader::open(folder_ / "candor.db")
      ->samples(executed.run.id, [&](const data::SampleRow& row) {
        ASSERT_EQ(row.verdicts.size(), 1U);
        const bool wrong_language = row.verdicts[0].delivery == "wrong_language";
        EXPECT_EQ(wrong_language, row.condition.answer_language.empty());
        ++(wrong_language ? wrong : right);
      });
  EXPECT_EQ(wrong, 2U);
  EXPECT_EQ(right, 2U);
}

TEST_F(ConditionsTest, ExpectedTimeIsThatOfAnEarlierRunOfTheModel) {
  PlanOptions asked = options();
  asked.repeats = 50;
  asked.max_tokens[""] = 50;
  const Plan plan = make_plan(asked);
  EXPECT_FALSE(forecast(plan, folder_ / "none.db", "chinese"));
  run(plan);
  EXPECT_FALSE(forecast(plan, folder_ / "candor.db", "another"));
  const auto expected = forecast(plan, folder_ / "candor.db", "chinese");
  ASSERT_TRUE(expected);
  // 100 tokens in 2 s each, 4 at a time; the plan allows 50.
  EXPECT_DOUBLE_EQ(expected->tokens_a_second, 200);
  EXPECT_DOUBLE_EQ(expected->seconds, 100 * 50 / 200.0);
  EXPECT_THAT(forecast_text(expected), HasSubstr("about 0:25 at the 200 generated tokens"));
  EXPECT_THAT(forecast_text(std::nullopt), HasSubstr("no earlier run"));
}

TEST(AnswerLanguage, IsAskedForInTheLanguageOfTheQuestion) {
  const auto asked = [](const std::string& question, const std::string& answer) {
    std::vector<data::Message> messages = {{"user", "Q"}, {"assistant", "A"}, {"user", "Q"}};
    data::Condition condition;
    condition.answer_language = answer;
    add_answer_language(question, condition, messages);
    EXPECT_EQ(messages[0].content, "Q");
    return messages.back().content;
  };
  EXPECT_EQ(asked("en", ""), "Q");
  EXPECT_EQ(asked("en", "zh"), "Q Please answer in Simplified Chinese.");
  EXPECT_EQ(asked("zh", "en"), "Q请用英语回答。");
  EXPECT_EQ(asked("zh-Hant", "zh-Hant"), "Q請用繁體中文回答。");
  EXPECT_THROW(asked("fr", "zh"), Error);
}

}  // namespace
}  // namespace candor::runner
