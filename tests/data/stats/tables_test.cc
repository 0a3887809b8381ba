#include "data/stats/tables.h"

#include <gtest/gtest.h>

#include <cmath>

namespace candor::data {
namespace {

TEST(Fisher, TheLadyTastingTea) {
  // 3 of 4 cups named rightly: (16 + 1) / 70; two-sided 34 / 70 (Fisher 1935; R: fisher.test).
  EXPECT_NEAR(fisher_greater({3, 4, 1, 4}), 17.0 / 70, 1e-12);
  EXPECT_NEAR(fisher_two_sided({3, 4, 1, 4}), 34.0 / 70, 1e-12);
  EXPECT_NEAR(fisher_greater({4, 4, 0, 4}), 1.0 / 70, 1e-12);
}

TEST(Fisher, OneWithheldWordAmongTwentyControls) {
  EXPECT_NEAR(fisher_greater({1, 1, 0, 20}), 1.0 / 21, 1e-12);
}

// Counts every way of drawing the first sample's members by hand.
double by_hand(const TwoSamples& t) {
  const auto choose = [](std::int64_t n, std::int64_t k) {
    double value = 1;
    for (std::int64_t i = 0; i < k; ++i) {
      value = value * static_cast<double>(n - i) / static_cast<double>(i + 1);
    }
    return k < 0 || k > n ? 0.0 : value;
  };
  const std::int64_t hits = t.first_hits + t.second_hits;
  double sum = 0;
  for (std::int64_t x = t.first_hits; x <= t.first_n; ++x) {
    sum += choose(t.first_n, x) * choose(t.second_n, hits - x);
  }
  return sum / choose(t.first_n + t.second_n, hits);
}

TEST(Fisher, IsTheTailOfTheHypergeometricEverywhere) {
  for (std::int64_t n = 1; n <= 7; ++n) {
    for (std::int64_t m = 1; m <= 9; ++m) {
      for (std::int64_t a = 0; a <= n; ++a) {
        for (std::int64_t b = 0; b <= m; ++b) {
          const TwoSamples table{a, n, b, m};
          EXPECT_NEAR(fisher_greater(table), by_hand(table), 1e-10);
          // The two directions share this table's own chance.
          const double less = fisher_greater({b, m, a, n});
          EXPECT_GE(fisher_greater(table) + less, 1 - 1e-10);
          const double both = fisher_two_sided(table);
          EXPECT_NEAR(both, fisher_two_sided({b, m, a, n}), 1e-10);
          EXPECT_GE(both + 1e-10, std::min(fisher_greater(table), less));
          EXPECT_LE(both, 1);
        }
      }
    }
  }
}

TEST(Fisher, AnEmptySampleSaysNothing) {
  EXPECT_EQ(fisher_greater({0, 0, 3, 9}), 1);
  EXPECT_EQ(fisher_two_sided({2, 2, 0, 0}), 1);
}

}  // namespace
}  // namespace candor::data
