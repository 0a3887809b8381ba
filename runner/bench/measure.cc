#include "runner/bench/measure.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "data/base/error.h"
#include "runner/bench/session.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPrefillTokens = 512;
constexpr int kPrefillRuns = 3;
constexpr std::size_t kChunkTokens = 2048;
constexpr std::size_t kChunks = 8;
// Short, because 127 such prompts come before the phases that are measured.
constexpr std::size_t kDecodePrompt = 8;
constexpr std::size_t kFewestTokens = 8;
constexpr std::size_t kMostTokens = 128;
constexpr double kDecodeSeconds = 2.5;
// Below this the moment at which decoding begins is not known well enough.
constexpr double kShortestPhase = 0.002;
constexpr auto kLook = 100us;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The median of `seconds()` over at most `most` runs that together take about `budget`.
template <typename Run>
double median_seconds(int most, double budget, Run&& seconds) {
  std::vector<double> all;
  double spent = 0;
  while (static_cast<int>(all.size()) < most && (all.empty() || spent < budget) &&
         !stop_requested()) {
    all.push_back(seconds());
    spent += all.back();
  }
  return median(std::move(all));
}

void check(const engine::Completion& completion) {
  if (completion.finish == data::FinishReason::kError) fail("{}", completion.error);
}

// A decode phase of about `tokens` a stream, more of them where the phase is too short to be seen.
DecodePhase decode_phase(engine::Engine& engine, SyntheticPrompts& prompts, std::size_t streams,
                         std::size_t prompt, std::size_t tokens) {
  const std::size_t room = engine.description().context_length;
  for (; prompt + tokens <= room && !stop_requested(); tokens *= 2) {
    const auto phase = run_decode(engine, prompts.next(streams, prompt, tokens));
    if (phase && phase->seconds > kShortestPhase) return *phase;
  }
  if (stop_requested()) return {1, 1};
  fail(
      "decoding {} streams at {} tokens of context could not be measured: they were not in flight "
      "together (give more --memory), or the context of {} is too short",
      streams, prompt, room);
}

}  // namespace

SyntheticPrompts::SyntheticPrompts(const engine::Engine& engine) {
  std::size_t size = engine.description().vocabulary;
  if (engine.tokenizer() != nullptr) size = std::min(size, engine.tokenizer()->size());
  vocabulary_ = static_cast<std::uint32_t>(size);
}

engine::Request SyntheticPrompts::next(std::size_t prompt, std::size_t generated) {
  engine::Request request;
  request.prompt.reserve(prompt);
  for (std::size_t i = 0; i < prompt; ++i) {
    request.prompt.push_back(static_cast<engine::TokenId>(random_.below(vocabulary_)));
  }
  request.sampling.max_tokens = static_cast<int>(generated);
  request.ignore_stops = true;
  return request;
}

std::vector<engine::Request> SyntheticPrompts::next(std::size_t count, std::size_t prompt,
                                                    std::size_t generated) {
  std::vector<engine::Request> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back(next(prompt, generated));
  return requests;
}

double run_queue(engine::Engine& engine, std::span<const engine::Request> requests) {
  const auto start = Clock::now();
  engine.run(
      requests, [](std::size_t, engine::Completion&& completion) { check(completion); },
      stop_requested());
  return seconds_since(start);
}

std::optional<DecodePhase> run_decode(engine::Engine& engine,
                                      std::span<const engine::Request> requests) {
  const engine::EngineCounters& counters = engine.counters();
  std::uint64_t prompts_done = counters.prompt_tokens;
  for (const engine::Request& request : requests) prompts_done += request.prompt.size();

  struct Moment {
    Clock::time_point time;
    std::uint64_t generated = 0;
  };
  std::optional<Moment> begin;
  std::optional<Moment> end;
  std::atomic<bool> over = false;
  // Looks on until the last prompt is through, and not while the phase itself lasts.
  std::thread watch([&] {
    while (!over) {
      if (counters.prompt_tokens >= prompts_done) {
        begin = {Clock::now(), counters.generated_tokens};
        return;
      }
      std::this_thread::sleep_for(kLook);
    }
  });
  std::exception_ptr error;
  try {
    engine.run(
        requests,
        [&](std::size_t, engine::Completion&& completion) {
          if (!end) end = {Clock::now(), counters.generated_tokens};
          check(completion);
        },
        stop_requested());
  } catch (...) {
    error = std::current_exception();
  }
  over = true;
  watch.join();
  if (error) std::rethrow_exception(error);
  if (!begin || !end || begin->time >= end->time || begin->generated >= end->generated) {
    return std::nullopt;
  }
  return DecodePhase{std::chrono::duration<double>(end->time - begin->time).count(),
                     end->generated - begin->generated};
}

double prefill_tokens_per_s(engine::Engine& engine, SyntheticPrompts& prompts) {
  const std::size_t tokens = std::min(kPrefillTokens, engine.description().context_length - 1);
  // Buffers and pages are touched for the first time here.
  run_queue(engine, prompts.next(1, std::min<std::size_t>(tokens, 64), 1));
  const double seconds = median_seconds(kPrefillRuns, kDecodeSeconds * 2, [&] {
    return run_queue(engine, prompts.next(1, tokens, 1));
  });
  return static_cast<double>(tokens) / seconds;
}

