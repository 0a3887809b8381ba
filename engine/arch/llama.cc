// Llama 2 and 3, SmolLM2, the Llama distills of R1, and Mistral 7B, which is the same decoder with
// a window (model-facts section 8.1).
#include "data/base/error.h"
#include "engine/arch/decoder.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

void set_window(const Fields& fields, std::string_view key, ArchSpec& spec) {
  const auto window = fields.find_integer(key);
  if (!window || *window == 0) return;
  for (LayerSpec& layer : spec.layers) {
    layer.window = static_cast<std::int64_t>(fields.count(key, kMostWindow));
  }
}

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  if (fields.find_integer("expert_count").value_or(0) != 0) {
    fail("{}: Mixtral and other mixtures of experts are not supported in family \"llama\"",
         fields.place("expert_count"));
  }
  ArchSpec spec = decoder_from_gguf(file, architecture, "llama");
  // The converter interleaves the two halves of each head in the rows of Q and K.
  spec.ropes = {
      rope_from_gguf(file, architecture, spec, {.pairing = kernels::RopePairing::kInterleaved})};
  set_window(fields, "attention.sliding_window", spec);
  read_dense_width(fields, "feed_forward_length", spec);
  return spec;
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& model_type) {
  const JsonFields fields = config_fields(folder);
  refuse_experts(fields, "num_local_experts", "llama");
  ArchSpec spec = decoder_from_config(fields, "llama");
  spec.attention.qkv_bias = fields.find_boolean("attention_bias").value_or(false);
  spec.attention.output_bias = spec.attention.qkv_bias;
  spec.ffn.bias = fields.find_boolean("mlp_bias").value_or(false);
  spec.ropes = {rope_from_config(fields, spec, {})};
  // Llama's own configurations have no window; a stray key there means nothing.
  if (model_type == "mistral") set_window(fields, "sliding_window", spec);
  read_dense_width(fields, "intermediate_size", spec);
  return spec;
}

}  // namespace

Family llama_family() { return {"llama", {"llama"}, {"llama", "mistral"}, from_gguf, from_config}; }

}  // namespace candor::engine
