// How a tokenizer.json treats a text before it merges: "normalizer" and "pre_tokenizer". What is
// not understood is refused by name. "decoder" is not read: Tokenizer::decode undoes what these two
// do, whatever a file says about showing ids.
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
