// The provider inside the program: what it makes of a chat, what it says of the model in the
// manifest, and how reasoning comes apart from the answer in the formats of different models.
#include "runner/providers/embedded.h"

#include <gmock/gmock.h>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/records/option_scores.h"
#include "tests/engine/model/tiny_model.h"
#include "tests/engine/tokenizer/tiny_vocabulary.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EmbeddedProviderTest : public testing::Test {
 protected:
  // A tiny model whose vocabulary has these control tokens behind the others, the first of them
  // BOS.
  std::unique_ptr<EmbeddedProvider> provider(const std::string& chat_template,
                                             const std::vector<std::string>& control = {"<s>"},
                                             bool adds_bos = true,
                                             const EmbeddedOptions& options = {}) const {
    tests::TinyVocabulary words;
    bos_ = static_cast<engine::TokenId>(words.tokens.size());
    for (const std::string& token : control) words.add(token, 3);
    tests::TinyShape shape;
    shape.vocabulary = static_cast<std::uint32_t>(words.tokens.size());
    tests::GgufWriter file = tests::tiny_llama(shape);
    file.text("tokenizer.ggml.model", "gpt2")
        .text("tokenizer.ggml.pre", words.pre)
        .texts("tokenizer.ggml.tokens", words.tokens)
        .integers("tokenizer.ggml.token_type", words.types)
        .texts("tokenizer.ggml.merges", words.merges)
        .integer("tokenizer.ggml.eos_token_id", 264)
        .integer("tokenizer.ggml.bos_token_id", static_cast<std::uint32_t>(bos_))
        .boolean("tokenizer.ggml.add_bos_token", adds_bos)
        .text("tokenizer.chat_template", chat_template)
        .text("tokenizer.chat_template.short", "{{ messages[0].content }}");
    const auto path = folder_.path() / "tiny.gguf";
    file.write(path);
    EmbeddedOptions few = options;
    few.engine.threads = 1;
    few.engine.kv_bytes = std::size_t{1} << 20U;
    return std::make_unique<EmbeddedProvider>(ResolvedModel{"tiny", path}, few);
  }

  static data::Question question(const std::string& text) {
    data::Question asked;
    asked.id = "q";
    asked.messages = {{"user", text}};
    return asked;
  }

  static data::Condition thinking(const std::string& how) {
    data::Condition condition;
    condition.thinking = how;
    return condition;
  }

  long count_bos(const RenderedPrompt& prompt) const {
    return std::count(prompt.tokens.begin(), prompt.tokens.end(), bos_);
  }

  tests::TempFolder folder_;
  mutable engine::TokenId bos_ = 0;
};

TEST_F(EmbeddedProviderTest, APromptHasOneBosWhoeverWritesIt) {
  for (const char* text : {"{{ messages[0].content }}", "{{ bos_token }}{{ messages[0].content }}",
                           "<s>{{ messages[0].content }}"}) {
    SCOPED_TRACE(text);
    const RenderedPrompt prompt = provider(text)->render(question("low<s>"), {});
    EXPECT_EQ(prompt.tokens.front(), bos_);
    EXPECT_EQ(count_bos(prompt), 1);  // what the message spells is none
  }
  const auto twice = provider("{{ bos_token }}<s>{{ messages[0].content }}");
  EXPECT_THROW(twice->render(question("low"), {}), Error);
}

TEST_F(EmbeddedProviderTest, TheManifestHasTheTemplateAndWhatIsToBeKnownOfIt) {
  const std::string text = "{{ bos_token }}{{ messages[0].content }}";
  data::Manifest manifest;
  provider(text)->describe(manifest);
  EXPECT_EQ(manifest.template_text, text);
  EXPECT_EQ(manifest.template_sha256, data::sha256_hex(text));
  EXPECT_EQ(manifest.reasoning, "think");
  EXPECT_THAT(manifest.notices, ElementsAre(HasSubstr("it is there once")));

  data::Manifest other;
  provider("{{ messages[0].content }}")->describe(other);
  EXPECT_THAT(other.notices, IsEmpty());
  EXPECT_NE(other.plan_hash(), manifest.plan_hash());

  data::Manifest doubled;
  provider("<s><s>{{ messages[0].content }}")->describe(doubled);
  EXPECT_THAT(doubled.notices, ElementsAre(HasSubstr("<s> 2 times")));

  const data::Manifest back = data::manifest_from_json(data::to_json(manifest), "here");
  EXPECT_EQ(back.template_text, text);
  EXPECT_EQ(back.notices, manifest.notices);
  EXPECT_EQ(back.plan_hash(), manifest.plan_hash());
}

