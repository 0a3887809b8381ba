#include "engine/sample/stop_rules.h"

#include <gtest/gtest.h>

#include <array>

namespace candor::engine {
namespace {

using data::FinishReason;

// Token n is the byte n; 0 ends the text and 1 is a control token.
class ByteTokenizer final : public Tokenizer {
 public:
  ByteTokenizer() {
    for (std::size_t i = 0; i < bytes_.size(); ++i)
      bytes_[i] = std::string(1, static_cast<char>(i));
  }
  std::vector<TokenId> encode(std::string_view text, bool) const override {
    std::vector<TokenId> ids;
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }
  std::vector<TokenId> encode(std::span<const Segment>) const override { return {}; }
  std::string_view bytes(TokenId id) const override {
    return bytes_.at(static_cast<std::size_t>(id));
  }
  bool is_special(TokenId id) const override { return id < 2; }
  std::size_t size() const override { return bytes_.size(); }
  std::optional<TokenId> id_of(std::string_view) const override { return std::nullopt; }
  std::optional<TokenId> bos() const override { return std::nullopt; }
  std::optional<TokenId> eos() const override { return 0; }
  bool adds_bos() const override { return false; }
  std::vector<TokenId> stops() const override { return {0}; }
  const std::string& sha256() const override { return hash_; }

 private:
  std::array<std::string, 256> bytes_;
  std::string hash_;
};

struct Outcome {
  std::optional<FinishReason> finish;
  std::size_t tokens = 0;
  std::string text;
};

struct Setup {
  int max_tokens = 1000;
  std::vector<std::string> stop = {};
  bool ignore_stops = false;
  bool reasoning_opened = false;
};

// Feeds a text token by token until the follower says that it is over.
Outcome follow(const std::string& text, const Setup& setup) {
  const ByteTokenizer tokenizer;
  const StopTokens tokens{.tokenizer = &tokenizer, .ids = tokenizer.stops(), .markers = {}};
  data::Sampling sampling;
  sampling.max_tokens = setup.max_tokens;
  sampling.stop = setup.stop;
  StopFollower follower(tokens, sampling, setup.ignore_stops, setup.reasoning_opened);
  Outcome outcome;
  for (const TokenId id : tokenizer.encode(text, false)) {
    ++outcome.tokens;
    outcome.finish = follower.push(id);
    if (outcome.finish) break;
  }
  outcome.text = follower.take_text();
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

TEST(StopRules, ControlTokensAreNoText) {
  EXPECT_EQ(follow("a\x01"
                   "b",
                   {})
                .text,
            "ab");
}

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
  EXPECT_EQ(follower.take_text(), "");
}

}  // namespace
}  // namespace candor::engine
