#include "engine/tokenizer/side_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <unordered_map>

#include "engine/files/file_error.h"
#include "engine/files/strict_json.h"
#include "engine/tokenizer/json_fields.h"

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

void read_config(const fs::path& path, SideFiles& files) {
  const json::object config = read_json_object(path, kMaxFileBytes);
  const JsonFieldsOfFile fields(path.string());
  files.has_config = true;
  if (const json::value* name = JsonFieldsOfFile::member(config, "tokenizer_class")) {
    if (name->is_string()) files.tokenizer_class = text_view(name->get_string());
  }
  files.bos = token_text(config.if_contains("bos_token"));
  files.eos = token_text(config.if_contains("eos_token"));
  const json::value* adds = JsonFieldsOfFile::member(config, "add_bos_token");
  if (adds != nullptr && adds->is_bool()) files.adds_bos = adds->get_bool();
  adds = JsonFieldsOfFile::member(config, "add_prefix_space");
  if (adds != nullptr && adds->is_bool()) files.adds_space = adds->get_bool();
  read_added_tokens(fields, config, files);
  for (const char* key : {"bos_token", "eos_token", "cls_token", "sep_token", "mask_token"}) {
    if (auto token = token_text(config.if_contains(key))) files.special.push_back(*token);
  }
  const json::value* more = JsonFieldsOfFile::member(config, "additional_special_tokens");
  if (more == nullptr || !more->is_array()) return;
  for (const json::value& value : more->get_array()) {
    if (auto token = token_text(&value)) files.special.push_back(*token);
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

std::optional<TokenId> added_id(const TokenizerParts& parts, std::string_view content) {
  for (const AddedToken& token : parts.added) {
    if (token.content == content) return token.id;
  }
  return std::nullopt;
}

}  // namespace

SideFiles read_side_files(const fs::path& folder) {
  SideFiles files;
  files.config_path = (folder / "tokenizer_config.json").string();
  files.generation_path = (folder / "generation_config.json").string();
  if (fs::exists(files.config_path)) read_config(files.config_path, files);
  if (fs::exists(files.generation_path)) read_generation(files.generation_path, files);
  return files;
}

void apply_side_files(const SideFiles& files, TokenizerParts& parts) {
  if (files.bos) {
    if (const auto id = added_id(parts, *files.bos)) parts.bos = id;
  }
  if (files.eos) {
    if (const auto id = added_id(parts, *files.eos)) parts.eos = id;
  }
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
  const auto add = [&](const SideFiles::Added& token) {
    const auto at = static_cast<std::size_t>(token.id);
    if (at >= parts.tokens.size()) {
      parts.tokens.resize(at + 1);
      parts.kinds.resize(at + 1, TokenKind::kUnused);
    }
    parts.tokens[at] = token.content;
    parts.kinds[at] = token.special ? TokenKind::kControl : TokenKind::kAdded;
    std::erase_if(parts.added, [&](const AddedToken& other) {
      return other.id == token.id || other.content == token.content;
    });
    parts.added.push_back({.id = token.id,
                           .content = token.content,
                           .lstrip = token.lstrip,
                           .rstrip = token.rstrip,
                           .single_word = token.single_word,
                           .plain = !token.special && is_plain_content(token.content)});
  };
  for (const SideFiles::Added& token : files.added) {
    if (static_cast<std::size_t>(token.id) >= most_ids) {
      fail_in_file(files.config_path, fmt::format("added_tokens_decoder.{}", token.id),
                   fmt::format("the id is far beyond the vocabulary of {}", parts.tokens.size()));
    }
    add(token);
    ids[token.content] = token.id;
  }
  for (const std::string& content : files.special) {
    const auto found = ids.find(content);
    if (found == ids.end()) continue;
    const bool known = std::ranges::any_of(
        parts.added, [&](const AddedToken& token) { return token.content == content; });
    if (!known) add({.id = found->second, .content = content, .special = true});
  }
}

}  // namespace candor::engine
