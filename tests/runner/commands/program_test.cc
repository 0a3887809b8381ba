// The program as its users start it, on a small random model that the test makes: the same bytes
// whatever the batch, the threads or a kill in between; the inspection commands; exit statuses.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

#include "data/base/hash.h"
#include "data/records/json_fields.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using tests::Finished;
using tests::read_file;

class ProgramTest : public tests::TinyProgram {
 protected:
  std::vector<std::string> run_words(const std::string& store,
                                     const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"run",
                                      "arithmetic",
                                      "logic",
                                      "seed-probes",
                                      "--count",
                                      "6",
                                      "--model",
                                      model_.string(),
                                      "--store",
                                      (folder_.path() / store).string(),
                                      "--temperature",
                                      "0.8",
                                      "--top-p",
                                      "0.95",
                                      "--seed",
                                      "11",
                                      "--max-tokens",
                                      "150",
                                      "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::string exported(const std::string& store) const {
    const Finished done =
        candor({"runs", "export", "latest", "--store", (folder_.path() / store).string()});
    EXPECT_EQ(done.status, 0) << done.errors;
    return done.output;
  }

  long stored(const std::string& store) const {
    const Finished done =
        candor({"runs", "list", "--json", "--store", (folder_.path() / store).string()});
    if (done.status != 0 || done.output.empty()) return 0;  // no store yet, or no run in it
    const auto run = data::parse_object(done.output, "runs list");
    return static_cast<long>(data::JsonFields(run, "runs list").integer("answers"));
  }
};

TEST_F(ProgramTest, BatchAndThreadsDoNotChangeAByte) {
  const Finished one = candor(run_words("one.db", {"--batch", "1", "--threads", "1"}));
  ASSERT_EQ(one.status, 0) << one.errors;
  const Finished many = candor(run_words("many.db", {"--batch", "32", "--threads", "2"}));
  ASSERT_EQ(many.status, 0) << many.errors;
  const std::string expected = exported("one.db");
  EXPECT_GT(std::count(expected.begin(), expected.end(), '\n'), 100);
  EXPECT_EQ(expected, exported("many.db"));
}

TEST_F(ProgramTest, ARunKilledAgainAndAgainEndsWithTheSameBytes) {
  const Finished whole = candor(run_words("whole.db", {"--batch", "8"}));
  ASSERT_EQ(whole.status, 0) << whole.errors;
  const std::string expected = exported("whole.db");
  const long all = std::count(expected.begin(), expected.end(), '\n');

  long before = 0;
  int kills_in_the_middle = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Started child = start(run_words("killed.db", {"--batch", "2", "--threads", "1"}));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    // Killed when it has stored something more, so that each start finds work done and work left.
    while (std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (stored("killed.db") > before + 5) break;
    }
    ::kill(child.process, SIGKILL);
    wait(child);
    const long now = stored("killed.db");
    EXPECT_GE(now, before);
    if (now > before && now < all) ++kills_in_the_middle;
    before = now;
  }
  EXPECT_GE(kills_in_the_middle, 1) << "the run was too fast to be killed";
  const Finished last = candor(run_words("killed.db", {"--batch", "32"}));
  ASSERT_EQ(last.status, 0) << last.errors;
  EXPECT_EQ(exported("killed.db"), expected);
}

TEST_F(ProgramTest, CtrlCStopsCleanlyAndTheSameCommandGoesOn) {
  const Started child = start(run_words("stopped.db", {"--batch", "2", "--threads", "1"}));
  for (int i = 0; i < 3000 && stored("stopped.db") < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::kill(child.process, SIGINT);
  const Finished stopped = wait(child);
  EXPECT_EQ(stopped.status, 130) << stopped.errors;
  EXPECT_THAT(stopped.errors, HasSubstr("the same command goes on"));
  EXPECT_EQ(candor(run_words("stopped.db", {"--batch", "32"})).status, 0);
  ASSERT_EQ(candor(run_words("other.db", {})).status, 0);
  EXPECT_EQ(exported("stopped.db"), exported("other.db"));
}

TEST_F(ProgramTest, AFinishedRunIsReportedAgainWithOnce) {
  ASSERT_EQ(candor(run_words("s.db", {})).status, 0);
  const Finished again = candor(run_words("s.db", {"--once"}));
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.errors, HasSubstr("already"));
  const Finished list = candor({"runs", "--store", (folder_.path() / "s.db").string()});
  EXPECT_EQ(std::count(list.output.begin(), list.output.end(), '\n'), 1) << list.output;
}

