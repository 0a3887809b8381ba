#include "engine/arch/tensor_names.h"

#include <fmt/format.h>

namespace candor::engine {

std::string TensorNames::in_layer(std::size_t layer, const std::string& name,
                                  const char* suffix) const {
  return fmt::format("{}{}.{}{}", layer_prefix, layer, name, suffix);
}

TensorNames gguf_tensor_names() {
  return {.embedding = "token_embd.weight",
          .final_norm = "output_norm.weight",
          .head = "output.weight",
          .head_bias = "output.bias",
          .layer_prefix = "blk.",
          .attention_norm = "attn_norm",
          .q = "attn_q",
          .k = "attn_k",
          .v = "attn_v",
          .output = "attn_output",
          .q_norm = "attn_q_norm",
          .k_norm = "attn_k_norm",
          .post_attention_norm = "post_attention_norm",
          .post_ffn_norm = "post_ffw_norm",
          .ffn_norm = "ffn_norm",
          .gate = "ffn_gate",
          .up = "ffn_up",
          .down = "ffn_down",
          .q_a = "attn_q_a",
          .q_a_norm = "attn_q_a_norm",
          .q_b = "attn_q_b",
          .kv_a = "attn_kv_a_mqa",
          .kv_a_norm = "attn_kv_a_norm",
          .kv_b = "attn_kv_b",
          .k_b = "attn_k_b",
          .v_b = "attn_v_b",
          .expert_layout = ExpertLayout::kStacked,
          .router = "ffn_gate_inp",
          .expert_gate = "ffn_gate_exps",
          .expert_up = "ffn_up_exps",
          .expert_down = "ffn_down_exps",
          .expert_gate_up = "ffn_gate_up_exps",
          .shared_gate = "ffn_gate_shexp",
          .shared_up = "ffn_up_shexp",
          .shared_down = "ffn_down_shexp",
          .sinks = "attn_sinks.weight",
          .selection_bias = "exp_probs_b.bias"};
}

TensorNames hugging_face_tensor_names(const std::string& prefix) {
  return {.embedding = prefix + "model.embed_tokens.weight",
          .final_norm = prefix + "model.norm.weight",
          .head = prefix + "lm_head.weight",
          .head_bias = prefix + "lm_head.bias",
          .layer_prefix = prefix + "model.layers.",
          .attention_norm = "input_layernorm",
          .q = "self_attn.q_proj",
          .k = "self_attn.k_proj",
          .v = "self_attn.v_proj",
          .output = "self_attn.o_proj",
          .q_norm = "self_attn.q_norm",
          .k_norm = "self_attn.k_norm",
          .post_attention_norm = "post_attention_layernorm",
          .post_ffn_norm = "post_feedforward_layernorm",
          .ffn_norm = "post_attention_layernorm",
          .gate = "mlp.gate_proj",
          .up = "mlp.up_proj",
          .down = "mlp.down_proj",
          .q_a = "self_attn.q_a_proj",
          .q_a_norm = "self_attn.q_a_layernorm",
          .q_b = "self_attn.q_b_proj",
          .kv_a = "self_attn.kv_a_proj_with_mqa",
          .kv_a_norm = "self_attn.kv_a_layernorm",
          .kv_b = "self_attn.kv_b_proj",
          .k_b = {},
          .v_b = {},
          .expert_layout = ExpertLayout::kApart,
          .router = "mlp.gate",
          .expert_gate = "mlp.experts.{}.gate_proj",
          .expert_up = "mlp.experts.{}.up_proj",
          .expert_down = "mlp.experts.{}.down_proj",
          .expert_gate_up = {},
          .shared_gate = "mlp.shared_experts.gate_proj",
          .shared_up = "mlp.shared_experts.up_proj",
          .shared_down = "mlp.shared_experts.down_proj",
          .sinks = "self_attn.sinks",
          .selection_bias = "mlp.gate.e_score_correction_bias"};
}

}  // namespace candor::engine
