// The tokenizer of a GGUF file: the keys tokenizer.ggml.* .
#include <fmt/format.h>

#include <string>

#include "engine/files/file_error.h"
#include "engine/files/utf8.h"
#include "engine/tokenizer/bpe_tokenizer.h"
#include "engine/tokenizer/byte_alphabet.h"

namespace candor::engine {
namespace {

// Values of tokenizer.ggml.token_type.
enum GgufTokenType : std::int64_t {
  kUndefined,
  kNormal,
  kUnknown,
  kControl,
  kUserDefined,
  kUnused,
  kByte,
};

class Reader {
 public:
  explicit Reader(const GgufFile& file) : file_(file) {}

  TokenizerParts read() {
    parts_.source = file_.path();
    read_model();
    read_tokens();
    read_merges();
    read_settings();
    return std::move(parts_);
  }

 private:
  [[noreturn]] void refuse(std::string_view key, std::string_view what) const {
    fail_in_file(file_.path(), key, what);
  }

  [[noreturn]] void refuse_item(std::string_view key, std::size_t index,
                                std::string_view what) const {
    refuse(fmt::format("{}[{}]", key, index), what);
  }

  void read_model() {
    const std::string model = file_.text("tokenizer.ggml.model");
    if (model != "gpt2") {
      refuse("tokenizer.ggml.model",
             fmt::format("tokenizer model '{}' is not supported (gpt2, byte-level BPE, is)",
                         printable(model)));
    }
    const std::string name = file_.text("tokenizer.ggml.pre");
    const auto passes = PreTokenizer::passes_by_name(name);
    if (passes.empty()) {
      refuse("tokenizer.ggml.pre", fmt::format("pre-tokenizer '{}' is not supported; known are {}",
                                               printable(name), PreTokenizer::known_names()));
    }
    parts_.passes = passes;
    parts_.pre_tokenizer = name;
    is_llama3_ = name == "llama-bpe" || name == "llama3" || name == "llama-v3";
    parts_.ignore_merges = is_llama3_;
  }

  void read_tokens() {
    constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
    constexpr std::string_view kTypes = "tokenizer.ggml.token_type";
    const auto* tokens = file_.find_texts(kTokens);
    const auto* types = file_.find_integers(kTypes);
    if (tokens == nullptr || tokens->empty()) refuse(kTokens, "the vocabulary is missing");
    if (types == nullptr) refuse(kTypes, "the key is missing");
    if (types->size() != tokens->size()) {
      refuse(kTypes, fmt::format("{} types for {} tokens", types->size(), tokens->size()));
    }
    const auto* scores = file_.find_numbers("tokenizer.ggml.scores");
    if (scores != nullptr && scores->size() != tokens->size()) {
      refuse("tokenizer.ggml.scores",
             fmt::format("{} scores for {} tokens", scores->size(), tokens->size()));
    }
    parts_.tokens.reserve(tokens->size());
    by_text_ = TokenTable(tokens->size());
    for (std::size_t i = 0; i < tokens->size(); ++i) {
      const std::string& token = (*tokens)[i];
      if (!is_utf8(token)) {
        refuse_item(kTokens, i, fmt::format("'{}' is not UTF-8 text", printable(token)));
      }
      if (!token.empty() && !by_text_.insert(token, static_cast<TokenId>(i))) {
        refuse_item(kTokens, i, fmt::format("the token '{}' is there twice", printable(token)));
      }
      add_token(token, static_cast<TokenId>(i), kind_of((*types)[i], token, i));
    }
  }

  TokenKind kind_of(std::int64_t type, std::string_view token, std::size_t index) const {
    switch (type) {
      case kUndefined:
      case kNormal:
      case kByte:
        return TokenKind::kOrdinary;
      case kUnknown:
      case kControl:
        return TokenKind::kControl;
      case kUserDefined:
        // Converters fill gaps in a vocabulary with these names; nothing in the model knows them.
        return token == fmt::format("[PAD{}]", index) ? TokenKind::kUnused : TokenKind::kAdded;
      case kUnused:
        return TokenKind::kUnused;
      default:
        refuse_item("tokenizer.ggml.token_type", index, fmt::format("unknown token type {}", type));
    }
  }

  void add_token(const std::string& token, TokenId id, TokenKind kind) {
    if (kind == TokenKind::kOrdinary) {
      // A token that is not written in the byte alphabet cannot come out of merging bytes.
      parts_.tokens.push_back(from_byte_alphabet(token).value_or(token));
    } else {
      parts_.tokens.push_back(token);
    }
    parts_.kinds.push_back(kind);
    const bool matched = kind == TokenKind::kControl || kind == TokenKind::kAdded;
    if (matched && !token.empty()) {
      const bool plain = kind == TokenKind::kAdded && is_plain_content(token);
      parts_.added.push_back({.id = id, .content = token, .plain = plain});
    }
  }

  void read_merges() {
    constexpr std::string_view kMerges = "tokenizer.ggml.merges";
    const auto* merges = file_.find_texts(kMerges);
    if (merges == nullptr) refuse(kMerges, "the key is missing");
    parts_.merges.reserve(merges->size());
    std::string joined;
    for (std::size_t i = 0; i < merges->size(); ++i) {
      const std::string_view line = (*merges)[i];
      const std::size_t space = line.find(' ', 1);
      if (space == line.npos || space + 1 == line.size()) {
        refuse_item(kMerges, i, fmt::format("'{}' is not two tokens", printable(line)));
      }
      const std::string_view left = line.substr(0, space), right = line.substr(space + 1);
      joined.assign(left).append(right);
      parts_.merges.push_back(
          {merge_token(left, i), merge_token(right, i), merge_token(joined, i)});
    }
  }

  TokenId merge_token(std::string_view text, std::size_t index) const {
    const TokenId id = by_text_.find(text);
    if (id < 0 || parts_.kinds[static_cast<std::size_t>(id)] == TokenKind::kControl) {
      refuse_item("tokenizer.ggml.merges", index,
                  fmt::format("'{}' is not an ordinary token of the vocabulary", printable(text)));
    }
    return id;
  }

  std::optional<TokenId> read_id(std::string_view name) const {
    const std::string key = fmt::format("tokenizer.ggml.{}_token_id", name);
    const auto id = file_.find_integer(key);
    if (!id) return std::nullopt;
    if (*id < 0 || static_cast<std::size_t>(*id) >= parts_.tokens.size()) {
      refuse(key,
             fmt::format("there is no token {}, the vocabulary has {}", *id, parts_.tokens.size()));
    }
    return static_cast<TokenId>(*id);
  }

  void read_settings() {
    parts_.bos = read_id("bos");
    parts_.eos = read_id("eos");
    for (const std::string_view name : {"eot", "eom"}) {
      if (const auto id = read_id(name)) parts_.stops.push_back(*id);
    }
    // Files of Llama 3 that do not say so are of a time when it went without saying.
    parts_.adds_bos = file_.find_boolean("tokenizer.ggml.add_bos_token").value_or(is_llama3_) &&
                      parts_.bos.has_value();
  }

  const GgufFile& file_;
  TokenizerParts parts_;
  TokenTable by_text_{0};  // as written in the file
  bool is_llama3_ = false;
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::from_gguf(const GgufFile& file) {
  return make_bpe_tokenizer(Reader(file).read());
}

}  // namespace candor::engine
