// Which format a model reasons in is read off its template and vocabulary.
#include "engine/chat/reasoning_format.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "data/base/error.h"
#include "tests/engine/chat/small_tokenizer.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

TEST(ReasoningFormat, IsThatOfWhichTheTemplateWritesTheMarkers) {
  const auto name = [](std::string_view text) {
    const DetectedReasoning detected = detect_reasoning(text, nullptr);
    EXPECT_EQ(detected.evidence, "template");
    return detected.markers.name;
  };
  EXPECT_EQ(name("{{ '<|Assistant|><think>\\n' }}"), "think");
  EXPECT_EQ(name("{{ content.split('</think>')[-1] }}"), "think");
  EXPECT_EQ(name("{{ '<seed:think>' ~ x ~ '</seed:think>' }} no <think>"), "seed");
  EXPECT_EQ(name("<|start|>assistant<|channel|>analysis<|message|>{{ m.thinking }}"), "harmony");
  EXPECT_EQ(name("[THINK]{{ x }}[/THINK]"), "magistral");
  EXPECT_EQ(name("<|START_THINKING|>{{ x }}<|END_THINKING|>"), "command");
  EXPECT_EQ(name("◁think▷{{ x }}◁/think▷"), "kimi");
  // Both markers of one format weigh more than one of another.
  EXPECT_EQ(name("[THINK] <think>{{ x }}</think>"), "think");
}

TEST(ReasoningFormat, IsElseThatWhoseMarkersAreTokens) {
  const SmallTokenizer magistral({{"[THINK]"}, {"[/THINK]"}});
  EXPECT_EQ(detect_reasoning("{{ x }}", &magistral).markers.name, "magistral");
  EXPECT_EQ(detect_reasoning("{{ x }}", &magistral).evidence, "vocabulary");
  EXPECT_EQ(detect_reasoning("<think></think>", &magistral).markers.name, "think");
  const SmallTokenizer half({{"[THINK]"}});
  EXPECT_EQ(detect_reasoning("", &half).markers.name, "think");
  EXPECT_EQ(detect_reasoning("", &half).evidence, "assumed");
  const SmallTokenizer harmony({{"<|start|>"},
                                {"<|end|>"},
                                {"<|message|>"},
                                {"<|channel|>"},
                                {"<|return|>"},
                                {"<|call|>"},
                                {"<|constrain|>"}});
  EXPECT_EQ(detect_reasoning("", &harmony).markers.name, "harmony");
}

TEST(ReasoningFormat, IsKnownByNameAndUnknownOnesAreRefused) {
  for (const ReasoningMarkers& markers : reasoning_formats()) {
    EXPECT_EQ(reasoning_format_by_name(markers.name), markers);
  }
  try {
    reasoning_format_by_name("loud");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
    EXPECT_NE(std::string(error.what()).find("harmony, seed"), std::string::npos) << error.what();
  }
}

TEST(ReasoningFormat, OnlyControlTokensAmongTheMarkersMustBeShown) {
  const SmallTokenizer plain({{"<think>", false}, {"</think>", false}});
  EXPECT_EQ(reasoning_tokens(ReasoningMarkers{}, plain), std::vector<TokenId>{});
  const SmallTokenizer control({{"x"}, {"</think>"}, {"<think>"}});
  EXPECT_EQ(reasoning_tokens(ReasoningMarkers{}, control), (std::vector<TokenId>{257, 258}));
}

TEST(ReasoningFormat, TheEndOfAMessageOfHarmonyIsNoEndOfTheTurn) {
  SmallTokenizer tokenizer({{"<|end|>"}, {"<|return|>"}, {"<|call|>"}});
  tokenizer.stops_ = {256, 257};
  EXPECT_EQ(turn_stops(reasoning_format_by_name("harmony"), tokenizer),
            (std::vector<TokenId>{257, 258}));
  EXPECT_EQ(turn_stops(ReasoningMarkers{}, tokenizer), (std::vector<TokenId>{256, 257}));
}

TEST(ReasoningFormat, OfPublishedTemplates) {
  CANDOR_NEEDS_SHARED("golden/chat_templates");
  const std::map<std::string, std::string> expected = {
      {"ByteDance-Seed-OSS", "seed template"},
      {"HuggingFaceTB-SmolLM3-3B", "think template"},
      {"Qwen-QwQ-32B", "think template"},
      {"Qwen-Qwen2.5-7B-Instruct", "think assumed"},
      {"Qwen-Qwen3-0.6B", "think template"},
      {"deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "think template"},
      {"deepseek-ai-DeepSeek-V3.1", "think template"},
      {"google-gemma-2-2b-it", "think assumed"},
      {"meta-llama-Llama-3.3-70B-Instruct", "think assumed"},
      {"openai-gpt-oss-120b", "harmony template"},
  };
  for (const auto& [name, format] : expected) {
    std::ifstream in(tests::shared_path("golden/chat_templates/" + name + ".jinja"));
    std::stringstream text;
    text << in.rdbuf();
    ASSERT_FALSE(text.str().empty()) << name;
    const DetectedReasoning detected = detect_reasoning(text.str(), nullptr);
    EXPECT_EQ(detected.markers.name + " " + detected.evidence, format) << name;
  }
}

}  // namespace
}  // namespace candor::engine
