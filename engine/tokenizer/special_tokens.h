// Finds added tokens (markers such as <|im_start|>) in text: the leftmost, and of those that begin
// there the longest.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // … and behind it
  bool single_word = false;  // only where it does not touch a letter, number or underscore
  bool plain = false;        // ordinary text to the model (a run of spaces, "ö"): found everywhere
};

class SpecialTokens {
 public:
  SpecialTokens() = default;
  explicit SpecialTokens(std::vector<AddedToken> tokens);  // contents unique and not empty

  struct Match {
    std::size_t begin = 0;  // with the white space that lstrip and rstrip take
    std::size_t end = 0;
    TokenId id = 0;
  };

  // The first match in text[from, …). Bytes for which `trusted` is false belong to plain tokens
  // only; `trusted` is empty when all of the text is alike, as `all_trusted` says.
  std::optional<Match> find(std::string_view text, std::size_t from,
                            const std::vector<bool>& trusted, bool all_trusted) const;

  std::optional<TokenId> id_of(std::string_view content) const;

 private:
  std::vector<AddedToken> tokens_;  // sorted by content
  std::vector<bool> begins_ = std::vector<bool>(256);
  bool any_plain_ = false;
};

}  // namespace candor::engine
