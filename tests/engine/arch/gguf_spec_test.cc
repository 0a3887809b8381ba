// Hyper-parameters of GGUF files: what is read, and that nothing absurd gets past.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "data/base/error.h"
#include "engine/arch/families.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::HasSubstr;
using tests::GgufWriter;

// The keys of a file by name, so that a test can change one.
struct Keys {
  std::string architecture = "llama";
  std::map<std::string, std::uint32_t> integers = {
      {"block_count", 2},          {"embedding_length", 64},       {"feed_forward_length", 96},
      {"attention.head_count", 4}, {"attention.head_count_kv", 2}, {"context_length", 2048}};
  std::map<std::string, float> numbers = {{"attention.layer_norm_rms_epsilon", 1e-5F}};
  std::map<std::string, std::string> texts = {};
  std::vector<float> rope_freqs = {};
  bool head = true;
  bool q_bias = false;
};

class GgufSpec : public testing::Test {
 protected:
  ArchSpec read(const Keys& keys) {
    GgufWriter writer;
    writer.text("general.architecture", keys.architecture);
    const std::string prefix = keys.architecture + ".";
    for (const auto& [key, value] : keys.integers) writer.integer(prefix + key, value);
    for (const auto& [key, value] : keys.numbers) writer.number(prefix + key, value);
    for (const auto& [key, value] : keys.texts) writer.text(prefix + key, value);
    const std::vector<float> table(32 * 64);
    writer.tensor_f32("token_embd.weight", {32, 64}, table);
    if (keys.head) writer.tensor_f32("output.weight", {32, 64}, table);
    if (keys.q_bias) writer.tensor_f32("blk.0.attn_q.bias", {64}, std::vector<float>(64));
    if (!keys.rope_freqs.empty()) {
      writer.tensor_f32("rope_freqs.weight", {keys.rope_freqs.size()}, keys.rope_freqs);
    }
    const auto path = folder_.path() / "model.gguf";
    writer.write(path);
    return read_arch_spec(*GgufFile::open(path));
  }

