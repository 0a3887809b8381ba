// What a provider answers to a question whose options are scored instead of an answer being
// generated: the log-probability of each option's continuation. It is kept as the generation's
// answer, a JSON list that a person can read too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/records/question.h"

namespace candor::data {

struct OptionScore {
  std::string continuation;
  std::size_t tokens = 0;
  double log_probability = 0;  // summed over its tokens, natural logarithm
};

// The continuations of a question with the judge "likelihood" (reference, field "continuations") or
// "knowledge" (knowledge_reference.h); empty for any other. Throws Error naming question and field.
std::vector<std::string> continuations(const Question& question);

std::string to_text(const std::vector<OptionScore>& scores);
// Throws Error with `where`.
std::vector<OptionScore> option_scores(std::string_view text, std::string_view where);

}  // namespace candor::data
