// Weights that are made up: the same wherever they are made, of the size that networks are
// initialised with, in little memory; and whole models of them.
#include "engine/files/random_source.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <set>

#include "data/base/error.h"
#include "engine/engine.h"
#include "engine/model/random_weights.h"
#include "tests/engine/arch/published_configs.h"
#include "tests/engine/arch/spec_reading.h"

namespace candor::engine {
namespace {

using Fill = RandomTensor::Fill;
using testing::HasSubstr;

std::vector<float> values_of(const TensorView& tensor) {
  std::size_t count = 1;
  for (const std::size_t side : tensor.shape) count *= side;
  std::vector<float> values(count);
  kernels::dequantize(tensor.format, tensor.bytes, values);
  return values;
}

const std::vector<RandomTensor> kTensors = {{"a", {1000, 500}},
                                            {"ones", {77}, Fill::kOnes},
                                            {"b", {400, 300}},
                                            {"zeros", {5}, Fill::kZeros},
                                            {"c", {400, 300}}};

TEST(RandomSource, ValuesHaveTheDeviationAndTheShapeOfANormalDistribution) {
  const RandomSource source("name", kTensors, 2);
  const std::vector<float> values =
      values_of(source.need("a", std::vector<std::size_t>{1000, 500}));
  double sum = 0, squares = 0;
  std::size_t within = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
    within += std::abs(value) < 0.02F ? 1 : 0;
  }
  const auto count = static_cast<double>(values.size());
  const double deviation = std::sqrt(squares / count);
  // Five standard errors: 0.02 / sqrt(n) of the mean, 0.02 / sqrt(2 n) of the deviation (less for
  // this distribution), and the rounding to 8 bits, 2^-9 of a value at most.
  EXPECT_NEAR(sum / count, 0, 5 * 0.02 / std::sqrt(count));
  EXPECT_NEAR(deviation, 0.02, 5 * 0.02 / std::sqrt(2 * count) + 0.02 / 512);
  // Of a normal distribution 68.3%; of a uniform one 57.7%.
  EXPECT_NEAR(static_cast<double>(within) / count, 0.68, 0.015);
}

TEST(RandomSource, IsTheSameWithAnyNumberOfThreads) {
  const RandomSource one("name", kTensors, 1);
  const RandomSource four("other name", kTensors, 4);
  ASSERT_EQ(one.tensors().size(), kTensors.size());
  for (std::size_t i = 0; i < kTensors.size(); ++i) {
    const TensorView& a = one.tensors()[i];
    const TensorView& b = four.tensors()[i];
    EXPECT_EQ(a.name, kTensors[i].name);
    EXPECT_EQ(a.shape, kTensors[i].shape);
    ASSERT_EQ(a.bytes.size(), b.bytes.size());
    EXPECT_EQ(std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()), 0) << a.name;
  }
}

TEST(RandomSource, TensorsOfOneShapeDifferAndConstantsAreConstant) {
  const RandomSource source("name", kTensors, 1);
  EXPECT_NE(values_of(*source.find("b")), values_of(*source.find("c")));
  EXPECT_THAT(values_of(*source.find("ones")), testing::Each(1.0F));
  EXPECT_THAT(values_of(*source.find("zeros")), testing::Each(0.0F));
  EXPECT_EQ(source.find("d"), nullptr);
  EXPECT_TRUE(source.files().empty());
}

TEST(RandomSource, TakesTheMemoryOfTheLargestTensor) {
  std::vector<RandomTensor> many;
  for (int i = 0; i < 50; ++i) many.push_back({std::to_string(i), {1000, 1000}});
  const RandomSource source("name", many, 1);
  std::set<const std::byte*> places;
  std::uint64_t all = 0;
  for (const TensorView& tensor : source.tensors()) {
    places.insert(tensor.bytes.data());
    all += tensor.bytes.size();
  }
  EXPECT_GT(places.size(), 40U) << "windows at different places";
  EXPECT_LT(source.buffer_bytes(), all / 20);
}

constexpr const char* kTiny = R"({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3",
  "hidden_act": "silu", "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "head_dim": 32,
  "max_position_embeddings": 512, "hidden_size": 64, "intermediate_size": 96,
  "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 300,
  "tie_word_embeddings": true})";

EngineOptions on_processor() {
  EngineOptions options;
  options.device = DeviceChoice::kCpu;
  options.threads = 2;
  options.kv_bytes = std::size_t{16} << 20U;
  return options;
}

Request greedy(std::vector<TokenId> prompt, int tokens) {
  Request request;
  request.prompt = std::move(prompt);
  request.sampling.max_tokens = tokens;
  request.ignore_stops = true;
  return request;
}

