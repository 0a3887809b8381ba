// The tokenizer of a tokenizer.json: model "BPE" over the byte alphabet. Everything in the file
// that changes tokens is either understood or refused by name. What that file does not say (which
// token ends a text) comes from tokenizer_config.json and generation_config.json beside it.
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

namespace candor::engine {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kMaxFileBytes = std::size_t{96} << 20;
constexpr std::size_t kMaxMemory = std::size_t{1} << 30;
constexpr std::size_t kMaxSideFileBytes = std::size_t{16} << 20;
// How far ids may go beyond the number of tokens: real vocabularies have small gaps.
constexpr std::int64_t kMaxGap = 65536;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

class Reader {
 public:
  explicit Reader(const fs::path& path)
      : path_(path),
        file_(path.string()),
        root_(read_json_object(path, kMaxFileBytes, {.memory = kMaxMemory})) {}

  TokenizerParts read() {
    parts_.source = file_;
    read_normalizer(root_.if_contains("normalizer"));
    read_pre_tokenizer(root_.if_contains("pre_tokenizer"));
    if (parts_.passes.empty()) refuse("pre_tokenizer", "no rule cuts the text into words");
    read_model();
    read_added_tokens();
    read_merges();
    read_post_processor();
    read_side_files();
    return std::move(parts_);
  }

 private:
  [[noreturn]] void refuse(std::string_view field, std::string_view what) const {
    fail_in_file(file_, field, what);
  }

  // Members of an object, with what is expected of them.
  const json::value* member(const json::object& object, std::string_view key) const {
    const json::value* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  bool flag(const json::object& object, std::string_view field, std::string_view key,
            bool missing = false) const {
    const json::value* value = member(object, key);
    if (value == nullptr) return missing;
    if (!value->is_bool()) refuse(fmt::format("{}.{}", field, key), "is not true or false");
    return value->get_bool();
  }
  std::string text(const json::object& object, std::string_view field, std::string_view key) const {
    const json::value* value = member(object, key);
    if (value == nullptr || !value->is_string()) {
      refuse(fmt::format("{}.{}", field, key), "is missing or not a string");
    }
    return std::string(view(value->get_string()));
  }
  const json::object& as_object(const json::value& value, std::string_view field) const {
    if (!value.is_object()) refuse(field, "is not an object");
    return value.get_object();
  }
  const json::array& as_array(const json::value* value, std::string_view field) const {
    if (value == nullptr || !value->is_array()) refuse(field, "is missing or not an array");
    return value->get_array();
  }

  void read_normalizer(const json::value* value) {
    if (value == nullptr || value->is_null()) return;
    const json::object& normalizer = as_object(*value, "normalizer");
    const std::string type = text(normalizer, "normalizer", "type");
    if (type == "Sequence") {
      for (const json::value& step :
           as_array(normalizer.if_contains("normalizers"), "normalizer.normalizers")) {
        read_normalizer(&step);
      }
    } else if (type == "NFC") {
      parts_.nfc = true;
    } else {
      refuse("normalizer", fmt::format("'{}' is not supported (NFC is)", printable(type)));
    }
  }

  void read_pre_tokenizer(const json::value* value) {
    constexpr std::string_view kField = "pre_tokenizer";
    if (value == nullptr || value->is_null()) refuse(kField, "is missing");
    const json::object& step = as_object(*value, kField);
    const std::string type = text(step, kField, "type");
    if (type == "Sequence") {
      for (const json::value& part : as_array(step.if_contains("pretokenizers"), kField)) {
        read_pre_tokenizer(&part);
      }
    } else if (type == "Split") {
      add_split(step);
    } else if (type == "Digits") {
      const bool single = flag(step, kField, "individual_digits");
      parts_.passes.push_back(PreTokenizer::digits(single));
      parts_.pre_tokenizer += single ? "digit\n" : "digits\n";
    } else if (type == "Punctuation" && text(step, kField, "behavior") == "Contiguous") {
      parts_.passes.push_back(PreTokenizer::punctuation_runs());
      parts_.pre_tokenizer += "punctuation runs\n";
    } else if (type == "ByteLevel") {
      if (flag(step, kField, "add_prefix_space", true)) {
        refuse(kField, "ByteLevel with add_prefix_space is not supported");
      }
      if (flag(step, kField, "use_regex", true)) {
        parts_.passes.push_back(PreTokenizer::gpt2());
        parts_.pre_tokenizer += "byte level words\n";
      }
    } else {
      refuse(kField, fmt::format("'{}' is not supported", printable(type)));
    }
  }

  void add_split(const json::object& step) {
    constexpr std::string_view kField = "pre_tokenizer.Split";
    const json::value* pattern = member(step, "pattern");
    if (pattern == nullptr) refuse(kField, "the pattern is missing");
    const std::string regex = text(as_object(*pattern, kField), kField, "Regex");
    const std::string behavior = text(step, kField, "behavior");
    const bool invert = flag(step, kField, "invert");
    // "Removed" of what is not matched leaves the matches; these patterns match everything.
    const bool isolates = (behavior == "Isolated" && !invert) || (behavior == "Removed" && invert);
    if (!isolates) {
      refuse(kField, fmt::format("behavior '{}'{} is not supported", printable(behavior),
                                 invert ? ", inverted," : ""));
    }
    const Scanner scanner = PreTokenizer::for_regex(regex);
    if (scanner == nullptr) {
      refuse(kField, fmt::format("the pattern {} is not one of those that are known",
                                 printable(regex, 400)));
    }
    parts_.passes.push_back(scanner);
    parts_.pre_tokenizer += regex + "\n";
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
    if (flag(model(), "model", "byte_fallback")) {
      refuse("model.byte_fallback", "is not supported (byte-level vocabularies do not need it)");
    }
    parts_.ignore_merges = flag(model(), "model", "ignore_merges");

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
      set_token(place, from_byte_alphabet(written).value_or(std::string(written)),
                TokenKind::kOrdinary);
      by_text_.insert(written, place);
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
      set_token(id, content, special ? TokenKind::kControl : TokenKind::kAdded);
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
      parts_.merges.push_back(
          {merge_token(left, i), merge_token(right, i), merge_token(joined, i)});
    }
  }

