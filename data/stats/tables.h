// Two samples of yes and no side by side, tested exactly. Beside stats.h, whose tests are of pairs.
#pragma once

#include <cstdint>

namespace candor::data {

// `hits` of `n` in each of two independent samples.
struct TwoSamples {
  std::int64_t first_hits = 0;
  std::int64_t first_n = 0;
  std::int64_t second_hits = 0;
  std::int64_t second_n = 0;
};

// Fisher's exact test (R. A. Fisher, "The Design of Experiments", 1935, chapter II): the chance,
// all marginal counts given, of a table at least as far in one direction. 1 where a sample is
// empty. Precondition: 0 <= hits <= n.
double fisher_greater(const TwoSamples& table);  // the first has more hits

// Two-sided: the chance of all tables that are no likelier than this one (J. O. Irwin, Metron 12,
// 1935).
double fisher_two_sided(const TwoSamples& table);

}  // namespace candor::data
