#include "engine/chat/reasoning_format.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "data/base/error.h"

namespace candor::engine {
namespace {

ReasoningMarkers pair(std::string name, std::string open, std::string close, std::string start) {
  return {.open = std::move(open),
          .close = std::move(close),
          .start = std::move(start),
          .name = std::move(name),
          .channels = false,
          .answer_start = {}};
}

// Rare markers first: a template with one of them may mention "<think>" too, never the reverse.
const std::vector<ReasoningMarkers>& table() {
  static const std::vector<ReasoningMarkers> all = {
      // gpt-oss: OpenAI's harmony response format.
      {.open = "<|channel|>analysis<|message|>",
       .close = "<|end|>",
       .start = "<|channel|>analysis<|message|>",
       .name = "harmony",
       .channels = true,
       .answer_start = "<|channel|>final<|message|>"},
      // Seed-OSS.
      pair("seed", "<seed:think>", "</seed:think>", "<seed:think>\n"),
      // Kimi k1.5 and Kimi-VL-Thinking; Kimi K2 Thinking writes "<think>".
      pair("kimi", "◁think▷", "◁/think▷", "◁think▷\n"),
      // Command A Reasoning.
      pair("command", "<|START_THINKING|>", "<|END_THINKING|>", "<|START_THINKING|>"),
      // Magistral from 2507 on.
      pair("magistral", "[THINK]", "[/THINK]", "[THINK]"),
      // Apertus.
      pair("apertus", "<|inner_prefix|>", "<|inner_suffix|>", "<|inner_prefix|>"),
      // MiniMax-M3.
      pair("minimax", "<mm:think>", "</mm:think>", "<mm:think>"),
      // EXAONE Deep.
      pair("thought", "<thought>", "</thought>", "<thought>\n"),
      // Granite 3.2, in words.
      pair("granite",
           "Here is my thought process:", "Here is my response:", "Here is my thought process:\n"),
      // DeepSeek-R1 and its distills, V3.1, Qwen3, QwQ, SmolLM3, ERNIE thinking, Kimi K2 Thinking,
      // Phi-4-reasoning, GLM-4.5 and many more.
      pair("think", "<think>", "</think>", "<think>\n"),
      pair("none", "", "", ""),
  };
  return all;
}

constexpr std::array<std::string_view, 7> kChannelTokens = {
    "<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>", "<|call|>", "<|constrain|>",
};

// The tokens of which a format's markers are made.
std::vector<std::string_view> marker_tokens(const ReasoningMarkers& markers) {
  if (markers.channels) return {kChannelTokens.begin(), kChannelTokens.end()};
  if (markers.open.empty()) return {};
  return {markers.open, markers.close};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// How many of a format's two markers the template writes.
int written(std::string_view text, const ReasoningMarkers& markers) {
  if (markers.open.empty()) return 0;
  if (markers.channels) {  // the template puts heads together from parts
    return contains(text, "<|channel|>") && contains(text, "<|message|>") ? 2 : 0;
  }
  return (contains(text, markers.open) ? 1 : 0) + (contains(text, markers.close) ? 1 : 0);
}

}  // namespace

std::span<const ReasoningMarkers> reasoning_formats() { return table(); }
std::span<const std::string_view> channel_tokens() { return kChannelTokens; }

const ReasoningMarkers& reasoning_format_by_name(std::string_view name) {
  std::vector<std::string_view> known;
  for (const ReasoningMarkers& markers : table()) {
    if (markers.name == name) return markers;
    known.push_back(markers.name);
  }
  fail_usage("reasoning format \"{}\" is not known (known: {})", name, fmt::join(known, ", "));
}

DetectedReasoning detect_reasoning(std::string_view template_text, const Tokenizer* tokenizer) {
  for (const int wanted : {2, 1}) {
    for (const ReasoningMarkers& markers : table()) {
      if (written(template_text, markers) >= wanted) return {markers, "template"};
    }
  }
  if (tokenizer != nullptr) {
    for (const ReasoningMarkers& markers : table()) {
      const std::vector<std::string_view> tokens = marker_tokens(markers);
      const bool has_all =
          !tokens.empty() && std::all_of(tokens.begin(), tokens.end(), [&](std::string_view token) {
            return tokenizer->id_of(token).has_value();
          });
      if (has_all) return {markers, "vocabulary"};
    }
  }
  return {ReasoningMarkers{}, "assumed"};
}

std::vector<TokenId> reasoning_tokens(const ReasoningMarkers& markers, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids;
  for (const std::string_view token : marker_tokens(markers)) {
    const auto id = tokenizer.id_of(token);
    // Of channels nothing that merely spells a marker counts, so they are told by their ids
    // whatever kind of token the vocabulary calls them.
    if (id && (markers.channels || tokenizer.is_special(*id))) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<TokenId> turn_stops(const ReasoningMarkers& markers, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids = tokenizer.stops();
  if (markers.channels) {
    if (const auto end = tokenizer.id_of(markers.close)) std::erase(ids, *end);
    for (const std::string_view token : {"<|return|>", "<|call|>"}) {
      if (const auto id = tokenizer.id_of(token)) ids.push_back(*id);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace candor::engine
