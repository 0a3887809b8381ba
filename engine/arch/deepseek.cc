// DeepSeek-V2, V2-Lite, V3, R1 and Kimi K2 (model-facts sections 6, 7 and 8.5): latent attention,
// and experts in groups behind a few dense layers.
#include <cmath>

#include "data/base/error.h"
#include "engine/arch/decoder.h"
#include "engine/arch/experts.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

constexpr const char* kFamily = "deepseek";
constexpr std::size_t kMostRank = std::size_t{1} << 16;
// Of the norms of both latents: the published models leave it at this, whatever rms_norm_eps says.
constexpr float kLatentEpsilon = 1e-6F;

std::size_t shared_experts(const Fields& fields, std::string_view key) {
  return static_cast<std::size_t>(fields.integer_or(key, 0, 0, std::int64_t{1} << 16));
}

// Takes the heads' sizes from spec.attention.latent.
void finish_attention(double score_factor, ArchSpec& spec) {
  AttentionSpec& attention = spec.attention;
  attention.kv_heads = attention.heads;
  attention.head_dim = attention.latent->plain + attention.latent->rotated;
  attention.scale =
      static_cast<float>(score_factor / std::sqrt(static_cast<double>(attention.head_dim)));
}

LatentSpec read_latent(const GgufFile& file, const GgufFields& fields, const ArchSpec& spec) {
  LatentSpec latent;
  latent.norm_epsilon = kLatentEpsilon;
  // A file whose queries are projected directly says so by the tensor it has.
  if (file.find(spec.names.in_layer(0, spec.names.q, ".weight")) == nullptr) {
    latent.query_rank = fields.count("attention.q_lora_rank", kMostRank);
  }
  latent.rank = fields.count("attention.kv_lora_rank", kMostRank);
  latent.rotated = fields.count("rope.dimension_count", kMostHeadDim);
  // Older files have the sizes of the heads where newer ones have those of what is kept of a token.
  const char* key = fields.one_of({"attention.key_length_mla", "attention.key_length"});
  const std::size_t head_dim = fields.count(key, kMostHeadDim);
  if (latent.rotated % 2 != 0 || head_dim <= latent.rotated || head_dim % 2 != 0) {
    fail("{}: heads of {} values cannot have {} rotated ones", fields.place(key), head_dim,
         latent.rotated);
  }
  latent.plain = head_dim - latent.rotated;
  latent.value = fields.count(
      fields.one_of({"attention.value_length_mla", "attention.value_length"}), kMostHeadDim);
  return latent;
}

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  ArchSpec spec = headless_from_gguf(file, architecture, kFamily);
  if (fields.find_number("attention.temperature_scale").value_or(0) != 0) {
    fail("{}: scores that depend on the position are not supported",
         fields.place("attention.temperature_scale"));
  }
  spec.attention.latent = read_latent(file, fields, spec);
  finish_attention(yarn_score_factor(fields), spec);
  RopeSpec rope = rope_from_gguf(
      file, architecture, spec,
      {.pairing = kernels::RopePairing::kInterleaved, .rotated = spec.attention.latent->rotated});
  // mscale and mscale_all_dim are equal in all published models, so nothing is left on cos and sin.
  rope.cos_sin_factor = 1;
  spec.ropes = {rope};
  if (fields.find_integer("expert_count").value_or(0) != 0) {
    // Files of before V3 do not say how they score: V2 was all there was.
    ExpertsSpec otherwise;
    otherwise.score = ExpertsSpec::Score::kSoftmax;
    otherwise.normalise = false;
    otherwise.normalise_floor = kSumFloor;
    set_experts_from_gguf(file, architecture, otherwise, spec);
  }
  read_dense_width(fields, "feed_forward_length", spec);
  return spec;
}

