#include "engine/tokenizer/side_files.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <iterator>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "engine/files/file_error.h"
#include "engine/files/strict_json.h"
#include "engine/tokenizer/json_fields.h"
#include "engine/tokenizer/sentencepiece.h"
#include "engine/tokenizer/spaces.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;
// How far the ids of added tokens may go beyond the vocabulary: real ones leave small gaps.
constexpr std::size_t kMaxGap = 65536;

// A token as tokenizer_config.json names it: its content, or an object that has it.
std::optional<std::string> token_text(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (const json::object* object = value->if_object()) value = object->if_contains("content");
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(text_view(value->get_string()));
}

void read_added_tokens(const JsonFieldsOfFile& fields, const json::object& config,
                       SideFiles& files) {
  const json::value* list = JsonFieldsOfFile::member(config, "added_tokens_decoder");
  if (list == nullptr) return;
  files.added_path = files.config_path;
  for (const auto& [key, value] : fields.as_object(*list, "added_tokens_decoder")) {
    const std::string field = fmt::format("added_tokens_decoder.{}", std::string_view(key));
    SideFiles::Added token;
    const char* end = key.data() + key.size();
    const auto [stop, error] = std::from_chars(key.data(), end, token.id);
    if (error != std::errc() || stop != end || token.id < 0) {
      fields.refuse(field, "the key is not a token id");
    }
    const json::object& object = fields.as_object(value, field);
    token.content = fields.text(object, field, "content");
    if (token.content.empty()) fields.refuse(field, "a token without content");
    token.special = fields.flag(object, field, "special");
    token.lstrip = fields.flag(object, field, "lstrip");
    token.rstrip = fields.flag(object, field, "rstrip");
    token.single_word = fields.flag(object, field, "single_word");
    files.added.push_back(std::move(token));
  }
}

// The tokens that tokenizer_config.json and special_tokens_map.json name alike. What an earlier
// file says, null included, is not asked of a later one.
void read_named_tokens(const std::string& path, const json::object& config, SideFiles& files,
                       std::unordered_set<std::string>& said) {
  for (const char* key : {"bos_token", "eos_token", "cls_token", "sep_token", "mask_token"}) {
    const json::value* value = config.if_contains(key);
    if (value == nullptr || !said.insert(key).second) continue;
    auto content = token_text(value);
    if (!content || content->empty()) continue;
    files.special.push_back(*content);
    const std::string_view name = key;
    if (name == "bos_token") files.bos = {*content, path, key};
    if (name == "eos_token") files.eos = {*content, path, key};
  }
  const json::value* more = JsonFieldsOfFile::member(config, "additional_special_tokens");
  if (more == nullptr || !more->is_array()) return;
  if (!said.insert("additional_special_tokens").second) return;
  for (const json::value& value : more->get_array()) {
    auto content = token_text(&value);
    if (content && !content->empty()) files.special.push_back(std::move(*content));
  }
}

void read_config(SideFiles& files, std::unordered_set<std::string>& said) {
  const json::object config = read_json_object(files.config_path, kMaxFileBytes);
  const JsonFieldsOfFile fields(files.config_path);
  files.has_config = true;
  if (const json::value* name = JsonFieldsOfFile::member(config, "tokenizer_class")) {
    if (name->is_string()) files.tokenizer_class = text_view(name->get_string());
  }
  const json::value* adds = JsonFieldsOfFile::member(config, "add_bos_token");
  if (adds != nullptr && adds->is_bool()) files.adds_bos = adds->get_bool();
  adds = JsonFieldsOfFile::member(config, "add_prefix_space");
  if (adds != nullptr && adds->is_bool()) files.adds_space = adds->get_bool();
  read_added_tokens(fields, config, files);
  read_named_tokens(files.config_path, config, files, said);
}

