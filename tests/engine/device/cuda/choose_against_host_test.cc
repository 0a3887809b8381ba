// The choice of a token on the GPU against the rules on the processor, which define it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/sample/sampler.h"
#include "tests/support/cuda.h"

namespace candor::engine {
namespace {

using candor::tests::cuda_backend;
using candor::tests::DeviceArray;
using kernels::cuda::ChoiceRequest;
using kernels::cuda::ChoiceResult;

enum class Kind { kPeaked, kSpread, kFlat, kTies, kCoarse, kOutliers };
constexpr Kind kKinds[] = {Kind::kPeaked, Kind::kSpread, Kind::kFlat,
                           Kind::kTies,   Kind::kCoarse, Kind::kOutliers};

std::vector<float> random_logits(Kind kind, std::size_t count, std::mt19937& rng) {
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> few(0, 6);
  std::vector<float> logits(count);
  for (float& logit : logits) {
    switch (kind) {
      case Kind::kPeaked:
        logit = 10.0F * normal(rng);
        break;
      case Kind::kSpread:
        logit = 2.5F * normal(rng) - 20.0F;
        break;
      case Kind::kFlat:
        logit = 0.3F * normal(rng);
        break;
      case Kind::kTies:
        logit = static_cast<float>(few(rng));
        break;
      case Kind::kCoarse:  // what bf16 products give
        logit = std::round(8.0F * normal(rng)) / 8.0F;
        break;
      case Kind::kOutliers:
        logit = normal(rng) * (few(rng) == 0 ? 1e4F : 1.0F);
        break;
    }
  }
  return logits;
}

data::Sampling random_sampling(std::mt19937& rng, std::size_t vocabulary) {
  std::uniform_real_distribution<double> uniform;
  const auto often = [&] { return uniform(rng) < 0.5; };
  data::Sampling sampling;
  // From 0.01 to 5, as likely below as above 0.22.
  sampling.temperature =
      static_cast<double>(static_cast<float>(0.01 * std::pow(500.0, uniform(rng))));
  if (uniform(rng) < 0.2) sampling.temperature = 1.0;
  if (often()) sampling.top_p = 0.02 + 0.98 * uniform(rng);
  if (often()) {
    sampling.top_k =
        1 + static_cast<int>(std::pow(static_cast<double>(2 * vocabulary), uniform(rng)));
  }
  if (uniform(rng) < 0.3) sampling.min_p = std::pow(10.0, -5.0 * uniform(rng));
  return sampling;
}

data::Sampling sampling_of(double temperature, double top_p, int top_k, double min_p) {
  data::Sampling sampling;
  sampling.temperature = temperature;
  sampling.top_p = top_p;
  sampling.top_k = top_k;
  sampling.min_p = min_p;
  return sampling;
}

ChoiceRequest request_of(const data::Sampling& sampling, double uniform) {
  return {.uniform = uniform,
          .top_p = sampling.top_p,
          .min_p = sampling.min_p,
          .temperature = static_cast<float>(sampling.temperature),
          .top_k = sampling.top_k,
          .judged = -1};
}

std::vector<ChoiceResult> choose_on_device(const std::vector<float>& logits, std::size_t vocabulary,
                                           const std::vector<ChoiceRequest>& requests) {
  DeviceArray<float> device_logits(logits);
  DeviceArray<ChoiceRequest> device_requests(requests);
  DeviceArray<ChoiceResult> results(requests.size());
  cuda_backend().choose({.logits = device_logits.data(),
                         .stride = vocabulary,
                         .vocabulary = vocabulary,
                         .rows = requests.size(),
                         .requests = device_requests.data(),
                         .results = results.data()});
  return results.values();
}

void expect_same(const ChoiceResult& got, const Choice& expected) {
  ASSERT_EQ(got.status, ChoiceResult::kDone);
  ASSERT_EQ(got.token, expected.token);
  const double exact = static_cast<double>(expected.log_probability);
  ASSERT_NEAR(got.log_probability, exact, 1e-6 * std::fabs(exact) + 1e-12);
}

// Draws near 0 and 1 too, where the ends of the order are.
double random_draw(std::mt19937& rng) {
  std::uniform_real_distribution<double> uniform;
  const double draw = uniform(rng);
  if (draw < 0.1) return 0.0;
  if (draw > 0.8) return 1.0 - std::pow(10.0, -15.0 * uniform(rng));
  return uniform(rng);
}

void compare(std::size_t vocabulary, int rounds, unsigned seed) {
  std::mt19937 rng(seed);
  SamplerScratch scratch;
  for (int round = 0; round < rounds; ++round) {
    for (const Kind kind : kKinds) {
      const std::vector<float> logits = random_logits(kind, vocabulary, rng);
      const data::Sampling sampling = random_sampling(rng, vocabulary);
      const double draw = std::min(random_draw(rng), std::nextafter(1.0, 0.0));
      SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", T " +
                   std::to_string(sampling.temperature) + ", top_k " +
                   std::to_string(sampling.top_k) + ", top_p " + std::to_string(sampling.top_p) +
                   ", min_p " + std::to_string(sampling.min_p) + ", draw " + std::to_string(draw));
      const auto got = choose_on_device(logits, vocabulary, {request_of(sampling, draw)});
      ASSERT_NO_FATAL_FAILURE(expect_same(got[0], choose(logits, sampling, draw, scratch)));
    }
  }
}

TEST(CudaChooseAgainstHost, GivesTheSameTokensOfSmallVocabularies) {
  compare(32, 8, 1);
  compare(101, 8, 2);
}

TEST(CudaChooseAgainstHost, GivesTheSameTokensOfLargerVocabularies) {
  compare(1000, 8, 3);
  compare(5000, 4, 4);
}

// More tokens than are ever sorted at once: the range that the draw falls into is found first.
TEST(CudaChooseAgainstHost, GivesTheSameTokensWhereNearlyAllTakePart) {
  constexpr std::size_t kVocabulary = 30000;
  std::mt19937 rng(5);
  SamplerScratch scratch;
  for (const double width : {0.1, 1.0, 3.0}) {
    std::normal_distribution<float> normal(0.0F, static_cast<float>(width));
    std::vector<float> logits(kVocabulary);
    for (float& logit : logits) logit = normal(rng);
    const std::vector<data::Sampling> samplings = {
        sampling_of(1.0, 1.0, 0, 0.0),   sampling_of(5.0, 1.0, 0, 0.0),
        sampling_of(1.0, 0.95, 0, 0.0),  sampling_of(2.0, 1.0, 20000, 0.0),
        sampling_of(0.6, 0.95, 20, 0.0), sampling_of(1.0, 0.9, 0, 0.01),
    };
    for (const data::Sampling& sampling : samplings) {
      for (const double draw : {0.0, 0.37, 0.93, 0.999999}) {
        SCOPED_TRACE("width " + std::to_string(width) + ", T " +
                     std::to_string(sampling.temperature) + ", top_k " +
                     std::to_string(sampling.top_k) + ", top_p " + std::to_string(sampling.top_p) +
                     ", draw " + std::to_string(draw));
        const auto got = choose_on_device(logits, kVocabulary, {request_of(sampling, draw)});
        ASSERT_NO_FATAL_FAILURE(expect_same(got[0], choose(logits, sampling, draw, scratch)));
      }
    }
  }
}

TEST(CudaChooseAgainstHost, JudgesAsTheHostDoes) {
  std::mt19937 rng(6);
  for (const Kind kind : kKinds) {
    const std::vector<float> logits = random_logits(kind, 3000, rng);
    for (const TokenId token : {0, 1234, 2999, 3000, 100000}) {
      const Judged expected = judge(logits, token);
      const auto got = choose_on_device(logits, logits.size(), {{.judged = token}});
      EXPECT_EQ(got[0].token, expected.most_likely);
      if (std::isinf(expected.log_probability)) {
        EXPECT_EQ(got[0].log_probability, expected.log_probability);
      } else {
        const double exact = static_cast<double>(expected.log_probability);
        EXPECT_NEAR(got[0].log_probability, exact, 1e-6 * std::fabs(exact) + 1e-12);
      }
    }
  }
}

// What a large model's head gives: too slow on the processor's stand-in to be a test there.
TEST(CudaChooseAgainstHost, GivesTheSameTokensOfARealVocabulary) {
  if (!candor::tests::cuda_is_real()) GTEST_SKIP() << "for a real device";
  compare(152064, 20, 7);
  compare(262144, 5, 8);
}

}  // namespace
}  // namespace candor::engine
