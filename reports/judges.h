// The judges whose findings a run's figures rest on, each with its measured agreement with labelled
// data. The table is in judges.cc (when a judge's version changes, its rows are measured again);
// the audit judge's rows are those of data/sets/judges/audit.json (calibration.h).
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/run_data.h"

namespace candor::reports {

// One measurement: agreed on so many of n labelled items, or Cohen's kappa over them.
struct Agreement {
  std::string judge;
  std::string version;
  std::string on;  // what was labelled
  std::int64_t agreed = 0;
  std::int64_t items = 0;
  std::optional<double> kappa;  // where it is the figure; `agreed` is 0 then
  data::Interval kappa_interval;
};

struct JudgeUse {
  std::string judge;
  std::string version;      // that counted in this run, the largest where there are several
  std::int64_t judged = 0;  // samples
  std::vector<Agreement> agreements;
  // The version that `agreements` were measured of is not the one used here.
  bool other_version = false;
};
std::vector<JudgeUse> judge_uses(const RunData& data);

// "2,923 of 2,926 (99.7% to 100.0%)", "kappa 0.93 (0.88 to 0.98), 417 answers"
std::string agreement_text(const Agreement& agreement);

boost::json::array to_json(const std::vector<JudgeUse>& judges);
std::string judges_text(const boost::json::array& judges);

}  // namespace candor::reports
