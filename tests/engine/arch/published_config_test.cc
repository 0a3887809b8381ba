// Published configurations: the figures that follow from them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/engine/arch/published_configs.h"
#include "tests/engine/arch/spec_reading.h"

namespace candor::engine::tests {
namespace {

void expect_frequencies(const RopeSpec& rope, const std::map<std::size_t, double>& expected) {
  for (const auto& [index, value] : expected) {
    EXPECT_NEAR(rope.inverse_frequencies.at(index) / value, 1.0, 1e-6) << "frequency " << index;
  }
}

TEST(PublishedConfig, DeepseekV3) {
  const ArchSpec spec = read_config(parsed(kDeepseekV3));
  ASSERT_TRUE(spec.attention.latent.has_value());
  const LatentSpec& latent = *spec.attention.latent;
  EXPECT_EQ(latent.query_rank, 1536U);
  EXPECT_EQ(latent.rank, 512U);
  EXPECT_EQ(latent.plain, 128U);
  EXPECT_EQ(latent.value, 128U);
  EXPECT_EQ(latent.norm_epsilon, 1e-6F);
  EXPECT_EQ(spec.attention.head_dim, 192U);
  EXPECT_EQ(spec.attention.kv_heads, 128U);
  EXPECT_NEAR(spec.attention.scale, 0.13523378, 1e-7);
  EXPECT_EQ(spec.ropes[0].rotated, 64U);
  EXPECT_EQ(spec.ropes[0].cos_sin_factor, 1.0F) << "it is in the scale of the scores";
  EXPECT_EQ(spec.ropes[0].pairing, kernels::RopePairing::kInterleaved);
  expect_frequencies(spec.ropes[0], {{0, 1}, {9, 0.074989421}, {24, 2.5e-5}, {31, 3.3338036e-6}});
  EXPECT_EQ(kinds(spec), "ddd" + std::string(58, 'e'));
  EXPECT_EQ(spec.ffn.width, 18432U);
  const ExpertsSpec& experts = *spec.experts;
  EXPECT_EQ(experts.count, 256U);
  EXPECT_EQ(experts.used, 8U);
  EXPECT_EQ(experts.width, 2048U);
  EXPECT_EQ(experts.shared_width, 2048U);
  EXPECT_EQ(experts.score, ExpertsSpec::Score::kSigmoid);
  EXPECT_TRUE(experts.selection_bias);
  EXPECT_EQ(experts.groups, 8U);
  EXPECT_EQ(experts.groups_used, 4U);
  EXPECT_EQ(experts.group_score, ExpertsSpec::GroupScore::kTopTwoSum);
  EXPECT_TRUE(experts.normalise);
  EXPECT_GT(experts.normalise_floor, 0.0F);
  EXPECT_EQ(experts.scale, 2.5F);
  EXPECT_EQ(spec.block_scales.rows, 128U);
  EXPECT_EQ(spec.block_scales.cols, 128U);
  EXPECT_EQ(spec.block_scales.suffix, "_scale_inv");
}

TEST(PublishedConfig, DeepseekV2Lite) {
  const ArchSpec spec = read_config(parsed(kDeepseekV2Lite));
  EXPECT_EQ(spec.attention.latent->query_rank, 0U);
  EXPECT_NEAR(spec.attention.scale, 0.11472139, 1e-7);
  EXPECT_EQ(spec.ropes[0].cos_sin_factor, 1.0F);
  EXPECT_EQ(kinds(spec), "d" + std::string(26, 'e'));
  EXPECT_EQ(spec.experts->score, ExpertsSpec::Score::kSoftmax);
  EXPECT_FALSE(spec.experts->selection_bias);
  EXPECT_FALSE(spec.experts->normalise);
  EXPECT_EQ(spec.experts->groups, 1U);
  EXPECT_EQ(spec.experts->shared_width, 2816U);
  EXPECT_EQ(spec.experts->scale, 1.0F);
  EXPECT_EQ(spec.block_scales.rows, 0U);

  // The large V2 scores groups by their best expert.
  const ArchSpec large =
      read_config(with(parsed(kDeepseekV2Lite), {{"topk_method", "group_limited_greedy"},
                                                 {"n_group", 8},
                                                 {"topk_group", 3},
                                                 {"routed_scaling_factor", 16.0}}));
  EXPECT_EQ(large.experts->groups, 8U);
  EXPECT_EQ(large.experts->groups_used, 3U);
  EXPECT_EQ(large.experts->group_score, ExpertsSpec::GroupScore::kLargest);
  EXPECT_EQ(large.experts->scale, 16.0F);
}

TEST(PublishedConfig, DeepseekWithFewerExpertsOrNone) {
  const auto with_six_layers = [](const boost::json::object& changes) {
    return read_config(with(with(parsed(kDeepseekV3), {{"num_hidden_layers", 6}}), changes));
  };
  EXPECT_EQ(kinds(with_six_layers({{"first_k_dense_replace", 1}, {"moe_layer_freq", 2}})),
            "ddeded");
  EXPECT_EQ(with_six_layers({{"n_shared_experts", nullptr}}).experts->shared_width, 0U);
  EXPECT_EQ(with_six_layers({{"n_shared_experts", 0}}).experts->shared_width, 0U);
  const ArchSpec ungrouped = with_six_layers({{"n_group", nullptr}, {"topk_group", nullptr}});
  EXPECT_EQ(ungrouped.experts->groups, 1U);
  EXPECT_EQ(ungrouped.experts->groups_used, 1U);
  const ArchSpec dense = with_six_layers({{"n_routed_experts", nullptr}});
  EXPECT_FALSE(dense.experts.has_value());
  EXPECT_EQ(kinds(dense), "dddddd");
  EXPECT_EQ(with_six_layers({{"rope_interleave", false}}).ropes[0].pairing,
            kernels::RopePairing::kHalves);
}

TEST(PublishedConfig, KimiK2) {
  const ArchSpec spec = read_config(parsed(kKimiK2));
  EXPECT_EQ(spec.family, "deepseek");
  EXPECT_NEAR(spec.attention.scale, 0.13086080, 1e-7);
  expect_frequencies(spec.ropes[0], {{5, 0.18441062}, {15, 0.0062713034}, {20, 3.6140468e-5}});
  EXPECT_EQ(spec.experts->count, 384U);
  EXPECT_EQ(spec.experts->groups, 1U);
  EXPECT_EQ(spec.experts->scale, 2.827F);
  EXPECT_EQ(spec.norm_epsilon, 1e-5F);
  EXPECT_EQ(spec.attention.latent->norm_epsilon, 1e-6F) << "of the model's code, not of the key";
  EXPECT_EQ(kinds(spec), "d" + std::string(60, 'e'));
}

TEST(PublishedConfig, Qwen3) {
  const ArchSpec dense = read_config(parsed(kQwen3Small));
  EXPECT_EQ(dense.attention.head_dim, 128U) << "not width / heads, 64";
  EXPECT_TRUE(dense.attention.head_norm);
  EXPECT_FALSE(dense.attention.qkv_bias);
  EXPECT_FALSE(dense.experts.has_value());
  EXPECT_TRUE(dense.tied);

  const ArchSpec spec = read_config(parsed(kQwen3Moe));
  EXPECT_EQ(spec.attention.kv_heads, 4U);
  EXPECT_EQ(kinds(spec), std::string(48, 'e'));
  EXPECT_EQ(spec.ffn.width, 0U) << "no layer is dense";
  EXPECT_EQ(spec.experts->count, 128U);
  EXPECT_EQ(spec.experts->used, 8U);
  EXPECT_EQ(spec.experts->width, 768U);
  EXPECT_EQ(spec.experts->shared_width, 0U);
  EXPECT_TRUE(spec.experts->normalise);
  EXPECT_EQ(spec.names.expert_layout, ExpertLayout::kApart);

  const ArchSpec mixed = read_config(
      with(parsed(kQwen3Moe),
           {{"num_hidden_layers", 6}, {"decoder_sparse_step", 2}, {"mlp_only_layers", {3}}}));
  EXPECT_EQ(kinds(mixed), "deddde");
  EXPECT_EQ(mixed.ffn.width, 6144U);
}

TEST(PublishedConfig, Gemma3OfTextAlone) {
  const ArchSpec spec = read_config(parsed(kGemma1B));
  EXPECT_EQ(spec.embedding_scale, std::sqrt(1152.0F)) << "not rounded to bf16";
  EXPECT_TRUE(spec.norm_plus_one);
  EXPECT_TRUE(spec.sandwich_norms);
  EXPECT_TRUE(spec.attention.head_norm);
  EXPECT_TRUE(spec.tied);
  EXPECT_EQ(spec.ffn.activation, Activation::kGeluTanh);
  EXPECT_EQ(spec.attention.scale, 0.0625F);
  EXPECT_EQ(spec.attention.softcap, 0.0F);
  EXPECT_EQ(spec.names.ffn_norm, "pre_feedforward_layernorm");
  EXPECT_EQ(spec.names.embedding, "model.embed_tokens.weight");
  ASSERT_EQ(spec.ropes.size(), 2U);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const bool global = i == 5 || i == 11 || i == 17 || i == 23;
    EXPECT_EQ(spec.layers[i].window, global ? 0 : 512) << i;
    EXPECT_EQ(spec.layers[i].rope, global ? 0U : 1U) << i;
  }
  EXPECT_NEAR(spec.ropes[0].inverse_frequencies[64], 1e-3, 1e-9);
  EXPECT_NEAR(spec.ropes[1].inverse_frequencies[64], 1e-2, 1e-9);

