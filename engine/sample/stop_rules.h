// When a generation ends: a stop token, a stop string in the answer, or the limit. It follows one
// sequence token by token and keeps the text that was decoded.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/records/condition.h"
#include "data/records/generation.h"
#include "engine/chat/reasoning.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

// What the checkpoint says; outlives the followers.
struct StopTokens {
  const Tokenizer* tokenizer = nullptr;  // null: no text, no stop tokens
  std::vector<TokenId> ids;              // sorted
  ReasoningMarkers markers;
};

class StopFollower {
 public:
  // `ignore_stops`: only the limit ends it.
  StopFollower(const StopTokens& tokens, const data::Sampling& sampling, bool ignore_stops,
               bool reasoning_opened);

  // Takes the next token; says whether and why it was the last.
  std::optional<data::FinishReason> push(TokenId token);

  // The whole text, cut at a stop string; call once, at the end.
  std::string take_text();

 private:
  bool stop_string_reached(std::size_t scanned_before);

  const StopTokens& tokens_;
  const data::Sampling& sampling_;
  bool ignore_stops_;
  bool reasoning_opened_;
  int generated_ = 0;
  std::string text_;
  std::optional<StreamDecoder> decoder_;
  // A stop string stands somewhere in the text: perhaps inside the reasoning, where it does not
  // count, so from here on the text is parsed.
  bool candidate_ = false;
  std::optional<std::size_t> cut_;
};

}  // namespace candor::engine
