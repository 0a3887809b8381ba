// Seed-OSS (model-facts section 8.7): a Llama with biases on q, k, v and heads wider than d/H.
#include "engine/arch/decoder.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

constexpr const char* kFamily = "seed_oss";

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  refuse_experts(fields, "expert_count", kFamily);
  ArchSpec spec = decoder_from_gguf(file, architecture, kFamily);
  spec.ropes = {rope_from_gguf(file, architecture, spec, {})};
  read_dense_width(fields, "feed_forward_length", spec);
  spec.names.ffn_norm = "post_attention_norm";
  return spec;
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& /*model_type*/) {
  const JsonFields fields = config_fields(folder);
  ArchSpec spec = decoder_from_config(fields, kFamily, {.head_dim = 128});
  spec.attention.qkv_bias = fields.find_boolean("attention_bias").value_or(true);
  spec.attention.output_bias = fields.find_boolean("attention_out_bias").value_or(false);
  spec.ffn.bias = fields.find_boolean("mlp_bias").value_or(false);
  spec.ropes = {rope_from_config(fields, spec, {})};
  read_dense_width(fields, "intermediate_size", spec);
  return spec;
}

}  // namespace

Family seed_oss_family() { return {kFamily, {"seed_oss"}, {"seed_oss"}, from_gguf, from_config}; }

}  // namespace candor::engine
