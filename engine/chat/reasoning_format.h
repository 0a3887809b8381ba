// How models mark their chain of thought: the published formats as a table, and which of them a
// checkpoint uses. The format belongs to the model's description, not to the scorer; reading an
// answer by it is reasoning.h.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct ReasoningMarkers {
  std::string open = "<think>";    // empty: this model marks nothing
  std::string close = "</think>";  // with channels: what ends any message
  // What is put behind a prompt so that the model begins by thinking.
  std::string start = "<think>\n";
  std::string name = "think";
  // Messages on named channels (harmony) instead of one pair of markers: `open` is then the head
  // of a message of reasoning, and the head of one that is the answer is `answer_start`.
  bool channels = false;
  std::string answer_start;

  bool operator==(const ReasoningMarkers&) const = default;
};

// All formats known by name, "none" among them.
std::span<const ReasoningMarkers> reasoning_formats();
// Error (usage) that names the known ones.
const ReasoningMarkers& reasoning_format_by_name(std::string_view name);

// The control tokens of harmony, by which messages are divided.
std::span<const std::string_view> channel_tokens();

struct DetectedReasoning {
  ReasoningMarkers markers;
  // "template": it writes the markers; "vocabulary": they are tokens; "assumed": neither, so the
  // most common pair, which does nothing to answers that do not begin with it.
  std::string evidence;
};

// The first format in the table's order of which both markers stand in the template; else one of
// them; else both in the vocabulary as tokens. `tokenizer` may be null.
DetectedReasoning detect_reasoning(std::string_view template_text, const Tokenizer* tokenizer);

// The tokens by which the format divides an answer, where the vocabulary has them as control
// tokens: these do not show in decoded text. Sorted.
std::vector<TokenId> reasoning_tokens(const ReasoningMarkers& markers, const Tokenizer& tokenizer);

// Of the checkpoint's stop tokens those that end the turn: the one that ends a message of harmony,
// "<|end|>", does not, whatever a file declares.
std::vector<TokenId> turn_stops(const ReasoningMarkers& markers, const Tokenizer& tokenizer);

}  // namespace candor::engine
