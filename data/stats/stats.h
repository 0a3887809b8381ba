// The statistics of a report: intervals for rates, paired tests, resampling by cluster, the
// smallest effect a run could have found, agreement. Pure functions; a seed is an argument. What a
// figure means is decided by the caller: nothing here knows questions or verdicts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace candor::data {

constexpr double kConfidence = 0.95;

struct Interval {
  double low = 0;
  double high = 0;
};

// Score interval of a proportion (E. B. Wilson, JASA 22, 1927; L. Brown, T. Cai and A. DasGupta,
// Statistical Science 16, 2001, section 3.1.1): keeps its coverage for small n and for rates at 0
// and 1. n = 0 gives [0, 1].
Interval wilson(std::int64_t successes, std::int64_t n, double confidence = kConfidence);
// The same for a mean of n values in 0 … 1, each the share of successes in repeats of one question.
// Repeats only bring such values nearer to each other, so the interval is if anything too wide.
Interval wilson_of_rate(double rate, std::int64_t n, double confidence = kConfidence);

// Exact two-sided McNemar test (Q. McNemar, Psychometrika 12, 1947; as the binomial sign test on
// the discordant pairs): `first_only` pairs where the first alone succeeded, `second_only` the
// second.
double mcnemar_exact(std::int64_t first_only, std::int64_t second_only);

// p-values adjusted for the family they form (S. Holm, Scand. J. Statist. 6, 1979), in the order
// given; each at most 1 and never below its own p.
std::vector<double> holm(std::span<const double> p);

// The mean of one value a cluster (a question's or probe's mean over its repeats), with a
// percentile interval from resampling whole clusters (B. Efron and R. Tibshirani, "An Introduction
// to the Bootstrap", 1993, chapters 8 and 13).
struct Estimate {
  double value = 0;
  Interval interval;
  double standard_deviation = 0;  // of the cluster values
  std::size_t clusters = 0;
};
struct Resampling {
  std::uint64_t seed = 1;
  int resamples = 10'000;
  double confidence = kConfidence;
  // The least and greatest value that a cluster could have had; see unseen_interval.
  Interval bounds{-1, 1};
};
Estimate cluster_bootstrap(std::span<const double> cluster_values, const Resampling& resampling);

// Resampling knows no values but those it was given. Where most of n clusters gave one and the same
// value and fewer than kFewDiffering gave another, that says too little: four odd ones of 248 are
// in nearly every resample, yet might well have been none. Then the interval allows, on either side
// of the mean, for the share of other clusters at `bounds` that n clusters may have missed,
// 1 - 0.05^(1/n) (the "rule of three": J. Hanley and A. Lippman-Hand, JAMA 249, 1983). None where
// enough clusters differ. cluster_bootstrap gives the union of this and its percentiles.
// `mean`: the figure that the interval is of.
constexpr std::size_t kFewDiffering = 10;
std::optional<Interval> unseen_interval(std::span<const double> cluster_values, double mean,
                                        const Resampling& resampling);

// (second - first) of the probe minus (second - first) of its twin, a cluster each; every field is
// a rate in 0 … 1. Bounds are -2 … 2.
struct FourCells {
  double probe_first = 0;
  double probe_second = 0;
  double twin_first = 0;
  double twin_second = 0;
};
Estimate difference_in_differences(std::span<const FourCells> clusters, std::uint64_t seed);
// The values whose mean it is, one a cluster.
std::vector<double> differences_of(std::span<const FourCells> clusters);

// The value below which the share `probability` of `values` lies, interpolated between the two
// nearest of them (R. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", Am.
// Statistician 50, 1996, definition 7). None of no values.
std::optional<double> quantile(std::vector<double> values, double probability);

constexpr double kPower = 0.8;

// The smallest difference of two paired proportions that a two-sided test at `alpha` finds with
// probability `power` in n pairs, of which the share `discordant` differs (R. J. Connor, Biometrics
// 43, 1987, equation for n solved for the difference). A difference needs at least as many
// discordant pairs, so a smaller share is raised to it. None when even a difference of 1 is too
// small for n.
std::optional<double> detectable_paired_difference(std::int64_t n, double discordant,
                                                   double alpha = 0.05, double power = kPower);

// The smallest difference from a fixed value that a two-sided test finds in the mean of n
// independent values with this standard deviation, or in the mean of n paired differences with it:
// (z(1 - alpha/2) + z(power)) s / sqrt(n) (E. Miller, "Adding Error Bars to Evals", 2024, on
// power analysis, solved for the effect; z approximation).
double detectable_mean(std::int64_t n, double standard_deviation, double alpha = 0.05,
                       double power = kPower);

// Agreement of two judges beyond chance (J. Cohen, Educ. Psychol. Meas. 20, 1960); both give one
// label an item. None where chance agreement is certain (one label only) or nothing was labelled.
std::optional<double> cohens_kappa(std::span<const std::string> first,
                                   std::span<const std::string> second);

}  // namespace candor::data
