// The mean over all observations where they come in clusters of unequal size: answers of many
// models to the same questions, some of them missing.
#pragma once

#include <span>

#include "data/stats/stats.h"

namespace candor::data {

struct ClusterSum {
  double sum = 0;    // of the cluster's observations
  double count = 0;  // how many there are; clusters without one are left out
};

// The sum over all clusters by their count, with the percentile interval of resampling whole
// clusters (B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and
// 13; the resampled figure is the ratio of both sums). `bounds` of the resampling are those of one
// observation, and serve as in cluster_bootstrap where all clusters have the same mean.
// `standard_deviation` is that of the clusters' means. No clusters: the bounds.
Estimate ratio_bootstrap(std::span<const ClusterSum> clusters, const Resampling& resampling);

}  // namespace candor::data
