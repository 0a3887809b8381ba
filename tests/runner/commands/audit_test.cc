// `candor audit` as its users start it, on a small bank and a small random model: what it asks when
// nothing is said, several conditions, a kill in between, its page, and the panel behind it.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <thread>

#include "data/base/data_dir.h"
#include "data/records/json_fields.h"
#include "data/store/store.h"
#include "tests/reports/html_checker.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;
using tests::Finished;
using tests::read_file;

// Sets a variable for the programs that are started, and puts back what was there.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name); before != nullptr) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

class AuditProgram : public tests::TinyProgram {
 protected:
  AuditProgram() : data_("CANDOR_DATA", small_bank()) {}

  std::string place(const std::string& name) const { return (folder_.path() / name).string(); }

  // The data of the program with a bank of three probes, the last of which has a turn before it:
  // 3 probes and 3 twins in 3 scripts, and 2 openings in each, are 24 questions.
  std::string small_bank() const {
    const fs::path from = data::data_dir();
    const fs::path to = folder_.path() / "data";
    fs::create_directories(to / "sets/probes");
    const auto link = [&](const fs::path& folder, const char* not_this) {
      for (const fs::directory_entry& entry : fs::directory_iterator(from / folder)) {
        const fs::path name = entry.path().filename();
        if (name != not_this) fs::create_symlink(entry.path(), to / folder / name);
      }
    };
    link("", "sets");
    link("sets", "probes");
    std::string bank = "# Three probes.\n";
    const auto take = [&](const char* file, const auto& wanted, int most) {
      const std::string text = read_file(from / "sets/probes" / file);
      for (std::size_t at = text.find("- id:"); at != std::string::npos && most > 0;) {
        const std::size_t next = text.find("\n- id:", at);
        const std::string probe = text.substr(at, next - at) + "\n";
        if (wanted(probe)) {
          bank += probe;
          --most;
        }
        at = next == std::string::npos ? next : next + 1;
      }
    };
    const auto has_turn = [](const std::string& probe) {
      return probe.find("\n  before:") != std::string::npos;
    };
    take(
        "leaders.yaml", [&](const std::string& probe) { return !has_turn(probe); }, 2);
    take("dissent.yaml", has_turn, 1);
    folder_.write("data/sets/probes/small.yaml", bank);
    return to.string();
  }

