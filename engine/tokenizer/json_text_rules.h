// How a tokenizer.json treats a text before it merges: "normalizer", "pre_tokenizer" and the space
// that "decoder" takes away again. What is not understood is refused by name.
#pragma once

#include <boost/json.hpp>

#include "engine/tokenizer/bpe_tokenizer.h"
#include "engine/tokenizer/json_fields.h"

namespace candor::engine {

// Sets passes, pre_tokenizer, nfc and spaces. `from_characters`: the model is SentencePiece's
// (byte_fallback), whose text is cut by spaces if at all; otherwise it is over the byte alphabet.
void read_text_rules(const JsonFieldsOfFile& fields, const boost::json::object& root,
                     bool from_characters, TokenizerParts& parts);

}  // namespace candor::engine
