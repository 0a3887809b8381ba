#include "engine/batch/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <random>

#include "data/base/error.h"
#include "tests/engine/batch/fake_device.h"

namespace candor::engine {
namespace {

using data::FinishReason;
using testing::HasSubstr;
using tests::FakeDevice;
using tests::fingerprint;
using tests::only;

constexpr std::size_t kVocabulary = 64;

Request request_of(std::vector<TokenId> prompt, int max_tokens) {
  Request request;
  request.prompt = std::move(prompt);
  request.sampling.max_tokens = max_tokens;
  request.ignore_stops = true;
  return request;
}

std::vector<TokenId> random_tokens(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<TokenId> tokens(count);
  for (TokenId& token : tokens) token = static_cast<TokenId>(random() % kVocabulary);
  return tokens;
}

// What a sequence alone would get from the fingerprint device.
std::vector<TokenId> alone(std::vector<TokenId> tokens, int count) {
  const auto next = fingerprint(kVocabulary);
  std::vector<TokenId> generated;
  for (int i = 0; i < count; ++i) {
    const std::vector<float> logits = next(tokens);
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    generated.push_back(static_cast<TokenId>(best));
    tokens.push_back(static_cast<TokenId>(best));
  }
  return generated;
}

struct Bench {
  explicit Bench(std::size_t pages, BatchOptions options = {},
                 FakeDevice::Next next = fingerprint(kVocabulary))
      : device(kVocabulary, pages, std::move(next)), cache(pages) {
    if (options.context_length == 0) options.context_length = 4096;
    options.vocabulary = kVocabulary;
    scheduler = std::make_unique<Scheduler>(device, cache, StopTokens{}, options);
  }

  std::vector<Completion> run(std::span<const Request> requests) {
    std::vector<Completion> completions(requests.size());
    scheduler->run(
        requests, [&](std::size_t i, Completion&& c) { completions[i] = std::move(c); }, stop,
        counters);
    return completions;
  }

