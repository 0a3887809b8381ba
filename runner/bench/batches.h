// Many answers at a time: how fast a whole queue is, prompts included, and whether answers are the
// same in every batch. The prompts are random tokens (measure.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runner/bench/measure.h"

namespace candor::runner {

struct QueueSpeed {
  int streams = 0;            // in flight at most
  std::size_t requests = 0;   // twice as many
  std::size_t prompt = 0;     // tokens of each
  std::size_t generated = 0;  // tokens of each
  double seconds = 0;         // of the queue, from handing it over to its last answer
  double output_tokens_per_s = 0;
  // Of `streams` requests once all their prompts are through, until the first answer is whole; none
  // where the cache had no room for all at once.
  std::optional<double> decode_tokens_per_s;
};
// Error (usage) where the engine's batch or the model's context is too small for it.
QueueSpeed queue_speed(engine::Engine& engine, SyntheticPrompts& prompts, int streams,
                       std::size_t prompt, std::size_t generated);

// The same requests, greedy and sampled ones in turn, with prompts of various lengths, in batches
// of different widths: each answer is compared, token by token, with the one that the narrowest
// batch of those it was in gave.
struct SameTokens {
  std::vector<int> widths;
  std::size_t answers = 0;    // that were compared
  std::uint64_t tokens = 0;   // that were compared
  std::size_t different = 0;  // answers with another token
  std::size_t other_log_probs =
      0;                         // answers with the same tokens but another log-probability's bits
  std::string first_difference;  // "request 3, batch 64: token 17 …"; empty: none

  bool same() const { return different == 0; }
};
// `widths` ascending, the last at most the engine's batch.
SameTokens same_tokens(engine::Engine& engine, SyntheticPrompts& prompts,
                       std::span<const int> widths);

}  // namespace candor::runner