TEST(LoadShape, RunsTheModelThatTheConfigurationDescribes) {
  const auto engine = Engine::load_shape("tiny", kTiny, on_processor());
  const ModelDescription& model = engine->description();
  EXPECT_EQ(model.name, "tiny");
  EXPECT_EQ(model.family, "qwen3");
  EXPECT_EQ(model.layers, 2U);
  EXPECT_EQ(model.vocabulary, 300U);
  EXPECT_EQ(model.parameters,
            300U * 64 + 2 * (64 * 32 * (4 + 2 * 2 + 4) + 3 * 64 * 96 + 2 * 64) + 2 * 2 * 32 + 64);
  EXPECT_EQ(engine->tokenizer(), nullptr);
  EXPECT_EQ(engine->chat_template(), nullptr);

  const ScoredTokens scored = engine->score(std::vector<TokenId>{1, 2, 3, 299});
  ASSERT_EQ(scored.log_probabilities.size(), 3U);
  // Weights of a deviation of 0.02 tell tokens apart, and no token from all others.
  for (const float value : scored.log_probabilities) {
    EXPECT_LT(value, -2);
    EXPECT_GT(value, -12);
  }
  EXPECT_NE(scored.last_logits.at(0), scored.last_logits.at(1));
}

TEST(LoadShape, AnswersAreTheSameInEveryProcessAndBatch) {
  std::vector<Request> requests;
  for (TokenId i = 0; i < 6; ++i) requests.push_back(greedy({i, 7, TokenId(100 + i)}, 12));
  std::vector<std::vector<TokenId>> answers[2];
  for (int round = 0; round < 2; ++round) {
    const auto engine = Engine::load_shape("tiny", kTiny, on_processor());
    engine->limit_batch(round == 0 ? 1 : 6);
    answers[round].resize(requests.size());
    std::uint64_t at_first_answer = 0;
    engine->run(
        requests,
        [&](std::size_t i, Completion&& completion) {
          if (at_first_answer == 0) at_first_answer = engine->counters().generated_tokens;
          answers[round][i] = std::move(completion.tokens);
        },
        false);
    EXPECT_EQ(at_first_answer, round == 0 ? 12U : 6U * 12) << "so many were in flight";
  }
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(std::set(answers[0].begin(), answers[0].end()).size(), requests.size())
      << "different prompts have different answers";
}

TEST(LoadShape, ForgettingPromptsChangesNoAnswer) {
  const auto engine = Engine::load_shape("tiny", kTiny, on_processor());
  std::vector<TokenId> prompt;
  for (TokenId i = 0; i < 200; ++i) prompt.push_back(i);
  const Request request = greedy(prompt, 4);
  std::vector<std::vector<TokenId>> answers;
  for (int round = 0; round < 3; ++round) {
    if (round == 2) engine->forget_prompts();
    engine->run(
        {&request, 1},
        [&](std::size_t, Completion&& completion) {
          answers.push_back(std::move(completion.tokens));
        },
        false);
  }
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
  engine->forget_prompts();
  engine->forget_prompts();
}

TEST(LoadShape, EveryDenseFamilyFindsItsTensors) {
  for (const auto& [config, changes] : std::vector<std::pair<const char*, const char*>>{
           {tests::kGemma1B, R"({"num_hidden_layers": 7, "hidden_size": 64, "intermediate_size": 64,
                                 "head_dim": 32, "vocab_size": 256, "query_pre_attn_scalar": 32})"},
           {kTiny, R"({"tie_word_embeddings": false, "vocab_size": 64})"}}) {
    const boost::json::object small = tests::with(tests::parsed(config), tests::parsed(changes));
    const auto engine = Engine::load_shape("small", boost::json::serialize(small), on_processor());
    const ScoredTokens scored = engine->score(std::vector<TokenId>{1, 2});
    EXPECT_TRUE(std::isfinite(scored.last_logits.at(0))) << engine->description().family;
    // Of norms that stand for w + 1 zeros are neutral: the logits do not grow.
    for (const float logit : scored.last_logits) EXPECT_LT(std::abs(logit), 20) << config;
  }
}

std::string refusal(const char* config, EngineOptions options) {
  try {
    Engine::load_shape("shape", config, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(LoadShape, WhatItCannotMakeIsRefused) {
  EXPECT_THAT(refusal(tests::kQwen3Moe, on_processor()), HasSubstr("shape: only dense models"));
  EXPECT_THAT(refusal(tests::kDeepseekV2Lite, on_processor()), HasSubstr("only dense models"));
  EXPECT_THAT(refusal("{}", on_processor()), HasSubstr("model_type"));
  EXPECT_THAT(refusal("[1]", on_processor()), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal("{", on_processor()), HasSubstr("shape"));
  EngineOptions cached = on_processor();
  cached.pack_cache = true;
  EXPECT_THAT(refusal(kTiny, cached), HasSubstr("no file"));
}

}  // namespace
}  // namespace candor::engine
