#include "data/stats/stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/random.h"

namespace candor::tests {
namespace {

using data::Estimate;
using data::Interval;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

// The first outputs of the reference implementation's demonstration, seed 42, sequence 54.
TEST(RandomStream, IsThePublishedPcg32) {
  data::RandomStream stream(42, 54);
  for (const std::uint32_t expected :
       {0xa15c02b7U, 0x7b47f409U, 0xba1d3330U, 0x83d2f293U, 0xbfa4784bU, 0xcbed606eU}) {
    EXPECT_EQ(stream.next(), expected);
  }
}

TEST(RandomStream, BoundedNumbersAreEvenlySpread) {
  data::RandomStream stream(7);
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);  // 4 standard deviations
}

TEST(Wilson, GivesPublishedValues) {
  // R: prop.test(x, n, correct = FALSE)$conf.int, and by hand from the formula.
  const Interval eight = data::wilson(8, 10);
  EXPECT_NEAR(eight.low, 0.490162, 1e-6);
  EXPECT_NEAR(eight.high, 0.943318, 1e-6);
  const Interval half = data::wilson(5, 10);
  EXPECT_NEAR(half.low, 0.236593, 1e-6);
  EXPECT_NEAR(half.high, 0.763407, 1e-6);
  // Newcombe, Statistics in Medicine 17, 1998, table I (method 3): 81/263, 15/148, 0/20, 1/29.
  EXPECT_NEAR(data::wilson(81, 263).low, 0.2553, 5e-5);
  EXPECT_NEAR(data::wilson(81, 263).high, 0.3662, 5e-5);
  EXPECT_NEAR(data::wilson(15, 148).low, 0.0624, 5e-5);
  EXPECT_NEAR(data::wilson(15, 148).high, 0.1605, 5e-5);
  EXPECT_EQ(data::wilson(0, 20).low, 0.0);
  EXPECT_NEAR(data::wilson(0, 20).high, 0.1611, 5e-5);
  EXPECT_NEAR(data::wilson(1, 29).low, 0.0061, 5e-5);
  EXPECT_NEAR(data::wilson(1, 29).high, 0.1718, 5e-5);
}

TEST(Wilson, HoldsTheRateIsSymmetricAndNarrowsWithN) {
  for (int n = 1; n < 60; ++n) {
    for (int k = 0; k <= n; ++k) {
      const Interval interval = data::wilson(k, n);
      const Interval mirrored = data::wilson(n - k, n);
      const double rate = static_cast<double>(k) / n;
      EXPECT_LE(0, interval.low);
      EXPECT_LE(interval.low, rate);
      EXPECT_LE(rate, interval.high);
      EXPECT_LE(interval.high, 1);
      EXPECT_NEAR(interval.low, 1 - mirrored.high, 1e-12);
      const Interval larger = data::wilson(4 * k, 4 * n);
      EXPECT_LT(larger.high - larger.low, interval.high - interval.low);
    }
  }
  EXPECT_EQ(data::wilson(0, 0).low, 0);
  EXPECT_EQ(data::wilson(0, 0).high, 1);
}

TEST(McNemar, IsTheExactBinomialTest) {
  EXPECT_DOUBLE_EQ(data::mcnemar_exact(0, 0), 1);
  EXPECT_NEAR(data::mcnemar_exact(0, 5), 2.0 / 32, 1e-12);
  EXPECT_NEAR(data::mcnemar_exact(1, 9), 22.0 / 1024, 1e-12);    // 2 (1 + 10) / 2^10
  EXPECT_NEAR(data::mcnemar_exact(3, 7), 352.0 / 1024, 1e-12);   // 2 (1 + 10 + 45 + 120) / 2^10
  EXPECT_NEAR(data::mcnemar_exact(2, 10), 158.0 / 4096, 1e-12);  // 2 (1 + 12 + 66) / 2^12
  EXPECT_NEAR(data::mcnemar_exact(0, 1000), std::pow(2.0, -999), 1e-310);
}

TEST(McNemar, IsSymmetricAndNeverAboveOne) {
  for (int a = 0; a < 30; ++a) {
    for (int b = 0; b < 30; ++b) {
      EXPECT_DOUBLE_EQ(data::mcnemar_exact(a, b), data::mcnemar_exact(b, a));
      EXPECT_LE(data::mcnemar_exact(a, b), 1);
      EXPECT_GT(data::mcnemar_exact(a, b), 0);
    }
    EXPECT_DOUBLE_EQ(data::mcnemar_exact(a, a), 1);
  }
}

TEST(Holm, AdjustsInTheOrderGiven) {
  const double p[] = {0.01, 0.04, 0.03, 0.005};
  EXPECT_THAT(data::holm(p), ElementsAre(DoubleNear(0.03, 1e-12), DoubleNear(0.06, 1e-12),
                                         DoubleNear(0.06, 1e-12), DoubleNear(0.02, 1e-12)));
  const double large[] = {0.9, 0.8};
  EXPECT_THAT(data::holm(large), ElementsAre(1, 1));
  EXPECT_TRUE(data::holm({}).empty());
}

TEST(ClusterBootstrap, AgreesWithTheStandardErrorOfAMean) {
  std::vector<double> values;
  data::RandomStream random(3);
  for (int i = 0; i < 400; ++i) values.push_back(static_cast<double>(random.below(3)) - 1);
  const Estimate estimate = data::cluster_bootstrap(values, {});
  const double error = estimate.standard_deviation / 20;  // sqrt(400)
  EXPECT_NEAR(estimate.interval.low, estimate.value - 1.96 * error, 0.1 * error);
  EXPECT_NEAR(estimate.interval.high, estimate.value + 1.96 * error, 0.1 * error);
  EXPECT_EQ(estimate.clusters, 400U);
}

// The whole distribution is known for one odd cluster in three: means 0, 1/3, 2/3, 1 with the
// binomial's probabilities 8/27, 12/27, 6/27, 1/27, so the 2.5 % and 97.5 % points are 0 and 1.
TEST(ClusterBootstrap, MatchesADistributionWorkedOutByHand) {
  const double values[] = {0, 0, 1};
  const Estimate wide = data::cluster_bootstrap(values, {.seed = 9, .bounds = {0, 1}});
  EXPECT_DOUBLE_EQ(wide.value, 1.0 / 3);
  EXPECT_DOUBLE_EQ(wide.interval.low, 0);
  EXPECT_DOUBLE_EQ(wide.interval.high, 1);
  // 60 %: between 20 % (below 8/27 = 0.296) and 80 % (above 20/27 = 0.74). Three clusters may have
  // missed the share 1 - 0.4^(1/3) = 0.263, which reaches less far: 0.246 to 0.509.
  const Estimate narrow =
      data::cluster_bootstrap(values, {.seed = 9, .confidence = 0.6, .bounds = {0, 1}});
  EXPECT_DOUBLE_EQ(narrow.interval.low, 0);
  EXPECT_DOUBLE_EQ(narrow.interval.high, 2.0 / 3);
}

// 248 clusters, four of them odd: without them in a resample with probability 0.018 only, so
// percentiles alone would exclude nought. 1 - 0.05^(1/248) = 0.0120069 may be unseen.
TEST(ClusterBootstrap, FourOddClustersDoNotExcludeNought) {
  std::vector<double> values(248, 0.0);
  for (std::size_t i = 0; i < 4; ++i) values[i] = 1;
  const Interval interval = data::cluster_bootstrap(values, {.bounds = {-2, 2}}).interval;
  EXPECT_NEAR(interval.low, 4.0 / 248 - 0.012006900548 * (4.0 / 248 + 2), 1e-9);
  EXPECT_NEAR(interval.high, 4.0 / 248 + 0.012006900548 * (2 - 4.0 / 248), 1e-9);
}

// One odd cluster more never makes the interval much narrower, as it would if only equal clusters
// were allowed for; from kFewDiffering on the percentiles stand alone.
TEST(ClusterBootstrap, AllowsForTheUnseenUntilEnoughDiffer) {
  std::vector<double> values(248, 0.0);
  const auto width = [&] {
    const Interval interval = data::cluster_bootstrap(values, {.bounds = {-2, 2}}).interval;
    return interval.high - interval.low;
  };
  const double equal = width();
  for (std::size_t odd = 0; odd < data::kFewDiffering - 1; ++odd) {
    values[odd] = 0.2;
    EXPECT_GE(width(), equal - 1e-9) << odd;
    EXPECT_TRUE(data::unseen_interval(values, 0, {}).has_value());
  }
  values[data::kFewDiffering - 1] = 0.2;
  EXPECT_FALSE(data::unseen_interval(values, 0, {}).has_value());
  EXPECT_LT(width(), equal);
  // Distinct values have no mode to speak of: their percentiles know what there is to know.
  EXPECT_FALSE(data::unseen_interval(std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5}, 0.3, {}));
}

