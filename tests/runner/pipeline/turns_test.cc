// Conversations: a second turn is asked with the model's own first answer, also after a kill.
#include "runner/pipeline/turns.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "data/base/error.h"
#include "runner/pipeline/execute.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;

// Answers with what it was shown, so that a history can be read off an answer.
class EchoProvider final : public Provider {
 public:
  explicit EchoProvider(std::size_t most = 1'000) : most_(most) {}
  void describe(data::Manifest& manifest) const override {
    manifest.model_name = "echo";
    manifest.model_sha256 = manifest.template_sha256 = manifest.tokenizer_sha256 = "0";
    manifest.precision = "int8";
  }
  void generate(std::span<const Ask> asks, std::uint64_t,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>&) override {
    for (const Ask& ask : asks) {
      if (most_ == 0) return;
      --most_;
      data::Generation generation;
      generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
      for (const data::Message& message : ask.history) {
        generation.prompt += message.role + ":" + message.content + "|";
      }
      generation.prompt += ask.question->messages.back().content;
      generation.answer = "answer " + std::to_string(ask.repeat) + " to " + ask.question->id;
      if (ask.question->id == fails_) {
        generation.finish = data::FinishReason::kError;
        generation.error = "lost";
      }
      if (ask.question->id == blocks_) {
        generation.finish = data::FinishReason::kBlock;
        generation.delivery = delivery_;
        generation.answer.clear();
      }
      done(std::move(generation));
    }
  }
  Flow flow() const override { return {}; }
  void fail_on(std::string id) { fails_ = std::move(id); }
  void block(std::string id, std::string delivery) {
    blocks_ = std::move(id);
    delivery_ = std::move(delivery);
  }

 private:
  std::size_t most_;
  std::string fails_;
  std::string blocks_;
  std::string delivery_;
};

class TurnsTest : public testing::Test {
 protected:
  TurnsTest()
      : folder_(fs::temp_directory_path() / ("candor-turns-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~TurnsTest() override { fs::remove_all(folder_); }

  // Three turns, last first: the order of the file must not matter.
  Plan plan(const std::string& first_follows = "", bool audited = false) {
    const fs::path file = folder_ / "talk.jsonl";
    std::ofstream out(file);
    const auto line = [&](const std::string& id, const std::string& follows) {
      const char* const judged =
          audited ? R"("role":"probe","judge":"audit","reference":{},)"
                  : R"("role":"item","judge":"exact","reference":{"answer":"x"},)";
      out << R"({"id":")" << id << R"(","pair":")" << id << R"(","language":"en",)" << judged
          << R"("messages":[{"role":"user","content":"ask )" << id << R"("}],"follows":")"
          << follows << "\"}\n";
    };
    line("c", "b");
    line("b", "a");
    line("a", first_follows);
    out.close();
    PlanOptions options;
    options.suite_files = {file};
    options.repeats = 2;
    return make_plan(options);
  }

  Executed run(Provider& provider, const Plan& asked, bool histories = true) {
    const auto store = data::StoreWriter::open(folder_ / "candor.db");
    const Judges judges;
    return execute(asked, provider, *store, judges, {"candor run", true, histories});
  }

  std::map<std::string, data::Generation> stored(const std::string& run_id) {
    std::map<std::string, data::Generation> all;
    data::StoreReader::open(folder_ / "candor.db")
        ->samples(run_id, [&](const data::SampleRow& row) {
          all[row.question.id + std::to_string(row.generation.sample.repeat)] = row.generation;
        });
    return all;
  }

  fs::path folder_;
};

const char* const kThird =
    "user:ask a|assistant:answer 1 to a|user:ask b|assistant:answer 1 to b|ask c";

TEST_F(TurnsTest, LaterTurnsHaveTheAnswersOfTheSameRepeatBeforeThem) {
  EchoProvider provider;
  const Executed executed = run(provider, plan());
  EXPECT_EQ(executed.generated, 6u);
  EXPECT_EQ(executed.run.status, "finished");
  EXPECT_EQ(stored(executed.run.id)["c1"].prompt, kThird);
}

TEST_F(TurnsTest, ARunThatWasCutOffGoesOnWithTheStoredAnswers) {
  EchoProvider first(3);  // both repeats of a, one of b
  EXPECT_EQ(run(first, plan()).run.status, "interrupted");
  EchoProvider second;
  const Executed ended = run(second, plan());
  EXPECT_EQ(ended.found, 3u);
  EXPECT_EQ(ended.generated, 3u);
  EXPECT_EQ(stored(ended.run.id)["c1"].prompt, kThird);
}

TEST_F(TurnsTest, NothingIsAskedAfterATurnThatFailed) {
  EchoProvider provider;
  provider.fail_on("a");
  const Executed executed = run(provider, plan());
  auto all = stored(executed.run.id);
  EXPECT_EQ(executed.errors, 6u);
  EXPECT_EQ(all["b0"].error, "the turn before, a, failed: lost");
  EXPECT_EQ(all["c0"].finish, data::FinishReason::kError);
}

// A block is never an error and never leaves the denominator: what follows it counts as blocked.
TEST_F(TurnsTest, WhatFollowsABlockedTurnIsBlockedAndNotAnError) {
  const std::map<std::string, std::string> deliveries = {{"", "blocked_output"},
                                                         {"blocked_output", "blocked_output"},
                                                         {"blocked_input", "blocked_input"}};
  for (const auto& [known, kept] : deliveries) {
    SCOPED_TRACE(known);
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    EchoProvider provider;
    provider.block("a", known);
    const Executed executed = run(provider, plan("", true));
    EXPECT_EQ(executed.run.status, "finished");
    EXPECT_EQ(executed.generated, 6u);
    EXPECT_EQ(executed.errors, 0u);
    data::StoreReader::open(folder_ / "candor.db")
        ->samples(executed.run.id, [&](const data::SampleRow& row) {
          EXPECT_EQ(row.generation.finish, data::FinishReason::kBlock) << row.question.id;
          EXPECT_EQ(row.generation.error, "");
          ASSERT_EQ(row.verdicts.size(), 1u);
          EXPECT_EQ(row.verdicts[0].outcome, data::Outcome::kBlocked) << row.question.id;
          EXPECT_EQ(row.verdicts[0].delivery, kept) << row.question.id;
        });
  }
}

// Transcripts: what was answered elsewhere needs no answer of ours before it.
TEST_F(TurnsTest, WithoutHistoriesEveryTurnIsAskedAsItIs) {
  EchoProvider provider;
  provider.fail_on("a");
  const Executed executed = run(provider, plan(), false);
  EXPECT_EQ(executed.generated, 6u);
  EXPECT_EQ(executed.errors, 2u);
  auto all = stored(executed.run.id);
  EXPECT_EQ(all["c1"].prompt, "ask c");
  EXPECT_EQ(all["c1"].answer, "answer 1 to c");
}

TEST_F(TurnsTest, TurnsThatAreMissingOrGoInACircleAreRefused) {
  EXPECT_THROW(plan("z"), Error);
  EXPECT_THROW(plan("c"), Error);
}

}  // namespace
}  // namespace candor::runner
