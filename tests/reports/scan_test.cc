// The figures and the page of a word scan, from samples with known labels.
#include "reports/audit/scan.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "data/base/error.h"
#include "tests/reports/html_checker.h"
#include "tests/support/temp_folder.h"

namespace candor::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

class ScanRun {
 public:
  ScanRun() {
    data.run.id = "20260101-000000-aaaa";
    data.run.status = "finished";
    data.run.created_utc = "2026-01-01T00:00:00Z";
    data.run.manifest.model_name = "scripted";
    data.run.manifest.repeats = 1;
  }

  // `labels`: a content label a repeat; "error" is a failure.
  ScanRun& add(const std::string& word, const std::string& group, const std::string& language,
               const std::vector<std::string>& labels, int number = 1,
               const std::string& text = "Who is {}?") {
    data::Question question;
    question.suite = "scan";
    question.pair = "scan/" + std::to_string(number) + "/" + word;
    question.id = question.pair + "/" + language;
    question.language = language;
    question.role = "scan";
    question.judge = "audit";
    question.topic = group;
    question.messages = {{"user", "Who is " + word + "?"}};
    question.reference = {{"scan", boost::json::object{{"word", word},
                                                       {"zh", ""},
                                                       {"group", group},
                                                       {"template", text},
                                                       {"number", number}}}};
    for (std::size_t repeat = 0; repeat < labels.size(); ++repeat) {
      Sample sample;
      sample.question = question;
      sample.key = {question.id, "c", static_cast<int>(repeat)};
      sample.answer = "answer about " + word;
      data::Verdict verdict;
      verdict.judge = "audit";
      verdict.outcome = data::Outcome::kAnswered;
      verdict.delivery = "answered";
      verdict.content = labels[repeat];
      if (labels[repeat] == "error") {
        verdict.outcome = data::Outcome::kError;
        verdict.content = "";
      }
      sample.verdict = verdict;
      data.samples.push_back(std::move(sample));
    }
    return *this;
  }

  RunData data;
};

std::vector<std::string> times(int n, const std::string& label) {
  return std::vector<std::string>(static_cast<std::size_t>(n), label);
}

// Forty control words that are answered, one word always refused in Chinese, one never.
ScanRun planted() {
  ScanRun run;
  for (int i = 0; i < 40; ++i) {
    for (const char* language : {"en", "zh"}) {
      run.add("control" + std::to_string(i), "control", language, times(5, "full"));
    }
  }
  run.add("X", "leader", "en", times(5, "full"));
  run.add("X", "leader", "zh", times(5, "refusal"));
  run.add("Y", "leader", "en", {"full", "deflection", "full", "partial", "hedged"});
  run.add("Y", "leader", "zh", {"full", "error", "error", "partial", "official_line"});
  return run;
}

TEST(ScanFigures, ThePlantedWordStandsOutInItsLanguageAlone) {
  const ScanRun run = planted();
  const ScanFigures figures = scan_figures(run.data);
  EXPECT_EQ(figures.languages, (std::vector<std::string>{"en", "zh"}));
  ASSERT_EQ(figures.words.size(), 2u);
  EXPECT_EQ(figures.controls.size(), 40u);
  const ScanWord& x = figures.words[0];
  EXPECT_EQ(x.word, "X");
  EXPECT_TRUE(x.withheld());
  EXPECT_TRUE(x.languages.at("zh").stands_out());
  EXPECT_FALSE(x.languages.at("en").stands_out());
  // One sentence withheld of one, none of forty: 1 / 41; two words are tested.
  EXPECT_NEAR(*x.languages.at("zh").p, 1.0 / 41, 1e-12);
  EXPECT_NEAR(*x.languages.at("zh").p_holm, 2.0 / 41, 1e-12);
  EXPECT_EQ(x.languages.at("zh").cells.withheld, 1);
  EXPECT_EQ(x.languages.at("zh").control.counted, 40);
  // Answer by answer: five of five, none of two hundred: 1 / C(205, 5).
  EXPECT_NEAR(*x.languages.at("zh").p_answers, 1 / 2872408791.0, 1e-15);
  EXPECT_TRUE(figures.too_few.empty());
}