  std::vector<std::string> audit_words(const std::string& store,
                                       const std::vector<std::string>& more = {},
                                       const char* tokens = "24") const {
    std::vector<std::string> words = {"audit",      "--model",      model_.string(), "--store",
                                      place(store), "--max-tokens", tokens,          "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::string exported(const std::string& store, const std::string& run = "latest") const {
    const Finished done = candor({"runs", "export", run, "--store", place(store)});
    EXPECT_EQ(done.status, 0) << done.errors;
    return done.output;
  }

  // All runs of a store, newest first; none where there is no store yet.
  std::vector<json::object> runs(const std::string& store) const {
    std::vector<json::object> list;
    std::istringstream lines(candor({"runs", "list", "--json", "--store", place(store)}).output);
    for (std::string line; std::getline(lines, line);) {
      list.push_back(data::parse_object(line, "runs list"));
    }
    return list;
  }

  long answers(const std::string& store) const {
    long count = 0;
    for (const json::object& run : runs(store)) count += run.at("answers").to_number<long>();
    return count;
  }

  // The same without a program of its own, for polling; 0 where there is no store yet.
  long answers_now(const std::string& store) const {
    try {
      const auto reader = data::StoreReader::open(place(store));
      long count = 0;
      for (const data::Run& run : reader->runs()) {
        count += static_cast<long>(reader->generations_stored(run.id));
      }
      return count;
    } catch (const std::exception&) {
      return 0;
    }
  }

  // Starts the program and kills it when `more` answers are stored; how many are then.
  long killed(const std::string& store, std::vector<std::string> words, long more) const {
    words.insert(words.end(), {"--batch", "1", "--threads", "1"});
    const long before = answers(store);
    const Started child = start(words);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (std::chrono::steady_clock::now() < deadline && answers_now(store) < before + more) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(child.process, SIGKILL);
    EXPECT_EQ(wait(child).status, 128 + SIGKILL) << "it had ended before it was killed";
    return answers(store) - before;
  }

 private:
  Variable data_;
};

long lines_of(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST_F(AuditProgram, AsksFiveSamplesAtATemperatureAndWritesItsPage) {
  const Finished done = candor(audit_words("a.db", {"--json", "--report", place("audit.html")}));
  ASSERT_EQ(done.status, 0) << done.errors;
  const std::string rows = exported("a.db");
  EXPECT_EQ(lines_of(rows), 24 * 5);
  std::istringstream lines(rows);
  std::size_t turns = 0;
  for (std::string line; std::getline(lines, line);) {
    const json::object row = data::parse_object(line, "export");
    const json::object& sampling = row.at("condition").at("sampling").as_object();
    EXPECT_DOUBLE_EQ(sampling.at("temperature").to_number<double>(), 0.7);
    EXPECT_DOUBLE_EQ(sampling.at("top_p").to_number<double>(), 0.95);
    // The opening and its answer stand before the question that follows.
    const std::string id = json::value_to<std::string>(row.at("question"));
    const std::string prompt = json::value_to<std::string>(row.at("prompt"));
    if (prompt.find("assistant: ") != std::string::npos) ++turns;
  }
  EXPECT_EQ(turns, 2u * 3 * 5);
  const std::string page = read_file(place("audit.html"));
  EXPECT_NO_THROW(tests::html_tags(page));
  EXPECT_THAT(page, HasSubstr("lang=\"zh"));
  // The page again, byte for byte, of what is stored.
  ASSERT_EQ(
      candor({"report", "latest", "--audit", "-o", place("again.html"), "--store", place("a.db")})
          .status,
      0);
  EXPECT_EQ(read_file(place("again.html")), page);

  const Finished greedy = candor(audit_words("greedy.db", {"--temperature", "0"}));
  ASSERT_EQ(greedy.status, 0) << greedy.errors;
  EXPECT_EQ(lines_of(exported("greedy.db")), 24) << "five equal answers are one";
  const Finished twice = candor(audit_words("greedy.db", {"--temperature", "0", "--samples", "5"}));
  EXPECT_EQ(twice.status, 2);
  EXPECT_THAT(twice.errors, HasSubstr("5 needs a --temperature above 0"));
}

TEST_F(AuditProgram, KilledAndGoneOnWithItEndsWithTheSameBytes) {
  const std::vector<std::string> conditions = {"--answer-language", "same,zh", "--knowledge",
                                               "--samples", "2"};
  ASSERT_EQ(candor(audit_words("whole.db", conditions, "200")).status, 0);
  const std::string expected = exported("whole.db");
  // Two conditions and two samples; one row of knowledge in each script of the probes and twins
  // that nothing stands before.
  const long all = lines_of(expected);
  EXPECT_EQ(all, 24 * 2 * 2 + 4 * 3);

  const std::vector<std::string> words = audit_words("killed.db", conditions, "200");
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_GE(killed("killed.db", words, 5), 5);
    EXPECT_LE(answers("killed.db"), all);
  }
  const Finished last = candor(words);
  ASSERT_EQ(last.status, 0) << last.errors;
  ASSERT_EQ(runs("killed.db").size(), 1u);
  EXPECT_EQ(exported("killed.db"), expected);
  // And with --once nothing more is asked.
  std::vector<std::string> once = words;
  once.emplace_back("--once");
  const Finished again = candor(once);
  EXPECT_EQ(again.output, last.output);
  EXPECT_EQ(runs("killed.db").size(), 1u);
}

TEST_F(AuditProgram, PlansWithoutAModelAndAsksNothing) {
  const Variable cache("XDG_CACHE_HOME", place("no models"));
  const Finished done = candor({"audit", "--plan", "--store", place("none.db")});
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.errors, HasSubstr("24 questions, 120 answers"));
  EXPECT_THAT(done.errors, HasSubstr("time: "));
  EXPECT_FALSE(fs::exists(place("none.db")));
  EXPECT_EQ(candor({"audit", "--store", place("none.db")}).status, 3) << "there is no model";
}

