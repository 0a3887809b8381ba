// A byte-level BPE tokenizer, put together from parts that the readers of GGUF and tokenizer.json
// fill.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/pretokenizer.h"
#include "engine/tokenizer/special_tokens.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

enum class TokenKind : std::uint8_t {
  kOrdinary,  // made by merging
  kControl,   // a marker that is not part of a text: end of text, begin of a turn
  kAdded,     // matched as a whole, but part of the text: <think>
  kUnused,    // an id without a meaning, never produced
};

struct TokenizerParts {
  std::string source;         // the file, for messages
  std::string pre_tokenizer;  // names and settings, for the hash
  std::vector<Scanner> passes;
  std::vector<std::string> tokens;  // the bytes of each id; of added and control tokens the text
  std::vector<TokenKind> kinds;     // as many
  std::vector<Merge> merges;
  std::vector<AddedToken> added;  // what is looked for in the text
  bool ignore_merges = false;
  bool nfc = false;  // normalise before cutting
  std::optional<TokenId> bos, eos;
  bool adds_bos = false;
  std::vector<TokenId> stops;  // beyond eos and the known names of ends
};

std::unique_ptr<Tokenizer> make_bpe_tokenizer(TokenizerParts parts);

// Whether a token that is matched as a whole is nothing but text (white space, a letter), not a
// marker like <think> or [INST]: plain ones are matched in untrusted text as well, as in training.
bool is_plain_content(std::string_view content);

}  // namespace candor::engine