TEST(ClusterBootstrap, TheSameSeedGivesTheSameInterval) {
  std::vector<double> values;
  for (int i = 0; i < 37; ++i) values.push_back(std::sin(i));
  const Estimate a = data::cluster_bootstrap(values, {.seed = 5});
  const Estimate b = data::cluster_bootstrap(values, {.seed = 5});
  const Estimate c = data::cluster_bootstrap(values, {.seed = 6});
  EXPECT_EQ(a.interval.low, b.interval.low);
  EXPECT_EQ(a.interval.high, b.interval.high);
  EXPECT_NE(a.interval.low, c.interval.low);
}

TEST(ClusterBootstrap, EqualClustersStillLeaveUncertainty) {
  const std::vector<double> none(30, 0.0);
  const Estimate estimate = data::cluster_bootstrap(none, {});
  EXPECT_EQ(estimate.value, 0);
  EXPECT_NEAR(estimate.interval.high, 1 - std::pow(0.05, 1.0 / 30), 1e-12);
  EXPECT_NEAR(estimate.interval.low, -estimate.interval.high, 1e-12);
  const std::vector<double> all(30, 1.0);
  EXPECT_EQ(data::cluster_bootstrap(all, {}).interval.high, 1);
  EXPECT_LT(data::cluster_bootstrap(all, {}).interval.low, 1);
  EXPECT_EQ(data::cluster_bootstrap({}, {}).clusters, 0U);
  EXPECT_EQ(data::cluster_bootstrap({}, {}).interval.low, -1);
}

