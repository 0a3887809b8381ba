#include "data/stats/stats.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "data/stats/random.h"

namespace candor::data {

namespace {

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Linear interpolation between order statistics (R. Hyndman and Y. Fan's type 7); sorted input.
double quantile_of(std::span<const double> sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::optional<double> quantile(std::vector<double> values, double probability) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return quantile_of(values, std::clamp(probability, 0.0, 1.0));
}

Interval wilson_of_rate(double rate, std::int64_t n, double confidence) {
  if (n <= 0) return {0, 1};
  const double z = normal_quantile(0.5 + confidence / 2);
  const double size = static_cast<double>(n);
  const double scale = 1 + z * z / size;
  const double centre = rate + z * z / (2 * size);
  const double reach = z * std::sqrt(rate * (1 - rate) / size + z * z / (4 * size * size));
  // At 0 and 1 the bound is exactly there; the formula leaves rounding.
  return {rate <= 0 ? 0 : std::max(0.0, (centre - reach) / scale),
          rate >= 1 ? 1 : std::min(1.0, (centre + reach) / scale)};
}

Interval wilson(std::int64_t successes, std::int64_t n, double confidence) {
  return wilson_of_rate(n <= 0 ? 0 : static_cast<double>(successes) / static_cast<double>(n), n,
                        confidence);
}

double mcnemar_exact(std::int64_t first_only, std::int64_t second_only) {
  const std::int64_t n = first_only + second_only;
  if (n == 0) return 1;
  const boost::math::binomial fair(static_cast<double>(n), 0.5);
  const double tail =
      boost::math::cdf(fair, static_cast<double>(std::min(first_only, second_only)));
  return std::min(1.0, 2 * tail);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double floor = 0;  // adjusted values keep the order of the raw ones
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    floor = std::max(floor, static_cast<double>(p.size() - rank) * p[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, floor);
  }
  return adjusted;
}

Estimate cluster_bootstrap(std::span<const double> values, const Resampling& resampling) {
  Estimate estimate;
  estimate.clusters = values.size();
  estimate.interval = resampling.bounds;
  if (values.empty()) return estimate;

  const std::size_t n = values.size();
  estimate.value = mean_of(values);
  if (n > 1) {
    double squares = 0;
    for (const double value : values) squares += std::pow(value - estimate.value, 2);
    estimate.standard_deviation = std::sqrt(squares / static_cast<double>(n - 1));
  }
  RandomStream random(resampling.seed);
  std::vector<double> means(static_cast<std::size_t>(resampling.resamples));
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += values[random.below(static_cast<std::uint32_t>(n))];
    mean = sum / static_cast<double>(n);
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - resampling.confidence) / 2;
  estimate.interval = {quantile_of(means, tail), quantile_of(means, 1 - tail)};
  if (const auto unseen = unseen_interval(values, estimate.value, resampling)) {
    estimate.interval.low = std::min(estimate.interval.low, unseen->low);
    estimate.interval.high = std::max(estimate.interval.high, unseen->high);
  }
  return estimate;
}

std::optional<Interval> unseen_interval(std::span<const double> values, double mean,
                                        const Resampling& resampling) {
  if (values.empty()) return std::nullopt;
  const std::size_t n = values.size();
  // Differences of shares that are equal on paper differ by rounding.
  constexpr double kSame = 1e-9;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::size_t most = 0;
  for (std::size_t from = 0, to = 0; from < n; from = to) {
    while (to < n && sorted[to] - sorted[from] < kSame) ++to;
    most = std::max(most, to - from);
  }
  if (n - most >= kFewDiffering || 2 * most <= n) return std::nullopt;
  const double unseen = 1 - std::pow(1 - resampling.confidence, 1.0 / static_cast<double>(n));
  return Interval{mean - unseen * (mean - resampling.bounds.low),
                  mean + unseen * (resampling.bounds.high - mean)};
}

std::vector<double> differences_of(std::span<const FourCells> clusters) {
  std::vector<double> values;
  for (const FourCells& cell : clusters) {
    values.push_back((cell.probe_second - cell.probe_first) - (cell.twin_second - cell.twin_first));
  }
  return values;
}

Estimate difference_in_differences(std::span<const FourCells> clusters, std::uint64_t seed) {
  return cluster_bootstrap(differences_of(clusters), {.seed = seed, .bounds = {-2, 2}});
}

std::optional<double> detectable_paired_difference(std::int64_t n, double discordant, double alpha,
                                                   double power) {
  const double za = normal_quantile(1 - alpha / 2);
  const double zb = normal_quantile(power);
  const auto pairs_needed = [&](double difference) {
    const double share = std::max(discordant, difference);
    const double root =
        za * std::sqrt(share) + zb * std::sqrt(std::max(0.0, share - difference * difference));
    return root * root / (difference * difference);
  };
  if (n <= 0 || pairs_needed(1) > static_cast<double>(n)) return std::nullopt;
  double too_small = 0;
  double enough = 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (too_small + enough) / 2;
    (pairs_needed(middle) <= static_cast<double>(n) ? enough : too_small) = middle;
  }
  return enough;
}

double detectable_mean(std::int64_t n, double standard_deviation, double alpha, double power) {
  return (normal_quantile(1 - alpha / 2) + normal_quantile(power)) * standard_deviation /
         std::sqrt(static_cast<double>(n));
}

std::optional<double> cohens_kappa(std::span<const std::string> first,
                                   std::span<const std::string> second) {
  const std::size_t n = std::min(first.size(), second.size());
  if (n == 0) return std::nullopt;
  std::map<std::string, std::pair<double, double>> counts;
  double same = 0;
  for (std::size_t i = 0; i < n; ++i) {
    counts[first[i]].first += 1;
    counts[second[i]].second += 1;
    if (first[i] == second[i]) same += 1;
  }
  const double size = static_cast<double>(n);
  double chance = 0;
  for (const auto& [label, count] : counts) chance += count.first * count.second / (size * size);
  if (chance >= 1) return std::nullopt;
  return (same / size - chance) / (1 - chance);
}

}  // namespace candor::data
