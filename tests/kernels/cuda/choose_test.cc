#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "tests/kernels/cuda/rows_testing.h"

namespace candor::kernels::cuda {
namespace {

using namespace testing;

std::vector<ChoiceResult> choose(const std::vector<float>& logits, std::size_t vocabulary,
                                 const std::vector<ChoiceRequest>& requests,
                                 std::size_t stride = 0) {
  if (stride == 0) stride = vocabulary;
  DeviceArray<float> device_logits(logits);
  DeviceArray<ChoiceRequest> device_requests(requests);
  DeviceArray<ChoiceResult> results(requests.size());
  cuda_backend().choose({.logits = device_logits.data(),
                         .stride = stride,
                         .vocabulary = vocabulary,
                         .rows = requests.size(),
                         .requests = device_requests.data(),
                         .results = results.data()});
  return results.values();
}
ChoiceResult choose_one(const std::vector<float>& logits, const ChoiceRequest& request) {
  return choose(logits, logits.size(), {request})[0];
}

void expect_log_probability(const ChoiceResult& got, const std::vector<float>& logits,
                            std::size_t token) {
  const double exact = static_cast<double>(logits[token]) - log_sum_exp(logits);
  EXPECT_NEAR(got.log_probability, exact, 1e-6 * std::fabs(exact) + 1e-12);
}

TEST(CudaFinishLogits, HasTheBitsOfTheProcessor) {
  std::mt19937 rng(1);
  for (const std::size_t vocabulary : {8U, 899U, 5000U}) {
    for (const float cap : {0.0F, 30.0F}) {
      for (const bool biased : {false, true}) {
        const std::vector<float> before = random_floats(3 * vocabulary, rng, 20.0F);
        const std::vector<float> bias = random_floats(vocabulary, rng);
        DeviceArray<float> logits(before);
        DeviceArray<float> device_bias(bias);
        cuda_backend().finish_logits({.logits = logits.data(),
                                      .bias = biased ? device_bias.data() : nullptr,
                                      .softcap = cap,
                                      .rows = 3,
                                      .vocabulary = vocabulary});
        std::vector<float> expected = before;
        for (std::size_t i = 0; i < expected.size() && biased; ++i) {
          expected[i] += bias[i % vocabulary];
        }
        if (cap > 0) softcap(expected, cap);
        EXPECT_EQ(first_difference(logits.values(), expected), -1) << vocabulary;
      }
    }
  }
}

TEST(CudaChoose, GreedyTakesTheLowestOfTheMostLikely) {
  std::mt19937 rng(2);
  for (const std::size_t vocabulary : {1U, 32U, 33U, 1000U, 8192U, 20011U}) {
    SCOPED_TRACE(vocabulary);
    std::vector<float> logits = random_floats(vocabulary, rng);
    for (const std::size_t place : {vocabulary / 3, vocabulary / 2, vocabulary - 1}) {
      logits[place] = 100.0F;
    }
    const ChoiceResult got = choose_one(logits, {});
    EXPECT_EQ(got.status, ChoiceResult::kDone);
    EXPECT_EQ(got.token, static_cast<std::int32_t>(vocabulary / 3));
    expect_log_probability(got, logits, vocabulary / 3);
  }
}

TEST(CudaChoose, TakesTheTwoZerosForTheSame) {
  EXPECT_EQ(choose_one({-1.0F, -0.0F, 0.0F, -2.0F}, {}).token, 1);
  EXPECT_EQ(choose_one({-1.0F, 0.0F, -0.0F, -2.0F}, {}).token, 1);
  EXPECT_EQ(choose_one({-1.0F, -0.0F, 0.0F, -2.0F}, {.temperature = 1.0F, .top_k = 1}).token, 1);
}

TEST(CudaChoose, RefusesWhatIsNotFinite) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    for (const std::size_t place : {0U, 500U, 998U}) {
      std::vector<float> logits(999, 1.0F);
      logits[place] = bad;
      for (const float temperature : {0.0F, 1.0F}) {
        EXPECT_EQ(choose_one(logits, {.temperature = temperature}).status,
                  ChoiceResult::kNotFinite);
      }
      EXPECT_EQ(choose_one(logits, {.judged = 3}).status, ChoiceResult::kNotFinite);
    }
  }
}

