// Two runs on the same questions, and values that come in groups: standard errors that know of the
// groups, a resampling test of the difference, and a test that may be looked at while the run goes
// on. Beside stats.h, which has the exact McNemar test, Holm's correction and detectable effects.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/stats/stats.h"

namespace candor::data {

// The standard error of the mean of `values` when those of one cluster hang together: with G
// clusters, (1/n) sqrt(G/(G-1) * sum over clusters of (sum of deviations)^2) (K.-Y. Liang and
// S. Zeger, Biometrika 73, 1986; E. Miller, "Adding Error Bars to Evals", 2024, on clustered
// standard errors, who writes the double sum out; the factor G/(G-1) is that of A. C. Cameron and
// D. L. Miller, J. Human Resources 50, 2015, section II, and makes it the usual standard error with
// one value a cluster).
// `clusters` names the cluster of each value and has the same length. None for fewer than two
// clusters: one alone says nothing of how they differ.
std::optional<double> clustered_standard_error(std::span<const double> values,
                                               std::span<const std::int64_t> clusters);

struct PairedDifference {
  Estimate estimate;  // of second - first, one value a question
  double p = 1;       // two-sided, of no difference
};
// Resamples questions. p is the share of resamples of the differences around their mean that lie as
// far from nought as the mean does, itself counted: (1 + hits) / (1 + resamples) (A. Davison and D.
// Hinkley, "Bootstrap Methods and their Application", 1997, equation 4.11). Both have one value in
// 0 … 1 a question, in the same order and number.
PairedDifference paired_bootstrap(std::span<const double> first, std::span<const double> second,
                                  const Resampling& resampling);

// A sequential test of two runs question by question, valid at every moment: it may be looked at
// after each question and stopped when it is small. Of the questions on which the two differ, the
// first is right with probability p; the ratio of the likelihood averaged over all p (uniformly) to
// that of p = 1/2 is 2^n a! b! / (n+1)! with a, b the counts and n = a + b (a mixture sequential
// probability ratio test: H. Robbins, Ann. Math. Statist. 41, 1970; R. Johari et al., "Always Valid
// Inference", Operations Research 70, 2022). By Ville's inequality the chance that 1/ratio ever
// falls to alpha without a difference is at most alpha.
double log_mixture_ratio(std::int64_t first_only, std::int64_t second_only);
// 1 / ratio at most 1: the always-valid p of these counts, looked at once. It does not hang on the
// order in which the questions came.
double mixture_p(std::int64_t first_only, std::int64_t second_only);

// The always-valid p after each discordant question, in the order they came: true where the first
// alone was right. Never rises.
std::vector<double> always_valid_p(const std::vector<bool>& first_was_right);

}  // namespace candor::data
