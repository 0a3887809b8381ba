#include "engine/arch/rope.h"

#include <gtest/gtest.h>

#include <map>

namespace candor::engine {
namespace {

void expect_frequencies(const std::vector<double>& actual,
                        const std::map<std::size_t, double>& expected) {
  for (const auto& [index, value] : expected) {
    EXPECT_NEAR(actual.at(index) / value, 1.0, 1e-6) << "frequency " << index;
  }
}

TEST(Rope, YarnMatchesPublishedModels) {
  // DeepSeek-V3.
  std::vector<double> deepseek = inverse_frequencies(64, 1e4);
  scale_yarn(deepseek, 1e4, {.factor = 40, .original_context = 4096});
  expect_frequencies(deepseek, {{0, 1.0},
                                {5, 0.23713737},
                                {9, 0.074989421},
                                {10, 0.056234133},
                                {15, 0.008334509},
                                {20, 7.9056942e-4},
                                {24, 2.5e-5},
                                {31, 3.3338036e-6}});
  // Kimi K2: a ramp of one dimension.
  std::vector<double> kimi = inverse_frequencies(64, 5e4);
  scale_yarn(kimi, 5e4, {.factor = 32, .original_context = 4096, .beta_fast = 1, .beta_slow = 1});
  expect_frequencies(kimi,
                     {{5, 0.18441062}, {15, 0.0062713034}, {20, 3.6140468e-5}, {31, 8.7644129e-7}});
  // gpt-oss: the ramp is not cut to whole dimensions.
  std::vector<double> gpt = inverse_frequencies(64, 1.5e5);
  scale_yarn(gpt, 1.5e5, {.factor = 32, .original_context = 4096, .truncate = false});
  expect_frequencies(gpt, {{5, 0.15532299},
                           {9, 0.031705696},
                           {10, 0.019335001},
                           {15, 0.0010526021},
                           {20, 1.8188337e-5},
                           {31, 3.0235114e-7}});
  // Qwen with the published factor for long texts.
  std::vector<double> qwen = inverse_frequencies(128, 1e6);
  scale_yarn(qwen, 1e6, {.factor = 4, .original_context = 32768});
  expect_frequencies(qwen,
                     {{5, 0.33982083}, {15, 0.039241898}, {24, 0.0053753215}, {31, 8.0295979e-4}});
}

TEST(Rope, YarnAttentionFactor) {
  EXPECT_NEAR(yarn_attention_factor(4, {}, {}), 1.13862944, 1e-8);
  EXPECT_NEAR(yarn_attention_factor(32, {}, {}), 1.34657359, 1e-8);
  EXPECT_EQ(yarn_attention_factor(40, 1.0, 1.0), 1.0);
  EXPECT_EQ(yarn_attention_factor(1, {}, {}), 1.0);
}

TEST(Rope, Llama3DividesLongWavelengths) {
  const std::vector<double> plain = inverse_frequencies(128, 5e5);
  std::vector<double> scaled = plain;
  scale_llama3(scaled, {.factor = 8,
                        .low_frequency_factor = 1,
                        .high_frequency_factor = 4,
                        .original_context = 8192});
  const std::map<std::size_t, double> divisors = {
      {0, 1.0},      {28, 1.0},      {29, 1.207484}, {30, 1.553415}, {31, 2.026313},
      {32, 2.69453}, {33, 3.684253}, {34, 5.257327}, {35, 8.0},      {63, 8.0}};
  for (const auto& [index, divisor] : divisors) {
    EXPECT_NEAR(plain[index] / scaled[index], divisor, 1e-6) << "frequency " << index;
  }
  expect_frequencies(scaled, {{29, 0.0021665708}, {34, 1.7850781e-4}, {63, 3.068926e-7}});
}

TEST(Rope, LinearDividesAll) {
  std::vector<double> frequencies = inverse_frequencies(4, 100);
  scale_linear(frequencies, 8);
  EXPECT_NEAR(frequencies[0], 0.125, 1e-15);
  EXPECT_NEAR(frequencies[1], 0.0125, 1e-15);
}

}  // namespace
}  // namespace candor::engine
