// The audit's main figures of one condition: who withheld what in which language, and the gaps
// between languages and between a probe and its twin, as audit/report.h computes them for the
// bilingual page, which says more.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "reports/audit/cells.h"
#include "reports/audit/gaps.h"
#include "reports/audit/groups.h"
#include "reports/audit/rates.h"

namespace candor::reports {

struct AuditFigures {
  std::size_t conditions = 0;          // that the audit's questions of the run were asked under
  std::vector<std::string> languages;  // the base language first
  std::vector<Probe> probes;           // the most interesting first, then by suite and pair
  std::map<std::string, Probe> twins;
  std::vector<Probe> others;  // judged by the audit but neither probe nor twin
  std::vector<RateRow> rates;
  std::vector<GapRow> gaps;
  std::vector<TopicRow> topics;
  std::vector<OutcomeRow> outcomes;
  std::vector<TabooRow> taboos;  // of the first condition alone
  std::size_t tests = 0;         // in the family that p_holm of the gaps is of

  bool empty() const { return probes.empty() && twins.empty() && others.empty(); }
};

// Of the first condition (the headline) or the `condition`-th. The cells point into `data`, which
// must outlive the figures.
AuditFigures audit_figures(const RunData& data, std::size_t condition = 0);
boost::json::object to_json(const AuditFigures& figures);

}  // namespace candor::reports
