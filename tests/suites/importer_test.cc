// Layouts of data files as they are found elsewhere, and task files with lm-evaluation-harness's
// names.
#include <gmock/gmock.h>
#include <zlib.h>

#include "data/base/error.h"
#include "data/records/option_scores.h"
#include "suites/suites.h"
#include "tests/support/temp_folder.h"

namespace candor::suites {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ImporterTest : public testing::Test {
 protected:
  // A set of one data file, asked with options and judged by letter.
  Suite load(const std::string& data_name, const std::string& data, const std::string& fields) {
    folder_.write(data_name, data);
    return load_suite_file(
        folder_.write("set.yaml", "suite: set\nlanguage: en\ndata: " + data_name + "\n" + fields),
        {});
  }
  std::string problem(const std::string& data_name, const std::string& data,
                      const std::string& fields) {
    try {
      (void)load(data_name, data, fields);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  // A task file, alone in its way of writing.
  Suite task(const std::string& text) {
    return load_suite_file(folder_.write("task.yaml", text), {});
  }
  std::string task_problem(const std::string& text) {
    try {
      (void)task(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static std::string answer(const data::Question& question) {
    return std::string(question.reference.at("answer").as_string());
  }
  static std::string prompt(const data::Question& question) {
    return question.messages.back().content;
  }

  static constexpr const char* kSums =
      "prompt: '{{q}}'\njudge: maths\nreference: {answer: '{{a}}'}\n";
  static constexpr const char* kChoice =
      "prompt: '{{item.question}} {{item.choices}}'\njudge: choice\n"
      "reference: {options: '{{item.letters}}', answer: '{{item.answer}}'}\n";

  tests::TempFolder folder_;
};

TEST_F(ImporterTest, OptionsInAnObjectOfTextsAndLabels) {
  const Suite suite = load(
      "arc.jsonl",
      R"({"q":"Which flies?","choices":{"text":["a hen","a swift"],"label":["A","B"]},"key":"B"})"
      "\n"
      R"({"q":"Which swims?","choices":{"text":["a cod","an ant","a fly"],"label":["1","2","3"]},"key":"1"})"
      "\n",
      std::string("question: '{{q}}'\noptions: '{{choices.text}}'\n"
                  "answer: '{{key | place_in \"choices.label\" | letter}}'\n") +
          kChoice);
  ASSERT_EQ(suite.questions.size(), 2U);
  EXPECT_EQ(answer(suite.questions[0]), "B");
  EXPECT_EQ(answer(suite.questions[1]), "A");
  EXPECT_EQ(prompt(suite.questions[1]), "Which swims? A. a cod\nB. an ant\nC. a fly");
  EXPECT_THAT(problem("arc.jsonl",
                      R"({"q":"?","choices":{"text":["x","y"],"label":["A","B"]},"key":"E"})"
                      "\n",
                      std::string("question: '{{q}}'\noptions: '{{choices.text}}'\n"
                                  "answer: '{{key | place_in \"choices.label\" | letter}}'\n") +
                          kChoice),
              AllOf(HasSubstr("arc.jsonl:1"), HasSubstr("\"E\" is not in \"choices.label\"")));
}

TEST_F(ImporterTest, OptionsInAListOfObjectsByPlace) {
  const Suite suite = load(
      "o.jsonl",
      R"({"q":"Which?","choices":[{"label":"x","text":"one"},{"label":"y","text":"two"}],"n":0})"
      "\n",
      std::string("question: '{{q}}'\noptions: ['{{choices.0.text}}', '{{choices.1.text}}']\n"
                  "answer: '{{n | letter}}'\n") +
          kChoice);
  EXPECT_EQ(prompt(suite.questions[0]), "Which? A. one\nB. two");
}

TEST_F(ImporterTest, EndingsWithTheNumberOfTheRightOneAsANumberOrAText) {
  const Suite suite = load("h.jsonl",
                           R"({"ctx":"He sat","endings":["down.","up a tree.","on"],"label":2})"
                           "\n"
                           R"({"ctx":"She ran","endings":["off.","blue."],"label":"0"})"
                           "\n",
                           std::string("question: '{{ctx}}'\noptions: '{{endings}}'\n"
                                       "answer: '{{label | letter}}'\n") +
                               kChoice);
  EXPECT_EQ(answer(suite.questions[0]), "C");
  EXPECT_EQ(answer(suite.questions[1]), "A");
}

TEST_F(ImporterTest, OfSeveralGoldAnswersOneIsChosenAndTheListItselfIsRefused) {
  const char* row = "{\"q\":\"2+2?\",\"a\":[\"4\",\"four\"]}\n";
  EXPECT_EQ(
      answer(load("m.jsonl", row, "prompt: '{{q}}'\njudge: maths\nreference: {answer: '{{a.0}}'}\n")
                 .questions[0]),
      "4");
  EXPECT_THAT(problem("m.jsonl", row, kSums),
              AllOf(HasSubstr("m.jsonl:1"), HasSubstr("\"answer\" as a text")));
}

TEST_F(ImporterTest, ATableWithQuotedLinesAndCommas) {
  const Suite suite = load("t.csv", "q,a\r\n\"1,\n\"\"one\"\"\r\nand 1?\",2\r\n\r\n3+3?,6", kSums);
  ASSERT_EQ(suite.questions.size(), 2U);
  EXPECT_EQ(prompt(suite.questions[0]), "1,\n\"one\"\r\nand 1?");
  EXPECT_EQ(answer(suite.questions[1]), "6");
}

TEST_F(ImporterTest, TabsAByteOrderMarkAndWindowsLineEnds) {
  const Suite suite = load("t.tsv", "\xef\xbb\xbfq\ta\r\n5 \"x\"?\t5\r\n", kSums);
  EXPECT_EQ(prompt(suite.questions[0]), "5 \"x\"?");
}

TEST_F(ImporterTest, AJsonArrayAndRowsInsideAnObject) {
  const std::string rows = R"([{"q":"1?","a":1},{"q":"0.5?","a":0.5}])";
  const Suite list = load("d.json", rows, kSums);
  EXPECT_EQ(answer(list.questions[1]), "0.5") << "as it is written";
  for (const char* name : {"data", "examples", "rows"}) {
    const std::string data = std::string("{\"version\":1,\"") + name + "\":" + rows + "}";
    EXPECT_EQ(load("d.json", data, std::string("rows: ") + name + "\n" + kSums).questions.size(),
              2U);
    EXPECT_THAT(problem("d.json", data, kSums), HasSubstr(std::string("`rows: ") + name + "`"));
  }
  EXPECT_EQ(load("d.json", "{\"a\":{\"b\":" + rows + "}}", std::string("rows: a.b\n") + kSums)
                .questions.size(),
            2U);
}

TEST_F(ImporterTest, PackedFilesAreUnpacked) {
  const std::string text = "{\"q\":\"1?\",\"a\":1}\n";
  const auto path = folder_.path() / "g.jsonl.gz";
  gzFile file = ::gzopen(path.c_str(), "wb");
  ASSERT_EQ(::gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
            static_cast<int>(text.size()));
  ::gzclose(file);
  const Suite suite = load_suite_file(
      folder_.write("set.yaml",
                    std::string("suite: set\nlanguage: en\ndata: g.jsonl.gz\n") + kSums),
      {});
  EXPECT_EQ(suite.questions.size(), 1U);
}

TEST_F(ImporterTest, OtherKindsOfFilesAreRefusedWithWhatToDo) {
  EXPECT_THAT(problem("p.parquet", "PAR1", kSums), HasSubstr("write its rows as JSON lines first"));
  EXPECT_THAT(problem("p.jsonl", "PAR1....", kSums), HasSubstr("is a Parquet file"));
  EXPECT_THAT(problem("p.xlsx", "PK", kSums), HasSubstr("save it as CSV"));
  EXPECT_THAT(problem("p.tar.gz", "x", kSums), HasSubstr("unpack it first"));
}

TEST_F(ImporterTest, AllMistakesOfAFileAreListed) {
  std::string rows;
  for (int i = 0; i < 25; ++i) rows += i % 2 == 0 ? "{\"q\":\"?\"}\n" : "{\"q\":1,\"a\":[]}\n";
  const std::string text = problem("many.jsonl", rows, kSums);
  EXPECT_THAT(text, AllOf(HasSubstr("many.jsonl:1: field \"a\" is missing"),
                          HasSubstr("many.jsonl:20: "), HasSubstr("and 5 more")));
}

TEST_F(ImporterTest, ATaskOfChoicesIsScoredAsItsFileSays) {
  folder_.write("q.jsonl", R"({"query":" Which flies? ","choices":["a hen","a swift"],"gold":1})"
                           "\n");
  const Suite suite = task(
      "task: birds\ndataset_path: json\ndataset_kwargs: {data_files: {test: q.jsonl}}\n"
      "test_split: test\noutput_type: multiple_choice\ndoc_to_text: \"Q: {{query.strip()}}\\nA:\"\n"
      "doc_to_target: gold\ndoc_to_choice: \"{{choices}}\"\n"
      "metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]\n"
      "metadata: {version: 1.0}\n");
  ASSERT_EQ(suite.questions.size(), 1U);
  const data::Question& question = suite.questions[0];
  EXPECT_EQ(suite.info.name, "birds");
  EXPECT_EQ(question.judge, "likelihood");
  EXPECT_EQ(prompt(question), "Q: Which flies?\nA:");
  EXPECT_THAT(data::continuations(question), ElementsAre(" a hen", " a swift"));
  EXPECT_EQ(answer(question), "B");
  EXPECT_TRUE(suite.condition.raw) << "no chat template, as there";
}

TEST_F(ImporterTest, ATaskWithLettersAsChoicesAndATextAsTarget) {
  folder_.write("q.jsonl", R"({"q":"Which?","o":["x","y","z"],"answer":"C"})"
                           "\n");
  const Suite suite = task(
      "task: t\ndata: q.jsonl\noutput_type: multiple_choice\n"
      "doc_to_text: \"{{q}}\\nA. {{o[0]}}\\nB. {{o[1]}}\\nC. {{o[2]}}\\nAnswer:\"\n"
      "doc_to_choice: [A, B, C]\ndoc_to_target: answer\nmetric_list: [{metric: acc_norm}]\n");
  EXPECT_EQ(answer(suite.questions[0]), "C");
  EXPECT_EQ(suite.questions[0].reference.at("by").as_string(), "characters");
  EXPECT_EQ(prompt(suite.questions[0]), "Which?\nA. x\nB. y\nC. z\nAnswer:");
}

TEST_F(ImporterTest, ATaskThatGenerates) {
  folder_.write("q.jsonl", R"({"question":"2+3?","answer":{"value":5}})"
                           "\n");
  const Suite suite = task(
      "task: t\ndataset_path: json\ndataset_kwargs: {data_files: q.jsonl}\n"
      "doc_to_text: question\ndoc_to_target: \"{{answer['value']}}\"\njudge: maths\n"
      "description: \"Count.\"\n"
      "generation_kwargs: {until: [\"\\n\"], max_gen_toks: 32, do_sample: false}\nnum_fewshot: "
      "0\n");
  EXPECT_EQ(prompt(suite.questions[0]), "Count. 2+3?");
  EXPECT_EQ(answer(suite.questions[0]), "5");
  EXPECT_EQ(suite.questions[0].judge, "maths");
  EXPECT_EQ(suite.condition.sampling.max_tokens, 32);
  EXPECT_EQ(suite.condition.sampling.temperature, 0);
  EXPECT_THAT(suite.condition.sampling.stop, ElementsAre("\n"));
}

TEST_F(ImporterTest, WhatOfATaskDoesNotMapIsNamedAllAtOnce) {
  const std::string text = task_problem(
      "task: t\n"
      "dataset_path: lab/birds\n"
      "doc_to_text: \"{% for x in y %}{{x}}{% endfor %}\"\n"
      "doc_to_target: \"{{answer | lower}}\"\n"
      "process_docs: !function utils.process\n"
      "filter_list: [{name: strict}]\n"
      "num_fewshot: 5\n"
      "repeats: 4\n"
      "doc_too_text: x\n"
      "metric_list: [{metric: bleu}]\n");
  EXPECT_THAT(text, AllOf(HasSubstr("task.yaml:2: field \"dataset_path\""),
                          HasSubstr("name it with `data`"),
                          HasSubstr("task.yaml:3: field \"doc_to_text\": has statements of Jinja"),
                          HasSubstr("task.yaml:4: field \"doc_to_target\""),
                          HasSubstr("task.yaml:5: field \"process_docs\": is a Python function"),
                          HasSubstr("task.yaml:6: field \"filter_list\"")));
  EXPECT_THAT(text, AllOf(HasSubstr("task.yaml:7: field \"num_fewshot\""),
                          HasSubstr("task.yaml:8: field \"repeats\""),
                          HasSubstr("did you mean \"doc_to_text\"?"),
                          HasSubstr("task.yaml:10: field \"metric_list\"")));
  EXPECT_THAT(task_problem("task: t\ndata: q.jsonl\ndoc_to_text: q\ndoc_to_target: a\n"
                           "output_type: loglikelihood_rolling\njudge: exact\n"),
              HasSubstr("field \"output_type\""));
}

}  // namespace
}  // namespace candor::suites
