#include "engine/batch/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <random>

#include "data/base/error.h"
#include "engine/sample/sampler.h"
#include "tests/engine/batch/planner_bench.h"

namespace candor::engine {
namespace {

using data::FinishReason;
using testing::HasSubstr;
using tests::FakeDevice;
using tests::fingerprint;
using tests::only;
using tests::random_tokens;
using tests::request_of;
using tests::scored_of;
using Bench = tests::PlannerBench;

constexpr std::size_t kVocabulary = tests::kFakeVocabulary;

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

// What the logits of the fake device say of a continuation, worked out without the planner.
Completion judged_alone(const Request& request, const FakeDevice::Next& next) {
  Completion completion;
  std::vector<TokenId> seen = request.prompt;
  for (const TokenId token : request.continuation) {
    const Judged judged = judge(next(seen), token);
    completion.log_probabilities.push_back(judged.log_probability);
    completion.most_likely.push_back(judged.most_likely);
    seen.push_back(token);
  }
  completion.tokens = request.continuation;
  completion.finish = FinishReason::kLength;
  if (request.keep_last_logits) completion.last_logits = next(seen);
  return completion;
}

std::vector<Completion> judged_alone(std::span<const Request> requests) {
  std::vector<Completion> completions;
  for (const Request& request : requests) {
    completions.push_back(judged_alone(request, tests::spread(kVocabulary)));
  }
  return completions;
}

// Continuations of 1 to 140 tokens of three prompts, with and without the logits after them, and
// logits alone.
std::vector<Request> scored_requests() {
  std::vector<Request> requests;
  for (unsigned i = 0; i < 24; ++i) {
    const std::size_t prompt = i % 3 == 0 ? 1 : i % 3 == 1 ? 64 : 150;
    const std::size_t continuation = i % 8 == 7 ? 0 : i % 5 == 4 ? 140 : 1 + i % 5;
    requests.push_back(scored_of(random_tokens(prompt, i % 3), random_tokens(continuation, 90 + i),
                                 i % 8 == 7 || i % 4 == 2));
  }
  return requests;
}

TEST(ScoredRequests, HaveTheBitsThatTheLogitsGiveInAnyChunkBatchAndSharing) {
  const std::vector<Request> requests = scored_requests();
  const std::vector<Completion> expected = judged_alone(requests);
  for (const std::size_t chunk : {1U, 3U, 63U, 64U, 256U, 2048U}) {
    for (const std::size_t batch : {1U, 7U, 64U}) {
      for (const bool share : {false, true}) {
        Bench bench(400, {.batch = batch, .chunk = chunk, .share_prefixes = share},
                    tests::spread(kVocabulary));
        tests::expect_same(expected, bench.run(requests),
                           "chunk " + std::to_string(chunk) + ", batch " + std::to_string(batch));
        EXPECT_EQ(bench.pages_left(), 400U);
      }
    }
  }
}

TEST(ScoredRequests, SayOfGeneratedTokensWhatGeneratingSaid) {
  std::vector<Request> generating;
  for (unsigned i = 0; i < 8; ++i) {
    generating.push_back(request_of(random_tokens(20 + 30 * i, i), 40));
    generating.back().sampling.temperature = i % 2 == 0 ? 0.0 : 0.7;
    generating.back().sampling.top_p = 0.9;
  }
  Bench bench(400, {.batch = 5, .chunk = 50}, tests::spread(kVocabulary));
  const std::vector<Completion> generated = bench.run(generating);
  // Scored in one queue with requests that generate.
  std::vector<Request> mixed;
  for (std::size_t i = 0; i < generating.size(); ++i) {
    mixed.push_back(generating[i]);
    mixed.push_back(scored_of(generating[i].prompt, generated[i].tokens));
  }
  const std::vector<Completion> completions = bench.run(mixed);
  for (std::size_t i = 0; i < generating.size(); ++i) {
    const Completion& scored = completions[2 * i + 1];
    EXPECT_EQ(completions[2 * i].tokens, generated[i].tokens);
    EXPECT_EQ(scored.tokens, generated[i].tokens);
    EXPECT_TRUE(tests::same_floats(scored.log_probabilities, generated[i].log_probabilities));
    EXPECT_EQ(scored.most_likely == generated[i].tokens, i % 2 == 0) << "greedy takes the first";
    EXPECT_TRUE(scored.last_logits.empty());
    EXPECT_EQ(scored.text, "");
  }
}

TEST(ScoredRequests, ContinuationsOfAPromptRunItOnce) {
  const std::vector<TokenId> prompt = random_tokens(200, 2);
  std::vector<Request> requests;
  for (unsigned i = 0; i < 8; ++i) requests.push_back(scored_of(prompt, random_tokens(5, 70 + i)));
  Bench shared(400, {}, tests::spread(kVocabulary));
  tests::expect_same(judged_alone(requests), shared.run(requests), "shared");
  // The prompt once, of each later one its last token, whose logits are wanted, and of all of them
  // the continuation without its last token.
  EXPECT_EQ(shared.device.rows, 200U + 7U + 8U * 4U);

  Bench alone(400, {.share_prefixes = false}, tests::spread(kVocabulary));
  tests::expect_same(judged_alone(requests), alone.run(requests), "not shared");
  EXPECT_EQ(alone.device.rows, 8U * 204U);
}

// A question of a few words behind the head of a template: less than is worth waiting for when
// answers are generated, but forty continuations would each run it again.
TEST(ScoredRequests, ContinuationsOfShortPromptsRunThemOnce) {
  const std::vector<TokenId> head = random_tokens(24, 2);
  std::vector<Request> requests;
  std::size_t rows = head.size();
  for (unsigned q = 0; q < 20; ++q) {
    std::vector<TokenId> prompt = head;
    for (const TokenId token : random_tokens(22, 100 + q)) prompt.push_back(token);
    rows += 22;
    for (unsigned i = 0; i < 44; ++i) {
      const std::size_t length = i < 12 ? 18 : 3;
      requests.push_back(scored_of(prompt, random_tokens(length, 1000 + 50 * q + i)));
      rows += length - 1 + (i > 0 ? 1 : 0);
    }
  }
  Bench shared(400, {}, tests::spread(kVocabulary));
  tests::expect_same(judged_alone(requests), shared.run(requests), "shared");
  EXPECT_LE(shared.device.rows, rows);  // a random token or two more may agree
  EXPECT_GT(shared.device.rows, rows - 20U);
}

TEST(ScoredRequests, ShareAPromptWithRequestsThatGenerate) {
  const std::vector<TokenId> prompt = random_tokens(200, 2);
  std::vector<Request> requests(6, request_of(prompt, 3));
  for (unsigned i = 0; i < 6; ++i) requests.push_back(scored_of(prompt, random_tokens(4, i), true));
  Bench bench(400, {}, tests::spread(kVocabulary));
  bench.run(requests);
  // Generating 3 tokens runs 2 of them; the logits after a continuation run all 4.
  EXPECT_EQ(bench.device.rows, 200U + 11U + 6U * 2U + 6U * 4U);
}

TEST(ScoredRequests, LogitsAfterAPromptAreAskedForAlone) {
  const std::vector<TokenId> prompt = random_tokens(130, 2);
  const std::vector<Request> requests(3, scored_of(prompt, {}, true));
  Bench bench(400, {}, tests::spread(kVocabulary));
  for (const Completion& completion : bench.run(requests)) {
    EXPECT_TRUE(tests::same_floats(completion.last_logits, tests::spread(kVocabulary)(prompt)));
    EXPECT_TRUE(completion.log_probabilities.empty());
    EXPECT_TRUE(completion.tokens.empty());
  }
  EXPECT_EQ(bench.device.rows, 130U + 2U);
}

TEST(ScoredRequests, ArePutOffForLackOfPagesAndComputedAgainToTheSameBits) {
  // 230 tokens need four pages. Two prompts of one token are admitted together, as they hold next
  // to nothing yet, and grow in chunks until six pages are not enough.
  std::vector<Request> requests;
  for (unsigned i = 0; i < 6; ++i) {
    requests.push_back(scored_of(random_tokens(1, 50 + i), random_tokens(229, i), i % 2 == 0));
  }
  std::size_t needed = 0;
  for (const Request& request : requests) {
    needed += 1 + request.continuation.size() - (request.keep_last_logits ? 0 : 1);
  }
  Bench bench(6, {.batch = 6, .chunk = 40}, tests::spread(kVocabulary));
  // Each also generates, so that rows of decoding and of scoring compete for the same pages.
  std::vector<Request> mixed = requests;
  for (unsigned i = 0; i < 6; ++i) mixed.push_back(request_of({static_cast<TokenId>(i)}, 200));
  std::vector<Completion> completions = bench.run(mixed);
  EXPECT_GT(bench.device.rows, needed + 6U * 200U) << "nothing was put off";
  completions.resize(requests.size());
  tests::expect_same(judged_alone(requests), completions, "put off");
  EXPECT_EQ(bench.pages_left(), 6U);
}

TEST(ScoredRequests, TakeNoNoticeOfTheSamplingParameters) {
  Request request = scored_of({1, 2, 3}, {4, 5});
  const Request plain = request;
  request.ignore_stops = false;
  request.sampling.temperature = std::numeric_limits<double>::quiet_NaN();
  request.sampling.max_tokens = 0;
  request.sampling.stop = {"x"};
  Bench bench(40, {}, tests::spread(kVocabulary));
  tests::expect_same(judged_alone({&plain, 1}), bench.run({&request, 1}), "odd parameters");
}

TEST(ScoredRequests, RefusesWhatCannotBeScoredAndScoresTheRest) {
  const std::vector<Request> requests = {
      scored_of({}, {1}),
      scored_of({1}, {2, 64}),
      scored_of({1}, {-1}),
      scored_of({64}, {1}),
      scored_of(random_tokens(90, 4), random_tokens(20, 5)),  // beyond the context
      scored_of({1, 2, 3}, {4, 5}),
      scored_of({}, {}, true),
  };
  Bench bench(8, {.context_length = 100}, tests::spread(kVocabulary));
  const std::vector<Completion> completions = bench.run(requests);
  EXPECT_THAT(completions[0].error, HasSubstr("no tokens"));
  EXPECT_THAT(completions[1].error, HasSubstr("continuation token 64 (at 1)"));
  EXPECT_THAT(completions[2].error, HasSubstr("continuation token -1 (at 0)"));
  EXPECT_THAT(completions[3].error, HasSubstr("prompt token 64 (at 0)"));
  EXPECT_THAT(completions[4].error, HasSubstr("exceed the context of 100"));
  EXPECT_THAT(completions[6].error, HasSubstr("no tokens"));
  for (const std::size_t i : {0U, 1U, 2U, 3U, 4U, 6U}) {
    EXPECT_EQ(completions[i].finish, FinishReason::kError);
  }
  tests::expect_same(judged_alone({&requests[5], 1}), {completions[5]}, "the one that can be");
}

TEST(ScoredRequests, FillTheContextAndTheCacheToTheLastToken) {
  // The last token of a continuation needs no keys, unless the logits after it are wanted.
  const std::vector<Request> requests = {
      scored_of(random_tokens(100, 4), random_tokens(29, 5)),
      scored_of(random_tokens(100, 4), random_tokens(28, 5), true),
      scored_of(random_tokens(100, 4), random_tokens(30, 5)),
  };
  Bench bench(2, {.context_length = 130}, tests::spread(kVocabulary));
  const std::vector<Completion> completions = bench.run(requests);
  const std::vector<Completion> expected = judged_alone(requests);
  tests::expect_same({expected[0], expected[1]}, {completions[0], completions[1]}, "just fits");
  EXPECT_THAT(completions[2].error, HasSubstr("3 pages"));
}

TEST(ScoredRequests, LogitsAfterTheLastTokenThatTheCacheCannotHoldAreRefused) {
  const std::vector<Request> requests = {
      scored_of(random_tokens(100, 4), random_tokens(29, 5), true), scored_of({1}, {2})};
  Bench bench(2, {}, tests::spread(kVocabulary));
  bench.most_steps = 1000;
  const std::vector<Completion> completions = bench.run(requests);
  EXPECT_EQ(completions[0].finish, FinishReason::kError);
  EXPECT_THAT(completions[0].error, HasSubstr("3 pages"));
  EXPECT_EQ(completions[1].error, "");
}

TEST(ScoredRequests, NonFiniteLogitsEndThatRequestAlone) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    const auto plain = tests::spread(kVocabulary);
    Bench bench(40, {}, [&](const std::vector<TokenId>& seen) {
      std::vector<float> logits = plain(seen);
      if (seen.front() == 7 && seen.size() == 4) logits[33] = bad;
      return logits;
    });
    const std::vector<Request> requests = {scored_of({7, 1}, {2, 3, 4, 5}, true),
                                           scored_of({8, 1}, {2, 3, 4, 5}, true),
                                           scored_of({7, 1}, {2, 3})};
    const std::vector<Completion> completions = bench.run(requests);
    EXPECT_EQ(completions[0].finish, FinishReason::kError);
    EXPECT_EQ(completions[0].error, "non-finite logits (position 3)");
    const std::vector<Completion> expected = judged_alone(requests);
    tests::expect_same({expected[1], expected[2]}, {completions[1], completions[2]}, "the others");
    EXPECT_EQ(bench.pages_left(), 40U);
  }
}

TEST(ScoredRequests, CountTheTokensThatAreRead) {
  const std::vector<Request> requests(3, scored_of({1, 2, 3}, {4, 5}, true));
  Bench bench(40, {}, tests::spread(kVocabulary));
  bench.run(requests);
  EXPECT_EQ(bench.counters.prompt_tokens, 15U);
  EXPECT_EQ(bench.counters.generated_tokens, 0U);
}

}  // namespace
}  // namespace candor::engine
