#include "engine/sample/stop_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/engine/chat/small_tokenizer.h"

namespace candor::engine {
namespace {

using data::FinishReason;

struct Outcome {
  std::optional<FinishReason> finish;
  std::size_t tokens = 0;
  std::string text;
  ReasoningSplit split;
};

struct Setup {
  int max_tokens = 1000;
  std::vector<std::string> stop = {};
  bool ignore_stops = false;
  bool reasoning_opened = false;
  std::string format = "think";
};

// Feeds a text token by token until the follower says that it is over.
Outcome follow(const std::string& text, const Setup& setup) {
  const SmallTokenizer tokenizer({{"<CONTROL>"},
                                  {"[THINK]"},
                                  {"[/THINK]"},
                                  {"<|start|>"},
                                  {"<|channel|>"},
                                  {"<|message|>"},
                                  {"<|end|>"},
                                  {"<|return|>"}});
  StopTokens tokens;
  tokens.tokenizer = &tokenizer;
  tokens.markers = reasoning_format_by_name(setup.format);
  tokens.ids = turn_stops(tokens.markers, tokenizer);
  tokens.markers_as_tokens = reasoning_tokens(tokens.markers, tokenizer);
  data::Sampling sampling;
  sampling.max_tokens = setup.max_tokens;
  sampling.stop = setup.stop;
  StopFollower follower(tokens, sampling, setup.ignore_stops, setup.reasoning_opened);
  Outcome outcome;
  for (const TokenId id : tokenizer.encode(text, true)) {
    ++outcome.tokens;
    outcome.finish = follower.push(id);
    if (outcome.finish) break;
  }
  StopFollower::Result result = follower.take();
  outcome.text = std::move(result.text);
  outcome.split = std::move(result.split);
  return outcome;
}

const std::string kEnd(1, '\0');

TEST(StopRules, AStopTokenEndsItAndGivesNoText) {
  const Outcome outcome = follow("abc" + kEnd + "def", {});
  EXPECT_EQ(outcome.finish, FinishReason::kStop);
  EXPECT_EQ(outcome.tokens, 4U);
  EXPECT_EQ(outcome.text, "abc");
}

TEST(StopRules, TheLimitEndsIt) {
  const Outcome outcome = follow("abcdef", {.max_tokens = 4});
  EXPECT_EQ(outcome.finish, FinishReason::kLength);
  EXPECT_EQ(outcome.text, "abcd");
}

TEST(StopRules, AStopTokenAtTheLimitIsAStop) {
  EXPECT_EQ(follow("abc" + kEnd, {.max_tokens = 4}).finish, FinishReason::kStop);
}

TEST(StopRules, IgnoredStopsRunToTheLimit) {
  const Outcome outcome =
      follow("ab" + kEnd + "cXd", {.max_tokens = 6, .stop = {"X"}, .ignore_stops = true});
  EXPECT_EQ(outcome.finish, FinishReason::kLength);
  EXPECT_EQ(outcome.tokens, 6U);
  EXPECT_EQ(outcome.text, "abcXd");
}

TEST(StopRules, AStopStringIsFoundAcrossTokensAndCutOff) {
  const Outcome outcome = follow("one\nQ: two", {.stop = {"zzz", "\nQ:"}});
  EXPECT_EQ(outcome.finish, FinishReason::kStop);
  EXPECT_EQ(outcome.tokens, 6U);
  EXPECT_EQ(outcome.text, "one");
}

TEST(StopRules, AStopStringActsOnTheAnswerOnly) {
  const Outcome outcome = follow("first END thought</think>the answer END more",
                                 {.stop = {"END"}, .reasoning_opened = true});
  EXPECT_EQ(outcome.finish, FinishReason::kStop);
  EXPECT_EQ(outcome.text, "first END thought</think>the answer ");
}

TEST(StopRules, AStopStringInOpenReasoningDoesNotAct) {
  const Outcome outcome = follow("thinking END more", {.stop = {"END"}, .reasoning_opened = true});
  EXPECT_EQ(outcome.finish, std::nullopt);
  EXPECT_EQ(outcome.text, "thinking END more");
}

TEST(StopRules, AStopStringThatAlsoStandsInTheReasoningCutsTheAnswer) {
  const Outcome outcome = follow("<think>a END b</think>\n\nc END d", {.stop = {"D!", "END"}});
  EXPECT_EQ(outcome.split.reasoning, "a END b");
  EXPECT_EQ(outcome.split.answer, "c ");
  EXPECT_EQ(outcome.text, "<think>a END b</think>\n\nc ");
}

TEST(StopRules, TheFirstOfSeveralStopStringsCuts) {
  EXPECT_EQ(follow("xaby", {.stop = {"b", "ab"}}).text, "x");
  EXPECT_EQ(follow("", {.stop = {"b"}}).text, "");
  EXPECT_EQ(follow("abc", {.stop = {"", "bc"}}).text, "a");
}

// A text that might become an opening marker waits for the next token, and is text at the end.
TEST(StopRules, ABeginningOfAMarkerIsTextAtTheEnd) {
  EXPECT_EQ(follow("<th", {.stop = {"t"}}).text, "<");
  EXPECT_EQ(follow("\n\n<think>a</think>b", {.stop = {"\n\n"}}).split.answer, "b");
  EXPECT_EQ(follow("\n\nab", {.stop = {"\n\n"}}).text, "");
}

TEST(StopRules, MarkersThatAreControlTokensDivideTheText) {
  const Outcome outcome =
      follow("[THINK]a END[/THINK]b<CONTROL>c END d", {.stop = {"END"}, .format = "magistral"});
  EXPECT_EQ(outcome.split.reasoning, "a END");
  EXPECT_EQ(outcome.split.answer, "bc ");
  EXPECT_EQ(outcome.text, "[THINK]a END[/THINK]bc ");
}

TEST(StopRules, ChannelsAreDividedByTokensAndStopStringsActInTheFinalOne) {
  const std::string analysis = "<|channel|>analysis<|message|>a END b<|end|>";
  const std::string final = "<|start|>assistant<|channel|>final<|message|>c END d<|return|>e";
  const Outcome cut = follow(analysis + final, {.stop = {"END"}, .format = "harmony"});
  EXPECT_EQ(cut.finish, FinishReason::kStop);
  EXPECT_EQ(cut.split.reasoning, "a END b");
  EXPECT_EQ(cut.split.answer, "c ");
  EXPECT_TRUE(cut.text.ends_with("<|message|>c ")) << cut.text;
  const Outcome whole = follow(analysis + final, {.format = "harmony"});
  EXPECT_EQ(whole.finish, FinishReason::kStop);
  EXPECT_EQ(whole.split.answer, "c END d");
  const Outcome open = follow(analysis + final, {.max_tokens = 15, .format = "harmony"});
  EXPECT_EQ(open.finish, FinishReason::kLength);
  EXPECT_FALSE(open.split.closed);
  EXPECT_EQ(open.split.answer, "");
}

TEST(StopRules, ACharacterCutByAMarkerIsReplaced) {
  EXPECT_EQ(follow("[THINK]a\xE4\xBD[/THINK]b", {.format = "magistral"}).split.reasoning,
            "a\xEF\xBF\xBD");
}

TEST(StopRules, ControlTokensAreNoText) { EXPECT_EQ(follow("a<CONTROL>b", {}).text, "ab"); }

TEST(StopRules, ACharacterCutByTheLimitIsReplaced) {
  EXPECT_EQ(follow("a\xE4\xBD\xA0", {.max_tokens = 3}).text, "a\xEF\xBF\xBD");
}

TEST(StopRules, WithoutATokenizerThereIsNoTextAndOnlyTheLimit) {
  const StopTokens none;
  data::Sampling sampling;
  sampling.max_tokens = 2;
  StopFollower follower(none, sampling, false, false);
  EXPECT_EQ(follower.push(0), std::nullopt);
  EXPECT_EQ(follower.push(5), FinishReason::kLength);
  EXPECT_EQ(follower.take().text, "");
}

}  // namespace
}  // namespace candor::engine
