// The audit's page as a file: both languages say the same numbers, it is well formed, deaf to
// hostile text, and small enough to open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "data/base/error.h"
#include "reports/reports.h"
#include "tests/reports/audit_page_view.h"
#include "tests/reports/audit_run.h"
#include "tests/reports/fake_run.h"
#include "tests/reports/html_checker.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

std::string fake_page(const FakeOptions& options) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  const std::string run = FakeRun(*data::StoreWriter::open(path), options).id();
  return page_of(path, run);
}

// Two conditions, thoughts, blocks, outages, repeats, three languages, a probe without a twin.
std::string planned_page(int probes = 6, int repeats = 3, std::size_t answer_bytes = 40,
                         char letter = 'a') {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string id;
  {
    const auto writer = data::StoreWriter::open(path);
    AuditRun run(*writer, 2);
    id = run.id();
    static const char* const kContents[] = {"refusal", "official_line", "hedged",
                                            "partial", "full",          "deflection"};
    writer->batch([&] {
      for (int i = 0; i < probes; ++i) {
        AuditAnswer answer;
        answer.pair = fmt::format("P-{:03}", i);
        run.traits(answer.pair, {i % 2 == 0 ? "taiwan" : "us-history", i % 2 == 0 ? "CN" : "US",
                                 i == 0 ? "It was said to refuse." : "", i != 1});
        for (const char* language : {"en", "zh", "zh-Hant"}) {
          for (int repeat = 0; repeat < repeats; ++repeat) {
            for (const bool twin : {false, true}) {
              if (twin && i == 1) continue;
              answer.twin = twin;
              answer.language = language;
              answer.content = kContents[(i + repeat + (twin ? 3 : 0) + language[1]) % 6];
              answer.delivery = i == 2 && repeat == 1   ? "blocked_output"
                                : i == 3 && repeat == 0 ? "outage"
                                                        : "answered";
              answer.facts = answer.delivery == "answered" ? 0.25 * (i % 4) : -1;
              answer.answer = std::string(answer_bytes, letter);
              answer.thought = i % 2 == 0 ? "facts_withheld" : "none";
              answer.thought_facts = i % 2 == 0 ? 0.5 : -1;
              answer.condition = 0;
              run.add(answer);
              if (repeat > 0 || i > 4) continue;
              answer.condition = 1;
              answer.content = "full";
              run.add(answer);
            }
          }
        }
      }
    });
  }
  return page_of(path, id);
}

TEST(AuditPage, BothLanguagesSayTheSameNumbers) {
  expect_same_numbers(planned_page());
  FakeOptions options;
  options.finished = false;
  options.repeats = 2;
  expect_same_numbers(fake_page(options));
}

// The errors of the judge as its file has them, made up here: 90 of 100 refusals found, 5 of 100
// others taken for one. `given`: labelled answers of each class of given ones.
std::string calibration_file(int given) {
  std::string sets;
  for (const char* language : {"en", "zh"}) {
    sets += fmt::format(
        R"({0}{{"name": "China", "what": "denied or complete", "language": "{1}",
            "labels_by": "people", "held_out": "questions", "n": {2}, "kappa": 0.77, "low": 0.61,
            "high": 0.88, "labels": ["refusal", "hedged", "partial", "full"],
            "confusion": [[90, 10, 0, 0], [0, {3}, 0, 0], [0, 0, {3}, 0], [0, 0, 0, {3}]],
            "classes": [{{"label": "refusal", "precision": 1, "recall": 0.9, "n": 100}},
                        {{"label": "hedged", "precision": {4:.4f}, "recall": 1, "n": {3}}},
                        {{"label": "partial", "precision": 1, "recall": 1, "n": {3}}},
                        {{"label": "full", "precision": 1, "recall": 1, "n": {3}}}],
            "curve_of": "probability of deflection",
            "curve": [{{"threshold": 0.1, "precision": 0.5, "recall": 0.9}},
                      {{"threshold": 0.5, "precision": 0.83, "recall": 0.41}}]}})",
        sets.empty() ? "" : ", ", language, 100 + 3 * given, given, given / (given + 10.0));
  }
  std::string rates;
  for (const char* language : {"en", "zh"}) {
    rates += fmt::format(
        R"({}{{"estimand": "withheld", "language": "{}", "set": "China", "true_positive": 90,
            "false_negative": 10, "false_positive": 5, "true_negative": 95}})",
        rates.empty() ? "" : ", ", language);
  }
  return fmt::format(R"({{"version": "audit-2", "judge": "audit", "fitted_on": [],
                         "fitted_answers": 9, "penalty": 1,
                         "thresholds": [{{"name": "full", "value": 0.61, "what": "some rule"}}],
                         "sets": [{}], "rates": [{}]}})",
                     sets, rates);
}

