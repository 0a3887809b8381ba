// What the files beside a vocabulary say about it: tokenizer_config.json (which token begins and
// ends a text, tokens beyond the vocabulary) and generation_config.json (which tokens end an
// answer). Files that are not there say nothing.
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

  std::string config_path;  // for messages
  bool has_config = false;
  std::string tokenizer_class;
  std::optional<std::string> bos, eos;
  std::optional<bool> adds_bos;
  std::optional<bool> adds_space;    // add_prefix_space
  std::vector<Added> added;          // added_tokens_decoder
  std::vector<std::string> special;  // further tokens named as special: cls_token, …

  std::string generation_path;
  std::vector<std::int64_t> ends;  // eos_token_id of generation_config.json, not checked
};

SideFiles read_side_files(const std::filesystem::path& folder);

// Sets bos, eos, adds_bos and stops of parts whose vocabulary is complete. A name that is in no
// token is passed over; an id that is no token of the vocabulary is an error.
void apply_side_files(const SideFiles& files, TokenizerParts& parts);

// For vocabularies that do not list them: appends and re-labels the added tokens and those named as
// special.
void add_side_tokens(const SideFiles& files, TokenizerParts& parts);

}  // namespace candor::engine
