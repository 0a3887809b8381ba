// Protocols: what they change of a set, what they leave alone, and what is said of wrong ones. The
// sets here are the tests' own.
#include "suites/protocols/protocol.h"

#include <gmock/gmock.h>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "suites/suites.h"
#include "tests/support/temp_folder.h"

namespace candor::suites {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ProtocolTest : public testing::Test {
 protected:
  ProtocolTest() {
    folder_.write("dev.jsonl",
                  "{\"s\":\"birds\",\"q\":\"Flies?\",\"o\":[\"(A)crow\",\"(B)emu\"],\"a\":\"A\"}\n"
                  "{\"s\":\"fish\",\"q\":\"Swims?\",\"o\":[\"(A)crow\",\"(B)cod\"],\"a\":\"B\"}\n");
    folder_.write("test.jsonl",
                  "{\"s\":\"birds\",\"q\":\"Sings?\",\"o\":[\"(A)ant\",\"(B)wren\"],\"a\":\"B\"}\n"
                  "{\"s\":\"fish\",\"q\":\"Bites?\",\"o\":[\"(A)pike\",\"(B)ant\"],\"a\":\"A\"}\n");
    set_ = folder_.write("set.yaml", kSet);
  }

  Suite load(const std::string& protocol) {
    SuiteOptions options;
    options.shots_file = shots_file_;
    options.protocol = load_protocol(folder_.write("p.yaml", protocol).string());
    return load_suite_file(set_, options);
  }
  std::string problem(const std::string& protocol) {
    try {
      (void)load(protocol);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  static constexpr const char* kSet = R"(suite: zoo
data: test.jsonl
shots: {data: dev.jsonl}
language: en
topic: "{{s}}"
question: "{{q}}"
options: "{{o}}"
answer: "{{a}}"
prompt: "own: {{item.question}}"
judge: choice
reference: {options: "{{item.letters}}", answer: "{{a}}"}
condition: {max_tokens: 7, temperature: 0.5}
)";

  tests::TempFolder folder_;
  std::filesystem::path set_;
  std::filesystem::path shots_file_;
};

TEST_F(ProtocolTest, WithoutOneTheSetHasItsOwnWording) {
  const Suite suite = load_suite_file(set_, {});
  EXPECT_EQ(suite.questions[0].messages[0].content, "own: Sings?");
}

TEST_F(ProtocolTest, ExamplesOfTheSameTopicAreTurnsBeforeTheQuestion) {
  const Suite suite = load(
      "protocol: p\nshots: 1\nprompt: \"{{item.question}}\\n{{item.choices}}\"\n"
      "answer: \"It is {{item.answer}}.\"\nsystem: Be brief.\ncondition: {max_tokens: 9}\n");
  const auto& messages = suite.questions[1].messages;
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].content, "Swims?\nA. crow\nB. cod");
  EXPECT_EQ(messages[1].role, "assistant");
  EXPECT_EQ(messages[1].content, "It is B.");
  EXPECT_EQ(messages[2].content, "Bites?\nA. pike\nB. ant");
  EXPECT_EQ(suite.condition.system, "Be brief.");
  EXPECT_EQ(suite.condition.sampling.max_tokens, 9);
  EXPECT_EQ(suite.condition.sampling.temperature, 0.5) << "what the protocol leaves open stays";
  EXPECT_EQ(suite.questions[1].reference.at("answer").as_string(), "A");
}

TEST_F(ProtocolTest, ExamplesInOneTextAndOptionsScoredAsContinuations) {
  const Suite suite = load(
      "protocol: p\nshots: 1\nstyle: text\nseparator: \"\\n--\\n\"\ntemplate: none\n"
      "prompt: \"{{item.question}} {{item.letters}}:\"\nanswer: \" {{item.answer}}\"\n"
      "method: likelihood\ncontinuation: \" {{text}}\"\nby: characters\n");
  const data::Question& question = suite.questions[0];
  ASSERT_EQ(question.messages.size(), 1u);
  EXPECT_EQ(question.messages[0].content, "Flies? AB: A\n--\nSings? AB:");
  EXPECT_EQ(question.judge, "likelihood");
  EXPECT_EQ(question.reference.at("continuations").at(1).as_string(), " wren");
  EXPECT_EQ(question.reference.at("by").as_string(), "characters");
  EXPECT_TRUE(suite.condition.raw);
}

