// The weights of one layer in the form the forward pass multiplies with.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/model/packed_cache.h"
#include "engine/model/weight_reader.h"
#include "kernels/matrix.h"

namespace candor::engine {

// y = x W^T + bias; the bias may be empty.
struct Linear {
  kernels::Matrix weights;
  std::vector<float> bias;
};

// Of latent attention, in the absorbed form: a head's query is taken to the space of the latents,
// attention weighs latents, and the sum is taken to the head's value.
struct LatentWeights {
  Linear query_down;              // [query_rank, width]; none where queries are projected directly
  std::vector<float> query_norm;  // [query_rank]
  Linear kv_down;                 // [rank + rotated, width]
  std::vector<float> kv_norm;     // [rank]
  std::vector<Linear> key_up;     // of each head [rank, plain]
  std::vector<Linear> value_up;   // of each head [value, rank]
};

struct ExpertWeights {
  Linear router;                      // [experts, width], in float32
  std::vector<float> selection_bias;  // [experts], or none
  std::vector<Linear> gate, up, down;
};

struct LayerWeights {
  std::vector<float> attention_norm;       // [width]
  Linear q, k, v, output;                  // k and v not of latent attention
  std::vector<float> q_norm, k_norm;       // [head_dim], or none
  std::vector<float> sinks;                // [heads], or none
  std::optional<LatentWeights> latent;     // then q is [heads * head_dim, query_rank or width]
  std::vector<float> post_attention_norm;  // [width], or none
  std::vector<float> ffn_norm;             // [width]
  std::optional<ExpertWeights> experts;
  Linear gate, up, down;             // the dense feed-forward, or the experts' shared one, or none
  std::vector<float> post_ffn_norm;  // [width], or none
};

// Makes a matrix of its rows; called for all matrices of a model in an order of its own.
using MakeMatrix = std::function<kernels::Matrix(PackedMatrix&&)>;

// The RMS norm weights of a tensor, with the 1 that the checkpoint may leave out.
std::vector<float> norm_weights(const WeightReader& reader, const ArchSpec& spec,
                                const std::string& name, std::size_t size);

// Throws Error naming file and tensor when one is missing or misshapen.
LayerWeights assemble_layer(const WeightReader& reader, const ArchSpec& spec, std::size_t layer,
                            kernels::Precision precision, const MakeMatrix& make);

}  // namespace candor::engine
