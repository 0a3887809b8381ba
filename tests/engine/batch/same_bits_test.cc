// What a request gets does not depend on how the queue was worked off.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>
#include <random>

#include "engine/batch/scheduler.h"
#include "tests/engine/model/tiny_model.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using tests::TinyOptions;

// Prompts of 1 to 200 tokens, many with a common start, some asked several times; greedy and
// sampled.
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
    request.sampling.max_tokens = 1 + static_cast<int>(random() % 60);
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

void expect_same(const std::vector<Completion>& expected, const std::vector<Completion>& actual,
                 const char* what) {
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(testing::Message() << what << ", request " << i);
    EXPECT_EQ(expected[i].error, actual[i].error);
    EXPECT_EQ(expected[i].finish, actual[i].finish);
    ASSERT_EQ(expected[i].tokens, actual[i].tokens);
    ASSERT_EQ(std::memcmp(expected[i].log_probabilities.data(), actual[i].log_probabilities.data(),
                          expected[i].log_probabilities.size() * sizeof(float)),
              0);
  }
}

class SameBits : public testing::TestWithParam<kernels::Precision> {
 protected:
  void SetUp() override {
    path_ = folder_.path() / "tiny.gguf";
    tests::tiny_llama().write(path_);
    options_.precision = GetParam();
    requests_ = mixed_requests();
    // One at a time, nothing shared, prompts in one piece: the plainest way there is.
    options_.batch = {.batch = 1, .chunk = 4096, .share_prefixes = false};
    expected_ = run_with(options_);
    options_.batch = {};
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      ASSERT_EQ(expected_[i].tokens.size(),
                static_cast<std::size_t>(requests_[i].sampling.max_tokens));
      ASSERT_EQ(expected_[i].finish, data::FinishReason::kLength);
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

TEST_P(SameBits, ForAnyBatchSize) {
  for (const std::size_t batch : {1U, 2U, 7U, 32U}) {
    options_.batch.batch = batch;
    expect_same(expected_, run_with(options_), "batch size");
  }
}

TEST_P(SameBits, ForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 3}) {
    options_.threads = threads;
    expect_same(expected_, run_with(options_), "threads");
  }
}

TEST_P(SameBits, ForAnyChunkOfThePrompt) {
  for (const std::size_t chunk : {1U, 17U, 64U, 100U, 512U}) {
    options_.batch.chunk = chunk;
    expect_same(expected_, run_with(options_), "chunk");
  }
}

TEST_P(SameBits, WithAndWithoutSharedPrefixes) {
  for (const bool share : {false, true}) {
    options_.batch.share_prefixes = share;
    options_.batch.batch = 5;
    expect_same(expected_, run_with(options_), "sharing");
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
  // The largest request needs 4 or 5 pages alone; a batch of 8 wants some twenty.
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
  const tests::TinyEngine tiny = tests::tiny_engine(path_, options_);
  for (std::size_t i = 0; i < requests_.size(); i += 5) {
    std::vector<TokenId> ids = requests_[i].prompt;
    ids.insert(ids.end(), expected_[i].tokens.begin(), expected_[i].tokens.end());
    const ScoredTokens scored = tiny.scheduler->score(ids);
    ASSERT_EQ(scored.log_probabilities.size(), ids.size() - 1);
    const std::span<const float> tail =
        std::span(scored.log_probabilities).last(expected_[i].tokens.size());
    EXPECT_EQ(std::memcmp(tail.data(), expected_[i].log_probabilities.data(), tail.size_bytes()),
              0);
    EXPECT_EQ(scored.last_logits.size(), 320U);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, SameBits,
                         testing::Values(kernels::Precision::kInt8, kernels::Precision::kFloat32),
                         [](const auto& parameter) {
                           return parameter.param == kernels::Precision::kInt8 ? "Int8" : "Float32";
                         });

}  // namespace
}  // namespace candor::engine
