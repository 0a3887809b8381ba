// The commands that judge what was answered elsewhere, as their users start them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "data/records/json_fields.h"
#include "data/store/store.h"
#include "tests/runner/commands/tiny_program.h"
#include "tests/support/shared.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using tests::Finished;

class ReplayTest : public tests::TinyProgram {
 protected:
  static std::vector<json::object> lines(const std::string& text) {
    std::vector<json::object> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      found.push_back(data::parse_object(line, "line"));
    }
    return found;
  }
  std::string file(const char* name, const std::string& text) const {
    return folder_.write(name, text).string();
  }
};

TEST_F(ReplayTest, ARuleReadsEveryLineAndSaysWhatIsRight) {
  const Finished done = candor({"judge", "extract", "--rule", "gsm8k-strict"},
                               "{\"id\":\"a\",\"text\":\"so\\n#### 1,000\",\"gold\":\"1000\"}\n"
                               "{\"id\":\"b\",\"text\":\"the answer is 3\",\"gold\":\"3\"}\n");
  ASSERT_EQ(done.status, 0) << done.errors;
  const auto found = lines(done.output);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("found"), true);
  EXPECT_EQ(found[0].at("right"), true);
  EXPECT_EQ(found[1].at("found"), false);
  EXPECT_EQ(found[1].at("right"), false);
  EXPECT_EQ(candor({"judge", "extract", "--rule", "nobody's"}).status, 2);
}

TEST_F(ReplayTest, EveryRuleHasANameASourceAndAReading) {
  const auto rules = lines(candor({"judge", "rules", "--json"}).output);
  EXPECT_GE(rules.size(), 20U);
  for (const json::object& rule : rules) {
    for (const char* key : {"rule", "source", "reads"}) {
      EXPECT_FALSE(rule.at(key).as_string().empty()) << json::serialize(rule);
    }
  }
}

TEST_F(ReplayTest, AGridIsScoredCellByCell) {
  const Finished done = candor({"judge", "grid"},
                               "{\"id\":\"g\",\"solution\":{\"header\":[\"House\",\"Name\"],"
                               "\"rows\":[[\"1\",\"Eve\"],[\"2\",\"Bob\"]]},\"output\":"
                               "\"{\\\"solution\\\":{\\\"House 1\\\":{\\\"Name\\\":\\\"Eve\\\"},"
                               "\\\"House 2\\\":{\\\"Name\\\":\\\"Ann\\\"}}}\"}\n");
  ASSERT_EQ(done.status, 0) << done.errors;
  const auto found = lines(done.output);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("parsed"), true) << done.output;
  EXPECT_EQ(found[0].at("correct_cells"), 1) << done.output;
  EXPECT_EQ(found[0].at("total_cells"), 2) << done.output;
  EXPECT_EQ(found[0].at("solved"), false);
}

TEST_F(ReplayTest, RowsByARuleAreCountedBesideOurOwnJudge) {
  const std::string rows = file("rows.jsonl",
                                "{\"id\":\"1\",\"answer\":\"#### 18\",\"gold\":\"#### 18\"}\n"
                                "{\"id\":\"2\",\"answer\":\"It is 7.\",\"gold\":\"7\"}\n"
                                "{\"id\":\"3\",\"answer\":\"#### 5\"}\n"
                                "not JSON\n");
  const Finished done = candor({"replay", rows, "--rule", "gsm8k-strict"});
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object summary = lines(done.output).back().at("summary").as_object();
  EXPECT_EQ(summary.at("asked"), 2);
  EXPECT_EQ(summary.at("not_read"), 2);
  EXPECT_EQ(summary.at("by_rule").at("right"), 1);
  EXPECT_EQ(summary.at("by_rule").at("unread"), 1);
  EXPECT_EQ(summary.at("own").at("right"), 2);
  EXPECT_EQ(summary.at("differ"), 1);
  EXPECT_THAT(done.errors, HasSubstr("rows.jsonl:4"));
  EXPECT_THAT(done.errors, HasSubstr("field \"gold\" is missing"));
}

