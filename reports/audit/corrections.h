// The audit's rates corrected for the measured errors of its judge (calibration.h). The correction
// assumes that the judge errs on the probes as on the labelled answers, and on probes as on twins.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/misclassification.h"
#include "reports/audit/gaps.h"
#include "reports/audit/rates.h"
#include "reports/calibration.h"

namespace candor::reports {

// Whether the labelled answers are of the kind that this run gave: errors measured on full answers
// say little about a model that hedges.
struct CorrectionBasis {
  std::string language;      // of the run
  std::string set;           // the labelled set
  std::int64_t answers = 0;  // labelled in it
  std::string frequent;      // the run's most frequent given class (hedged, partial, full); empty:
                             // nothing was given
  std::size_t frequent_answers = 0;  // of the run, probes and twins
  std::size_t given_answers = 0;
  std::optional<std::int64_t> labelled;  // labelled answers of that class; none: the set has others

  bool applies() const;  // nothing was given, or at least kLeastLabelled are labelled
};
constexpr std::int64_t kLeastLabelled = 10;

struct CorrectedRow {
  std::string role;
  std::string language;
  std::string set;  // the labelled set that the errors were measured on
  double observed = 0;
  data::Interval observed_interval;
  data::Misclassification errors;
  data::CorrectedRate rate;
  bool applies = false;  // the basis of the language does
};
struct CorrectedGap {
  std::string language;
  data::Estimate probes;  // language gap on the probes
  data::Estimate difference;
  bool applies = false;  // the bases of both languages do
};
struct Corrections {
  std::vector<CorrectionBasis> bases;  // a row a language with measured errors
  std::vector<CorrectedRow> rows;
  std::vector<CorrectedGap> gaps;

  // To be quoted beside the rates: every basis applies, and there is one. Else only where the judge
  // itself is described, with the reason.
  bool correction_applies() const;
};
// For "withheld". What has no measured error rate, or no probes, is left out.
Corrections corrections(const Calibration& calibration, const AuditCells& cells,
                        const std::vector<RateRow>& rates);

boost::json::object to_json(const Corrections& corrections);

}  // namespace candor::reports
