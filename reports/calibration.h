// The calibration of the audit judge: how well it agrees with labelled answers, measured on
// questions (and models) that its fit has not seen. tests/audit/fit.py writes the file, which ships
// with the program: data/sets/judges/audit.json. What the figures do to the rates of a run is not
// here (audit/corrections.h).
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/stats/misclassification.h"
#include "data/stats/stats.h"

namespace candor::reports {

struct CalibratedClass {
  std::string label;
  std::optional<double> precision;  // none: the judge never said so
  std::optional<double> recall;     // none: nothing was labelled so
  std::int64_t n = 0;               // labelled so
};

struct CurvePoint {
  double threshold = 0;
  double precision = 0;
  double recall = 0;
};

struct CalibratedSet {
  std::string name;      // "SpeechMap China"
  std::string what;      // "denial, evasive or complete"
  std::string language;  // "en" or "zh"
  std::string labels_by;
  std::string held_out;  // "questions"; "questions, models"
  std::int64_t n = 0;
  double kappa = 0;
  data::Interval interval;  // 95 %, questions drawn with replacement
  std::vector<std::string> labels;
  // Rows: label; columns: the judge. What the judge gives no content is in no column.
  std::vector<std::vector<std::int64_t>> confusion;
  std::vector<CalibratedClass> classes;  // one a label, in their order
  std::string curve_of;                  // what the threshold is compared with; empty: no curve
  std::vector<CurvePoint> curve;
};

// Cohen's kappa of the i-th class against all others; what the judge gave no content counts as not
// said. None where nothing was labelled or said so, or everything was.
std::optional<double> class_kappa(const CalibratedSet& set, std::size_t i);

// Errors of the judge on one estimand, which rates are corrected by.
struct CalibratedRate {
  std::string estimand;  // "withheld" or "not_complete"
  std::string language;  // "en" or "zh"; zh serves Traditional Chinese too
  std::string set;
  data::Misclassification errors;
  std::int64_t questions = 0;  // that the labelled answers are to; 0: the file does not say
};

struct FittedThreshold {
  std::string name;
  double value = 0;
  std::string what;
};

struct Calibration {
  std::string version;  // of the judge that was measured
  std::vector<std::string> fitted_on;
  std::int64_t fitted_answers = 0;
  double penalty = 0;
  std::vector<FittedThreshold> thresholds;
  std::vector<CalibratedSet> sets;
  std::vector<CalibratedRate> rates;

  // For the estimand and the language; null: not measured.
  const CalibratedRate* rate(std::string_view estimand, std::string_view language) const;
};

// Throws Error naming `where`, the place, the field and what to do. Unknown fields are refused, and
// the figures are checked against the counts that they are made of.
Calibration read_calibration(std::string_view text, std::string_view where);
// None where the file is not there. Throws as read_calibration.
std::optional<Calibration> load_calibration(const std::filesystem::path& path);
// The one that ships with the program.
std::optional<Calibration> load_calibration();

boost::json::object to_json(const data::Misclassification& errors);
// The agreements and error rates, without tables and curves.
boost::json::object to_json(const Calibration& calibration);
// All of it, as tables in plain text.
std::string calibration_text(const Calibration& calibration);

}  // namespace candor::reports
