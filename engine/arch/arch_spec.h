// An architecture as data: every choice that distinguishes one family of decoder from another, read
// from a checkpoint by that family's file in this folder. The forward pass reads these fields only
// and knows no family by name. It is not the weights: those are engine/model.
//
// In terms of model-facts section 14: x += Wo attention(norm(x)); x += ffn(norm(x)); logits =
// Whead norm(x). A further choice (qk-norm, sinks, experts, …) is a further field here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/arch/tensor_names.h"
#include "kernels/ops.h"

namespace candor::engine {

// Rotary embedding with all scaling already folded in.
struct RopeSpec {
  std::size_t rotated = 0;  // leading values of a head that rotate; even
  kernels::RopePairing pairing = kernels::RopePairing::kHalves;
  std::vector<double> inverse_frequencies;  // [rotated / 2]
  float cos_sin_factor = 1.0F;              // multiplies both cos and sin (YaRN)
};

struct AttentionSpec {
  std::size_t heads = 0;
  std::size_t kv_heads = 0;  // divides heads
  std::size_t head_dim = 0;
  float scale = 0;  // of the scores
  bool qkv_bias = false;
  bool output_bias = false;
};

enum class Activation { kSilu };

struct FeedForwardSpec {
  std::size_t width = 0;
  Activation activation = Activation::kSilu;
  bool bias = false;
};

struct LayerSpec {
  std::int64_t window = 0;  // a query sees the last `window` keys, itself included; 0: all
  std::size_t rope = 0;     // index into ArchSpec::ropes
};

struct ArchSpec {
  std::string family;  // "llama"
  std::size_t width = 0;
  std::size_t vocabulary = 0;      // rows of the embedding table
  std::size_t context_length = 0;  // as the checkpoint states it: it sizes no memory
  float norm_epsilon = 0;
  bool tied = false;  // the head is the embedding table
  AttentionSpec attention;
  FeedForwardSpec ffn;
  std::vector<RopeSpec> ropes;
  std::vector<LayerSpec> layers;
  TensorNames names;
};

}  // namespace candor::engine
