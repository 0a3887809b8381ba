// `candor audit scan` and `trigger` as their users start them; the panel: audit_test.cc.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "data/records/json_fields.h"
#include "tests/reports/html_checker.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

using testing::HasSubstr;
using tests::Finished;
using tests::read_file;

class AuditWordsTest : public tests::TinyProgram {
 protected:
  std::string place(const std::string& name) const { return (folder_.path() / name).string(); }

  std::vector<std::string> scan_words(const std::string& store,
                                      const std::vector<std::string>& more = {}) const {
    std::string list = "# Unicode words\nlow\t低\t\tcontrol\n香港\t-\tzh\nÉmile Zola\t左拉\n";
    for (int i = 0; i < 20; ++i) list += "word " + std::to_string(i) + "\n";
    std::vector<std::string> words = {"audit",
                                      "scan",
                                      "--words",
                                      folder_.write("words.txt", list).string(),
                                      "--template",
                                      "Who is {}?",
                                      "--template",
                                      "{}是谁？",
                                      "--model",
                                      model_.string(),
                                      "--store",
                                      place(store),
                                      "--max-tokens",
                                      "60",
                                      "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  long stored(const std::string& store) const {
    const Finished done = candor({"runs", "list", "--json", "--store", place(store)});
    if (done.status != 0 || done.output.empty()) return 0;
    const auto run = data::parse_object(done.output, "runs list");
    return static_cast<long>(data::JsonFields(run, "runs list").integer("answers"));
  }
};

TEST_F(AuditWordsTest, AScanIsStoredReportedAndAPage) {
  const Finished done = candor(scan_words("s.db", {"--json", "--report", place("scan.html")}));
  ASSERT_EQ(done.status, 0) << done.errors;
  const auto json = data::parse_object(done.output, "scan");
  EXPECT_EQ(json.at("templates").as_array().size(), 2u);
  EXPECT_EQ(json.at("words").as_array().size(), 22u);
  EXPECT_EQ(json.at("controls").as_array().size(), 1u);
  EXPECT_EQ(stored("s.db"), 45);  // 22 words in English, 23 in Chinese
  const std::string page = read_file(place("scan.html"));
  EXPECT_NO_THROW(tests::html_tags(page));
  EXPECT_THAT(page, HasSubstr("Émile Zola"));
  EXPECT_THAT(page, HasSubstr("香港"));
  EXPECT_EQ(json.at("words").at(0).at("templates").at(0).at("asked").to_number<int>(), 1);
  // The same command with --once asks nothing; the ordinary report takes the run too.
  const Finished again = candor(scan_words("s.db", {"--once"}));
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.output, HasSubstr("22 words, 1 control words, 2 templates, 45 answers"));
  const Finished list = candor({"runs", "--store", place("s.db")});
  EXPECT_EQ(std::count(list.output.begin(), list.output.end(), '\n'), 1);
  EXPECT_EQ(candor({"report", "latest", "-o", place("r.html"), "--store", place("s.db")}).status,
            0);
  EXPECT_NO_THROW(tests::html_tags(read_file(place("r.html"))));
}

TEST_F(AuditWordsTest, AScanThatIsKilledGoesOnAndEndsWithTheSameBytes) {
  const std::vector<std::string> sampling = {"--repeats", "3", "--temperature", "0.8"};
  ASSERT_EQ(candor(scan_words("whole.db", sampling)).status, 0);
  std::vector<std::string> slow = sampling;
  slow.insert(slow.end(), {"--batch", "2", "--threads", "1"});
  const Started child = start(scan_words("killed.db", slow));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline && stored("killed.db") < 5) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(child.process, SIGKILL);
  wait(child);
  const long before = stored("killed.db");
  EXPECT_GE(before, 5);
  EXPECT_LT(before, 135) << "the run was too fast to be killed";
  ASSERT_EQ(candor(scan_words("killed.db", sampling)).status, 0);
  const Finished list = candor({"runs", "--store", place("killed.db")});
  EXPECT_EQ(std::count(list.output.begin(), list.output.end(), '\n'), 1) << list.output;
  EXPECT_EQ(candor({"runs", "export", "latest", "--store", place("killed.db")}).output,
            candor({"runs", "export", "latest", "--store", place("whole.db")}).output);
}

TEST_F(AuditWordsTest, MistakesAreUsageErrorsThatNameTheirPlace) {
  const auto error = [&](const std::vector<std::string>& words, const std::string& says) {
    const Finished done = candor(words);
    EXPECT_EQ(done.status, 2) << done.output << done.errors;
    EXPECT_THAT(done.errors, HasSubstr(says));
  };
  const std::string twice = folder_.write("twice.txt", "one\ntwo\none\n").string();
  const std::string good = folder_.write("good.txt", "one\n").string();
  const std::string model = model_.string();
  error({"audit", "scan", "--words", twice, "--template", "{}", "-m", model},
        "twice.txt:3: \"one\" stands on line 1 already");
  error({"audit", "scan", "--words", good, "--template", "Who?", "-m", model}, "has no {}");
  error({"audit", "scan", "--words", good, "--template", "{}{}", "-m", model}, "more than one {}");
  error({"audit", "scan", "--words", place("absent"), "--template", "{}", "-m", model}, "absent");
  error({"audit", "scan", "--words", good, "--template", "{}", "--repeats", "3", "-m", model},
        "--repeats 3 needs a --temperature above 0");
  error({"audit", "scan", "--template", "{}"}, "--words");
  error({"audit", "scan", "--words", good}, "--template");
  error({"audit", "trigger", "  ", "-m", model}, "the prompt is empty");
  error({"audit", "trigger", "x", "--language", "fr", "-m", model}, "--language fr");
  error({"audit", "trigger", "x", "--samples", "3", "-m", model}, "--samples 3");
  error({"audit", "trigger", "x", "--most", "0", "-m", model}, "--most 0");
  error({"audit", "trigger", "x", "--thinking", "default,off", "-m", model},
        "audit trigger: --thinking is given 2 times");
  error({"audit", "scan", "--words", good, "--template", "{}", "--system", "A", "--system", "B",
         "-m", model},
        "audit scan: --system is given 2 times");
  error({"audit", "trigger", "x", "--units", "lines", "-m", model}, "--units");
  error({"audit", "trigger"}, "prompt");
  error({"audit", "panel", "latest"}, "--judge-model");
}

TEST_F(AuditWordsTest, ATriggerIsLookedFor) {
  const Finished done =
      candor({"audit", "trigger", "low low lower?", "--model", model_.string(), "--store",
              place("t.db"), "--max-tokens", "20", "--most", "60", "--json", "-q"});
  const auto found = data::parse_object(done.output, "trigger");
  // Noise may say neither.
  EXPECT_EQ(done.status, found.at("tells").as_bool() ? 0 : 3) << done.errors;
  EXPECT_EQ(found.at("prompt").as_string(), "low low lower?");
  EXPECT_EQ(found.at("variants").as_array().size(), found.at("texts").to_number<std::size_t>());
  EXPECT_EQ(stored("t.db"), found.at("answers").to_number<long>());
}

}  // namespace
}  // namespace candor::runner
