#include "data/store/store.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <bit>
#include <thread>

#include "tests/data/store/store_fixture.h"

namespace candor::tests {
namespace {

using data::StoreReader;
using data::StoreWriter;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<data::SampleRow> samples_of(StoreReader& reader, const std::string& run) {
  std::vector<data::SampleRow> rows;
  reader.samples(run, [&](const data::SampleRow& row) { rows.push_back(row); });
  return rows;
}

// What a question outside the store holds, down to the kind of each JSON number.
void expect_equal(const data::Question& a, const data::Question& b) {
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.topic, b.topic);
  EXPECT_EQ(a.messages, b.messages);
  EXPECT_EQ(a.reference, b.reference);
}

class Store : public StoreFolder {
 protected:
  void SetUp() override {
    writer_ = StoreWriter::open(path_);
    run_ = writer_->start(odd_manifest()).id;
    writer_->put(odd_question());
    writer_->put(odd_condition());
  }
  std::int64_t put_sample(int repeat = 0) {
    return writer_->put(run_, odd_generation(odd_question(), odd_condition(), repeat));
  }

  std::unique_ptr<StoreWriter> writer_;
  std::string run_;
};

TEST_F(Store, EveryFieldOfEveryRecordSurvivesTheRoundTripExactly) {
  const data::Generation put = odd_generation(odd_question(), odd_condition());
  const std::int64_t id = writer_->put(run_, put);
  writer_->put(id, odd_verdict());
  writer_.reset();

  const auto reader = StoreReader::open(path_);
  const auto rows = samples_of(*reader, run_);
  ASSERT_THAT(rows, SizeIs(1));
  const data::SampleRow& row = rows[0];
  EXPECT_EQ(row.generation_id, id);
  expect_equal(row.question, odd_question());
  EXPECT_EQ(row.condition.hash(), odd_condition().hash());
  EXPECT_EQ(row.condition.sampling, odd_condition().sampling);
  EXPECT_EQ(row.condition.system, "");
  EXPECT_EQ(row.condition.shots, odd_condition().shots);

  const data::Generation& got = row.generation;
  EXPECT_EQ(got.sample, put.sample);
  EXPECT_EQ(got.prompt, put.prompt);
  EXPECT_EQ(got.reasoning, put.reasoning);
  EXPECT_EQ(got.answer, put.answer);
  EXPECT_EQ(got.reasoning_closed, put.reasoning_closed);
  EXPECT_EQ(got.finish, put.finish);
  EXPECT_EQ(got.delivery, put.delivery);
  EXPECT_EQ(got.error, put.error);
  EXPECT_EQ(got.prompt_tokens, put.prompt_tokens);
  EXPECT_EQ(got.tokens, put.tokens);
  EXPECT_EQ(got.log_probabilities, put.log_probabilities);
  EXPECT_TRUE(std::signbit(got.log_probabilities[0]));
  EXPECT_EQ(std::bit_cast<std::uint64_t>(got.seconds), std::bit_cast<std::uint64_t>(put.seconds));

  ASSERT_THAT(row.verdicts, SizeIs(1));
  const data::Verdict& verdict = row.verdicts[0];
  const data::Verdict wanted = odd_verdict();
  EXPECT_EQ(verdict.judge, wanted.judge);
  EXPECT_EQ(verdict.version, wanted.version);
  EXPECT_EQ(verdict.outcome, wanted.outcome);
  EXPECT_EQ(verdict.truncated, wanted.truncated);
  EXPECT_EQ(verdict.value, wanted.value);
  EXPECT_EQ(verdict.extracted, wanted.extracted);
  EXPECT_EQ(verdict.reason, wanted.reason);
  EXPECT_EQ(verdict.delivery, wanted.delivery);
  EXPECT_EQ(verdict.content, wanted.content);
  EXPECT_EQ(verdict.parts, wanted.parts);
  EXPECT_EQ(to_json(verdict.spans), to_json(wanted.spans));

  const data::Run run = reader->run(run_);
  EXPECT_EQ(to_json(run.manifest), to_json(odd_manifest()));
  EXPECT_EQ(run.status, "running");
  EXPECT_EQ(run.manifest.plan_hash(), odd_manifest().plan_hash());
}

TEST_F(Store, AVerdictWithoutAValueComesBackWithoutOne) {
  data::Verdict verdict = odd_verdict();
  verdict.value.reset();
  verdict.parts = {};
  verdict.spans = {};
  writer_->put(put_sample(), verdict);
  const auto reader = StoreReader::open(path_);
  const data::Verdict got = samples_of(*reader, run_).at(0).verdicts.at(0);
  EXPECT_EQ(got.value, std::nullopt);
  EXPECT_TRUE(got.parts.empty());
  EXPECT_TRUE(got.spans.empty());
}

TEST_F(Store, TheNewestVerdictOfEachJudgeWinsAndOlderOnesAreKept) {
  const std::int64_t id = put_sample();
  data::Verdict first = odd_verdict("audit", "1");
  data::Verdict second = odd_verdict("audit", "2");
  second.content = "full";
  data::Verdict other = odd_verdict("panel", "1");
  writer_->put(id, first);
  writer_->put(id, other);
  writer_->put(id, second);
  writer_->put(id, second);  // the same finding again adds nothing
  const auto reader = StoreReader::open(path_);
  const auto verdicts = samples_of(*reader, run_).at(0).verdicts;
  ASSERT_THAT(verdicts, SizeIs(2));
  EXPECT_EQ(verdicts[0].judge, "audit");
  EXPECT_EQ(verdicts[0].content, "full");
  EXPECT_EQ(verdicts[1].judge, "panel");

  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
  std::string count;
  sqlite3_exec(
      handle, "SELECT count(*) FROM verdicts",
      [](void* out, int, char** values, char**) {
        *static_cast<std::string*>(out) = values[0];
        return 0;
      },
      &count, nullptr);
  sqlite3_close(handle);
  EXPECT_EQ(count, "3");

  // Going back to an older finding makes it the newest.
  writer_->put(id, first);
  EXPECT_EQ(samples_of(*reader, run_).at(0).verdicts.at(0).content, "official_line");
}

TEST_F(Store, OutcomeCountsSumToTheNumberAsked) {
  const data::Outcome outcomes[] = {data::Outcome::kRight,     data::Outcome::kWrong,
                                    data::Outcome::kAnswered,  data::Outcome::kUnparsed,
                                    data::Outcome::kRefused,   data::Outcome::kBlocked,
                                    data::Outcome::kTruncated, data::Outcome::kError};
  int repeat = 0;
  for (const data::Outcome outcome : outcomes) {
    data::Verdict verdict = odd_verdict();
    verdict.outcome = outcome;
    writer_->put(put_sample(repeat++), verdict);
  }
  const std::int64_t twice = put_sample(repeat++);
  data::Verdict verdict = odd_verdict();
  verdict.outcome = data::Outcome::kRight;
  writer_->put(twice, verdict);
  verdict.outcome = data::Outcome::kWrong;
  writer_->put(twice, verdict);
  writer_->put(twice, odd_verdict("panel"));  // another judge's finding does not count twice
  put_sample(repeat++);                       // and one that nobody judged yet

  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
  std::string row;
  sqlite3_exec(
      handle,
      "SELECT asked || ' = ' || right || '+' || wrong || '+' || answered || '+' || unparsed || '+'"
      " || refused || '+' || blocked || '+' || truncated || '+' || error || '+' || unjudged"
      " FROM outcome_counts",
      [](void* out, int, char** values, char**) {
        *static_cast<std::string*>(out) += values[0];
        return 0;
      },
      &row, nullptr);
  sqlite3_close(handle);
  EXPECT_EQ(row, "10 = 1+2+1+1+1+1+1+1+1");
}

TEST_F(Store, AnswerLengthsAreTheMeanOfAllFinishedAnswersToAQuestion) {
  EXPECT_TRUE(writer_->answer_lengths().empty());
  data::Generation generation = odd_generation(odd_question(), odd_condition());
  const auto put = [&](int repeat, std::size_t tokens, data::FinishReason finish) {
    generation.sample.repeat = repeat;
    generation.tokens.assign(tokens, 7);
    generation.log_probabilities.assign(tokens, -1.0F);
    generation.finish = finish;
    writer_->put(run_, generation);
  };
  put(1, 10, data::FinishReason::kStop);
  put(2, 31, data::FinishReason::kLength);
  put(3, 500, data::FinishReason::kError);
  const auto lengths = writer_->answer_lengths();
  ASSERT_THAT(lengths, SizeIs(1));
  EXPECT_DOUBLE_EQ(lengths.at(odd_question().hash()), 20.5);
}

TEST_F(Store, ASampleIsStoredOnce) {
  put_sample();
  EXPECT_THAT(error_of([&] { put_sample(); }), HasSubstr("stored already"));
  EXPECT_THAT(writer_->stored(run_), SizeIs(1));
  EXPECT_EQ(writer_->stored(run_)[0],
            (data::SampleKey{odd_question().hash(), odd_condition().hash(), 0}));
}

TEST_F(Store, AGenerationNeedsItsQuestionConditionAndRun) {
  data::Generation generation = odd_generation(odd_question(7), odd_condition());
  EXPECT_THAT(error_of([&] { writer_->put(run_, generation); }), HasSubstr("no question"));
  generation.sample = {odd_question().hash(), "nowhere", 0};
  EXPECT_THAT(error_of([&] { writer_->put(run_, generation); }), HasSubstr("no condition"));
  EXPECT_THAT(error_of([&] { writer_->put("nothing", generation); }), HasSubstr("no run"));
  EXPECT_THAT(error_of([&] { writer_->put(99, odd_verdict()); }), HasSubstr("FOREIGN KEY"));
}

TEST_F(Store, WhatJsonOrSqliteCannotBringBackIsRefused) {
  data::Verdict verdict = odd_verdict();
  verdict.value = std::numeric_limits<double>::quiet_NaN();
  const std::int64_t id = put_sample();
  EXPECT_THAT(error_of([&] { writer_->put(id, verdict); }), HasSubstr("not a finite"));
  verdict.value = 1;
  verdict.parts = {{"x", std::numeric_limits<double>::infinity()}};
  EXPECT_THAT(error_of([&] { writer_->put(id, verdict); }), HasSubstr("not finite"));
  data::Generation generation = odd_generation(odd_question(), odd_condition(), 1);
  generation.seconds = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(error_of([&] { writer_->put(run_, generation); }), HasSubstr("not a finite"));
}

TEST_F(Store, SamplesComeInTheOrderOfSuiteQuestionConditionRepeat) {
  data::Question late = odd_question(1);
  late.suite = "a";
  data::Question early = odd_question(2);
  early.suite = "a";
  early.id = "a";
  writer_->put(late);
  writer_->put(early);
  put_sample(1);
  put_sample(0);
  writer_->put(run_, odd_generation(late, odd_condition()));
  writer_->put(run_, odd_generation(early, odd_condition()));
  const auto reader = StoreReader::open(path_);
  std::vector<std::string> order;
  reader->samples(run_, [&](const data::SampleRow& row) {
    order.push_back(row.question.suite + " " + row.question.id + " " +
                    std::to_string(row.generation.sample.repeat));
  });
  EXPECT_THAT(order, ElementsAre("a a 0", "a odd/1/zh 0", "odd odd/0/zh 0", "odd odd/0/zh 1"));
}

TEST_F(Store, UnjudgedIsWhatTheQuestionsOwnJudgeOrAVersionOfAJudgeHasNotSeen) {
  const std::int64_t first = put_sample(0);
  const std::int64_t second = put_sample(1);
  writer_->put(first, odd_verdict("audit", "1"));
  writer_->put(second, odd_verdict("panel", "1"));
  std::vector<std::int64_t> own;
  writer_->unjudged(run_, [&](const data::SampleRow& row) {
    own.push_back(row.generation_id);
    writer_->put(row.generation_id, odd_verdict("audit", "1"));  // while visiting
  });
  EXPECT_THAT(own, ElementsAre(second));
  std::vector<std::int64_t> version_two;
  writer_->put(first, odd_verdict("audit", "2"));
  writer_->unjudged(run_, "audit", "2",
                    [&](const data::SampleRow& row) { version_two.push_back(row.generation_id); });
  EXPECT_THAT(version_two, ElementsAre(second));
}

TEST_F(Store, ABatchIsCommittedWholeOrNotAtAll) {
  writer_->batch([&] {
    put_sample(0);
    writer_->batch([&] { put_sample(1); });
    // A reader sees nothing of it before the end.
    EXPECT_EQ(StoreReader::open(path_)->generations_stored(run_), 0);
  });
  EXPECT_EQ(StoreReader::open(path_)->generations_stored(run_), 2);
  EXPECT_THROW(writer_->batch([&] {
    put_sample(2);
    throw std::runtime_error("half-way");
  }),
               std::runtime_error);
  EXPECT_EQ(StoreReader::open(path_)->generations_stored(run_), 2);
  put_sample(2);  // and the writer goes on
  EXPECT_EQ(StoreReader::open(path_)->generations_stored(run_), 3);
}

TEST_F(Store, UnfinishedFindsTheRunOfTheSamePlanUntilItIsFinished) {
  const std::string plan = odd_manifest().plan_hash();
  ASSERT_TRUE(writer_->unfinished(plan));
  EXPECT_EQ(writer_->unfinished(plan)->id, run_);
  EXPECT_FALSE(writer_->unfinished(odd_manifest("other").plan_hash()));
  writer_->set_status(run_, "interrupted");
  EXPECT_EQ(writer_->unfinished(plan)->status, "interrupted");
  writer_->set_status(run_, "finished");
  EXPECT_FALSE(writer_->unfinished(plan));
  EXPECT_THAT(error_of([&] { writer_->set_status(run_, "running"); }), HasSubstr("stays"));
  writer_->set_status(run_, "finished");
  EXPECT_FALSE(StoreReader::open(path_)->run(run_).finished_utc.empty());
  EXPECT_THAT(error_of([&] { writer_->set_status(run_, "paused"); }), HasSubstr("paused"));
}

TEST_F(Store, ARunIsFoundByIdBeginningOrLatest) {
  const std::string second = writer_->start(odd_manifest("two")).id;
  const auto reader = StoreReader::open(path_);
  EXPECT_EQ(reader->run("latest").id, second);
  EXPECT_EQ(reader->runs().at(1).id, run_);
  EXPECT_EQ(reader->run(run_).id, run_);
  EXPECT_EQ(reader->run(second.substr(0, second.size() - 1)).id.substr(0, 8), second.substr(0, 8));
  EXPECT_THAT(error_of([&] { reader->run("20"); }), HasSubstr("more than one"));
  EXPECT_THAT(error_of([&] { reader->run("zzz"); }), HasSubstr(second));
}

TEST_F(Store, ReadersSeeCommittedRowsWhileTheWriterIsOpen) {
  put_sample();
  const auto reader = StoreReader::open(path_);
  EXPECT_THAT(samples_of(*reader, run_), SizeIs(1));
  put_sample(1);
  EXPECT_THAT(samples_of(*reader, run_), SizeIs(2));
}

TEST_F(Store, ManyThreadsMayPut) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 25; ++i) writer_->put(put_sample(thread * 25 + i), odd_verdict());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto reader = StoreReader::open(path_);
  const auto rows = samples_of(*reader, run_);
  ASSERT_THAT(rows, SizeIs(100));
  for (const data::SampleRow& row : rows) EXPECT_THAT(row.verdicts, SizeIs(1));
}

TEST_F(Store, FilesArePrivateToTheUser) {
  for (const char* suffix : {"", "-wal", ".lock"}) {
    struct stat status = {};
    ASSERT_EQ(stat((path_.string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
  }
}

}  // namespace
}  // namespace candor::tests
