// Rates without the judge's errors: against values worked out by hand and by another program, and
// the intervals against simulation.
#include "data/stats/misclassification.h"

#include <gtest/gtest.h>

#include "data/stats/random.h"

namespace candor::tests {
namespace {

using data::Misclassification;

std::int64_t successes(data::RandomStream& random, double probability, std::int64_t n) {
  constexpr std::uint32_t kSteps = 1'000'000;
  std::int64_t hits = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (random.below(kSteps) < static_cast<std::uint32_t>(probability * kSteps)) ++hits;
  }
  return hits;
}

TEST(CorrectedRate, IsTheOneThatTheErrorsWouldShowAsObserved) {
  // 0.9 x + 0.2 (1 - x) = 0.5 has x = 3/7.
  const auto corrected = data::corrected_rate(0.5, 100, {90, 10, 20, 80});
  ASSERT_TRUE(corrected.has_value());
  EXPECT_NEAR(corrected->value, 3.0 / 7, 1e-12);
  EXPECT_LT(corrected->interval.low, 3.0 / 7);
  EXPECT_GT(corrected->interval.high, 3.0 / 7);
}

TEST(CorrectedRate, IntervalIsThatOfTheFormulaDoneElsewhere) {
  {
    const auto corrected = data::corrected_rate(50 / 100.0, 100, {90, 10, 20, 80});
    EXPECT_NEAR(corrected->interval.low, 0.265521097, 1e-8);
    EXPECT_NEAR(corrected->interval.high, 0.583759354, 1e-8);
  }
  {
    const auto corrected = data::corrected_rate(12 / 240.0, 240, {45, 15, 10, 190});
    EXPECT_NEAR(corrected->interval.low, 0.000000000, 1e-8);
    EXPECT_NEAR(corrected->interval.high, 0.064024485, 1e-8);
  }
  {
    const auto corrected = data::corrected_rate(200 / 240.0, 240, {110, 10, 10, 240});
    EXPECT_NEAR(corrected->interval.low, 0.833882985, 1e-8);
    EXPECT_NEAR(corrected->interval.high, 0.986465742, 1e-8);
  }
}

TEST(CorrectedRate, APerfectJudgeOfManyChangesLittle) {
  const auto corrected = data::corrected_rate(0.3, 200, {100'000, 0, 0, 100'000});
  EXPECT_NEAR(corrected->value, 0.3, 1e-12);
  const data::Interval plain = data::wilson(60, 200);
  EXPECT_NEAR(corrected->interval.low, plain.low, 0.01);
  EXPECT_NEAR(corrected->interval.high, plain.high, 0.01);
}

TEST(CorrectedRate, StaysInsideNoughtAndOne) {
  // Fewer found than the false alarms alone would make.
  const auto corrected = data::corrected_rate(0.01, 100, {90, 10, 20, 80});
  EXPECT_EQ(corrected->value, 0);
  EXPECT_EQ(corrected->interval.low, 0);
}

TEST(CorrectedRate, NoneWhereTheJudgeTellsNothing) {
  EXPECT_FALSE(data::corrected_rate(0.5, 100, {50, 50, 50, 50}).has_value());
  EXPECT_FALSE(data::corrected_rate(0.5, 100, {0, 0, 5, 50}).has_value());
  EXPECT_FALSE(data::corrected_rate(0.5, 0, {90, 10, 20, 80}).has_value());
}

TEST(CorrectedRate, IntervalHoldsTheTruthAsOftenAsItSays) {
  data::RandomStream random(7);
  for (const double truth : {0.05, 0.3, 0.7}) {
    constexpr int kRuns = 1500;
    int held = 0;
    for (int run = 0; run < kRuns; ++run) {
      constexpr double kSe = 0.9;
      constexpr double kSp = 0.95;
      Misclassification judge;
      judge.true_positive = successes(random, kSe, 120);
      judge.false_negative = 120 - judge.true_positive;
      judge.true_negative = successes(random, kSp, 250);
      judge.false_positive = 250 - judge.true_negative;
      const double seen = kSe * truth + (1 - kSp) * (1 - truth);
      const double rate = static_cast<double>(successes(random, seen, 240)) / 240;
      const auto corrected = data::corrected_rate(rate, 240, judge);
      if (corrected->interval.low <= truth && truth <= corrected->interval.high) ++held;
    }
    // 95% less three standard errors of the simulation; the method is known to be conservative.
    EXPECT_GE(held, kRuns * 0.93) << truth;
  }
}

TEST(CorrectedDifference, TakesTheErrorsOutOfBothSides) {
  const std::vector<double> first(50, 0.2);
  const std::vector<double> second(50, 0.5);
  const auto gap = data::corrected_difference(first, second, {90, 10, 5, 95}, {80, 20, 10, 90}, {});
  // (0.5 - 0.1) / 0.7 - (0.2 - 0.05) / 0.85
  EXPECT_NEAR(gap->value, 0.4 / 0.7 - 0.15 / 0.85, 1e-12);
  EXPECT_LT(gap->interval.low, gap->value);
  EXPECT_GT(gap->interval.high, gap->value);
}

TEST(CorrectedDifference, ClustersOfUnequalSizeCountByTheirObservations) {
  // (0.2 * 1 + 0.5 * 3) / 4 = 0.425 and (0.4 + 2.4) / 4 = 0.7.
  const std::vector<data::PairedSum> clusters = {{0.2, 0.4, 1}, {1.5, 2.4, 3}};
  const auto gap = data::corrected_difference(clusters, {90, 10, 5, 95}, {80, 20, 10, 90}, {});
  EXPECT_NEAR(gap->value, (0.7 - 0.1) / 0.7 - (0.425 - 0.05) / 0.85, 1e-12);
}

// One judge on both sides: its false alarms cancel, so where nothing differs nothing is left.
TEST(CorrectedDifference, OneJudgesErrorsAreDrawnOnce) {
  const std::vector<double> rates(60, 0.3);
  const Misclassification judge{20, 5, 3, 17};
  const Misclassification twin = judge;
  const auto same = data::corrected_difference(rates, rates, judge, judge, {});
  EXPECT_NEAR(same->interval.low, 0, 1e-12);
  EXPECT_NEAR(same->interval.high, 0, 1e-12);
  const auto apart = data::corrected_difference(rates, rates, judge, twin, {});
  EXPECT_LT(apart->interval.low, -0.05);
  EXPECT_GT(apart->interval.high, 0.05);
}

TEST(CorrectedDifference, InDifferencesIntervalHoldsTheTruth) {
  // Truth: probes 0.2 and 0.6, twins 0.1 and 0.2: difference in differences 0.3.
  data::RandomStream random(11);
  constexpr int kRuns = 200;
  int held = 0;
  int corrected_nearer = 0;
  for (int run = 0; run < kRuns; ++run) {
    constexpr double kSe[2] = {0.95, 0.8};
    constexpr double kSp[2] = {0.97, 0.93};
    Misclassification judges[2];
    for (int side = 0; side < 2; ++side) {
      judges[side].true_positive = successes(random, kSe[side], 100);
      judges[side].false_negative = 100 - judges[side].true_positive;
      judges[side].true_negative = successes(random, kSp[side], 200);
      judges[side].false_positive = 200 - judges[side].true_negative;
    }
    std::vector<data::FourCells> clusters(120);
    const auto seen = [&](double truth, int side) {
      const bool withheld = successes(random, truth, 1) == 1;
      return static_cast<double>(successes(random, withheld ? kSe[side] : 1 - kSp[side], 1));
    };
    for (data::FourCells& cluster : clusters) {
      cluster = {seen(0.2, 0), seen(0.6, 1), seen(0.1, 0), seen(0.2, 1)};
    }
    const auto corrected = data::corrected_difference_in_differences(
        clusters, judges[0], judges[1],
        {.seed = 5, .resamples = 500, .confidence = 0.95, .bounds = {-2, 2}});
    if (corrected->interval.low <= 0.3 && 0.3 <= corrected->interval.high) ++held;
    const double plain = data::difference_in_differences(clusters, 5).value;
    if (corrected->value > plain) ++corrected_nearer;
  }
  EXPECT_GE(held, kRuns * 0.91);
  EXPECT_GT(corrected_nearer, kRuns * 0.9);  // errors make a gap look smaller than it is
}

TEST(DifferenceInDifferences, BootstrapIntervalHoldsTheTruth) {
  data::RandomStream random(3);
  constexpr int kRuns = 150;
  int held = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<data::FourCells> clusters(60);
    for (data::FourCells& cluster : clusters) {
      const auto cell = [&](double truth) {
        return static_cast<double>(successes(random, truth, 5)) / 5;
      };
      cluster = {cell(0.2), cell(0.55), cell(0.1), cell(0.25)};
    }
    const data::Interval interval = data::difference_in_differences(clusters, 9).interval;
    if (interval.low <= 0.2 && 0.2 <= interval.high) ++held;
  }
  EXPECT_GE(held, kRuns * 0.89);  // 95% less three standard errors
}

}  // namespace
}  // namespace candor::tests