// What stands behind the vocabulary, or behind the last row, takes no part.
TEST(CudaChoose, SeesTheVocabularyAlone) {
  constexpr std::size_t kStride = 112;
  for (const std::size_t vocabulary : {100U, 99U}) {
    std::vector<float> logits(3 * kStride, kNan);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t i = 0; i < vocabulary; ++i) logits[r * kStride + i] = static_cast<float>(i);
    }
    for (const ChoiceRequest& request :
         {ChoiceRequest{}, ChoiceRequest{.uniform = 0.1, .temperature = 1.0F}}) {
      for (const ChoiceResult& got :
           choose(logits, vocabulary, {request, request, request}, kStride)) {
        EXPECT_EQ(got.status, ChoiceResult::kDone);
        EXPECT_EQ(got.token, static_cast<std::int32_t>(vocabulary - 1));
      }
    }
  }
}

TEST(CudaChoose, JudgesATokenThatIsGiven) {
  std::mt19937 rng(3);
  const std::vector<float> logits = random_floats(3001, rng, 4.0F);
  const auto best = static_cast<std::int32_t>(argmax(logits));
  for (const std::int32_t token : {0, 1500, 3000, best}) {
    const ChoiceResult got = choose_one(logits, {.temperature = 1.0F, .judged = token});
    EXPECT_EQ(got.status, ChoiceResult::kDone);
    EXPECT_EQ(got.token, best);
    expect_log_probability(got, logits, static_cast<std::size_t>(token));
  }
  for (const std::int32_t token : {3001, 2147483647}) {
    const ChoiceResult got = choose_one(logits, {.judged = token});
    EXPECT_EQ(got.token, best);
    EXPECT_EQ(got.log_probability, -kInfinity);
  }
}

// Equal weights: the n-th token of `count` answers for the draws from (n - 1) / count to n / count.
TEST(CudaChoose, DrawsFromEqualTokensInTheOrderOfTheirNumbers) {
  constexpr std::size_t kCount = 4096;
  const std::vector<float> logits(kCount, -3.0F);
  for (const std::size_t token : {0U, 1U, 1023U, 1024U, 2047U, 4000U, 4095U}) {
    const double begin = static_cast<double>(token) / kCount;
    for (const double uniform : {begin, begin + 0.9 / kCount}) {
      const ChoiceResult got = choose_one(logits, {.uniform = uniform, .temperature = 0.7F});
      EXPECT_EQ(got.status, ChoiceResult::kDone);
      EXPECT_EQ(got.token, static_cast<std::int32_t>(token)) << uniform;
    }
  }
  // Half of them make up half of the weight, so that the draw is among 2048.
  EXPECT_EQ(choose_one(logits, {.uniform = 0.5, .top_p = 0.5, .temperature = 1.0F}).token, 1024);
  EXPECT_EQ(choose_one(logits, {.uniform = 0.5, .temperature = 1.0F, .top_k = 100}).token, 50);
}

// The same where there are more of them than are sorted at once, alone and with a few tokens before
// and behind them.
TEST(CudaChoose, DrawsFromMoreEqualTokensThanAreSorted) {
  constexpr std::size_t kCount = 20000;
  for (const float logit : {-0.0F, 1e-30F, -7.25F}) {
    SCOPED_TRACE(logit);
    std::vector<float> logits(kCount, logit);
    for (const std::size_t token : {0U, 4096U, 19999U}) {
      const double uniform = (static_cast<double>(token) + 0.5) / kCount;
      const ChoiceResult got = choose_one(logits, {.uniform = uniform, .temperature = 1.0F});
      EXPECT_EQ(got.status, ChoiceResult::kDone);
      EXPECT_EQ(got.token, static_cast<std::int32_t>(token));
    }
    logits[kCount - 1] = std::max(logit, 0.0F) + 6.9077554F;
    logits[0] = std::max(logit, 0.0F) + 1.0F;
    logits[kCount / 2] = logit - 1.0F;
    const double weight_first = std::exp(static_cast<double>(logits[kCount - 1] - logit)) +
                                std::exp(static_cast<double>(logits[0] - logit));
    const double total = weight_first + static_cast<double>(kCount - 3) + std::exp(-1.0);
    for (const std::size_t token : {1U, 10001U}) {
      const double rank = static_cast<double>(token) - (token > kCount / 2 ? 2.0 : 1.0);
      const double uniform = (weight_first + rank + 0.5) / total;
      EXPECT_EQ(choose_one(logits, {.uniform = uniform, .temperature = 1.0F}).token,
                static_cast<std::int32_t>(token));
    }
  }
}