  std::string error(const Keys& keys) {
    try {
      read(keys);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  tests::TempFolder folder_;
};

TEST_F(GgufSpec, ReadsALlama) {
  const ArchSpec spec = read({});
  EXPECT_EQ(spec.family, "llama");
  EXPECT_EQ(spec.layers.size(), 2U);
  EXPECT_EQ(spec.width, 64U);
  EXPECT_EQ(spec.ffn.width, 96U);
  EXPECT_EQ(spec.vocabulary, 32U);
  EXPECT_EQ(spec.context_length, 2048U);
  EXPECT_EQ(spec.attention.heads, 4U);
  EXPECT_EQ(spec.attention.kv_heads, 2U);
  EXPECT_EQ(spec.attention.head_dim, 16U);
  EXPECT_EQ(spec.attention.scale, 0.25F);
  EXPECT_FALSE(spec.attention.qkv_bias);
  EXPECT_FALSE(spec.tied);
  ASSERT_EQ(spec.ropes.size(), 1U);
  EXPECT_EQ(spec.ropes[0].rotated, 16U);
  EXPECT_EQ(spec.ropes[0].pairing, kernels::RopePairing::kInterleaved)
      << "the converter permutes Q and K of this family";
  EXPECT_EQ(spec.layers[1].window, 0);
}

TEST_F(GgufSpec, Qwen2RotatesHalvesAndHasBiases) {
  Keys keys{.architecture = "qwen2", .head = false};
  keys.numbers["rope.freq_base"] = 1e6F;
  const ArchSpec spec = read(keys);
  EXPECT_EQ(spec.family, "qwen2");
  EXPECT_EQ(spec.ropes[0].pairing, kernels::RopePairing::kHalves);
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_FALSE(spec.attention.output_bias);
  EXPECT_TRUE(spec.tied);
  EXPECT_NEAR(spec.ropes[0].inverse_frequencies[1], std::pow(1e6, -0.125), 1e-7);
}

TEST_F(GgufSpec, OptionalFieldsAreHonoured) {
  Keys keys;
  keys.q_bias = true;
  keys.integers["attention.key_length"] = 32;
  keys.integers["attention.value_length"] = 32;
  keys.integers["rope.dimension_count"] = 8;
  keys.integers["attention.sliding_window"] = 100;
  keys.rope_freqs = {1, 2, 4, 8};
  const ArchSpec spec = read(keys);
  EXPECT_TRUE(spec.attention.qkv_bias);
  EXPECT_EQ(spec.attention.head_dim, 32U);
  EXPECT_EQ(spec.ropes[0].rotated, 8U);
  EXPECT_EQ(spec.layers[0].window, 100);
  EXPECT_NEAR(spec.ropes[0].inverse_frequencies[3], std::pow(1e4, -0.75) / 8, 1e-9);

  Keys yarn{.architecture = "qwen2"};
  yarn.texts["rope.scaling.type"] = "yarn";
  yarn.numbers["rope.scaling.factor"] = 4;
  yarn.integers["rope.scaling.original_context_length"] = 32768;
  EXPECT_NEAR(read(yarn).ropes[0].cos_sin_factor, 1.13862944, 1e-6);
}

TEST_F(GgufSpec, AContextOfAnySizeIsOnlyANumber) {
  Keys keys;
  keys.integers["context_length"] = 0xFFFFFFFF;
  EXPECT_EQ(read(keys).context_length, 0xFFFFFFFFU);
}

TEST_F(GgufSpec, UnknownArchitecturesAreRefusedByNameWithTheKnownOnes) {
  const std::string message = error({.architecture = "deepseek32"});
  EXPECT_THAT(message, HasSubstr("model.gguf: general.architecture"));
  EXPECT_THAT(message, HasSubstr("\"deepseek32\""));
  EXPECT_THAT(message, HasSubstr("llama, qwen2"));
}

TEST_F(GgufSpec, EveryIntegerIsChecked) {
  const Keys good;
  for (const auto& [key, ignored] : good.integers) {
    for (const std::uint32_t bad : {0U, 0xFFFFFFFFU}) {
      if (key == "context_length" && bad != 0) continue;
      Keys keys;
      keys.integers[key] = bad;
      EXPECT_THAT(error(keys), HasSubstr("model.gguf: llama." + key)) << bad;
    }
    if (key == "attention.head_count_kv") continue;  // defaults to the query heads
    Keys missing;
    missing.integers.erase(key);
    EXPECT_THAT(error(missing), HasSubstr(key)) << "missing";
  }
}

TEST_F(GgufSpec, SizesThatDoNotFitEachOtherAreRefused) {
  const auto with = [&](const char* key, std::uint32_t value) {
    Keys keys;
    keys.integers[key] = value;
    return error(keys);
  };
  EXPECT_THAT(with("attention.head_count_kv", 3), HasSubstr("head_count_kv: 3"));
  EXPECT_THAT(with("attention.head_count_kv", 8), HasSubstr("head_count_kv: 8"));
  EXPECT_THAT(with("attention.head_count", 6), HasSubstr("head_count: 6"));
  EXPECT_THAT(with("attention.key_length", 15), HasSubstr("key_length"));
  EXPECT_THAT(with("attention.key_length", 100000), HasSubstr("key_length"));
  EXPECT_THAT(with("attention.value_length", 8), HasSubstr("value_length"));
  EXPECT_THAT(with("rope.dimension_count", 18), HasSubstr("dimension_count"));
  EXPECT_THAT(with("rope.dimension_count", 3), HasSubstr("dimension_count"));
  EXPECT_THAT(with("vocab_size", 33), HasSubstr("vocab_size"));
  EXPECT_THAT(with("expert_count", 8), HasSubstr("expert_count"));
}

TEST_F(GgufSpec, EveryNumberIsChecked) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const char* key : {"attention.layer_norm_rms_epsilon", "rope.freq_base"}) {
    for (const float bad : {nan, infinity, -1.0F, 0.0F}) {
      Keys keys;
      keys.numbers[key] = bad;
      EXPECT_THAT(error(keys), HasSubstr(key)) << bad;
    }
  }
  for (const float bad : {nan, 0.0F, -2.0F}) {
    Keys keys;
    keys.texts["rope.scaling.type"] = "linear";
    keys.numbers["rope.scaling.factor"] = bad;
    EXPECT_THAT(error(keys), HasSubstr("rope.scaling.factor")) << bad;
    Keys divisors;
    divisors.rope_freqs = std::vector<float>(8, bad);
    EXPECT_THAT(error(divisors), HasSubstr("rope_freqs.weight")) << bad;
  }
  Keys short_divisors;
  short_divisors.rope_freqs = {1, 1};
  EXPECT_THAT(error(short_divisors), HasSubstr("rope_freqs.weight"));
}

TEST_F(GgufSpec, OtherScalingIsRefusedByName) {
  Keys keys;
  keys.texts["rope.scaling.type"] = "longrope";
  EXPECT_THAT(error(keys), HasSubstr("\"longrope\""));
}

TEST_F(GgufSpec, AFileWithoutWeightsIsNotAModel) {
  GgufWriter writer;
  writer.text("general.architecture", "llama");
  for (const auto& [key, value] : Keys{}.integers) writer.integer("llama." + key, value);
  writer.number("llama.attention.layer_norm_rms_epsilon", 1e-5F);
  const auto path = folder_.path() / "vocabulary.gguf";
  writer.write(path);
  EXPECT_THROW(
      {
        try {
          read_arch_spec(*GgufFile::open(path));
        } catch (const Error& e) {
          EXPECT_THAT(e.what(), HasSubstr("token_embd.weight"));
          throw;
        }
      },
      Error);
}

}  // namespace
}  // namespace candor::engine
