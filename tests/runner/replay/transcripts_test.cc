// Every layout of transcripts, from small files of our own (samples/) and from lines written here.
#include "runner/replay/transcripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/base/error.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::filesystem::path sample(const std::string& name) {
  return tests::source_path("tests/runner/replay/samples/" + name);
}

Transcripts read_sample(const std::string& name) { return read_transcripts(sample(name), ""); }

Transcripts read(const std::string& text, const std::string& format = "",
                 const TranscriptFields& fields = {}) {
  const tests::TempFolder folder;
  return read_transcripts(folder.write("file.jsonl", text), format, fields);
}

std::string problem(const std::string& text, const std::string& format = "") {
  try {
    (void)read(text, format);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Transcripts, OurOwnExportKeepsEveryField) {
  const Transcripts found = read_sample("own.jsonl");
  EXPECT_EQ(found.format, "jsonl");
  EXPECT_THAT(found.errors, IsEmpty());
  ASSERT_EQ(found.rows.size(), 4U);
  EXPECT_EQ(found.rows[0].id, "sums/1");
  EXPECT_EQ(found.rows[0].question, "p");
  EXPECT_EQ(found.rows[0].reasoning, "3 times 4");
  EXPECT_THAT(found.rows[0].tokens, ElementsAre(5, 6, 264));
  EXPECT_THAT(found.rows[0].log_probabilities, ElementsAre(-0.5F, -0.25F, -1.0F));
  EXPECT_FALSE(found.rows[1].reasoning_closed);
  EXPECT_EQ(found.rows[1].finish, data::FinishReason::kLength);
  EXPECT_EQ(found.rows[2].repeat, 1);
  EXPECT_EQ(found.rows[2].language, "zh");
  EXPECT_EQ(found.rows[3].finish, data::FinishReason::kError);
  EXPECT_EQ(found.rows[3].error, "the connection broke");
}

TEST(Transcripts, RowsNameTheirPartsInManyWays) {
  const Transcripts found = read_sample("plain.jsonl");
  EXPECT_THAT(found.errors, IsEmpty());
  ASSERT_EQ(found.rows.size(), 6U);
  EXPECT_EQ(found.rows[0].reasoning, "3*4");
  EXPECT_EQ(found.rows[0].answer, "12");
  EXPECT_THAT(found.rows[0].golds, ElementsAre("12"));
  EXPECT_EQ(found.rows[1].id, "sums/2");
  EXPECT_EQ(found.rows[1].answer, "13");
  EXPECT_EQ(found.rows[1].reasoning, "20-7");
  EXPECT_EQ(found.rows[1].finish, data::FinishReason::kLength);
  EXPECT_EQ(found.rows[2].answer, "一共 10 元。");
  EXPECT_THAT(found.rows[2].texts, ElementsAre("小云买了5支笔，每支2元。她一共花了多少元？"));
  EXPECT_EQ(found.rows[3].id, "sums/4");
  EXPECT_THAT(found.rows[3].golds, ElementsAre("18"));
  EXPECT_EQ(found.rows[4].repeat, 1);
  EXPECT_EQ(found.rows[5].repeat, 2);
  EXPECT_EQ(found.rows[5].answer, "18");
}

TEST(Transcripts, NumbersAreReadAsTheyAreWritten) {
  const Transcripts found =
      read("{\"id\": 7, \"output\": 0.5, \"gold\": 12.25, \"n_options\": 10}");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(found.rows[0].id, "7");
  EXPECT_EQ(found.rows[0].answer, "0.5");
  EXPECT_THAT(found.rows[0].golds, ElementsAre("12.25"));
  EXPECT_EQ(found.rows[0].options, "ABCDEFGHIJ");
}

TEST(Transcripts, AnArrayOfRowsIsReadAsLinesAre) {
  const Transcripts found =
      read("\xef\xbb\xbf[\n  {\"id\": 1, \"answer\": \"a\"},\n  3,\n  {\"id\": 2}\n]\n");
  EXPECT_EQ(found.format, "jsonl");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("file.jsonl: item 2: expected an object"),
                                        AllOf(HasSubstr("item 3"), HasSubstr("--answer-field"))));
}