  // "left right" or ["left", "right"].
  std::pair<std::string_view, std::string_view> read_pair(const json::value& value,
                                                          std::size_t index) const {
    if (value.is_string()) {
      const std::string_view line = view(value.get_string());
      const std::size_t space = line.find(' ', 1);
      if (space != line.npos && space + 1 < line.size()) {
        return {line.substr(0, space), line.substr(space + 1)};
      }
    } else if (const json::array* pair = value.if_array(); pair != nullptr && pair->size() == 2) {
      const json::string* left = (*pair)[0].if_string();
      const json::string* right = (*pair)[1].if_string();
      if (left != nullptr && right != nullptr && !left->empty() && !right->empty()) {
        return {view(*left), view(*right)};
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

  void read_side_files() {
    const fs::path config_path = path_.parent_path() / "tokenizer_config.json";
    if (path_.filename() == "tokenizer.json" && fs::exists(config_path)) {
      const json::object config = read_json_object(config_path, kMaxSideFileBytes);
      if (const auto id = named_token(config, "bos_token")) parts_.bos = id;
      parts_.eos = named_token(config, "eos_token");
      const json::value* adds = config.if_contains("add_bos_token");
      if (adds != nullptr && adds->is_bool()) {
        parts_.adds_bos = adds->get_bool() && parts_.bos.has_value();
      }
    }
    const fs::path generation_path = path_.parent_path() / "generation_config.json";
    if (path_.filename() == "tokenizer.json" && fs::exists(generation_path)) {
      const json::object config = read_json_object(generation_path, kMaxSideFileBytes);
      read_stops(generation_path.string(), config.if_contains("eos_token_id"));
    }
  }

  // A token as tokenizer_config.json names it: its content, or an object that has it.
  std::optional<TokenId> named_token(const json::object& config, std::string_view key) const {
    const json::value* value = config.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (const json::object* object = value->if_object()) value = object->if_contains("content");
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return added_id(view(value->get_string()));
  }

  void read_stops(const std::string& file, const json::value* value) {
    if (value == nullptr || value->is_null()) return;
    const auto add = [&](const json::value& item) {
      const std::int64_t id = item.is_int64() ? item.get_int64() : -1;
      if (id < 0 || id >= static_cast<std::int64_t>(parts_.tokens.size())) {
        fail_in_file(file, "eos_token_id",
                     fmt::format("{} is not a token of the vocabulary of {}",
                                 printable(json::serialize(item)), parts_.tokens.size()));
      }
      parts_.stops.push_back(static_cast<TokenId>(id));
    };
    if (!value->is_array()) return add(*value);
    for (const json::value& item : value->get_array()) add(item);
    if (!parts_.eos && !parts_.stops.empty()) parts_.eos = parts_.stops.front();
  }

  fs::path path_;
  std::string file_;
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
