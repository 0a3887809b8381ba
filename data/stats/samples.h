// What several samples of one question say: the chance that one of k is right, that the vote of k
// is, that most of k are. All are exact expectations over the subsets of k of the n samples there
// are, never simulations, so they need no seed. One question each; a suite's figure is the mean
// over its questions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "data/stats/stats.h"

namespace candor::data {

// 1 - C(n-c, k) / C(n, k): the unbiased estimate that at least one of k samples is right, from n
// samples of which c were (M. Chen et al., "Evaluating Large Language Models Trained on Code",
// 2021, section 2.1). None for k < 1, k > n or c outside 0 … n: k samples cannot be estimated from
// fewer.
std::optional<double> pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k);

// The chance that the most frequent answer of k samples is the right one, over all subsets of k
// (majority voting: X. Wang et al., "Self-Consistency Improves Chain of Thought Reasoning", 2022;
// reported as cons@k or maj@k). `right`: samples with the right answer; `others`: how many gave
// each other answer; `silent`: samples without an answer, which vote for nothing. A tie of t
// answers counts 1/t to each; a subset without a vote is not right. None for k < 1, k greater than
// all samples, a negative count, or more than 4,096 samples.
std::optional<double> majority_at_k(std::int64_t right, std::span<const std::int64_t> others,
                                    std::int64_t silent, std::int64_t k);

// The chance that at least ceil(share * k) of k samples are right (J. Liu et al., "Are Your LLMs
// Capable of Stable Reasoning?", 2024, equation 3: G-Pass@k at the threshold `share`, in (0, 1]).
// share -> 0 is pass@k. None as above, or for another share.
std::optional<double> g_pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k, double share);

// The mean of G-Pass@k over the thresholds from one half to one (the same, equation 4).
std::optional<double> mean_g_pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k);

// A rate of which some outcomes are not known (truncated, unparsed, failed). Worst: none of them
// would have been right; best: all would (C. Manski, "Partial Identification of Probability
// Distributions", 2003, chapter 1). `interval` runs from the Wilson bound below the worst to that
// above the best, so it holds whatever the unknown ones were.
struct Bounds {
  double worst = 0;
  double best = 1;
  Interval interval{0, 1};
};
Bounds bounds_of_rate(std::int64_t right, std::int64_t unknown, std::int64_t n,
                      double confidence = kConfidence);

}  // namespace candor::data