TEST_F(ReplayTest, AnswersToASuiteBecomeARun) {
  const std::string suite = file(
      "sums.jsonl",
      "{\"id\":\"s1\",\"language\":\"en\",\"messages\":[{\"role\":\"user\",\"content\":\"1+1?\"}],"
      "\"judge\":\"maths\",\"reference\":{\"answer\":\"2\"}}\n"
      "{\"id\":\"s2\",\"language\":\"en\",\"messages\":[{\"role\":\"user\",\"content\":\"2+2?\"}],"
      "\"judge\":\"maths\",\"reference\":{\"answer\":\"4\"}}\n");
  const std::string rows = file("answers.jsonl",
                                "{\"id\":\"s1\",\"answer\":\"The answer is 2.\"}\n"
                                "{\"id\":\"s2\",\"answer\":\"The answer is 5.\"}\n"
                                "{\"id\":\"other\",\"answer\":\"3\"}\n");
  const std::string store = (folder_.path() / "replay.db").string();
  const Finished done = candor({"replay", rows, "--suite-file", suite, "--store", store, "--json"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(lines(done.output).back().at("replay").at("not_read"), 1);
  EXPECT_THAT(done.errors, HasSubstr("2 answers to 2 questions, 1 rows could not be used"));
  const Finished exported = candor({"runs", "export", "latest", "--store", store});
  ASSERT_EQ(exported.status, 0) << exported.errors;
  EXPECT_THAT(exported.output, HasSubstr("The answer is 5."));
  EXPECT_EQ(candor({"replay", rows, "--store", store}).status, 2) << "neither suite nor rule";
}

std::string sample(const std::string& name) {
  return tests::source_path("tests/runner/replay/samples/" + name).string();
}

class ReplaySamplesTest : public ReplayTest {
 protected:
  std::string store_ = (folder_.path() / "replay.db").string();

  // Question, repeat -> outcome, of the newest run.
  std::map<std::string, std::string> outcomes() const {
    std::map<std::string, std::string> found;
    const auto reader = data::StoreReader::open(store_);
    reader->samples(reader->run("latest").id, [&](const data::SampleRow& row) {
      std::string verdicts;
      for (const data::Verdict& verdict : row.verdicts) verdicts += data::name(verdict.outcome);
      found[fmt::format("{}#{}", row.question.id, row.generation.sample.repeat)] = verdicts;
    });
    return found;
  }
  Finished replay(const std::vector<std::string>& files,
                  const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"replay"};
    words.insert(words.end(), files.begin(), files.end());
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--store", store_, "--json"});
    return candor(words);
  }
};

TEST_F(ReplaySamplesTest, EveryLayoutComesToTheSameJudge) {
  const std::string sums = sample("sums.jsonl");
  using Outcomes = std::map<std::string, std::string>;
  const std::vector<std::pair<std::vector<std::string>, Outcomes>> layouts = {
      {{"own.jsonl"},
       {{"sums/1#0", "right"},
        {"sums/2#0", "truncated"},
        {"sums/3#1", "right"},
        {"sums/4#0", "error"}}},
      {{"plain.jsonl"},
       {{"sums/1#0", "right"},
        {"sums/2#0", "truncated"},
        {"sums/3#0", "right"},
        {"sums/4#0", "right"},
        {"sums/4#1", "wrong"},
        {"sums/4#2", "right"}}},
      {{"samples_sums_2026-01-05T10-00-00.000001.jsonl", "samples_old_layout.jsonl"},
       {{"sums/1#0", "right"},
        {"sums/2#0", "right"},
        {"sums/3#0", "wrong"},
        {"sums/4#0", "right"},
        {"sums/4#1", "wrong"}}},
      {{"inspect.json"},
       {{"sums/1#0", "right"},
        {"sums/1#1", "wrong"},
        {"sums/2#0", "right"},
        {"sums/3#0", "right"},
        {"sums/4#0", "error"}}},
      {{"inspect.eval"},
       {{"sums/1#0", "right"},
        {"sums/1#1", "wrong"},
        {"sums/2#0", "right"},
        {"sums/3#0", "right"},
        {"sums/4#0", "error"}}},
      {{"openai-evals.jsonl"},
       {{"sums/1#0", "right"}, {"sums/2#0", "right"}, {"sums/3#0", "wrong"}}},
      {{"evalscope.jsonl"}, {{"sums/1#0", "right"}, {"sums/2#0", "truncated"}}},
      {{"opencompass.json"},
       {{"sums/1#0", "right"}, {"sums/2#0", "right"}, {"sums/2#1", "wrong"}}}};
  for (const auto& [files, expected] : layouts) {
    SCOPED_TRACE(files[0]);
    std::vector<std::string> paths;
    for (const std::string& file : files) paths.push_back(sample(file));
    const Finished done = replay(paths, {"--suite-file", sums});
    ASSERT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(outcomes(), expected) << done.errors;
  }
}

TEST_F(ReplaySamplesTest, ScoredOptionsAreJudgedUnderAProtocolThatScoresThem) {
  const std::string rows = sample("samples_animals_2026-01-05T10-00-00.000001.jsonl");
  const std::string animals = sample("animals.yaml");
  const Finished done = replay({rows}, {"--suite-file", animals, "--protocol", "lm-eval"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(outcomes(), (std::map<std::string, std::string>{{"animals/1#0", "right"},
                                                            {"animals/2#0", "wrong"}}));
  EXPECT_THAT(done.errors, HasSubstr("the file's own figure, acc,none: 50.00% of 2"));
  const Finished words = replay({rows}, {"--suite-file", animals});
  EXPECT_NE(words.status, 0);
  EXPECT_THAT(words.errors, HasSubstr("add a --protocol that scores options"));
  const std::string text = file("text.jsonl", "{\"id\":\"animals/1\",\"answer\":\"B\"}\n");
  const Finished scored = replay({text}, {"--suite-file", animals, "--protocol", "lm-eval"});
  EXPECT_THAT(scored.errors, HasSubstr("leave out the --protocol"));
}

TEST_F(ReplaySamplesTest, ARuleMayMatchAnyOfSeveralGolds) {
  const Finished done = candor({"replay", sample("inspect.json"), "--rule", "gsm8k-flexible"});
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object summary = lines(done.output).back().at("summary").as_object();
  EXPECT_EQ(summary.at("marks").at("match").at("rows"), 4);
  EXPECT_EQ(summary.at("asked"), 5);
}

// What a run stored, exported and replayed, has the same verdicts.
TEST_F(ReplaySamplesTest, AnExportReplayedHasTheVerdictsOfTheRun) {
  const std::string sums = sample("sums.jsonl");
  const Finished ran = candor({"run", "--suite-file", sums, "-m", model_.string(), "--repeats", "3",
                               "--temperature", "1", "--max-tokens", "40", "--store", store_});
  ASSERT_EQ(ran.status, 0) << ran.errors;
  const auto before = outcomes();
  ASSERT_EQ(before.size(), 12U);
  const Finished exported = candor({"runs", "export", "latest", "--store", store_});
  const std::string rows = file("export.jsonl", exported.output);
  const Finished done = replay({rows}, {"--suite-file", sums});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(outcomes(), before);
}

TEST_F(ReplaySamplesTest, AnExportOfScoredOptionsTooOnABaseModel) {
  tests::TinyShape shape;
  const std::string base = write_model("base.gguf", shape, true).string();
  const std::string animals = sample("animals.yaml");
  const Finished chat = candor({"run", "--suite-file", animals, "-m", base, "--store", store_});
  EXPECT_EQ(chat.status, 3);
  EXPECT_THAT(chat.errors, HasSubstr("has no chat template (a base model?)"));
  EXPECT_THAT(chat.errors, HasSubstr("--protocol lm-eval"));
  EXPECT_THAT(candor({"runs", "--store", store_}).output, testing::Not(HasSubstr("running")))
      << "a run that cannot be asked is not begun";
  const Finished ran = candor(
      {"run", "--suite-file", animals, "-m", base, "--protocol", "lm-eval", "--store", store_});
  ASSERT_EQ(ran.status, 0) << ran.errors;
  const auto before = outcomes();
  ASSERT_EQ(before.size(), 2U);
  for (const auto& [question, outcome] : before) {
    EXPECT_TRUE(outcome == "right" || outcome == "wrong") << question << " " << outcome;
  }
  const Finished exported = candor({"runs", "export", "latest", "--store", store_});
  const std::string rows = file("export.jsonl", exported.output);
  const Finished done = replay({rows}, {"--suite-file", animals, "--protocol", "lm-eval"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(outcomes(), before);
}

}  // namespace
}  // namespace candor::runner