// Logits a step apart: weights that halve, so that where the draw falls is known.
TEST(CudaChoose, FiltersOneAfterTheOther) {
  std::vector<float> logits(40);
  for (std::size_t i = 0; i < 40; ++i) {
    logits[i] = -static_cast<float>(i) * 0.6931472F;  // weight 2^-i
  }
  const auto token = [&](double uniform, std::int32_t top_k, double top_p, double min_p) {
    return choose_one(logits, {.uniform = uniform,
                               .top_p = top_p,
                               .min_p = min_p,
                               .temperature = 1.0F,
                               .top_k = top_k})
        .token;
  };
  EXPECT_EQ(token(0.49, 0, 1, 0), 0);
  EXPECT_EQ(token(0.51, 0, 1, 0), 1);
  EXPECT_EQ(token(0.9999, 0, 1, 0), 13);
  EXPECT_EQ(token(0.9999999999, 0, 1, 0), 33) << "beyond the first depth";
  EXPECT_EQ(token(0.999, 2, 1, 0), 1);
  EXPECT_EQ(token(0.999, 0, 0.74, 0), 1);
  EXPECT_EQ(token(0.999, 0, 0.76, 0), 2);
  EXPECT_EQ(token(0.999, 0, 1, 0.2), 2);
  EXPECT_EQ(token(0.999, 0, 1, 0.3), 1);
  // Of the three kept the first has 4/7 of the weight, of the two that remain 2/3.
  EXPECT_EQ(token(0.66, 3, 0.6, 0), 0);
  EXPECT_EQ(token(0.67, 3, 0.6, 0), 1);
  EXPECT_EQ(token(0.999, 3, 0.57, 0), 0);
  EXPECT_EQ(token(0.999, 3, 0.9, 0.6), 0);
}

bool same(const ChoiceResult& a, const ChoiceResult& b) {
  return a.token == b.token && a.status == b.status &&
         same_bits(a.log_probability, b.log_probability);
}

TEST(CudaChoose, GivesARowTheSameBitsAloneAndInABatchAndAtAnyAddress) {
  std::mt19937 rng(6);
  constexpr std::size_t kVocabulary = 9000;
  std::vector<float> logits;
  std::vector<ChoiceRequest> requests;
  std::uniform_real_distribution<double> uniform;
  for (const float width : {0.3F, 2.0F, 8.0F}) {
    for (const ChoiceRequest& request :
         {ChoiceRequest{.temperature = 0.8F}, ChoiceRequest{.top_p = 0.95, .temperature = 1.0F},
          ChoiceRequest{}, ChoiceRequest{.judged = 7}}) {
      std::normal_distribution<float> normal(0.0F, width);
      for (std::size_t i = 0; i < kVocabulary; ++i) logits.push_back(normal(rng));
      requests.push_back(request);
      requests.back().uniform = uniform(rng);
    }
  }
  const std::vector<ChoiceResult> batch = choose(logits, kVocabulary, requests);
  std::vector<float> spread;  // at a stride that is not a multiple of four
  for (std::size_t r = 0; r < requests.size(); ++r) {
    const std::vector<float> row = row_of(logits, r, kVocabulary);
    EXPECT_TRUE(same(choose_one(row, requests[r]), batch[r])) << r;
    spread.insert(spread.end(), row.begin(), row.end());
    spread.push_back(kNan);
  }
  const std::vector<ChoiceResult> moved = choose(spread, kVocabulary, requests, kVocabulary + 1);
  for (std::size_t r = 0; r < requests.size(); ++r) EXPECT_TRUE(same(moved[r], batch[r])) << r;
}

}  // namespace
}  // namespace candor::kernels::cuda
