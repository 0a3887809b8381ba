// The difference in differences looked at in two further ways than its interval in stats.h: an
// exact test that believes no four clusters, and the same question asked on the scale of log-odds,
// where going from 1 % to 2 % is as much as from 50 % to 67 %. What is not here: which of the two
// scales is the right one. No calculation can say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "data/stats/stats.h"

namespace candor::data {

// Two-sided sign-flip test that paired differences, one a cluster, lie evenly around nought (R. A.
// Fisher, "The Design of Experiments", 1935, section 21; E. Pitman, J. Royal Statist. Soc.
// Supplement 4, 1937): the share of all ways to give the differences signs whose sum lies as far
// from nought as the one found. Exact with at most kExactFlips differences that are not nought;
// else from so many seeded draws, the one found among them: (1 + hits) / (1 + draws) (A. Davison
// and D. Hinkley, "Bootstrap Methods and their Application", 1997, equation 4.11). With differences
// of -1, 0 and 1 it is the exact McNemar test. 1 where none differs from nought.
constexpr std::size_t kExactFlips = 16;
double sign_flip_p(std::span<const double> differences, std::uint64_t seed, int draws = 20'000);

// (logit of the probes' mean in the second minus in the first) minus the same of their twins, with
// half a count added to each side of each of the four means (J. B. S. Haldane, Annals of Human
// Genetics 20, 1956), so that 0 and 1 are defined; the percentile interval resamples whole
// clusters. Where few clusters differ, the interval allows for what was not seen as unseen_interval
// does. None where one of the means stands for fewer than kLeastCount clusters, or for fewer
// against it: near 0 and 1 the odds hang on one or two answers, and the scale says nothing.
constexpr double kLeastCount = 5;
std::optional<Estimate> log_odds_difference(std::span<const FourCells> clusters,
                                            std::uint64_t seed);

}  // namespace candor::data