// 95 % intervals hold the truth about 95 times in 100: 300 draws of 60 clusters, truth 0.3.
TEST(ClusterBootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  data::RandomStream random(11);
  int covered = 0;
  for (int draw = 0; draw < 300; ++draw) {
    std::vector<double> values;
    for (int i = 0; i < 60; ++i) values.push_back(random.below(10) < 3 ? 1 : 0);
    const Interval interval = data::cluster_bootstrap(values, {.resamples = 1000}).interval;
    covered += interval.low <= 0.3 && 0.3 <= interval.high ? 1 : 0;
  }
  EXPECT_GE(covered, 270);
  EXPECT_LE(covered, 296);
}

TEST(DifferenceInDifferences, SubtractsTheTwinsGap) {
  const data::FourCells cells[] = {{0, 1, 0, 0}, {0, 1, 0, 1}, {1, 1, 0, 0}, {0.2, 0.6, 0.5, 0.4}};
  const Estimate estimate = data::difference_in_differences(cells, 1);
  EXPECT_NEAR(estimate.value, (1 + 0 + 0 + 0.5) / 4, 1e-12);
  EXPECT_LE(estimate.interval.low, estimate.value);
  EXPECT_GE(estimate.interval.high, estimate.value);
  // Exchanging the two languages changes the sign and nothing else.
  const data::FourCells swapped[] = {
      {1, 0, 0, 0}, {1, 0, 1, 0}, {1, 1, 0, 0}, {0.6, 0.2, 0.4, 0.5}};
  const Estimate mirror = data::difference_in_differences(swapped, 1);
  EXPECT_NEAR(mirror.interval.low, -estimate.interval.high, 1e-9);
}

TEST(Detectable, PairedDifferenceSolvesConnorsFormula) {
  // (1.959964 sqrt(0.2) + 0.841621 sqrt(0.2 - 0.01))^2 / 0.01 = 154.6 pairs for a difference of
  // 0.1.
  EXPECT_NEAR(*data::detectable_paired_difference(155, 0.2), 0.1, 2e-4);
  EXPECT_GT(*data::detectable_paired_difference(154, 0.2), 0.1);
  // With no discordant pair seen the difference itself is the least share: 41 pairs.
  const double d = *data::detectable_paired_difference(41, 0);
  EXPECT_NEAR(std::pow(1.959964 + 0.841621 * std::sqrt(1 - d), 2) / d, 41, 1e-3);
  EXPECT_FALSE(data::detectable_paired_difference(3, 0.1));
  EXPECT_FALSE(data::detectable_paired_difference(0, 0.1));
}

TEST(Detectable, ShrinksWithMorePairsAndGrowsWithDiscordance) {
  double last = 2;
  for (const int n : {5, 10, 20, 40, 80, 160, 320, 640}) {
    const double found = *data::detectable_paired_difference(n, 0.3);
    EXPECT_LT(found, last);
    EXPECT_LE(found, *data::detectable_paired_difference(n, 0.5));
    last = found;
  }
  EXPECT_NEAR(data::detectable_mean(100, 0.5), (1.959964 + 0.841621) * 0.05, 1e-6);
}

TEST(CohensKappa, GivesTheValueWorkedOutByHand) {
  // 20 both yes, 5 and 10 mixed, 15 both no: agreement 0.7, by chance 0.5, kappa 0.4.
  std::vector<std::string> a;
  std::vector<std::string> b;
  const auto add = [&](int count, const char* first, const char* second) {
    a.insert(a.end(), static_cast<std::size_t>(count), first);
    b.insert(b.end(), static_cast<std::size_t>(count), second);
  };
  add(20, "yes", "yes");
  add(5, "yes", "no");
  add(10, "no", "yes");
  add(15, "no", "no");
  EXPECT_NEAR(*data::cohens_kappa(a, b), 0.4, 1e-12);
  EXPECT_NEAR(*data::cohens_kappa(a, a), 1, 1e-12);
  const std::vector<std::string> same(5, "yes");
  EXPECT_FALSE(data::cohens_kappa(same, same));
  EXPECT_FALSE(data::cohens_kappa({}, {}));
}

}  // namespace
}  // namespace candor::tests
