// Every figure of the bilingual page of an audit, computed once; the page in both languages and the
// JSON show these and no others. Each figure names what it counts, and `pairs` has the shares of
// every probe that the means are made of, with its questions' ids: a figure can be followed down to
// the samples in the store.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reports/audit/cells.h"
#include "reports/audit/contrasts.h"
#include "reports/audit/corrections.h"
#include "reports/audit/gaps.h"
#include "reports/audit/groups.h"
#include "reports/audit/rates.h"
#include "reports/audit/stability.h"
#include "reports/audit/thought.h"
#include "reports/calibration.h"

namespace candor::reports {

// One condition of the audit; the first carries the headline and the parts that only it has.
struct ConditionFigures {
  std::string hash;
  data::Condition condition;
  AuditCells cells;
  std::vector<OutcomeRow> outcomes;
  std::vector<RateRow> rates;
  std::vector<GapRow> gaps;
  std::vector<TopicRow> topics;  // probe minus twin, by language
  std::vector<FactsRow> facts;
  std::vector<GapRow> fact_gaps;  // of the share of key facts stated
  ThoughtFigures thought;
};

struct AuditReport {
  std::vector<ConditionFigures> conditions;  // the headline first; empty: no audit in the run
  // Of the first condition:
  std::vector<GapRow> not_complete;  // gaps where all but complete answers count
  std::vector<GroupRow> topics;
  std::vector<GroupRow> states;
  std::vector<TabooRow> taboos;  // China's and other states'; empty where not both were asked
  std::vector<StabilityRow> stability;

  std::vector<ContrastRow> contrasts;
  std::vector<FamilyTest> family;  // all conditions
  std::size_t asked = 0;           // audit samples, all conditions and roles

  std::string judge_version;  // that counted
  std::optional<Calibration> calibration;
  // Of the first condition; empty where there is no calibration or it is of another version.
  Corrections corrected;

  bool empty() const { return conditions.empty(); }
  const ConditionFigures& headline() const { return conditions.front(); }
  bool calibrated() const { return calibration && calibration->version == judge_version; }
};

// Points into `data`, which must outlive it. Moved, never copied: probes point at their twins.
AuditReport audit_report(const RunData& data, std::optional<Calibration> calibration);
boost::json::object to_json(const AuditReport& report);

}  // namespace candor::reports
