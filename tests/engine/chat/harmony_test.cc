// The channels of gpt-oss: what is reasoning, what is the answer, and what is neither.
#include <gtest/gtest.h>

#include "engine/chat/reasoning.h"

namespace candor::engine {
namespace {

bool opens(const std::string& prompt, const ReasoningMarkers& markers) {
  const Segment segment{prompt, true};
  return prompt_opens_reasoning({&segment, 1}, markers);
}

const ReasoningMarkers& harmony() { return reasoning_format_by_name("harmony"); }

struct Case {
  std::string_view text;
  std::string_view reasoning;
  std::string_view answer;
  bool closed = true;
  bool marked = true;
  bool opened = false;
};

TEST(Harmony, TellsTheChannelsApart) {
  const Case cases[] = {
      {"<|channel|>analysis<|message|>2 and 2.<|end|><|start|>assistant<|channel|>final<|message|>"
       "It is 4.<|return|>",
       "2 and 2.", "It is 4."},
      // The stop token is not part of a generated text.
      {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b", "a",
       "b"},
      {"<|channel|>final<|message|>b", "", "b", true, false},
      {"<|channel|>analysis<|message|><|end|><|start|>assistant<|channel|>final<|message|>b", "",
       "b"},
      {"<|channel|>analysis<|message|>a", "a", "", false},
      {"<|channel|>analysis<|message|>a<|end|>", "a", ""},
      {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>fin", "a", "", false},
      {"<|channel|>analys", "", "", false, false},
      {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>analysis<|message|>b"
       "<|end|><|start|>assistant<|channel|>final<|message|>c",
       "a\n\nb", "c"},
      // A preamble counts where it is all that was said; a tool call never does.
      {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>"
       "Let me look.<|end|><|start|>assistant<|channel|>commentary to=functions.f "
       "<|constrain|>json<|message|>{}<|call|>",
       "a", "Let me look."},
      {"<|channel|>commentary<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>y", "",
       "y", true, false},
      {" to=functions.f<|channel|>commentary<|constrain|>json<|message|>{}<|call|>", "", "", true,
       false},
      {"<|channel|>analysis to=python<|message|>print(1)<|call|>", "", "", true, false},
      // Opened by the prompt.
      {"a<|end|><|start|>assistant<|channel|>final<|message|>b", "a", "b", true, true, true},
      {"a", "a", "", false, true, true},
      // No channels at all, or a final message that the prompt has begun.
      {"plain text", "", "plain text", true, false},
      {"rest of it<|return|>", "", "rest of it", true, false},
      {"", "", "", true, false},
      {"<|message|>no channel", "", "no channel", true, false},
      // A message that is not ended before the next begins.
      {"<|channel|>analysis<|message|>a<|channel|>final<|message|>b", "a", "b"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.text);
    const ReasoningSplit split = split_reasoning(one.text, harmony(), one.opened);
    EXPECT_EQ(split.reasoning, one.reasoning);
    EXPECT_EQ(split.answer, one.answer);
    EXPECT_EQ(split.closed, one.closed);
    EXPECT_EQ(split.marked, one.marked);
  }
}

TEST(Harmony, WhatOnlySpellsATokenIsText) {
  const auto reader = ReasoningReader::make(harmony(), false);
  reader->push_token("<|channel|>");
  reader->push_text("final");
  reader->push_token("<|message|>");
  reader->push_text("write <|channel|>analysis<|message|> and <|end|>");
  reader->end();
  const ReasoningSplit split = reader->take();
  EXPECT_EQ(split.answer, "write <|channel|>analysis<|message|> and <|end|>");
  EXPECT_EQ(split.reasoning, "");
}

TEST(Harmony, IsOpenedByAPromptThatEndsWithTheHeadOfAnAnalysis) {
  EXPECT_TRUE(opens("<|start|>assistant<|channel|>analysis<|message|>", harmony()));
  EXPECT_FALSE(opens("<|start|>assistant", harmony()));
  EXPECT_FALSE(opens("<|start|>assistant<|channel|>final<|message|>", harmony()));
}

}  // namespace
}  // namespace candor::engine
