// The parts of an audit's page, each written once for both languages.
#pragma once

#include <functional>
#include <string>

#include "reports/audit/report.h"
#include "reports/html/audit_page/words.h"
#include "reports/html/audit_page/writer.h"
#include "reports/run_data.h"

namespace candor::reports {

// The heading of the article: opens it; article_end closes it.
std::string article_begin(const RunData& data, const AuditReport& report, bool knowledge,
                          Tongue tongue);
std::string article_end(const RunData& data, Tongue tongue);

void write_headline(Writer& page, const RunData& data, const AuditReport& report);
void write_results(Writer& page, const AuditReport& report);
void write_outcomes(Writer& page, const AuditReport& report);
void write_facts(Writer& page, const AuditReport& report);
void write_maps(Writer& page, const AuditReport& report);
void write_conditions(Writer& page, const AuditReport& report);
void write_stability(Writer& page, const AuditReport& report);
void write_thought(Writer& page, const AuditReport& report);
void write_reported(Writer& page, const AuditReport& report);
void write_pairs(Writer& page, const AuditReport& report);
void write_calibration(Writer& page, const AuditReport& report);
void write_method(Writer& page, const RunData& data, const AuditReport& report);
void write_glossary(Writer& page, const AuditReport& report);

// The id of a pair's place in the page, the same in every part.
std::string pair_id(const Writer& page, const std::string& pair);
std::string topic_id(const Writer& page, const std::string& topic);

bool excludes_nought(const data::Interval& interval);
std::string colour_in(const AuditCells& cells, const std::string& language);

}  // namespace candor::reports
