// Parameters, bytes and devices of published models, planned from their sizes alone. Counts are
// those of the published checkpoints' tensors (text part, without layers for speculative decoding).
#include "engine/model/memory_plan.h"

#include <gmock/gmock.h>

namespace candor::engine {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

struct Sizes {
  std::size_t width, ffn, layers, heads, kv_heads, head_dim, vocabulary;
  bool tied = false;
  bool qkv_bias = false;
  bool head_norm = false;
};

ArchSpec dense(const Sizes& s) {
  ArchSpec spec;
  spec.width = s.width;
  spec.vocabulary = s.vocabulary;
  spec.tied = s.tied;
  spec.ffn.width = s.ffn;
  spec.layers.resize(s.layers);
  spec.attention.heads = s.heads;
  spec.attention.kv_heads = s.kv_heads;
  spec.attention.head_dim = s.head_dim;
  spec.attention.qkv_bias = s.qkv_bias;
  spec.attention.head_norm = s.head_norm;
  return spec;
}

// The first `dense_layers` have no experts.
ArchSpec with_experts(ArchSpec spec, std::size_t dense_layers, std::size_t count, std::size_t used,
                      std::size_t width, std::size_t shared_width) {
  for (std::size_t i = dense_layers; i < spec.layers.size(); ++i) spec.layers[i].experts = true;
  if (dense_layers == 0) spec.ffn.width = 0;
  spec.experts.emplace();
  spec.experts->count = count;
  spec.experts->used = used;
  spec.experts->width = width;
  spec.experts->shared_width = shared_width;
  return spec;
}

ArchSpec with_latents(ArchSpec spec, std::size_t query_rank) {
  spec.attention.latent = LatentSpec{.query_rank = query_rank,
                                     .rank = 512,
                                     .plain = 128,
                                     .rotated = 64,
                                     .value = 128,
                                     .norm_epsilon = 1e-6F};
  spec.attention.kv_heads = spec.attention.heads;
  spec.attention.head_dim = 192;
  return spec;
}

ArchSpec llama_8b() { return dense({4096, 14336, 32, 32, 8, 128, 128256}); }
ArchSpec llama_70b() { return dense({8192, 28672, 80, 64, 8, 128, 128256}); }
ArchSpec qwen25_7b() { return dense({3584, 18944, 28, 28, 4, 128, 152064, false, true}); }
ArchSpec qwen3_30b() {
  return with_experts(dense({2048, 6144, 48, 32, 4, 128, 151936, false, false, true}), 0, 128, 8,
                      768, 0);
}
ArchSpec deepseek_v3() {
  ArchSpec spec = with_experts(with_latents(dense({7168, 18432, 61, 128, 128, 192, 129280}), 1536),
                               3, 256, 8, 2048, 2048);
  spec.experts->selection_bias = true;
  return spec;
}
ArchSpec deepseek_v2_lite() {
  return with_experts(with_latents(dense({2048, 10944, 27, 16, 16, 192, 102400}), 0), 1, 64, 6,
                      1408, 2816);
}
ArchSpec kimi_k2() {
  ArchSpec spec = with_experts(with_latents(dense({7168, 18432, 61, 64, 64, 192, 163840}), 1536), 1,
                               384, 8, 2048, 2048);
  spec.experts->selection_bias = true;
  return spec;
}
ArchSpec gpt_oss_20b() {
  ArchSpec spec =
      with_experts(dense({2880, 0, 24, 64, 8, 64, 201088, false, true}), 0, 32, 4, 2880, 0);
  spec.attention.output_bias = true;
  spec.attention.sinks = true;
  spec.experts->router_bias = true;
  spec.experts->bias = true;
  for (std::size_t i = 0; i < spec.layers.size(); i += 2) spec.layers[i].window = 128;
  return spec;
}
ArchSpec gemma3_27b() {
  ArchSpec spec = dense({5376, 21504, 62, 32, 16, 128, 262208, true, false, true});
  spec.sandwich_norms = true;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    if ((i + 1) % 6 != 0) spec.layers[i].window = 1024;
  }
  return spec;
}
ArchSpec seed_oss() { return dense({5120, 27648, 64, 80, 8, 128, 155136, false, true}); }
ArchSpec ernie_21b() {
  ArchSpec spec =
      with_experts(dense({2560, 12288, 28, 20, 4, 128, 103424, true}), 1, 64, 6, 1536, 3072);
  spec.experts->selection_bias = true;
  return spec;
}