TEST_F(ProgramTest, ComparesReportsAndScoresStoredRuns) {
  ASSERT_EQ(candor(run_words("s.db", {})).status, 0);
  ASSERT_EQ(candor(run_words("s.db", {"--repeats", "2"})).status, 0);
  const std::string store = (folder_.path() / "s.db").string();
  const std::string page = (folder_.path() / "report.html").string();
  EXPECT_EQ(candor({"report", "latest", "-o", page, "--store", store}).status, 0);
  EXPECT_THAT(read_file(page), HasSubstr("</html>"));
  const Finished scored = candor({"score", "latest", "--store", store, "--json"});
  EXPECT_EQ(scored.status, 0) << scored.errors;
  std::istringstream list(candor({"runs", "--store", store}).output);
  std::string b, a;
  list >> b;
  list.ignore(1000, '\n');
  list >> a;
  const Finished compared = candor({"compare", a, b, "--gate", "--store", store});
  EXPECT_EQ(compared.status, 0) << compared.errors;  // the first repeat is the same: no drop
}

TEST_F(ProgramTest, SeveralSamplesAtTemperatureZeroAreRefused) {
  const Finished done = candor({"run", "arithmetic", "--model", model_.string(), "--store",
                                (folder_.path() / "s.db").string(), "--repeats", "2"});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.errors, HasSubstr("2 needs a --temperature above 0"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "s.db"));
}

TEST_F(ProgramTest, AReportThatCannotBeWrittenIsToldBeforeAnythingIsAsked) {
  for (const char* place : {"/proc/report.html", "/tmp", "/no/such/folder/report.html"}) {
    const Finished done = candor(run_words("s.db", {"--report", place}));
    EXPECT_EQ(done.status, 3) << place;
    EXPECT_THAT(done.errors, HasSubstr(place));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "s.db"));
  }
}

TEST_F(ProgramTest, ARunOfWhichEverySampleFailsHasFailed) {
  // Longer than the model's context, so that the engine refuses it.
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "low lower ";
  const std::string file =
      folder_
          .write("long.jsonl",
                 R"({"id":"long","language":"en","role":"item","judge":"exact",)"
                 R"("reference":{"answer":"x"},"messages":[{"role":"user","content":")" +
                     text + "\"}]}\n")
          .string();
  const std::vector<std::string> words = {"run",
                                          "--suite-file",
                                          file,
                                          "--model",
                                          model_.string(),
                                          "--store",
                                          (folder_.path() / "f.db").string(),
                                          "-q"};
  const Finished done = candor(words);
  EXPECT_EQ(done.status, 3) << done.output;
  EXPECT_THAT(done.errors, HasSubstr("none of the 1 samples could be answered; the first: "));
  // Nor is such a run one that --once could report.
  std::vector<std::string> once = words;
  once.emplace_back("--once");
  EXPECT_EQ(candor(once).status, 3);
}

TEST_F(ProgramTest, InspectionAnswersLineByLineInOrder) {
  const Finished tokens = candor({"inspect", "tokens", model_.string()},
                                 "{\"text\":\"low<|end|>\"}\nnot json\n{\"text\":\"\"}\n");
  EXPECT_EQ(tokens.status, 0);
  std::istringstream lines(tokens.output);
  std::string first, second, third;
  std::getline(lines, first);
  std::getline(lines, second);
  std::getline(lines, third);
  EXPECT_EQ(first, "{\"ids\":[257,264]}");
  EXPECT_THAT(second, HasSubstr("{\"error\":"));
  EXPECT_EQ(third, "{\"ids\":[]}");
  EXPECT_THAT(
      candor({"inspect", "tokens", model_.string(), "--no-special"}, "{\"text\":\"low<|end|>\"}\n")
          .output,
      testing::Not(HasSubstr("264")));
  EXPECT_EQ(candor({"inspect", "detokenize", model_.string()}, "{\"ids\":[257,264]}\n").output,
            "{\"text\":\"low<|end|>\"}\n");
  EXPECT_EQ(candor({"inspect", "prompt", model_.string()},
                   "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                   "\"add_generation_prompt\":true}\n")
                .output,
            "{\"output\":\"<|im_start|>user: hi<|end|><|im_start|>\"}\n");
}

TEST_F(ProgramTest, TheManifestOfARunKeepsTheTemplate) {
  ASSERT_EQ(candor({"run", "logic", "--count", "1", "--languages", "en", "--model", model_.string(),
                    "--max-tokens", "2", "-q", "--store", (folder_.path() / "m.db").string()})
                .status,
            0);
  const Finished shown =
      candor({"runs", "show", "latest", "--json", "--store", (folder_.path() / "m.db").string()});
  ASSERT_EQ(shown.status, 0) << shown.errors;
  const auto run = data::parse_object(shown.output, "runs show");
  const auto& manifest = run.at("manifest").as_object();
  const auto& provenance = manifest.at("provenance").as_object();
  const std::string text(provenance.at("template_text").as_string());
  EXPECT_TRUE(text.starts_with("{% for m in messages %}<|im_start|>")) << text;
  const auto& plan = manifest.at("plan").as_object();
  EXPECT_EQ(std::string(plan.at("template_sha256").as_string()), data::sha256_hex(text));
  EXPECT_EQ(std::string(plan.at("reasoning").as_string()), "think");
  EXPECT_TRUE(provenance.at("notices").as_array().empty());
}