  const ArchSpec capped = read_config(with(
      parsed(kGemma1B), {{"attn_logit_softcapping", 50.0}, {"final_logit_softcapping", 30.0}}));
  EXPECT_EQ(capped.attention.softcap, 50.0F);
  EXPECT_EQ(capped.final_softcap, 30.0F);
}

TEST(PublishedConfig, Gemma3OfTextAndImages) {
  const ArchSpec small = read_config(parsed(kGemma4B));
  EXPECT_EQ(small.attention.heads, 8U) << "what is left out has its default";
  EXPECT_EQ(small.attention.kv_heads, 4U);
  EXPECT_EQ(small.attention.head_dim, 256U);
  EXPECT_EQ(small.vocabulary, 262208U);
  EXPECT_EQ(small.embedding_scale, std::sqrt(2560.0F));
  EXPECT_EQ(small.ropes[0].inverse_frequencies[0], 0.125) << "of layers that see all";
  EXPECT_EQ(small.ropes[1].inverse_frequencies[0], 1.0) << "of layers that slide";
  EXPECT_EQ(small.layers[0].window, 1024);

  const ArchSpec large = read_config(parsed(kGemma27B));
  EXPECT_EQ(large.attention.head_dim, 128U);
  EXPECT_NEAR(large.attention.scale, 1 / std::sqrt(168.0), 1e-8) << "not of the heads' size";
  EXPECT_EQ(large.embedding_scale, std::sqrt(5376.0F));
}

TEST(PublishedConfig, Gemma3FindsItsTensorsByTheEmbeddingTable) {
  const auto layers = [](const std::string& embedding) {
    return read_config(parsed(kGemma4B), embedding).names.layer_prefix;
  };
  EXPECT_EQ(layers("language_model.model.embed_tokens.weight"), "language_model.model.layers.");
  EXPECT_EQ(layers("model.language_model.embed_tokens.weight"), "model.language_model.layers.");
  EXPECT_EQ(layers("model.embed_tokens.weight"), "model.layers.");
  EXPECT_EQ(layers("nothing"), "language_model.model.layers.");
}

TEST(PublishedConfig, Ernie45) {
  const ArchSpec dense = read_config(parsed(kErnie03B));
  EXPECT_EQ(dense.attention.head_dim, 128U);
  EXPECT_EQ(dense.ropes[0].pairing, kernels::RopePairing::kInterleaved);
  EXPECT_TRUE(dense.tied);
  EXPECT_FALSE(dense.attention.qkv_bias);

  const ArchSpec spec = read_config(parsed(kErnie21B));
  EXPECT_EQ(spec.attention.head_dim, 128U);
  EXPECT_EQ(kinds(spec), "d" + std::string(27, 'e'));
  EXPECT_EQ(spec.ffn.width, 12288U);
  EXPECT_EQ(spec.experts->shared_width, 3072U);
  EXPECT_EQ(spec.experts->score, ExpertsSpec::Score::kSoftmax);
  EXPECT_TRUE(spec.experts->selection_bias);
  EXPECT_TRUE(spec.experts->normalise);
  EXPECT_EQ(spec.experts->normalise_floor, 1e-12F);
  EXPECT_EQ(spec.names.selection_bias, "mlp.moe_statics.e_score_correction_bias");

  const auto of_six = [](std::int64_t start, std::int64_t end, std::int64_t interval) {
    return kinds(read_config(with(parsed(kErnie21B), {{"num_hidden_layers", 6},
                                                      {"moe_layer_start_index", start},
                                                      {"moe_layer_end_index", end},
                                                      {"moe_layer_interval", interval}})));
  };
  EXPECT_EQ(of_six(2, -1, 1), "ddeeee");
  EXPECT_EQ(of_six(1, 3, 1), "deeedd");
  EXPECT_EQ(of_six(1, -1, 2), "dedede");
}

TEST(PublishedConfig, SeedOss) {
  const ArchSpec spec = read_config(parsed(kSeedOss));
  EXPECT_EQ(spec.attention.heads * spec.attention.head_dim, 10240U) << "wider than the model";
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_FALSE(spec.attention.output_bias);
  EXPECT_FALSE(spec.ffn.bias);
  EXPECT_NEAR(spec.ropes[0].inverse_frequencies[32], std::pow(1e7, -0.5), 1e-9);
}

TEST(PublishedConfig, GptOss) {
  const ArchSpec spec = read_config(parsed(kGptOss20B));
  EXPECT_TRUE(spec.attention.sinks);
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_TRUE(spec.attention.output_bias);
  EXPECT_EQ(spec.attention.scale, 0.125F);
  EXPECT_NEAR(spec.ropes[0].cos_sin_factor, 1.34657359, 1e-6);
  expect_frequencies(spec.ropes[0], {{5, 0.15532299},
                                     {9, 0.031705696},
                                     {10, 0.019335001},
                                     {15, 0.0010526021},
                                     {31, 3.0235114e-7}});
  for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(spec.layers[i].window, i % 2 == 0 ? 128 : 0) << i;
  EXPECT_EQ(kinds(spec), std::string(24, 'e'));
  EXPECT_EQ(spec.ffn.width, 0U);
  EXPECT_EQ(spec.ffn.activation, Activation::kClampedSwiglu);
  EXPECT_EQ(spec.ffn.alpha, 1.702F);
  EXPECT_EQ(spec.ffn.limit, 7.0F);
  EXPECT_EQ(spec.experts->score, ExpertsSpec::Score::kSoftmaxOfChosen);
  EXPECT_EQ(spec.experts->width, 2880U);
  EXPECT_TRUE(spec.experts->bias);
  EXPECT_TRUE(spec.experts->router_bias);
  EXPECT_EQ(spec.names.expert_layout, ExpertLayout::kInterleaved);
  EXPECT_EQ(spec.names.router, "mlp.router");
  EXPECT_EQ(spec.names.expert_gate_up, "mlp.experts.gate_up_proj");
  EXPECT_EQ(spec.names.expert_down, "mlp.experts.down_proj");
  EXPECT_EQ(spec.block_scales.rows, 0U);
}

TEST(PublishedConfig, Llama) {
  const ArchSpec large = read_config(parsed(kLlama8B));
  EXPECT_EQ(large.attention.head_dim, 128U);
  expect_frequencies(large.ropes[0],
                     {{0, 1}, {29, 0.0021665708}, {34, 1.7850781e-4}, {63, 3.068926e-7}});
  const ArchSpec small = read_config(parsed(kSmolLm2));
  EXPECT_EQ(small.attention.head_dim, 64U);
  EXPECT_TRUE(small.tied);
}

TEST(PublishedConfig, AScalingAddedByHandIsMeant) {
  boost::json::object qwen = parsed(kQwen3Moe);
  qwen.erase("rope_theta");
  qwen.erase("rope_scaling");
  const auto frequencies = [&](boost::json::object parameters, boost::json::object scaling) {
    boost::json::object config = qwen;
    if (!parameters.empty()) config["rope_parameters"] = std::move(parameters);
    if (!scaling.empty()) config["rope_scaling"] = std::move(scaling);
    return read_config(config).ropes[0].inverse_frequencies;
  };
  const boost::json::object newer{{"rope_theta", 1e6}, {"rope_type", "default"}};
  const auto unscaled = frequencies(newer, {});
  const auto scaled =
      frequencies(newer, {{"rope_theta", 1e6}, {"rope_type", "linear"}, {"factor", 4.0}});
  EXPECT_NEAR(scaled[3], unscaled[3] / 4, 1e-9);
  EXPECT_EQ(frequencies({}, {{"rope_theta", 1e6}, {"rope_type", "default"}}), unscaled)
      << "the base within rope_scaling";
}

}  // namespace
}  // namespace candor::engine::tests
