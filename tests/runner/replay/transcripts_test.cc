#include "runner/replay/transcripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "data/base/error.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Transcripts read(const std::string& text, const std::string& format = "",
                 const TranscriptFields& fields = {}) {
  const tests::TempFolder folder;
  const std::filesystem::path file = folder.path() / "file.jsonl";
  std::ofstream(file) << text;
  return read_transcripts(file, format, fields);
}

TEST(Transcripts, LinesOfOurOwn) {
  const Transcripts read_back = read(
      R"({"question": "sum/1", "repeat": 2, "reasoning": "r", "answer": "5", "finish": "length"})"
      "\n\n"
      R"({"id": 7, "output": "<think>maybe 4</think>\n5", "gold": 5, "n_options": 10})");
  EXPECT_EQ(read_back.format, "jsonl");
  ASSERT_EQ(read_back.rows.size(), 2U);
  EXPECT_EQ(read_back.rows[0].id, "sum/1");
  EXPECT_EQ(read_back.rows[0].repeat, 2);
  EXPECT_EQ(read_back.rows[0].finish, data::FinishReason::kLength);
  EXPECT_EQ(read_back.rows[1].id, "7");
  EXPECT_EQ(read_back.rows[1].reasoning, "maybe 4");
  EXPECT_EQ(read_back.rows[1].answer, "\n5");
  EXPECT_EQ(read_back.rows[1].gold, "5");
  EXPECT_EQ(read_back.rows[1].options, "ABCDEFGHIJ");
}

TEST(Transcripts, FieldsMayBeNamed) {
  const Transcripts found = read(R"({"i": 3, "a": {"b": "x"}, "c": "y"})"
                                 "\n"
                                 R"({"i": 4, "a": {}, "c": "y"})",
                                 "", {"i", "a.b", "c"});
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(found.rows[0].id, "3");
  EXPECT_EQ(found.rows[0].answer, "x");
  EXPECT_EQ(found.rows[0].gold, "y");
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("file.jsonl:2: field \"a.b\" is missing")));
}

TEST(Transcripts, WhatCannotBeReadIsNamedAndNothingIsLost) {
  const Transcripts found =
      read("{\"answer\": \"1\"}\nnot json\n[]\n{\"id\": 1}\n{\"answer\": \"2\"}\n");
  EXPECT_EQ(found.rows.size(), 2U);
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("file.jsonl:2"), HasSubstr("file.jsonl:3"),
                                        HasSubstr("file.jsonl:4")));
}

TEST(Transcripts, UnclosedThinkingHasNoAnswer) {
  const Transcripts found = read(R"({"id": 1, "answer": "<think>so 5"})");
  EXPECT_FALSE(found.rows[0].reasoning_closed);
  EXPECT_EQ(found.rows[0].answer, "");
  EXPECT_EQ(found.rows[0].reasoning, "so 5");
}

TEST(Transcripts, LmEvalRowsOfSeveralFiltersAreOneAnswer) {
  const std::string row =
      R"({"doc_id": 0, "target": "#### 5", "arguments": {"gen_args_0": {"arg_0": "What is 2+3?"}}, )"
      R"("resps": [["It is 5", "4"]], "filter": ")";
  const Transcripts found =
      read(row + "strict\"}\n" + row + "flexible\"}\n" +
           R"({"doc_id": 1, "target": 0, "resps": [[["-1.5", "False"]]], "filter": "none"})");
  EXPECT_EQ(found.format, "lm-eval");
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(found.rows[0].question, "What is 2+3?");
  EXPECT_EQ(found.rows[0].gold, "#### 5");
  EXPECT_EQ(found.rows[1].repeat, 1);
  EXPECT_EQ(found.rows[1].answer, "4");
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("log-likelihoods")));
}

TEST(Transcripts, InspectLogs) {
  const Transcripts found = read(R"({
    "version": 2, "status": "success", "eval": {"model": "lab/model"},
    "samples": [
      {"id": 1, "epoch": 2, "input": [{"role": "system", "content": "s"},
                                      {"role": "user", "content": "What is 2+3?"}],
       "target": "5",
       "output": {"model": "m", "completion": "5",
                  "choices": [{"stop_reason": "max_tokens",
                               "message": {"role": "assistant",
                                           "content": [{"type": "reasoning", "reasoning": "r"},
                                                       {"type": "text", "text": "five"}]}}]}},
      {"id": "b", "epoch": 1, "input": "x", "target": ["A", "B"], "error": {"message": "failed"}},
      {"id": "c", "epoch": 1, "input": "x", "target": "A"}]})");
  EXPECT_EQ(found.format, "inspect");
  EXPECT_EQ(found.model, "lab/model");
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(found.rows[0].id, "1");
  EXPECT_EQ(found.rows[0].repeat, 1);
  EXPECT_EQ(found.rows[0].question, "What is 2+3?");
  EXPECT_EQ(found.rows[0].answer, "five");
  EXPECT_EQ(found.rows[0].reasoning, "r");
  EXPECT_EQ(found.rows[0].finish, data::FinishReason::kLength);
  EXPECT_EQ(found.rows[1].finish, data::FinishReason::kError);
  EXPECT_EQ(found.rows[1].error, "failed");
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("sample 3")));
}

TEST(Transcripts, OpenAiEvalsEventsAreJoinedBySample) {
  const Transcripts found = read(
      R"({"spec": {"completion_fns": ["gpt"], "eval_name": "e"}})"
      "\n"
      R"({"sample_id": "e.1", "type": "sampling", "data": {"prompt": [{"role": "user", "content": "q"}], "sampled": ["5"]}})"
      "\n"
      R"({"sample_id": "e.1", "type": "match", "data": {"correct": true, "expected": "5", "picked": "5"}})"
      "\n"
      R"({"sample_id": "e.2", "type": "match", "data": {"expected": "5"}})"
      "\n"
      R"({"final_report": {"accuracy": 1.0}})");
  EXPECT_EQ(found.format, "openai-evals");
  EXPECT_EQ(found.model, "gpt");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(found.rows[0].answer, "5");
  EXPECT_EQ(found.rows[0].gold, "5");
  EXPECT_EQ(found.rows[0].question, "q");
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("e.2")));
}

TEST(Transcripts, OtherFilesAreRefused) {
  EXPECT_THROW(read("PK\x03\x04"), Error);
  EXPECT_THROW(read("{}", "parquet"), Error);
  EXPECT_THROW(read_transcripts("/nowhere.jsonl", ""), Error);
}

}  // namespace
}  // namespace candor::runner
