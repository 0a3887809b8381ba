// The planner on the fake device: requests in, completions out, and what every step must keep to.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/batch/scheduler.h"
#include "tests/engine/batch/fake_device.h"

namespace candor::tests {

inline constexpr std::size_t kFakeVocabulary = 64;

inline engine::Request request_of(std::vector<engine::TokenId> prompt, int max_tokens) {
  engine::Request request;
  request.prompt = std::move(prompt);
  request.sampling.max_tokens = max_tokens;
  request.ignore_stops = true;
  return request;
}

inline engine::Request scored_of(std::vector<engine::TokenId> prompt,
                                 std::vector<engine::TokenId> continuation,
                                 bool keep_last_logits = false) {
  engine::Request request;
  request.prompt = std::move(prompt);
  request.continuation = std::move(continuation);
  request.keep_last_logits = keep_last_logits;
  return request;
}

inline std::vector<engine::TokenId> random_tokens(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<engine::TokenId> tokens(count);
  for (auto& token : tokens) token = static_cast<engine::TokenId>(random() % kFakeVocabulary);
  return tokens;
}

struct PlannerBench {
  explicit PlannerBench(std::size_t pages, engine::BatchOptions options = {},
                        FakeDevice::Next next = fingerprint(kFakeVocabulary))
      : device(kFakeVocabulary, pages, std::move(next)), cache(pages) {
    if (options.context_length == 0) options.context_length = 4096;
    options.vocabulary = kFakeVocabulary;
    device.on_step = [this, batch = options.batch](const engine::StepPlan& plan) {
      if (plan.rows.empty()) throw std::runtime_error("a step without work: the queue stalls");
      EXPECT_LE(plan.pages.size(), batch);
      EXPECT_LE(counters.in_flight, static_cast<int>(batch));
      if (counted) {
        EXPECT_GE(counters.in_flight, static_cast<int>(plan.pages.size()));
      }
      if (device.steps > most_steps) throw std::runtime_error("the queue does not come to an end");
    };
    scheduler = std::make_unique<engine::Scheduler>(device, cache, engine::StopTokens{}, options);
  }

  // Every request is reported exactly once.
  std::vector<engine::Completion> run(std::span<const engine::Request> requests) {
    std::vector<engine::Completion> completions(requests.size());
    std::vector<int> reported(requests.size());
    counted = true;
    scheduler->run(
        requests,
        [&](std::size_t i, engine::Completion&& completion) {
          ++reported.at(i);
          completions.at(i) = std::move(completion);
        },
        stop, counters);
    counted = false;
    for (std::size_t i = 0; i < reported.size(); ++i) EXPECT_EQ(reported[i], 1) << "request " << i;
    EXPECT_EQ(counters.in_flight, 0);
    return completions;
  }

  // Pages that nobody holds when the prompts that are kept have been dropped.
  std::size_t pages_left() {
    while (cache.prefixes().evict()) {
    }
    return cache.pool().free();
  }

  FakeDevice device;
  engine::KvCache cache;
  std::unique_ptr<engine::Scheduler> scheduler;
  engine::EngineCounters counters;
  std::atomic<bool> stop{false};
  int most_steps = 1 << 30;
  bool counted = false;  // inside run(): Scheduler::score has counters of its own
};

inline bool same_floats(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

inline void expect_same(const std::vector<engine::Completion>& expected,
                        const std::vector<engine::Completion>& actual, const std::string& what) {
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(testing::Message() << what << ", request " << i);
    ASSERT_EQ(expected[i].error, actual[i].error);
    ASSERT_EQ(expected[i].finish, actual[i].finish);
    ASSERT_EQ(expected[i].tokens, actual[i].tokens);
    ASSERT_EQ(expected[i].text, actual[i].text);
    ASSERT_EQ(expected[i].most_likely, actual[i].most_likely);
    ASSERT_TRUE(same_floats(expected[i].log_probabilities, actual[i].log_probabilities));
    ASSERT_TRUE(same_floats(expected[i].last_logits, actual[i].last_logits));
  }
}

}  // namespace candor::tests