TEST_F(ProtocolTest, TheKindAndThenTheSuiteHaveTheLastWord) {
  const std::string text =
      "protocol: p\nprompt: 'general {{item.question}}'\ncondition: {max_tokens: 1, top_k: 3}\n"
      "kinds: {choice: {prompt: 'kind {{item.question}}', condition: {max_tokens: 2}}}\n";
  EXPECT_EQ(load(text).questions[0].messages[0].content, "kind Sings?");
  const Suite suite = load(text + "suites: {zoo: {prompt: 'suite {{item.question}}'}}\n");
  EXPECT_EQ(suite.questions[0].messages[0].content, "suite Sings?");
  EXPECT_EQ(suite.condition.sampling.max_tokens, 2);
  EXPECT_EQ(suite.condition.sampling.top_k, 3);
}

TEST_F(ProtocolTest, TheSetItselfGivesExamplesButNeverTheQuestionAsked) {
  std::string set = kSet;
  set.replace(set.find("shots: {data: dev.jsonl}\n"), 25, "");
  set.replace(set.find("topic: \"{{s}}\"\n"), 15, "");
  set_ = folder_.write("set.yaml", set);
  const Suite suite = load("protocol: p\nshots: 1\nprompt: \"{{item.question}}\"\nanswer: x\n");
  EXPECT_EQ(suite.questions[0].messages[0].content, "Bites?");
  EXPECT_EQ(suite.questions[1].messages[0].content, "Sings?");
  EXPECT_THAT(problem("protocol: p\nshots: 2\nprompt: '{{item.question}}'\nanswer: x\n"),
              HasSubstr("2 examples are wanted, there are 1"));
}

TEST_F(ProtocolTest, AQuestionIsNeverAmongItsOwnExamplesWhateverFileTheyComeFrom) {
  // The file of examples holds both questions that are asked, one with other white space.
  shots_file_ = folder_.write(
      "mine.jsonl",
      "{\"s\":\"birds\",\"q\":\" Sings?\\n\",\"o\":[\"(A)ant\",\"(B)wren\"],\"a\":\"B\"}\n"
      "{\"s\":\"birds\",\"q\":\"Dives?\",\"o\":[\"(A)gull\",\"(B)hen\"],\"a\":\"A\"}\n"
      "{\"s\":\"fish\",\"q\":\"Bites?\",\"o\":[\"(A)pike\",\"(B)ant\"],\"a\":\"A\"}\n"
      "{\"s\":\"fish\",\"q\":\"Hides?\",\"o\":[\"(A)ray\",\"(B)cow\"],\"a\":\"A\"}\n");
  const std::string one = "protocol: p\nshots: 1\nprompt: \"{{item.question}}\"\nanswer: x\n";
  const Suite suite = load(one);
  EXPECT_EQ(suite.questions[0].messages[0].content, "Dives?");
  EXPECT_EQ(suite.questions[1].messages[0].content, "Hides?");
  EXPECT_EQ(load("protocol: p\nshots: 2\nprompt: \"{{item.question}}\"\nanswer: x\n")
                .questions[0]
                .messages.size(),
            3U)
      << "one fewer than are wanted, where the question is among them";
  EXPECT_THAT(problem("protocol: p\nshots: 3\nprompt: '{{item.question}}'\nanswer: x\n"),
              HasSubstr("3 examples are wanted, there are 1"));
  EXPECT_THAT(problem("protocol: p\nprompt: '{{item.question}}'\n"),
              HasSubstr("leave out --shots-file"));
  shots_file_.clear();
  std::filesystem::remove(folder_.path() / "dev.jsonl");
  EXPECT_THAT(problem(one), testing::AllOf(HasSubstr("dev.jsonl"), HasSubstr("--shots-file")));
}

