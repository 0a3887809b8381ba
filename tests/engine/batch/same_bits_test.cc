// What a request gets does not depend on how the queue was worked off.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <numeric>
#include <random>
#include <string>

#include "engine/batch/scheduler.h"
#include "tests/engine/batch/planner_bench.h"
#include "tests/engine/model/tiny_model.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using kernels::BlockFormat;
using kernels::Precision;
using tests::expect_same;
using tests::same_floats;
using tests::TinyOptions;
using tests::TinyShape;

// More requests than the largest batch. Prompts of 1 to 300 tokens, many with a common start, some
// asked several times; greedy, sampled, and scored continuations between them.
std::vector<Request> mixed_requests() {
  std::mt19937 random(7);
  const auto token = [&] { return static_cast<TokenId>(random() % 320); };
  std::vector<TokenId> common(150);
  std::generate(common.begin(), common.end(), token);
  std::vector<Request> requests;
  for (int i = 0; i < 18; ++i) {
    Request request;
    if (i % 3 != 0) {
      request.prompt.assign(common.begin(), common.begin() + static_cast<int>(random() % 150));
    }
    const std::size_t own = 1 + random() % 50;
    for (std::size_t n = 0; n < own; ++n) request.prompt.push_back(token());
    request.ignore_stops = true;
    request.seed = 99;
    request.sampling.max_tokens = 1 + static_cast<int>(random() % 30);
    if (i % 2 == 1) {
      request.sampling.temperature = 0.5 + 0.1 * i;
      request.sampling.top_p = i % 4 == 1 ? 0.9 : 1.0;
      request.sampling.top_k = i % 3 == 1 ? 20 : 0;
      request.sampling.min_p = i % 5 == 1 ? 0.05 : 0.0;
    }
    const int repeats = i % 6 == 1 ? 4 : 1;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      request.repeat = repeat;
      requests.push_back(request);
    }
  }
  // Exactly one page, and one token over it.
  for (const std::size_t size : {std::size_t{64}, std::size_t{65}, std::size_t{128}}) {
    Request request;
    request.prompt.assign(common.begin(), common.begin() + static_cast<int>(size));
    request.ignore_stops = true;
    request.sampling.max_tokens = 70;
    requests.push_back(request);
  }
  for (int i = 0; i < 40; ++i) {
    Request request;
    request.prompt.assign(common.begin(), common.begin() + static_cast<int>(1 + random() % 100));
    if (i == 0) std::generate_n(std::back_inserter(request.prompt), 200, token);
    request.ignore_stops = true;
    request.seed = 99;
    request.sampling.max_tokens = 1 + static_cast<int>(random() % 8);
    if (i % 3 == 1) {
      request.sampling.temperature = 0.7;
      request.sampling.top_p = 0.9;
    }
    if (i % 3 == 2) {
      const std::size_t length = i % 9 == 2 ? 90 : random() % 6;
      std::generate_n(std::back_inserter(request.continuation), length, token);
      request.keep_last_logits = length == 0 || i % 2 == 0;
    }
    requests.push_back(request);
  }
  return requests;
}

std::vector<Completion> run_all(Scheduler& scheduler, std::span<const Request> requests) {
  std::vector<Completion> completions(requests.size());
  std::vector<int> reported(requests.size());
  EngineCounters counters;
  const std::atomic<bool> stop{false};
  scheduler.run(
      requests,
      [&](std::size_t i, Completion&& completion) {
        ++reported[i];
        completions[i] = std::move(completion);
      },
      stop, counters);
  EXPECT_EQ(std::count(reported.begin(), reported.end(), 1),
            static_cast<std::ptrdiff_t>(requests.size()));
  EXPECT_EQ(counters.in_flight, 0);
  return completions;
}

struct Setting {
  const char* name;
  Precision precision;
  TinyShape shape;
};

void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

// Rows of 96 and 192 values are not whole groups of 128, and 24 values a head are not whole lanes.
TinyShape broken_groups() {
  return {.width = 96,
          .ffn = 192,
          .formats = {BlockFormat::kQ5_0, BlockFormat::kQ4_1, BlockFormat::kQ8_0,
                      BlockFormat::kQ4_0, BlockFormat::kQ5_1}};
}

TinyShape super_blocks() {
  return {
      .width = 256,
      .ffn = 256,
      .formats = {BlockFormat::kQ4_K, BlockFormat::kQ6_K, BlockFormat::kQ5_0, BlockFormat::kQ5_K}};
}

TinyShape floats() {
  return {.formats = {BlockFormat::kBF16, BlockFormat::kF16, BlockFormat::kF32}};
}

class SameBits : public testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    path_ = folder_.path() / "tiny.gguf";
    tests::tiny_llama(GetParam().shape).write(path_);
    options_.precision = GetParam().precision;
    requests_ = mixed_requests();
    ASSERT_GT(requests_.size(), 64U);
    // One at a time, nothing shared, prompts in one piece: the plainest way there is.
    options_.batch = {.batch = 1, .chunk = 4096, .share_prefixes = false};
    expected_ = run_with(options_);
    options_.batch = {};
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      ASSERT_EQ(expected_[i].error, "");
      ASSERT_EQ(expected_[i].finish, data::FinishReason::kLength);
      if (requests_[i].is_scored()) continue;
      ASSERT_EQ(expected_[i].tokens.size(),
                static_cast<std::size_t>(requests_[i].sampling.max_tokens));
    }
  }

  std::vector<Completion> run_with(const TinyOptions& options) {
    return run_all(*tests::tiny_engine(path_, options).scheduler, requests_);
  }

  tests::TempFolder folder_;
  std::filesystem::path path_;
  TinyOptions options_;
  std::vector<Request> requests_;
  std::vector<Completion> expected_;
};

