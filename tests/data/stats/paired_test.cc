#include "data/stats/paired.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/random.h"

namespace candor::tests {
namespace {

TEST(ClusteredError, GivesTheValueWorkedOutByHand) {
  // Mean 0.5; deviations sum to 1, -0.5 and -0.5 in three clusters: sqrt(3/2 * 1.5) / 4.
  const double values[] = {1, 1, 0, 0};
  const std::int64_t clusters[] = {1, 1, 2, 3};
  EXPECT_NEAR(*data::clustered_standard_error(values, clusters), 1.5 / 4, 1e-12);
  const std::int64_t apart[] = {1, 2, 3, 4};
  EXPECT_NEAR(*data::clustered_standard_error(values, apart), std::sqrt(1.0 / 12), 1e-12);
  EXPECT_FALSE(data::clustered_standard_error({}, {}));
  const std::int64_t one[] = {1, 1, 1, 1};
  EXPECT_FALSE(data::clustered_standard_error(values, one)) << "one cluster is not certainty";
}

TEST(ClusteredError, CopiesOfAQuestionAddNothing) {
  std::vector<double> values;
  std::vector<std::int64_t> clusters;
  std::vector<double> copied;
  std::vector<std::int64_t> copied_clusters;
  for (int i = 0; i < 50; ++i) {
    values.push_back(std::sin(i));
    clusters.push_back(i);
    for (int copy = 0; copy < 7; ++copy) {
      copied.push_back(values.back());
      copied_clusters.push_back(i);
    }
  }
  EXPECT_NEAR(*data::clustered_standard_error(values, clusters),
              *data::clustered_standard_error(copied, copied_clusters), 1e-12);
}

TEST(PairedBootstrap, FindsADifferenceAndOnlyWhereThereIsOne) {
  std::vector<double> first;
  std::vector<double> better;
  std::vector<double> same;
  data::RandomStream random(4);
  for (int i = 0; i < 200; ++i) {
    first.push_back(random.below(2) == 0 ? 0 : 1);
    better.push_back(first.back() == 1 || random.below(3) == 0 ? 1 : 0);
    same.push_back(random.below(10) == 0 ? 1 - first.back() : first.back());
  }
  EXPECT_LT(data::paired_bootstrap(first, better, {.resamples = 2000}).p, 0.01);
  EXPECT_GT(data::paired_bootstrap(first, better, {.resamples = 2000}).estimate.interval.low, 0);
  EXPECT_GT(data::paired_bootstrap(first, same, {.resamples = 2000}).p, 0.05);
  EXPECT_EQ(data::paired_bootstrap(first, first, {.resamples = 2000}).p, 1);
  // Exchanging the two changes the sign and not the p.
  const auto forth = data::paired_bootstrap(first, better, {.resamples = 500});
  const auto back = data::paired_bootstrap(better, first, {.resamples = 500});
  EXPECT_NEAR(forth.estimate.value, -back.estimate.value, 1e-12);
  EXPECT_EQ(forth.p, back.p);
}

TEST(PairedBootstrap, IsTooSmallNoMoreOftenThanItSays) {
  data::RandomStream random(21);
  int rejected = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<double> first;
    std::vector<double> second;
    for (int i = 0; i < 60; ++i) {
      first.push_back(random.below(2) == 0 ? 0 : 1);
      second.push_back(random.below(2) == 0 ? 0 : 1);
    }
    const auto seed = static_cast<std::uint64_t>(round);
    rejected += data::paired_bootstrap(first, second, {.seed = seed, .resamples = 300}).p <= 0.05;
  }
  EXPECT_LE(rejected, 36);  // 20 expected, standard deviation 4.4; the bootstrap is a little bold
  EXPECT_GE(rejected, 6);
}

TEST(AlwaysValidP, IsTheMixtureRatioWorkedOutByHand) {
  // Five wins of the first alone: 2^5 5! 0! / 6! = 32 / 6.
  EXPECT_NEAR(data::log_mixture_ratio(5, 0), std::log(32.0 / 6), 1e-12);
  EXPECT_NEAR(data::log_mixture_ratio(0, 0), 0, 1e-12);
  EXPECT_NEAR(data::log_mixture_ratio(3, 7), data::log_mixture_ratio(7, 3), 1e-12);
  const std::vector<double> p = data::always_valid_p(std::vector<bool>(9, true));
  EXPECT_NEAR(p[4], 6.0 / 32, 1e-12);
  EXPECT_GT(p[6], 0.05);  // 8/128
  EXPECT_LT(p[7], 0.05);  // 9/256
  for (std::size_t i = 1; i < p.size(); ++i) EXPECT_LE(p[i], p[i - 1]);
  EXPECT_TRUE(data::always_valid_p({}).empty());
}

// Looked at after every one of 300 questions, 1,000 times without a difference.
TEST(AlwaysValidP, LookingOftenDoesNotFoolIt) {
  data::RandomStream random(33);
  int fooled = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<bool> wins;
    for (int i = 0; i < 300; ++i) wins.push_back(random.below(2) == 0);
    fooled += data::always_valid_p(wins).back() <= 0.05;
  }
  EXPECT_LE(fooled, 50 + 21);  // 3 standard deviations above the bound
}

}  // namespace
}  // namespace candor::tests
