#include "runner/bench/batches.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "data/base/error.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

namespace {

constexpr std::size_t kWarmTokens = 8;

// Of same_tokens: prompts below and above a page of keys, and tokens enough for answers to part.
constexpr std::size_t kShortestPrompt = 5;
constexpr std::size_t kPromptStep = 7;
constexpr std::size_t kPromptLengths = 20;
constexpr std::size_t kGenerated = 48;
// Narrow batches take long: they answer only the first requests.
constexpr std::size_t kFewestRequests = 16;
constexpr std::size_t kRequestsPerWidth = 8;

// Puts back the width that the engine was loaded with.
class Width {
 public:
  Width(engine::Engine& engine, int most) : engine_(engine) { engine.limit_batch(most); }
  ~Width() { engine_.limit_batch(engine_.description().batch); }
  Width(const Width&) = delete;
  Width& operator=(const Width&) = delete;

 private:
  engine::Engine& engine_;
};

std::vector<engine::Request> various_requests(SyntheticPrompts& prompts, std::size_t count) {
  std::vector<engine::Request> requests;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = kShortestPrompt + kPromptStep * (i * 13 % kPromptLengths);
    requests.push_back(prompts.next(length, kGenerated));
    if (i % 2 == 0) continue;
    requests.back().sampling.temperature = 0.8;
    requests.back().sampling.top_p = 0.95;
    requests.back().seed = i;
  }
  return requests;
}

std::vector<engine::Completion> answers_of(engine::Engine& engine,
                                           std::span<const engine::Request> requests) {
  std::vector<engine::Completion> answers(requests.size());
  engine.run(
      requests,
      [&](std::size_t i, engine::Completion&& completion) {
        if (completion.finish == data::FinishReason::kError) fail("{}", completion.error);
        answers[i] = std::move(completion);
      },
      stop_requested());
  return answers;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

void compare(const engine::Completion& expected, const engine::Completion& found,
             const std::string& place, SameTokens& result) {
  ++result.answers;
  result.tokens += expected.tokens.size();
  const auto [a, b] = std::ranges::mismatch(expected.tokens, found.tokens);
  if (a == expected.tokens.end() && b == found.tokens.end()) {
    result.other_log_probs +=
        same_bits(expected.log_probabilities, found.log_probabilities) ? 0 : 1;
    return;
  }
  ++result.different;
  if (result.first_difference.empty()) {
    result.first_difference =
        fmt::format("{}: from token {} on", place, a - expected.tokens.begin());
  }
}

}  // namespace

QueueSpeed queue_speed(engine::Engine& engine, SyntheticPrompts& prompts, int streams,
                       std::size_t prompt, std::size_t generated) {
  const engine::ModelDescription& model = engine.description();
  if (streams < 1 || streams > model.batch) {
    fail_usage("{} streams: the batch is {}: give a --batch of as many", streams, model.batch);
  }
  if (prompt < 1 || generated < 1 || prompt + generated > model.context_length) {
    fail_usage("prompts of {} tokens with {} generated: both are at least 1, and the context is {}",
               prompt, generated, model.context_length);
  }
  const Width width(engine, streams);
  const auto count = static_cast<std::size_t>(streams);
  QueueSpeed speed{.streams = streams,
                   .requests = 2 * count,
                   .prompt = prompt,
                   .generated = generated,
                   .seconds = 0,
                   .output_tokens_per_s = 0,
                   .decode_tokens_per_s = std::nullopt};
  run_queue(engine, prompts.next(count, kWarmTokens, std::min(kWarmTokens, generated)));
  speed.seconds = run_queue(engine, prompts.next(speed.requests, prompt, generated));
  speed.output_tokens_per_s = static_cast<double>(speed.requests * generated) / speed.seconds;
  if (const auto phase = run_decode(engine, prompts.next(count, prompt, generated))) {
    speed.decode_tokens_per_s = static_cast<double>(phase->tokens) / phase->seconds;
  }
  return speed;
}

SameTokens same_tokens(engine::Engine& engine, SyntheticPrompts& prompts,
                       std::span<const int> widths) {
  SameTokens result;
  result.widths.assign(widths.begin(), widths.end());
  const auto most = static_cast<std::size_t>(widths.back());
  const std::vector<engine::Request> requests =
      various_requests(prompts, std::max(kFewestRequests, most));
  std::vector<std::optional<engine::Completion>> first(requests.size());
  for (const int streams : widths) {
    const std::size_t count =
        std::min(requests.size(),
                 std::max(kFewestRequests, kRequestsPerWidth * static_cast<std::size_t>(streams)));
    engine.forget_prompts();  // prompts that it knows would not be computed again
    const Width width(engine, streams);
    std::vector<engine::Completion> answers = answers_of(engine, std::span(requests).first(count));
    if (stop_requested()) return result;
    for (std::size_t i = 0; i < count; ++i) {
      if (first[i]) {
        compare(*first[i], answers[i], fmt::format("request {}, batch {}", i, streams), result);
      } else {
        first[i] = std::move(answers[i]);
      }
    }
  }
  return result;
}

}  // namespace candor::runner
