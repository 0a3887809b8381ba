// The sign-flip test against full enumeration done elsewhere, the log-odds against values worked
// out by another program, and both against simulation.
#include "data/stats/interaction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/stats/random.h"

namespace candor::tests {
namespace {

using data::FourCells;

TEST(SignFlip, IsTheShareOfAllSignsDoneElsewhere) {
  // Fractions in another program: 22 of the 2^7 ways reach |12/5|.
  const double values[] = {0.4, -0.2, 0.6, 0.2, 0, 1, -0.4, 0.8};
  EXPECT_DOUBLE_EQ(data::sign_flip_p(values, 1), 22.0 / 128);
}

TEST(SignFlip, DrawnSignsComeNearTheExactShare) {
  // Sums of fifths counted exactly by another program: 0.182217598.
  std::vector<double> values;
  for (const int fifths :
       {3, -1, 2, 5, -4, 1, 1, 2, -2, 3, 4, -3, 1, 2, -1, 5, -2, 2, 1, -1, 3, 2, -5, 1}) {
    values.push_back(fifths / 5.0);
  }
  ASSERT_GT(values.size(), data::kExactFlips);
  EXPECT_NEAR(data::sign_flip_p(values, 1), 0.182217598, 0.011);  // 4 standard errors
  EXPECT_EQ(data::sign_flip_p(values, 1), data::sign_flip_p(values, 1));
  EXPECT_NE(data::sign_flip_p(values, 1), data::sign_flip_p(values, 2));
}

TEST(SignFlip, OfOnesIsMcNemar) {
  for (const auto& [plus, minus] : {std::pair{5, 0}, {4, 0}, {9, 2}, {3, 3}, {30, 14}}) {
    std::vector<double> values(200, 0.0);
    values.insert(values.end(), static_cast<std::size_t>(plus), 1.0);
    values.insert(values.end(), static_cast<std::size_t>(minus), -1.0);
    const double exact = data::mcnemar_exact(minus, plus);
    EXPECT_NEAR(data::sign_flip_p(values, 3), exact, plus + minus > 16 ? 0.003 : 1e-12)
        << plus << ' ' << minus;
  }
}

TEST(SignFlip, NothingThatDiffersIsNoEvidenceAndTheSignDoesNotMatter) {
  EXPECT_EQ(data::sign_flip_p({}, 1), 1);
  EXPECT_EQ(data::sign_flip_p(std::vector<double>(50, 0.0), 1), 1);
  const std::vector<double> values = {0.2, 0.6, -0.4, 1, 0.8, 0.2};
  std::vector<double> mirrored = values;
  for (double& value : mirrored) value = -value;
  EXPECT_EQ(data::sign_flip_p(values, 1), data::sign_flip_p(mirrored, 1));
  // A p is never 0, however far the sum.
  EXPECT_DOUBLE_EQ(data::sign_flip_p(std::vector<double>(200, 1.0), 1), 1.0 / 20'001);
}

TEST(SignFlip, RejectsNoMoreOftenThanItSays) {
  data::RandomStream random(17);
  int rejected = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) {
      values.push_back(
          (static_cast<double>(random.below(6)) - static_cast<double>(random.below(6))) / 5);
    }
    rejected += data::sign_flip_p(values, static_cast<std::uint64_t>(round), 500) <= 0.05 ? 1 : 0;
  }
  EXPECT_LE(rejected, 15 + 12);  // 3 standard deviations
  EXPECT_GE(rejected, 4);
}

// Forty clusters; the same sums and resamples of whole clusters in another program: -0.504755, and
// of 40,000 resamples 95 % in -1.503 to 0.626.
TEST(LogOdds, AreThoseOfAnotherProgram) {
  std::vector<FourCells> clusters;
  for (int i = 0; i < 40; ++i) {
    clusters.push_back({i % 2 == 1 ? (i % 5) / 5.0 : 1.0, (i % 4) / 4.0 * 0.5,
                        i % 10 < 6 ? 1.0 : 0.0, i % 10 < 2 ? 1.0 : 0.0});
  }
  const auto estimate = data::log_odds_difference(clusters, 5);
  ASSERT_TRUE(estimate.has_value());
  EXPECT_NEAR(estimate->value, -0.5047548002694262, 1e-12);
  EXPECT_NEAR(estimate->interval.low, -1.503, 0.06);
  EXPECT_NEAR(estimate->interval.high, 0.626, 0.06);
  EXPECT_EQ(estimate->clusters, 40U);
}

TEST(LogOdds, ExchangingLanguagesChangesTheSign) {
  std::vector<FourCells> clusters;
  std::vector<FourCells> swapped;
  data::RandomStream random(4);
  for (int i = 0; i < 80; ++i) {
    const auto cell = [&](std::uint32_t of_ten) { return random.below(10) < of_ten ? 1.0 : 0.0; };
    const FourCells one{cell(7), cell(3), cell(6), cell(2)};
    clusters.push_back(one);
    swapped.push_back({one.probe_second, one.probe_first, one.twin_second, one.twin_first});
  }
  const auto forth = data::log_odds_difference(clusters, 5);
  const auto back = data::log_odds_difference(swapped, 5);
  ASSERT_TRUE(forth && back);
  EXPECT_NEAR(forth->value, -back->value, 1e-12);
  EXPECT_NEAR(forth->interval.low, -back->interval.high, 1e-9);
}

// Near 0 the odds hang on single answers: four of 248 against none, or one mean at 0.
TEST(LogOdds, NoneWhereAMeanIsTooNearAnEnd) {
  std::vector<FourCells> clusters(248);
  for (int i = 0; i < 4; ++i) clusters[static_cast<std::size_t>(i)].probe_second = 1;
  EXPECT_FALSE(data::log_odds_difference(clusters, 1));
  for (std::size_t i = 0; i < 124; ++i) clusters[i] = {0, 1, i % 2 == 0 ? 1.0 : 0.0, 1};
  EXPECT_FALSE(data::log_odds_difference(clusters, 1));
  for (std::size_t i = 200; i < 205; ++i) clusters[i].probe_first = 1;
  EXPECT_TRUE(data::log_odds_difference(clusters, 1));
  EXPECT_FALSE(data::log_odds_difference({}, 1));
}

TEST(LogOdds, IntervalHoldsTheTruth) {
  data::RandomStream random(12);
  const auto logit = [](double share) { return std::log(share / (1 - share)); };
  const double truth = logit(0.25) - logit(0.65) - logit(0.2) + logit(0.55);
  int held = 0;
  for (int round = 0; round < 120; ++round) {
    std::vector<FourCells> clusters;
    for (int i = 0; i < 100; ++i) {
      const auto cell = [&](std::uint32_t of_hundred) {
        return random.below(100) < of_hundred ? 1.0 : 0.0;
      };
      clusters.push_back({cell(65), cell(25), cell(55), cell(20)});
    }
    const auto estimate = data::log_odds_difference(clusters, 3);
    ASSERT_TRUE(estimate.has_value());
    held += estimate->interval.low <= truth && truth <= estimate->interval.high ? 1 : 0;
  }
  EXPECT_GE(held, 107);  // 114 expected, less three standard deviations
}

}  // namespace
}  // namespace candor::tests
