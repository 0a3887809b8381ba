// Splits what a model generated into its chain of thought and its answer, by the format of its
// model (reasoning_format.h), all at once or while it grows.
//
// A pair of markers: only a marker at the very start (after white space) opens; a text with a
// closing marker but no opening one is reasoning up to it. White space around the markers belongs
// to neither part; the rest is kept to the byte.
//
// Channels (harmony): messages on the channel "analysis" are the reasoning, on "final" the answer.
// "commentary" is neither: with a recipient (" to=…") it is a tool call; without one it is what the
// model says before a call, and becomes the answer where nothing came on "final". What precedes the
// first marker is the answer where no message follows.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/chat/reasoning_format.h"

namespace candor::engine {

struct ReasoningSplit {
  std::string reasoning;
  std::string answer;
  bool closed = true;   // false: the reasoning was still open at the end of the text
  bool marked = false;  // there was a block of reasoning, be it empty
};

// Takes a text as it grows.
class ReasoningReader {
 public:
  // `opened_by_prompt`: the prompt already ends with the opening marker (R1 and its distills).
  static std::unique_ptr<ReasoningReader> make(const ReasoningMarkers& markers,
                                               bool opened_by_prompt);
  virtual ~ReasoningReader() = default;

  virtual void push_text(std::string_view text) = 0;
  // One of the format's own tokens by its text: of channels, nothing that merely spells it counts.
  virtual void push_token(std::string_view token) = 0;
  // No more will come: a beginning that could have become a marker is text.
  virtual void end() = 0;

  // The answer as far as it is known, in one piece; valid until the next call. It grows at its end
  // for as long as `answer_part` stays the same number.
  virtual std::string_view answer() const = 0;
  virtual std::size_t answer_part() const = 0;
  // Takes everything from byte `at` of `answer()` on away again (a stop string).
  virtual void cut_answer(std::size_t at) = 0;

  virtual ReasoningSplit take() = 0;  // after `end`; once
};

// Of a whole text; in that of channels everything that spells one of its tokens is one.
ReasoningSplit split_reasoning(std::string_view text, const ReasoningMarkers& markers,
                               bool opened_by_prompt);

// True when what the template wrote last, behind everything from outside, ends with the opening
// marker (and white space).
bool prompt_opens_reasoning(std::span<const Segment> prompt, const ReasoningMarkers& markers);

// Whether the reasoning is open behind text that begins the model's turn for it (a prefill): the
// last marker in it decides; without one it stays as it was.
bool reasoning_open_after(std::string_view begun, const ReasoningMarkers& markers, bool opened);

// What has to stand before such text where the reasoning is not open: of channels the head of the
// final one, unless the text opens a channel itself.
std::string_view head_of_answer(std::string_view begun, const ReasoningMarkers& markers);

}  // namespace candor::engine
