#include "reports/audit/knowledge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/records/knowledge_reference.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"
#include "tests/reports/html_checker.h"

namespace candor::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kFacts = 4;

// A run made by hand: of each probe and language how many of its four facts are known, how likely
// a refusal begins, and what the answers say.
class KnowledgeFiguresTest : public testing::Test {
 protected:
  KnowledgeFiguresTest() { data_.run.manifest.condition_hashes = {"other", "first", "second"}; }

  void add_scores(const std::string& id, const std::string& role, const std::string& language,
                  std::size_t known, double refusal, const std::string& twin = "",
                  double line = -1) {
    Sample sample;
    sample.question = question("knowledge", id, role, language, twin);
    sample.question.judge = "knowledge";
    data::KnowledgeReference reference;
    reference.probe = id;
    boost::json::array facts;
    for (std::size_t i = 0; i < kFacts; ++i) {
      reference.facts.push_back({fmt::format("fact {} <of> {}", i, id), "false"});
      facts.push_back(boost::json::object{{"known", i < known}});
    }
    reference.refusals = {"no"};
    sample.question.reference = data::to_json(reference);
    data::Verdict verdict;
    verdict.judge = "knowledge";
    verdict.value = static_cast<double>(known) / kFacts;
    verdict.parts = {{"facts", facts},
                     {"refusal_mass", refusal},
                     {"deflection_mass", 0.125},
                     {"fact_per_token", -2.0},
                     {"line_per_token", line}};
    sample.verdict = verdict;
    data_.knowledge.push_back(std::move(sample));
  }

  void add_answer(const std::string& id, const std::string& role, const std::string& language,
                  const std::string& content, const std::vector<int>& stated,
                  const std::string& condition = "first") {
    Sample sample;
    sample.question = question("probes", id, role, language, "");
    sample.question.judge = "audit";
    sample.question.reference = {{"probe", boost::json::object{{"id", id}}}};
    sample.key.condition_hash = condition;
    data::Verdict verdict;
    verdict.judge = "audit";
    verdict.outcome = content == "outage" ? data::Outcome::kError : data::Outcome::kAnswered;
    verdict.content = content == "outage" ? "" : content;
    boost::json::array list;
    for (const int fact : stated) list.push_back(fact);
    verdict.parts = {{"coverage", boost::json::object{{"facts", kFacts}, {"stated", list}}}};
    sample.verdict = verdict;
    data_.samples.push_back(std::move(sample));
  }

  static data::Question question(const std::string& suite, const std::string& id,
                                 const std::string& role, const std::string& language,
                                 const std::string& twin) {
    data::Question question;
    question.suite = suite;
    question.pair = suite + "/" + id;
    question.id = question.pair + "/" + language;
    question.twin = twin.empty() ? "" : suite + "/" + twin;
    question.role = role;
    question.language = language;
    question.topic = "rivers";
    question.messages = {{"user", "What of <" + id + ">?"}};
    return question;
  }

  RunData data_;
};

const KnowledgeRow& row_of(const KnowledgeFigures& figures, const std::string& role,
                           const std::string& language) {
  for (const KnowledgeRow& row : figures.rows) {
    if (row.role == role && row.language == language) return row;
  }
  throw std::runtime_error("no row");
}

