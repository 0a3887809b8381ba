// Whatever the queue, the cache and the chunk: every request is answered once and as if it were
// alone, no page is lost, no more than `batch` are in flight, and the queue comes to an end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/engine/batch/planner_bench.h"

namespace candor::engine {
namespace {

using tests::kFakeVocabulary;
using tests::PlannerBench;

// Prompts that are starts of one of two texts with an end of their own, and whole repeats of
// earlier prompts; greedy, sampled and scored; a few that cannot be run.
class RandomQueue {
 public:
  explicit RandomQueue(unsigned seed) : random_(seed) {
    for (auto& text : texts_) text = tests::random_tokens(260, static_cast<unsigned>(random_()));
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::vector<Request> requests(std::size_t count) {
    std::vector<Request> out;
    for (std::size_t i = 0; i < count; ++i) {
      Request request = this->request();
      if (!out.empty() && below(4) == 0) {
        request.prompt = out[below(out.size())].prompt;
        request.repeat = static_cast<int>(below(3));
      }
      out.push_back(std::move(request));
    }
    return out;
  }

 private:
  Request request() {
    Request request;
    const std::vector<TokenId>& text = texts_[below(2)];
    request.prompt.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(below(261)));
    const std::size_t own = below(5) == 0 ? below(200) : below(4);
    for (std::size_t n = 0; n < own; ++n) request.prompt.push_back(token());
    request.ignore_stops = true;
    request.seed = 5;
    request.sampling.max_tokens = static_cast<int>(below(6) == 0 ? below(150) : below(20));
    if (below(2) == 0) {
      request.sampling.temperature = 0.7;
      request.sampling.top_p = 0.9;
    }
    if (below(3) == 0) {
      request.keep_last_logits = below(3) == 0;
      const std::size_t length = below(5) == 0 ? below(180) : below(6);
      for (std::size_t n = 0; n < length; ++n) request.continuation.push_back(token());
    }
    if (below(40) == 0) request.prompt.push_back(static_cast<TokenId>(kFakeVocabulary));
    return request;
  }

  TokenId token() { return static_cast<TokenId>(below(kFakeVocabulary)); }

  std::mt19937 random_;
  std::vector<TokenId> texts_[2];
};

std::size_t tokens_of(const Request& request) {
  return request.prompt.size() + (request.is_scored()
                                      ? request.continuation.size()
                                      : static_cast<std::size_t>(request.sampling.max_tokens));
}

TEST(Planner, AnswersEveryRequestOfRandomQueuesOnceAndAsIfItWereAlone) {
  std::size_t answered = 0;
  std::size_t refused = 0;
  std::size_t put_off = 0;  // queues that took more rows than they would with room enough
  for (unsigned seed = 0; seed < 60; ++seed) {
    RandomQueue queue(seed);
    const std::vector<Request> requests = queue.requests(1 + queue.below(50));
    const std::size_t pages = 1 + queue.below(queue.below(3) == 0 ? 200 : 14);
    const BatchOptions options = {.batch = 1 + queue.below(queue.below(3) == 0 ? 64 : 8),
                                  .chunk = 1 + queue.below(queue.below(2) == 0 ? 20 : 400),
                                  .share_prefixes = queue.below(4) != 0,
                                  .kept_pages = queue.below(20)};
    SCOPED_TRACE(testing::Message() << "seed " << seed << ": " << requests.size() << " requests, "
                                    << pages << " pages, batch " << options.batch << ", chunk "
                                    << options.chunk << ", sharing " << options.share_prefixes);

    PlannerBench plain(100, {.batch = 1, .chunk = 4096, .share_prefixes = false},
                       tests::spread(kFakeVocabulary));
    std::vector<Completion> expected = plain.run(requests);

    PlannerBench bench(pages, options, tests::spread(kFakeVocabulary));
    // The oldest in flight is never put off and gets a row in every step, and so does the next one
    // when it is done: no more steps than there are tokens.
    bench.most_steps = 1;
    for (const Request& request : requests) {
      bench.most_steps += static_cast<int>(tokens_of(request));
    }
    const std::vector<Completion> completions = bench.run(requests);

    ASSERT_EQ(completions.size(), requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (completions[i].finish != data::FinishReason::kError) {
        ++answered;
        continue;
      }
      ++refused;
      const bool too_long = completions[i].error.find("pages") != std::string::npos;
      if (too_long) {
        EXPECT_GT(tokens_of(requests[i]), (pages - 1) * kernels::kPageTokens);
        EXPECT_GT(tokens_of(requests[i]), pages * kernels::kPageTokens);
        expected[i] = completions[i];
      }
    }
    tests::expect_same(expected, completions, "planned");
    EXPECT_LE(bench.device.largest_step, options.chunk + options.batch);
    EXPECT_LE(bench.cache.prefixes().size(), options.kept_pages);
    EXPECT_EQ(bench.pages_left(), pages) << "a page was lost";
    if (!options.share_prefixes && bench.device.rows > plain.device.rows) ++put_off;
    if (testing::Test::HasFailure()) return;
  }
  // The queues were what they are meant to be.
  EXPECT_GT(answered, 600U);
  EXPECT_GT(refused, 20U);
  EXPECT_GT(put_off, 2U);
}

TEST(Planner, RunsALaterQueueOnWhatAnEarlierOneLeft) {
  for (unsigned seed = 100; seed < 110; ++seed) {
    RandomQueue queue(seed);
    const std::vector<Request> first = queue.requests(20);
    const std::vector<Request> second = queue.requests(20);
    PlannerBench plain(100, {.batch = 1, .chunk = 4096, .share_prefixes = false},
                       tests::spread(kFakeVocabulary));
    PlannerBench bench(12, {.batch = 6, .chunk = 70, .kept_pages = 9},
                       tests::spread(kFakeVocabulary));
    bench.most_steps = 20000;
    for (const auto* requests : {&first, &second, &first}) {
      tests::expect_same(plain.run(*requests), bench.run(*requests),
                         "seed " + std::to_string(seed));
      EXPECT_LE(bench.cache.prefixes().size(), 9U);
    }
    EXPECT_EQ(bench.pages_left(), 12U) << "a page was lost";
  }
}

TEST(Planner, StoppedAtAnyAnswerItReportsNoneTwiceAndHoldsNoPage) {
  for (unsigned seed = 200; seed < 215; ++seed) {
    RandomQueue queue(seed);
    const std::vector<Request> requests = queue.requests(30);
    PlannerBench bench(10 + queue.below(20), {.batch = 5, .chunk = 60, .kept_pages = 4},
                       tests::spread(kFakeVocabulary));
    const std::size_t pages = bench.cache.pool().total();
    const int last = 1 + static_cast<int>(queue.below(25));
    std::vector<int> reported(requests.size());
    int answers = 0;
    bench.scheduler->run(
        requests,
        [&](std::size_t i, Completion&&) {
          ++reported.at(i);
          if (++answers == last) bench.stop = true;
        },
        bench.stop, bench.counters);
    EXPECT_GE(answers, last);
    EXPECT_LE(*std::max_element(reported.begin(), reported.end()), 1);
    EXPECT_EQ(bench.counters.in_flight, 0);
    EXPECT_EQ(bench.pages_left(), pages) << "a page was lost";
  }
}

}  // namespace
}  // namespace candor::engine
