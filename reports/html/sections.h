// The sections of a run's report, each the HTML of its part of the page.
#pragma once

#include <string>

#include "reports/audit_figures.h"
#include "reports/run_data.h"

namespace candor::reports {

std::string front_html(const RunData& data, const AuditFigures& audit);
std::string audit_html(const AuditFigures& audit);
std::string questions_html(const RunData& data);
std::string method_html(const RunData& data);

}  // namespace candor::reports