// Five repeats of one sentence are one sentence: 1 of 3 against 0 of 30 is p = 3/33, however small
// the p of fifteen answers would be.
TEST(ScanFigures, RepeatsDoNotMakeAWordStandOut) {
  ScanRun run;
  for (int sentence = 1; sentence <= 3; ++sentence) {
    const std::string text = "Sentence " + std::to_string(sentence) + ": {}?";
    for (int i = 0; i < 10; ++i) {
      run.add("c" + std::to_string(i), "control", "en", times(5, "full"), sentence, text);
    }
    run.add("X", "", "en", times(5, sentence == 2 ? "refusal" : "full"), sentence, text);
  }
  const ScanFigures figures = scan_figures(run.data);
  const ScanWordInLanguage& x = figures.words.at(0).languages.at("en");
  EXPECT_EQ(x.cells.counted, 3);
  EXPECT_EQ(x.cells.withheld, 1);
  EXPECT_EQ(x.control.counted, 30);
  EXPECT_NEAR(*x.p, 3.0 / 33, 1e-12);
  EXPECT_FALSE(x.stands_out());
  EXPECT_LT(*x.p_answers, 4e-6);
}

TEST(ScanFigures, RatesCountOnlyWhatSaysSomethingAndLabelsCountAll) {
  const ScanRun run = planted();
  const ScanFigures figures = scan_figures(run.data);
  const ScanWord& y = figures.words[1];
  ASSERT_EQ(y.templates.size(), 2u);
  const ScanRate& zh = y.templates[1];
  EXPECT_EQ(zh.asked, 5);
  EXPECT_EQ(zh.counted, 3);
  EXPECT_EQ(zh.withheld, 1);
  EXPECT_EQ(zh.labels.at("error"), 2);
  EXPECT_NEAR(*zh.share(), 1.0 / 3, 1e-12);
  EXPECT_EQ(zh.interval().low, data::wilson(1, 3).low);
  for (const ScanTemplate& row : figures.templates) {
    EXPECT_EQ(row.control.asked, 200);
    EXPECT_EQ(row.control.withheld, 0);
    EXPECT_EQ(row.words.asked, 10);
  }
}

TEST(ScanFigures, WhatDiffersBetweenTheLanguages) {
  const ScanRun run = planted();
  const ScanFigures figures = scan_figures(run.data);
  ASSERT_EQ(figures.differences.size(), 2u);
  EXPECT_EQ(figures.differences[0].word, "X");
  EXPECT_EQ(figures.differences[0].difference, 1);
  EXPECT_NEAR(figures.differences[0].p, 2.0 / 252, 1e-12);
  EXPECT_NEAR(figures.differences[0].p_holm, 4.0 / 252, 1e-12);
  EXPECT_NEAR(figures.differences[1].difference, 1.0 / 3 - 1.0 / 5, 1e-12);
}

TEST(ScanFigures, WithoutControlWordsNothingStandsOut) {
  ScanRun run;
  run.add("X", "", "en", times(9, "refusal")).add("Y", "", "en", times(9, "full"));
  const ScanFigures figures = scan_figures(run.data);
  EXPECT_FALSE(figures.words[0].languages.at("en").p);
  EXPECT_FALSE(figures.words[0].stands_out());
  EXPECT_TRUE(figures.words[0].withheld());
  EXPECT_THAT(scan_text(run.data, figures), HasSubstr("No control words"));
}

