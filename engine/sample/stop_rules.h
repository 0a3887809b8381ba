// When a generation ends: a stop token, a stop string in the answer, or the limit. It follows one
// sequence token by token, keeps the text that was decoded and tells reasoning from answer.
#pragma once

#include <memory>
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
  // Control tokens that divide reasoning from answer (reasoning_tokens), sorted: they show in the
  // text, others do not.
  std::vector<TokenId> markers_as_tokens;
};

class StopFollower {
 public:
  // `ignore_stops`: only the limit ends it.
  StopFollower(const StopTokens& tokens, const data::Sampling& sampling, bool ignore_stops,
               bool reasoning_opened);

  // Takes the next token; says whether and why it was the last.
  std::optional<data::FinishReason> push(TokenId token);

  // The whole text and its parts, cut at a stop string; call once, at the end.
  struct Result {
    std::string text;
    ReasoningSplit split;
  };
  Result take();

 private:
  void append(std::string_view piece);
  // Whether a stop string has come into the answer, which is then cut there.
  bool stop_string_reached();

  const StopTokens& tokens_;
  const data::Sampling& sampling_;
  bool ignore_stops_;
  int generated_ = 0;
  std::string text_;
  std::optional<StreamDecoder> decoder_;
  std::unique_ptr<ReasoningReader> reader_;
  std::size_t scanned_ = 0;  // bytes of the part of the answer with this number
  std::size_t part_ = 0;
  bool cut_ = false;
};

}  // namespace candor::engine
