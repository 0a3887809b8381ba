// GGUF files of each family: keys as converters write them, for small sizes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/engine/arch/spec_reading.h"

namespace candor::engine::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

GgufText decoder(const std::string& architecture) {
  return {.architecture = architecture,
          .integers = {{"block_count", 6},
                       {"embedding_length", 64},
                       {"feed_forward_length", 96},
                       {"attention.head_count", 4},
                       {"attention.head_count_kv", 2},
                       {"attention.key_length", 32},
                       {"attention.value_length", 32},
                       {"context_length", 2048}},
          .numbers = {{"attention.layer_norm_rms_epsilon", 1e-6F}}};
}

// Experts in the layers from `first` on.
void add_experts(GgufText& text, int first) {
  text.integers["expert_count"] = 8;
  text.integers["expert_used_count"] = 2;
  text.integers["expert_feed_forward_length"] = 48;
  for (int i = first; i < 6; ++i) {
    text.tensors["blk." + std::to_string(i) + ".ffn_gate_inp.weight"] = {8, 64};
  }
}

GgufText deepseek() {
  GgufText text = decoder("deepseek2");
  text.integers["attention.head_count_kv"] = 1;
  text.integers["attention.q_lora_rank"] = 24;
  text.integers["attention.kv_lora_rank"] = 512;
  text.integers["attention.key_length"] = 576;
  text.integers["attention.value_length"] = 512;
  text.integers["attention.key_length_mla"] = 192;
  text.integers["attention.value_length_mla"] = 128;
  text.integers["rope.dimension_count"] = 64;
  text.texts["rope.scaling.type"] = "yarn";
  text.numbers["rope.scaling.factor"] = 40;
  text.integers["rope.scaling.original_context_length"] = 4096;
  text.numbers["rope.scaling.yarn_log_multiplier"] = 0.1F;
  add_experts(text, 3);
  text.integers["expert_gating_func"] = 2;
  text.integers["expert_group_count"] = 4;
  text.integers["expert_group_used_count"] = 2;
  text.booleans["expert_weights_norm"] = true;
  text.numbers["expert_weights_scale"] = 2.5F;
  text.tensors["blk.3.exp_probs_b.bias"] = {8};
  text.tensors["blk.3.ffn_gate_shexp.weight"] = {48, 64};
  return text;
}

TEST(GgufFamilies, DeepseekV3) {
  const ArchSpec spec = read_gguf(deepseek());
  const LatentSpec& latent = *spec.attention.latent;
  EXPECT_EQ(latent.query_rank, 24U);
  EXPECT_EQ(latent.rank, 512U);
  EXPECT_EQ(latent.plain, 128U);
  EXPECT_EQ(latent.rotated, 64U);
  EXPECT_EQ(latent.value, 128U);
  EXPECT_EQ(spec.attention.head_dim, 192U);
  EXPECT_EQ(spec.attention.kv_heads, 4U);
  EXPECT_NEAR(spec.attention.scale, 0.13523378, 1e-7);
  EXPECT_EQ(spec.ropes[0].cos_sin_factor, 1.0F);
  EXPECT_EQ(spec.ropes[0].pairing, kernels::RopePairing::kInterleaved);
  EXPECT_NEAR(spec.ropes[0].inverse_frequencies[9], 0.074989421, 1e-8);
  EXPECT_EQ(kinds(spec), "dddeee");
  const ExpertsSpec& experts = *spec.experts;
  EXPECT_EQ(experts.score, ExpertsSpec::Score::kSigmoid);
  EXPECT_TRUE(experts.selection_bias);
  EXPECT_TRUE(experts.normalise);
  EXPECT_EQ(experts.groups, 4U);
  EXPECT_EQ(experts.groups_used, 2U);
  EXPECT_EQ(experts.group_score, ExpertsSpec::GroupScore::kTopTwoSum);
  EXPECT_EQ(experts.scale, 2.5F);
  EXPECT_EQ(experts.shared_width, 48U);
  EXPECT_EQ(spec.names.expert_layout, ExpertLayout::kStacked);
}

