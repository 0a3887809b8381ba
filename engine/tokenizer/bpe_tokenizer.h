// The tokenizer of every kind that Candor knows (byte-level BPE, SentencePiece, tiktoken), put
// together from parts that the readers of files fill.
#pragma once

#include <array>
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
  kByte,      // SentencePiece: stands for a byte that is in no other token
  kControl,   // a marker that is not part of a text: end of text, begin of a turn
  kAdded,     // matched as a whole, but part of the text: <think>
  kUnused,    // an id without a meaning, never produced
};

// How SentencePiece vocabularies treat spaces. Inside the program a space is a space: the sign "▁"
// that stands for it in such files is turned back when they are read.
struct SpaceRules {
  enum class Prefix : std::uint8_t {
    kNone,
    kStart,    // a space is put before a text
    kMarkers,  // … and before what follows a marker
    kAll,      // … and before what follows any token that is matched as a whole
  };
  bool marked = false;  // "▁" in a text is a space
  Prefix prefix = Prefix::kNone;
  bool prefix_unless_there = false;  // only before text that does not begin with one
  bool cut = false;                  // a piece begins at every space
  bool squeeze = false;              // runs of spaces are one, those at the ends are dropped
};

struct TokenizerParts {
  std::string source;               // the file, for messages
  std::string model;                // "byte-level BPE", …, for the hash
  std::string pre_tokenizer;        // names and settings, for the hash
  std::vector<Scanner> passes;      // none: a text is one piece
  std::vector<std::string> tokens;  // the bytes of each id; of added and control tokens the text
  std::vector<TokenKind> kinds;     // as many
  std::vector<Merge> merges;
  BpeOptions bpe;
  std::vector<AddedToken> added;  // what is looked for in the text
  bool nfc = false;               // normalise before cutting
  SpaceRules spaces;
  std::optional<TokenId> bos, eos;
  bool adds_bos = false;
  std::vector<TokenId> stops;  // beyond eos and the known names of ends
};

std::unique_ptr<Tokenizer> make_bpe_tokenizer(TokenizerParts parts);

std::vector<bool> ordinary_ids(const TokenizerParts& parts);

// Whether a token that is matched as a whole is nothing but text (white space, a letter, an HTML
// element), not a marker like <think>, [INST] or ◁think▷: plain ones are matched in untrusted text
// as well, as in training.
bool is_plain_content(std::string_view content);

}  // namespace candor::engine
