// Means over clusters of unequal size.
#include "data/stats/ratio.h"

#include <gtest/gtest.h>

#include <vector>

namespace candor::data {
namespace {

TEST(RatioBootstrap, EqualClustersAreTheMeanOfTheirMeans) {
  const std::vector<double> means = {0.1, 0.4, 0.4, 0.9, 1.0};
  std::vector<ClusterSum> clusters;
  for (const double mean : means) clusters.push_back({4 * mean, 4});
  const Resampling resampling{.seed = 7, .bounds = {0, 1}};
  const Estimate ours = ratio_bootstrap(clusters, resampling);
  const Estimate plain = cluster_bootstrap(means, resampling);
  EXPECT_NEAR(ours.value, plain.value, 1e-12);
  EXPECT_NEAR(ours.interval.low, plain.interval.low, 1e-9);
  EXPECT_NEAR(ours.interval.high, plain.interval.high, 1e-9);
  EXPECT_EQ(ours.clusters, 5U);
}

TEST(RatioBootstrap, EachObservationWeighsTheSame) {
  const Estimate estimate =
      ratio_bootstrap(std::vector<ClusterSum>{{1, 1}, {0, 9}, {0, 0}}, {.bounds = {0, 1}});
  EXPECT_DOUBLE_EQ(estimate.value, 0.1);
  EXPECT_EQ(estimate.clusters, 2U) << "a cluster without observations is none";
  EXPECT_LE(estimate.interval.low, 0.1);
  EXPECT_GE(estimate.interval.high, 0.1);
}

TEST(RatioBootstrap, NothingOrOneValueLeavesWhatIsNotKnown) {
  const Estimate none = ratio_bootstrap({}, {.bounds = {-1, 1}});
  EXPECT_DOUBLE_EQ(none.interval.low, -1);
  EXPECT_DOUBLE_EQ(none.interval.high, 1);
  const Estimate equal =
      ratio_bootstrap(std::vector<ClusterSum>{{2, 2}, {5, 5}, {1, 1}}, {.bounds = {0, 1}});
  EXPECT_DOUBLE_EQ(equal.value, 1);
  EXPECT_LT(equal.interval.low, 0.5);
  EXPECT_DOUBLE_EQ(equal.interval.high, 1);
}

}  // namespace
}  // namespace candor::data