TEST_F(AuditProgram, WhatSaysNothingIsRefusedBeforeAnythingIsStored) {
  const auto error = [&](const std::vector<std::string>& words, int status,
                         const std::string& says) {
    const Finished done = candor(words);
    EXPECT_EQ(done.status, status) << done.output << done.errors;
    EXPECT_THAT(done.errors, HasSubstr(says));
  };
  // The template knows no switch, so that both would be the same answers.
  error(audit_words("s.db", {"--thinking", "default,off"}), 2,
        "--thinking default and off make the same prompts");
  error(audit_words("s.db", {"--thinking", "forced", "--reasoning", "none"}), 3,
        "thinking cannot be forced");
  error(audit_words("s.db", {"--thinking", "forced", "--forced-start"}), 2, "choose one");
  error(audit_words("s.db", {"--prefill", "Sure", "--forced-start"}), 2, "choose one");
  error(audit_words("s.db", {"--report", "/no/such/folder/a.html"}), 3, "/no/such/folder/a.html");
  EXPECT_TRUE(runs("s.db").empty());
  // Options of the generated suites, which the bank has no use for.
  for (const char* option : {"--count", "--levels", "--limit", "--suite-seed", "--shots-file"}) {
    error(audit_words("s.db", {option, "3"}), 2, option);
  }
}

TEST_F(AuditProgram, AnOptionBeforeACommandWithinItIsNotThrownAway) {
  const std::string list = folder_.write("words.txt", "one\n").string();
  const std::vector<std::vector<std::string>> commands = {
      {"scan", "--words", list, "--template", "Who is {}?"},
      {"trigger", "Who is it?"},
      {"panel", "latest", "--judge-model", model_.string()},
      {"lint", place("data/sets/probes/small.yaml")}};
  for (const std::vector<std::string>& command : commands) {
    std::vector<std::string> words = {"audit", "--store", place("before.db")};
    words.insert(words.end(), command.begin(), command.end());
    const Finished done = candor(words);
    EXPECT_EQ(done.status, 2) << command[0];
    EXPECT_THAT(done.errors, HasSubstr("audit " + command[0] + ": --store stands before \"" +
                                       command[0] + "\""));
    EXPECT_FALSE(fs::exists(place("before.db")));
  }
  EXPECT_EQ(candor({"audit", "lint", place("data/sets/probes/small.yaml")}).status, 0);
}

// A panel of two judges behind an audit whose answers have content, with other runs stored since.
class PanelProgram : public AuditProgram {
 protected:
  PanelProgram() : second_(write_model("second.gguf", {.layers = 3})) {
    std::string rows;
    for (int i = 0; i < 6; ++i) {
      for (const bool refused : {true, false}) {
        rows += json::serialize(json::object{
                    {"question", "What happened in year " + std::to_string(i) + "?"},
                    {"language", "en"},
                    {"pair", std::to_string(i)},
                    {"repeat", refused ? 0 : 1},
                    {"model", "another"},
                    {"answer", refused ? "I'm sorry, but I can't help with that."
                                       : "In that year the city was built beside the river, many "
                                         "people moved there, and its market became well known in "
                                         "all of the country."}}) +
                "\n";
      }
    }
    const std::string file = folder_.write("answers.jsonl", rows).string();
    const Finished replayed = candor({"replay", file, "--store", place("p.db")});
    EXPECT_EQ(replayed.status, 0) << replayed.errors;
    // What is stored later and is no audit.
    const std::string list = folder_.write("words.txt", "low\n").string();
    EXPECT_EQ(candor({"audit", "scan", "--words", list, "--template", "Who is {}?", "--model",
                      model_.string(), "--store", place("p.db"), "--max-tokens", "4", "-q"})
                  .status,
              0);
    judged_ = json::value_to<std::string>(runs("p.db").back().at("id"));
  }