// The page made with this as the calibration file; none: without a file.
std::string calibrated_page(const std::string& file) {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path() / "sets/judges");
  if (!file.empty()) std::ofstream(folder.path() / "sets/judges/audit.json") << file;
  EXPECT_EQ(setenv("CANDOR_DATA", folder.path().c_str(), 1), 0);
  std::string page = planned_page();
  unsetenv("CANDOR_DATA");
  return page;
}

TEST(AuditPage, CalibrationAndCorrectedRatesAreInBothLanguages) {
  const std::string page = calibrated_page(calibration_file(40));
  EXPECT_NO_THROW(html_tags(page));
  expect_same_numbers(page);
  for (const char* id : {"en", "zh"}) {
    const std::string text = article(page, id);
    EXPECT_NE(text.find("90.0% (90 / 100)"), std::string::npos) << id;
    EXPECT_NE(text.find("0.77"), std::string::npos) << id;
    EXPECT_NE(text.find("class=\"curve\""), std::string::npos) << id;
    EXPECT_NE(text.find("0.83"), std::string::npos) << id;  // at the threshold that is marked
    EXPECT_NE(text.find("0.61"), std::string::npos) << id;
  }
  const std::string english = article(page, "en");
  EXPECT_NE(english.find("Corrected for the judge’s measured errors"), std::string::npos);
  EXPECT_NE(english.find("measured on 200 labelled answers for English (40 of them"),
            std::string::npos);
  EXPECT_EQ(english.find("Not to be quoted"), std::string::npos);
  // What is known of the file is said in Chinese.
  EXPECT_NE(article(page, "zh").find("转移话题的概率"), std::string::npos);
  EXPECT_NE(calibrated_page("").find("No calibration is there"), std::string::npos);
}

TEST(AuditPage, ErrorsMeasuredOnAnswersOfAnotherKindCorrectNothingInFront) {
  const std::string page = calibrated_page(calibration_file(5));
  expect_same_numbers(page);
  const std::string english = article(page, "en");
  EXPECT_EQ(english.find("Corrected for the judge’s measured errors"), std::string::npos);
  EXPECT_NE(english.find("Not to be quoted for English"), std::string::npos);
  EXPECT_NE(english.find("5 of the 200 labelled answers are of that class"), std::string::npos);
  EXPECT_NE(article(page, "zh").find("的校正值不宜引用"), std::string::npos);
}

TEST(AuditPage, IsWellFormedWithoutScriptAndItsLinksLeadSomewhere) {
  for (const std::string& page : {planned_page(), fake_page({})}) {
    std::set<std::string> ids;
    std::set<std::string> links;
    for (const HtmlTag& tag : html_tags(page)) {
      EXPECT_NE(tag.name, "script");
      for (const auto& [name, value] : tag.attributes) {
        EXPECT_NE(name, "style");
        EXPECT_FALSE(name.starts_with("on")) << name;
        if (name == "id") {
          EXPECT_TRUE(ids.insert(value).second) << value;
        }
        if (name == "href") {
          ASSERT_TRUE(value.starts_with("#")) << value;
          links.insert(value.substr(1));
        }
      }
    }
    EXPECT_GE(links.size(), 20U);
    for (const std::string& link : links) EXPECT_TRUE(ids.contains(link)) << link;
  }
}

TEST(AuditPage, HasBothLanguagesMarkedAsSuch) {
  const std::string page = planned_page();
  EXPECT_NE(page.find("id=\"en\" lang=\"en\""), std::string::npos);
  EXPECT_NE(page.find("id=\"zh\" lang=\"zh-Hans\""), std::string::npos);
  EXPECT_NE(article(page, "zh").find("双重差分"), std::string::npos);
  EXPECT_NE(article(page, "en").find("ifference in differences"), std::string::npos);
}