TEST(Transcripts, FieldsMayBeNamed) {
  const Transcripts found = read(R"({"i": 3, "a": {"b": "x"}, "c": "y"})"
                                 "\r\n"
                                 R"({"i": 4, "a": {}, "c": "y"})",
                                 "", {"i", "a.b", "c"});
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(found.rows[0].id, "3");
  EXPECT_EQ(found.rows[0].answer, "x");
  EXPECT_THAT(found.rows[0].golds, ElementsAre("y"));
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("file.jsonl:2: field \"a.b\" is missing")));
}

TEST(Transcripts, WhatCannotBeReadIsNamedAndNothingIsLost) {
  const Transcripts found = read(
      "{\"answer\": \"1\"}\nnot json\n[]\n{\"id\": 1}\n{\"answer\": \"2\", \"repeat\": -1}\n"
      "{\"answer\": \"2\", \"tokens\": [1, -2]}\n{\"answer\": \"2\", \"model\": \"a\"}\n"
      "{\"answer\": \"2\", \"model\": \"b\"}\n{\"answer\": \"2\", \"reasoning\": 3}\n");
  EXPECT_EQ(found.rows.size(), 2U);
  EXPECT_THAT(found.errors,
              ElementsAre(HasSubstr("file.jsonl:2"), HasSubstr("file.jsonl:3"),
                          HasSubstr("file.jsonl:4"), HasSubstr("file.jsonl:5: field \"repeat\""),
                          HasSubstr("file.jsonl:6: field \"tokens\""),
                          AllOf(HasSubstr("file.jsonl:8: field \"model\""), HasSubstr("alone")),
                          HasSubstr("file.jsonl:9: field \"reasoning\"")));
}

TEST(Transcripts, NothingOfARowIsLostUnsaid) {
  const Transcripts found = read(
      "{\"id\": {}, \"answer\": \"1\"}\n{\"id\": [], \"answer\": \"1\"}\n"
      "{\"id\": [1, 2], \"answer\": \"1\"}\n{\"id\": 4, \"answer\": [\"a\", null]}\n"
      "{\"id\": 5, \"answer\": [[\"a\", \"b\"]]}\n{\"id\": 6, \"answer\": \"a\", \"gold\": [1, "
      "{}]}\n"
      "{\"id\": true, \"answer\": \"1\"}\n");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(found.rows[0].id, "true");
  EXPECT_THAT(found.errors,
              ElementsAre(HasSubstr("file.jsonl:1: field \"id\""), HasSubstr("file.jsonl:2: field"),
                          HasSubstr("file.jsonl:3: field \"id\""),
                          HasSubstr("file.jsonl:4: field \"answer\": entry 2"),
                          HasSubstr("file.jsonl:5: field \"answer\": entry 1"),
                          HasSubstr("file.jsonl:6: field \"gold\": entry 2")));
  const Transcripts unnamed = read(
      "{\"spec\": {}}\n{\"type\": \"sampling\", \"sample_id\": \"\", \"data\": {\"sampled\": "
      "\"x\"}}\n");
  EXPECT_THAT(unnamed.rows, IsEmpty());
  EXPECT_THAT(unnamed.errors, ElementsAre(HasSubstr(":2: field \"sample_id\" is empty")));
}

TEST(Transcripts, TheEndOfAnAnswerIsReadByAnyOfItsNames) {
  using data::FinishReason;
  for (const auto& [fields, finish] :
       {std::pair("\"finish_reason\": \"MAX_TOKENS\"", FinishReason::kLength),
        std::pair("\"stop_reason\": \"max_tokens\"", FinishReason::kLength),
        std::pair("\"finish_reason\": null, \"stop_reason\": \"refusal\"", FinishReason::kBlock),
        std::pair("\"finish_reason\": \"SAFETY\"", FinishReason::kBlock),
        std::pair("\"stop_reason\": 151645", FinishReason::kStop),
        std::pair("\"stop_reason\": \"end_turn\"", FinishReason::kStop)}) {
    const Transcripts found = read(std::string("{\"answer\": \"a\", ") + fields + "}");
    ASSERT_EQ(found.rows.size(), 1U) << fields;
    EXPECT_EQ(found.rows[0].finish, finish) << fields;
  }
}

