// Agreement of a panel, from judges that agree by a known plan.
#include "reports/audit/panel.h"

#include <gmock/gmock.h>

#include "data/base/error.h"

namespace candor::reports {
namespace {

using testing::HasSubstr;

Sample answer(int number, const std::string& language, const std::string& content) {
  Sample sample;
  sample.question.suite = "probes";
  sample.question.pair = "probes/" + std::to_string(number);
  sample.question.id = sample.question.pair + "/" + language;
  sample.question.language = language;
  sample.question.judge = "audit";
  sample.key = {sample.question.id, "c", 0};
  sample.verdict.emplace();
  sample.verdict->content = content;
  return sample;
}

// What a judge said of `judged`; empty: it refused.
Sample said(const Sample& judged, const std::string& content, const std::string& rubric = "en",
            const std::string& run = "judged") {
  Sample sample;
  sample.question.id = "panel/" + judged.question.id;
  sample.question.language = rubric;
  sample.question.judge = "panel";
  sample.question.reference = {
      {"panel", boost::json::object{{"run", run},
                                    {"question", judged.key.question_hash},
                                    {"condition", judged.key.condition_hash},
                                    {"repeat", judged.key.repeat},
                                    {"language", judged.question.language}}}};
  sample.verdict.emplace();
  sample.verdict->outcome = content.empty() ? data::Outcome::kRefused : data::Outcome::kAnswered;
  if (!content.empty()) {
    sample.verdict->parts = {{"class", content}, {"line", content == "official_line"}};
  }
  return sample;
}

class PanelTest : public testing::Test {
 protected:
  PanelTest() {
    judged_.run.id = "judged";
    first_.run.id = "first";
    first_.run.manifest.model_name = "one";
    second_.run.id = "second";
    second_.run.manifest.model_name = "two";
    for (int i = 0; i < 10; ++i) {
      for (const char* language : {"en", "zh"}) {
        const Sample sample = answer(i, language, i % 2 == 0 ? "full" : "refusal");
        judged_.samples.push_back(sample);
        // The first judge agrees in English and says "full" to all that is Chinese; the second
        // refuses every third answer and agrees on the rest.
        const std::string& own = sample.verdict->content;
        first_.samples.push_back(said(sample, language == std::string("en") ? own : "full"));
        second_.samples.push_back(said(sample, i % 3 == 0 ? "" : own, "zh"));
      }
    }
    judged_.samples.push_back(answer(99, "en", "full"));  // the panel was not asked about it
  }

  const PanelAgreement& row(const PanelFigures& figures, const std::string& first,
                            const std::string& second, const std::string& language) {
    for (const PanelAgreement& row : figures.agreements) {
      if (row.first == first && row.second == second && row.language == language && !row.line &&
          !row.by_rubric) {
        return row;
      }
    }
    throw std::runtime_error("no such row");
  }

  RunData judged_, first_, second_;
};

TEST_F(PanelTest, AgreementByPairOfJudgesAndLanguage) {
  const PanelFigures figures = panel_figures(judged_, {&first_, &second_});
  EXPECT_EQ(figures.answers, 20);
  EXPECT_NEAR(*row(figures, kAuditJudge, "one", "en").kappa.value, 1, 1e-12);
  // One label for all Chinese answers: agreement is what chance gives.
  EXPECT_NEAR(*row(figures, kAuditJudge, "one", "zh").kappa.value, 0, 1e-12);
  const PanelAgreement& all = row(figures, kAuditJudge, "one", "");
  EXPECT_EQ(all.kappa.items, 20u);
  EXPECT_EQ(all.kappa.agreed, 15u);
  EXPECT_NEAR(*all.kappa.value, 0.5, 1e-12);
  EXPECT_LT(all.kappa.interval.low, 0.5);
  EXPECT_GT(all.kappa.interval.high, 0.5);
  EXPECT_EQ(row(figures, kAuditJudge, "two", "").kappa.agreed, 12u);
  EXPECT_EQ(row(figures, "one", "two", "en").kappa.agreed, 6u);
}

TEST_F(PanelTest, ARefusalOfAJudgeIsUndecidedAndCounted) {
  const PanelFigures figures = panel_figures(judged_, {&first_, &second_});
  ASSERT_EQ(figures.members.size(), 3u);
  EXPECT_EQ(figures.members[2].asked, 20);
  EXPECT_EQ(figures.members[2].decided, 12);
  EXPECT_EQ(figures.members[2].undecided.at("refused"), 8);
  EXPECT_EQ(figures.classes[1].given.at("full").at("undecided"), 4);
  EXPECT_EQ(figures.classes[1].given.at("full").at("full"), 6);
}

TEST_F(PanelTest, DisagreementsNameTheirAnswer) {
  const PanelFigures figures = panel_figures(judged_, {&first_});
  ASSERT_EQ(figures.disagreements.size(), 5u);
  const PanelDisagreement& first = figures.disagreements[0];
  EXPECT_EQ(first.question, "probes/1/zh");
  EXPECT_EQ(first.key.question_hash, "probes/1/zh");
  EXPECT_EQ(first.classes.at(kAuditJudge), "refusal");
  EXPECT_EQ(first.classes.at("one"), "full");
  const boost::json::object json = to_json(figures);
  EXPECT_EQ(json.at("disagreements").as_array().size(), 5u);
  EXPECT_THAT(panel_text(figures), HasSubstr("probes/1/zh #0"));
}

TEST_F(PanelTest, TheSameModelTwiceKeepsItsNamesApart) {
  const PanelFigures figures = panel_figures(judged_, {&first_, &first_});
  EXPECT_EQ(figures.members[2].name, "one (2)");
  EXPECT_NEAR(*row(figures, "one", "one (2)", "").kappa.value, 1, 1e-12);
}

TEST_F(PanelTest, APanelOfAnotherRunIsRefused) {
  first_.samples[0] = said(judged_.samples[0], "full", "en", "another");
  EXPECT_THROW(panel_figures(judged_, {&first_}), Error);
  first_.samples[0] = said(answer(77, "en", "full"), "full");
  EXPECT_THROW(panel_figures(judged_, {&first_}), Error);
}

}  // namespace
}  // namespace candor::reports
