// The tokenizer of a tokenizer.json: model "BPE" over the byte alphabet, or with byte_fallback as
// SentencePiece vocabularies are published. Everything in the file that changes tokens is either
// understood or refused by name. What that file does not say (which token ends a text) comes from
// tokenizer_config.json and generation_config.json beside it.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>
#include <string>
#include <unordered_set>

#include "engine/files/file_error.h"
#include "engine/files/strict_json.h"
#include "engine/files/utf8.h"
#include "engine/tokenizer/bpe_tokenizer.h"
#include "engine/tokenizer/byte_alphabet.h"
#include "engine/tokenizer/json_fields.h"
#include "engine/tokenizer/json_text_rules.h"
#include "engine/tokenizer/side_files.h"
#include "engine/tokenizer/spaces.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kMaxFileBytes = std::size_t{96} << 20;
constexpr std::size_t kMaxMemory = std::size_t{1} << 30;
// How far ids may go beyond the number of tokens: real vocabularies have small gaps.
constexpr std::int64_t kMaxGap = 65536;

class Reader {
 public:
  explicit Reader(const fs::path& path)
      : path_(path),
        fields_(path.string()),
        root_(read_json_object(path, kMaxFileBytes, {.memory = kMaxMemory})) {}

  TokenizerParts read() {
    parts_.source = fields_.file();
    read_model();
    read_text_rules(fields_, root_, parts_.bpe.from_characters, parts_);
    read_vocabulary();
    read_added_tokens();
    if (parts_.bpe.from_characters) find_byte_tokens();
    read_merges();
    read_post_processor();
    if (path_.filename() == "tokenizer.json") {
      apply_side_files(read_side_files(path_.parent_path()), parts_);
    }
    return std::move(parts_);
  }

 private:
  [[noreturn]] void refuse(std::string_view field, std::string_view what) const {
    fields_.refuse(field, what);
  }

  const json::value* member(const json::object& object, std::string_view key) const {
    return JsonFieldsOfFile::member(object, key);
  }
  bool flag(const json::object& object, std::string_view field, std::string_view key) const {
    return fields_.flag(object, field, key);
  }
  std::string text(const json::object& object, std::string_view field, std::string_view key) const {
    return fields_.text(object, field, key);
  }
  const json::object& as_object(const json::value& value, std::string_view field) const {
    return fields_.as_object(value, field);
  }
  const json::array& as_array(const json::value* value, std::string_view field) const {
    return fields_.as_array(value, field);
  }

  const json::object& model() const {
    const json::value* value = member(root_, "model");
    if (value == nullptr) refuse("model", "is missing");
    return as_object(*value, "model");
  }

  void read_model() {
    const json::value* type = member(model(), "type");
    if (type == nullptr || !type->is_string() || type->get_string() != "BPE") {
      refuse("model.type",
             fmt::format("{} is not supported (BPE is)",
                         type == nullptr ? "none" : printable(json::serialize(*type))));
    }
    for (const std::string_view key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      const json::value* value = member(model(), key);
      if (value != nullptr && !(value->is_string() && value->get_string().empty())) {
        refuse(fmt::format("model.{}", key), "is not supported");
      }
    }
    const json::value* dropout = member(model(), "dropout");
    if (dropout != nullptr && !(dropout->is_number() && dropout->to_number<double>() == 0.0)) {
      refuse("model.dropout", "is not supported: tokens would be random");
    }
    parts_.bpe.whole_pieces = flag(model(), "model", "ignore_merges");
    parts_.bpe.from_characters = flag(model(), "model", "byte_fallback");
    parts_.model = parts_.bpe.from_characters ? "SentencePiece BPE" : "byte-level BPE";
  }

  void read_vocabulary() {
    const json::value* vocab = member(model(), "vocab");
    if (vocab == nullptr || !vocab->is_object() || vocab->get_object().empty()) {
      refuse("model.vocab", "is missing, empty or not an object");
    }
    most_ids_ = static_cast<std::int64_t>(vocab->get_object().size()) + kMaxGap;
    by_text_ = TokenTable(vocab->get_object().size());
    for (const auto& [token, id] : vocab->get_object()) {
      const TokenId place = read_id(id, "model.vocab", token);
      if (kind_of(place) != TokenKind::kUnused) {
        refuse("model.vocab", fmt::format("the id {} of '{}' is there twice", place,
                                          printable(std::string_view(token))));
      }
      const std::string_view written = token;
      set_token(place, bytes_of(written), TokenKind::kOrdinary);
      by_text_.insert(written, place);
    }
  }

  std::string bytes_of(std::string_view written) const {
    if (parts_.bpe.from_characters) return without_marks(written);
    return from_byte_alphabet(written).value_or(std::string(written));
  }

  // "<0x41>" is what a byte becomes that is in no other token.
  void find_byte_tokens() {
    for (std::size_t byte = 0; byte < parts_.bpe.byte_tokens.size(); ++byte) {
      const std::string written = fmt::format("<0x{:02X}>", byte);
      const TokenId id = by_text_.find(written);
      if (id < 0) {
        refuse("model.vocab", fmt::format("'{}' is missing, which byte_fallback needs", written));
      }
      parts_.bpe.byte_tokens[byte] = id;
      set_token(id, std::string(1, static_cast<char>(byte)), TokenKind::kByte);
    }
  }

  TokenId read_id(const json::value& value, std::string_view field, std::string_view token) const {
    std::int64_t id = -1;
    if (value.is_int64()) id = value.get_int64();
    if (id < 0 || id >= most_ids_) {
      refuse(field, fmt::format("the id {} of '{}' is not one of a vocabulary of this size",
                                printable(json::serialize(value)), printable(token)));
    }
    return static_cast<TokenId>(id);
  }

