// Configurations in other forms, of the reference checkpoints, and such as must be refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "tests/engine/arch/published_configs.h"
#include "tests/engine/arch/spec_reading.h"
#include "tests/support/shared.h"

namespace candor::engine::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The configuration in the form in which newer versions of the library write it.
boost::json::object newer_form(boost::json::object config) {
  boost::json::object rope;
  if (const auto* scaling = config["rope_scaling"].if_object()) rope = *scaling;
  if (auto type = rope.if_contains("type")) {
    rope["rope_type"] = *type;
    rope.erase("type");
  }
  if (!rope.contains("rope_type")) rope["rope_type"] = "default";
  rope["rope_theta"] = config["rope_theta"].is_null() ? 1e6 : config["rope_theta"];
  config.erase("rope_scaling");
  config.erase("rope_theta");
  if (config.contains("hidden_activation") || config.contains("sliding_window_pattern") ||
      !config.contains("hidden_act")) {
    config["rope_parameters"] = {
        {"full_attention", rope},
        {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 10000.0}}}};
    config.erase("rope_local_base_freq");
  } else {
    config["rope_parameters"] = rope;
  }
  if (auto* type = config.if_contains("torch_dtype")) {
    config["dtype"] = *type;
    config.erase("torch_dtype");
  }
  if (auto* count = config.if_contains("num_experts")) {
    config["num_local_experts"] = *count;
    config.erase("num_experts");
  }
  if (auto* pattern = config.if_contains("sliding_window_pattern")) {
    config["_sliding_window_pattern"] = *pattern;
    config.erase("sliding_window_pattern");
  }
  return config;
}

TEST(ConfigForms, OldAndNewFormGiveTheSameSpec) {
  for (const char* text : {kDeepseekV3, kDeepseekV2Lite, kKimiK2, kQwen3Moe, kQwen3Small, kGemma1B,
                           kErnie03B, kErnie21B, kSeedOss, kGptOss20B, kLlama8B, kSmolLm2}) {
    const boost::json::object older = parsed(text);
    const boost::json::object newer = newer_form(older);
    EXPECT_NE(older, newer);
    EXPECT_EQ(described(read_config(older)), described(read_config(newer)))
        << older.at("model_type");
  }
  for (const char* text : {kGemma4B, kGemma27B}) {
    const boost::json::object older = parsed(text);
    boost::json::object newer = older;
    newer["text_config"] = newer_form(older.at("text_config").as_object());
    EXPECT_EQ(described(read_config(older)), described(read_config(newer)));
  }
}

TEST(ConfigForms, LayerTypesMeanWhatTheFamilysRuleDoes) {
  boost::json::array types;
  for (int i = 0; i < 26; ++i) {
    types.push_back((i + 1) % 6 == 0 ? "full_attention" : "sliding_attention");
  }
  boost::json::object gemma = with(parsed(kGemma1B), {{"layer_types", types}});
  gemma.erase("sliding_window_pattern");
  EXPECT_EQ(described(read_config(gemma)), described(read_config(parsed(kGemma1B))));

  types.clear();
  for (int i = 0; i < 24; ++i) types.push_back(i % 2 == 0 ? "sliding_attention" : "full_attention");
  EXPECT_EQ(described(read_config(with(parsed(kGptOss20B), {{"layer_types", types}}))),
            described(read_config(parsed(kGptOss20B))));
}

TEST(ConfigForms, ReferenceCheckpointsAreRead) {
  CANDOR_NEEDS_SHARED("golden/architectures");
  int read = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(candor::tests::shared_path("golden/architectures"))) {
    std::ifstream file(entry.path() / "config.json");
    std::stringstream text;
    text << file.rdbuf();
    const auto config = boost::json::parse(text.str()).as_object();
    const ArchSpec spec = read_config(config);
    EXPECT_EQ(spec.layers.size(), config.at("num_hidden_layers").to_number<std::size_t>());
    ++read;
  }
  EXPECT_GT(read, 10);
}

struct Bad {
  const char* config;
  const char* key;
  boost::json::value value;
  const char* also = "";  // in the message
};