TEST(Transcripts, DecimalsAreWrittenAsPeopleDo) {
  const Transcripts found = read("{\"answer\": [0.5, 5.0, 1e-7, 1e21, -2.25], \"gold\": 0.00001}");
  std::vector<std::string> answers;
  for (const Transcript& row : found.rows) answers.push_back(row.answer);
  EXPECT_THAT(answers, ElementsAre("0.5", "5", "0.0000001", "1000000000000000000000", "-2.25"));
  EXPECT_THAT(found.rows[0].golds, ElementsAre("0.00001"));
}

TEST(Transcripts, NamedFieldsAreOfJsonLinesAlone) {
  const auto told = [](const TranscriptFields& fields) -> std::string {
    try {
      (void)read_transcripts(sample("inspect.json"), "", fields);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(told({"id", "", ""}), HasSubstr("--id-field id: "));
  EXPECT_THAT(told({"", "a", ""}), HasSubstr("--answer-field"));
  EXPECT_THAT(told({"", "", "g"}), HasSubstr("--gold-field"));
}

TEST(Transcripts, UnclosedThinkingHasNoAnswer) {
  const Transcripts found = read(R"({"id": 1, "answer": "<think>so 5"})");
  EXPECT_FALSE(found.rows[0].reasoning_closed);
  EXPECT_EQ(found.rows[0].answer, "");
  EXPECT_EQ(found.rows[0].reasoning, "so 5");
  EXPECT_EQ(found.rows[0].written, "<think>so 5");
}

TEST(Transcripts, AnAnswerBesideItsReasoningIsNotSplitAgain) {
  const Transcripts found = read(R"({"id": 1, "reasoning": "", "answer": "a </think> is a tag"})");
  EXPECT_EQ(found.rows[0].answer, "a </think> is a tag");
}

TEST(Transcripts, LmEvalRowsOfSeveralFiltersAreOneAnswerWithAMarkEach) {
  const Transcripts found = read_sample("samples_sums_2026-01-05T10-00-00.000001.jsonl");
  EXPECT_EQ(found.format, "lm-eval");
  EXPECT_THAT(found.errors, IsEmpty());
  ASSERT_EQ(found.rows.size(), 3U);
  EXPECT_THAT(found.rows[0].question, HasSubstr("Question: A box holds 3 rows of 4 plums."));
  EXPECT_THAT(found.rows[0].texts,
              ElementsAre("A box holds 3 rows of 4 plums. How many plums are in it?", "12"));
  EXPECT_THAT(found.rows[0].golds, ElementsAre("#### 12"));
  EXPECT_THAT(found.rows[1].marks, UnorderedElementsAre(Pair("exact_match,strict-match", 0.0),
                                                        Pair("exact_match,flexible-extract", 1.0)));
  EXPECT_EQ(found.rows[2].question, "小云买了5支笔，每支2元。她一共花了多少元？")
      << "of a chat, the user's message";
}

TEST(Transcripts, LmEvalRowsOfOptionsKeepEachLogProbability) {
  const Transcripts found = read_sample("samples_animals_2026-01-05T10-00-00.000001.jsonl");
  EXPECT_THAT(found.errors, IsEmpty());
  ASSERT_EQ(found.rows.size(), 2U);
  ASSERT_EQ(found.rows[0].scores.size(), 3U);
  EXPECT_EQ(found.rows[0].scores[1].continuation, " B");
  EXPECT_EQ(found.rows[0].scores[1].log_probability, -0.25);
  EXPECT_THAT(found.rows[0].golds, ElementsAre("B"));
  EXPECT_EQ(found.rows[1].marks.at("acc,none"), 0.0);
}

TEST(Transcripts, TheOlderLayoutOfLmEvalAndSeveralAnswers) {
  const Transcripts found = read_sample("samples_old_layout.jsonl");
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(found.rows[0].question, "Q: Half of a number is 9. What is the number?\nA:");
  EXPECT_EQ(found.rows[1].repeat, 1);
  EXPECT_EQ(found.rows[1].answer, "17");
}

TEST(Transcripts, LmEvalRowsThatHoldNothingToJudgeAreNamed) {
  const std::string row =
      R"({"doc_id": %, "target": 0, "arguments": {"gen_args_0": {"arg_0": "c", )"
      R"("arg_1": " A"}}, "resps": )";
  const auto line = [&](const char* id, const std::string& rest) {
    std::string text = row;
    text.replace(text.find('%'), 1, id);
    return text + rest + "}\n";
  };
  const Transcripts found =
      read(line("0", "[[[\"-1.5\", \"False\"]]]") + line("1", "[[-7.5]]") + line("2", "[]") +
           line("3", "[[[\"-1\", \"True\"]], [[\"-2\", \"True\"]]]") + line("4", "[[\"x\"]]") +
           line("4", "[[\"x\"]]") + line("4", "[[\"y\"]], \"filter\": \"other\"") +
           R"({"doc_id": 5, "target": 0, "resps": [[["-inf", "x"]], [["-1", "x"]]], "arguments": )"
           R"({"gen_args_0": {"arg_0": "c", "arg_1": " A"}, "gen_args_1": {"arg_0": "c", "arg_1": )"
           "\" B\"}}}\n");
  EXPECT_EQ(found.rows.size(), 1U);
  EXPECT_THAT(
      found.errors,
      ElementsAre(HasSubstr("file.jsonl:1: field \"resps\": the log-probability of one text"),
                  HasSubstr("file.jsonl:2: field \"resps\": neither answers in words"),
                  HasSubstr("file.jsonl:3: field \"resps\": expected a list of lists"),
                  HasSubstr("file.jsonl:4: field \"arguments\": 1 requests, but \"resps\" has 2"),
                  AllOf(HasSubstr("file.jsonl:6: document 4"), HasSubstr("file.jsonl:5")),
                  HasSubstr("file.jsonl:7: field \"resps\": other answers"),
                  HasSubstr("option 1: the log-probability is not a finite number")));
}

void expect_inspect(const Transcripts& found) {
  EXPECT_EQ(found.format, "inspect");
  EXPECT_EQ(found.model, "lab/tiny");
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(found.notices, IsEmpty());
  ASSERT_EQ(found.rows.size(), 5U);
  EXPECT_EQ(found.rows[0].id, "sums/1");
  EXPECT_EQ(found.rows[0].reasoning, "three fours");
  EXPECT_EQ(found.rows[0].answer, "ANSWER: 12");
  EXPECT_EQ(found.rows[0].marks.at("match"), 1.0);
  EXPECT_EQ(found.rows[1].repeat, 1) << "the second epoch";
  EXPECT_THAT(found.rows[1].golds, ElementsAre("12", "twelve"));
  EXPECT_EQ(found.rows[1].marks.at("match"), 0.0);
  EXPECT_EQ(found.rows[2].id, "2");
  EXPECT_EQ(found.rows[2].reasoning, "took away") << "the summary of what is hidden";
  EXPECT_EQ(found.rows[2].answer, "A long text. ANSWER: 13") << "an attachment";
  EXPECT_EQ(found.rows[2].finish, data::FinishReason::kLength);
  EXPECT_EQ(found.rows[2].marks.at("match"), 0.5);
  EXPECT_EQ(found.rows[3].question, "小云买了5支笔，每支2元。她一共花了多少元？");
  EXPECT_EQ(found.rows[3].finish, data::FinishReason::kLength) << "a limit of the sample";
  EXPECT_EQ(found.rows[3].marks.at("match/format"), 0.5);
  EXPECT_EQ(found.rows[4].finish, data::FinishReason::kError);
  EXPECT_EQ(found.rows[4].error, "the sandbox failed");
}

TEST(Transcripts, AnInspectLogAsJson) { expect_inspect(read_sample("inspect.json")); }

TEST(Transcripts, AnInspectLogAsAnArchiveWithZstandard) {
  expect_inspect(read_sample("inspect.eval"));
}

TEST(Transcripts, AnUnfinishedInspectLogIsReadAndSaidToBe) {
  const Transcripts found = read_sample("inspect-unfinished.eval");
  EXPECT_EQ(found.model, "lab/tiny") << "from its journal";
  EXPECT_EQ(found.rows.size(), 2U);
  EXPECT_THAT(found.notices, ElementsAre(HasSubstr("was not finished")));
}

TEST(Transcripts, InspectSamplesThatCannotBeReadAreNamed) {
  const Transcripts found = read(R"({"version": 2, "status": "cancelled", "eval": {"model": "m"},
    "samples": [{"id": 1, "epoch": 0, "output": {"completion": "5"}},
                {"id": 2, "epoch": 1, "input": "x"}, 7,
                {"id": 3, "epoch": 1, "output": {"model": "m"}},
                {"id": 4, "epoch": 1, "output": {"completion": "attachment://nowhere"}},
                {"id": 5, "epoch": 1, "output": {"completion": "5"}}]})");
  EXPECT_EQ(found.rows.size(), 1U);
  EXPECT_THAT(found.notices, ElementsAre(HasSubstr("status is cancelled")));
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("sample 1: field \"epoch\""),
                                        HasSubstr("sample 2: field \"output\" is missing"),
                                        HasSubstr("sample 3: expected an object"),
                                        HasSubstr("sample 4: output: field \"choices\" is missing"),
                                        HasSubstr("sample 5: field \"attachments\"")));
  EXPECT_THAT(problem(R"({"version": 2, "status": "success", "eval": {}})"),
              HasSubstr("field \"samples\" is missing"));
}

