#include "data/stats/misclassification.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "data/stats/random.h"

namespace candor::data {

namespace {

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

struct Errors {
  double sensitivity = 1;
  double specificity = 1;

  double corrected(double rate) const {
    return (rate + specificity - 1) / (sensitivity + specificity - 1);
  }
  double youden() const { return sensitivity + specificity - 1; }
};

// A share drawn anew: so many of n trials succeed, each with the share observed, one success and
// one failure added.
double drawn(RandomStream& random, std::int64_t part, std::int64_t whole) {
  const auto n = static_cast<std::uint32_t>(whole + 2);
  const auto successes = static_cast<std::uint32_t>(part + 1);
  std::uint32_t hits = 0;
  for (std::uint32_t i = 0; i < n; ++i) hits += random.below(n) < successes ? 1 : 0;
  return static_cast<double>(hits) / static_cast<double>(n);
}

Errors drawn(RandomStream& random, const Misclassification& judge) {
  return {drawn(random, judge.true_positive, judge.positives()),
          drawn(random, judge.true_negative, judge.negatives())};
}

// A draw in which a judge tells nothing says nothing of the rate either.
Errors informative_draw(RandomStream& random, const Misclassification& judge) {
  Errors errors = drawn(random, judge);
  while (errors.youden() <= 0) errors = drawn(random, judge);
  return errors;
}

// The figure of one draw of clusters and of both judges' errors.
using Figure = std::function<double(std::span<const std::uint32_t>, const Errors&, const Errors&)>;

Estimate resampled(std::size_t n, const Misclassification& judge_first,
                   const Misclassification& judge_second, const Resampling& resampling,
                   const Figure& figure) {
  Estimate estimate;
  estimate.clusters = n;
  const auto inside = [&](double value) {
    return std::clamp(value, resampling.bounds.low, resampling.bounds.high);
  };
  std::vector<std::uint32_t> chosen(n);
  for (std::size_t i = 0; i < n; ++i) chosen[i] = static_cast<std::uint32_t>(i);
  estimate.value = inside(figure(chosen, {judge_first.sensitivity(), judge_first.specificity()},
                                 {judge_second.sensitivity(), judge_second.specificity()}));
  RandomStream random(resampling.seed);
  std::vector<double> values(static_cast<std::size_t>(resampling.resamples));
  for (double& value : values) {
    for (std::uint32_t& at : chosen) at = random.below(static_cast<std::uint32_t>(n));
    const Errors first = informative_draw(random, judge_first);
    const Errors second =
        &judge_first == &judge_second ? first : informative_draw(random, judge_second);
    value = inside(figure(chosen, first, second));
  }
  const double tail = (1 - resampling.confidence) / 2;
  estimate.interval = {quantile(values, tail).value_or(resampling.bounds.low),
                       quantile(values, 1 - tail).value_or(resampling.bounds.high)};
  return estimate;
}

}  // namespace

double Misclassification::sensitivity() const { return share(true_positive, positives()); }

double Misclassification::specificity() const { return share(true_negative, negatives()); }

bool Misclassification::informative() const {
  return positives() > 0 && negatives() > 0 && sensitivity() + specificity() > 1;
}

std::optional<CorrectedRate> corrected_rate(double rate, std::int64_t n,
                                            const Misclassification& judge, double confidence) {
  if (n <= 0 || !judge.informative()) return std::nullopt;
  CorrectedRate corrected;
  corrected.value =
      std::clamp(Errors{judge.sensitivity(), judge.specificity()}.corrected(rate), 0.0, 1.0);

  const double z = boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
  const double items = static_cast<double>(n) + z * z;
  const double p = (static_cast<double>(n) * rate + z * z / 2) / items;
  const double positives = static_cast<double>(judge.positives()) + 2;
  const double negatives = static_cast<double>(judge.negatives()) + 2;
  const double se = (static_cast<double>(judge.true_positive) + 1) / positives;
  const double sp = (static_cast<double>(judge.true_negative) + 1) / negatives;
  const double youden = se + sp - 1;
  if (youden <= 0) {
    corrected.interval = {0, 1};
    return corrected;
  }
  const double centre = Errors{se, sp}.corrected(p);
  const double of_se = se * (1 - se) / positives;
  const double of_sp = sp * (1 - sp) / negatives;
  const double error = std::sqrt(p * (1 - p) / items + centre * centre * of_se +
                                 (1 - centre) * (1 - centre) * of_sp) /
                       youden;
  const double shift = 2 * z * z * (centre * of_se - (1 - centre) * of_sp);
  corrected.interval = {std::clamp(centre + shift - z * error, 0.0, 1.0),
                        std::clamp(centre + shift + z * error, 0.0, 1.0)};
  return corrected;
}

std::optional<Estimate> corrected_difference(std::span<const double> first,
                                             std::span<const double> second,
                                             const Misclassification& judge_first,
                                             const Misclassification& judge_second,
                                             const Resampling& resampling) {
  std::vector<PairedSum> clusters;
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    clusters.push_back({first[i], second[i], 1});
  }
  return corrected_difference(clusters, judge_first, judge_second, resampling);
}

std::optional<Estimate> corrected_difference(std::span<const PairedSum> clusters,
                                             const Misclassification& judge_first,
                                             const Misclassification& judge_second,
                                             const Resampling& resampling) {
  if (clusters.empty() || !judge_first.informative() || !judge_second.informative()) {
    return std::nullopt;
  }
  return resampled(
      clusters.size(), judge_first, judge_second, resampling,
      [&](std::span<const std::uint32_t> chosen, const Errors& one, const Errors& two) {
        PairedSum all;
        for (const std::uint32_t at : chosen) {
          all.first += clusters[at].first;
          all.second += clusters[at].second;
          all.count += clusters[at].count;
        }
        return two.corrected(all.second / all.count) - one.corrected(all.first / all.count);
      });
}

std::optional<Estimate> corrected_difference_in_differences(std::span<const FourCells> clusters,
                                                            const Misclassification& judge_first,
                                                            const Misclassification& judge_second,
                                                            const Resampling& resampling) {
  if (clusters.empty() || !judge_first.informative() || !judge_second.informative()) {
    return std::nullopt;
  }
  return resampled(
      clusters.size(), judge_first, judge_second, resampling,
      [&](std::span<const std::uint32_t> chosen, const Errors& one, const Errors& two) {
        double a = 0;
        double b = 0;
        for (const std::uint32_t at : chosen) {
          a += clusters[at].probe_first - clusters[at].twin_first;
          b += clusters[at].probe_second - clusters[at].twin_second;
        }
        const auto n = static_cast<double>(chosen.size());
        return b / n / two.youden() - a / n / one.youden();
      });
}

}  // namespace candor::data
