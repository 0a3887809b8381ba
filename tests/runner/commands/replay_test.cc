// The commands that judge what was answered elsewhere, as their users start them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "data/records/json_fields.h"
#include "tests/runner/commands/tiny_program.h"

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

}  // namespace
}  // namespace candor::runner
