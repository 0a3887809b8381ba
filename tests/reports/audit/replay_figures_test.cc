// Replayed answers of two models: differences against twins, rates without the judge's errors, and
// judges of two versions.
#include <gtest/gtest.h>

#include "data/base/error.h"
#include "reports/audit/replay.h"
#include "tests/reports/audit_run.h"
#include "tests/support/temp_folder.h"

namespace candor::reports {
namespace {

class ReplayFiguresTest : public ::testing::Test {
 protected:
  tests::TempFolder folder_;
  std::unique_ptr<data::StoreWriter> writer_ =
      data::StoreWriter::open(folder_.path() / "candor.db");

  ReplayFigures figures(const std::vector<ReplayRun>& runs,
                        const std::optional<Calibration>& calibration = std::nullopt) {
    writer_.reset();
    const auto reader = data::StoreReader::open(folder_.path() / "candor.db");
    return replay_figures(*reader, runs, calibration);
  }
};

Calibration measured() {
  Calibration calibration;
  calibration.version = "audit-2";
  calibration.rates = {{"not_complete", "en", "World", {90, 10, 10, 90}},
                       {"not_complete", "zh", "China", {80, 20, 0, 100}}};
  return calibration;
}

TEST_F(ReplayFiguresTest, DifferencesAreOfTheSameModelsTwin) {
  tests::AuditRun one(*writer_);
  one.four("p1", 0, 1, 0, 0);
  one.four("p2", 0, 1, 0, 1);
  tests::AuditRun two(*writer_);
  two.four("p1", 0, 0, 1, 0);
  two.traits("alone", {"leaders", "CN", "", false});
  tests::AuditAnswer alone;
  alone.pair = "alone";
  two.add(alone);
  const ReplayFigures all = figures({{one.id(), "a"}, {two.id(), "b"}});
  const auto group = [&](const std::string& name) {
    for (const ReplayGroup& row : all.groups) {
      if (row.name == name && row.role == "probe") return row;
    }
    return ReplayGroup{};
  };
  ASSERT_EQ(group("a").differences.size(), 1U);
  EXPECT_EQ(group("a").differences[0].cells, 2U);
  EXPECT_DOUBLE_EQ(group("a").differences[0].withheld.value, 0.5);
  EXPECT_DOUBLE_EQ(group("b").differences[0].withheld.value, 0 - (0 - 1.0));
  EXPECT_EQ(group("b").differences[0].cells, 1U) << "a probe without a twin has none";
  EXPECT_EQ(group("").differences[0].cells, 3U);
  EXPECT_DOUBLE_EQ(group("").differences[0].not_complete.value, 2.0 / 3);
  EXPECT_EQ(group("").differences[0].withheld.clusters, 2U) << "two questions";
  for (const ReplayGroup& row : all.groups) {
    if (row.role == "twin") {
      EXPECT_TRUE(row.differences.empty());
    }
    EXPECT_TRUE(row.corrected.empty()) << "no calibration";
  }
  const boost::json::object json = to_json(all);
  EXPECT_EQ(json.at("groups").at(0).at("difference_in_differences").at(0).at("pairs"), 2);
  EXPECT_NE(replay_text(all).find("gap of the probes minus gap of their twins"), std::string::npos);
}

TEST_F(ReplayFiguresTest, RatesAreCorrectedByTheMeasuredErrors) {
  tests::AuditRun one(*writer_);
  for (int i = 0; i < 10; ++i) one.four(fmt::format("p{}", i), i < 3, i < 6, 0, 0);
  const ReplayFigures all = figures({{one.id(), ""}}, measured());
  const ReplayGroup& probes = all.groups.at(0);
  ASSERT_EQ(probes.corrected.size(), 2U);
  EXPECT_NEAR(probes.corrected[0].not_complete.value, (0.3 - 0.1) / 0.8, 1e-12);
  EXPECT_EQ(probes.corrected[0].set, "World");
  EXPECT_EQ(probes.corrected[0].labelled, 200);
  EXPECT_FALSE(probes.corrected[0].gap);
  EXPECT_NEAR(probes.corrected[1].not_complete.value, 0.6 / 0.8, 1e-12);
  EXPECT_NEAR(probes.corrected[1].gap->value, 0.75 - 0.25, 1e-12);
  const auto direct = data::corrected_rate(0.3, 10, {90, 10, 10, 90});
  EXPECT_NEAR(probes.corrected[0].not_complete.interval.high, direct->interval.high, 1e-12);
  EXPECT_NE(replay_text(all).find("corrected for the judge's measured errors"), std::string::npos);
}

TEST_F(ReplayFiguresTest, ErrorsOfAnotherVersionCorrectNothing) {
  tests::AuditRun one(*writer_);
  one.four("p1", 0, 1, 0, 0);
  Calibration other = measured();
  other.version = "audit-1";
  const ReplayFigures all = figures({{one.id(), ""}}, other);
  EXPECT_TRUE(all.groups.at(0).corrected.empty());
}

TEST_F(ReplayFiguresTest, TwoVersionsOfTheJudgeAreRefused) {
  tests::AuditRun one(*writer_);
  one.four("p1", 0, 1, 0, 0);
  tests::AuditRun two(*writer_);
  tests::AuditAnswer answer;
  answer.version = "audit-3";
  two.add(answer);
  try {
    figures({{one.id(), ""}, {two.id(), ""}});
    FAIL() << "two versions were taken together";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("audit-2"), std::string::npos) << text;
    EXPECT_NE(text.find("audit-3"), std::string::npos) << text;
    EXPECT_NE(text.find("candor score"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace candor::reports