TEST(ParameterCounts, AreThoseOfThePublishedCheckpoints) {
  EXPECT_EQ(count_parameters(llama_8b()).total, 8'030'261'248U);
  EXPECT_EQ(count_parameters(llama_70b()).total, 70'553'706'496U);
  EXPECT_EQ(count_parameters(qwen25_7b()).total, 7'615'616'512U);
  EXPECT_EQ(count_parameters(dense({1024, 3072, 28, 16, 8, 128, 151936, true, false, true})).total,
            596'049'920U);  // Qwen3-0.6B
  EXPECT_EQ(count_parameters(dense({2048, 8192, 16, 32, 8, 64, 128256, true})).total,
            1'235'814'400U);  // Llama-3.2-1B
  EXPECT_EQ(count_parameters(qwen3_30b()).total, 30'532'122'624U);
  EXPECT_EQ(count_parameters(gpt_oss_20b()).total, 20'914'757'184U);
  EXPECT_EQ(count_parameters(seed_oss()).total, 36'151'104'512U);
  EXPECT_EQ(count_parameters(deepseek_v2_lite()).total, 15'706'484'224U);
  EXPECT_EQ(count_parameters(deepseek_v3()).total, 671'026'419'200U);
}

// Where only the rounded figure is published: billions, to its last digit.
TEST(ParameterCounts, RoundToThePublishedFigures) {
  const auto billions = [](std::uint64_t count) { return static_cast<double>(count) / 1e9; };
  EXPECT_NEAR(billions(count_parameters(kimi_k2()).total), 1026, 1);
  EXPECT_NEAR(billions(count_parameters(gemma3_27b()).total), 27.0, 0.05);
  EXPECT_NEAR(billions(count_parameters(ernie_21b()).total), 21.8, 0.1);
  // Active ones count the head and not the input table; makers differ in that.
  EXPECT_NEAR(billions(count_parameters(deepseek_v3()).active), 37, 0.6);
  EXPECT_NEAR(billions(count_parameters(kimi_k2()).active), 32, 0.6);
  EXPECT_NEAR(billions(count_parameters(qwen3_30b()).active), 3.3, 0.35);
  EXPECT_NEAR(billions(count_parameters(gpt_oss_20b()).active), 3.6, 0.05);
  EXPECT_NEAR(billions(count_parameters(ernie_21b()).active), 3.0, 0.4);
  EXPECT_NEAR(billions(count_parameters(deepseek_v2_lite()).active), 2.4, 0.25);
}

TEST(ParameterCounts, OfADenseTiedModelAreAllActive) {
  const ParameterCount gemma = count_parameters(gemma3_27b());
  EXPECT_EQ(gemma.total, gemma.active);
  const ParameterCount llama = count_parameters(llama_8b());
  EXPECT_EQ(llama.total - llama.active, std::uint64_t{128256} * 4096);
}

TEST(KvBytes, AreThoseOfTheReference) {
  const auto once = [](const ArchSpec& spec) {
    return kv_bytes_per_token(spec, LatentCache::kOnce);
  };
  EXPECT_EQ(once(llama_8b()), 131'072U);
  EXPECT_EQ(once(llama_70b()), 327'680U);
  EXPECT_EQ(once(qwen25_7b()), 57'344U);
  EXPECT_EQ(once(qwen3_30b()), 98'304U);
  EXPECT_EQ(once(seed_oss()), 262'144U);
  EXPECT_EQ(once(gpt_oss_20b()), 49'152U);
  EXPECT_EQ(once(gemma3_27b()), 507'904U);
  EXPECT_EQ(once(deepseek_v3()), 70'272U);
  EXPECT_EQ(once(deepseek_v2_lite()), 31'104U);
  EXPECT_EQ(once(kimi_k2()), 70'272U);
  EXPECT_EQ(windowed_kv_bytes_per_token(gpt_oss_20b(), LatentCache::kOnce), 24'576U);
  EXPECT_EQ(windowed_kv_bytes_per_token(gemma3_27b(), LatentCache::kOnce), 52U * 8192U);
  // Latent as key (with the rotated part) and again as value: 576 + 512 values a layer.
  EXPECT_EQ(kv_bytes_per_token(deepseek_v3(), LatentCache::kTwice), 61U * 1088U * 2U);
  EXPECT_EQ(kv_bytes_per_token(llama_8b(), LatentCache::kTwice), 131'072U);
}

const WeightFormat& format(std::string_view name) {
  for (const WeightFormat& one : weight_formats()) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << name;
  return weight_formats()[0];
}

TEST(WeightBytes, FollowTheFormat) {
  const ArchSpec spec = llama_8b();
  const double values = static_cast<double>(count_parameters(spec).total);
  EXPECT_NEAR(static_cast<double>(weight_bytes(spec, format("bf16"))) / values, 2.0, 1e-3);
  // The table stays at two bytes a value.
  EXPECT_NEAR(static_cast<double>(weight_bytes(spec, format("int8"))) / values, 1.095, 0.005);
  // The published FP8 checkpoint without the layer for speculative decoding: about 674 GB.
  EXPECT_NEAR(static_cast<double>(weight_bytes(deepseek_v3(), format("fp8"))) / 1e9, 673, 3);
  // The published gpt-oss-20b files: 13.76 GB.
  EXPECT_NEAR(static_cast<double>(weight_bytes(gpt_oss_20b(), format("mxfp4 experts"))) / 1e9,
              13.77, 0.1);
}

std::size_t needed(const ArchSpec& spec, std::string_view name, std::uint64_t gib) {
  const auto plans = plan_up_to_fit(spec, format(name), gib * kGiB, {4096, 16});
  return works(plans.back()) ? plans.back().devices : 0;
}

TEST(Devices, HoldWhatIsKnownToFit) {
  // V3 in FP8 fits eight H200 and not eight H100.
  EXPECT_EQ(needed(deepseek_v3(), "fp8", 140), 8U);
  EXPECT_EQ(needed(deepseek_v3(), "fp8", 79), 16U);
  EXPECT_EQ(needed(llama_8b(), "bf16", 79), 1U);
  EXPECT_EQ(needed(llama_70b(), "bf16", 79), 4U);
  EXPECT_EQ(needed(llama_70b(), "fp8", 140), 1U);
  EXPECT_EQ(needed(gpt_oss_20b(), "mxfp4 experts", 79), 1U);
  EXPECT_EQ(needed(deepseek_v3(), "fp8", 1), 0U);
}

TEST(Devices, OfATensorParallelGroupShareWhatDivides) {
  const ArchSpec spec = llama_70b();
  const DevicePlan one = plan_devices(spec, format("bf16"), 1, 200 * kGiB, {8192, 32});
  const DevicePlan two = plan_devices(spec, format("bf16"), 2, 200 * kGiB, {8192, 32});
  const DevicePlan sixteen = plan_devices(spec, format("bf16"), 16, 200 * kGiB, {8192, 32});
  EXPECT_EQ(one.weight_bytes, weight_bytes(spec, format("bf16")));
  EXPECT_EQ(one.kv_bytes, std::uint64_t{8192} * 32 * 327'680);
  EXPECT_EQ(two.kv_bytes, one.kv_bytes / 2);
  EXPECT_EQ(sixteen.kv_bytes, one.kv_bytes / 8);  // eight heads, each on two devices
  EXPECT_LT(two.weight_bytes, one.weight_bytes * 52 / 100);
  EXPECT_THAT(sixteen.conflicts, IsEmpty());
  // The latent is on every device.
  EXPECT_EQ(plan_devices(deepseek_v3(), format("fp8"), 8, kGiB, {4096, 1}).kv_bytes,
            4096U * 70'272U);
}

TEST(Devices, NameWhatDoesNotDivide) {
  const auto conflicts = [](const ArchSpec& spec, std::string_view name, std::size_t devices) {
    return plan_devices(spec, format(name), devices, kGiB, {1, 1}).conflicts;
  };
  EXPECT_THAT(conflicts(qwen25_7b(), "bf16", 8),
              Contains(HasSubstr("28 query heads do not divide by 8")));
  EXPECT_THAT(conflicts(qwen25_7b(), "bf16", 4), IsEmpty());
  EXPECT_THAT(conflicts(ernie_21b(), "bf16", 8),
              Contains(HasSubstr("20 query heads do not divide by 8")));
  ArchSpec six = dense({1536, 8960, 28, 12, 6, 128, 151936});
  EXPECT_THAT(conflicts(six, "bf16", 4),
              Contains(HasSubstr("6 key and value heads neither divide by 4 nor repeat to it")));
  EXPECT_THAT(conflicts(deepseek_v2_lite(), "int8", 4),
              Contains(AllOf(HasSubstr("feed-forward columns 10944 / 4 = 2736"),
                             HasSubstr("128 values that share a scale"))));
  EXPECT_THAT(conflicts(llama_8b(), "bf16", 1), IsEmpty());
}

TEST(Devices, TakeWholeExpertsWhereTheyCannotBeCut) {
  // 2880 / 2 = 1440 is 45 blocks of 32; 2880 / 4 = 720 is none.
  const auto plan = [](std::size_t devices) {
    return plan_devices(gpt_oss_20b(), format("mxfp4 experts"), devices, kGiB, {1, 1});
  };
  EXPECT_FALSE(plan(2).whole_experts);
  EXPECT_TRUE(plan(4).whole_experts);
  EXPECT_THAT(plan(4).conflicts, IsEmpty());
  EXPECT_THAT(plan(64).conflicts,
              Contains(AllOf(HasSubstr("expert columns 2880 / 64 = 45"),
                             HasSubstr("32 whole experts do not divide by 64"))));
}

}  // namespace
}  // namespace candor::engine