TEST_F(ProgramTest, ADoubledBeginningOfTextIsShown) {
  const fs::path twice =
      folder_.write("twice.jinja", "{{ bos_token }}{{ bos_token }}{{ messages[0].content }}");
  const Finished shown =
      candor({"inspect", "prompt", "--template", twice.string()},
             "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"bos_token\":\"<s>\"}\n");
  EXPECT_THAT(shown.output, HasSubstr("{\"output\":\"<s><s>hi\",\"notices\":[\""));
}

TEST_F(ProgramTest, APlanSaysWhatAModelNeeds) {
  const Finished json = candor({"inspect", "model", model_.string(), "--plan", "--json",
                                "--context", "64", "--batch", "1", "--device-memory", "1"});
  ASSERT_EQ(json.status, 0) << json.errors;
  const auto plan = data::parse_object(json.output, "plan");
  const Finished described = candor({"inspect", "model", model_.string(), "--json"});
  const auto model = data::parse_object(described.output, "model");
  EXPECT_EQ(plan.at("parameters"), model.at("parameters"));
  EXPECT_GT(plan.at("stored_bytes").to_number<std::uint64_t>(), 0U);
  EXPECT_EQ(plan.at("kv_bytes_per_token").to_number<std::uint64_t>(), 2U * 2U * 32U * 2U);
  for (const auto& format : plan.at("formats").as_array()) {
    EXPECT_EQ(format.at("devices").as_array().size(), 3U);
  }
  const Finished table = candor({"inspect", "model", model_.string(), "--plan"});
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.output, HasSubstr("H200 141 GB  1 device: each"));
  EXPECT_EQ(candor({"inspect", "model", model_.string(), "--plan", "--context", "0"}).status, 2);
  EXPECT_EQ(candor({"inspect", "model", model_.string(), "--context", "9"}).status, 2);
}

TEST_F(ProgramTest, AReasoningFormatIsChosenByName) {
  EXPECT_EQ(candor({"generate", model_.string(), "--prompt", "hi", "--max-tokens", "2",
                    "--reasoning", "none"})
                .status,
            0);
  const Finished unknown = candor(
      {"generate", model_.string(), "--prompt", "hi", "--max-tokens", "2", "--reasoning", "loud"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("known: harmony, seed"));
}

TEST_F(ProgramTest, LogitsGiveExactlyAsManyTokensAsAsked) {
  const Finished done = candor({"inspect", "logits", model_.string(), "--precision", "float32"},
                               "{\"input_ids\":[1,2,3],\"greedy\":12}\n{\"input_ids\":[1]}\n"
                               "{\"input_ids\":[100000]}\n");
  std::istringstream lines(done.output);
  std::string line;
  std::getline(lines, line);
  const auto first = data::parse_object(line, "logits");
  EXPECT_EQ(first.at("greedy").as_array().size(), 12u);
  EXPECT_EQ(first.at("last_logits").as_array().size(), 269u);
  EXPECT_LT(first.at("mean_logprob").as_double(), 0);
  std::getline(lines, line);
  EXPECT_TRUE(data::parse_object(line, "logits").at("mean_logprob").is_null());
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr("not a token id"));
}

TEST_F(ProgramTest, ExitStatusSaysWhatKindOfFailureItWas) {
  EXPECT_EQ(candor({"--version"}).status, 0);
  EXPECT_EQ(candor({"no-such-command"}).status, 2);
  EXPECT_EQ(candor({"run", "no-such-suite", "--model", model_.string()}).status, 2);
  EXPECT_EQ(candor({"run", "arithmetic", "--temperature", "-1", "--model", model_.string()}).status,
            2);
  const Finished missing = candor({"run", "arithmetic", "--model", "/no/such.gguf"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.errors, HasSubstr("unknown model"));
  const fs::path broken = folder_.write("broken.gguf", "GGUF");
  const Finished damaged = candor({"inspect", "model", broken.string()});
  EXPECT_EQ(damaged.status, 3);
  EXPECT_THAT(damaged.errors, HasSubstr("broken.gguf"));
  EXPECT_EQ(candor({"report", "--store", (folder_.path() / "none.db").string()}).status, 3);
}

}  // namespace
}  // namespace candor::runner
