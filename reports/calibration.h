// The calibration of the audit judge: how well it agrees with labelled answers, measured on
// questions (and models) that its fit has not seen. tests/audit/fit.py writes the file, which ships
// with the program: data/sets/judges/audit.json.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/stats/stats.h"

namespace candor::reports {

struct CalibratedClass {
  std::string label;
  double precision = 0;  // NaN: never found
  double recall = 0;     // NaN: never labelled
  std::int64_t n = 0;    // labelled so
};

struct CurvePoint {
  double threshold = 0;
  double precision = 0;
  double recall = 0;
};

struct CalibratedSet {
  std::string name;      // "SpeechMap China"
  std::string what;      // "denial, evasive or complete"
  std::string language;  // "en", "zh"
  std::string labels_by;
  std::string held_out;  // "questions"; "questions, models"
  std::int64_t n = 0;
  double kappa = 0;
  data::Interval interval;  // 95 %, questions drawn with replacement
  std::vector<std::string> labels;
  std::vector<std::vector<std::int64_t>> confusion;  // rows: label; columns: the judge
  std::vector<CalibratedClass> classes;
  std::string curve_of;  // what the threshold is compared with; empty: no curve
  std::vector<CurvePoint> curve;
};

// Errors of the judge on one estimand, from which a corrected rate is made (Rogan and Gladen 1978).
struct ErrorRates {
  std::string estimand;  // "withheld", "not_complete"
  std::string language;
  std::string set;
  std::int64_t true_positive = 0;
  std::int64_t false_negative = 0;
  std::int64_t false_positive = 0;
  std::int64_t true_negative = 0;
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
  std::vector<ErrorRates> rates;
};

// Throws Error naming the file and the field. The counts are checked against each other.
Calibration load_calibration(const std::filesystem::path& path);
// The one that ships with the program.
Calibration load_calibration();

// As tables in plain text.
std::string calibration_text(const Calibration& calibration);

}  // namespace candor::reports
