// Reasoning is told apart from the answer as the models write it, and stop strings act in the
// answer.
#include "engine/chat/reasoning.h"

#include <gtest/gtest.h>

#include <string>

namespace candor::engine {
namespace {

const ReasoningMarkers kThink;
constexpr auto kNowhere = std::string_view::npos;

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
  const ReasoningMarkers seed{"<seed:think>", "</seed:think>"};
  const auto split = split_reasoning("<seed:think>a</think></seed:think>b", seed, false);
  EXPECT_EQ(split.reasoning, "a</think>");
  EXPECT_EQ(split.answer, "b");
}

TEST(Reasoning, IsOpenedByAPromptThatEndsWithTheMarker) {
  EXPECT_TRUE(prompt_opens_reasoning("<|Assistant|><think>\n", kThink));
  EXPECT_TRUE(prompt_opens_reasoning("<think>", kThink));
  EXPECT_FALSE(prompt_opens_reasoning("<think>\n\n</think>\n\n", kThink));
  EXPECT_FALSE(prompt_opens_reasoning("<|im_start|>assistant\n", kThink));
  EXPECT_FALSE(prompt_opens_reasoning("", kThink));
  EXPECT_FALSE(prompt_opens_reasoning("a", ReasoningMarkers{"", ""}));
}

TEST(StopStrings, ActAfterTheReasoningOnly) {
  const std::string text = "<think>a\n\nb</think>\nc\n\nd";
  EXPECT_EQ(find_stop(text, kThink, false, "\n\n"), text.rfind("\n\n"));
  EXPECT_EQ(find_stop("a\n\nb", kThink, true, "\n\n"), kNowhere);
  EXPECT_EQ(find_stop("<think>a\n\nb", kThink, false, "\n\n"), kNowhere);
  EXPECT_EQ(find_stop("a\n\nb", kThink, false, "\n\n"), 1u);
  EXPECT_EQ(find_stop("abc", kThink, false, ""), kNowhere);
  EXPECT_EQ(find_stop("a</think>\n\n", kThink, true, "\n\n"), kNowhere);
  EXPECT_EQ(find_stop("a</think>\n\nb\n\nc", kThink, true, "\n\n"), 12u);
}

// A stop string that comes in two chunks is found as soon as the second is there, and never before.
TEST(StopStrings, AreFoundAcrossChunks) {
  const std::string text = "x STOP </think> answer STOP rest";
  const std::size_t expected = text.rfind("STOP");
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string_view grown = std::string_view(text).substr(0, size);
    EXPECT_EQ(find_stop(grown, kThink, true, "STOP"), size >= expected + 4 ? expected : kNowhere)
        << size;
  }
}

}  // namespace
}  // namespace candor::engine
