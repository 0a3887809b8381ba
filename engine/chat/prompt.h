// From a rendered chat to the tokens that the model is given: exactly one beginning-of-text token
// where the model wants one, whoever writes it. A second one lowers scores silently, so it is an
// error at the start and a notice elsewhere.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct Prompt {
  std::vector<TokenId> tokens;
  // What should be known of it, each a sentence: who writes BOS where two would, BOS in the middle.
  std::vector<std::string> notices;
};

// Error when the template writes the beginning-of-text token twice at the start.
Prompt prompt_of(std::span<const Segment> segments, const Tokenizer& tokenizer);

// The same without a tokenizer, for what the template's own text says: a doubled `bos` is a notice.
std::vector<std::string> bos_notices(std::span<const Segment> segments, const std::string& bos);

}  // namespace candor::engine
