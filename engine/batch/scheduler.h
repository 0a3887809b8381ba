// The planner of steps: continuous batching over a queue that is known from the start.
//
// Each step gives one row to every sequence that is generating and shares a budget of rows among
// those whose prompt is still to be run. Requests are admitted while pages last. A sequence that
// finds none puts the youngest off its pages, which is computed again later, to the same bits; the
// oldest is never put off and every request admitted fits the cache alone, so the queue always
// moves.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/cache/kv_cache.h"
#include "engine/device/device.h"
#include "engine/engine.h"
#include "engine/sample/stop_rules.h"

namespace candor::engine {

struct BatchOptions {
  std::size_t batch = 32;   // sequences in flight at most
  std::size_t chunk = 256;  // these three: as in StepSizes
  std::size_t mixed_rows = 64;
  std::size_t context_length = 0;  // positions a sequence may have
  std::size_t vocabulary = 0;      // tokens that may be chosen: ids below this
  bool share_prefixes = true;
  // The queue is walked depth first, so what is wanted again was used lately.
  std::size_t kept_pages = 64;
};

class Scheduler {
 public:
  using Done = std::function<void(std::size_t, Completion&&)>;

  Scheduler(Device& device, KvCache& cache, StopTokens stops, BatchOptions options);

  // As Engine::run.
  void run(std::span<const Request> requests, const Done& done, const std::atomic<bool>& stop,
           EngineCounters& counters);

  // As Engine::score. Throws Error when the tokens do not fit or a logit is not finite.
  ScoredTokens score(std::span<const TokenId> ids);

  // Sequences in flight at most, from the next run on.
  void limit_batch(std::size_t sequences) { options_.batch = sequences; }

 private:
  // Why a request cannot be run; empty when it can.
  std::string refusal(const Request& request) const;
  std::string unknown_token(std::string_view what, std::span<const TokenId> ids) const;
  std::string misfit(std::size_t prompt, std::size_t generated) const;

  Device& device_;
  KvCache& cache_;
  StopTokens stops_;
  BatchOptions options_;
};

}  // namespace candor::engine
