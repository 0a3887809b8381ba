// Reasoning is told apart from the answer as the models write it, and stop strings act in the
// answer.
#include "engine/chat/reasoning.h"

#include <gtest/gtest.h>

#include <string>

namespace candor::engine {
namespace {

bool opens(const std::string& prompt, const ReasoningMarkers& markers) {
  const Segment segment{prompt, true};
  return prompt_opens_reasoning({&segment, 1}, markers);
}

const ReasoningMarkers kThink;

void expect_split(std::string_view text, bool opened_by_prompt, std::string_view reasoning,
                  std::string_view answer, bool closed = true) {
  SCOPED_TRACE(text);
  const ReasoningSplit split = split_reasoning(text, kThink, opened_by_prompt);
  EXPECT_EQ(split.reasoning, reasoning);
  EXPECT_EQ(split.answer, answer);
  EXPECT_EQ(split.closed, closed);
}

TEST(Reasoning, OpenedByThePromptEndsAtTheFirstClosingMarker) {
  expect_split("2 and 2\nis 4.\n</think>\n\nIt is 4.\n", true, "2 and 2\nis 4.", "It is 4.\n");
}

TEST(Reasoning, OpenedByTheModelItselfBeginsAtTheStart) {
  expect_split("<think>\nhm\n</think>\n\nYes.", false, "hm", "Yes.");
  expect_split("\n <think>hm</think>Yes.", false, "hm", "Yes.");
}

TEST(Reasoning, AMarkerRepeatedAfterThePromptsOwnIsNoReasoning) {
  expect_split("<think>\nhm\n</think>\nYes.", true, "hm", "Yes.");
}

TEST(Reasoning, AnEmptyThoughtIsClosedAndEmpty) {
  expect_split("<think>\n\n</think>\n\nYes.", false, "", "Yes.");
  expect_split("\n</think>\n\nYes.", true, "", "Yes.");
}

TEST(Reasoning, WithoutItsClosingMarkerIsStillOpen) {
  expect_split("first this, then", true, "first this, then", "", false);
  expect_split("<think>\nfirst this", false, "first this", "", false);
  expect_split("<think>\nfirst </thi", false, "first </thi", "", false);
  expect_split("", true, "", "", false);
  expect_split("\nfirst this \n", true, "first this \n", "", false);
}

TEST(Reasoning, ThatWasNeverOpenedIsNone) {
  expect_split("Yes.", false, "", "Yes.");
  expect_split("", false, "", "");
  expect_split("  Yes.\n", false, "", "  Yes.\n");
}

TEST(Reasoning, AStrayClosingMarkerEndsIt) {
  expect_split("hm\n</think>\nYes.", false, "hm", "Yes.");
  expect_split(" hm</think>Yes.\n", false, " hm", "Yes.\n");
  expect_split("a</think>b</think>c", true, "a", "b</think>c");
}

TEST(Reasoning, MarkersInsideTheAnswerBelongToIt) {
  expect_split("<think>a</think>Write <think>b</think> so.", false, "a",
               "Write <think>b</think> so.");
  expect_split("Write <think> so.", false, "", "Write <think> so.");
}

TEST(Reasoning, OtherModelsHaveOtherMarkers) {
  for (const ReasoningMarkers& markers : reasoning_formats()) {
    if (markers.channels || markers.open.empty()) continue;
    SCOPED_TRACE(markers.name);
    const auto split =
        split_reasoning(markers.open + "\na <other> b\n" + markers.close + "\nc", markers, false);
    EXPECT_EQ(split.reasoning, "a <other> b");
    EXPECT_EQ(split.answer, "c");
    EXPECT_TRUE(split.closed);
    EXPECT_TRUE(split.marked);
    EXPECT_TRUE(opens("x" + markers.start, markers));
  }
  const auto none = split_reasoning("<think>a</think>b", reasoning_format_by_name("none"), false);
  EXPECT_EQ(none.answer, "<think>a</think>b");
  EXPECT_FALSE(none.marked);
}

TEST(Reasoning, AnEmptyBlockIsNotTheSameAsNone) {
  EXPECT_TRUE(split_reasoning("<think>\n\n</think>\n\nYes.", kThink, false).marked);
  EXPECT_TRUE(split_reasoning("</think>Yes.", kThink, true).marked);
  EXPECT_TRUE(split_reasoning("", kThink, true).marked);
  EXPECT_FALSE(split_reasoning("Yes.", kThink, false).marked);
  EXPECT_FALSE(split_reasoning("<thinking", kThink, false).marked);
}

TEST(Reasoning, IsOpenedByAPromptThatEndsWithTheMarker) {
  EXPECT_TRUE(opens("<|Assistant|><think>\n", kThink));
  EXPECT_TRUE(opens("<think>", kThink));
  EXPECT_FALSE(opens("<think>\n\n</think>\n\n", kThink));
  EXPECT_FALSE(opens("<|im_start|>assistant\n", kThink));
  EXPECT_FALSE(opens("", kThink));
  EXPECT_FALSE(opens("a", reasoning_format_by_name("none")));
}

// Whatever the pieces a text comes in, its parts are the same; and what counts as the answer on the
// way is the beginning of the answer.
TEST(Reasoning, IsTheSameInAnyPieces) {
  const std::string texts[] = {"<think>\nhm </thi\n</think>\n\n Yes </think> no.\n",
                               " <thin",
                               "plain <think>x</think> y",
                               "<think>open",
                               "a</think> b",
                               "  \n"};
  for (const std::string& text : texts) {
    for (const bool opened : {false, true}) {
      const ReasoningSplit whole = split_reasoning(text, kThink, opened);
      for (std::size_t size = 1; size < 9; ++size) {
        SCOPED_TRACE(text);
        const auto reader = ReasoningReader::make(kThink, opened);
        for (std::size_t at = 0; at < text.size(); at += size) {
          reader->push_text(std::string_view(text).substr(at, size));
          if (reader->answer_part() > 0) {
            EXPECT_TRUE(whole.answer.starts_with(reader->answer()));
          }
        }
        reader->end();
        const ReasoningSplit split = reader->take();
        EXPECT_EQ(split.reasoning, whole.reasoning);
        EXPECT_EQ(split.answer, whole.answer);
        EXPECT_EQ(split.closed, whole.closed);
        EXPECT_EQ(split.marked, whole.marked);
      }
    }
  }
}

// What comes from outside opens nothing.
TEST(Reasoning, OnlyWhatTheTemplateWroteLastOpensIt) {
  const ReasoningMarkers& think = reasoning_format_by_name("think");
  const std::vector<Segment> asked = {{"User: ", true}, {"write <think>", false}};
  EXPECT_FALSE(prompt_opens_reasoning(asked, think));
  const std::vector<Segment> opened = {
      {"User: ", true}, {"hi", false}, {"<thi", true}, {"", false}, {"nk>\n", true}};
  EXPECT_TRUE(prompt_opens_reasoning(opened, think));
}

TEST(Reasoning, TheLastMarkerOfAPrefillDecides) {
  const ReasoningMarkers& think = reasoning_format_by_name("think");
  for (const bool opened : {false, true}) {
    EXPECT_EQ(reasoning_open_after("Sure", think, opened), opened);
    EXPECT_FALSE(reasoning_open_after("</think>\n\nAnswer:", think, opened));
    EXPECT_TRUE(reasoning_open_after("<think>\nLet", think, opened));
    EXPECT_FALSE(reasoning_open_after("<think>\n</think>\n", think, opened));
    EXPECT_EQ(reasoning_open_after("x", reasoning_format_by_name("none"), opened), opened);
  }
  const ReasoningMarkers& harmony = reasoning_format_by_name("harmony");
  EXPECT_EQ(head_of_answer("Sure", harmony), "<|channel|>final<|message|>");
  EXPECT_EQ(head_of_answer("<|channel|>analysis<|message|>Hm", harmony), "");
  EXPECT_TRUE(reasoning_open_after("<|channel|>analysis<|message|>Hm", harmony, false));
  EXPECT_EQ(head_of_answer("Sure", think), "");
}

}  // namespace
}  // namespace candor::engine
