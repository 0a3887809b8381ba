// One computation: what the JSON says stands on the terminal and on the page, rounded and no
// different.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "reports/reports.h"
#include "reports/text.h"
#include "tests/reports/fake_run.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

namespace json = boost::json;
using reports::percent;
using reports::points;
using reports::tenths;

class SameFigures : public ::testing::Test {
 protected:
  void SetUp() override {
    FakeOptions options;
    options.repeats = 4;
    options.varied = true;
    const auto path = folder_.path() / "candor.db";
    const std::string run = FakeRun(*data::StoreWriter::open(path), options).id();
    FakeOptions second = options;
    second.wrong_shift = 2;
    second.finished = false;
    const std::string other = FakeRun(*data::StoreWriter::open(path), second).id();
    const auto store = data::StoreReader::open(path);
    summary_ = reports::summary(*store, run);
    text_ = reports::summary_text(summary_);
    reports::write_html_report(*store, run, folder_.path() / "report.html");
    page_ = read(folder_.path() / "report.html");
    compared_ = reports::compare(*store, run, other, 0.05);
    reports::write_html_comparison(*store, run, other, 0.05, folder_.path() / "both.html");
    compared_page_ = read(folder_.path() / "both.html");
  }

  static std::string read(const std::filesystem::path& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }
  static double number(const json::value& value, const char* key) {
    return json::value_to<double>(value.at(key));
  }
  static std::string range(const json::value& value) {
    return percent(data::Interval{number(value, "low"), number(value, "high")});
  }
  static std::string escaped(const std::string& text) {
    return text.starts_with('<') ? "&lt;" + text.substr(1) : text;
  }
  void expect_both(const std::string& figure) const {
    EXPECT_NE(text_.find(figure), std::string::npos) << figure << " is not on the terminal";
    EXPECT_NE(page_.find(figure), std::string::npos) << figure << " is not on the page";
  }

  TempFolder folder_;
  json::object summary_;
  std::string text_;
  std::string page_;
  reports::Comparison compared_;
  std::string compared_page_;
};

TEST_F(SameFigures, Scores) {
  for (const char* kind : {"scores", "levels", "topics"}) {
    const json::array& rows = summary_.at(kind).as_array();
    ASSERT_GE(rows.size(), 4U) << kind;
    for (const json::value& row : rows) {
      expect_both(tenths(number(row, "rate")));
      expect_both(range(row));
    }
  }
  for (const json::value& row : summary_.at("scores").as_array()) {
    const std::string error = fmt::format("{:.1f} points", 100 * number(row, "standard_error"));
    expect_both(error);
    expect_both(fmt::format("{} points", std::lround(100 * number(row, "detectable"))));
  }
}

TEST_F(SameFigures, SeveralSamplesAndWhatIsUnknown) {
  const json::array& rows = summary_.at("samples").as_array();
  ASSERT_EQ(rows.size(), 4U);
  for (const json::value& row : rows) {
    ASSERT_EQ(row.at("at").as_array().size(), 3U);  // k = 1, 2, 4
    for (const json::value& at : row.at("at").as_array()) {
      for (const char* key : {"pass", "majority", "g_pass_half", "g_pass_all"}) {
        expect_both(tenths(number(at.at(key), "value")));
        if (at.at(key).at("standard_error").is_null()) {
          EXPECT_EQ(number(at.at(key), "value"), 0) << "only where all questions are alike";
          continue;
        }
        expect_both(fmt::format("± {:.1f}", 100 * number(at.at(key), "standard_error")));
      }
    }
    expect_both(tenths(number(row, "worst")));
    expect_both(tenths(number(row, "best")));
    expect_both(range(row));
  }
  // One sample of each question is the score itself, and more samples never pass less.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const json::array& at = rows[i].at("at").as_array();
    const json::value& score = summary_.at("scores").as_array()[i];
    EXPECT_NEAR(number(at[0].at("pass"), "value"), number(score, "rate"), 1e-12);
    EXPECT_NEAR(number(at[0].at("pass"), "standard_error"), number(score, "standard_error"), 1e-12);
    EXPECT_GT(number(at[2].at("pass"), "value"), number(at[0].at("pass"), "value"));
    EXPECT_NEAR(number(rows[i], "worst"), number(score, "rate"), 1e-12);
  }
}

