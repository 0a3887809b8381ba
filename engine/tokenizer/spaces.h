// What SentencePiece does with the spaces of a text before it merges, with " " in the place of "▁".
#pragma once

#include <string>
#include <string_view>

#include "engine/tokenizer/bpe_tokenizer.h"

namespace candor::engine {

// A piece of such a vocabulary as text: "▁the" -> " the".
std::string without_marks(std::string_view piece);

// The text as it is merged; `prefix`: it is at a place where the rules put a space. `buffer` holds
// the result unless it is `text` itself; it may hold `text`.
std::string_view with_spaces(std::string_view text, const SpaceRules& rules, bool prefix,
                             std::string& buffer);

}  // namespace candor::engine