  TokenKind kind_of(TokenId id) const {
    const auto at = static_cast<std::size_t>(id);
    return at < parts_.kinds.size() ? parts_.kinds[at] : TokenKind::kUnused;
  }

  void set_token(TokenId id, std::string bytes, TokenKind kind) {
    const auto at = static_cast<std::size_t>(id);
    if (at >= parts_.tokens.size()) {
      parts_.tokens.resize(at + 1);
      parts_.kinds.resize(at + 1, TokenKind::kUnused);
    }
    parts_.tokens[at] = std::move(bytes);
    parts_.kinds[at] = kind;
  }

  void read_added_tokens() {
    const json::value* list = member(root_, "added_tokens");
    if (list == nullptr) return;
    most_ids_ += static_cast<std::int64_t>(as_array(list, "added_tokens").size());
    std::unordered_set<std::string> seen;
    for (const json::value& value : as_array(list, "added_tokens")) {
      const json::object& token = as_object(value, "added_tokens[]");
      const std::string content = text(token, "added_tokens[]", "content");
      const std::string field = fmt::format("added_tokens '{}'", content);
      if (content.empty()) refuse("added_tokens[]", "a token without content");
      if (!seen.insert(content).second) refuse(field, "is there twice");
      const json::value* id_value = member(token, "id");
      if (id_value == nullptr) refuse(field, "'id' is missing");
      const TokenId id = read_id(*id_value, field, content);
      if (kind_of(id) != TokenKind::kUnused && by_text_.find(content) != id) {
        refuse(field, fmt::format("the id {} belongs to another token", id));
      }
      const bool special = flag(token, field, "special");
      // What is part of a text is spelled as in a text: Gemma has runs of "▁" among these.
      const bool spaces = parts_.bpe.from_characters && !special;
      set_token(id, spaces ? without_marks(content) : content,
                special ? TokenKind::kControl : TokenKind::kAdded);
      parts_.added.push_back({.id = id,
                              .content = content,
                              .lstrip = flag(token, field, "lstrip"),
                              .rstrip = flag(token, field, "rstrip"),
                              .single_word = flag(token, field, "single_word"),
                              .plain = !special && is_plain_content(content)});
    }
  }

  void read_merges() {
    const json::array& merges = as_array(member(model(), "merges"), "model.merges");
    parts_.merges.reserve(merges.size());
    std::string joined;
    for (std::size_t i = 0; i < merges.size(); ++i) {
      const auto [left, right] = read_pair(merges[i], i);
      joined.assign(left).append(right);
      parts_.merges.push_back({merge_token(left, i), merge_token(right, i), merge_token(joined, i),
                               static_cast<std::uint32_t>(i)});
    }
  }

  // "left right" or ["left", "right"].
  std::pair<std::string_view, std::string_view> read_pair(const json::value& value,
                                                          std::size_t index) const {
    if (value.is_string()) {
      const std::string_view line = text_view(value.get_string());
      const std::size_t space = line.find(' ', 1);
      if (space != line.npos && space + 1 < line.size()) {
        return {line.substr(0, space), line.substr(space + 1)};
      }
    } else if (const json::array* pair = value.if_array(); pair != nullptr && pair->size() == 2) {
      const json::string* left = (*pair)[0].if_string();
      const json::string* right = (*pair)[1].if_string();
      if (left != nullptr && right != nullptr && !left->empty() && !right->empty()) {
        return {text_view(*left), text_view(*right)};
      }
    }
    refuse(fmt::format("model.merges[{}]", index),
           fmt::format("{} is not two tokens", printable(json::serialize(value))));
  }

  TokenId merge_token(std::string_view written, std::size_t index) const {
    const TokenId id = by_text_.find(written);
    if (id < 0 || kind_of(id) == TokenKind::kControl) {
      refuse(fmt::format("model.merges[{}]", index),
             fmt::format("'{}' is not an ordinary token of the vocabulary", printable(written)));
    }
    return id;
  }

  std::optional<TokenId> added_id(std::string_view content) const {
    for (const AddedToken& token : parts_.added) {
      if (token.content == content) return token.id;
    }
    return std::nullopt;
  }

  // A template that begins with a special token puts the begin-of-text token there.
  void read_post_processor() {
    const json::value* value = member(root_, "post_processor");
    if (value == nullptr) return;
    read_template(as_object(*value, "post_processor"));
  }

  void read_template(const json::object& processor) {
    const std::string type = text(processor, "post_processor", "type");
    if (type == "Sequence") {
      for (const json::value& part :
           as_array(processor.if_contains("processors"), "post_processor.processors")) {
        read_template(as_object(part, "post_processor.processors[]"));
      }
    }
    if (type != "TemplateProcessing") return;
    const json::array& single = as_array(processor.if_contains("single"), "post_processor.single");
    if (single.empty()) return;
    const json::object& first = as_object(single[0], "post_processor.single[0]");
    const json::value* token = member(first, "SpecialToken");
    if (token == nullptr) return;
    parts_.bos = added_id(text(as_object(*token, "post_processor"), "post_processor", "id"));
    parts_.adds_bos = parts_.bos.has_value();
  }

  fs::path path_;
  JsonFieldsOfFile fields_;
  json::object root_;
  TokenizerParts parts_;
  TokenTable by_text_{0};  // as written in the file
  std::int64_t most_ids_ = 0;
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::from_json(const fs::path& tokenizer_json) {
  return make_bpe_tokenizer(Reader(tokenizer_json).read());
}

}  // namespace candor::engine
