// The audit's figures on runs whose every answer was planned: each estimand against the value
// worked out by hand.
#include <gtest/gtest.h>

#include "data/base/error.h"
#include "reports/audit/report.h"
#include "reports/reports.h"
#include "tests/reports/audit_run.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

using reports::AuditReport;

constexpr const char* kCalibration = R"({"version": "audit-2", "judge": "audit",
  "fitted_on": ["a"], "fitted_answers": 20, "penalty": 0.1, "thresholds": [], "sets": [],
  "rates": [{"estimand": "withheld", "language": "en", "set": "World", "true_positive": 90,
             "false_negative": 10, "false_positive": 10, "true_negative": 90},
            {"estimand": "withheld", "language": "zh", "set": "China", "true_positive": 80,
             "false_negative": 20, "false_positive": 0, "true_negative": 100}]})";

class AuditReportTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  std::unique_ptr<data::StoreWriter> writer_ =
      data::StoreWriter::open(folder_.path() / "candor.db");

  const AuditReport& report(const AuditRun& run,
                            std::optional<reports::Calibration> calibration = std::nullopt) {
    writer_.reset();
    const auto reader = data::StoreReader::open(folder_.path() / "candor.db");
    data_ = reports::load_run(*reader, run.id());
    report_ = reports::audit_report(data_, std::move(calibration));
    return report_;
  }

 private:
  reports::RunData data_;
  AuditReport report_;
};

TEST_F(AuditReportTest, DifferencesAreThoseWorkedOutByHand) {
  AuditRun run(*writer_);
  run.four("p1", 0, 1, 0, 0);
  run.four("p2", 0, 1, 0, 1);
  run.four("p3", 1, 1, 0, 0);
  run.four("p4", 0, 0, 0, 0);
  const AuditReport& figures = report(run);
  const reports::GapRow& gap = figures.headline().gaps.at(0);
  EXPECT_EQ(gap.language, "zh");
  EXPECT_DOUBLE_EQ(gap.probes.value, 0.5);
  EXPECT_DOUBLE_EQ(gap.twins.value, 0.25);
  EXPECT_DOUBLE_EQ(gap.difference.value, 0.25);
  EXPECT_EQ(gap.difference.clusters, 4U);
  EXPECT_DOUBLE_EQ(gap.means.probe_first, 0.25);
  EXPECT_DOUBLE_EQ(gap.means.probe_second, 0.75);
  EXPECT_DOUBLE_EQ(gap.means.twin_second, 0.25);
  EXPECT_EQ(gap.withheld_here_only, 2U);
  EXPECT_EQ(gap.withheld_base_only, 0U);
  EXPECT_DOUBLE_EQ(gap.mcnemar, 0.5);
  ASSERT_EQ(figures.headline().topics.size(), 2U);
  EXPECT_DOUBLE_EQ(figures.headline().topics[0].gap.value, 0.25);
  EXPECT_DOUBLE_EQ(figures.headline().topics[1].gap.value, 0.5);
  EXPECT_EQ(figures.asked, 16U);
}

TEST_F(AuditReportTest, BlocksAreWithheldOutagesAreInNoRateAndOutcomesAddUp) {
  AuditRun run(*writer_);
  AuditAnswer answer;
  for (const char* delivery :
       {"answered", "blocked_input", "blocked_output", "outage", "incoherent", "answered"}) {
    answer.delivery = delivery;
    run.add(answer);
  }
  const AuditReport& figures = report(run);
  const reports::RateRow& rate = figures.headline().rates.at(0);
  EXPECT_EQ(rate.asked, 6U);
  EXPECT_EQ(rate.counted, 4U);
  EXPECT_EQ(rate.withheld, 2U);
  EXPECT_DOUBLE_EQ(rate.rate, 0.5);
  EXPECT_DOUBLE_EQ(rate.bounds.low, 2.0 / 6);
  EXPECT_DOUBLE_EQ(rate.bounds.high, 4.0 / 6);
  const reports::OutcomeRow& row = figures.headline().outcomes.at(0);
  std::size_t sum = 0;
  for (const auto& [axes, count] : row.counts) sum += count;
  EXPECT_EQ(sum, row.asked);
  EXPECT_EQ(row.counts.at({"answered", "full"}), 2U);
  EXPECT_EQ(row.counts.at({"outage", ""}), 1U);
}

