// The merges that a vocabulary with a rank for each token stands for: SentencePiece (scores) and
// tiktoken (ids) do not list pairs, they merge whatever neighbours make a token together.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/bpe.h"

namespace candor::engine {

// No token is longer; making the merges of one takes quadratic time.
inline constexpr std::size_t kMaxRankedBytes = 1024;

// The rank of each token by its score: highest first, equal scores share a rank. Scores are finite.
std::vector<std::uint32_t> ranks_of_scores(std::span<const double> scores);

// Every way in which an ordinary token is two symbols, with the rank of the token. A symbol is an
// ordinary token or, with `characters` not null, a character that occurs in one; those characters
// that are no tokens are appended to `characters` and have the ids from tokens.size() on.
std::vector<Merge> merges_of_ranks(std::span<const std::string> tokens,
                                   const std::vector<bool>& ordinary,
                                   std::span<const std::uint32_t> ranks,
                                   std::vector<std::string>* characters);

}  // namespace candor::engine
