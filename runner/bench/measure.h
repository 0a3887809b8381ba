// The speed of one engine on prompts made of a fixed stream of random tokens: prefill, decode by
// number of streams, and how both grow with the queue and the context. Answers are not looked at,
// so nothing here says whether they are right (accuracy.h). Every function ends early when Ctrl-C
// was pressed; what it gives then is worth nothing.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/stats/random.h"
#include "engine/engine.h"

namespace candor::runner {

// The widest batch that decode is measured with.
inline constexpr int kMostStreams = 64;
inline constexpr int kMostStreamsOnGpu = 256;

// Prompts that have no beginning in common: a prefix cache would take the work away.
class SyntheticPrompts {
 public:
  explicit SyntheticPrompts(const engine::Engine& engine);
  // A greedy request that generates exactly `generated` tokens after `prompt` ones.
  engine::Request next(std::size_t prompt, std::size_t generated);
  std::vector<engine::Request> next(std::size_t count, std::size_t prompt, std::size_t generated);

 private:
  std::uint32_t vocabulary_;
  data::RandomStream random_{20};
};

// Seconds from handing the queue over to its last answer. Error when a request fails.
double run_queue(engine::Engine& engine, std::span<const engine::Request> requests);

// Of requests that are all alike and all in flight together: the time between the last prompt's
// first token and the first answer that is whole, with what was generated in it.
struct DecodePhase {
  double seconds = 0;
  std::uint64_t tokens = 0;
};
// None where the two moments cannot be told apart: too few tokens, or no room for all at once.
std::optional<DecodePhase> run_decode(engine::Engine& engine,
                                      std::span<const engine::Request> requests);

// Tokens a second of prompts of 2,048 tokens, each a step of its own, in a queue of eight (fewer
// tokens where the context holds fewer): the median of three queues.
struct ChunkSpeed {
  std::size_t tokens = 0;  // of a prompt
  double tokens_per_s = 0;
};
ChunkSpeed chunk_speed(engine::Engine& engine, SyntheticPrompts& prompts);

// Tokens a second of one prompt of 512 tokens (fewer where the context holds fewer): the median.
double prefill_tokens_per_s(engine::Engine& engine, SyntheticPrompts& prompts);

struct DecodeSpeed {
  int streams;
  double tokens_per_s;  // of all streams together
  double context;       // tokens that a step read the keys of, the mean of a stream
};
// 1, 2, 4 … up to `most`; on a GPU 1, 8, 64 and 256, as far as the batch goes.
std::vector<int> stream_counts(int most);
std::vector<int> gpu_stream_counts(int batch);
// Ascending numbers of streams, each for about 2.5 seconds or 128 tokens a stream. `warm`: each
// begins with a few steps that do not count, for devices that prepare a batch of a new size.
std::vector<DecodeSpeed> decode_speeds(engine::Engine& engine, SyntheticPrompts& prompts,
                                       std::span<const int> streams, bool warm);

struct QueueCost {
  std::size_t prompts;
  double seconds_per_prompt;  // of 24 tokens, with 8 generated
};
// Queues of 16, 64, 256 and 1,024 prompts.
std::vector<QueueCost> queue_costs(engine::Engine& engine, SyntheticPrompts& prompts);

struct ContextCost {
  std::size_t tokens;
  double prefill_ms_per_token;  // the mean over a prompt of so many tokens
  double decode_ms_per_token;   // of the tokens right behind it, one stream
};
// Contexts of 8 to 8,192 tokens, as far as the model's goes.
std::vector<ContextCost> context_costs(engine::Engine& engine, SyntheticPrompts& prompts);

// 8-bit operations that a token costs in the matrices of all layers (a multiply-add is two;
// attention itself and the output layer, which a prompt needs once, are left out). None where the
// shapes do not account for the parameters that the checkpoint has.
std::optional<double> layer_ops_per_token(const engine::ModelDescription& model);

}  // namespace candor::runner