  std::vector<std::string> panel_words(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"audit",          "panel",         "latest",
                                      "--judge-model",  model_.string(), "--judge-model",
                                      second_.string(), "--max-tokens",  "300",
                                      "--store",        place("p.db"),   "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  fs::path second_;
  std::string judged_;
};

TEST_F(PanelProgram, JudgesTheNewestAuditAndCountsEveryReply) {
  const Finished panel = candor(panel_words());
  ASSERT_EQ(panel.status, 0) << panel.errors;
  EXPECT_THAT(panel.errors, HasSubstr("judging run " + judged_ + " of another"));
  const json::object figures = data::parse_object(panel.output, "panel");
  EXPECT_EQ(figures.at("judged").as_string(), judged_);
  EXPECT_EQ(figures.at("answers"), 12);
  ASSERT_EQ(figures.at("members").as_array().size(), 3u);
  for (const json::value& value : figures.at("members").as_array()) {
    const json::object& member = value.as_object();
    EXPECT_EQ(member.at("asked"), 12);
    long sum = member.at("decided").to_number<long>();
    for (const auto& [why, count] : member.at("undecided").as_object()) {
      sum += count.to_number<long>();
    }
    EXPECT_EQ(sum, 12);
  }
  EXPECT_EQ(runs("p.db").size(), 4u);
  // Once more: the newest run is now a panel's, and the audit is still what is judged.
  const Finished again = candor(panel_words());
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(again.output, panel.output);
  EXPECT_EQ(runs("p.db").size(), 4u) << "judges that are done are not asked again";
  EXPECT_EQ(candor(panel_words({"--again", "-q"})).status, 0);
  EXPECT_EQ(runs("p.db").size(), 6u);
}

TEST_F(PanelProgram, KilledInEitherJudgeItGoesOnWithTheSameCommand) {
  const long before = answers("p.db");
  EXPECT_GE(killed("p.db", panel_words(), 3), 3);    // within the first judge
  EXPECT_GE(killed("p.db", panel_words(), 12), 12);  // within the second
  const long stored = answers("p.db") - before;
  EXPECT_GT(stored, 12);
  EXPECT_LE(stored, 24);
  const Finished last = candor(panel_words());
  ASSERT_EQ(last.status, 0) << last.errors;
  EXPECT_EQ(answers("p.db") - before, 24);
  EXPECT_EQ(runs("p.db").size(), 4u) << "a run a judge";
}

TEST_F(PanelProgram, AJudgeTwiceAndAStoreWithoutAnAuditAreRefused) {
  const Finished twice = candor({"audit", "panel", "latest", "--judge-model", model_.string(),
                                 "--judge-model", model_.string(), "--store", place("p.db")});
  EXPECT_EQ(twice.status, 2);
  EXPECT_THAT(twice.errors, HasSubstr("is named twice"));
  const std::string list = folder_.write("words.txt", "low\n").string();
  ASSERT_EQ(candor({"audit", "scan", "--words", list, "--template", "Who is {}?", "--model",
                    model_.string(), "--store", place("scan.db"), "--max-tokens", "4", "-q"})
                .status,
            0);
  const Finished none = candor(
      {"audit", "panel", "latest", "--judge-model", model_.string(), "--store", place("scan.db")});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.errors, HasSubstr("no audit with judged answers"));
}

TEST_F(AuditProgram, ASearchThatIsKilledGoesOnAndFindsTheSame) {
  // Whatever the random model says; the search is the same with and without a kill.
  const auto words = [&](const std::string& store) {
    return std::vector<std::string>{"audit",
                                    "trigger",
                                    "low lower newest?",
                                    "--model",
                                    model_.string(),
                                    "--store",
                                    place(store),
                                    "--max-tokens",
                                    "600",
                                    "--samples",
                                    "41",
                                    "--temperature",
                                    "0.9",
                                    "--json",
                                    "-q"};
  };
  const Finished whole = candor(words("whole.db"));
  ASSERT_LE(whole.status, 3) << whole.errors;
  const long all = answers("whole.db");
  EXPECT_GE(killed("killed.db", words("killed.db"), 2), 2);
  EXPECT_LT(answers("killed.db"), all);
  const Finished last = candor(words("killed.db"));
  EXPECT_EQ(last.status, whole.status) << last.errors;
  EXPECT_EQ(runs("killed.db").size(), 1u);
  EXPECT_EQ(exported("killed.db"), exported("whole.db"));
}

}  // namespace
}  // namespace candor::runner