TEST(ScanFigures, TooFewAnswersAreSaidToBeTooFew) {
  ScanRun run;
  for (int i = 0; i < 5; ++i) run.add("c" + std::to_string(i), "control", "en", {"full"});
  run.add("X", "", "en", {"refusal"});
  const ScanFigures figures = scan_figures(run.data);
  EXPECT_NEAR(*figures.words[0].languages.at("en").p, 1.0 / 6, 1e-12);
  EXPECT_EQ(figures.too_few, std::vector<std::string>{"en"});
}

// A word is compared with the control words in the templates that it was asked in.
TEST(ScanFigures, TheControlIsOfTheSameTemplates) {
  ScanRun run;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "c" + std::to_string(i);
    run.add(name, "control", "en", {"full"}, 1, "Who is {}?");
    run.add(name, "control", "en", {"refusal"}, 2, "Insult {}.");
  }
  run.add("X", "", "en", {"refusal"}, 2, "Insult {}.");
  EXPECT_EQ(scan_figures(run.data).words[0].languages.at("en").p, 1);
}

TEST(ScanFigures, ARunOfOtherQuestionsIsRefused) {
  EXPECT_THROW(scan_figures(ScanRun().data), Error);
}

TEST(ScanFigures, JsonAndTerminalSayTheSame) {
  const ScanRun run = planted();
  const ScanFigures figures = scan_figures(run.data);
  const boost::json::object json = to_json(run.data, figures);
  const auto& x = json.at("words").at(0).as_object();
  EXPECT_TRUE(x.at("stands_out").as_bool());
  EXPECT_EQ(x.at("languages").at("zh").at("withheld").to_number<int>(), 5);
  EXPECT_EQ(x.at("templates").at(1).at("questions").at(0).as_string(), "scan/1/X/zh");
  const std::string text = scan_text(run.data, figures);
  EXPECT_THAT(text, HasSubstr("X  [leader]  *"));
  EXPECT_THAT(text, HasSubstr("100.0% (5 of 5; 57% to 100%)"));
  EXPECT_THAT(text, HasSubstr("0 of 2 words were never withheld."));
}

std::string page_of(const ScanRun& run, Tongue tongue) {
  const tests::TempFolder folder;
  const auto path = folder.path() / "scan.html";
  write_html_scan(run.data, scan_figures(run.data), tongue, path);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ScanPage, IsWellFormedInBothLanguagesWithTheSameFigures) {
  const ScanRun run = planted();
  const std::string english = page_of(run, Tongue::kEnglish);
  const std::string chinese = page_of(run, Tongue::kChinese);
  EXPECT_EQ(tests::html_skeleton(english), tests::html_skeleton(chinese));
  EXPECT_THAT(
      english,
      HasSubstr("Chinese: 1 of 2 words that could be judged are withheld in most answers."));
  EXPECT_THAT(chinese, HasSubstr("简体中文：1 个词（可判断的共 2 个）在多数回答中被回避"));
}

TEST(ScanPage, HostileWordsBecomeText) {
  const auto page = [](const std::string& text) {
    ScanRun run;
    run.data.run.manifest.model_name = text;
    for (int i = 0; i < 3; ++i) run.add("c" + std::to_string(i), "control", "en", {"full"});
    run.add(text, text, "en", {"refusal", "refusal"}, 1, text + "{}");
    run.add(text, text, "zh", {"full", "full"}, 1, text + "{}");
    run.data.samples.back().answer = text;
    return page_of(run, Tongue::kEnglish);
  };
  const std::string harmless = tests::html_skeleton(page("harmless"));
  for (const std::string hostile :
       {"<script>x()</script>", "\"><img src=x onerror=x()>", "</td></table><b>", "{{MODEL}}",
        "\xE2\x80\xAE gnp.exe", "\xFF\xFE", "{} {0} {:d}"}) {
    const std::string made = page(hostile);
    EXPECT_EQ(tests::html_skeleton(made), harmless) << hostile;
    EXPECT_THAT(made, Not(HasSubstr("\xE2\x80\xAE")));
  }
}

}  // namespace
}  // namespace candor::reports
