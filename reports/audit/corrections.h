// The audit's rates corrected for the measured errors of its judge (calibration.h). The correction
// assumes that the judge errs on the probes as on the labelled answers, and on probes as on twins.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "data/stats/misclassification.h"
#include "reports/audit/gaps.h"
#include "reports/audit/rates.h"
#include "reports/calibration.h"

namespace candor::reports {

struct CorrectedRow {
  std::string role;
  std::string language;
  std::string set;  // the labelled set that the errors were measured on
  double observed = 0;
  data::Interval observed_interval;
  data::Misclassification errors;
  data::CorrectedRate rate;
};
struct CorrectedGap {
  std::string language;
  data::Estimate probes;  // language gap on the probes
  data::Estimate difference;
};
struct Corrections {
  std::vector<CorrectedRow> rows;
  std::vector<CorrectedGap> gaps;
};
// For "withheld". What has no measured error rate, or no probes, is left out.
Corrections corrections(const Calibration& calibration, const AuditCells& cells,
                        const std::vector<RateRow>& rates);

boost::json::object to_json(const Corrections& corrections);

}  // namespace candor::reports
