#include "data/stats/ratio.h"

#include <algorithm>
#include <cmath>

#include "data/stats/random.h"

namespace candor::data {

namespace {

double ratio_of(const ClusterSum& total) { return total.sum / total.count; }

ClusterSum total_of(std::span<const ClusterSum> clusters) {
  ClusterSum total;
  for (const ClusterSum& cluster : clusters) {
    total.sum += cluster.sum;
    total.count += cluster.count;
  }
  return total;
}

}  // namespace

Estimate ratio_bootstrap(std::span<const ClusterSum> all, const Resampling& resampling) {
  std::vector<ClusterSum> clusters;
  std::vector<double> means;
  for (const ClusterSum& cluster : all) {
    if (cluster.count <= 0) continue;
    clusters.push_back(cluster);
    means.push_back(ratio_of(cluster));
  }
  // What it has in common with clusters of one size: their number and spread.
  Estimate estimate = cluster_bootstrap(means, {.seed = resampling.seed,
                                                .resamples = 1,
                                                .confidence = resampling.confidence,
                                                .bounds = resampling.bounds});
  if (clusters.empty()) return estimate;
  estimate.value = ratio_of(total_of(clusters));

  RandomStream random(resampling.seed);
  const auto n = static_cast<std::uint32_t>(clusters.size());
  std::vector<double> drawn(static_cast<std::size_t>(resampling.resamples));
  for (double& value : drawn) {
    ClusterSum total;
    for (std::uint32_t i = 0; i < n; ++i) {
      const ClusterSum& cluster = clusters[random.below(n)];
      total.sum += cluster.sum;
      total.count += cluster.count;
    }
    value = ratio_of(total);
  }
  const double tail = (1 - resampling.confidence) / 2;
  estimate.interval = {*quantile(drawn, tail), *quantile(drawn, 1 - tail)};
  // A cluster is the mean of many units here: one that would differ from all others, where some
  // differ already, would not lie at the bounds. Only equal ones say nothing of their spread.
  constexpr double kSame = 1e-9;
  const auto [least, greatest] = std::minmax_element(means.begin(), means.end());
  if (*greatest - *least > kSame) return estimate;
  if (const auto unseen = unseen_interval(means, estimate.value, resampling)) {
    estimate.interval.low = std::min(estimate.interval.low, unseen->low);
    estimate.interval.high = std::max(estimate.interval.high, unseen->high);
  }
  return estimate;
}

}  // namespace candor::data
