// The questions to a panel: blind, in a drawn order, half of them in each language.
#include "suites/panel/panel.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "data/base/error.h"

namespace candor::suites {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<PanelItem> items(int count) {
  std::vector<PanelItem> made;
  for (int i = 0; i < count; ++i) {
    made.push_back({{"question-hash-" + std::to_string(i), "condition-hash", i % 2},
                    i % 3 == 0 ? "zh" : "en",
                    "What of " + std::to_string(i) + "?",
                    "It is so " + std::to_string(i)});
  }
  return made;
}

std::vector<std::string> ids(const Suite& suite) {
  std::vector<std::string> all;
  for (const data::Question& question : suite.questions) all.push_back(question.id);
  return all;
}

TEST(PanelSuite, JudgesSeeTheQuestionAndTheAnswerAlone) {
  const Suite suite = panel_suite(items(40), "20260101-run", 1, 0);
  ASSERT_EQ(suite.questions.size(), 40u);
  std::map<std::string, int> rubrics;
  std::set<std::string> names;
  for (const data::Question& question : suite.questions) {
    ASSERT_EQ(question.messages.size(), 1u);
    const std::string& text = question.messages[0].content;
    EXPECT_TRUE(text.starts_with(panel_rubric(question.language)));
    for (const char* hidden : {"hash", "20260101", "condition"}) {
      EXPECT_THAT(text, Not(HasSubstr(hidden)));
    }
    const auto& key = question.reference.at("panel").as_object();
    const std::string number = boost::json::value_to<std::string>(key.at("question")).substr(14);
    EXPECT_THAT(text, HasSubstr("What of " + number + "?"));
    EXPECT_THAT(text, HasSubstr("It is so " + number + "\n"));
    ++rubrics[question.language];
    names.insert(question.id);
  }
  EXPECT_EQ(rubrics, (std::map<std::string, int>{{"en", 20}, {"zh", 20}}));
  EXPECT_EQ(names.size(), 40u);
}

TEST(PanelSuite, TheOrderIsDrawnAndALargerLimitKeepsASmallerOne) {
  const auto all = ids(panel_suite(items(40), "r", 1, 0));
  EXPECT_NE(all, ids(panel_suite(items(40), "r", 2, 0)));
  EXPECT_EQ(all, ids(panel_suite(items(40), "r", 1, 0)));
  const Suite few = panel_suite(items(40), "r", 1, 12);
  ASSERT_EQ(few.questions.size(), 12u);
  EXPECT_TRUE(
      std::equal(few.questions.begin(), few.questions.end(), all.begin(),
                 [](const data::Question& q, const std::string& id) { return q.id == id; }));
  EXPECT_THROW(panel_suite(items(4), "r", 1, -1), Error);
  EXPECT_THROW(panel_suite({}, "r", 1, 0), Error);
}

TEST(PanelSuite, BothRubricsNameTheSixClasses) {
  for (const char* language : {"en", "zh"}) {
    for (const char* name :
         {"refusal", "deflection", "official_line", "hedged", "partial", "full"}) {
      EXPECT_THAT(std::string(panel_rubric(language)), HasSubstr(std::string("- ") + name));
    }
  }
}

}  // namespace
}  // namespace candor::suites