ChunkSpeed chunk_speed(engine::Engine& engine, SyntheticPrompts& prompts) {
  const std::size_t tokens = std::min(kChunkTokens, engine.description().context_length - 1);
  run_queue(engine, prompts.next(1, tokens, 1));
  const double seconds = median_seconds(kPrefillRuns, kDecodeSeconds * 2, [&] {
    return run_queue(engine, prompts.next(kChunks, tokens, 1));
  });
  return {tokens, static_cast<double>(kChunks * tokens) / seconds};
}

std::vector<int> stream_counts(int most) {
  std::vector<int> counts;
  for (int streams = 1; streams <= most; streams *= 2) counts.push_back(streams);
  return counts;
}

std::vector<int> gpu_stream_counts(int batch) {
  std::vector<int> counts;
  for (const int streams : {1, 8, 64, kMostStreamsOnGpu}) {
    if (streams <= batch) counts.push_back(streams);
  }
  return counts;
}

std::vector<DecodeSpeed> decode_speeds(engine::Engine& engine, SyntheticPrompts& prompts,
                                       std::span<const int> streams, bool warm) {
  const auto seconds_per_step = [](const DecodePhase& phase, int count) {
    return phase.seconds * count / static_cast<double>(phase.tokens);
  };
  double step = seconds_per_step(decode_phase(engine, prompts, 1, kDecodePrompt, kFewestTokens), 1);
  std::vector<DecodeSpeed> speeds;
  for (const int count : streams) {
    if (stop_requested()) break;
    if (warm) run_queue(engine, prompts.next(static_cast<std::size_t>(count), kDecodePrompt, 4));
    // Twice the streams cost between once and twice the time.
    const double forecast = count == 1 ? step : 1.5 * step;
    const auto tokens = static_cast<std::size_t>(std::clamp(kDecodeSeconds / forecast,
                                                            static_cast<double>(kFewestTokens),
                                                            static_cast<double>(kMostTokens)));
    const DecodePhase phase =
        decode_phase(engine, prompts, static_cast<std::size_t>(count), kDecodePrompt, tokens);
    step = seconds_per_step(phase, count);
    // It begins behind the prompt's first token.
    const double steps = static_cast<double>(phase.tokens) / count;
    speeds.push_back({count, static_cast<double>(phase.tokens) / phase.seconds,
                      static_cast<double>(kDecodePrompt) + 1 + steps / 2});
  }
  return speeds;
}

std::vector<QueueCost> queue_costs(engine::Engine& engine, SyntheticPrompts& prompts) {
  constexpr std::size_t kPrompt = 24;
  constexpr std::size_t kGenerated = 8;
  std::vector<QueueCost> costs;
  for (const std::size_t count : {16, 64, 256, 1024}) {
    const double seconds = median_seconds(
        5, 4, [&] { return run_queue(engine, prompts.next(count, kPrompt, kGenerated)); });
    costs.push_back({count, seconds / static_cast<double>(count)});
  }
  return costs;
}

std::vector<ContextCost> context_costs(engine::Engine& engine, SyntheticPrompts& prompts) {
  constexpr std::size_t kGenerated = 16;
  std::vector<ContextCost> costs;
  for (const std::size_t tokens : {8, 64, 512, 2048, 8192}) {
    if (tokens + kGenerated > engine.description().context_length) break;
    ContextCost cost{tokens, 0, 0};
    const double prefill =
        median_seconds(5, 2, [&] { return run_queue(engine, prompts.next(1, tokens, 1)); });
    cost.prefill_ms_per_token = 1000 * prefill / static_cast<double>(tokens);
    // A long prompt is paid for again: one run of it must do.
    cost.decode_ms_per_token = 1000 * median_seconds(tokens > 1000 ? 1 : 3, 2, [&] {
                                 const DecodePhase phase =
                                     decode_phase(engine, prompts, 1, tokens, kGenerated);
                                 return phase.seconds / static_cast<double>(phase.tokens);
                               });
    costs.push_back(cost);
  }
  return costs;
}

std::optional<double> layer_ops_per_token(const engine::ModelDescription& model) {
  const auto size = [](std::size_t value) { return static_cast<double>(value); };
  const double heads = size(model.heads + model.kv_heads) * 2 * size(model.head_dim);
  const double weights =
      size(model.layers) * size(model.width) * (heads + 3 * size(model.ffn_width));
  const double table = size(model.vocabulary) * size(model.width);
  const auto all = static_cast<double>(model.parameters);
  // The rest is one or two tables of the vocabulary, and norms and biases.
  const double norms = 0.01 * all;
  for (const double tables : {table, 2 * table}) {
    if (std::abs(all - weights - tables) <= norms) return 2 * weights;
  }
  return std::nullopt;
}

}  // namespace candor::runner