TEST_F(ProtocolTest, MistakesAreToldWithFileLineAndField) {
  EXPECT_THAT(problem("protocol: p\nshot: 1\n"),
              HasSubstr("p.yaml:2: field \"shot\": is not known"));
  EXPECT_THAT(problem("protocol: p\nshots: 1\n"), HasSubstr("examples need \"answer\""));
  EXPECT_THAT(problem("protocol: p\nmethod: likelihood\n"), HasSubstr("needs \"continuation\""));
  EXPECT_THAT(problem("protocol: p\nby: luck\n"), HasSubstr("p.yaml:2: field \"by\""));
  EXPECT_THAT(problem("protocol: p\nkinds: {choices: {shots: 0}}\n"), HasSubstr("choices"));
  EXPECT_THAT(problem("protocol: p\ncondition: {top_p: 2}\n"), HasSubstr("top_p"));
  EXPECT_THAT(problem("protocol: p\nprompt: \"{{question}} {{item.question}}\"\n"),
              HasSubstr("field \"question\" is missing"));
  EXPECT_THAT(problem("version: \"1\"\n"), HasSubstr("protocol"));
  EXPECT_THAT(problem("protocol: p\nprompt: {en: '{{item.question}}', zh: x}\n"),
              HasSubstr("p.yaml:2: field \"prompt\": {{item.question}} is not in it"));
  for (const char* text : {"protocol: p\nkinds: 7\n", "protocol: p\nkinds: {choice: 7}\n",
                           "protocol: p\nsuites: [zoo]\n", "7\n"}) {
    EXPECT_THAT(problem(text), AllOf(HasSubstr("p.yaml:"), HasSubstr("expected fields"))) << text;
  }
  EXPECT_THROW(load_protocol("r1-papr"), Error);
}

TEST_F(ProtocolTest, AFieldForASuiteThatNobodyKnowsIsAMistake) {
  const auto protocol = load_protocol(
      folder_.write("p.yaml", "protocol: p\nsuites: {gsm8k: {shots: 0}, zoo: {shots: 0}}\n")
          .string());
  EXPECT_NO_THROW(check_suites(protocol.get(), {"zoo/birds"}));
  EXPECT_NO_THROW(check_suites(nullptr, {}));
  const auto slip =
      load_protocol(folder_.write("p.yaml", "protocol: p\nsuites: {gsm9k: {shots: 0}}\n").string());
  try {
    check_suites(slip.get(), {"zoo"});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("\"gsm9k\""), HasSubstr("\"gsm8k\"")));
  }
}

TEST_F(ProtocolTest, APrefaceStandsOnceBeforeTheExamples) {
  const std::string text =
      "protocol: p\nshots: 1\npreface: 'Of {{item.topic | words}}. '\nanswer: ' a '\n"
      "prompt: '{{item.question}}'\n";
  EXPECT_EQ(load(text + "style: text\nseparator: '; '\n").questions[0].messages[0].content,
            "Of birds. Flies? a ; Sings?");
  const auto turns = load(text).questions[0].messages;
  ASSERT_EQ(turns.size(), 3U);
  EXPECT_EQ(turns[0].content, "Of birds. Flies?");
  EXPECT_EQ(turns[2].content, "Sings?");
}

TEST_F(ProtocolTest, WithoutATemplateAndAFormASuiteIsRefused) {
  EXPECT_THAT(problem("protocol: p\ntemplate: none\n"), HasSubstr("has no form for those of zoo"));
  EXPECT_EQ(problem("protocol: p\ntemplate: none\nprompt: '{{item.question}}'\n"), "");
  SuiteOptions options;
  options.protocol = load_protocol("lm-eval");
  for (const char* name : {"arithmetic", "logic", "code"}) {
    EXPECT_THROW((void)load_suite(name, options), Error) << name;
  }
}

TEST_F(ProtocolTest, ItsHashIsThatOfTheFileAndTheBundledOnesAreWellFormed) {
  const auto path = folder_.write("p.yaml", "protocol: p\n");
  EXPECT_EQ(load_protocol(path.string())->sha256(), data::sha256_hex("protocol: p\n"));
  EXPECT_THAT(protocol_names(), testing::ElementsAre("lm-eval", "r1-paper", "simple-evals"));
  for (const std::string& name : protocol_names()) {
    EXPECT_EQ(load_protocol(name)->name(), name);
    EXPECT_EQ(load_protocol(name)->sha256().size(), 64u);
  }
  data::Condition condition;
  condition.system = "x";
  load_protocol("r1-paper")->apply("math500", "maths", condition);
  EXPECT_FALSE(condition.system.has_value());
  EXPECT_EQ(condition.thinking, "forced");
  EXPECT_EQ(condition.sampling.temperature, 0.6);
  EXPECT_EQ(condition.sampling.top_p, 0.95);
  EXPECT_EQ(condition.sampling.max_tokens, 32768);
}

}  // namespace
}  // namespace candor::suites