TEST(GgufFamilies, OlderFilesOfDeepseekV2) {
  GgufText text = deepseek();
  for (const char* key :
       {"attention.key_length_mla", "attention.value_length_mla", "attention.q_lora_rank",
        "expert_gating_func", "expert_group_count", "expert_group_used_count"}) {
    text.integers.erase(key);
  }
  text.booleans.clear();
  text.numbers["expert_weights_scale"] = 1;
  text.integers["attention.head_count_kv"] = 4;
  text.integers["attention.key_length"] = 192;
  text.integers["attention.value_length"] = 128;
  text.numbers["rope.scaling.yarn_log_multiplier"] = 0.0707F;
  text.tensors.erase("blk.3.exp_probs_b.bias");
  text.tensors["blk.0.attn_q.weight"] = {768, 64};
  const ArchSpec spec = read_gguf(text);
  EXPECT_EQ(spec.attention.latent->query_rank, 0U) << "the tensor attn_q says so";
  EXPECT_EQ(spec.attention.latent->plain, 128U);
  EXPECT_EQ(spec.attention.latent->value, 128U);
  EXPECT_NEAR(spec.attention.scale, 0.11472139, 1e-7);
  EXPECT_EQ(spec.experts->score, ExpertsSpec::Score::kSoftmax);
  EXPECT_FALSE(spec.experts->normalise);
  EXPECT_FALSE(spec.experts->selection_bias);
  EXPECT_EQ(spec.experts->groups, 1U);
}

TEST(GgufFamilies, Qwen3) {
  const ArchSpec dense = read_gguf(decoder("qwen3"));
  EXPECT_TRUE(dense.attention.head_norm);
  EXPECT_FALSE(dense.attention.qkv_bias);
  EXPECT_EQ(dense.attention.head_dim, 32U);
  GgufText text = decoder("qwen3moe");
  add_experts(text, 0);
  const ArchSpec spec = read_gguf(text);
  EXPECT_TRUE(spec.attention.head_norm);
  EXPECT_EQ(kinds(spec), "eeeeee");
  EXPECT_EQ(spec.ffn.width, 0U);
  EXPECT_TRUE(spec.experts->normalise);
  EXPECT_GT(spec.experts->normalise_floor, 0.0F);
  EXPECT_EQ(spec.experts->shared_width, 0U);
}

TEST(GgufFamilies, Gemma3) {
  GgufText text = decoder("gemma3");
  text.integers["attention.sliding_window"] = 512;
  text.numbers["rope.freq_base"] = 1e6F;
  text.texts["rope.scaling.type"] = "linear";
  text.numbers["rope.scaling.factor"] = 8;
  const ArchSpec spec = read_gguf(text);
  EXPECT_FALSE(spec.norm_plus_one) << "the converter has added it";
  EXPECT_TRUE(spec.sandwich_norms);
  EXPECT_EQ(spec.embedding_scale, 8.0F);
  EXPECT_EQ(spec.attention.scale, 1 / std::sqrt(32.0F));
  EXPECT_EQ(windows(spec), (std::vector<std::int64_t>{512, 512, 512, 512, 512, 0}));
  EXPECT_EQ(spec.ropes.at(spec.layers[5].rope).inverse_frequencies[0], 0.125);
  EXPECT_EQ(spec.ropes.at(spec.layers[0].rope).inverse_frequencies[0], 1.0);
  EXPECT_NEAR(spec.ropes.at(spec.layers[0].rope).inverse_frequencies[8], 0.01, 1e-8);
  EXPECT_EQ(spec.ffn.activation, Activation::kGeluTanh);
  EXPECT_EQ(spec.names.ffn_norm, "ffn_norm");
  EXPECT_TRUE(spec.tied);

  text.flags["attention.sliding_window_pattern"] = {0, 1, 0, 1, 1, 1};
  EXPECT_EQ(windows(read_gguf(text)), (std::vector<std::int64_t>{0, 512, 0, 512, 512, 512}));
  text.flags["attention.sliding_window_pattern"] = {0, 1};
  EXPECT_THAT(gguf_error(text), HasSubstr("gemma3.attention.sliding_window_pattern: 2 entries"));
  text.flags.clear();
  text.integers["attention.sliding_window_pattern"] = 3;
  EXPECT_EQ(windows(read_gguf(text)), (std::vector<std::int64_t>{512, 512, 0, 512, 512, 0}));

  // The 27B model is the one whose scores are not divided by the root of the heads' size.
  GgufText large = decoder("gemma3");
  large.integers["attention.sliding_window"] = 1024;
  large.integers["block_count"] = 62;
  EXPECT_EQ(read_gguf(large).attention.scale, 0.25F);
}

