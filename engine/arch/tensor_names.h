// What the two containers call the weights of a decoder (model-facts section 8.0). Names are data,
// so a family that departs from the usual ones changes an entry.
#pragma once

#include <cstddef>
#include <string>

namespace candor::engine {

// How the weights of a layer's experts lie in the checkpoint.
enum class ExpertLayout {
  kApart,        // a tensor for each expert: "mlp.experts.{}.gate_proj" for expert {}
  kStacked,      // one tensor [experts, out, in] for all, and biases [experts, out]
  kInterleaved,  // one tensor [experts, in, out] (or MXFP4: "_blocks" [experts, out, in / 32, 16]
                 // and "_scales" [experts, out, in / 32]), gate and up alternating along out, and
                 // "_bias" [experts, out]
};

struct TensorNames {
  std::string embedding;
  std::string final_norm;
  std::string head;
  std::string head_bias;
  std::string layer_prefix;  // before the layer's number: "blk."

  // Inside a layer, without ".weight" or ".bias".
  std::string attention_norm;
  std::string q, k, v, output;
  std::string q_norm, k_norm;
  std::string post_attention_norm, post_ffn_norm;  // of sandwich norms
  std::string ffn_norm;
  std::string gate, up, down;

  // Latent attention. Of kv_b or of (k_b, v_b) a checkpoint has one.
  std::string q_a, q_a_norm, q_b;
  std::string kv_a, kv_a_norm, kv_b;
  std::string k_b{}, v_b{};  // [heads, rank, plain] (transposed), [heads, value, rank]

  // Mixtures of experts.
  ExpertLayout expert_layout = ExpertLayout::kApart;
  std::string router;  // weight [experts, width], bias [experts]
  std::string expert_gate, expert_up, expert_down;
  std::string expert_gate_up{};  // fused: stacked (gate first, then up) or interleaved
  std::string shared_gate, shared_up, shared_down;

  // Whole names inside a layer.
  std::string sinks;           // [heads]
  std::string selection_bias;  // [experts], or [1, experts]

  // "blk.3.attn_q.weight" for (3, q, ".weight").
  std::string in_layer(std::size_t layer, const std::string& name, const char* suffix) const;
};

TensorNames gguf_tensor_names();
// `prefix` stands before "model." where the text model is part of a larger one, and may be empty.
TensorNames hugging_face_tensor_names(const std::string& prefix = "");

}  // namespace candor::engine
