// Rates and differences of rates as they would be without the errors of the judge that counted
// them, as far as its errors are known: a judge that finds the share Se (sensitivity) of what is
// there and wrongly finds the share 1 - Sp of what is not, sees p = Se x + (1 - Sp)(1 - x) of a
// true rate x. What is not here: whether the judge errs on these items as often as on those it was
// measured with; that is an assumption of whoever calls.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "data/stats/stats.h"

namespace candor::data {

// What a judge did with labelled items.
struct Misclassification {
  std::int64_t true_positive = 0;
  std::int64_t false_negative = 0;
  std::int64_t false_positive = 0;
  std::int64_t true_negative = 0;

  std::int64_t positives() const { return true_positive + false_negative; }
  std::int64_t negatives() const { return false_positive + true_negative; }
  // Need at least one item of the kind.
  double sensitivity() const;
  double specificity() const;
  // Both kinds were labelled, and the judge tells them apart better than chance: Se + Sp > 1.
  bool informative() const;
};

struct CorrectedRate {
  double value = 0;
  Interval interval;
};

// The true rate behind an observed one over n items: (p + Sp - 1) / (Se + Sp - 1), within 0 … 1
// (W. J. Rogan and B. Gladen, "Estimating prevalence from the results of a screening test", Am. J.
// Epidemiology 107, 1978, equation 1). The interval carries the uncertainty of all three
// proportions: Z. Lang and J. Reiczigel, "Confidence limits for prevalence of disease adjusted for
// estimated sensitivity and specificity", Preventive Veterinary Medicine 113, 2014, section 2:
// z^2/2 successes in z^2 trials are added to the observed counts, one in two to each of the
// judge's, and the limits are shifted. It need not hold `value` in its middle. None where n is 0 or
// the judge is not informative.
std::optional<CorrectedRate> corrected_rate(double rate, std::int64_t n,
                                            const Misclassification& judge,
                                            double confidence = kConfidence);

// The same for the mean over clusters of second - first where another judge, or the same one with
// other errors, counted each side: second corrected minus first corrected. The interval resamples
// clusters and, with them, both judges' labelled items (as binomials with one success and one
// failure added, so that a judge never seen to err is not taken for one that cannot); percentiles
// (B. Efron and R. Tibshirani, 1993, chapter 13). Both spans have one rate a cluster. None where
// there is no cluster or a judge is not informative. Where both judges are one and the same object,
// its errors are drawn once and used on both sides: they cancel as far as they do in truth.
std::optional<Estimate> corrected_difference(std::span<const double> first,
                                             std::span<const double> second,
                                             const Misclassification& judge_first,
                                             const Misclassification& judge_second,
                                             const Resampling& resampling);

// The same where clusters are of unequal size: sums over a cluster's observations and how many
// there are; the figure is the mean over all observations.
struct PairedSum {
  double first = 0;
  double second = 0;
  double count = 0;  // > 0
};
std::optional<Estimate> corrected_difference(std::span<const PairedSum> clusters,
                                             const Misclassification& judge_first,
                                             const Misclassification& judge_second,
                                             const Resampling& resampling);

// Difference in differences of the same kind: `judge_first` counted the probe's and the twin's
// first cell, `judge_second` their second ones. False alarms cancel between probe and twin, so it
// is (probe_second - twin_second) / J_second - (probe_first - twin_first) / J_first, J = Se + Sp
// - 1. The bounds of `resampling` are -2 … 2 then.
std::optional<Estimate> corrected_difference_in_differences(std::span<const FourCells> clusters,
                                                            const Misclassification& judge_first,
                                                            const Misclassification& judge_second,
                                                            const Resampling& resampling);

}  // namespace candor::data