TEST(GgufFamilies, Ernie45) {
  EXPECT_EQ(read_gguf(decoder("ernie4_5")).ropes[0].pairing, kernels::RopePairing::kInterleaved);
  GgufText text = decoder("ernie4_5-moe");
  add_experts(text, 1);
  text.integers["expert_shared_feed_forward_length"] = 77;
  text.tensors["blk.1.ffn_gate_shexp.weight"] = {96, 64};
  text.tensors["blk.1.exp_probs_b.bias"] = {8};
  const ArchSpec spec = read_gguf(text);
  EXPECT_EQ(kinds(spec), "deeeee");
  EXPECT_EQ(spec.experts->shared_width, 96U) << "of the tensor, not of the key";
  EXPECT_TRUE(spec.experts->normalise);
  EXPECT_EQ(spec.experts->normalise_floor, 1e-12F);
  EXPECT_TRUE(spec.experts->selection_bias);
  EXPECT_EQ(spec.ffn.width, 96U);
}

TEST(GgufFamilies, SeedOss) {
  GgufText text = decoder("seed_oss");
  text.tensors["blk.0.attn_q.bias"] = {128};
  const ArchSpec spec = read_gguf(text);
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_FALSE(spec.attention.output_bias);
  EXPECT_EQ(spec.names.ffn_norm, "post_attention_norm");
  EXPECT_EQ(spec.ropes[0].pairing, kernels::RopePairing::kHalves);
}

TEST(GgufFamilies, GptOss) {
  GgufText text = decoder("gpt-oss");
  text.integers["attention.key_length"] = 64;
  text.integers["attention.value_length"] = 64;
  text.integers["attention.sliding_window"] = 128;
  text.numbers["rope.freq_base"] = 150000;
  text.texts["rope.scaling.type"] = "yarn";
  text.numbers["rope.scaling.factor"] = 32;
  text.integers["rope.scaling.original_context_length"] = 4096;
  add_experts(text, 0);
  text.tensors["blk.0.ffn_gate_inp.bias"] = {8};
  text.tensors["blk.0.ffn_down_exps.bias"] = {8, 64};
  text.tensors["blk.0.attn_q.bias"] = {256};
  text.tensors["blk.0.attn_output.bias"] = {64};
  const ArchSpec spec = read_gguf(text);
  EXPECT_TRUE(spec.attention.sinks);
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_TRUE(spec.attention.output_bias);
  EXPECT_EQ(windows(spec), (std::vector<std::int64_t>{128, 0, 128, 0, 128, 0}));
  EXPECT_NEAR(spec.ropes[0].cos_sin_factor, 1.34657359, 1e-6);
  EXPECT_NEAR(spec.ropes[0].inverse_frequencies[9], 0.031705696, 1e-8) << "ramp not cut";
  EXPECT_TRUE(spec.experts->router_bias);
  EXPECT_TRUE(spec.experts->bias);
  EXPECT_EQ(spec.experts->score, ExpertsSpec::Score::kSoftmaxOfChosen);
  EXPECT_EQ(spec.ffn.activation, Activation::kClampedSwiglu);
  EXPECT_EQ(spec.names.ffn_norm, "post_attention_norm");
}

TEST(GgufFamilies, NumbersThatCannotBeNameTheirKey) {
  const auto error = [](const char* key, std::uint32_t value) {
    GgufText text = deepseek();
    text.integers[key] = value;
    return gguf_error(text);
  };
  for (const char* key :
       {"attention.kv_lora_rank", "attention.q_lora_rank", "attention.key_length_mla",
        "attention.value_length_mla", "rope.dimension_count", "expert_used_count",
        "expert_feed_forward_length"}) {
    for (const std::uint32_t bad : {0U, 0xFFFFFFFFU}) {
      EXPECT_THAT(error(key, bad), HasSubstr(std::string("model.gguf: deepseek2.") + key)) << bad;
    }
  }
  EXPECT_THAT(error("expert_used_count", 9), HasSubstr("more than the 8 experts"));
  for (const char* key : {"expert_group_count", "expert_group_used_count"}) {
    EXPECT_THAT(error(key, -1), HasSubstr(std::string("model.gguf: deepseek2.") + key)) << key;
  }
  EXPECT_THAT(error("expert_group_count", 3), HasSubstr("expert_group_count"));
  EXPECT_THAT(error("expert_group_used_count", 5), HasSubstr("expert_group_used_count"));
  EXPECT_THAT(error("expert_gating_func", 4), HasSubstr("expert_gating_func: 4"));
  EXPECT_THAT(error("attention.key_length_mla", 64), HasSubstr("key_length_mla"));
  EXPECT_THAT(error("rope.dimension_count", 63), HasSubstr("63 rotated"));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -1.0F, 1e9F}) {
    for (const char* key : {"expert_weights_scale", "rope.scaling.yarn_log_multiplier"}) {
      GgufText text = deepseek();
      text.numbers[key] = bad;
      EXPECT_THAT(gguf_error(text), HasSubstr(key)) << bad;
    }
  }
}

