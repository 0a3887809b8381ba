// Mixtures of experts as checkpoints describe them (model-facts, section 6): sizes, which layers
// have them, and what GGUF files say of their routing.
#pragma once

#include <string>

#include "engine/arch/arch_spec.h"
#include "engine/arch/decoder.h"
#include "engine/arch/fields.h"
#include "engine/files/gguf.h"

namespace candor::engine {

// Weights are divided by their sum, which no family means to be without bound.
constexpr float kSumFloor = 1e-20F;

// The numbers of experts, in total and for each row; the width is the caller's.
ExpertsSpec read_experts(const Fields& fields, std::string_view count, std::string_view used);

// The groups of which only the best take part; both keys may be missing: one group.
void read_groups(const Fields& fields, std::string_view groups, std::string_view used,
                 ExpertsSpec& experts);

// All expert_… keys of a GGUF file. What tensors tell is taken from them: which layers have
// experts, the biases, the width of the shared expert. `otherwise` has the scoring and
// normalisation of files that do not say them. Sets spec.experts and spec.layers[].experts.
void set_experts_from_gguf(const GgufFile& file, const std::string& prefix,
                           const ExpertsSpec& otherwise, ArchSpec& spec);

}  // namespace candor::engine
