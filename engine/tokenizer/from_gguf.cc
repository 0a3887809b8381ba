// The tokenizer of a GGUF file: the keys tokenizer.ggml.* .
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "engine/files/file_error.h"
#include "engine/files/utf8.h"
#include "engine/tokenizer/bpe_tokenizer.h"
#include "engine/tokenizer/byte_alphabet.h"
#include "engine/tokenizer/sentencepiece.h"
#include "engine/tokenizer/token_ranks.h"

namespace candor::engine {
namespace {

// Files of older converters have no type for ordinary tokens.
constexpr std::int64_t kUndefined = 0;

// Kinds of tokenizers, named after the first models that had them.
constexpr std::string_view kByteLevel = "gpt2";
constexpr std::string_view kSentencePiece = "llama";

constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
constexpr std::string_view kTypes = "tokenizer.ggml.token_type";
constexpr std::string_view kScores = "tokenizer.ggml.scores";

class Reader {
 public:
  explicit Reader(const GgufFile& file) : file_(file) {}

  TokenizerParts read() {
    parts_.source = file_.path();
    const std::string model = file_.text("tokenizer.ggml.model");
    if (model == kByteLevel) {
      read_pre_tokenizer();
      read_tokens();
      add_byte_level_tokens();
      read_merges();
    } else if (model == kSentencePiece) {
      read_sentencepiece();
    } else {
      refuse("tokenizer.ggml.model",
             fmt::format("tokenizer model '{}' is not supported (gpt2, byte-level BPE, and llama, "
                         "SentencePiece BPE, are)",
                         printable(model)));
    }
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

  void read_pre_tokenizer() {
    const std::string name = file_.text("tokenizer.ggml.pre");
    const NamedPreTokenizer* named = PreTokenizer::by_name(name);
    if (named == nullptr) {
      refuse("tokenizer.ggml.pre", fmt::format("pre-tokenizer '{}' is not supported; known are {}",
                                               printable(name), PreTokenizer::known_names()));
    }
    parts_.model = "byte-level BPE";
    parts_.passes = named->passes;
    parts_.pre_tokenizer = name;
    parts_.bpe.whole_pieces = named->whole_pieces;
    adds_bos_ = named->adds_bos;
  }

  void read_tokens() {
    tokens_ = file_.find_texts(kTokens);
    const auto* types = file_.find_integers(kTypes);
    if (tokens_ == nullptr || tokens_->empty()) refuse(kTokens, "the vocabulary is missing");
    if (types == nullptr) refuse(kTypes, "the key is missing");
    if (types->size() != tokens_->size()) {
      refuse(kTypes, fmt::format("{} types for {} tokens", types->size(), tokens_->size()));
    }
    const auto* scores = file_.find_numbers(kScores);
    if (scores != nullptr && scores->size() != tokens_->size()) {
      refuse(kScores, fmt::format("{} scores for {} tokens", scores->size(), tokens_->size()));
    }
    by_text_ = TokenTable(tokens_->size());
    for (std::size_t i = 0; i < tokens_->size(); ++i) {
      const std::string& token = (*tokens_)[i];
      if (!is_utf8(token)) {
        refuse_item(kTokens, i, fmt::format("'{}' is not UTF-8 text", printable(token)));
      }
      if (!token.empty() && !by_text_.insert(token, static_cast<TokenId>(i))) {
        refuse_item(kTokens, i, fmt::format("the token '{}' is there twice", printable(token)));
      }
      types_.push_back(type_of((*types)[i], token, i));
    }
  }

  PieceType type_of(std::int64_t type, std::string_view token, std::size_t index) const {
    if (type == kUndefined) return PieceType::kNormal;
    if (type < 1 || type > 6) {
      refuse_item(kTypes, index, fmt::format("unknown token type {}", type));
    }
    // Converters fill gaps in a vocabulary with these names; nothing in the model knows them.
    const bool is_padding = static_cast<PieceType>(type) == PieceType::kUserDefined &&
                            token == fmt::format("[PAD{}]", index);
    return is_padding ? PieceType::kUnused : static_cast<PieceType>(type);
  }

  static TokenKind kind_of(PieceType type) {
    switch (type) {
      case PieceType::kUnknown:
      case PieceType::kControl:
        return TokenKind::kControl;
      case PieceType::kUserDefined:
        return TokenKind::kAdded;
      case PieceType::kUnused:
        return TokenKind::kUnused;
      case PieceType::kNormal:
      case PieceType::kByte:
        break;
    }
    return TokenKind::kOrdinary;
  }

  void add_byte_level_tokens() {
    parts_.tokens.reserve(tokens_->size());
    for (std::size_t i = 0; i < tokens_->size(); ++i) {
      const std::string& token = (*tokens_)[i];
      const TokenKind kind = kind_of(types_[i]);
      // A token that is not written in the byte alphabet cannot come out of merging bytes.
      parts_.tokens.push_back(
          kind == TokenKind::kOrdinary ? from_byte_alphabet(token).value_or(token) : token);
      parts_.kinds.push_back(kind);
      const bool matched = kind == TokenKind::kControl || kind == TokenKind::kAdded;
      if (matched && !token.empty()) {
        const bool plain = kind == TokenKind::kAdded && is_plain_content(token);
        parts_.added.push_back({.id = static_cast<TokenId>(i), .content = token, .plain = plain});
      }
    }
  }

  void read_sentencepiece() {
    const std::string name = file_.find_text("tokenizer.ggml.pre").value_or("default");
    if (name != "default") {
      refuse("tokenizer.ggml.pre",
             fmt::format("'{}' is not supported beside the tokenizer model 'llama' (default is)",
                         printable(name)));
    }
    read_tokens();
    const auto* scores = file_.find_numbers(kScores);
    if (scores == nullptr) refuse(kScores, "the key is missing");
    for (std::size_t i = 0; i < scores->size(); ++i) {
      if (!std::isfinite((*scores)[i])) refuse_item(kScores, i, "is not a finite number");
      if ((*tokens_)[i].size() > kMaxRankedBytes) {
        refuse_item(
            kTokens, i,
            fmt::format("{} bytes, at most {} are allowed", (*tokens_)[i].size(), kMaxRankedBytes));
      }
    }
    add_pieces(*tokens_, types_, parts_.source, kTokens, parts_);
    add_scored_merges(*scores, parts_);
    // Where the file is silent, as the first models of this kind had it.
    if (file_.find_boolean("tokenizer.ggml.add_space_prefix").value_or(true)) {
      parts_.spaces.prefix = SpaceRules::Prefix::kMarkers;
    }
    parts_.spaces.squeeze =
        file_.find_boolean("tokenizer.ggml.remove_extra_whitespaces").value_or(false);
    adds_bos_ = true;
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
      parts_.merges.push_back({merge_token(left, i), merge_token(right, i), merge_token(joined, i),
                               static_cast<std::uint32_t>(i)});
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
    // Files that do not say so are of a time when it went without saying.
    parts_.adds_bos = file_.find_boolean("tokenizer.ggml.add_bos_token").value_or(adds_bos_) &&
                      parts_.bos.has_value();
  }

  const GgufFile& file_;
  TokenizerParts parts_;
  TokenTable by_text_{0};  // as written in the file
  const std::vector<std::string>* tokens_ = nullptr;
  std::vector<PieceType> types_;
  bool adds_bos_ = false;
};

}  // namespace

bool Tokenizer::is_in(const GgufFile& file) {
  const auto model = file.find_text("tokenizer.ggml.model");
  return model && *model != "none" && *model != "no_vocab";
}

std::unique_ptr<Tokenizer> Tokenizer::from_gguf(const GgufFile& file) {
  return make_bpe_tokenizer(Reader(file).read());
}

}  // namespace candor::engine
