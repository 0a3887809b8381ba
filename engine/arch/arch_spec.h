// An architecture as data: every choice that distinguishes one family of decoder from another, read
// from a checkpoint by that family's file in this folder. The forward pass reads these fields only
// and knows no family by name. It is not the weights: those are engine/model.
//
// In terms of model-facts section 14: x = E[token] * embedding_scale; for each layer
// x += [post_norm](Wo attention(norm(x))); x += [post_norm](ffn(norm(x))), where ffn is a mixture
// of experts in some layers; logits = softcap(Whead norm(x)).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/arch/tensor_names.h"
#include "kernels/ops.h"

namespace candor::engine {

// Rotary embedding with all scaling already folded in.
struct RopeSpec {
  std::size_t rotated =
      0;  // leading values of a head that rotate (latent attention: the last ones)
  kernels::RopePairing pairing = kernels::RopePairing::kHalves;
  std::vector<double> inverse_frequencies;  // [rotated / 2]
  float cos_sin_factor = 1.0F;              // multiplies both cos and sin (YaRN)
};

// Multi-head latent attention (DeepSeek-V2, section 2.1): keys and values of all heads are made of
// one latent vector a token, which is what is kept of it, with one rotated key for all heads.
struct LatentSpec {
  std::size_t query_rank = 0;  // of the queries' own latent; 0: they are projected directly
  std::size_t rank = 0;        // of the latent of keys and values
  std::size_t plain = 0;    // leading values of a head's query and key, without position ("nope")
  std::size_t rotated = 0;  // the values behind them ("rope"); plain + rotated is head_dim
  std::size_t value = 0;    // of a head's value
  float norm_epsilon = 0;   // of the norms of both latents
};

struct AttentionSpec {
  std::size_t heads = 0;
  std::size_t kv_heads = 0;  // divides heads; of latent attention: the same
  std::size_t head_dim = 0;  // of queries and keys, and of values unless latent
  float scale = 0;           // of the scores
  float softcap = 0;         // cap * tanh(score / cap); 0: none
  bool qkv_bias = false;
  bool output_bias = false;
  bool head_norm = false;  // RMS norm of each head of q and k before they rotate
  bool sinks = false;      // a learnt logit a head that takes its share and gives no value
  std::optional<LatentSpec> latent;
};

enum class Activation {
  kSilu,           // silu(gate) * up
  kGeluTanh,       // gelu(gate) * up, the tanh form
  kClampedSwiglu,  // (up + 1) * gate * sigmoid(alpha * gate), gate and up clamped to the limit
};

struct FeedForwardSpec {
  std::size_t width = 0;  // of dense layers; 0: there is none
  Activation activation = Activation::kSilu;
  float alpha = 1.702F;  // of kClampedSwiglu
  float limit = 7.0F;    // of kClampedSwiglu: gate at most this, up within both signs of it
  bool bias = false;
};

// Mixture of experts: which experts a row uses, and with what weights (model-facts, section 6).
struct ExpertsSpec {
  enum class Score { kSigmoid, kSoftmax, kSoftmaxOfChosen };
  enum class GroupScore { kLargest, kTopTwoSum };

  std::size_t count = 0;
  std::size_t used = 0;   // for each row
  std::size_t width = 0;  // of an expert
  Score score = Score::kSoftmax;
  bool router_bias = false;     // added to the router's logits
  bool selection_bias = false;  // added to scores to choose, not to weigh
  bool bias = false;            // of the experts' own projections
  std::size_t groups = 1;       // of experts, of which only the best take part
  std::size_t groups_used = 1;
  GroupScore group_score = GroupScore::kTopTwoSum;
  bool normalise = true;         // chosen weights divided by max(their sum, normalise_floor)
  float normalise_floor = 0;     // > 0 where normalise
  float scale = 1;               // of the weights, after that
  std::size_t shared_width = 0;  // of the expert that every row uses, unweighted; 0: none
  bool shared_bias = false;
};

struct LayerSpec {
  std::int64_t window = 0;  // a query sees the last `window` keys, itself included; 0: all
  std::size_t rope = 0;     // index into ArchSpec::ropes
  bool experts = false;     // a mixture of experts instead of a dense feed-forward
};

// How the checkpoint's own quantisation is to be read. Formats that a tensor's own type tells
// (GGUF blocks) need none.
struct BlockScaleSpec {
  std::size_t rows = 0, cols = 0;  // values that share a scale: 128 x 128; 0: no such weights
  std::string suffix;              // of the tensor of scales: "_scale_inv" behind "….weight"
};

struct ArchSpec {
  std::string family;  // "llama"
  std::size_t width = 0;
  std::size_t vocabulary = 0;      // rows of the embedding table
  std::size_t context_length = 0;  // as the checkpoint states it: it sizes no memory
  float norm_epsilon = 0;
  bool norm_plus_one = false;   // stored weights w of all RMS norms stand for 1 + w
  bool sandwich_norms = false;  // norms behind attention and feed-forward too
  float embedding_scale = 1;
  float final_softcap = 0;  // cap * tanh(logit / cap); 0: none
  bool tied = false;        // the head is the embedding table
  bool head_bias = false;   // lm_head.bias beside lm_head.weight
  AttentionSpec attention;
  FeedForwardSpec ffn;
  std::optional<ExpertsSpec> experts;
  std::vector<RopeSpec> ropes;
  std::vector<LayerSpec> layers;
  BlockScaleSpec block_scales;
  TensorNames names;
};

}  // namespace candor::engine