// {"<|im_start|>": 32001, …}. It does not tell which of them are special: those that are named as
// such are, and those in the form that nothing but markers have.
void read_added_ids(const fs::path& path, SideFiles& files) {
  const json::object list = read_json_object(path, kMaxFileBytes);
  const std::unordered_set<std::string_view> special(files.special.begin(), files.special.end());
  files.added_path = path.string();
  for (const auto& [key, value] : list) {
    const std::string_view content(key);
    if (content.empty()) fail_in_file(files.added_path, "''", "a token without content");
    if (!value.is_int64() || value.get_int64() < 0 ||
        value.get_int64() > std::numeric_limits<TokenId>::max()) {
      fail_in_file(files.added_path, fmt::format("'{}'", printable(content)),
                   fmt::format("{} is not a token id", printable(json::serialize(value))));
    }
    const bool marked = content.starts_with("<|") && content.ends_with("|>");
    files.added.push_back({.id = static_cast<TokenId>(value.get_int64()),
                           .content = std::string(content),
                           .special = marked || special.contains(content)});
  }
}

void read_generation(const fs::path& path, SideFiles& files) {
  const json::object config = read_json_object(path, kMaxFileBytes);
  const json::value* value = JsonFieldsOfFile::member(config, "eos_token_id");
  if (value == nullptr) return;
  const auto add = [&](const json::value& item) {
    if (!item.is_int64()) {
      fail_in_file(path.string(), "eos_token_id",
                   fmt::format("{} is not a token id", printable(json::serialize(item))));
    }
    files.ends.push_back(item.get_int64());
  };
  if (!value->is_array()) return add(*value);
  for (const json::value& item : value->get_array()) add(item);
}

// The token with this text: one that is matched as a whole before one that is merged.
std::optional<TokenId> token_of(const TokenizerParts& parts, std::string_view content) {
  for (const AddedToken& token : parts.added) {
    if (token.content == content) return token.id;
  }
  const std::string text =
      parts.bpe.from_characters ? without_marks(content) : std::string(content);
  for (std::size_t i = 0; i < parts.tokens.size(); ++i) {
    if (parts.kinds[i] == TokenKind::kOrdinary && parts.tokens[i] == text) {
      return static_cast<TokenId>(i);
    }
  }
  return std::nullopt;
}

// An ordinary token that is named so becomes a marker, unless it is the only one of a byte.
void set_named(const std::optional<SideFiles::Named>& named, TokenizerParts& parts,
               std::optional<TokenId>& id) {
  if (!named) return;
  id = token_of(parts, named->content);
  if (!id) {
    fail_in_file(named->file, named->key,
                 fmt::format("'{}' is no token of {}; use the files that were published together",
                             printable(named->content), parts.source));
  }
  const auto at = static_cast<std::size_t>(*id);
  if (parts.kinds[at] != TokenKind::kOrdinary || parts.tokens[at].size() == 1) return;
  parts.tokens[at] = named->content;
  parts.kinds[at] = TokenKind::kControl;
  parts.added.push_back({.id = *id, .content = named->content});
}

std::string field_of(const SideFiles& files, const SideFiles::Added& token) {
  return files.added_path == files.config_path ? fmt::format("added_tokens_decoder.{}", token.id)
                                               : fmt::format("'{}'", printable(token.content));
}

