#include "engine/sample/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "engine/sample/stream.h"
#include "kernels/ops.h"

namespace candor::engine {
namespace {

std::vector<float> random_logits(std::mt19937& random, std::size_t count, float spread) {
  std::normal_distribution<float> normal(0.0F, spread);
  std::vector<float> logits(count);
  for (float& logit : logits) logit = normal(random);
  return logits;
}

// The definition, word for word: everything sorted, every filter a pass of its own.
TokenId sample_plainly(const std::vector<float>& logits, const data::Sampling& sampling,
                       double uniform) {
  std::vector<TokenId> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto logit = [&](TokenId id) { return logits[static_cast<std::size_t>(id)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](TokenId a, TokenId b) { return logit(a) > logit(b); });
  const float largest = logit(order.front());
  const auto weight = [&](TokenId id) {
    return static_cast<double>(
        kernels::exp_f32((logit(id) - largest) / static_cast<float>(sampling.temperature)));
  };
  const auto total_of = [&](const std::vector<TokenId>& ids) {
    double sum = 0;
    for (const TokenId id : ids) sum += weight(id);
    return sum;
  };
  std::vector<TokenId> kept = order;
  if (sampling.top_k > 0 && static_cast<std::size_t>(sampling.top_k) < kept.size()) {
    kept.resize(static_cast<std::size_t>(sampling.top_k));
  }
  if (sampling.top_p < 1) {
    const double total = total_of(kept);
    double sum = 0;
    std::size_t n = 0;
    do {
      sum += weight(kept[n++]);
    } while (n < kept.size() && sum / total < sampling.top_p);
    kept.resize(n);
  }
  std::erase_if(kept, [&](TokenId id) { return weight(id) < sampling.min_p; });
  const double target = uniform * total_of(kept);
  double sum = 0;
  for (const TokenId id : kept) {
    sum += weight(id);
    if (sum > target) return id;
  }
  return kept.back();
}

TEST(Sampler, AgreesWithThePlainDefinition) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  SamplerScratch scratch;
  int different = 0;
  constexpr int kCases = 3000;
  for (int i = 0; i < kCases; ++i) {
    const std::vector<float> logits =
        random_logits(random, 1 + random() % 400, i % 3 == 0 ? 0.5F : 4.0F);
    data::Sampling sampling;
    sampling.temperature = 0.05 + 2 * unit(random);
    if (random() % 2 == 0) sampling.top_k = static_cast<int>(random() % 60);
    if (random() % 2 == 0) sampling.top_p = 0.05 + 0.95 * unit(random);
    if (random() % 2 == 0) sampling.min_p = 0.3 * unit(random);
    const double uniform = unit(random);
    const Choice choice = choose(logits, sampling, uniform, scratch);
    if (choice.token != sample_plainly(logits, sampling, uniform)) ++different;
  }
  // The sums of the two differ in their order: a draw may fall between them, once in 10^9.
  EXPECT_EQ(different, 0) << "of " << kCases;
}

TEST(Sampler, GreedyTakesTheLowestOfEqualIds) {
  SamplerScratch scratch;
  const std::vector<float> logits = {1.0F, 3.0F, -2.0F, 3.0F};
  const Choice choice = choose(logits, {}, 0.99, scratch);
  EXPECT_EQ(choice.token, 1);
  const double expected = 3 - std::log(std::exp(1.0) + 2 * std::exp(3.0) + std::exp(-2.0));
  EXPECT_NEAR(choice.log_probability, expected, 1e-6);
}

TEST(Sampler, LogProbabilityIsOfTheFullDistributionWithoutTemperature) {
  SamplerScratch scratch;
  const std::vector<float> logits = {0.0F, 1.0F, 2.0F};
  data::Sampling sampling;
  sampling.temperature = 5;
  sampling.top_k = 1;
  const Choice choice = choose(logits, sampling, 0.5, scratch);
  EXPECT_EQ(choice.token, 2);
  EXPECT_NEAR(choice.log_probability, -std::log(1 + std::exp(-1.0) + std::exp(-2.0)), 1e-6);
}

TEST(Sampler, ExtremeTemperaturesEndAsTheyShould) {
  std::mt19937 random(9);
  const std::vector<float> logits = random_logits(random, 500, 3.0F);
  const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
  SamplerScratch scratch;
  data::Sampling cold;
  cold.temperature = 1e-6;
  data::Sampling hot;
  hot.temperature = 1e6;
  std::vector<int> counts(500);
  for (int i = 0; i < 500; ++i) {
    const double uniform = (i + 0.5) / 500;
    EXPECT_EQ(choose(logits, cold, uniform, scratch).token, best);
    ++counts[static_cast<std::size_t>(choose(logits, hot, uniform, scratch).token)];
  }
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 1), 500) << "uniform at high temperature";
}

TEST(Sampler, FrequenciesFollowTheSoftmax) {
  const std::vector<float> logits = {2.0F, 1.0F, 0.0F, -1.0F, 0.5F};
  data::Sampling sampling;
  sampling.temperature = 0.8;
  SamplerScratch scratch;
  const PhiloxKey key = stream_key(3, std::vector<TokenId>{1}, sampling, 0);
  constexpr int kDraws = 40000;
  std::vector<int> counts(logits.size());
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    ++counts[static_cast<std::size_t>(choose(logits, sampling, draw(key, i), scratch).token)];
  }
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit) / 0.8);
  double chi_squared = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double expected = kDraws * std::exp(static_cast<double>(logits[i]) / 0.8) / total;
    chi_squared += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(chi_squared, 18.5);  // 4 degrees of freedom, p = 0.001
}

TEST(Sampler, AnyNonFiniteLogitIsNoChoice) {
  SamplerScratch scratch;
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    for (std::size_t place : {std::size_t{0}, std::size_t{50}, std::size_t{99}}) {
      std::vector<float> logits(100, 1.0F);
      logits[place] = bad;
      EXPECT_EQ(choose(logits, {}, 0.0, scratch).token, -1);
    }
  }
}

TEST(Sampler, ParametersOutOfRangeAreNamed) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto check = [](auto change) {
    data::Sampling sampling;
    change(sampling);
    return check_sampling(sampling);
  };
  EXPECT_EQ(check_sampling({}), "");
  for (const double bad : {-0.1, nan, 1e9, 1e-9}) {
    EXPECT_NE(check([&](data::Sampling& s) { s.temperature = bad; }).find("temperature"),
              std::string::npos);
  }
  for (const double bad : {0.0, -1.0, 1.1, nan}) {
    EXPECT_NE(check([&](data::Sampling& s) { s.top_p = bad; }).find("top_p"), std::string::npos);
  }
  for (const double bad : {-0.1, 1.1, nan}) {
    EXPECT_NE(check([&](data::Sampling& s) { s.min_p = bad; }).find("min_p"), std::string::npos);
  }
  EXPECT_NE(check([](data::Sampling& s) { s.top_k = -1; }).find("top_k"), std::string::npos);
  EXPECT_NE(check([](data::Sampling& s) { s.max_tokens = -1; }).find("max_tokens"),
            std::string::npos);
}

}  // namespace
}  // namespace candor::engine