TEST_F(EmbeddedProviderTest, AnotherTemplateCanBeGivenOrNamed) {
  EmbeddedOptions given;
  given.engine.chat_template = "<think>{{ messages[0].content }}</think>";
  data::Manifest manifest;
  provider("own", {"<s>"}, true, given)->describe(manifest);
  EXPECT_EQ(manifest.template_text, *given.engine.chat_template);

  EmbeddedOptions named;
  named.engine.template_name = "short";
  provider("own", {"<s>"}, true, named)->describe(manifest);
  EXPECT_EQ(manifest.template_text, "{{ messages[0].content }}");
  named.engine.template_name = "long";
  EXPECT_THROW(provider("own", {"<s>"}, true, named), Error);
}

TEST_F(EmbeddedProviderTest, ThinkingIsForcedByTheModelsOwnMarker) {
  const std::vector<std::string> harmony = {"<|x|>",        "<|start|>",  "<|channel|>",
                                            "<|message|>",  "<|return|>", "<|call|>",
                                            "<|constrain|>"};
  const auto channels = provider(
      "<|start|>user<|message|>{{ messages[0].content }}<|end|>"
      "<|start|>assistant{# <|channel|> #}",
      harmony, false);
  const RenderedPrompt forced = channels->render(question("hi"), thinking("forced"));
  EXPECT_TRUE(forced.reasoning_opened);
  EXPECT_TRUE(forced.text.ends_with("<|start|>assistant<|channel|>analysis<|message|>"));
  data::Condition begun;
  begun.prefill = "Sure";
  EXPECT_TRUE(channels->render(question("hi"), begun)
                  .text.ends_with("<|start|>assistant<|channel|>final<|message|>Sure"));

  const auto pair = provider("{{ messages[0].content }}:");
  EXPECT_TRUE(pair->render(question("hi"), thinking("forced")).text.ends_with(":<think>\n"));
  EXPECT_FALSE(pair->render(question("hi"), thinking("default")).reasoning_opened);
}

TEST_F(EmbeddedProviderTest, ThinkingIsSwitchedByWhateverNameTheTemplateKnows) {
  const char* names =
      "{{ enable_thinking is defined and not enable_thinking }}"
      "{{ thinking is defined and not thinking }}{{ thinking_budget }}";
  const auto switched = provider(names);
  EXPECT_EQ(switched->render(question("hi"), thinking("off")).text, "TrueTrue0");
  EXPECT_EQ(switched->render(question("hi"), thinking("default")).text, "FalseFalse");
  EXPECT_EQ(switched->render(question("hi"), thinking("forced")).text, "FalseFalse<think>\n");
}

TEST_F(EmbeddedProviderTest, TruncatedReasoningIsFlagged) {
  const auto source = provider("{{ messages[0].content }}<think>\n");
  const data::Question asked = question("hi");
  data::Condition condition;
  condition.sampling.max_tokens = 5;
  condition.sampling.temperature = 0;
  const Ask ask{&asked, &condition, 0, 0};
  const std::atomic<bool> never = false;
  std::vector<data::Generation> done;
  source->generate(
      {&ask, 1}, 1, [&](data::Generation&& one) { done.push_back(std::move(one)); }, never);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].finish, data::FinishReason::kLength) << done[0].error;
  EXPECT_FALSE(done[0].reasoning_closed);
  EXPECT_EQ(done[0].answer, "");
}