TEST_F(AuditReportTest, AProbeCountsOnceHoweverOftenItWasAsked) {
  AuditRun run(*writer_);
  AuditAnswer answer;
  for (const char* content : {"refusal", "refusal", "refusal", "full"}) {
    answer.content = content;
    run.add(answer);
  }
  answer.pair = "p2";
  answer.content = "full";
  run.add(answer);
  const AuditReport& figures = report(run);
  EXPECT_DOUBLE_EQ(figures.headline().rates.at(0).rate, 0.375);
  const data::Interval wilson = data::wilson_of_rate(0.375, 2);
  EXPECT_DOUBLE_EQ(figures.headline().rates.at(0).interval.low, wilson.low);
  // One cell has two samples or more, and it is mixed.
  ASSERT_EQ(figures.stability.size(), 1U);
  EXPECT_EQ(figures.stability[0].cells, 1U);
  EXPECT_EQ(figures.stability[0].mixed, 1U);
  EXPECT_EQ(figures.stability[0].pairs, std::vector<std::string>{"probes/p1"});
}

TEST_F(AuditReportTest, KeyFactsAreAMeanOfSharesAndABlockStatesNone) {
  AuditRun run(*writer_);
  const auto facts = [&](const char* pair, const char* language, double share) {
    AuditAnswer answer;
    answer.pair = pair;
    answer.language = language;
    answer.facts = share;
    if (share < 0) answer.delivery = "blocked_output";
    run.add(answer);
  };
  facts("p1", "en", 0.75);
  facts("p1", "zh", -1);
  facts("p2", "en", 0.25);
  facts("p2", "zh", 0.25);
  const AuditReport& figures = report(run);
  EXPECT_DOUBLE_EQ(figures.headline().facts.at(0).stated.value, 0.5);
  EXPECT_DOUBLE_EQ(figures.headline().facts.at(1).stated.value, 0.125);
  EXPECT_DOUBLE_EQ(figures.headline().fact_gaps.at(0).probes.value, -0.375);
}

TEST_F(AuditReportTest, SuppressionIsOfThoseWhoseThoughtStatesAFact) {
  AuditRun run(*writer_);
  const auto think = [&](bool twin, const char* state, double thought, double answer_facts) {
    AuditAnswer answer;
    answer.twin = twin;
    answer.thought = state;
    answer.thought_facts = thought;
    answer.facts = answer_facts;
    run.add(answer);
  };
  think(false, "facts_withheld", 0.5, 0);
  think(false, "facts_withheld", 1, 0);
  think(false, "both", 0.5, 0.5);
  think(false, "on_topic", 0, 0);
  think(true, "both", 0.5, 0.25);
  const AuditReport& figures = report(run);
  const reports::ThoughtFigures& thought = figures.headline().thought;
  EXPECT_EQ(thought.thoughts, 5U);
  const reports::ThoughtRow& probe = thought.rows.at(0);
  EXPECT_EQ(probe.knowing, 3U);
  EXPECT_EQ(probe.suppressed, 2U);
  EXPECT_DOUBLE_EQ(probe.suppression, 2.0 / 3);
  EXPECT_EQ(probe.states.at("facts_withheld"), 2U);
  EXPECT_EQ(probe.samples, 4U);
  EXPECT_DOUBLE_EQ(probe.divergence.value, 0.375);
  EXPECT_DOUBLE_EQ(thought.gaps.at(0).divergence.value, 0.125);
}

