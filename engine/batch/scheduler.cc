#include "engine/batch/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "engine/batch/flight.h"
#include "engine/batch/queue.h"
#include "engine/batch/sequence.h"
#include "kernels/ops.h"

namespace candor::engine {

namespace {

Completion refused(std::string error) {
  Completion completion;
  completion.finish = data::FinishReason::kError;
  completion.error = std::move(error);
  return completion;
}

}  // namespace

Scheduler::Scheduler(Device& device, KvCache& cache, StopTokens stops, BatchOptions options)
    : device_(device), cache_(cache), stops_(std::move(stops)), options_(options) {}

std::string Scheduler::misfit(std::size_t prompt, std::size_t generated) const {
  if (prompt + generated > options_.context_length) {
    return fmt::format("prompt of {} tokens and {} to generate exceed the context of {}", prompt,
                       generated, options_.context_length);
  }
  // Nothing follows the last token, so its keys are never needed.
  const std::size_t pages = pages_for(prompt + std::max<std::size_t>(generated, 1) - 1);
  if (pages > cache_.pool().total()) {
    return fmt::format(
        "prompt of {} tokens and {} to generate need {} pages of keys and values, and the cache "
        "holds {}: give it more memory",
        prompt, generated, pages, cache_.pool().total());
  }
  return {};
}

std::string Scheduler::refusal(const Request& request) const {
  if (request.prompt.empty()) return "the prompt has no tokens";
  if (std::string wrong = unknown_token("prompt", request.prompt); !wrong.empty()) return wrong;
  if (request.is_scored()) {
    if (std::string wrong = unknown_token("continuation", request.continuation); !wrong.empty()) {
      return wrong;
    }
    const std::size_t whole = request.prompt.size() + request.continuation.size();
    // The logits after the last token need its keys too.
    return request.keep_last_logits ? misfit(whole, 0)
                                    : misfit(request.prompt.size(), request.continuation.size());
  }
  if (std::string wrong = check_sampling(request.sampling); !wrong.empty()) return wrong;
  if (!request.ignore_stops && !request.sampling.stop.empty() && stops_.tokenizer == nullptr) {
    return "stop strings need a tokenizer, and the checkpoint has none";
  }
  return misfit(request.prompt.size(), static_cast<std::size_t>(request.sampling.max_tokens));
}

std::string Scheduler::unknown_token(std::string_view what, std::span<const TokenId> ids) const {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= 0 && static_cast<std::size_t>(ids[i]) < device_.vocabulary()) continue;
    return fmt::format("{} token {} (at {}) is outside the vocabulary of {}", what, ids[i], i,
                       device_.vocabulary());
  }
  return {};
}

void Scheduler::run(std::span<const Request> requests, const Done& done,
                    const std::atomic<bool>& stop, EngineCounters& counters) {
  std::deque<std::size_t> queue = queue_order(requests);
  std::vector<std::pair<std::size_t, Completion>> immediate;
  std::erase_if(queue, [&](std::size_t index) {
    const Request& request = requests[index];
    std::string wrong = refusal(request);
    if (wrong.empty() && (request.is_scored() || request.sampling.max_tokens > 0)) return false;
    Completion completion;  // of a request for no tokens: at its limit from the start
    completion.finish = data::FinishReason::kLength;
    immediate.emplace_back(index,
                           wrong.empty() ? std::move(completion) : refused(std::move(wrong)));
    return true;
  });
  for (auto& [index, completion] : immediate) {
    if (stop) return;
    done(index, std::move(completion));
  }

  Flight flight(device_, cache_, stops_, options_, requests, std::move(queue), counters);
  while (!stop && !flight.finished()) {
    flight.admit();
    flight.step(done);
  }
}

ScoredTokens Scheduler::score(std::span<const TokenId> ids) {
  Request request;
  request.prompt.assign(ids.begin(), ids.begin() + (ids.empty() ? 0 : 1));
  if (!ids.empty()) request.continuation.assign(ids.begin() + 1, ids.end());
  request.keep_last_logits = true;
  ScoredTokens scored;
  EngineCounters counters;
  run(
      {&request, 1},
      [&](std::size_t, Completion&& completion) {
        if (completion.finish == data::FinishReason::kError) fail("{}", completion.error);
        scored.log_probabilities = std::move(completion.log_probabilities);
        scored.last_logits = std::move(completion.last_logits);
        // Rows past those that may be chosen.
        scored.last_logits.resize(device_.vocabulary(), -std::numeric_limits<float>::infinity());
      },
      false, counters);
  return scored;
}

}  // namespace candor::engine
