// Splits what a model generated into its chain of thought and its answer. The markers belong to the
// model's description, not to the scorer.
#pragma once

#include <string>
#include <string_view>

namespace candor::engine {

struct ReasoningMarkers {
  std::string open = "<think>";
  std::string close = "</think>";
};

struct ReasoningSplit {
  std::string reasoning;
  std::string answer;
  bool closed = true;  // false: the reasoning was still open at the end of the text
};

// `opened_by_prompt`: the prompt already ends with the opening marker (R1 and its distills). White
// space around the markers is trimmed; the rest is kept to the byte. A text with a closing marker but
// no opening one is reasoning up to it. Only a marker at the very start (after white space) opens.
ReasoningSplit split_reasoning(std::string_view text, const ReasoningMarkers& markers,
                               bool opened_by_prompt);

// True when the rendered prompt ends with the opening marker (and white space).
bool prompt_opens_reasoning(std::string_view prompt, const ReasoningMarkers& markers);

// Follows a growing text and says when a stop string has appeared in the answer: stop strings act
// after the reasoning only. The position is the byte offset of the stop string in the whole text.
std::size_t find_stop(std::string_view text, const ReasoningMarkers& markers, bool opened_by_prompt,
                      std::string_view stop);  // npos: not there

}  // namespace candor::engine