TEST(Transcripts, OpenAiEvalsEventsAreJoinedBySample) {
  const Transcripts found = read_sample("openai-evals.jsonl");
  EXPECT_EQ(found.format, "openai-evals");
  EXPECT_EQ(found.model, "lab/tiny");
  ASSERT_EQ(found.rows.size(), 3U);
  EXPECT_EQ(found.rows[0].answer, "12");
  EXPECT_EQ(found.rows[0].marks.at("match"), 1.0);
  EXPECT_EQ(found.rows[0].question, "A box holds 3 rows of 4 plums. How many plums are in it?");
  EXPECT_EQ(found.rows[1].answer, "13") << "of the last turn";
  EXPECT_EQ(found.rows[1].question, "Ida had 20 stamps and gave 7 away. How many has she left?");
  EXPECT_THAT(found.rows[1].golds, ElementsAre("13", "thirteen"));
  EXPECT_EQ(found.rows[2].answer, "11") << "not the grader's";
  EXPECT_THAT(found.notices, ElementsAre(HasSubstr("1 further samplings")));
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("sums.4: has no \"sampling\" event")));
}

TEST(Transcripts, PredictionsOfEvalscopeAndOpenCompass) {
  const Transcripts scope = read_sample("evalscope.jsonl");
  EXPECT_EQ(scope.format, "evalscope");
  EXPECT_EQ(scope.model, "lab/tiny");
  ASSERT_EQ(scope.rows.size(), 2U);
  EXPECT_EQ(scope.rows[0].question, "A box holds 3 rows of 4 plums. How many plums are in it?");
  EXPECT_EQ(scope.rows[1].finish, data::FinishReason::kLength);
  const Transcripts compass = read_sample("opencompass.json");
  EXPECT_EQ(compass.format, "opencompass");
  ASSERT_EQ(compass.rows.size(), 3U);
  EXPECT_EQ(compass.rows[0].question, "A box holds 3 rows of 4 plums. How many plums are in it?");
  EXPECT_EQ(compass.rows[2].repeat, 1);
}

