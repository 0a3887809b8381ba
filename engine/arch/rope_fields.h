// Rotary embeddings as checkpoints describe them (model-facts, section 4): which formula of rope.h,
// with what numbers.
#pragma once

#include <optional>
#include <string>

#include "engine/arch/arch_spec.h"
#include "engine/arch/fields.h"
#include "engine/files/gguf.h"

namespace candor::engine {

// What a family knows of its rotary embedding beyond what a checkpoint says.
struct RopeKind {
  kernels::RopePairing pairing = kernels::RopePairing::kHalves;
  double base = 10000;           // where the checkpoint gives none
  std::size_t rotated = 0;       // 0: those of the checkpoint, or else all of a head
  bool gguf_truncate = true;     // YaRN's ramp ends at whole dimensions; GGUF has no key for it
  const char* layers = nullptr;  // the entry of rope_parameters, where it has one for each kind of
                                 // layer ("full_attention")
};

// rope.freq_base, rope.scaling.* and the divisors of the tensor rope_freqs.weight.
RopeSpec rope_from_gguf(const GgufFile& file, const std::string& prefix, const ArchSpec& spec,
                        const RopeKind& kind);

// rope_theta and rope_scaling, or rope_parameters: default, linear, llama3 and yarn; Error naming
// any other type.
RopeSpec rope_from_config(const JsonFields& fields, const ArchSpec& spec, const RopeKind& kind);

// Without any scaling.
RopeSpec plain_rope(std::size_t rotated, kernels::RopePairing pairing, double base);

// What YaRN of DeepSeek puts on the scores, beside what it puts on cos and sin:
// (0.1 mscale_all_dim ln(factor) + 1)^2, and 1 where that is not given.
double yarn_score_factor(const JsonFields& fields);
double yarn_score_factor(const GgufFields& fields);

constexpr double kLeastBase = 1.0 + 1e-9;  // of frequencies: its logarithm is divided by
constexpr double kMostBase = 1e15;

}  // namespace candor::engine