  FakeDevice device;
  KvCache cache;
  std::unique_ptr<Scheduler> scheduler;
  EngineCounters counters;
  std::atomic<bool> stop{false};
};

TEST(Scheduler, GivesEverySequenceItsOwnKeysWhateverIsSharedCopiedOrPutOff) {
  std::mt19937 random(11);
  const std::vector<TokenId> common = random_tokens(300, 1);
  for (const std::size_t pages : {9U, 14U, 40U, 400U}) {
    std::vector<Request> requests;
    for (int i = 0; i < 60; ++i) {
      std::vector<TokenId> prompt(common.begin(),
                                  common.begin() + static_cast<int>(random() % 300));
      for (const TokenId token : random_tokens(random() % 3, static_cast<unsigned>(random())))
        prompt.push_back(token);
      if (prompt.empty()) prompt.push_back(1);
      requests.push_back(request_of(std::move(prompt), 1 + static_cast<int>(random() % 150)));
    }
    Bench bench(pages, {.batch = 8, .chunk = 100, .kept_pages = pages / 2});
    const std::vector<Completion> completions = bench.run(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      ASSERT_EQ(completions[i].error, "");
      ASSERT_EQ(completions[i].tokens, alone(requests[i].prompt, requests[i].sampling.max_tokens))
          << "request " << i << " with " << pages << " pages";
    }
    while (bench.cache.prefixes().evict()) {
    }
    EXPECT_EQ(bench.cache.pool().free(), pages) << "a page was lost";
  }
}

TEST(Scheduler, RepeatsOfAPromptRunItOnce) {
  const std::vector<TokenId> prompt = random_tokens(200, 2);
  std::vector<Request> requests(8, request_of(prompt, 1));
  Bench bench(400);
  bench.run(requests);
  // The prompt once, and of each repeat the one token whose logits it needs.
  EXPECT_EQ(bench.device.rows, 200U + 7U);
}

TEST(Scheduler, CommonStartsOfDifferentPromptsRunOnce) {
  const std::vector<TokenId> common = random_tokens(256, 3);
  std::vector<Request> requests;
  for (TokenId own = 0; own < 10; ++own) {
    std::vector<TokenId> prompt = common;
    prompt.insert(prompt.end(), 5, own);
    requests.push_back(request_of(std::move(prompt), 1));
  }
  Bench bench(400);
  bench.run(requests);
  EXPECT_EQ(bench.device.rows, 256U + 10U * 5U);
}

TEST(Scheduler, KeepsToTheChunkAndTheBatch) {
  std::vector<Request> requests;
  for (unsigned i = 0; i < 20; ++i) requests.push_back(request_of(random_tokens(150, i), 30));
  Bench bench(400, {.batch = 4, .chunk = 50});
  bench.run(requests);
  EXPECT_LE(bench.device.largest_step, 50U + 3U);
}

TEST(Scheduler, RefusesWhatCannotBeRunAndRunsTheRest) {
  std::vector<Request> requests = {
      request_of({}, 3),        request_of({1, 64}, 3),
      request_of({1, -1}, 3),   request_of(random_tokens(90, 4), 20),  // beyond the context
      request_of({1, 2, 3}, 3), request_of({1}, 3),
      request_of({1}, 3),       request_of({1}, -1),
      request_of({5}, 0),
  };
  requests[5].sampling.temperature = std::numeric_limits<double>::quiet_NaN();
  requests[6].sampling.stop = {"x"};
  requests[6].ignore_stops = false;
  Bench bench(8, {.context_length = 100});
  const std::vector<Completion> completions = bench.run(requests);
  EXPECT_THAT(completions[0].error, HasSubstr("no tokens"));
  EXPECT_THAT(completions[1].error, HasSubstr("prompt token 64 (at 1)"));
  EXPECT_THAT(completions[2].error, HasSubstr("prompt token -1"));
  EXPECT_THAT(completions[3].error, HasSubstr("exceed the context of 100"));
  EXPECT_THAT(completions[5].error, HasSubstr("temperature"));
  EXPECT_THAT(completions[6].error, HasSubstr("tokenizer"));
  EXPECT_THAT(completions[7].error, HasSubstr("max_tokens"));
  for (const int i : {0, 1, 2, 3, 5, 6, 7}) {
    EXPECT_EQ(completions[static_cast<std::size_t>(i)].finish, FinishReason::kError);
  }
  EXPECT_EQ(completions[4].tokens, alone({1, 2, 3}, 3));
  EXPECT_EQ(completions[8].finish, FinishReason::kLength);
  EXPECT_TRUE(completions[8].tokens.empty());
}

TEST(Scheduler, RefusesWhatTheCacheCannotHoldAndRunsWhatItJustHolds) {
  // Nothing follows the last token: 2 pages hold 128 positions, so 129 tokens.
  std::vector<Request> requests = {request_of(random_tokens(100, 5), 29),
                                   request_of(random_tokens(100, 5), 30)};
  Bench bench(2);
  const std::vector<Completion> completions = bench.run(requests);
  EXPECT_EQ(completions[0].tokens, alone(requests[0].prompt, 29));
  EXPECT_THAT(completions[1].error, HasSubstr("need 3 pages"));
}

TEST(Scheduler, NonFiniteLogitsEndThatRequestAlone) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    const auto plain = fingerprint(kVocabulary);
    Bench bench(40, {}, [&](const std::vector<TokenId>& seen) {
      std::vector<float> logits = plain(seen);
      if (seen.front() == 7 && seen.size() == 4) logits[33] = bad;
      return logits;
    });
    const std::vector<Request> requests = {request_of({7, 1}, 6), request_of({8, 1}, 6)};
    const std::vector<Completion> completions = bench.run(requests);
    EXPECT_EQ(completions[0].finish, FinishReason::kError);
    EXPECT_EQ(completions[0].error, "non-finite logits (step 3)");
    EXPECT_EQ(completions[0].tokens.size(), 2U);
    EXPECT_EQ(completions[1].tokens, alone({8, 1}, 6));
  }
}