TEST(Transcripts, SeveralFilesAreOneWhereFormatAndModelAgree) {
  const Transcripts found = read_transcripts(
      std::vector<std::filesystem::path>{sample("inspect.json"), sample("inspect-unfinished.eval")},
      "");
  EXPECT_EQ(found.rows.size(), 7U);
  EXPECT_EQ(found.notices.size(), 1U);
  const tests::TempFolder folder;
  const auto other =
      folder.write("other.json",
                   R"({"version": 2, "status": "success", "eval": {"model": "b"}, "samples": []})");
  const auto together = [](std::vector<std::filesystem::path> files) -> std::string {
    try {
      (void)read_transcripts(files, "");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(together({sample("inspect.json"), other}), HasSubstr("is of the model \"b\""));
  EXPECT_THAT(together({sample("inspect.json"), sample("own.jsonl")}),
              HasSubstr("of the format jsonl"));
}

TEST(Transcripts, OtherFilesAreRefusedWithWhatTheyAre) {
  EXPECT_THAT(problem("PK\x03\x04"), HasSubstr("not a readable ZIP archive"));
  EXPECT_THAT(problem("PAR1 and more"), HasSubstr("Parquet"));
  EXPECT_THAT(problem(R"({"results": {}, "configs": {}})"), HasSubstr("samples_*.jsonl"));
  EXPECT_THAT(problem(" \n"), HasSubstr("is empty"));
  EXPECT_THAT(problem("\xff\xfe{\0"), HasSubstr("UTF-16"));
  EXPECT_THAT(problem("{}", "parquet"), HasSubstr("known are jsonl, lm-eval"));
  EXPECT_THAT(problem("\x1f\x8b\x08\x00", ""), HasSubstr("gzip"));
  EXPECT_THROW(read_transcripts("/nowhere.jsonl", ""), Error);
}

TEST(Transcripts, AFileOfManyRowsIsReadInPieces) {
  const tests::TempFolder folder;
  std::string text;
  const std::string filler(3000, 'x');
  for (int i = 0; i < 1000; ++i) {
    text += "{\"id\": " + std::to_string(i) + ", \"answer\": \"" + filler + "\"}\n";
  }
  const Transcripts found = read_transcripts(folder.write("many.jsonl", text), "");
  ASSERT_EQ(found.rows.size(), 1000U);
  EXPECT_EQ(found.rows[999].place.substr(found.rows[999].place.rfind(':')), ":1000");
  EXPECT_EQ(found.rows[999].answer, filler);
}

// Whatever is cut off or changed: an Error or rows and errors, never a crash, never nothing at all.
TEST(Transcripts, NoDamageIsPassedOverInSilence) {
  const tests::TempFolder folder;
  for (const char* name :
       {"own.jsonl", "plain.jsonl", "samples_sums_2026-01-05T10-00-00.000001.jsonl",
        "samples_animals_2026-01-05T10-00-00.000001.jsonl", "inspect.json", "inspect.eval",
        "inspect-unfinished.eval", "openai-evals.jsonl", "evalscope.jsonl", "opencompass.json"}) {
    SCOPED_TRACE(name);
    std::ifstream in(sample(name), std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const Transcripts good = read_sample(name);
    const auto answers = [](const Transcripts& found) {
      std::string all;
      for (const Transcript& row : found.rows) all += row.id + "\n" + row.answer + "\n";
      return all;
    };
    const auto try_it = [&](const std::string& text, bool cut) {
      try {
        const Transcripts found = read_transcripts(folder.write("damaged", text), "");
        EXPECT_GT(found.rows.size() + found.errors.size(), 0U);
        if (cut && found.rows.size() < good.rows.size() && found.errors.empty()) {
          // Lines that are gone leave no trace where the cut is between two.
          EXPECT_TRUE(text.ends_with('\n') || text.ends_with('}')) << text.substr(text.size() - 20);
        }
        if (text == whole) {
          EXPECT_EQ(answers(found), answers(good));
        }
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("damaged"));  // the file's name
      }
    };
    const std::size_t step = std::max<std::size_t>(whole.size() / 31, 1);
    for (std::size_t at = 1; at < whole.size(); at += step) {
      try_it(whole.substr(0, at), true);
      for (const char byte : {'\0', '"', '\xff'}) {
        std::string changed = whole;
        changed[at] = byte;
        try_it(changed, false);
      }
    }
    try_it(whole, false);
  }
}

}  // namespace
}  // namespace candor::runner
