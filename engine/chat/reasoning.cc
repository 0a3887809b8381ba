#include "engine/chat/reasoning.h"

#include <algorithm>

namespace candor::engine {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";
constexpr auto kNowhere = std::string_view::npos;

std::string_view left_trimmed(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
}

std::string_view right_trimmed(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kSpace) + 1);  // npos + 1 is 0: nothing is left
}

// Where the parts lie, in bytes of the whole text.
struct Parts {
  std::size_t reasoning_begin = 0;
  std::size_t reasoning_end = 0;
  std::size_t answer_begin = 0;  // npos: the reasoning has not ended
  bool opened = false;           // by the text or the prompt
  bool has_markers = false;      // false: all of it is answer
};

Parts find_parts(std::string_view text, const ReasoningMarkers& markers, bool opened_by_prompt) {
  Parts parts;
  const std::size_t start = text.size() - left_trimmed(text).size();
  // A model may repeat the marker that the prompt has already written.
  const bool opens = !markers.open.empty() && text.substr(start).starts_with(markers.open);
  if (opens) parts.reasoning_begin = start + markers.open.size();
  const std::size_t close =
      markers.close.empty() ? kNowhere : text.find(markers.close, parts.reasoning_begin);
  parts.opened = opens || opened_by_prompt;
  parts.has_markers = parts.opened || close != kNowhere;
  if (!parts.has_markers) return parts;
  parts.reasoning_end = close == kNowhere ? text.size() : close;
  parts.answer_begin = kNowhere;
  if (close != kNowhere) {
    // White space between the marker and the answer belongs to neither.
    const std::string_view rest = text.substr(close + markers.close.size());
    parts.answer_begin = text.size() - left_trimmed(rest).size();
  }
  return parts;
}

}  // namespace

ReasoningSplit split_reasoning(std::string_view text, const ReasoningMarkers& markers,
                               bool opened_by_prompt) {
  const Parts parts = find_parts(text, markers, opened_by_prompt);
  ReasoningSplit split;
  if (!parts.has_markers) {
    split.answer = text;
    return split;
  }
  std::string_view reasoning =
      text.substr(parts.reasoning_begin, parts.reasoning_end - parts.reasoning_begin);
  split.closed = parts.answer_begin != kNowhere;
  if (parts.opened) reasoning = left_trimmed(reasoning);
  if (split.closed) reasoning = right_trimmed(reasoning);
  split.reasoning = reasoning;
  if (split.closed) split.answer = text.substr(parts.answer_begin);
  return split;
}

bool prompt_opens_reasoning(std::string_view prompt, const ReasoningMarkers& markers) {
  return !markers.open.empty() && right_trimmed(prompt).ends_with(markers.open);
}

std::size_t find_stop(std::string_view text, const ReasoningMarkers& markers, bool opened_by_prompt,
                      std::string_view stop) {
  if (stop.empty()) return kNowhere;
  const Parts parts = find_parts(text, markers, opened_by_prompt);
  return parts.answer_begin == kNowhere ? kNowhere : text.find(stop, parts.answer_begin);
}

}  // namespace candor::engine
