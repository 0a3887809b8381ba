// The sections of a run's report, each the HTML of its part of the page.
#pragma once

#include <string>

#include "reports/html/tongue.h"
#include "reports/run_data.h"
#include "reports/run_figures.h"

namespace candor::reports {

std::string front_html(const RunData& data, const RunFigures& figures);
// Empty where no question has a known answer.
std::string scores_html(const RunData& data, const RunFigures& figures);
std::string replies_html(const RunData& data, const RunFigures& figures);
std::string audit_html(const AuditFigures& audit, std::size_t limit);
// Empty where nothing of the kind was measured.
std::string knowledge_html(const KnowledgeFigures& figures, Tongue tongue);
std::string judges_html(const RunFigures& figures);
std::string questions_html(const RunData& data);
std::string method_html(const RunData& data);

}  // namespace candor::reports
