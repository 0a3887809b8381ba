// The SHA-256 that names a tokenizer: of vocabulary, kinds, merges and settings, in an unambiguous
// text form.
#pragma once

#include <string>

#include "engine/tokenizer/bpe_tokenizer.h"

namespace candor::engine {

std::string tokenizer_hash(const TokenizerParts& parts);

}  // namespace candor::engine
