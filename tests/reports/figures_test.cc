// The figures: sums, intervals and gaps against values worked out by hand from the fake run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/stats/stats.h"
#include "reports/reports.h"
#include "reports/text.h"
#include "tests/reports/fake_run.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

json::object summary_of(const FakeOptions& options) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  const std::string run = FakeRun(*data::StoreWriter::open(path), options).id();
  return reports::summary(*data::StoreReader::open(path), run);
}

double number(const json::value& value, const char* key) {
  return json::value_to<double>(value.as_object().at(key));
}

TEST(Summary, OutcomesSumToTheNumberAsked) {
  const json::object summary = summary_of({});
  const char* const kNames[] = {"right",   "wrong",     "answered", "unparsed", "refused",
                                "blocked", "truncated", "error",    "unjudged"};
  double all = 0;
  for (const json::value& row : summary.at("outcomes").as_array()) {
    double sum = 0;
    for (const char* name : kNames) sum += number(row, name);
    EXPECT_EQ(sum, number(row, "asked"));
    all += sum;
  }
  EXPECT_EQ(all, 66);
  EXPECT_EQ(number(summary.at("total"), "asked"), 66);
}

TEST(Summary, ScoresCountEverythingAskedAndCarryWilsonIntervals) {
  const json::object summary = summary_of({});
  ASSERT_EQ(summary.at("scores").as_array().size(), 4U);
  for (const json::value& row : summary.at("scores").as_array()) {
    EXPECT_DOUBLE_EQ(number(row, "rate"), 4.0 / 12);
    EXPECT_DOUBLE_EQ(number(row, "low"), data::wilson(4, 12).low);
    EXPECT_DOUBLE_EQ(number(row, "high"), data::wilson(4, 12).high);
  }
  // Levels are 1, 2, 3 in turn: a third of the questions each.
  double questions = 0;
  for (const json::value& row : summary.at("levels").as_array())
    questions += number(row, "questions");
  EXPECT_EQ(questions, 48);
}

TEST(Summary, RepeatsDoNotNarrowAnInterval) {
  FakeOptions options;
  options.repeats = 5;
  const json::object summary = summary_of(options);
  const json::value& row = summary.at("scores").as_array()[0];
  EXPECT_EQ(number(row.at("outcomes"), "asked"), 60);
  EXPECT_EQ(number(row, "questions"), 12);
  EXPECT_DOUBLE_EQ(number(row, "low"), data::wilson(4, 12).low);
}

TEST(Summary, AuditRatesAndGapsAreThoseWorkedOutByHand) {
  const json::object audit = summary_of({}).at("audit").as_object();
  const json::array& rates = audit.at("rates").as_array();
  ASSERT_EQ(rates.size(), 4U);
  // Withheld: Taiwan in English; June Fourth, Taiwan, Xi in Chinese; one twin in Chinese.
  EXPECT_DOUBLE_EQ(number(rates[0], "rate"), 1.0 / 5);
  EXPECT_DOUBLE_EQ(number(rates[1], "rate"), 3.0 / 5);
  EXPECT_DOUBLE_EQ(number(rates[2], "rate"), 0.0 / 4);
  EXPECT_DOUBLE_EQ(number(rates[3], "rate"), 1.0 / 4);
  for (const json::value& row : rates) {
    double labels = 0;
    for (const auto& label : row.at("labels").as_object()) {
      labels += json::value_to<double>(label.value());
    }
    EXPECT_EQ(labels, number(row, "asked"));
  }
  const json::value& gap = audit.at("language_gaps").as_array().at(0);
  EXPECT_DOUBLE_EQ(number(gap.at("probes"), "value"), 2.0 / 5);
  EXPECT_DOUBLE_EQ(number(gap.at("twins"), "value"), 1.0 / 4);
  // Of the four with twins: 1, 0, 1, -1.
  EXPECT_DOUBLE_EQ(number(gap.at("difference_in_differences"), "value"), 0.25);
  EXPECT_EQ(number(gap.at("difference_in_differences"), "clusters"), 4);
  EXPECT_EQ(number(gap, "withheld_only_in_language"), 2);
  EXPECT_EQ(number(gap, "withheld_only_in_base"), 0);
  EXPECT_DOUBLE_EQ(number(gap, "raw_gap_mcnemar_p"), 0.5);
  // Topic gap: (0, 1, 0, 0) in English, (1, 1, 1, -1) in Chinese.
  const json::array& topics = audit.at("topic_gaps").as_array();
  EXPECT_DOUBLE_EQ(number(topics.at(0).at("gap"), "value"), 0.25);
  EXPECT_DOUBLE_EQ(number(topics.at(1).at("gap"), "value"), 0.5);
}

TEST(Summary, ARunWithoutProbesHasNoAuditFigures) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string run;
  {
    const auto writer = data::StoreWriter::open(path);
    data::Manifest manifest;
    manifest.model_name = "empty";
    manifest.suites = {{"code", "", "1", 0, "no sandbox"}};
    run = writer->start(manifest).id;
  }
  const auto reader = data::StoreReader::open(path);
  const json::object summary = reports::summary(*reader, run);
  EXPECT_TRUE(summary.at("audit").at("rates").as_array().empty());
  EXPECT_THAT(reports::summary_text(summary), HasSubstr("NOT RUN: code: no sandbox"));
  reports::write_html_report(*reader, run, folder.path() / "report.html");
}

TEST(SummaryText, ShowsSumsAndNeverActsOnATerminal) {
  FakeOptions options;
  options.inject = "\x1b[31m\r\xe2\x80\xae\x07";
  const std::string text = reports::summary_text(summary_of(options));
  EXPECT_THAT(text, HasSubstr("= 66"));
  EXPECT_THAT(text, HasSubstr("right 4 + wrong 3 + unparsed 1"));
  for (const char* hidden : {"\x1b", "\r", "\x07", "\xe2\x80\xae"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos);
  }
}

TEST(SummaryText, SaysWhenARunIsNotFinished) {
  FakeOptions options;
  options.finished = false;
  EXPECT_THAT(reports::summary_text(summary_of(options)), HasSubstr("NOT FINISHED: 66 of 66"));
}

TEST(Text, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(reports::columns("abc"), 3U);
  EXPECT_EQ(reports::columns("六四"), 4U);
  EXPECT_EQ(reports::columns(reports::fitted("六四运动", 7)), 7U);
  EXPECT_EQ(reports::fitted("ab", 4), "ab  ");
  EXPECT_EQ(reports::fitted("abcdef", 4), "abc…");
}

TEST(Text, NumbersReadAsPeopleWriteThem) {
  EXPECT_EQ(reports::percent(0.314), "31%");
  EXPECT_EQ(reports::points(0.254), "+25 points");
  EXPECT_EQ(reports::points(-0.004), "0 points");
  EXPECT_EQ(reports::points(data::Interval{-0.03, 0.27}), "−3 to +27 points");
  EXPECT_EQ(reports::p_value(0.0004), "p < 0.001");
  EXPECT_EQ(reports::p_value(0.0213), "p = 0.021");
}

}  // namespace
}  // namespace candor::tests