TEST(RefusedConfig, NumbersThatCannotBeNameTheirKey) {
  const auto huge = 0xFFFFFFFFFFFFFFFFULL;
  for (const Bad& bad : std::initializer_list<Bad>{
           {kDeepseekV3, "n_routed_experts", 0},
           {kDeepseekV3, "num_experts_per_tok", 257, "256"},
           {kDeepseekV3, "num_experts_per_tok", nullptr, "missing"},
           {kDeepseekV3, "n_group", 7, "256"},
           {kDeepseekV3, "n_group", huge},
           {kDeepseekV3, "topk_group", 9, "8 groups"},
           {kDeepseekV3, "n_shared_experts", -1},
           {kDeepseekV3, "first_k_dense_replace", -1},
           {kDeepseekV3, "moe_layer_freq", 0},
           {kDeepseekV3, "moe_intermediate_size", "2048"},
           {kDeepseekV3, "kv_lora_rank", 0},
           {kDeepseekV3, "q_lora_rank", -3},
           {kDeepseekV3, "qk_rope_head_dim", 63},
           {kDeepseekV3, "qk_nope_head_dim", 600},
           {kDeepseekV3, "v_head_dim", nullptr, "missing"},
           {kDeepseekV3, "scoring_func", "sqrtsoftplus", "sqrtsoftplus"},
           {kDeepseekV3, "topk_method", "random", "random"},
           {kDeepseekV3, "norm_topk_prob", 1},
           {kDeepseekV3, "routed_scaling_factor", 0.0},
           {kDeepseekV3, "attention_bias", "yes"},
           {kQwen3Moe, "num_experts", 0},
           {kQwen3Moe, "num_experts", 1e9},
           {kQwen3Moe, "num_experts_per_tok", 129},
           {kQwen3Moe, "mlp_only_layers", {48}, "48 layers"},
           {kQwen3Moe, "mlp_only_layers", {"all"}},
           {kQwen3Moe, "decoder_sparse_step", 0},
           {kErnie21B, "moe_num_experts", {64, 64}, "images"},
           {kErnie21B, "moe_num_experts", 0},
           {kErnie21B, "moe_k", 65},
           {kErnie21B, "moe_layer_start_index", -1},
           {kErnie21B, "moe_layer_end_index", -2},
           {kErnie21B, "moe_layer_interval", 0},
           {kErnie21B, "moe_norm_min", 0.0},
           {kErnie21B, "moe_num_shared_experts", -2},
           {kGemma1B, "sliding_window", nullptr, "missing"},
           {kGemma1B, "sliding_window_pattern", 0},
           {kGemma1B, "query_pre_attn_scalar", 0},
           {kGemma1B, "rope_local_base_freq", 1.0},
           {kGemma1B, "final_logit_softcapping", -1.0},
           {kGemma1B, "hidden_activation", "relu", "relu"},
           {kGemma1B, "use_bidirectional_attention", true},
           {kGemma1B, "layer_types", {"full_attention"}, "26 layers"},
           {kGptOss20B, "num_local_experts", 0},
           {kGptOss20B, "sliding_window", 0},
           {kGptOss20B, "swiglu_limit", -7.0},
           {kGptOss20B, "layer_types", {"sliding_attention"}, "24 layers"},
           {kSeedOss, "head_dim", 127},
           {kSeedOss, "head_dim", 642},
       }) {
    EXPECT_THAT(config_error(with(parsed(bad.config), {{bad.key, bad.value}})),
                AllOf(HasSubstr("config.json: "), HasSubstr(bad.key), HasSubstr(bad.also)))
        << bad.key << " " << bad.value;
  }
}

TEST(RefusedConfig, WhatDoesNotFitTogether) {
  // Each is fine alone.
  EXPECT_THAT(config_error(with(parsed(kDeepseekV3), {{"n_group", 256}, {"topk_group", 200}})),
              HasSubstr("groups of one expert"));
  EXPECT_THAT(config_error(with(parsed(kDeepseekV3), {{"n_group", 64}, {"topk_group", 1}})),
              HasSubstr("8 experts are to be used"));
  EXPECT_THAT(config_error(with(parsed(kQwen3Moe), {{"num_hidden_layers", 4000},
                                                    {"hidden_size", 1000000},
                                                    {"num_experts", 60000},
                                                    {"moe_intermediate_size", 1000000}})),
              HasSubstr("weights follow from its sizes"));
}

