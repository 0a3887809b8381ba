// The judge of options that were scored as continuations: the best one is the answer. It generates
// nothing and reads no text of a model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/generation.h"
#include "data/records/option_scores.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

// How an option's worth follows from its log-probability:
//   kSum         the sum over its tokens (what lm-evaluation-harness calls acc)
//   kCharacters  the sum divided by its characters, a leading space not counted (acc_norm)
//   kTokens      the mean over its tokens
enum class LikelihoodRule { kSum, kCharacters, kTokens };
std::optional<LikelihoodRule> likelihood_rule_by_name(std::string_view name);

// The index of the best option; the first on ties. Empty: there are none, or one has no finite
// score.
std::optional<std::size_t> best_option(const std::vector<data::OptionScore>& scores,
                                       LikelihoodRule rule);

// Reference: options ("ABCD"), answer ("B"), continuations, by ("sum", "characters", "tokens"). The
// verdict's parts tell what each rule would have chosen. Throws Error for a mistake in the
// reference.
data::Verdict judge_likelihood(const data::Question& question, const data::Generation& generation);

}  // namespace candor::scoring