// Of the judge "knowledge": every text has the log-probability that scoring it alone, in one pass,
// gives it, and stands where the answer begins.
TEST_F(EmbeddedProviderTest, TextsAreScoredAsWhenEachIsScoredAlone) {
  EmbeddedOptions options;
  options.engine.batch = 3;
  const auto source = provider("{{ messages[0].content }}:", {"<s>"}, true, options);
  data::Question asked = question("how low is it");
  asked.judge = "knowledge";
  asked.reference = {{"probe", "A"},
                     {"facts", {{{"text", "it is lower"}, {"false", "it is newer"}}}},
                     {"line", {"low"}},
                     {"refusals", {"no", "I am"}},
                     {"deflections", {"let us"}}};
  const data::Condition condition;
  const Ask ask{&asked, &condition, 0, 0};
  const std::atomic<bool> never = false;
  std::vector<data::Generation> done;
  source->generate(
      {&ask, 1}, 1, [&](data::Generation&& one) { done.push_back(std::move(one)); }, never);
  ASSERT_EQ(done.size(), 1U);
  const std::vector<data::OptionScore> scores = data::option_scores(done[0].answer, "answer");
  const RenderedPrompt prompt = source->render(asked, condition);
  const auto texts = data::continuations(asked);
  const auto tokens = source->continuation_tokens(prompt, texts);
  ASSERT_EQ(scores.size(), 6U);
  std::size_t at = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    SCOPED_TRACE(texts[i]);
    std::vector<engine::TokenId> whole = prompt.tokens;
    whole.insert(whole.end(), tokens[i].begin(), tokens[i].end());
    const std::vector<float> alone = source->engine().score(whole).log_probabilities;
    double sum = 0;
    for (std::size_t t = 0; t < tokens[i].size(); ++t, ++at) {
      const float value = alone[prompt.tokens.size() - 1 + t];
      EXPECT_EQ(done[0].log_probabilities.at(at), value);  // to the bit
      sum += static_cast<double>(value);
    }
    EXPECT_EQ(scores[i].continuation, texts[i]);
    EXPECT_EQ(scores[i].tokens, tokens[i].size());
    EXPECT_NEAR(scores[i].log_probability, sum, 1e-12);
  }
}

TEST_F(EmbeddedProviderTest, ScoredTextsStandBehindAnEmptyThought) {
  data::Question asked = question("hi");
  asked.judge = "knowledge";
  const auto opened = provider("{{ messages[0].content }}<think>\n");
  const RenderedPrompt closed = opened->render(asked, {});
  EXPECT_TRUE(closed.text.ends_with("<think>\n\n</think>\n\n"));
  EXPECT_FALSE(closed.reasoning_opened);
  const auto plain = provider("{{ messages[0].content }}:");
  EXPECT_TRUE(plain->render(asked, {}).text.ends_with("hi:"));
  EXPECT_TRUE(plain->render(asked, thinking("forced")).text.ends_with(":<think>\n\n</think>\n\n"));

  const std::vector<std::string> harmony = {"<|x|>",        "<|start|>",  "<|channel|>",
                                            "<|message|>",  "<|return|>", "<|call|>",
                                            "<|constrain|>"};
  const auto channels = provider(
      "<|start|>user<|message|>{{ messages[0].content }}<|end|>"
      "<|start|>assistant{# <|channel|> #}",
      harmony, false);
  const std::string head = "<|start|>assistant<|channel|>final<|message|>";
  EXPECT_TRUE(channels->render(asked, {}).text.ends_with("<|end|>" + head));
  EXPECT_TRUE(channels->render(asked, thinking("forced"))
                  .text.ends_with("<|channel|>analysis<|message|><|end|>" + head));
}

// Also where the template has opened the thought: what is begun is the answer.
TEST_F(EmbeddedProviderTest, AnAnswerIsBegunBehindAnEmptyThought) {
  data::Condition begun;
  begun.prefills = {{"en", "The facts are as follows:"}};
  data::Question asked = question("hi");
  asked.language = "en";
  const auto opened = provider("{{ messages[0].content }}<think>{{ '\\n' }}");
  const RenderedPrompt answer = opened->render(asked, begun);
  EXPECT_EQ(answer.text, "hi<think>\n\n</think>\n\nThe facts are as follows:");
  EXPECT_FALSE(answer.reasoning_opened);
  // A begun thought stays one, and a text with markers of its own is put as it is.
  begun.thinking = "forced";
  const RenderedPrompt thought = opened->render(asked, begun);
  EXPECT_EQ(thought.text, "hi<think>\nThe facts are as follows:");
  EXPECT_TRUE(thought.reasoning_opened);
  begun.thinking = "default";
  begun.prefills = {{"en", "I know.</think>Well,"}};
  EXPECT_EQ(opened->render(asked, begun).text, "hi<think>\nI know.</think>Well,");
  EXPECT_FALSE(opened->render(asked, begun).reasoning_opened);

  const std::vector<std::string> harmony = {"<|x|>",        "<|start|>",  "<|channel|>",
                                            "<|message|>",  "<|return|>", "<|call|>",
                                            "<|constrain|>"};
  const auto channels =
      provider("{{ messages[0].content }}<|end|><|start|>assistant<|channel|>analysis<|message|>",
               harmony, false);
  begun.prefills = {{"en", "Well,"}};
  EXPECT_TRUE(channels->render(asked, begun)
                  .text.ends_with("<|channel|>analysis<|message|><|end|><|start|>assistant"
                                  "<|channel|>final<|message|>Well,"));
  begun.prefills = {{"en", "<|end|><|start|>assistant<|channel|>final<|message|>Well,"}};
  EXPECT_TRUE(channels->render(asked, begun)
                  .text.ends_with("analysis<|message|><|end|><|start|>assistant<|channel|>final"
                                  "<|message|>Well,"));
}