// Whatever stands under a key, the answer is a spec or an Error that names the file.
TEST(RefusedConfig, AnyValueUnderAnyKeyIsReadOrRefused) {
  const std::vector<boost::json::value> values = {
      nullptr, -1,  "x",  boost::json::array(), boost::json::object(),
      1e308,   0.5, true, 0xFFFFFFFFFFFFFFFFULL};
  int refused = 0;
  for (const char* text : {kDeepseekV3, kErnie21B, kGptOss20B, kGemma1B, kLlama8B}) {
    const boost::json::object good = parsed(text);
    std::vector<std::pair<std::string, boost::json::object>> bad;
    for (const auto& [key, was] : good) {
      for (const boost::json::value& value : values) {
        bad.emplace_back(key, with(good, {{key, value}}));
        if (!was.is_object()) continue;
        for (const auto& [inner, ignored] : was.get_object()) {
          bad.emplace_back(inner, with(good, {{key, with(was.get_object(), {{inner, value}})}}));
        }
      }
    }
    for (const auto& [key, config] : bad) {
      const std::string error = config_error(config);
      EXPECT_THAT(error, testing::AnyOf("no error", HasSubstr("config.json: "))) << key;
      refused += error != "no error" ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(RefusedConfig, RotaryEmbeddings) {
  const auto error = [](const boost::json::object& scaling) {
    return config_error(with(parsed(kDeepseekV3), {{"rope_scaling", scaling}}));
  };
  for (const char* type : {"longrope", "dynamic", "mrope", "su"}) {
    EXPECT_THAT(error({{"type", type}, {"factor", 2.0}}), HasSubstr(type));
  }
  EXPECT_THAT(error({{"type", "yarn"}}), HasSubstr("rope_scaling: factor"));
  EXPECT_THAT(error({{"type", "yarn"}, {"rope_type", "default"}}), HasSubstr("contradict"));
  EXPECT_THAT(error({{"type", "yarn"}, {"factor", 0.5}}), HasSubstr("factor"));
  EXPECT_THAT(error({{"type", "yarn"}, {"factor", 4}, {"mscale_all_dim", -1}}),
              HasSubstr("mscale_all_dim"));
  EXPECT_THAT(error({{"type", "yarn"}, {"factor", 4}, {"beta_fast", 1}, {"beta_slow", 2}}),
              HasSubstr("beta_fast"));
  EXPECT_THAT(config_error(with(parsed(kLlama8B), {{"rope_scaling", nullptr},
                                                   {"rope_parameters",
                                                    {{"full_attention", {{"rope_theta", 1e4}}}}}})),
              HasSubstr("full_attention"));
}

TEST(RefusedConfig, QuantisationsThatAreNotReadAreNamedWithARemedy) {
  const auto error = [](const boost::json::object& quantisation) {
    return config_error(with(parsed(kLlama8B), {{"quantization_config", quantisation}}));
  };
  for (const char* method : {"gptq", "awq", "bitsandbytes", "compressed-tensors", "mxfp4"}) {
    EXPECT_THAT(error({{"quant_method", method}}),
                AllOf(HasSubstr("quantization_config: quant_method"), HasSubstr(method),
                      HasSubstr("GGUF file")));
  }
  EXPECT_THAT(error({{"quant_method", "fp8"}}),
              AllOf(HasSubstr("weight_block_size"), HasSubstr("GGUF file")));
  for (const boost::json::value& bad : std::initializer_list<boost::json::value>{
           {128}, {128, 0}, {128, "128"}, {128, 128, 128}, {1 << 20, 128}}) {
    EXPECT_THAT(error({{"quant_method", "fp8"}, {"weight_block_size", bad}}),
                HasSubstr("weight_block_size"))
        << bad;
  }
  EXPECT_THAT(error({{"quant_method", "fp8"}, {"weight_block_size", {128, 128}}, {"fmt", "e5m2"}}),
              HasSubstr("e5m2"));
  EXPECT_THAT(error({{"bits", 4}}), HasSubstr("quant_method"));
}

TEST(RefusedConfig, OtherModelsByName) {
  for (const char* type : {"mixtral", "deepseek_v32", "qwen3_next", "ernie4_5_moe_vl"}) {
    EXPECT_THAT(config_error(with(parsed(kLlama8B), {{"model_type", type}})),
                AllOf(HasSubstr(type), HasSubstr("known: llama, mistral, qwen2, qwen3")));
  }
  EXPECT_THAT(
      config_error(with(parsed(kLlama8B), {{"architectures", {"LlamaForConditionalGeneration"}}})),
      HasSubstr("LlamaForConditionalGeneration"));
}

}  // namespace
}  // namespace candor::engine::tests
