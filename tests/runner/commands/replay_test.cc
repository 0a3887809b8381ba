// The commands that judge what was answered elsewhere, as their users start them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
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

TEST_F(ReplayTest, ARuleSeesWhatTheHarnessSawReasoningIncluded) {
  const std::string rows = file(
      "rows.jsonl", "{\"id\": 1, \"answer\": \"<think>#### 7</think>#### 18\", \"gold\": \"7\"}\n");
  const Finished done = candor({"replay", rows, "--rule", "gsm8k-strict"});
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object row = lines(done.output).front();
  EXPECT_EQ(row.at("extracted"), "7");
  EXPECT_EQ(row.at("right"), true);
  EXPECT_EQ(row.at("own_right"), false) << "our judge reads behind the reasoning";
}

TEST_F(ReplayTest, ARuleForEachLanguageNeedsTheLanguage) {
  const std::string suite = file("zh.jsonl",
                                 "{\"id\":\"z1\",\"language\":\"zh\",\"messages\":[{\"role\":"
                                 "\"user\",\"content\":\"一加一？\"}],"
                                 "\"judge\":\"maths\",\"reference\":{\"answer\":\"2\"}}\n");
  const std::string rows =
      file("rows.jsonl", "{\"id\": \"z1\", \"answer\": \"答案: 2\", \"gold\": \"2\"}\n");
  const Finished unknown = candor({"replay", rows, "--rule", "mgsm"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_THAT(unknown.errors, HasSubstr("--rule mgsm-en or mgsm-zh"));
  EXPECT_THAT(unknown.errors, HasSubstr("no row could be judged"));
  EXPECT_EQ(unknown.output, "");
  const Finished done = candor({"replay", rows, "--rule", "mgsm", "--suite-file", suite});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(lines(done.output).front().at("right"), true);
  EXPECT_EQ(lines(done.output).back().at("summary").at("rule"), "mgsm-zh");
}

TEST_F(ReplayTest, GoldLettersAreReadInAnyFormAndNumbersRefused) {
  const std::string rows = file("rows.jsonl",
                                "{\"id\": 1, \"answer\": \"Answer: B\", \"gold\": \"(B)\"}\n"
                                "{\"id\": 2, \"answer\": \"Answer: B\", \"gold\": \"b\"}\n"
                                "{\"id\": 3, \"answer\": \"Answer: B\", \"gold\": 1}\n");
  const Finished done = candor({"replay", rows, "--rule", "simple-evals-mc"});
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object summary = lines(done.output).back().at("summary").as_object();
  EXPECT_EQ(summary.at("asked"), 2);
  EXPECT_EQ(summary.at("by_rule").at("right"), 2);
  EXPECT_EQ(summary.at("own").at("right"), 2);
  EXPECT_THAT(done.errors, HasSubstr("rows.jsonl:3: gold \"1\": no telling"));
}

TEST_F(ReplayTest, ErrorsAndRowsThatAreThereTwiceAreInNoFigure) {
  const std::string rows = file(
      "rows.jsonl",
      "{\"id\": 1, \"answer\": \"#### 5\", \"gold\": \"5\"}\n"
      "{\"id\": 1, \"answer\": \"#### 6\", \"gold\": \"5\"}\n"
      "{\"id\": 2, \"answer\": \"\", \"error\": \"rate limit \\u001b[31m\", \"gold\": \"5\"}\n");
  const Finished done = candor({"replay", rows, "--rule", "gsm8k-strict"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(lines(done.output).back().at("summary").at("asked"), 1);
  EXPECT_THAT(done.errors, HasSubstr("rows.jsonl:2: id 1 of file 1, repeat 0 is there already"));
  EXPECT_THAT(done.errors, HasSubstr("rows.jsonl:3: no answer but an error: rate limit"));
  EXPECT_EQ(done.errors.find('\x1b'), std::string::npos) << "and no control character of the file";
}

TEST_F(ReplayTest, OptionsWithoutEffectAreRefused) {
  const std::string rows =
      file("rows.jsonl", "{\"id\": 1, \"answer\": \"#### 5\", \"gold\": \"5\"}\n");
  const auto refused = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"replay", rows});
    const Finished done = candor(more);
    EXPECT_EQ(done.status, 2) << done.errors;
    return done.errors;
  };
  EXPECT_THAT(refused({"--suite", "arithmetic", "--differences"}), HasSubstr("--differences"));
  EXPECT_THAT(refused({"--rule", "gsm8k-strict", "--store", "x.db"}), HasSubstr("--store"));
  EXPECT_THAT(refused({"--rule", "gsm8k-strict", "--model-name", "x"}), HasSubstr("--model-name"));
  EXPECT_THAT(refused({"--rule", "gsm8k-strict", "--limit", "3"}), HasSubstr("--limit"));
  EXPECT_EQ(candor({"suites", "show", "gsm8k", "--suite-file", rows}).status, 2);
  const Finished unnamed = candor({"suites", "show"});
  EXPECT_EQ(unnamed.status, 2);
  EXPECT_THAT(unnamed.errors, HasSubstr("name a suite"));
}

TEST_F(ReplayTest, AFileWithoutAnAnswerIsAnErrorNotARateOfNothing) {
  for (const std::string text : {"\xef\xbb\xbf", "", "\x01\x02\n\x03"}) {
    const Finished done = candor({"replay", file("rows.jsonl", text), "--rule", "gsm8k-strict"});
    EXPECT_EQ(done.status, 3) << done.errors;
    EXPECT_EQ(done.output, "");
    EXPECT_THAT(done.errors, testing::Not(HasSubstr("of 0 right")));
  }
}

const char* const kTwoSums =
    "{\"id\":\"1\",\"language\":\"en\",\"messages\":[{\"role\":\"user\",\"content\":\"What is 1 "
    "and "
    "1?\"}],\"judge\":\"maths\",\"reference\":{\"answer\":\"2\"}}\n"
    "{\"id\":\"2\",\"language\":\"en\",\"messages\":[{\"role\":\"user\",\"content\":\"What is 2 "
    "and "
    "2?\"}],\"judge\":\"maths\",\"reference\":{\"answer\":\"4\"}}\n"
    "{\"id\":\"3\",\"language\":\"en\",\"messages\":[{\"role\":\"user\",\"content\":\"Tom has what "
    "Ann has. What is 2 and 2?\"}],\"judge\":\"maths\",\"reference\":{\"answer\":\"44\"}}\n";

TEST_F(ReplayTest, APlaceInAListIsNoIdAndTheLongestTextWins) {
  const std::string suite = file("sums.jsonl", kTwoSums);
  const std::string store = (folder_.path() / "replay.db").string();
  const auto outcomes = [&](const std::string& rows) {
    const Finished done =
        candor({"replay", rows, "--suite-file", suite, "--store", store, "--json"});
    std::string found = std::to_string(done.status) + ":";
    if (done.status != 0) return found + done.errors;
    const auto reader = data::StoreReader::open(store);
    reader->samples(reader->run("latest").id, [&](const data::SampleRow& row) {
      found += " " + row.question.id + " " + std::string(data::name(row.verdicts.at(0).outcome));
    });
    return found;
  };
  const auto lm_eval = [](const char* id, const char* prompt, const char* answer) {
    return fmt::format(
        "{{\"doc_id\": {}, \"target\": \"\", \"arguments\": {{\"gen_args_0\": {{\"arg_0\": "
        "\"{}\"}}}}, "
        "\"resps\": [[\"{}\"]]}}\n",
        id, prompt, answer);
  };
  EXPECT_EQ(outcomes(file("a.jsonl", lm_eval("1", "Q: What is 2 and 2?\\nA:", "It is 4."))),
            "0: 2 right");
  EXPECT_EQ(
      outcomes(file("b.jsonl",
                    lm_eval("1", "Q: Tom has what Ann has. What is 2 and 2?\\nA:", "It is 44."))),
      "0: 3 right");
  EXPECT_THAT(outcomes(file("c.jsonl", lm_eval("1", "Something else?", "It is 2."))),
              HasSubstr("which tells nothing alone"));
  EXPECT_EQ(outcomes(file("d.json",
                          R"({"version": 2, "status": "success", "eval": {"model": "m"}, "samples":
    [{"id": 1, "epoch": 1, "input": "What is 2 and 2?", "output": {"completion": "4"}}]})")),
            "0: 2 right");
  EXPECT_THAT(outcomes(file("e.jsonl",
                            "{\"id\": \"1\", \"prompt\": \"What is 2 and 2?\", "
                            "\"answer\": \"4\"}\n")),
              HasSubstr("its id is that of question 1, its text that of 2"));
}

// The question as the set has it is found in other harnesses' logs, whatever they put around it.
TEST_F(ReplayTest, LogsOfOtherHarnessesMeetAPublicSet) {
  CANDOR_NEEDS_SHARED("suites/gsm8k/test.jsonl");
  std::filesystem::create_directories(folder_.path() / "candor/suites");
  std::filesystem::create_directory_symlink(
      std::filesystem::absolute(tests::shared_path("suites/gsm8k")),
      folder_.path() / "candor/suites/gsm8k");
  ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
  std::istringstream in(tests::read_file(tests::shared_path("suites/gsm8k/test.jsonl")));
  std::string line;
  std::getline(in, line);
  std::getline(in, line);  // the second: "gsm8k/2"
  const json::object doc = data::parse_object(line, "gsm8k");
  const std::string question(doc.at("question").as_string());
  const std::string gold(doc.at("answer").as_string());
  const std::string number = gold.substr(gold.rfind(' ') + 1);
  const std::string prompt = "Question: Is 1 more than 0?\nAnswer: #### 1\n\nQuestion: " + question;
  const json::array chat{json::object{{"role", "user"}, {"content", prompt}}};
  const auto row = [&](const std::string& asked) {
    return json::serialize(json::object{
               {"doc_id", 0},
               {"doc", doc},
               {"target", gold},
               {"arguments", json::object{{"gen_args_0", json::object{{"arg_0", asked}}}}},
               {"resps", json::array{json::array{"It is " + number + "."}}}}) +
           "\n";
  };
  const std::string inspect = json::serialize(json::object{
      {"version", 2},
      {"status", "success"},
      {"eval", json::object{{"model", "m"}}},
      {"samples", json::array{json::object{{"id", 1},
                                           {"epoch", 1},
                                           {"input", prompt},
                                           {"output", json::object{{"completion", number}}}}}}});
  const std::string evals =
      "{\"spec\": {\"completion_fns\": [\"m\"]}}\n" +
      json::serialize(json::object{
          {"type", "sampling"},
          {"sample_id", "sums.0"},
          {"run_id", "r"},
          {"data", json::object{{"prompt", chat}, {"sampled", json::array{number}}}}}) +
      "\n";
  const std::string store = (folder_.path() / "replay.db").string();
  for (const auto& [name, text] :
       {std::pair("lm-eval.jsonl", row(prompt + "\nAnswer:")),
        std::pair("lm-eval-chat.jsonl", row(json::serialize(chat))),
        std::pair("inspect.json", inspect), std::pair("evals.jsonl", evals)}) {
    const Finished done =
        candor({"replay", file(name, text), "--suite", "gsm8k", "--store", store, "--json"});
    ASSERT_EQ(done.status, 0) << name << ": " << done.errors;
    const auto reader = data::StoreReader::open(store);
    std::string found;
    reader->samples(reader->run("latest").id, [&](const data::SampleRow& sample) {
      found += sample.question.id + " " + std::string(data::name(sample.verdicts.at(0).outcome));
    });
    EXPECT_EQ(found, "gsm8k/2 right") << name;
  }
  ::unsetenv("XDG_CACHE_HOME");
}

TEST_F(ReplayTest, TheStoreThatIsNamedIsTheOneThatIsShown) {
  const std::string suite = file("sums.jsonl", kTwoSums);
  const std::string rows = file("rows.jsonl", "{\"id\": \"1\", \"answer\": \"2\"}\n");
  const std::string named = (folder_.path() / "named.db").string();
  const std::string other = (folder_.path() / "other.db").string();
  for (const auto& [store, model] : {std::pair(named, "one"), std::pair(other, "two\x1b[31m")}) {
    ASSERT_EQ(
        candor({"replay", rows, "--suite-file", suite, "--store", store, "--model-name", model})
            .status,
        0);
  }
  ::setenv("CANDOR_STORE", other.c_str(), 1);
  const Finished there = candor({"runs", "list", "--store", named});
  const Finished by_variable = candor({"runs", "list"});
  ::unsetenv("CANDOR_STORE");
  EXPECT_THAT(there.output, HasSubstr("  one  "));
  EXPECT_THAT(by_variable.output, HasSubstr("two"));
  EXPECT_EQ(by_variable.output.find('\x1b'), std::string::npos);
}

TEST_F(ReplayTest, PullingAllGoesOnBehindAFailureAndTellsOfIt) {
  ::setenv("XDG_CACHE_HOME", (folder_.path() / "cache").c_str(), 1);
  std::filesystem::create_directories(folder_.path() / "empty");
  const Finished done =
      candor({"suites", "pull", "all", "--mirror", (folder_.path() / "empty").string()});
  ::unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.errors, HasSubstr("mmlu: "));
  EXPECT_THAT(done.errors, HasSubstr("20 of 20 suites could not be got"));
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
  EXPECT_EQ(summary.at("asked"), 4) << "the fifth row is an error, and is told";
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
