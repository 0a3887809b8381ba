// How often the audit's judge errs, as measured on labelled answers it was not fitted on, and the
// audit's rates corrected for it. The file is sets/judges/audit.json of the data folder (the script
// that fits the judge writes it). The correction assumes that the judge errs on the probes as on
// those answers, and on probes as on twins.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/misclassification.h"
#include "reports/audit/gaps.h"
#include "reports/audit/rates.h"

namespace candor::reports {

struct CalibrationClass {
  std::string label;
  std::optional<double> precision;  // none: the judge never said so
  std::optional<double> recall;     // none: nothing was labelled so
  std::int64_t n = 0;
};
struct CalibrationSet {
  std::string name;
  std::string what;
  std::string language;
  std::string labels_by;
  std::string held_out;  // "questions", or "questions, models"
  std::int64_t n = 0;
  std::optional<double> kappa;
  data::Interval interval;
  std::vector<std::string> labels;
  std::vector<std::vector<std::int64_t>> confusion;  // rows are labels, columns the judge's
  std::vector<CalibrationClass> classes;
};
struct CalibrationRate {
  std::string estimand;  // "withheld" or "not_complete"
  std::string language;  // "en" or "zh"; zh serves Traditional Chinese too
  std::string set;
  data::Misclassification errors;
};
struct Calibration {
  std::string version;  // of the judge that was measured
  std::vector<CalibrationSet> sets;
  std::vector<CalibrationRate> rates;

  // The first that is named for the estimand and the language; null: none.
  const CalibrationRate* rate(std::string_view estimand, std::string_view language) const;
};
// None where the file is not there. Error with file and field where it cannot be read.
std::optional<Calibration> load_calibration(const std::filesystem::path& path);
Calibration read_calibration(std::string_view text, std::string_view where);

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

boost::json::object to_json(const Calibration& calibration);
boost::json::object to_json(const Corrections& corrections);

}  // namespace candor::reports
