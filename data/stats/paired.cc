#include "data/stats/paired.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "data/stats/random.h"

namespace candor::data {

std::optional<double> clustered_standard_error(std::span<const double> values,
                                               std::span<const std::int64_t> clusters) {
  const std::size_t n = std::min(values.size(), clusters.size());
  if (n < 2) return std::nullopt;
  const double size = static_cast<double>(n);
  const double mean =
      std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n), 0.0) / size;
  std::map<std::int64_t, double> sums;
  for (std::size_t i = 0; i < n; ++i) sums[clusters[i]] += values[i] - mean;
  if (sums.size() < 2) return std::nullopt;
  double squares = 0;
  for (const auto& [cluster, sum] : sums) squares += sum * sum;
  const double groups = static_cast<double>(sums.size());
  return std::sqrt(groups / (groups - 1) * squares) / size;
}

PairedDifference paired_bootstrap(std::span<const double> first, std::span<const double> second,
                                  const Resampling& resampling) {
  const std::size_t n = std::min(first.size(), second.size());
  std::vector<double> differences(n);
  for (std::size_t i = 0; i < n; ++i) differences[i] = second[i] - first[i];
  PairedDifference result;
  result.estimate = cluster_bootstrap(differences, resampling);
  if (n == 0) return result;

  const double mean = result.estimate.value;
  // Sums of a few thousand terms: what rounding alone makes unequal counts as equal.
  const double reach = std::abs(mean) - 1e-12;
  RandomStream random(resampling.seed, 1);
  std::int64_t hits = 0;
  for (int i = 0; i < resampling.resamples; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      sum += differences[random.below(static_cast<std::uint32_t>(n))] - mean;
    }
    hits += std::abs(sum / static_cast<double>(n)) >= reach ? 1 : 0;
  }
  result.p = static_cast<double>(1 + hits) / static_cast<double>(1 + resampling.resamples);
  // All differences equal: resampling has nothing to say, and a small p would claim it had.
  const auto [least, greatest] = std::minmax_element(differences.begin(), differences.end());
  if (*least == *greatest) result.p = *least == 0 ? 1 : std::pow(2.0, 1 - static_cast<double>(n));
  result.p = std::min(1.0, result.p);
  return result;
}

double log_mixture_ratio(std::int64_t first_only, std::int64_t second_only) {
  const double a = static_cast<double>(first_only);
  const double b = static_cast<double>(second_only);
  return (a + b) * std::log(2.0) + std::lgamma(a + 1) + std::lgamma(b + 1) - std::lgamma(a + b + 2);
}

double mixture_p(std::int64_t first_only, std::int64_t second_only) {
  return std::min(1.0, std::exp(-log_mixture_ratio(first_only, second_only)));
}

std::vector<double> always_valid_p(const std::vector<bool>& first_was_right) {
  std::vector<double> values;
  double least = 1;
  std::int64_t first = 0;
  std::int64_t second = 0;
  for (const bool was_first : first_was_right) {
    (was_first ? first : second) += 1;
    least = std::min(least, mixture_p(first, second));
    values.push_back(least);
  }
  return values;
}

}  // namespace candor::data