// Every batch size with every chunk; threads and sharing change places between them.
TEST_P(SameBits, ForAnyBatchChunkThreadsAndSharing) {
  int place = 0;
  for (const std::size_t batch : {1U, 2U, 7U, 32U, 64U}) {
    for (const std::size_t chunk : {64U, 256U, 2048U}) {
      options_.batch.batch = batch;
      options_.batch.chunk = chunk;
      options_.threads = 1 + place % 2;
      options_.batch.share_prefixes = place % 4 < 2;
      ++place;
      expect_same(expected_, run_with(options_),
                  "batch " + std::to_string(batch) + ", chunk " + std::to_string(chunk) + ", " +
                      std::to_string(options_.threads) + " threads, sharing " +
                      std::to_string(options_.batch.share_prefixes));
    }
  }
}

TEST_P(SameBits, ForChunksThatAreNotWholePages) {
  options_.threads = 3;
  for (const std::size_t chunk : {3U, 100U}) {
    options_.batch.chunk = chunk;
    expect_same(expected_, run_with(options_), "chunk " + std::to_string(chunk));
  }
}

TEST_P(SameBits, InAnyOrderOfTheQueue) {
  std::vector<std::size_t> order(requests_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  std::vector<Request> shuffled;
  std::vector<Completion> expected;
  for (const std::size_t i : order) {
    shuffled.push_back(requests_[i]);
    expected.push_back(expected_[i]);
  }
  options_.batch.batch = 6;
  const tests::TinyEngine tiny = tests::tiny_engine(path_, options_);
  expect_same(expected, run_all(*tiny.scheduler, shuffled), "shuffled");
}

TEST_P(SameBits, WhenPagesAreScarceAndSequencesArePutOff) {
  // The largest request needs 5 pages alone; a batch of 8 wants some twenty.
  options_.pages = 6;
  options_.batch.batch = 8;
  const tests::TinyEngine tiny = tests::tiny_engine(path_, options_);
  expect_same(expected_, run_all(*tiny.scheduler, requests_), "scarce pages");
  while (tiny.cache->prefixes().evict()) {
  }
  EXPECT_EQ(tiny.cache->pool().free(), 6U) << "a page was lost";
}

TEST_P(SameBits, WhenTheQueueIsRunAgainOnAWarmCache) {
  const tests::TinyEngine tiny = tests::tiny_engine(path_, options_);
  expect_same(expected_, run_all(*tiny.scheduler, requests_), "cold");
  EXPECT_GT(tiny.cache->prefixes().size(), 0U);
  expect_same(expected_, run_all(*tiny.scheduler, requests_), "warm");
}

TEST_P(SameBits, ScoringGivesTheLogProbabilitiesOfGenerating) {
  // What was generated is scored in one queue with the requests that generate it.
  std::vector<Request> mixed = requests_;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (requests_[i].is_scored()) continue;
    Request scored;
    scored.prompt = requests_[i].prompt;
    scored.continuation = expected_[i].tokens;
    mixed.push_back(std::move(scored));
  }
  options_.threads = 2;
  const tests::TinyEngine tiny = tests::tiny_engine(path_, options_);
  const std::vector<Completion> completions = run_all(*tiny.scheduler, mixed);
  std::size_t place = requests_.size();
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (requests_[i].is_scored()) continue;
    const Completion& scored = completions[place++];
    ASSERT_EQ(scored.tokens, expected_[i].tokens);
    EXPECT_TRUE(same_floats(scored.log_probabilities, expected_[i].log_probabilities));
    if (requests_[i].sampling.temperature <= 0) {
      EXPECT_EQ(scored.most_likely, expected_[i].tokens);
    }
  }
}

TEST_P(SameBits, ScoringAWholeTextIsScoringItsEndAfterItsStart) {
  options_.batch.chunk = 50;
  const tests::TinyEngine tiny = tests::tiny_engine(path_, options_);
  std::size_t compared = 0;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (!requests_[i].keep_last_logits) continue;
    ++compared;
    std::vector<TokenId> ids = requests_[i].prompt;
    ids.insert(ids.end(), requests_[i].continuation.begin(), requests_[i].continuation.end());
    const ScoredTokens scored = tiny.scheduler->score(ids);
    ASSERT_EQ(scored.log_probabilities.size(), ids.size() - 1);
    EXPECT_TRUE(
        same_floats(std::span(scored.log_probabilities).last(requests_[i].continuation.size()),
                    expected_[i].log_probabilities));
    EXPECT_TRUE(same_floats(scored.last_logits, expected_[i].last_logits));
  }
  EXPECT_GT(compared, 3U);
}

INSTANTIATE_TEST_SUITE_P(
    Precisions, SameBits,
    testing::Values(Setting{"Int8", Precision::kInt8, {}},
                    Setting{"Int8BrokenGroups", Precision::kInt8, broken_groups()},
                    Setting{"Int8SuperBlocks", Precision::kInt8, super_blocks()},
                    Setting{"ExactBrokenGroups", Precision::kExact, broken_groups()},
                    Setting{"ExactSuperBlocks", Precision::kExact, super_blocks()},
                    Setting{"Float32", Precision::kFloat32, broken_groups()},
                    Setting{"FloatWeights", Precision::kInt8, floats()}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace candor::engine