TEST_F(SameFigures, LanguagePairsLengthsProtocolAndJudges) {
  const json::array& pairs = summary_.at("language_pairs").as_array();
  ASSERT_EQ(pairs.size(), 2U);
  for (const json::value& row : pairs) {
    EXPECT_EQ(number(row, "pairs"), 12);
    EXPECT_EQ(number(row, "both_right") + number(row, "only_base") + number(row, "only_language") +
                  number(row, "neither"),
              12);
    const json::value& difference = row.at("difference");
    for (const std::string& figure :
         {points(number(difference, "value")),
          points(data::Interval{number(difference, "low"), number(difference, "high")})}) {
      EXPECT_NE(text_.find(figure), std::string::npos) << figure;
      // The head of the page's column has the unit.
      const std::string cell = "<td>" + figure.substr(0, figure.rfind(' ')) + "</td>";
      EXPECT_NE(page_.find(cell), std::string::npos) << cell;
    }
  }
  const json::array& lengths = summary_.at("lengths").as_array();
  ASSERT_EQ(lengths.size(), 6U);  // the audit's too
  for (const json::value& row : lengths) {
    EXPECT_EQ(number(row.at("tokens"), "median"), 40);
    expect_both(fmt::to_string(std::lround(number(row.at("answer_characters"), "median"))));
  }
  expect_both("r1-paper, version 1, SHA-256 41b0");
  for (const json::value& judge : summary_.at("judges").as_array()) {
    expect_both(json::value_to<std::string>(judge.at("judge")));
    EXPECT_EQ(judge.at("measured_at_other_version").as_bool(),
              !judge.at("measured").as_array().empty())
        << "the fake run's judges have a version of their own";
    for (const json::value& measured : judge.at("measured").as_array()) {
      expect_both(json::value_to<std::string>(measured.at("said")));
    }
  }
}

TEST_F(SameFigures, Comparisons) {
  const auto expect_all = [&](const std::string& figure) {
    EXPECT_NE(compared_.text.find(figure), std::string::npos) << figure << ": terminal";
    EXPECT_NE(compared_page_.find(figure), std::string::npos) << figure << ": page";
  };
  EXPECT_EQ(compared_.json.at("test").as_string(), "sequential");
  const json::array& rows = compared_.json.at("scores").as_array();
  ASSERT_EQ(rows.size(), 4U);
  for (const json::value& row : rows) {
    expect_all(tenths(number(row.at("a"), "rate")));
    expect_all(tenths(number(row.at("b"), "rate")));
    EXPECT_NE(compared_.text.find(points(number(row.at("difference"), "value"))),
              std::string::npos);
    for (const char* key : {"mcnemar_p", "resampled_p", "any_time_p", "holm_p"}) {
      EXPECT_NE(compared_.text.find(reports::p_value(number(row, key))), std::string::npos) << key;
      EXPECT_NE(compared_page_.find("<td>" + escaped(reports::plain_p(number(row, key))) + "</td>"),
                std::string::npos)
          << key;
    }
    EXPECT_GE(number(row, "holm_p"), number(row, "any_time_p"));
  }
  const auto flips =
      compared_.json.at("lost").as_array().size() + compared_.json.at("gained").as_array().size();
  ASSERT_GT(flips, 0U);
  const json::value& flip = compared_.json.at("lost").as_array().at(0);
  EXPECT_GT(2 * number(flip.at("a"), "right"), number(flip.at("a"), "asked"));
  EXPECT_LE(2 * number(flip.at("b"), "right"), number(flip.at("b"), "asked"));
  EXPECT_EQ(flip.at("a").at("label").as_string(), "right") << "the sample that shows the change";
  EXPECT_NE(flip.at("b").at("label").as_string(), "right");
  expect_all("of 4 right");
  EXPECT_NE(compared_.text.find("NOTE: Not finished."), std::string::npos);
}

}  // namespace
}  // namespace candor::tests
