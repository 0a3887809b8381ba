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
          .layer_prefix = "blk.",
          .attention_norm = "attn_norm",
          .q = "attn_q",
          .k = "attn_k",
          .v = "attn_v",
          .output = "attn_output",
          .ffn_norm = "ffn_norm",
          .gate = "ffn_gate",
          .up = "ffn_up",
          .down = "ffn_down"};
}

TensorNames hugging_face_tensor_names() {
  return {.embedding = "model.embed_tokens.weight",
          .final_norm = "model.norm.weight",
          .head = "lm_head.weight",
          .layer_prefix = "model.layers.",
          .attention_norm = "input_layernorm",
          .q = "self_attn.q_proj",
          .k = "self_attn.k_proj",
          .v = "self_attn.v_proj",
          .output = "self_attn.o_proj",
          .ffn_norm = "post_attention_layernorm",
          .gate = "mlp.gate_proj",
          .up = "mlp.up_proj",
          .down = "mlp.down_proj"};
}

}  // namespace candor::engine
