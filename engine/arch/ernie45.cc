// ERNIE 4.5, dense and as a mixture of experts (model-facts section 8.6): a Llama that rotates
// pairs of neighbours, in both containers.
#include "data/base/error.h"
#include "engine/arch/decoder.h"
#include "engine/arch/experts.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

constexpr const char* kFamily = "ernie4_5";
constexpr RopeKind kRope{.pairing = kernels::RopePairing::kInterleaved, .base = 500000};
constexpr double kNormMin = 1e-12;

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  ArchSpec spec = decoder_from_gguf(file, architecture, kFamily);
  spec.ropes = {rope_from_gguf(file, architecture, spec, kRope)};
  if (architecture == "ernie4_5-moe") {
    ExpertsSpec otherwise;
    otherwise.score = ExpertsSpec::Score::kSoftmax;
    otherwise.normalise = true;
    otherwise.normalise_floor = static_cast<float>(kNormMin);
    set_experts_from_gguf(file, architecture, otherwise, spec);
  } else {
    refuse_experts(fields, "expert_count", kFamily);
  }
  read_dense_width(fields, "feed_forward_length", spec);
  return spec;
}

void set_experts(const JsonFields& fields, ArchSpec& spec) {
  if (const boost::json::value* count = fields.find("moe_num_experts");
      count != nullptr && count->is_array()) {
    fail("{}: {} has experts of several kinds: models of text and images are not supported",
         fields.place("moe_num_experts"), boost::json::serialize(*count));
  }
  ExpertsSpec experts = read_experts(fields, fields.one_of({"moe_num_experts", "num_experts"}),
                                     fields.one_of({"moe_k", "num_experts_per_tok"}));
  experts.width = fields.count("moe_intermediate_size", kMostWidth);
  const auto shared = static_cast<std::size_t>(
      fields.integer_or("moe_num_shared_experts", 0, 0, std::int64_t{1} << 16));
  experts.shared_width = experts.width * shared;
  experts.score = ExpertsSpec::Score::kSoftmax;
  experts.selection_bias = true;
  experts.normalise = true;
  experts.normalise_floor =
      static_cast<float>(fields.number_or("moe_norm_min", kNormMin, 1e-30, 1.0));
  spec.experts = experts;

  const auto layers = static_cast<std::int64_t>(spec.layers.size());
  const std::int64_t start = fields.integer_or("moe_layer_start_index", 1, 0, kMostLayers);
  const std::int64_t end = fields.integer_or("moe_layer_end_index", -1, -1, kMostLayers);
  const std::size_t interval = fields.count_or("moe_layer_interval", 1, kMostLayers);
  for (std::int64_t i = start; i < layers && (end == -1 || i <= end); ++i) {
    const auto layer = static_cast<std::size_t>(i);
    spec.layers[layer].experts = (layer + 1) % interval == 0;
  }
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& model_type) {
  const JsonFields fields = config_fields(folder);
  const bool experts = model_type == "ernie4_5_moe";
  ArchSpec spec = decoder_from_config(
      fields, kFamily, {.head_dim = experts ? std::size_t{0} : std::size_t{128}, .tied = true});
  spec.attention.qkv_bias = fields.find_boolean("use_bias").value_or(false);
  spec.attention.output_bias = spec.attention.qkv_bias;
  spec.ffn.bias = spec.attention.qkv_bias;
  spec.ropes = {rope_from_config(fields, spec, kRope)};
  if (experts) {
    set_experts(fields, spec);
    spec.experts->shared_bias = spec.ffn.bias;
    spec.head_bias = spec.ffn.bias;
  }
  read_dense_width(fields, "intermediate_size", spec);
  spec.names.selection_bias = "mlp.moe_statics.e_score_correction_bias";
  return spec;
}

}  // namespace

Family ernie45_family() {
  return {
      kFamily, {"ernie4_5", "ernie4_5-moe"}, {"ernie4_5", "ernie4_5_moe"}, from_gguf, from_config};
}

}  // namespace candor::engine
