// How near a precision comes to float32 on texts that are given (teacher forcing): the
// log-probability of every token of the continuations, and whether both would have chosen the same
// one. The two engines are loaded one after the other.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/stats/stats.h"
#include "runner/commands/commands.h"

namespace candor::runner {

struct Accuracy {
  std::size_t lines = 0;
  std::uint64_t tokens = 0;
  double mean_logprob = 0;  // a token, over all tokens
  double mean_logprob_float32 = 0;
  data::Estimate difference;      // the first minus the second; lines are the clusters
  data::Estimate top1_agreement;  // the share of tokens at which both have the same first choice
  bool stopped = false;           // by Ctrl-C: nothing else is set
};

// `file` holds lines of {"prompt", "continuation"}, each a text or token ids; at most `limit` of
// them (0: all). Error with place and field at a line that is wrong, and for the first one that
// fails.
Accuracy measure_accuracy(const ModelChoice& model, const std::filesystem::path& file,
                          std::size_t limit, bool quiet);

// The mean over all tokens of what sums to `sums[i]` over the `tokens[i]` tokens of line i, with an
// interval from resampling whole lines. A ratio of two sums, each line's deviation put at the
// mean's side in first order (W. G. Cochran, "Sampling Techniques", 1977, chapter 6).
data::Estimate mean_over_tokens(const std::vector<double>& sums,
                                const std::vector<std::uint64_t>& tokens, data::Interval bounds);

}  // namespace candor::runner