// Gives the ids their texts and kinds, and puts the tokens in the place of what was looked for in a
// text under their ids or contents. Of equal contents the last counts.
void set_tokens(const std::vector<SideFiles::Added>& tokens, const SideFiles& files,
                TokenizerParts& parts) {
  std::unordered_set<TokenId> ids;
  std::unordered_set<std::string_view> contents;
  std::vector<AddedToken> found;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    const auto at = static_cast<std::size_t>(token->id);
    if (at >= parts.tokens.size()) {
      parts.tokens.resize(at + 1);
      parts.kinds.resize(at + 1, TokenKind::kUnused);
    }
    const std::string spaced =
        parts.bpe.from_characters ? without_marks(token->content) : token->content;
    const std::string& text = token->special ? token->content : spaced;
    const TokenKind old = parts.kinds[at];
    if (old == TokenKind::kByte &&
        byte_of_piece(token->content) == static_cast<unsigned char>(parts.tokens[at].front())) {
      continue;  // the byte under its name
    }
    if ((old == TokenKind::kOrdinary || old == TokenKind::kByte) && parts.tokens[at] != text &&
        parts.tokens[at] != spaced) {
      fail_in_file(files.added_path, field_of(files, *token),
                   fmt::format("the token {} is to be '{}', but it is '{}' in {}; use the files "
                               "that were published together",
                               token->id, printable(token->content), printable(parts.tokens[at]),
                               parts.source));
    }
    const bool new_id = ids.insert(token->id).second;
    const bool new_content = contents.insert(token->content).second;
    if (new_id) {
      parts.tokens[at] = text;
      parts.kinds[at] = token->special ? TokenKind::kControl : TokenKind::kAdded;
    }
    if (!new_id || !new_content) continue;
    found.push_back({.id = token->id,
                     .content = token->content,
                     .lstrip = token->lstrip,
                     .rstrip = token->rstrip,
                     .single_word = token->single_word,
                     .plain = !token->special && is_plain_content(token->content)});
  }
  std::erase_if(parts.added, [&](const AddedToken& other) {
    return ids.contains(other.id) || contents.contains(other.content);
  });
  parts.added.insert(parts.added.end(), std::make_move_iterator(found.rbegin()),
                     std::make_move_iterator(found.rend()));
}

}  // namespace

SideFiles read_side_files(const fs::path& folder) {
  SideFiles files;
  files.config_path = (folder / "tokenizer_config.json").string();
  files.generation_path = (folder / "generation_config.json").string();
  std::unordered_set<std::string> said;
  if (fs::exists(files.config_path)) read_config(files, said);
  if (const fs::path map = folder / "special_tokens_map.json"; fs::exists(map)) {
    read_named_tokens(map.string(), read_json_object(map, kMaxFileBytes), files, said);
  }
  if (const fs::path ids = folder / "added_tokens.json";
      files.added_path.empty() && fs::exists(ids)) {
    read_added_ids(ids, files);
  }
  if (fs::exists(files.generation_path)) read_generation(files.generation_path, files);
  return files;
}

void apply_side_files(const SideFiles& files, TokenizerParts& parts) {
  set_named(files.bos, parts, parts.bos);
  set_named(files.eos, parts, parts.eos);
  if (files.adds_bos) parts.adds_bos = *files.adds_bos;
  if (!parts.bos) parts.adds_bos = false;
  for (const std::int64_t id : files.ends) {
    if (id < 0 || id >= static_cast<std::int64_t>(parts.tokens.size())) {
      fail_in_file(
          files.generation_path, "eos_token_id",
          fmt::format("{} is not a token of the vocabulary of {}", id, parts.tokens.size()));
    }
    parts.stops.push_back(static_cast<TokenId>(id));
  }
  if (!parts.eos && !files.ends.empty()) parts.eos = static_cast<TokenId>(files.ends.front());
}

void add_side_tokens(const SideFiles& files, TokenizerParts& parts) {
  const std::size_t most_ids = parts.tokens.size() + kMaxGap;
  std::unordered_map<std::string, TokenId> ids;  // of tokens that can be matched as a whole
  for (std::size_t i = 0; i < parts.tokens.size(); ++i) {
    if (parts.kinds[i] == TokenKind::kByte) continue;
    ids.emplace(parts.tokens[i], static_cast<TokenId>(i));
  }
  for (const SideFiles::Added& token : files.added) {
    if (static_cast<std::size_t>(token.id) >= most_ids) {
      fail_in_file(files.added_path, field_of(files, token),
                   fmt::format("the id {} is far beyond the vocabulary of {}", token.id,
                               parts.tokens.size()));
    }
    ids[token.content] = token.id;
  }
  set_tokens(files.added, files, parts);

  std::unordered_set<std::string_view> known;
  for (const AddedToken& token : parts.added) known.insert(token.content);
  std::vector<SideFiles::Added> named;
  for (const std::string& content : files.special) {
    const auto found = ids.find(content);
    if (found == ids.end() || known.contains(content)) continue;
    named.push_back({.id = found->second, .content = content, .special = true});
  }
  set_tokens(named, files, parts);
}

}  // namespace candor::engine