// Before anything is stored: what would fail one and all, and conditions that are one.
TEST_F(EmbeddedProviderTest, WhatCannotBeAskedIsToldBeforeTheRun) {
  std::vector<data::Question> questions;
  for (const char* text : {"one", "two", "three", "four", "five", "six"}) {
    questions.push_back(question(text));
    questions.back().id = text;
    questions.back().language = "en";
  }
  const auto check = [&](const EmbeddedProvider& source,
                         const std::vector<data::Condition>& conditions) -> std::string {
    std::vector<Ask> asks;
    for (const data::Question& asked : questions) {
      for (const data::Condition& condition : conditions) asks.push_back({&asked, &condition, 0});
    }
    try {
      source.check(asks);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto plain = provider("{{ messages[0].content }}:");
  EXPECT_EQ(check(*plain, {{}}), "");
  EXPECT_EQ(check(*plain, {thinking("default"), thinking("forced")}), "");
  EXPECT_THAT(check(*plain, {thinking("default"), thinking("off")}),
              HasSubstr("--thinking default and off make the same prompts"));
  // The same prompts, but other answers.
  data::Condition warm;
  warm.sampling.temperature = 1;
  EXPECT_EQ(check(*plain, {{}, warm}), "");
  const auto opened = provider("{{ messages[0].content }}<think>\n");
  EXPECT_THAT(check(*opened, {thinking("default"), thinking("forced")}),
              HasSubstr("--thinking default and forced"));
  const auto switched = provider("{{ messages[0].content }}{{ enable_thinking is defined }}");
  EXPECT_EQ(check(*switched, {thinking("default"), thinking("off")}), "");
  const auto deaf = provider("{{ messages[-1].content }}");
  data::Condition told;
  told.system = "Be brief.";
  EXPECT_THAT(check(*deaf, {{}, told}), HasSubstr("--system \"default\" and \"Be brief.\""));

  EmbeddedOptions none;
  none.engine.reasoning = engine::reasoning_format_by_name("none");
  const auto thoughtless = provider("{{ messages[0].content }}:", {"<s>"}, true, none);
  EXPECT_THAT(check(*thoughtless, {thinking("forced")}), HasSubstr("thinking cannot be forced"));
  const auto raising = provider("{{ raise_exception('no such turn') }}");
  EXPECT_THAT(check(*raising, {{}}), HasSubstr("no such turn"));
  // One question that fails is no reason to ask none.
  const auto picky = provider(
      "{% if messages[0].content == 'one' %}{{ raise_exception('not this') }}{% endif %}"
      "{{ messages[0].content }}");
  EXPECT_EQ(check(*picky, {{}}), "");
}

// A forced start: the answer goes on behind a first clause in the language of the question.
TEST_F(EmbeddedProviderTest, AnAnswerGoesOnBehindTheClauseOfItsLanguage) {
  const auto source = provider("{{ messages[0].content }}:");
  data::Condition condition;
  condition.prefill = "Well,";
  condition.prefills = {{"en", "The facts are as follows:"}, {"zh", "事实如下："}};
  condition.sampling.max_tokens = 4;
  const std::string kept = data::to_json(condition).at("prefills").at("zh").as_string().c_str();
  EXPECT_EQ(kept, "事实如下：");
  EXPECT_EQ(data::condition_from_json(data::to_json(condition), "here").hash(), condition.hash());
  for (const auto& [language, clause] : std::map<std::string, std::string>{
           {"en", "The facts are as follows:"}, {"zh", "事实如下："}, {"zh-Hant", "Well,"}}) {
    SCOPED_TRACE(clause);
    data::Question asked = question("hi");
    asked.language = language;
    const RenderedPrompt prompt = source->render(asked, condition);
    EXPECT_TRUE(prompt.text.ends_with(std::string(":") + clause));
    EXPECT_FALSE(prompt.reasoning_opened);
    const Ask ask{&asked, &condition, 0, 0};
    const std::atomic<bool> never = false;
    std::vector<data::Generation> done;
    source->generate(
        {&ask, 1}, 1, [&](data::Generation&& one) { done.push_back(std::move(one)); }, never);
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].tokens.size(), 4U);
    EXPECT_EQ(done[0].prompt, prompt.text);
  }
}

}  // namespace
}  // namespace candor::runner
