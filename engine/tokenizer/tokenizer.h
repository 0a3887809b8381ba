// Text to token ids and back (model-facts, section 9): byte-level BPE, SentencePiece BPE and
// tiktoken, from a GGUF file, a tokenizer.json, a tokenizer.model or a tiktoken file. Thread-safe
// once made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/gguf.h"

namespace candor::engine {

using TokenId = std::int32_t;

// A piece of a prompt. Text that comes from outside (a question, an answer of another model) is not
// trusted: "<|im_start|>" in it is encoded as ordinary characters.
struct Segment {
  std::string text;
  bool trusted = true;
};

class Tokenizer {
 public:
  static std::unique_ptr<Tokenizer> from_gguf(const GgufFile& file);
  // Whether a GGUF file names one: "none" and "no_vocab" say that it has weights alone.
  static bool is_in(const GgufFile& file);
  static std::unique_ptr<Tokenizer> from_json(const std::filesystem::path& tokenizer_json);
  static std::unique_ptr<Tokenizer> from_sentencepiece(const std::filesystem::path& model);
  static std::unique_ptr<Tokenizer> from_tiktoken(const std::filesystem::path& ranks);
  // A GGUF file, one of the other files itself, or a folder: its tokenizer.json, else its
  // tokenizer.model, else its tiktoken.model or *.tiktoken; Error when it has none of them.
  static std::unique_ptr<Tokenizer> open(const std::filesystem::path& path);
  // Of a folder as above, but null when it has none of them.
  static std::unique_ptr<Tokenizer> open_folder(const std::filesystem::path& folder);
  virtual ~Tokenizer() = default;

  // No BOS is added. `parse_special`: special tokens written in the text become their ids.
  // Bytes that are not UTF-8 are encoded as they are.
  virtual std::vector<TokenId> encode(std::string_view text, bool parse_special) const = 0;
  // Neighbouring segments are encoded as one text where no special token stands between them, so a
  // boundary between trusted and untrusted text never changes the tokens of ordinary characters.
  virtual std::vector<TokenId> encode(std::span<const Segment> segments) const = 0;

  // The bytes a token stands for (a control token: its name). Throws Error for an id out of range.
  virtual std::string_view bytes(TokenId id) const = 0;
  virtual bool is_special(TokenId id) const = 0;  // control tokens: not part of an answer's text
  // Whether encode() puts a space before text that follows this token (none: the beginning of a
  // text), as SentencePiece vocabularies want it.
  virtual bool adds_space_after(std::optional<TokenId> before) const = 0;
  // All bytes together, special tokens left out unless asked for; malformed UTF-8 becomes U+FFFD.
  // The ids are a whole text: a space where encode() puts one is not part of it.
  std::string decode(std::span<const TokenId> ids, bool with_special) const;

  virtual std::size_t size() const = 0;
  virtual std::optional<TokenId> id_of(std::string_view token) const = 0;  // exact token text
  virtual std::optional<TokenId> bos() const = 0;
  virtual std::optional<TokenId> eos() const = 0;
  virtual bool adds_bos() const = 0;  // what the file says about adding BOS to a raw text
  virtual std::vector<TokenId> stops() const = 0;  // eos, end of turn, end of message: sorted
  virtual const std::string& sha256() const = 0;   // of vocabulary, merges, types and settings
};

// Puts tokens together to text, holding back bytes until they are whole characters. The tokens
// continue a text, so every space is part of it: " Paris" behind "The capital of France is".
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  std::string push(TokenId id);  // the text that became whole; special tokens give nothing
  std::string finish();          // what was held back, malformed UTF-8 as U+FFFD

 private:
  const Tokenizer& tokenizer_;
  std::string pending_;
};

}  // namespace candor::engine