TEST(GgufFamilies, ExpertsWithoutARouterAndRoutersOfOddShapes) {
  GgufText none = decoder("qwen3moe");
  add_experts(none, 6);
  EXPECT_THAT(gguf_error(none), AllOf(HasSubstr("expert_count"), HasSubstr("ffn_gate_inp")));
  GgufText shared = deepseek();
  shared.tensors["blk.3.ffn_gate_shexp.weight"] = {48};
  EXPECT_THAT(gguf_error(shared), HasSubstr("blk.3.ffn_gate_shexp.weight"));
}

TEST(GgufFamilies, ListsOfLayersServeWhereAllAreTheSame) {
  GgufText text = decoder("qwen3");
  text.integers.erase("attention.head_count_kv");
  text.lists["attention.head_count_kv"] = {2, 2, 2, 2, 2, 2};
  EXPECT_EQ(read_gguf(text).attention.kv_heads, 2U);
  text.lists["attention.head_count_kv"] = {2, 2, 2, 1, 2, 2};
  EXPECT_THAT(gguf_error(text), HasSubstr("qwen3.attention.head_count_kv: differs"));
  text.lists["attention.head_count_kv"] = {};
  EXPECT_THAT(gguf_error(text), HasSubstr("qwen3.attention.head_count_kv"));
}

TEST(GgufFamilies, OthersAreRefusedByName) {
  for (const char* name : {"deepseek32", "deepseek4", "qwen35", "qwen35moe", "mixtral"}) {
    EXPECT_THAT(gguf_error(decoder(name)),
                AllOf(HasSubstr(name), HasSubstr("known: llama, qwen2, qwen3, qwen3moe, gemma3, "
                                                 "deepseek2, ernie4_5, ernie4_5-moe, seed_oss, "
                                                 "gpt-oss")));
  }
  for (const char* name : {"llama", "qwen2", "qwen3", "gemma3", "ernie4_5", "seed_oss"}) {
    GgufText text = decoder(name);
    add_experts(text, 0);
    EXPECT_THAT(gguf_error(text), HasSubstr(std::string(name) + ".expert_count")) << name;
  }
  GgufText mixtral = decoder("llama");
  add_experts(mixtral, 0);
  EXPECT_THAT(gguf_error(mixtral), HasSubstr("Mixtral"));
}

// They are counted with the model's layers and stand behind them.
TEST(GgufFamilies, LayersThatPredictFurtherTokensAreLeftOut) {
  GgufText text = deepseek();
  text.integers["nextn_predict_layers"] = 1;
  EXPECT_EQ(read_gguf(text).layers.size(), 5U);
  text.integers["nextn_predict_layers"] = 6;
  EXPECT_THAT(gguf_error(text), HasSubstr("nextn_predict_layers"));
}

TEST(GgufFamilies, OlderFilesNameNoTypeOfScaling) {
  GgufText text = decoder("llama");
  const double unscaled = read_gguf(text).ropes[0].inverse_frequencies[1];
  text.numbers["rope.scale_linear"] = 4;
  EXPECT_NEAR(read_gguf(text).ropes[0].inverse_frequencies[1], unscaled / 4, 1e-7);
  text.numbers["rope.scale_linear"] = 0;
  EXPECT_EQ(read_gguf(text).ropes[0].inverse_frequencies[1], unscaled);
  text.numbers["rope.scaling.factor"] = 2;
  EXPECT_NEAR(read_gguf(text).ropes[0].inverse_frequencies[1], unscaled / 2, 1e-7);
}

TEST(GgufFamilies, NoGroupsMayBeWrittenAsZero) {
  GgufText text = deepseek();
  text.integers["expert_group_count"] = 0;
  text.integers["expert_group_used_count"] = 0;
  EXPECT_EQ(read_gguf(text).experts->groups, 1U);
  EXPECT_EQ(read_gguf(text).experts->groups_used, 1U);
}

TEST(GgufFamilies, ScoresThatDependOnThePositionAreRefused) {
  GgufText text = deepseek();
  text.numbers["attention.temperature_scale"] = 0.1F;
  EXPECT_THAT(gguf_error(text), HasSubstr("attention.temperature_scale"));
  text = deepseek();
  text.integers["attention.kv_lora_rank"] = 700;
  EXPECT_THAT(gguf_error(text), HasSubstr("latents of 700 values"));
}

}  // namespace
}  // namespace candor::engine::tests
