// gpt-oss (model-facts section 8.8): sinks in every head, windows in every other layer, experts
// with biases and a clamped SwiGLU in all of them.
#include "engine/arch/decoder.h"
#include "engine/arch/experts.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

constexpr const char* kFamily = "gpt_oss";
// Layers 0, 2, … slide.
constexpr std::size_t kPeriod = 2;
// The model was trained with a ramp that does not end at whole dimensions; GGUF files cannot say
// so.
constexpr RopeKind kRope{.base = 150000, .gguf_truncate = false};

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  ArchSpec spec = decoder_from_gguf(file, architecture, kFamily);
  spec.attention.sinks = true;
  spec.ffn.activation = Activation::kClampedSwiglu;
  spec.ropes = {rope_from_gguf(file, architecture, spec, kRope)};
  set_alternating_windows(file, architecture, kPeriod, spec);
  ExpertsSpec otherwise;
  otherwise.score = ExpertsSpec::Score::kSoftmaxOfChosen;
  otherwise.normalise = false;  // the softmax has done it
  set_experts_from_gguf(file, architecture, otherwise, spec);
  read_dense_width(fields, "feed_forward_length", spec);
  spec.names.ffn_norm = "post_attention_norm";
  return spec;
}

ExpertsSpec read_experts(const JsonFields& fields) {
  ExpertsSpec experts = read_experts(fields, fields.one_of({"num_local_experts", "num_experts"}),
                                     fields.one_of({"num_experts_per_tok", "experts_per_token"}));
  experts.width = fields.count("intermediate_size", kMostWidth);
  experts.score = ExpertsSpec::Score::kSoftmaxOfChosen;
  experts.normalise = false;
  experts.router_bias = true;
  experts.bias = true;
  return experts;
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& /*model_type*/) {
  const JsonFields fields = config_fields(folder);
  ArchSpec spec = decoder_from_config(fields, kFamily, {.head_dim = 64});
  spec.attention.qkv_bias = fields.find_boolean("attention_bias").value_or(true);
  spec.attention.output_bias = spec.attention.qkv_bias;
  spec.attention.sinks = true;
  // The key hidden_act says "silu", which is only a part of it.
  spec.ffn.activation = Activation::kClampedSwiglu;
  spec.ffn.alpha = static_cast<float>(fields.number_or("swiglu_alpha", 1.702, 1e-3, 1e3));
  spec.ffn.limit = static_cast<float>(fields.number_or("swiglu_limit", 7.0, 1e-3, 1e6));
  spec.ropes = {rope_from_config(fields, spec, kRope)};
  set_alternating_windows(fields, kPeriod, spec);
  spec.experts = read_experts(fields);
  for (LayerSpec& layer : spec.layers) layer.experts = true;
  spec.names.expert_layout = ExpertLayout::kInterleaved;
  spec.names.router = "mlp.router";
  spec.names.expert_gate_up = "mlp.experts.gate_up_proj";
  spec.names.expert_down = "mlp.experts.down_proj";
  return spec;
}

}  // namespace

Family gpt_oss_family() { return {kFamily, {"gpt-oss"}, {"gpt_oss"}, from_gguf, from_config}; }

}  // namespace candor::engine