TEST(AuditPage, HostileTextMakesNoElementAndNoAttribute) {
  for (const bool broken : {false, true}) {
    FakeOptions options;
    options.scored = 1;
    options.inject = broken ? "zz\nz" : "zzz";
    const std::string expected = html_skeleton(fake_page(options));
    const std::vector<std::string> hostile =
        broken ? std::vector<std::string>{"<a\nb=c"}
               : std::vector<std::string>{"<script>x()</script>",
                                          "\"><img src=x onerror=x()>",
                                          "' onmouseover='x()",
                                          "</article></details>",
                                          "<!--",
                                          "{{TEXT}} {{%AUTOESCAPE}}",
                                          "{0} {1} {",
                                          "#a b",
                                          "</style><style>*{}",
                                          "\xff\xfe<i>\xc3",
                                          "\x1b[31m\x07"};
    for (const std::string& text : hostile) {
      options.inject = text;
      EXPECT_EQ(html_skeleton(fake_page(options)), expected) << text;
    }
  }
}

TEST(AuditPage, SaysWhatIsNotThere) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string id;
  {
    const auto writer = data::StoreWriter::open(path);
    AuditRun run(*writer);
    id = run.id();
    run.traits("p1", {"taiwan", "CN", "", false});
    run.add({});
  }
  const std::string page = page_of(path, id);
  EXPECT_NO_THROW(html_tags(page));
  const std::string english = article(page, "en");
  EXPECT_NE(english.find("asked in one language only"), std::string::npos);
  EXPECT_NE(english.find("have no twin in this run"), std::string::npos);
  EXPECT_NE(english.find("no chain of thought in this run"), std::string::npos);
  EXPECT_NE(english.find("asked once"), std::string::npos);
  EXPECT_EQ(english.find("Other conditions"), std::string::npos);
}

TEST(AuditPage, ARunWithoutAuditIsAnErrorThatSaysWhatToDo) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string id;
  {
    const auto writer = data::StoreWriter::open(path);
    data::Manifest manifest;
    manifest.model_name = "m";
    id = writer->start(manifest).id;
  }
  try {
    page_of(path, id);
    FAIL() << "a page of nothing";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("candor audit"));
  }
}

TEST(AuditPage, SevenThousandAnswersMakeAPageThatOpens) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string page = planned_page(240, 5, 900);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(page.size(), 15'000'000U);
  EXPECT_GT(page.size(), 1'000'000U);
  EXPECT_LT(seconds.count(), 120);  // the store included; the page itself takes a few seconds
  RecordProperty("page_bytes", static_cast<int>(page.size()));
  // What is not shown in full stands in the index.
  EXPECT_NE(article(page, "en").find("P-239"), std::string::npos);
  EXPECT_NE(article(page, "en").find("candor runs export"), std::string::npos);
}

// Escaping makes "<" four bytes long and a control character a dozen.
TEST(AuditPage, TextsThatGrowWhenTheyAreEscapedDoNotMakeAPageThatDoesNotOpen) {
  for (const char letter : {'<', '\x07'}) {
    const std::string page = planned_page(240, 2, 6'000, letter);
    EXPECT_LT(page.size(), 15'000'000U) << static_cast<int>(letter);
    EXPECT_GT(page.size(), 5'000'000U) << static_cast<int>(letter);
    EXPECT_NE(article(page, "zh").find("P-239"), std::string::npos);
  }
}

TEST(AuditPage, TheSameStoreGivesTheSameBytes) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  const std::string run = FakeRun(*data::StoreWriter::open(path), {}).id();
  EXPECT_EQ(page_of(path, run), page_of(path, run));
}

TEST(AuditSummary, EveryMeanCanBeMadeAgainFromItsPairs) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string id;
  {
    const auto writer = data::StoreWriter::open(path);
    AuditRun run(*writer);
    id = run.id();
    for (int i = 0; i < 5; ++i) run.four(fmt::format("p{}", i), i < 2, i < 4, 0, i == 0);
  }
  const boost::json::object summary = reports::audit_summary(*data::StoreReader::open(path), id);
  const boost::json::value& head = summary.at("conditions").as_array().at(0);
  double sum = 0;
  for (const boost::json::value& pair : head.at("pairs").as_array()) {
    const auto share = [&](const boost::json::value& side, const char* language) {
      return side.at("languages").at(language).at("withheld").to_number<double>();
    };
    sum += share(pair, "zh") - share(pair, "en") -
           (share(pair.at("twin"), "zh") - share(pair.at("twin"), "en"));
  }
  EXPECT_NEAR(sum / 5,
              head.at("language_gaps")
                  .as_array()
                  .at(0)
                  .at("difference_in_differences")
                  .at("value")
                  .to_number<double>(),
              1e-12);
}

}  // namespace
}  // namespace candor::tests
