// The parts of an audit's page, each written once for both languages.
#pragma once

#include <set>
#include <string>

#include "reports/audit/panel.h"
#include "reports/audit/report.h"
#include "reports/html/audit_page/words.h"
#include "reports/html/audit_page/writer.h"
#include "reports/run_data.h"

namespace candor::reports {

// The heading of the article: opens it; article_end closes it.
std::string article_begin(const RunData& data, const AuditReport& report, bool knowledge,
                          Tongue tongue);
std::string article_end(const RunData& data, Tongue tongue);

// The pairs that there is room for, in both languages: the same ones.
struct PairArticles {
  std::string english;
  std::string chinese;
  std::set<std::string> shown;  // pairs
  std::size_t whole = 0;        // with every sample
  bool conditions_cut = false;  // not every pair has its answers under the other conditions
};
PairArticles pair_articles(const RunData& data, const AuditReport& report);

// Answers to the sensitive questions and their twins, under all conditions; the rest are to turns
// that are asked before one.
std::size_t asked_of_pairs(const AuditReport& report);

// The headline of each language; false where nothing was judged in two. Then the fixed contrasts
// and what the verdicts mean.
bool write_findings(Writer& page, const AuditReport& report);
void write_meaning(Writer& page, const AuditReport& report);
void write_headline(Writer& page, const RunData& data, const AuditReport& report);
void write_results(Writer& page, const AuditReport& report);
void write_outcomes(Writer& page, const RunData& data, const AuditReport& report);
void write_facts(Writer& page, const AuditReport& report);
void write_maps(Writer& page, const AuditReport& report);
void write_conditions(Writer& page, const RunData& data, const AuditReport& report);
void write_stability(Writer& page, const AuditReport& report);
void write_thought(Writer& page, const RunData& data, const AuditReport& report);
void write_reported(Writer& page, const AuditReport& report);
void write_pairs(Writer& page, const AuditReport& report, const PairArticles& made);
// Nothing where the store holds no panel of this run.
void write_panel(Writer& page, const PanelFigures& figures);
void write_calibration(Writer& page, const AuditReport& report);
void write_method(Writer& page, const RunData& data, const AuditReport& report);
void write_glossary(Writer& page, const AuditReport& report);

// The id of a pair's place in the page, the same in every part.
std::string pair_id(const Writer& page, const std::string& pair);
std::string topic_id(const Writer& page, const std::string& topic);

// What was published on how services answered, in the page's language; `original`: it is English
// for want of a translation.
struct Reported {
  std::string text;
  bool original = false;
};
Reported reported_of(const Probe& probe, Tongue tongue);

// The labelled set that the errors were measured on; null: it is not among the sets.
const CalibratedSet* set_of(const Calibration& calibration, const CalibratedRate& rate);
// "40 labelled answers for English (0 of them “≈ no key fact”), …": what corrections rest on.
std::string measured_on(const AuditReport& report, const std::vector<std::string>& languages,
                        Tongue tongue);
// The difference in differences in log-odds as a sentence, or why there is none.
std::string scale_text(const GapRow& gap, Tongue tongue);

std::string colour_in(const AuditCells& cells, const std::string& language);

}  // namespace candor::reports
