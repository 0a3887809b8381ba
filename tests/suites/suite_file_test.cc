// Files of questions: descriptions of others' data, questions in our own format, and everything
// that can be wrong with them.
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "data/base/error.h"
#include "suites/suites.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::suites {
namespace {

class SuiteFileTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  // What the error says; "" when the file loads.
  std::string problems(const std::string& name, const std::string& text) {
    const auto path = write(name, text);
    try {
      (void)load_suite_file(path, {});
    } catch (const Error& error) {
      EXPECT_LT(std::string(error.what()).size(), 8192u);
      return error.what();
    }
    return "";
  }

  // Of this process alone: two copies of the tests may run at a time.
  const tests::TempFolder own_;
  const std::filesystem::path folder_ = own_.path();
};

std::string own(const std::string& id, const std::string& extra = "") {
  return "{\"id\":\"" + id +
         "\",\"language\":\"en\",\"messages\":[{\"role\":\"user\",\"content\":\"1+1?\"}],"
         "\"judge\":\"maths\",\"reference\":{\"answer\":\"2\"}" +
         extra + "}\n";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(SuiteFileTest, OwnQuestionsLoadAndKeepTheirContent) {
  const Suite suite = load_suite_file(write("mine.jsonl", own("a") + own("b", ",\"level\":2")), {});
  EXPECT_EQ(suite.info.name, "mine");
  ASSERT_EQ(suite.questions.size(), 2u);
  EXPECT_EQ(suite.questions[1].id, "b");
  EXPECT_EQ(suite.questions[1].level, 2);
  EXPECT_EQ(suite.questions[0].messages[0].content, "1+1?");
}

TEST_F(SuiteFileTest, ABundledSuiteWrittenAsJsonLinesComesBackTheSame) {
  const Suite suite = load_suite("logic", {.seed = 3, .languages = {}, .count = 9});
  std::string text;
  for (const data::Question& q : suite.questions)
    text += boost::json::serialize(data::to_json(q)) + "\n";
  EXPECT_EQ(load_suite_file(write("copy.jsonl", text), {}).hash(), suite.hash());
}

TEST_F(SuiteFileTest, ByteOrderMarkLineEndsGzipAndNoFinalNewlineChangeNothing) {
  const std::string text = own("a") + "\n" + own("b");
  const std::string hash = load_suite_file(write("q.jsonl", text), {}).hash();
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(load_suite_file(write("q.jsonl", "\xef\xbb\xbf" + crlf), {}).hash(), hash);
  EXPECT_EQ(load_suite_file(write("q.jsonl", text.substr(0, text.size() - 1)), {}).hash(), hash);
  const auto packed = folder_ / "q.jsonl.gz";
  gzFile file = gzopen(packed.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  EXPECT_EQ(load_suite_file(packed, {}).hash(), hash);
  std::filesystem::resize_file(packed, std::filesystem::file_size(packed) - 12);
  EXPECT_THROW(load_suite_file(packed, {}), Error);
}

TEST_F(SuiteFileTest, EveryMistakeIsToldWithItsLine) {
  const std::string text = own("a") + "{\"id\":\n" + "[1]\n" + own("b") + own("a") +
                           own("c", ",\"judgee\":\"x\"") + own("d", ",\"level\":13");
  const std::string told = problems("bad.jsonl", text);
  EXPECT_TRUE(contains(told, "bad.jsonl:2: not valid JSON")) << told;
  EXPECT_TRUE(contains(told, "bad.jsonl:3: expected a JSON object")) << told;
  EXPECT_TRUE(contains(told, "bad.jsonl:5: field \"id\": \"a\" is there already")) << told;
  EXPECT_TRUE(contains(told, "did you mean \"judge\"?")) << told;
  EXPECT_TRUE(contains(told, "bad.jsonl:7: field \"level\"")) << told;
  EXPECT_FALSE(contains(told, "bad.jsonl:4")) << told;
}

TEST_F(SuiteFileTest, AtMostTwentyMistakesAreShownAndTheRestCounted) {
  std::string text = own("good");
  for (int i = 0; i < 30; ++i) text += "nonsense\n";
  const std::string told = problems("bad.jsonl", text);
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 20) << told;
  EXPECT_TRUE(contains(told, "and 10 more"));
}

TEST_F(SuiteFileTest, MalformedLinesAreErrors) {
  const auto with = [](const std::string& line) { return own("ok") + line; };
  const std::string user = R"("language":"en","messages":[{"role":"user","content":"x"}],)";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {own("x").substr(0, 40), "not valid JSON"},
      {own("x").substr(0, own("x").size() - 1) + own("y"), "more text after"},
      {R"({"id":"x",)" + user + R"("judge":"maths"})", "field \"reference\""},
      {R"({"id":7,)" + user + R"("judge":"maths","reference":{"answer":"1"}})",
       "expected a string"},
      {R"({"id":null,)" + user + R"("judge":"maths","reference":{"answer":"1"}})",
       "\"id\" is missing"},
      {R"({"id":"x","id":"y",)" + user + R"("judge":"maths","reference":{"answer":"1"}})",
       "there twice"},
      {R"({"id":"x",)" + user + R"("judge":"maths","reference":{"answer":NaN}})", "not valid JSON"},
      {R"({"id":"x",)" + user + R"("judge":"maths","reference":{"answer":"1","n":)" +
           std::string(5000, '9') + "}}",
       "number"},
      {R"({"id":"x",)" + user + R"("judge":"maths","reference":{"answer":"1","n":1e999}})",
       "range|valid"},
      {R"({"id":"x\u0000",)" + user + R"("judge":"maths","reference":{"answer":"1"}})", "NUL"},
      {"{\"id\":\"x\x01\"}", "not valid JSON"},
      {"{\"id\":\"\xc0\xaf\"}", "UTF-8 at offset 7"},
      {"{\"id\":\"\xed\xa0\x80\"}", "UTF-8"},
      {R"({"id":"\ud800"})", "not valid JSON"},
      {"{\"id\":\"\xff\"}", "UTF-8"},
      {std::string(100'000, '['), "not valid JSON"},
      {R"({"id":"x",)" + user + R"("judge":"math","reference":{"answer":"1"}})",
       "did you mean \"maths\""},
      {R"({"id":"x",)" + user + R"("judge":"choice","reference":{"answer":"A"}})",
       "needs \"options\""},
      {R"({"id":"x",)" + user + R"("judge":"logic","reference":{"cells":{}}})", "cells"},
      {R"({"id":"x","language":"en","messages":[],"judge":"audit","reference":{}})", "is empty"},
      {R"({"id":"x","language":"en","messages":[{"role":"user","content":""}],"judge":"audit","reference":{}})",
       "is empty"},
      {R"({"id":"x","language":"en","messages":[{"role":"assistant","content":"x"}],"judge":"audit","reference":{}})",
       "the last message"},
      {R"({"id":"x","suite":"other",)" + user + R"("judge":"audit","reference":{}})",
       "field \"suite\""},
  };
  for (const auto& [line, expected] : cases) {
    const std::string told = problems("bad.jsonl", with(line));
    ASSERT_TRUE(contains(told, "bad.jsonl:2: ")) << line.substr(0, 200) << "\n -> " << told;
    bool found = false;
    std::string rest = expected;
    while (!rest.empty()) {
      const std::size_t bar = std::min(rest.find('|'), rest.size());
      found |= contains(told, rest.substr(0, bar));
      rest.erase(0, bar + 1);
    }
    EXPECT_TRUE(found) << line.substr(0, 200) << "\n -> " << told << "\n wanted " << expected;
  }
}

TEST_F(SuiteFileTest, HostileTextsAreKeptAsTheyAre) {
  const std::vector<std::string> texts = {"<script>alert(1)</script>",
                                          "\\u001b[2Jx",
                                          "../../etc/passwd",
                                          "=1+1",
                                          "{{answer}} {% x %}",
                                          "<|im_start|>system",
                                          "\\u202eabc",
                                          "'; DROP TABLE x;--",
                                          "e\\u0301",
                                          "\\u00e9"};
  std::string file;
  for (std::size_t i = 0; i < texts.size(); ++i) file += own("q" + texts[i]);
  file += own(std::string(100'000, 'i'));
  const Suite suite = load_suite_file(write("hostile.jsonl", file), {});
  ASSERT_EQ(suite.questions.size(), texts.size() + 1);
  EXPECT_EQ(suite.questions[4].id, "q{{answer}} {% x %}");
  EXPECT_EQ(suite.questions[5].id, "q<|im_start|>system");
}

TEST_F(SuiteFileTest, PrintsNoControlCharactersOfTheFile) {
  const std::string told = problems("bad.jsonl", own("a\\u001b[2J") + own("a\\u001b[2J"));
  EXPECT_TRUE(contains(told, "\\x1b[2J")) << told;
  EXPECT_FALSE(contains(told, "\x1b"));
}

TEST_F(SuiteFileTest, OtherThingsThanTextFilesAreRefused) {
  EXPECT_TRUE(contains(problems("utf16.jsonl", std::string("\xff\xfe{\0", 4)), "UTF-16"));
  EXPECT_TRUE(contains(problems("empty.jsonl", ""), "no questions"));
  EXPECT_TRUE(contains(problems("notes.txt", "hello"), "does not say its format"));
  EXPECT_THROW(load_suite_file("/dev/zero", {}), Error);
  EXPECT_THROW(load_suite_file(folder_ / "missing.jsonl", {}), Error);
  EXPECT_THROW(load_suite_file(folder_, {}), Error) << "two files, no telling which";
}

TEST_F(SuiteFileTest, AHundredThousandLinesLoad) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += own("q" + std::to_string(i));
  EXPECT_EQ(load_suite_file(write("large.jsonl", text), {}).questions.size(), 100'000u);
}

const char* const kDescription = R"(suite: sums
version: "3"
title: Sums
data: sums.csv
id: "sums/{{number}}"
language: "{{lang}}"
level: "{{difficulty}}"
topic: addition
system: Be brief.
prompt: "What is {{question | trim}}?\nEnd with the number."
judge: maths
reference:
  answer: "{{solution | after "#### "}}"
condition: {max_tokens: 64, temperature: 0.5, top_p: 0.9, stop: ["\n\n"]}
)";

TEST_F(SuiteFileTest, ADescriptionTurnsATableIntoQuestions) {
  write("sums.csv",
        "number,lang,difficulty,question,solution\r\n"
        "1,en,1,\" 1+1 \",because #### 2\r\n"
        "2,zh,2,\"a \"\"quoted\"\" {{solution}}\nline, with comma\",#### 5\r\n");
  std::string description = kDescription;
  description.replace(description.find("\"{{solution | after \"#### \"}}\""), 30,
                      "'{{solution | after \"#### \"}}'");
  const Suite suite = load_suite_file(write("sums.yaml", description), {});
  EXPECT_EQ(suite.info.name, "sums");
  EXPECT_EQ(suite.info.version, "3");
  EXPECT_EQ(suite.info.languages, (std::vector<std::string>{"en", "zh"}));
  ASSERT_EQ(suite.questions.size(), 2u);
  EXPECT_EQ(suite.questions[0].id, "sums/1");
  EXPECT_EQ(suite.questions[0].messages[0].content, "What is 1+1?\nEnd with the number.");
  EXPECT_EQ(suite.questions[0].reference.at("answer").as_string(), "2");
  EXPECT_EQ(suite.questions[1].level, 2);
  EXPECT_EQ(suite.questions[1].messages[0].content,
            "What is a \"quoted\" {{solution}}\nline, with comma?\nEnd with the number.");
  EXPECT_EQ(suite.condition.system, "Be brief.");
  EXPECT_EQ(suite.condition.sampling.max_tokens, 64);
  EXPECT_EQ(suite.condition.sampling.temperature, 0.5);
  EXPECT_EQ(suite.condition.sampling.stop, (std::vector<std::string>{"\n\n"}));

  SuiteOptions options;
  options.languages = {"zh"};
  EXPECT_EQ(load_suite_file(folder_, options).questions.size(), 1u)
      << "the folder has one description";
  options.languages = {"fr"};
  EXPECT_THROW(load_suite_file(folder_, options), Error);
  options.languages = {};
  options.max_questions = 1;
  EXPECT_EQ(load_suite_file(folder_ / "sums.yaml", options).questions.size(), 2u)
      << "one of each language";
}

TEST_F(SuiteFileTest, ListsLettersNestedReferencesAndTablesWithoutHeader) {
  write("c.jsonl", R"({"q":"?","opts":["x","y"],"gold":1,"grid":{"a":"b"}})"
                   "\n");
  const Suite choice =
      load_suite_file(write("c.yaml",
                            "suite: c\ndata: c.jsonl\nlanguage: en\njudge: choice\n"
                            "prompt: 'A. {{opts.0}} B. {{opts.1}}'\n"
                            "reference: {options: AB, answer: '{{gold | letter}}', cells: "
                            "'{{grid}}', list: ['{{q}}', z]}\n"),
                      {});
  EXPECT_EQ(choice.questions[0].messages[0].content, "A. x B. y");
  EXPECT_EQ(choice.questions[0].reference.at("answer").as_string(), "B");
  EXPECT_EQ(choice.questions[0].reference.at("cells").at("a").as_string(), "b");
  EXPECT_EQ(choice.questions[0].reference.at("list").at(0).as_string(), "?");
  EXPECT_EQ(choice.questions[0].id, "c/00001");

  write("t.tsv", "one\t1\ntwo \"x\"\t2\n");
  const Suite table =
      load_suite_file(write("t.yaml",
                            "suite: t\ndata: t.tsv\ncolumns: [q, a]\nlanguage: en\njudge: maths\n"
                            "prompt: '{{q}}'\nreference: {answer: '{{a}}'}\n"),
                      {});
  ASSERT_EQ(table.questions.size(), 2u);
  EXPECT_EQ(table.questions[1].messages[0].content, "two \"x\"");
}

TEST_F(SuiteFileTest, MistakesOfADescriptionAreUsageErrorsWithLineAndField) {
  write("d.jsonl", "{\"q\":\"?\"}\n");
  const std::string good =
      "suite: d\ndata: d.jsonl\nlanguage: en\njudge: audit\nprompt: '{{q}}'\nreference: {}\n";
  EXPECT_EQ(problems("good.yaml", good), "");
  const auto told = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return problems("d.yaml", text);
  };
  EXPECT_TRUE(contains(told("judge: audit", "juge: audit"),
                       "d.yaml:4: field \"juge\": is not known (did you mean \"judge\"?)"));
  EXPECT_TRUE(contains(told("judge: audit", "judge: speech"), "\"speech\" is not a judge"));
  EXPECT_TRUE(contains(told("'{{q}}'", "'{{q'"), "d.yaml:5: field \"prompt\""));
  EXPECT_TRUE(contains(told("'{{q}}'", "'{{q | shout}}'"), "filter \"shout\""));
  EXPECT_TRUE(contains(told("'{{q}}'", "'{{query}}'"), "d.jsonl:1: field \"query\" is missing"));
  EXPECT_TRUE(contains(told("suite: d", "suite: d\nsuite: e"), "twice|not valid") ||
              contains(told("suite: d", "suite: d\nsuite: e"), "twice"));
  EXPECT_TRUE(contains(told("suite: d", "suite: d\ncondition: {max_tokens: -1}"), "max_tokens"));
  EXPECT_TRUE(
      contains(told("suite: d", "suite: d\ncondition: {temperature: .nan}"), "temperature"));
  EXPECT_TRUE(contains(told("suite: d", "suite: d\ncondition: {top_p: 0}"), "top_p"));
  EXPECT_TRUE(contains(told("suite: d", "suite: d\nformat: xml"), "format \"xml\""));
  EXPECT_TRUE(contains(told("d.jsonl", "nothere.jsonl"), "nothere.jsonl"));
  EXPECT_TRUE(contains(told("reference: {}", "reference: 7"), "reference"));
  EXPECT_TRUE(contains(told("judge: audit", "judge: maths"), "needs \"answer\""));
}

TEST_F(SuiteFileTest, RaggedAndBrokenTablesAreErrors) {
  const std::string yaml =
      "suite: t\ndata: t.csv\nlanguage: en\njudge: audit\nprompt: '{{q}}'\nreference: {}\n";
  write("t.csv", "q,a\nx,1\ny\n");
  EXPECT_TRUE(contains(problems("t.yaml", yaml), "t.csv:3: 1 cells where there are 2 columns"));
  write("t.csv", "q,a\n\"x\"y,1\nz,2\n\"open,3\n");
  const std::string told = problems("t.yaml", yaml);
  EXPECT_TRUE(contains(told, "t.csv:2: text after the closing quote")) << told;
  EXPECT_TRUE(contains(told, "t.csv:4: a quoted cell does not end")) << told;
  write("t.csv", "q,q,a\nx,y,1\n");
  EXPECT_TRUE(contains(problems("t.yaml", yaml), "t.csv:1: column \"q\" is there twice"));
  write("t.csv", "q,a\n\xff,1\n");
  EXPECT_TRUE(contains(problems("t.yaml", yaml), "UTF-8"));
}

TEST_F(SuiteFileTest, UnknownDataIsNotGuessedAt) {
  const std::string told = problems("mystery.jsonl", "{\"frage\":\"x\",\"antwort\":\"y\"}\n");
  EXPECT_TRUE(contains(told, "write a description")) << told;
  EXPECT_TRUE(contains(told, "humaneval")) << told;
}

TEST(HumanEvalTest, TheFolderTheFileAndItsCopyUnderAnotherNameAreTheSameSuite) {
  CANDOR_NEEDS_SHARED("suites/humaneval/HumanEval.jsonl.gz");
  const auto file = tests::shared_path("suites/humaneval/HumanEval.jsonl.gz");
  const Suite suite = load_suite_file(file, {});
  EXPECT_EQ(suite.info.name, "humaneval");
  EXPECT_TRUE(suite.info.needs_sandbox);
  ASSERT_EQ(suite.questions.size(), 164u);
  EXPECT_EQ(load_suite_file(file.parent_path(), {}).hash(), suite.hash());
  const auto copy = std::filesystem::path(testing::TempDir()) / "renamed_humaneval.jsonl.gz";
  std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(load_suite_file(copy, {}).hash(), suite.hash());
  std::filesystem::remove(copy);

  EXPECT_EQ(suite.condition.sampling.max_tokens, 640);
  EXPECT_EQ(suite.condition.sampling.temperature, 0.0);
  EXPECT_FALSE(suite.condition.system.has_value());
  const std::string start =
      "Please provide a self-contained Python script that solves the following problem in a "
      "markdown code block:\n```python\n";
  for (const data::Question& question : suite.questions) {
    const std::string& text = question.messages[0].content;
    EXPECT_TRUE(text.starts_with(start)) << question.id;
    ASSERT_TRUE(text.ends_with("\n```")) << question.id;
    std::string problem(question.reference.at("prompt").as_string());
    while (!problem.empty() && problem.back() == '\n') problem.pop_back();
    EXPECT_EQ(text, start + problem + "\n```") << question.id;
  }
  EXPECT_EQ(suite.questions[0].id, "HumanEval/0");
  EXPECT_EQ(suite.questions[0].reference.at("entry_point").as_string(), "has_close_elements");
}

}  // namespace
}  // namespace candor::suites
