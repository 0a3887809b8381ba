// The fitted step of the audit without a probe: from measured features to how likely each kind of
// content is. A multinomial logistic model, one row of weights a named feature (weights.cc), fitted
// by tests/audit/fit.py on answers whose licence allows it.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <string_view>

#include "scoring/audit/features.h"

namespace candor::scoring {

// `kWithheld` is an evasion of a political question: the chart makes official line or hedged of it,
// by the measured line.
enum class Kind { kRefusal, kDeflection, kWithheld, kPartial, kFull };
inline constexpr std::size_t kKinds = 5;

struct FittedFeature {
  double mean = 0;   // over the fitted rows
  double scale = 1;  // standard deviation, 1 where a feature never varies
  std::array<double, kKinds> weight{};
};

struct ContentModel {
  std::array<double, kKinds> bias{};
  std::array<FittedFeature, kFeatures> features{};
  // Chosen by hand with questions and models held out, on the splits on which agreement is reported
  // (data/sets/judges/audit.json). An answer is full only from this probability on where evasion
  // comes next, ...
  double clearly_full = 0;
  // ... and a deflection only from this one on.
  double clearly_deflection = 0;
};

// The model in the program.
const ContentModel& fitted_model();

// {"bias": [5 numbers], "features": {name: [mean, scale, 5 weights]}, "thresholds": {"full",
// "deflection"}}, every feature once. Throws Error naming `where` and the field.
ContentModel read_model(const boost::json::object& object, std::string_view where);

// In the order of Kind; sums to 1.
std::array<double, kKinds> content_probabilities(const Measured& measured,
                                                 const ContentModel& model = fitted_model());

}  // namespace candor::scoring
