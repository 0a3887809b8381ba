// config.json of Hugging Face folders, in the published and in the newer form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <cstring>

#include "data/base/error.h"
#include "engine/arch/families.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::HasSubstr;

boost::json::object llama_config() {
  return boost::json::parse(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "vocab_size": 32, "hidden_act": "silu",
    "max_position_embeddings": 2048, "rope_theta": 10000.0, "tie_word_embeddings": false})")
      .as_object();
}

boost::json::object qwen2_config() {
  boost::json::object config = llama_config();
  config["architectures"] = {"Qwen2ForCausalLM"};
  config["model_type"] = "qwen2";
  return config;
}

class ConfigSpec : public testing::Test {
 protected:
  ArchSpec read(const boost::json::object& config) {
    folder_.write("config.json", boost::json::serialize(config));
    // One tensor, so that it is a folder of weights.
    const std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    folder_.write("model.safetensors", bytes + header + std::string(4, '\0'));
    return read_arch_spec(*SafetensorsFolder::open(folder_.path()));
  }

  std::string error(const boost::json::object& config) {
    try {
      read(config);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  tests::TempFolder folder_;
};

TEST_F(ConfigSpec, ReadsALlama) {
  const ArchSpec spec = read(llama_config());
  EXPECT_EQ(spec.family, "llama");
  EXPECT_EQ(spec.layers.size(), 3U);
  EXPECT_EQ(spec.attention.head_dim, 16U);
  EXPECT_EQ(spec.vocabulary, 32U);
  EXPECT_EQ(spec.ropes[0].pairing, kernels::RopePairing::kHalves);
  EXPECT_FALSE(spec.attention.qkv_bias);
  EXPECT_FALSE(spec.tied);
}

TEST_F(ConfigSpec, OldAndNewFormOfRopeMeanTheSame) {
  const auto scaling = boost::json::parse(
      R"({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64})");
  boost::json::object old_form = llama_config();
  old_form["rope_theta"] = 500000.0;
  old_form["rope_scaling"] = scaling;
  boost::json::object older_form = old_form;
  auto& older = older_form["rope_scaling"].as_object();
  older["type"] = older["rope_type"];
  older.erase("rope_type");
  boost::json::object new_form = llama_config();
  new_form.erase("rope_theta");
  new_form["rope_parameters"] = scaling;
  new_form["rope_parameters"].as_object()["rope_theta"] = 500000.0;

  const auto expected = read(old_form).ropes[0].inverse_frequencies;
  EXPECT_NEAR(expected[7] * 8, std::pow(5e5, -14.0 / 16), 1e-9) << "long wavelengths are divided";
  EXPECT_EQ(read(older_form).ropes[0].inverse_frequencies, expected);
  EXPECT_EQ(read(new_form).ropes[0].inverse_frequencies, expected);
}

TEST_F(ConfigSpec, YarnAndLinearScaling) {
  boost::json::object config = qwen2_config();
  config["rope_scaling"] = {
      {"type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 32768}};
  EXPECT_NEAR(read(config).ropes[0].cos_sin_factor, 1.13862944, 1e-6);
  config["rope_scaling"].as_object()["attention_factor"] = 1.5;
  EXPECT_EQ(read(config).ropes[0].cos_sin_factor, 1.5F);
  config["rope_scaling"] = {{"type", "linear"}, {"factor", 2.0}};
  EXPECT_EQ(read(config).ropes[0].inverse_frequencies[0], 0.5);
  config["rope_scaling"] = {{"rope_type", "dynamic"}, {"factor", 2.0}};
  EXPECT_THAT(error(config), HasSubstr("\"dynamic\""));
}

TEST_F(ConfigSpec, BiasesFollowTheFamilyAndTheFlags) {
  EXPECT_TRUE(read(qwen2_config()).attention.qkv_bias);
  EXPECT_FALSE(read(qwen2_config()).attention.output_bias);
  boost::json::object config = llama_config();
  config["attention_bias"] = true;
  config["mlp_bias"] = true;
  const ArchSpec spec = read(config);
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_TRUE(spec.attention.output_bias);
  EXPECT_TRUE(spec.ffn.bias);
}

TEST_F(ConfigSpec, Qwen2WindowsOnlyWhenSwitchedOn) {
  boost::json::object config = qwen2_config();
  config["sliding_window"] = 512;
  config["max_window_layers"] = 1;
  const auto windows = [&] {
    std::vector<std::int64_t> all;
    for (const LayerSpec& layer : read(config).layers) all.push_back(layer.window);
    return all;
  };
  EXPECT_EQ(windows(), (std::vector<std::int64_t>{0, 0, 0}));
  config["use_sliding_window"] = true;
  EXPECT_EQ(windows(), (std::vector<std::int64_t>{0, 512, 512}));
  config["layer_types"] = {"sliding_attention", "full_attention", "sliding_attention"};
  EXPECT_EQ(windows(), (std::vector<std::int64_t>{512, 0, 512}));
  config["layer_types"] = {"full_attention"};
  EXPECT_THAT(error(config), HasSubstr("layer_types"));
  config["layer_types"] = {"full_attention", "chunked_attention", "full_attention"};
  EXPECT_THAT(error(config), HasSubstr("chunked_attention"));
}

TEST_F(ConfigSpec, MistralIsALlamaWithAWindow) {
  boost::json::object config = llama_config();
  config["model_type"] = "mistral";
  config["architectures"] = {"MistralForCausalLM"};
  config["sliding_window"] = nullptr;
  EXPECT_EQ(read(config).layers[0].window, 0);
  config["sliding_window"] = 4096;
  EXPECT_EQ(read(config).family, "llama");
  EXPECT_EQ(read(config).layers[2].window, 4096);
  config["sliding_window"] = -1;
  EXPECT_THAT(error(config), HasSubstr("sliding_window"));
}

TEST_F(ConfigSpec, EveryFieldIsChecked) {
  for (const char* key : {"hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "vocab_size", "max_position_embeddings"}) {
    for (const boost::json::value& bad : std::initializer_list<boost::json::value>{
             0, -4, "64", 64.5, true, nullptr, 1e30, 0xFFFFFFFFFFFFFFFFULL}) {
      boost::json::object config = llama_config();
      config[key] = bad;
      EXPECT_THAT(error(config), HasSubstr(std::string("config.json: ") + key)) << bad;
    }
  }
  for (const char* key : {"rms_norm_eps", "rope_theta"}) {
    for (const boost::json::value& bad :
         std::initializer_list<boost::json::value>{0, -1.0, "1e-5", 1e300}) {
      boost::json::object config = llama_config();
      config[key] = bad;
      EXPECT_THAT(error(config), HasSubstr(key)) << bad;
    }
  }
  boost::json::object heads = llama_config();
  heads["num_key_value_heads"] = 3;
  EXPECT_THAT(error(heads), HasSubstr("num_key_value_heads"));
  boost::json::object activation = llama_config();
  activation["hidden_act"] = "gelu";
  EXPECT_THAT(error(activation), HasSubstr("\"gelu\""));
}

TEST_F(ConfigSpec, WhatIsNotAPlainLanguageModelIsRefusedByName) {
  boost::json::object unknown = llama_config();
  unknown["model_type"] = "mamba";
  EXPECT_THAT(error(unknown),
              HasSubstr("\"mamba\" is not known (known: llama, mistral, qwen2, qwen3, qwen3_moe, "
                        "gemma3_text, gemma3, deepseek_v2, deepseek_v3, kimi_k2, ernie4_5, "
                        "ernie4_5_moe, seed_oss, gpt_oss)"));
  boost::json::object classifier = llama_config();
  classifier["architectures"] = {"LlamaForSequenceClassification"};
  EXPECT_THAT(error(classifier), HasSubstr("LlamaForSequenceClassification"));
  boost::json::object quantised = llama_config();
  quantised["quantization_config"] = {{"quant_method", "awq"}};
  EXPECT_THAT(error(quantised), HasSubstr("quantization_config"));
  boost::json::object nameless = llama_config();
  nameless.erase("model_type");
  EXPECT_THAT(error(nameless), HasSubstr("model_type"));
}

}  // namespace
}  // namespace candor::engine