LatentSpec read_latent(const JsonFields& fields) {
  LatentSpec latent;
  latent.norm_epsilon = kLatentEpsilon;
  latent.query_rank = fields.count_or("q_lora_rank", 0, kMostRank);
  latent.rank = fields.count("kv_lora_rank", kMostRank);
  latent.plain = fields.count("qk_nope_head_dim", kMostHeadDim);
  latent.rotated = fields.count("qk_rope_head_dim", kMostHeadDim);
  latent.value = fields.count("v_head_dim", kMostHeadDim);
  if (latent.rotated % 2 != 0) {
    fail("{}: {} is not an even number", fields.place("qk_rope_head_dim"), latent.rotated);
  }
  if ((latent.plain + latent.rotated) % 2 != 0 || latent.plain + latent.rotated > kMostHeadDim) {
    fail("{}: heads of {} + {} values are not supported (an even number up to {})",
         fields.place("qk_nope_head_dim"), latent.plain, latent.rotated, kMostHeadDim);
  }
  return latent;
}

// How experts are chosen, in the names of config.json; V2 has other defaults than the later ones.
void read_routing(const JsonFields& fields, bool second, ExpertsSpec& experts) {
  const std::string scoring =
      fields.find_text("scoring_func").value_or(second ? "softmax" : "sigmoid");
  if (scoring != "softmax" && scoring != "sigmoid") {
    fail("{}: \"{}\" is not supported (known: softmax, sigmoid)", fields.place("scoring_func"),
         scoring);
  }
  experts.score =
      scoring == "softmax" ? ExpertsSpec::Score::kSoftmax : ExpertsSpec::Score::kSigmoid;
  const std::string method =
      fields.find_text("topk_method").value_or(second ? "greedy" : "noaux_tc");
  if (method == "group_limited_greedy" || method == "noaux_tc") {
    read_groups(fields, "n_group", "topk_group", experts);
  } else if (method != "greedy") {
    fail("{}: \"{}\" is not supported (known: greedy, group_limited_greedy, noaux_tc)",
         fields.place("topk_method"), method);
  }
  experts.selection_bias = method == "noaux_tc";
  experts.group_score = experts.selection_bias ? ExpertsSpec::GroupScore::kTopTwoSum
                                               : ExpertsSpec::GroupScore::kLargest;
  // The reference implementation of V2 has no normalisation, whatever norm_topk_prob says; all
  // published configurations of that model type say false.
  experts.normalise = !second && fields.find_boolean("norm_topk_prob").value_or(true);
  experts.normalise_floor = experts.normalise ? kSumFloor : 0;
  experts.scale =
      static_cast<float>(fields.number_or("routed_scaling_factor", second ? 1.0 : 2.5, 1e-6, 1e6));
}

void set_experts(const JsonFields& fields, bool second, ArchSpec& spec) {
  const char* count = fields.one_of({"n_routed_experts", "num_local_experts", "num_experts"});
  if (!fields.find_integer(count)) return;
  ExpertsSpec experts = read_experts(fields, count, "num_experts_per_tok");
  experts.width = fields.count("moe_intermediate_size", kMostWidth);
  experts.shared_width = experts.width * shared_experts(fields, "n_shared_experts");
  read_routing(fields, second, experts);
  spec.experts = experts;

  const auto first =
      static_cast<std::size_t>(fields.integer_or("first_k_dense_replace", 0, 0, kMostLayers));
  const std::size_t every = fields.count_or("moe_layer_freq", 1, kMostLayers);
  for (std::size_t i = first; i < spec.layers.size(); ++i) {
    spec.layers[i].experts = i % every == 0;
  }
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& model_type) {
  const JsonFields fields = config_fields(folder);
  ArchSpec spec = headless_from_config(fields, kFamily);
  spec.attention.qkv_bias = fields.find_boolean("attention_bias").value_or(false);
  spec.attention.output_bias = spec.attention.qkv_bias;
  spec.attention.latent = read_latent(fields);
  finish_attention(yarn_score_factor(fields), spec);
  const bool interleaved = fields.find_boolean("rope_interleave").value_or(true);
  spec.ropes = {rope_from_config(
      fields, spec,
      {.pairing = interleaved ? kernels::RopePairing::kInterleaved : kernels::RopePairing::kHalves,
       .rotated = spec.attention.latent->rotated})};
  set_experts(fields, model_type == "deepseek_v2", spec);
  read_dense_width(fields, "intermediate_size", spec);
  return spec;
}

}  // namespace

Family deepseek_family() {
  return {
      kFamily, {"deepseek2"}, {"deepseek_v2", "deepseek_v3", "kimi_k2"}, from_gguf, from_config};
}

}  // namespace candor::engine
