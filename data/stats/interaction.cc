#include "data/stats/interaction.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/stats/random.h"

namespace candor::data {

namespace {

// Sums of shares that are equal on paper differ by rounding.
constexpr double kRounding = 1e-9;

double exact_flips(const std::vector<double>& values, double reach) {
  const std::uint32_t ways = 1U << values.size();
  std::uint32_t hits = 0;
  for (std::uint32_t way = 0; way < ways; ++way) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      sum += (way >> i & 1) != 0 ? -values[i] : values[i];
    hits += std::abs(sum) >= reach ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(ways);
}

double drawn_flips(const std::vector<double>& values, double reach, std::uint64_t seed, int draws) {
  RandomStream random(seed, 2);
  int hits = 0;
  for (int draw = 0; draw < draws; ++draw) {
    double sum = 0;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % 32 == 0) bits = random.next();
      sum += (bits & 1) != 0 ? -values[i] : values[i];
      bits >>= 1;
    }
    hits += std::abs(sum) >= reach ? 1 : 0;
  }
  return static_cast<double>(1 + hits) / static_cast<double>(1 + draws);
}

FourCells mean_of(std::span<const FourCells> clusters, std::span<const std::uint32_t> chosen) {
  FourCells mean;
  for (const std::uint32_t at : chosen) {
    mean.probe_first += clusters[at].probe_first;
    mean.probe_second += clusters[at].probe_second;
    mean.twin_first += clusters[at].twin_first;
    mean.twin_second += clusters[at].twin_second;
  }
  const auto n = static_cast<double>(chosen.size());
  return {mean.probe_first / n, mean.probe_second / n, mean.twin_first / n, mean.twin_second / n};
}

double log_odds(const FourCells& mean, double n) {
  const auto logit = [&](double share) {
    return std::log((n * share + 0.5) / (n * (1 - share) + 0.5));
  };
  return (logit(mean.probe_second) - logit(mean.probe_first)) -
         (logit(mean.twin_second) - logit(mean.twin_first));
}

// With the share `other` of the clusters replaced by one at the end of the scale.
FourCells mixed(const FourCells& mean, double other, const FourCells& end) {
  const auto mix = [&](double a, double b) { return (1 - other) * a + other * b; };
  return {mix(mean.probe_first, end.probe_first), mix(mean.probe_second, end.probe_second),
          mix(mean.twin_first, end.twin_first), mix(mean.twin_second, end.twin_second)};
}

}  // namespace

double sign_flip_p(std::span<const double> differences, std::uint64_t seed, int draws) {
  std::vector<double> values;
  double sum = 0;
  for (const double value : differences) {
    sum += value;
    if (std::abs(value) > kRounding) values.push_back(value);
  }
  if (values.empty()) return 1;
  const double reach = std::abs(sum) - kRounding;
  return values.size() <= kExactFlips ? exact_flips(values, reach)
                                      : drawn_flips(values, reach, seed, draws);
}

std::optional<Estimate> log_odds_difference(std::span<const FourCells> clusters,
                                            std::uint64_t seed) {
  const std::size_t n = clusters.size();
  if (n == 0) return std::nullopt;
  const auto size = static_cast<double>(n);
  std::vector<std::uint32_t> chosen(n);
  for (std::size_t i = 0; i < n; ++i) chosen[i] = static_cast<std::uint32_t>(i);
  const FourCells mean = mean_of(clusters, chosen);
  for (const double share :
       {mean.probe_first, mean.probe_second, mean.twin_first, mean.twin_second}) {
    if (size * std::min(share, 1 - share) < kLeastCount - kRounding) return std::nullopt;
  }
  Estimate estimate;
  estimate.clusters = n;
  estimate.value = log_odds(mean, size);

  const Resampling resampling{.seed = seed, .bounds = {-2, 2}};
  RandomStream random(seed, 3);
  std::vector<double> values(static_cast<std::size_t>(resampling.resamples));
  for (double& value : values) {
    for (std::uint32_t& at : chosen) at = random.below(static_cast<std::uint32_t>(n));
    value = log_odds(mean_of(clusters, chosen), size);
  }
  const double tail = (1 - resampling.confidence) / 2;
  estimate.interval = {*quantile(values, tail), *quantile(values, 1 - tail)};
  if (unseen_interval(differences_of(clusters), 0, resampling)) {
    const double other = 1 - std::pow(1 - resampling.confidence, 1 / size);
    estimate.interval.low =
        std::min(estimate.interval.low, log_odds(mixed(mean, other, {1, 0, 0, 1}), size));
    estimate.interval.high =
        std::max(estimate.interval.high, log_odds(mixed(mean, other, {0, 1, 1, 0}), size));
  }
  return estimate;
}

}  // namespace candor::data
