// Every formula against another implementation of it: scipy, statsmodels or exact fractions. The
// numbers are what golden_stats.py beside this file prints.
#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/paired.h"
#include "data/stats/samples.h"
#include "data/stats/stats.h"

namespace candor::tests {
namespace {

// Relative, since some are tiny.
void expect_same(double found, double expected) {
  EXPECT_NEAR(found, expected, 1e-10 * std::abs(expected) + 1e-15);
}

void expect_interval(const data::Interval& found, double low, double high) {
  expect_same(found.low, low);
  expect_same(found.high, high);
}

// statsmodels.stats.proportion.proportion_confint(…, "wilson")
TEST(GoldenStats, Wilson) {
  expect_interval(data::wilson(0, 1), 0, 0.793450685622763);
  expect_interval(data::wilson(1, 1), 0.206549314377237, 1);
  expect_interval(data::wilson(0, 5000), 0, 0.000767701945057125);
  expect_interval(data::wilson(84, 164), 0.436295042032306, 0.587536971989171);
  expect_interval(data::wilson(4999, 5000), 0.99886791091916, 0.999964694216561);
  expect_interval(data::wilson(700, 1319), 0.50372248793029, 0.557509339557345);
  expect_interval(data::wilson(84, 164, 0.99), 0.413154515494279, 0.61028734827262);
}

// statsmodels.stats.contingency_tables.mcnemar(…, exact=True)
TEST(GoldenStats, McNemar) {
  expect_same(data::mcnemar_exact(0, 1), 1);
  expect_same(data::mcnemar_exact(4, 13), 0.049041748046875);
  expect_same(data::mcnemar_exact(25, 25), 1);
  expect_same(data::mcnemar_exact(120, 171), 0.0033087986331269);
  expect_same(data::mcnemar_exact(0, 60), 1.73472347597681e-18);
}

// statsmodels.stats.multitest.multipletests(…, method="holm")
TEST(GoldenStats, Holm) {
  const double p[] = {0.011, 0.02, 0.0004, 0.9, 0.049, 0.02, 0.33};
  const double expected[] = {0.066, 0.1, 0.0028, 0.9, 0.147, 0.1, 0.66};
  const std::vector<double> found = data::holm(p);
  for (std::size_t i = 0; i < found.size(); ++i) expect_same(found[i], expected[i]);
}

std::vector<double> sixty() {
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back((7 * i * i + 3 * i) % 11 / 10.0);
  return values;
}

// statsmodels.api.OLS on a constant with cov_type="cluster"; alone: numpy.std(ddof=1) / sqrt(60)
TEST(GoldenStats, ClusteredStandardError) {
  std::vector<std::int64_t> pairs;
  std::vector<std::int64_t> uneven;
  std::vector<std::int64_t> alone;
  for (int i = 0; i < 60; ++i) {
    pairs.push_back(i / 2);
    uneven.push_back(static_cast<std::int64_t>(std::sqrt(i)));
    alone.push_back(i);
  }
  expect_same(*data::clustered_standard_error(sixty(), pairs), 0.0222317987028315);
  expect_same(*data::clustered_standard_error(sixty(), uneven), 0.0146926177338491);
  expect_same(*data::clustered_standard_error(sixty(), alone), 0.045286283327594);
}

// 1 - C(n-c, k) / C(n, k) as an exact fraction
TEST(GoldenStats, PassAtK) {
  expect_same(*data::pass_at_k(64, 1, 64), 1);
  expect_same(*data::pass_at_k(64, 3, 8), 0.334677419354839);
  expect_same(*data::pass_at_k(200, 13, 100), 0.999919497198805);
  expect_same(*data::pass_at_k(100'000, 1, 1000), 0.01);
  expect_same(*data::pass_at_k(100'000, 50, 10'000), 0.994853237322685);
  expect_same(*data::pass_at_k(100'000, 99'999, 1), 0.99999);
  for (const std::int64_t n : {1, 2, 64, 100'000}) {
    for (const std::int64_t k : {std::int64_t{1}, (n + 1) / 2, n}) {
      EXPECT_EQ(*data::pass_at_k(n, 0, k), 0);
      EXPECT_EQ(*data::pass_at_k(n, n, k), 1);
    }
    EXPECT_EQ(*data::pass_at_k(n, 1, n), 1) << "all n drawn, one of them right";
  }
}

// scipy.stats.hypergeom.sf(least - 1, n, c, k)
TEST(GoldenStats, GPassAtK) {
  expect_same(*data::g_pass_at_k(16, 9, 8, 0.5), 0.842657342657343);
  expect_same(*data::g_pass_at_k(64, 20, 32, 0.5), 0.00125720459064984);
  expect_same(*data::g_pass_at_k(64, 60, 64, 1), 0);
  expect_same(*data::g_pass_at_k(4096, 2000, 1024, 0.5), 0.203212681227408);
  expect_same(*data::mean_g_pass_at_k(16, 9, 8), 0.16958041958042);
  expect_same(*data::mean_g_pass_at_k(16, 13, 7), 0.482142857142857);
}

// Every subset counted, as an exact fraction
TEST(GoldenStats, MajorityAtK) {
  const std::int64_t others[] = {3, 2, 1};
  expect_same(*data::majority_at_k(4, others, 2, 5), 0.522306397306397);
  expect_same(*data::majority_at_k(4, others, 2, 12), 1);
}

// scipy.optimize.brentq on Connor's number of pairs; scipy.stats.norm.ppf
TEST(GoldenStats, Detectable) {
  expect_same(*data::detectable_paired_difference(164, 0.2), 0.0971339713480729);
  expect_same(*data::detectable_paired_difference(164, 0.5), 0.153582293818723);
  expect_same(*data::detectable_paired_difference(1319, 0.1), 0.0243721142377282);
  expect_same(*data::detectable_paired_difference(50, 0.02), 0.149717150011984);
  expect_same(data::detectable_mean(250, 0.48), 0.0850501473436473);
}

// numpy.quantile
TEST(GoldenStats, Quantile) {
  expect_same(*data::quantile(sixty(), 0.5), 0.3);
  expect_same(*data::quantile(sixty(), 0.83), 0.988);
  expect_same(*data::quantile(sixty(), 0.07), 0);
  EXPECT_EQ(*data::quantile({5}, 0.9), 5);
  EXPECT_FALSE(data::quantile({}, 0.5));
}

TEST(GoldenStats, Bounds) {
  expect_interval(data::bounds_of_rate(30, 17, 100).interval, 0.218948852949328, 0.567111430299006);
}

// (n + 1) C(n, a) / 2^n as an exact fraction
TEST(GoldenStats, MixtureP) {
  expect_same(data::mixture_p(3, 12), 0.22216796875);
  expect_same(data::mixture_p(0, 8), 0.03515625);
  expect_same(data::mixture_p(200, 260), 0.341571574684121);
  EXPECT_EQ(data::mixture_p(0, 0), 1);
  EXPECT_EQ(data::mixture_p(5, 5), 1);
}

// PCG32 and the resampling written again in Python, numpy.quantile: the figures of a report are the
// same in every build.
TEST(GoldenStats, TheBootstrapIsTheSameInEveryBuild) {
  const data::Estimate estimate = data::cluster_bootstrap(sixty(), {.seed = 7});
  expect_interval(estimate.interval, 0.315, 0.491666666666667);
}

}  // namespace
}  // namespace candor::tests