TEST_F(KnowledgeFiguresTest, MeansAreOverProbesAndGapsAreTheirDifferences) {
  add_scores("A", "probe", "en", 4, 0.25, "A2");
  add_scores("A", "probe", "zh", 2, 0.75, "A2");
  add_scores("A2", "twin", "en", 3, 0.125, "A");
  add_scores("A2", "twin", "zh", 3, 0.25, "A");
  add_scores("B", "probe", "en", 2, 0.5, "B2", 1);
  add_scores("B", "probe", "zh", 1, 0.5, "B2");
  add_scores("B2", "twin", "en", 2, 0.0, "B");
  add_scores("B2", "twin", "zh", 1, 0.0, "B");
  const KnowledgeFigures figures = knowledge_figures(data_);
  EXPECT_THAT(figures.languages, ElementsAre("en", "zh"));
  ASSERT_EQ(figures.rows.size(), 4u);
  const KnowledgeRow& english = row_of(figures, "probe", "en");
  EXPECT_EQ(english.facts, 2 * kFacts);
  EXPECT_DOUBLE_EQ(english.means.known.value, 0.75);
  EXPECT_DOUBLE_EQ(english.means.refusal.value, 0.375);
  EXPECT_DOUBLE_EQ(english.means.deflection.value, 0.125);
  EXPECT_DOUBLE_EQ(english.means.line.value, (1 + 3) / 2.0);
  EXPECT_LE(english.means.known.interval.low, 0.75);
  EXPECT_GE(english.means.known.interval.high, 0.75);

  ASSERT_EQ(figures.gaps.size(), 1u);
  const KnowledgeGap& gap = figures.gaps[0];
  EXPECT_EQ(gap.language, "zh");
  EXPECT_DOUBLE_EQ(gap.probes.known.value, (-0.5 - 0.25) / 2);
  EXPECT_DOUBLE_EQ(gap.twins.known.value, (0 - 0.25) / 2);
  EXPECT_DOUBLE_EQ(gap.difference.known.value, -0.25);
  EXPECT_EQ(gap.difference.known.clusters, 2u);
  EXPECT_DOUBLE_EQ(gap.difference.refusal.value, (0.5 - 0.125 + 0) / 2);
  EXPECT_DOUBLE_EQ(gap.probes.line.value, -1);
  EXPECT_THAT(figures.speech, IsEmpty());
}

TEST_F(KnowledgeFiguresTest, AProbeThatLacksALanguageIsInNoGap) {
  add_scores("A", "probe", "en", 4, 0.5);
  add_scores("A", "probe", "zh", 2, 0.5);
  add_scores("B", "probe", "zh", 4, 0.5);
  const KnowledgeFigures figures = knowledge_figures(data_);
  EXPECT_EQ(figures.gaps.at(0).probes.known.clusters, 1u);
  EXPECT_DOUBLE_EQ(figures.gaps[0].probes.known.value, -0.5);
  EXPECT_EQ(figures.gaps[0].difference.known.clusters, 0u);
}

TEST_F(KnowledgeFiguresTest, WhatIsKnownIsSetBesideWhatTheAnswersState) {
  add_scores("A", "probe", "zh", 2, 0.5);                 // facts 0 and 1
  add_answer("A", "probe", "zh", "refusal", {});          // states none
  add_answer("A", "probe", "zh", "partial", {0, 3, 17});  // one known, one unknown, one of nothing
  add_scores("B", "probe", "zh", 3, 0.5);
  add_answer("B", "probe", "zh", "official_line", {});
  add_scores("C", "probe", "zh", 4, 0.5);
  add_answer("C", "probe", "zh", "full", {0, 1, 2, 3});
  add_answer("C", "probe", "zh", "outage", {});             // says nothing
  add_answer("C", "probe", "zh", "refusal", {}, "second");  // another condition
  add_answer("D", "probe", "zh", "refusal", {});            // not measured
  const KnowledgeFigures figures = knowledge_figures(data_);
  EXPECT_EQ(figures.not_measured, 1u);
  ASSERT_EQ(figures.speech.size(), 1u);
  const SpeechRow& row = figures.speech[0];
  EXPECT_EQ(row.answers, 4u);
  EXPECT_EQ(row.withheld, 2u);
  EXPECT_DOUBLE_EQ(row.unsaid_known.value, (0.75 + 1 + 0) / 3);
  EXPECT_DOUBLE_EQ(row.unsaid_unknown.value, (0.75 + 1) / 2);
  EXPECT_DOUBLE_EQ(row.known_withheld.value, (0.5 + 0.75) / 2);
  EXPECT_DOUBLE_EQ(row.known_given.value, (0.5 + 1) / 2);
  EXPECT_DOUBLE_EQ(row.half_known.value, 1);
  EXPECT_NEAR(row.half_known_by_chance, 11.0 / 16, 1e-12);  // 2, 3 or 4 heads of 4

  // A knows no more than half of its facts, C gave its answer.
  ASSERT_EQ(figures.contrasts.size(), 1u);
  EXPECT_EQ(figures.contrasts[0].probe, "B");
  EXPECT_EQ(figures.contrasts[0].unsaid.size(), 3u);
}