TEST(Scheduler, StopsBetweenStepsAndReportsOnlyWhatIsFinished) {
  std::vector<Request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(request_of({static_cast<TokenId>(i)}, 5 + i));
  Bench bench(40, {.batch = 4});
  int reported = 0;
  bench.scheduler->run(
      requests,
      [&](std::size_t, Completion&&) {
        if (++reported == 3) bench.stop = true;
      },
      bench.stop, bench.counters);
  EXPECT_GE(reported, 3);
  EXPECT_LT(reported, 20);
  EXPECT_EQ(bench.counters.in_flight, 0);
  while (bench.cache.prefixes().evict()) {
  }
  EXPECT_EQ(bench.cache.pool().free(), 40U);
}

TEST(Scheduler, AnExceptionFromTheReceiverLosesNoPages) {
  const std::vector<Request> requests(6, request_of(random_tokens(100, 6), 20));
  Bench bench(40, {.batch = 3});
  EXPECT_THROW(bench.scheduler->run(
                   requests, [](std::size_t, Completion&&) { throw std::runtime_error("full"); },
                   bench.stop, bench.counters),
               std::runtime_error);
  while (bench.cache.prefixes().evict()) {
  }
  EXPECT_EQ(bench.cache.pool().free(), 40U);
}

TEST(Scheduler, CountsTokens) {
  const std::vector<Request> requests(5, request_of({1, 2, 3}, 4));
  Bench bench(40);
  bench.run(requests);
  EXPECT_EQ(bench.counters.prompt_tokens, 15U);
  EXPECT_EQ(bench.counters.generated_tokens, 20U);
}

TEST(Scheduler, NeverChoosesARowBeyondTheTokenizer) {
  FakeDevice device(kVocabulary, 8, [](const std::vector<TokenId>&) {
    std::vector<float> logits = only(kVocabulary, 10);
    logits[60] = 50.0F;
    return logits;
  });
  KvCache cache(8);
  Scheduler scheduler(device, cache, StopTokens{}, {.context_length = 100, .vocabulary = 50});
  EngineCounters counters;
  const std::atomic<bool> stop{false};
  const std::vector<Request> requests = {request_of({1}, 2)};
  scheduler.run(
      requests,
      [&](std::size_t, Completion&& completion) {
        EXPECT_EQ(completion.tokens, (std::vector<TokenId>{10, 10}));
        EXPECT_NEAR(completion.log_probabilities[0], 0.0, 1e-6);
      },
      stop, counters);
  const ScoredTokens scored = scheduler.score(std::vector<TokenId>{1, 10, 60});
  EXPECT_EQ(scored.log_probabilities[1], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(scored.last_logits[10], 20.0F);
  EXPECT_EQ(scored.last_logits[60], -std::numeric_limits<float>::infinity());
}

TEST(Scheduler, ScoreRefusesWhatDoesNotFitAndWhatIsNotFinite) {
  Bench bench(2, {.context_length = 1000}, [](const std::vector<TokenId>& seen) {
    std::vector<float> logits = only(kVocabulary, 1);
    if (seen.size() == 3) logits[0] = std::nanf("");
    return logits;
  });
  EXPECT_THROW(bench.scheduler->score({}), Error);
  EXPECT_THROW(bench.scheduler->score(random_tokens(200, 7)), Error);
  EXPECT_THROW(bench.scheduler->score(std::vector<TokenId>{1, 99}), Error);
  EXPECT_THROW(bench.scheduler->score(std::vector<TokenId>{1, 1, 1, 1}), Error);
  EXPECT_EQ(bench.scheduler->score(std::vector<TokenId>{1, 1}).log_probabilities.size(), 1U);
  EXPECT_EQ(bench.cache.available(), 2U);  // what is kept of the prompt gives way
}

}  // namespace
}  // namespace candor::engine
