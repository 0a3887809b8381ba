// Qwen3, dense and as a mixture of experts (model-facts section 8.3): Qwen2 without biases, with a
// norm on each head of queries and keys.
#include "data/base/error.h"
#include "engine/arch/decoder.h"
#include "engine/arch/experts.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

constexpr const char* kFamily = "qwen3";

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  ArchSpec spec = decoder_from_gguf(file, architecture, kFamily);
  spec.attention.head_norm = true;
  spec.ropes = {rope_from_gguf(file, architecture, spec, {})};
  if (architecture == "qwen3moe") {
    ExpertsSpec otherwise;
    otherwise.score = ExpertsSpec::Score::kSoftmax;
    // All released models normalise, and their files do not say so.
    otherwise.normalise = true;
    otherwise.normalise_floor = kSumFloor;
    set_experts_from_gguf(file, architecture, otherwise, spec);
  } else {
    refuse_experts(fields, "expert_count", kFamily);
  }
  read_dense_width(fields, "feed_forward_length", spec);
  return spec;
}

// Experts in every decoder_sparse_step-th layer but those of mlp_only_layers.
void mark_layers(const JsonFields& fields, ArchSpec& spec) {
  const std::size_t step = fields.count_or("decoder_sparse_step", 1, kMostLayers);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    spec.layers[i].experts = (i + 1) % step == 0;
  }
  const boost::json::array* dense = fields.find_array("mlp_only_layers");
  if (dense == nullptr) return;
  for (const boost::json::value& entry : *dense) {
    const std::int64_t* layer = entry.if_int64();
    if (layer == nullptr || *layer < 0 || *layer >= static_cast<std::int64_t>(spec.layers.size())) {
      fail("{}: {} is not one of the {} layers", fields.place("mlp_only_layers"),
           boost::json::serialize(entry), spec.layers.size());
    }
    spec.layers[static_cast<std::size_t>(*layer)].experts = false;
  }
}

void set_experts(const JsonFields& fields, ArchSpec& spec) {
  ExpertsSpec experts =
      read_experts(fields, fields.one_of({"num_experts", "num_local_experts", "n_routed_experts"}),
                   "num_experts_per_tok");
  experts.width = fields.count("moe_intermediate_size", kMostWidth);
  experts.score = ExpertsSpec::Score::kSoftmax;
  experts.normalise = fields.find_boolean("norm_topk_prob").value_or(false);
  experts.normalise_floor = experts.normalise ? kSumFloor : 0;
  spec.experts = experts;
  mark_layers(fields, spec);
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& model_type) {
  const JsonFields fields = config_fields(folder);
  const bool experts = model_type == "qwen3_moe";
  ArchSpec spec = decoder_from_config(fields, kFamily,
                                      {.head_dim = experts ? std::size_t{0} : std::size_t{128}});
  spec.attention.qkv_bias = fields.find_boolean("attention_bias").value_or(false);
  spec.attention.output_bias = spec.attention.qkv_bias;
  spec.attention.head_norm = true;
  spec.ropes = {rope_from_config(fields, spec, {})};
  set_switched_windows(fields, spec);
  if (experts) set_experts(fields, spec);
  read_dense_width(fields, "intermediate_size", spec);
  return spec;
}

}  // namespace

Family qwen3_family() {
  return {kFamily, {"qwen3", "qwen3moe"}, {"qwen3", "qwen3_moe"}, from_gguf, from_config};
}

}  // namespace candor::engine