TEST_F(KnowledgeFiguresTest, TheLargestContrastsComeFirst) {
  add_scores("A", "probe", "en", 3, 0.9);
  add_scores("B", "probe", "en", 4, 0.1);
  add_scores("C", "probe", "en", 3, 0.95);
  add_scores("T", "twin", "en", 4, 0.1);
  for (const char* id : {"A", "B", "C"}) add_answer(id, "probe", "en", "deflection", {});
  add_answer("T", "twin", "en", "refusal", {});
  std::vector<std::string> order;
  for (const auto& one : knowledge_figures(data_).contrasts) order.push_back(one.probe);
  EXPECT_THAT(order, ElementsAre("B", "C", "A"));
}

TEST_F(KnowledgeFiguresTest, WhatCouldNotBeScoredIsCounted) {
  add_scores("A", "probe", "en", 3, 0.5);
  add_scores("B", "probe", "en", 3, 0.5);
  data_.knowledge.back().verdict->parts = {};
  add_scores("C", "probe", "en", 3, 0.5);
  data_.knowledge.back().verdict.reset();
  const KnowledgeFigures figures = knowledge_figures(data_);
  EXPECT_EQ(figures.failed, 2u);
  EXPECT_EQ(figures.cells.size(), 1u);
  EXPECT_THAT(knowledge_text(to_json(figures)), HasSubstr("2 questions could not be scored"));
}

TEST_F(KnowledgeFiguresTest, ARunWithoutScoresSaysNothing) {
  add_answer("A", "probe", "en", "full", {0});
  const KnowledgeFigures figures = knowledge_figures(data_);
  EXPECT_TRUE(figures.empty());
  EXPECT_EQ(knowledge_text(to_json(figures)), "");
  EXPECT_EQ(knowledge_html(figures, Tongue::kEnglish), "");
}

TEST_F(KnowledgeFiguresTest, TheTextShowsTheFiguresOfTheJson) {
  add_scores("A", "probe", "en", 4, 0.25, "A2");
  add_scores("A", "probe", "zh", 2, 0.75, "A2");
  add_answer("A", "probe", "zh", "refusal", {});
  const boost::json::object json = to_json(knowledge_figures(data_));
  const std::string text = knowledge_text(json);
  EXPECT_THAT(text, HasSubstr("100.0%"));
  EXPECT_THAT(text, HasSubstr("facts known, probes                 −50 points"));
  EXPECT_THAT(text, HasSubstr("1 of 1 answers withheld"));
  EXPECT_EQ(json.at("cells").as_array().size(), 2u);
}

// Numbers of a page in the order in which they stand.
std::multiset<std::string> numbers(const std::string& html) {
  std::multiset<std::string> found;
  for (std::size_t at = 0; at < html.size();) {
    if (std::isdigit(static_cast<unsigned char>(html[at])) == 0) {
      ++at;
      continue;
    }
    const std::size_t end = html.find_first_not_of("0123456789.", at);
    found.insert(html.substr(at, end - at));
    at = end == std::string::npos ? html.size() : end;
  }
  return found;
}

TEST_F(KnowledgeFiguresTest, ThePagesInBothLanguagesAreWellFormedAndHaveTheSameFigures) {
  for (const char* language : {"en", "zh", "zh-Hant"}) {
    for (const char* id : {"A", "B", "C"}) {
      const std::string twin = std::string(id) + "2";
      add_scores(id, "probe", language, *id == 'C' ? 3 : 4, 0.25, twin);
      add_scores(twin, "twin", language, 2, 0.0625, id);
      add_answer(id, "probe", language, "refusal", {});
      add_answer(twin, "twin", language, "partial", {1});
    }
  }
  const KnowledgeFigures figures = knowledge_figures(data_);
  std::map<Tongue, std::string> pages;
  for (const Tongue tongue : {Tongue::kEnglish, Tongue::kChinese}) {
    pages[tongue] = knowledge_html(figures, tongue);
    EXPECT_NO_THROW(tests::html_tags(document("page", pages[tongue])));
    EXPECT_THAT(pages[tongue], Not(HasSubstr("<A>")));  // a question's text is no element
    EXPECT_THAT(pages[tongue], HasSubstr("What of &lt;A&gt;?"));
  }
  EXPECT_EQ(numbers(pages[Tongue::kEnglish]), numbers(pages[Tongue::kChinese]));
  EXPECT_THAT(pages[Tongue::kChinese], HasSubstr("知而不言"));
  EXPECT_THAT(pages[Tongue::kChinese], Not(HasSubstr("Known")));
  EXPECT_THAT(pages[Tongue::kEnglish], Not(HasSubstr("敏感问题")));
}

}  // namespace
}  // namespace candor::reports
