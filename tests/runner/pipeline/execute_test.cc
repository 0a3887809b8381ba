// A run from plan to store with a provider that answers by a known plan: order, resume, errors, and
// the sum of outcomes.
#include "runner/pipeline/execute.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "data/base/error.h"
#include "reports/reports.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;

// Answers every question rightly by looking at its reference, until it has answered `most`.
class ScriptedProvider final : public Provider {
 public:
  explicit ScriptedProvider(std::size_t most = 1'000'000) : most_(most) {}

  void describe(data::Manifest& manifest) const override {
    manifest.model_name = "scripted";
    manifest.model_sha256 = "0";
    manifest.template_sha256 = "0";
    manifest.tokenizer_sha256 = "0";
    manifest.precision = "int8";
  }

  void generate(std::span<const Ask> asks, std::uint64_t,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>&) override {
    // Backwards: nothing may depend on the order in which answers come.
    for (std::size_t i = asks.size(); i-- > 0 && most_ > 0; --most_) {
      const Ask& ask = asks[i];
      data::Generation generation;
      generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
      generation.prompt = ask.question->messages.back().content;
      if (fail_on_.contains(ask.question->id)) {
        generation.finish = data::FinishReason::kError;
        generation.error = "non-finite logits (step 3)";
      } else {
        generation.answer =
            "So \\boxed{" + std::string(ask.question->reference.at("answer").as_string()) + "}.";
      }
      generation.tokens = {1, 2, 3};
      ++answered_;
      done(std::move(generation));
    }
  }

  Flow flow() const override { return {0, answered_ * 3, 0}; }

  std::size_t answered() const { return answered_; }
  void fail_on(const std::string& id) { fail_on_.insert(id); }

 private:
  std::size_t most_;
  std::size_t answered_ = 0;
  std::set<std::string> fail_on_;
};

class ExecuteTest : public testing::Test {
 protected:
  ExecuteTest()
      : folder_(fs::temp_directory_path() / ("candor-execute-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~ExecuteTest() override { fs::remove_all(folder_); }

  static Plan plan(int repeats = 1) {
    PlanOptions options;
    options.suites = {"arithmetic"};
    options.suite_options.count = 6;
    options.repeats = repeats;
    return make_plan(options);
  }

  Executed run(ScriptedProvider& provider, const Plan& asked) {
    const auto store = data::StoreWriter::open(folder_ / "candor.db");
    const Judges judges;
    return execute(asked, provider, *store, judges, {"candor run arithmetic", true});
  }

  std::vector<data::SampleRow> rows(const std::string& run_id) {
    std::vector<data::SampleRow> all;
    const auto store = data::StoreReader::open(folder_ / "candor.db");
    store->samples(run_id, [&](const data::SampleRow& row) { all.push_back(row); });
    return all;
  }

  fs::path folder_;
};

TEST_F(ExecuteTest, StoresAndJudgesEveryAnswer) {
  ScriptedProvider provider;
  const Plan asked = plan();
  const Executed executed = run(provider, asked);
  EXPECT_EQ(executed.asked, 12u);  // six in each of two languages
  EXPECT_EQ(executed.generated, 12u);
  EXPECT_EQ(executed.run.status, "finished");
  const std::vector<data::SampleRow> all = rows(executed.run.id);
  ASSERT_EQ(all.size(), 12u);
  for (const data::SampleRow& row : all) {
    ASSERT_EQ(row.verdicts.size(), 1u);
    EXPECT_EQ(row.verdicts[0].outcome, data::Outcome::kRight) << row.question.id;
  }
}

TEST_F(ExecuteTest, AnInterruptedRunGoesOnAndAsksNothingTwice) {
  const Plan asked = plan(2);
  ScriptedProvider first(7);
  const Executed stopped = run(first, asked);
  EXPECT_EQ(stopped.run.status, "interrupted");
  EXPECT_EQ(stopped.not_started, 17u);
  ScriptedProvider second;
  const Executed ended = run(second, asked);
  EXPECT_EQ(ended.run.id, stopped.run.id);
  EXPECT_EQ(ended.found, 7u);
  EXPECT_EQ(second.answered(), 17u);
  EXPECT_EQ(ended.run.status, "finished");
  EXPECT_EQ(rows(ended.run.id).size(), 24u);
}

TEST_F(ExecuteTest, AFinishedRunStaysAndANewOneBegins) {
  const Plan asked = plan();
  ScriptedProvider provider;
  const std::string first = run(provider, asked).run.id;
  const Executed again = run(provider, asked);
  EXPECT_NE(again.run.id, first);
  EXPECT_EQ(again.found, 0u);
  EXPECT_EQ(rows(first).size(), 12u);
}

TEST_F(ExecuteTest, AFailedSampleIsRecordedAndCounted) {
  const Plan asked = plan();
  ScriptedProvider provider;
  provider.fail_on(asked.asks[3].question->id);
  const Executed executed = run(provider, asked);
  EXPECT_EQ(executed.errors, 1u);
  EXPECT_EQ(executed.run.status, "finished");
  std::map<std::string, int> outcomes;
  for (const data::SampleRow& row : rows(executed.run.id)) {
    ++outcomes[data::name(row.verdicts.at(0).outcome)];
  }
  EXPECT_EQ(outcomes, (std::map<std::string, int>{{"right", 11}, {"error", 1}}));
}

TEST(MakePlan, RefusesWhatCannotBe) {
  const auto error_of = [](auto change) {
    PlanOptions options;
    options.suites = {"arithmetic"};
    change(options);
    try {
      make_plan(options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kUsage) << error.what();
      return std::string(error.what());
    }
    return std::string("no error");
  };
  using testing::HasSubstr;
  EXPECT_THAT(error_of([](PlanOptions& o) { o.suites = {"arithmetics"}; }),
              HasSubstr("arithmetic"));
  EXPECT_THAT(error_of([](PlanOptions& o) { o.suites.clear(); }), HasSubstr("nothing to ask"));
  EXPECT_THAT(error_of([](PlanOptions& o) { o.suites.push_back("arithmetic"); }),
              HasSubstr("twice"));
  EXPECT_THAT(error_of([](PlanOptions& o) { o.temperature = -1; }), HasSubstr("temperature"));
  EXPECT_THAT(error_of([](PlanOptions& o) { o.top_p = 0; }), HasSubstr("top_p"));
  EXPECT_THAT(error_of([](PlanOptions& o) { o.repeats = 0; }), HasSubstr("repeats"));
  EXPECT_THAT(error_of([](PlanOptions& o) { o.max_tokens["logic"] = 5; }), HasSubstr("logic"));
}

TEST(MakePlan, SuitesThatNeedASandboxAreMarkedNotRun) {
  PlanOptions options;
  options.suites = {"arithmetic", "code"};
  options.suite_options.count = 3;
  options.sandbox_unavailable = "none here";
  const Plan asked = make_plan(options);
  EXPECT_EQ(asked.asks.size(), 6u);
  data::Manifest manifest;
  describe_plan(asked, manifest);
  EXPECT_THAT(manifest.suites.at(1).not_run, testing::HasSubstr("none here"));
}

}  // namespace
}  // namespace candor::runner