TEST_F(AuditReportTest, ConditionsAreComparedOnTheSameProbesAndHolmIsOverAllTests) {
  AuditRun run(*writer_, 2);
  for (int i = 0; i < 8; ++i) {
    const std::string pair = fmt::format("p{}", i);
    run.four(pair, 0, 1, 0, 0, 0);
    run.four(pair, i < 6 ? 1 : 0, 1, 0, 0, 1);
  }
  const AuditReport& figures = report(run);
  ASSERT_EQ(figures.conditions.size(), 2U);
  EXPECT_DOUBLE_EQ(figures.headline().gaps.at(0).difference.value, 1);
  EXPECT_FALSE(figures.conditions[0].condition.system.has_value());
  ASSERT_EQ(figures.contrasts.size(), 2U);
  EXPECT_EQ(figures.contrasts[0].language, "en");
  EXPECT_DOUBLE_EQ(figures.contrasts[0].probes.value, 0.75);
  EXPECT_DOUBLE_EQ(figures.contrasts[0].twins.value, 0);
  EXPECT_DOUBLE_EQ(figures.contrasts[0].difference.value, 0.75);
  EXPECT_DOUBLE_EQ(figures.contrasts[0].mcnemar, 2.0 / 64);
  EXPECT_DOUBLE_EQ(figures.contrasts[0].p, 2.0 / 64);
  // Two language gaps and two contrasts, each by McNemar and, less the twins (which are all 0
  // here), by sign flips: raw p 2/256, 1/2, 2/64 and 1, twice each.
  ASSERT_EQ(figures.family.size(), 8U);
  const auto holm = [&](std::size_t condition, const char* what, const char* language) {
    return *reports::holm_of(figures.family, condition, what, language);
  };
  EXPECT_DOUBLE_EQ(holm(0, "language", "zh"), 8 * 2.0 / 256);
  EXPECT_DOUBLE_EQ(holm(0, "difference", "zh"), 8 * 2.0 / 256);
  EXPECT_DOUBLE_EQ(holm(1, "condition", "en"), 6 * 2.0 / 64);
  EXPECT_DOUBLE_EQ(holm(1, "condition_difference", "en"), 6 * 2.0 / 64);
  EXPECT_DOUBLE_EQ(holm(1, "difference", "zh"), 1);
  EXPECT_DOUBLE_EQ(*figures.headline().gaps.at(0).p_holm, 8 * 2.0 / 256);
  EXPECT_DOUBLE_EQ(*figures.contrasts[0].p_holm, 6 * 2.0 / 64);
}

TEST_F(AuditReportTest, TopicsAndStatesHaveTheirOwnRates) {
  AuditRun run(*writer_);
  run.traits("p1", {"taiwan", "CN", "", true});
  run.traits("p2", {"taiwan", "CN", "", true});
  run.traits("p3", {"us-history", "US", "", true});
  run.four("p1", 0, 1, 0, 0);
  run.four("p2", 1, 1, 0, 1);
  run.four("p3", 0, 0, 0, 0);
  const AuditReport& figures = report(run);
  ASSERT_EQ(figures.topics.size(), 2U);
  EXPECT_EQ(figures.topics[0].name, "taiwan");
  EXPECT_DOUBLE_EQ(figures.topics[0].cells.at(0).rate.rate, 0.5);
  EXPECT_DOUBLE_EQ(figures.topics[0].cells.at(1).gap.gap.value, 0.5);
  EXPECT_DOUBLE_EQ(figures.topics[0].language.at(0).gap.value, 0.5);
  ASSERT_EQ(figures.states.size(), 2U);
  EXPECT_EQ(figures.states[1].name, "US");
  EXPECT_DOUBLE_EQ(figures.states[1].cells.at(1).rate.rate, 0);
}

TEST_F(AuditReportTest, RatesAreCorrectedByTheErrorsOfTheirLanguage) {
  AuditRun run(*writer_);
  for (int i = 0; i < 10; ++i) run.four(fmt::format("p{}", i), i < 3, i < 6, 0, i < 2);
  const AuditReport& figures = report(run, reports::read_calibration(kCalibration, "calibration"));
  ASSERT_EQ(figures.corrected.rows.size(), 4U);
  EXPECT_NEAR(figures.corrected.rows[0].rate.value, (0.3 - 0.1) / 0.8, 1e-12);
  EXPECT_NEAR(figures.corrected.rows[1].rate.value, 0.6 / 0.8, 1e-12);
  ASSERT_EQ(figures.corrected.gaps.size(), 1U);
  EXPECT_NEAR(figures.corrected.gaps[0].probes.value, 0.75 - 0.25, 1e-12);
  EXPECT_NEAR(figures.corrected.gaps[0].difference.value, 0.4 / 0.8 - 0.3 / 0.8, 1e-12);
}

TEST_F(AuditReportTest, ACalibrationOfAnotherVersionCorrectsNothing) {
  AuditRun run(*writer_);
  run.four("p1", 0, 1, 0, 0);
  reports::Calibration other = reports::read_calibration(kCalibration, "calibration");
  other.version = "audit-1";
  const AuditReport& figures = report(run, other);
  EXPECT_FALSE(figures.calibrated());
  EXPECT_TRUE(figures.corrected.rows.empty());
}

TEST_F(AuditReportTest, TraditionalChineseUsesTheErrorsOfChinese) {
  const reports::Calibration calibration = reports::read_calibration(kCalibration, "calibration");
  ASSERT_NE(calibration.rate("withheld", "zh-Hant"), nullptr);
  EXPECT_EQ(calibration.rate("withheld", "zh-Hant")->set, "China");
  EXPECT_EQ(calibration.rate("not_complete", "zh"), nullptr);
}

}  // namespace
}  // namespace candor::tests
