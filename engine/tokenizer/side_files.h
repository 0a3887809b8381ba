// What the files beside a vocabulary say about it: tokenizer_config.json (which token begins and
// ends a text, tokens beyond the vocabulary), generation_config.json (which tokens end an answer)
// and, for what the first does not say, the files that older repositories have for it:
// special_tokens_map.json and added_tokens.json. Files that are not there say nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/tokenizer/bpe_tokenizer.h"

namespace candor::engine {

struct SideFiles {
  struct Added {
    TokenId id = 0;
    std::string content;
    bool special = false;
    bool lstrip = false, rstrip = false, single_word = false;
  };
  // The content of a token as a file names it under a key.
  struct Named {
    std::string content;
    std::string file;
    std::string key;
  };

  std::string config_path;  // for messages
  bool has_config = false;
  std::string tokenizer_class;
  std::optional<Named> bos, eos;
  std::optional<bool> adds_bos;
  std::optional<bool> adds_space;    // add_prefix_space
  std::vector<Added> added;          // added_tokens_decoder, else added_tokens.json
  std::string added_path;            // which of the two files, for messages
  std::vector<std::string> special;  // tokens named as special: bos_token, cls_token, …

  std::string generation_path;
  std::vector<std::int64_t> ends;  // eos_token_id of generation_config.json, not checked
};

SideFiles read_side_files(const std::filesystem::path& folder);

// Sets bos, eos, adds_bos and stops of parts whose vocabulary is complete. Error where a bos or eos
// token is named that the vocabulary does not have, or an id that is none of its tokens.
void apply_side_files(const SideFiles& files, TokenizerParts& parts);

// For vocabularies that do not list them: appends and re-labels the added tokens and those named as
// special. A marker may take the place of another (models made from others rename spare ones), but
// an id of ordinary text that is to have another text is an error: such files are not of one model.
void add_side_tokens(const SideFiles& files, TokenizerParts& parts);

}  // namespace candor::engine
