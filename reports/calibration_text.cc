// The calibration of the audit judge as plain text.
#include <fmt/format.h>

#include <cmath>

#include "reports/calibration.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

// "0.93", "-" where there is nothing.
std::string two_digits(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

std::string set_text(const CalibratedSet& set) {
  std::string out = fmt::format(
      "\n{} ({}), {}\n  {} answers, labels by {}; never seen: {}\n  kappa {:.2f} ({:.2f} to "
      "{:.2f})\n",
      set.name, set.language, set.what, set.n, set.labels_by, set.held_out, set.kappa,
      set.interval.low, set.interval.high);
  constexpr std::size_t kLabel = 18;
  out += fmt::format("  {}{:>6}{:>11}{:>8}{:>7}   judged as", fitted("labelled", kLabel), "n",
                     "precision", "recall", "kappa");
  for (std::size_t i = 0; i < set.labels.size(); ++i) out += fmt::format(" {:>5}", i + 1);
  out += "\n";
  for (std::size_t i = 0; i < set.classes.size(); ++i) {
    const CalibratedClass& one = set.classes[i];
    out += fmt::format("  {}{:>6}{:>11}{:>8}{:>7}   {:>9}",
                       fitted(fmt::format("{} {}", i + 1, one.label), kLabel), one.n,
                       two_digits(one.precision), two_digits(one.recall),
                       two_digits(class_kappa(set, i)), "");
    for (const std::int64_t cell : set.confusion.at(i)) out += fmt::format(" {:>5}", cell);
    out += "\n";
  }
  if (set.curve.empty()) return out;
  out += fmt::format("  {}, at or over\n", set.curve_of);
  // Precision as a bar of twenty: the eye follows where it falls.
  for (std::size_t i = 0; i < set.curve.size(); ++i) {
    const CurvePoint& point = set.curve[i];
    if (i % 2 == 0) continue;
    const auto marks = static_cast<std::size_t>(std::lround(20 * point.precision));
    out += fmt::format("    {:.2f}  recall {:.2f}  precision {:.2f} {}\n", point.threshold,
                       point.recall, point.precision, std::string(marks, '#'));
  }
  return out;
}

}  // namespace

std::string calibration_text(const Calibration& calibration) {
  std::string out =
      fmt::format("The audit judge, version {}, against labelled answers\nFitted on {} answers: ",
                  calibration.version, calibration.fitted_answers);
  for (std::size_t i = 0; i < calibration.fitted_on.size(); ++i) {
    out += (i == 0 ? "" : "; ") + calibration.fitted_on[i];
  }
  out += fmt::format(
      "\nL2 penalty C = {}. No answer below was judged by weights that had seen its question.\n",
      calibration.penalty);
  for (const FittedThreshold& threshold : calibration.thresholds) {
    out += fmt::format("Threshold {} = {}: {}\n", threshold.name, threshold.value, threshold.what);
  }
  for (const CalibratedSet& set : calibration.sets) out += set_text(set);
  out += "\nErrors that rates are corrected by\n";
  out += fmt::format("  {}{}{:>10}{:>10}  {}\n", fitted("", 14), fitted("", 4), "found", "wrongly",
                     "on");
  for (const CalibratedRate& rate : calibration.rates) {
    out += fmt::format(
        "  {}{}{:>10}{:>10}  {}\n", fitted(rate.estimand, 14), fitted(rate.language, 4),
        fmt::format("{}/{}", rate.errors.true_positive, rate.errors.positives()),
        fmt::format("{}/{}", rate.errors.false_positive, rate.errors.negatives()), rate.set);
  }
  return out;
}

}  // namespace candor::reports
