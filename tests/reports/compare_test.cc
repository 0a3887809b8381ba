#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/base/error.h"
#include "data/stats/stats.h"
#include "reports/reports.h"
#include "tests/reports/fake_run.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class Compare : public ::testing::Test {
 protected:
  std::string store_run(const FakeOptions& options) {
    return FakeRun(*data::StoreWriter::open(path()), options).id();
  }
  reports::Comparison compare(const std::string& a, const std::string& b, double alpha = 0.05) {
    return reports::compare(*data::StoreReader::open(path()), a, b, alpha);
  }
  std::filesystem::path path() const { return folder_.path() / "candor.db"; }

  TempFolder folder_;
};

FakeOptions all(data::Outcome outcome, int scored = 12) {
  FakeOptions options;
  options.always = outcome;
  options.scored = scored;
  return options;
}

double number(const json::value& value, const char* key) {
  return json::value_to<double>(value.as_object().at(key));
}

TEST_F(Compare, ARunAgainstItselfShowsNoDifference) {
  const std::string run = store_run({});
  const reports::Comparison same = compare(run, run);
  EXPECT_FALSE(same.significant_drop);
  for (const json::value& row : same.json.at("scores").as_array()) {
    EXPECT_EQ(number(row.at("difference"), "value"), 0);
    EXPECT_EQ(number(row, "mcnemar_p"), 1);
  }
  EXPECT_TRUE(same.json.at("lost").as_array().empty());
  EXPECT_TRUE(same.json.at("audit_changes").as_array().empty());
}

TEST_F(Compare, TheGateFindsADropAndNotAGain) {
  const std::string good = store_run(all(data::Outcome::kRight));
  const std::string bad = store_run(all(data::Outcome::kWrong));
  EXPECT_TRUE(compare(good, bad).significant_drop);
  EXPECT_FALSE(compare(bad, good).significant_drop);
  EXPECT_THAT(compare(good, bad).text, HasSubstr("SIGNIFICANTLY LOWER"));
  const json::value row = compare(good, bad).json.at("scores").as_array().at(0);
  EXPECT_NEAR(number(row, "mcnemar_p"), 2.0 / 4096, 1e-12);
  EXPECT_NEAR(number(row, "holm_p"), 4 * 2.0 / 4096, 1e-12);  // two suites, two languages
  EXPECT_EQ(number(row, "only_a"), 12);
}

// Refusing, failing or being cut off is a drop like a wrong answer: the denominator stays.
TEST_F(Compare, WhatIsNotAnsweredIsADropToo) {
  const std::string good = store_run(all(data::Outcome::kRight));
  for (const data::Outcome outcome : {data::Outcome::kRefused, data::Outcome::kError,
                                      data::Outcome::kTruncated, data::Outcome::kUnparsed}) {
    EXPECT_TRUE(compare(good, store_run(all(outcome))).significant_drop) << data::name(outcome);
  }
}

TEST_F(Compare, TheGateDependsOnAlphaThroughHolm) {
  // Six flips of six: p = 2/64, times four rows 0.125.
  const std::string good = store_run(all(data::Outcome::kRight, 6));
  const std::string bad = store_run(all(data::Outcome::kWrong, 6));
  EXPECT_FALSE(compare(good, bad, 0.05).significant_drop);
  EXPECT_FALSE(compare(good, bad, 0.1249).significant_drop);
  EXPECT_TRUE(compare(good, bad, 0.1251).significant_drop);
}

TEST_F(Compare, FlippedQuestionsAreListedWithBothOutcomes) {
  const std::string a = store_run(all(data::Outcome::kRight, 2));
  const std::string b = store_run(all(data::Outcome::kUnparsed, 2));
  const json::array lost = compare(a, b).json.at("lost").as_array();
  ASSERT_EQ(lost.size(), 8U);
  EXPECT_EQ(lost[0].at("id").as_string(), "arithmetic/1/0000/en");
  EXPECT_EQ(lost[0].at("a").at("label").as_string(), "right");
  EXPECT_EQ(lost[0].at("b").at("label").as_string(), "unparsed");
  EXPECT_THAT(compare(a, b).text, HasSubstr("arithmetic/1/0000/en"));
  EXPECT_EQ(compare(b, a).json.at("gained").as_array().size(), 8U);
}

TEST_F(Compare, OnlyQuestionsThatBothWereAskedAreCompared) {
  const std::string few = store_run(all(data::Outcome::kRight, 3));
  const std::string more = store_run(all(data::Outcome::kWrong, 5));
  const reports::Comparison found = compare(few, more);
  for (const json::value& row : found.json.at("scores").as_array()) {
    EXPECT_EQ(number(row, "questions"), 3);
  }
  EXPECT_EQ(number(found.json, "only_in_a"), 0);
  EXPECT_EQ(number(found.json, "only_in_b"), 8);
  EXPECT_THAT(found.text, HasSubstr("0 questions were asked in A alone and 8 in B alone"));
}

TEST_F(Compare, TheAuditIsComparedProbeByProbe) {
  FakeOptions opened;
  opened.chinese_opens_up = true;
  const std::string a = store_run({});
  const std::string b = store_run(opened);
  const reports::Comparison found = compare(a, b);
  const json::array& rows = found.json.at("audit").as_array();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].at("language").as_string(), "zh");
  EXPECT_DOUBLE_EQ(number(rows[1].at("difference"), "value"), -3.0 / 5);
  EXPECT_DOUBLE_EQ(number(rows[1], "mcnemar_p"), 2.0 / 8);
  const json::array& changes = found.json.at("audit_changes").as_array();
  ASSERT_EQ(changes.size(), 5U);
  // Those that crossed from withheld to given come before the one that was only relabelled.
  EXPECT_EQ(changes[4].at("a").at("label").as_string(), "hedged");
  EXPECT_FALSE(found.significant_drop);
}

TEST_F(Compare, WhatDiffersBetweenTheRunsIsNamed) {
  FakeOptions other;
  other.model = "another model";
  const std::string a = store_run({});
  const std::string b = store_run(other);
  const json::array differences = compare(a, b).json.at("differences").as_array();
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].at("field").as_string(), "model");
  EXPECT_EQ(differences[0].at("b").as_string(), "another model");
}

TEST_F(Compare, RunsWithoutACommonQuestionAreRefused) {
  std::string empty;
  const std::string full = store_run({});
  {
    const auto writer = data::StoreWriter::open(path());
    data::Manifest manifest;
    manifest.model_name = "empty";
    empty = writer->start(manifest).id;
  }
  EXPECT_THROW(compare(full, empty), Error);
}

}  // namespace
}  // namespace candor::tests
