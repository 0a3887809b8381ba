// From SentencePiece pieces with scores to the parts of a tokenizer: what a tokenizer.model and a
// GGUF file of model "llama" have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/tokenizer/bpe_tokenizer.h"
#include "engine/tokenizer/sentencepiece_file.h"

namespace candor::engine {

// Sets tokens, kinds, byte tokens and what is looked for in a text. Error naming `source` and
// `field` when a byte has no token, or a byte token is not written as one.
void add_pieces(std::span<const std::string> pieces, std::span<const PieceType> types,
                std::string_view source, std::string_view field, TokenizerParts& parts);

// The byte of "<0x41>", -1: it is not written so.
int byte_of_piece(std::string_view piece);

// Sets merges and lone characters by the scores of the pieces, once no kind changes any more.
void add_scored_merges(std::span<const double> scores, TokenizerParts& parts);

}  // namespace candor::engine
