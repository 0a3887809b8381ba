#include "reports/calibration.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>
#include <sstream>

#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

// A share; null where there was nothing to divide by.
double share(const data::JsonFields& fields, std::string_view key, const std::string& where) {
  if (fields.find(key) == nullptr) return std::numeric_limits<double>::quiet_NaN();
  const double value = fields.number(key);
  if (!(value >= 0 && value <= 1)) fail("{}.{}: {} is not between 0 and 1", where, key, value);
  return value;
}

// Every object of an array, with its place for messages.
template <typename Read>
void each_object(const json::array& array, const std::string& where, Read read) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", where, i);
    if (!array[i].is_object()) fail("{}: expected an object", place);
    read(data::JsonFields(array[i].as_object(), place), place);
  }
}

std::int64_t count(const data::JsonFields& fields, std::string_view key, const std::string& where) {
  const std::int64_t value = fields.integer(key);
  if (value < 0) fail("{}.{}: {} is negative", where, key, value);
  return value;
}

std::vector<std::vector<std::int64_t>> read_confusion(const json::array& rows,
                                                      const CalibratedSet& set,
                                                      const std::string& where) {
  std::vector<std::vector<std::int64_t>> table;
  std::int64_t sum = 0;
  for (const json::value& row : rows) {
    if (!row.is_array() || row.as_array().size() != set.labels.size()) {
      fail("{}.confusion: expected rows of {} numbers", where, set.labels.size());
    }
    table.emplace_back();
    for (const json::value& cell : row.as_array()) {
      if (!cell.is_int64() || cell.as_int64() < 0) fail("{}.confusion: expected counts", where);
      table.back().push_back(cell.as_int64());
      sum += cell.as_int64();
    }
  }
  // What the judge gives no content (an answer it calls broken) is in no column.
  if (table.size() != set.labels.size() || sum > set.n) {
    fail("{}.confusion: {} rows and {} answers, expected {} rows and at most {} answers", where,
         table.size(), sum, set.labels.size(), set.n);
  }
  return table;
}

CalibratedSet read_calibrated_set(const data::JsonFields& fields, const std::string& where) {
  CalibratedSet set;
  set.name = fields.text("name");
  set.what = fields.text("what");
  set.language = fields.text("language");
  set.labels_by = fields.text("labels_by");
  set.held_out = fields.text("held_out");
  set.n = count(fields, "n", where);
  set.kappa = fields.number("kappa");
  set.interval = {fields.number("low"), fields.number("high")};
  if (!(set.interval.low <= set.kappa && set.kappa <= set.interval.high && set.kappa <= 1)) {
    fail("{}: kappa {} is outside of its interval {} to {}", where, set.kappa, set.interval.low,
         set.interval.high);
  }
  set.labels = fields.texts_or_empty("labels");
  set.confusion = read_confusion(fields.array("confusion"), set, where);
  each_object(fields.array("classes"), where + ".classes",
              [&](const data::JsonFields& one, const std::string& place) {
                set.classes.push_back({one.text("label"), share(one, "precision", place),
                                       share(one, "recall", place), count(one, "n", place)});
              });
  set.curve_of = fields.text_or("curve_of", "");
  each_object(fields.array("curve"), where + ".curve",
              [&](const data::JsonFields& one, const std::string& place) {
                set.curve.push_back({share(one, "threshold", place), share(one, "precision", place),
                                     share(one, "recall", place)});
              });
  return set;
}

// "0.93", "-" where there is nothing.
std::string two_digits(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.2f}", value);
}

std::string set_text(const CalibratedSet& set) {
  std::string out = fmt::format(
      "\n{} ({}), {}\n  {} answers, labels by {}; never seen: {}\n  kappa {:.2f} ({:.2f} to "
      "{:.2f})\n",
      set.name, set.language, set.what, set.n, set.labels_by, set.held_out, set.kappa,
      set.interval.low, set.interval.high);
  constexpr std::size_t kLabel = 18;
  out += fmt::format("  {}{:>6}{:>11}{:>8}   judged as", fitted("labelled", kLabel), "n",
                     "precision", "recall");
  for (std::size_t i = 0; i < set.labels.size(); ++i) out += fmt::format(" {:>5}", i + 1);
  out += "\n";
  for (std::size_t i = 0; i < set.classes.size(); ++i) {
    const CalibratedClass& one = set.classes[i];
    out += fmt::format("  {}{:>6}{:>11}{:>8}   {:>9}",
                       fitted(fmt::format("{} {}", i + 1, one.label), kLabel), one.n,
                       two_digits(one.precision), two_digits(one.recall), "");
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

Calibration load_calibration(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) fail("{}: cannot be read", path.string());
  const std::string where = path.string();
  const json::object object = data::parse_object(text.str(), where);
  const data::JsonFields fields(object, where);
  Calibration calibration;
  calibration.version = fields.text("version");
  if (fields.text("judge") != "audit") fail("{}: is not of the judge \"audit\"", where);
  calibration.fitted_on = fields.texts_or_empty("fitted_on");
  calibration.fitted_answers = fields.integer_or("fitted_answers", 0);
  calibration.penalty = fields.number_or("penalty", 0);
  if (fields.find("thresholds") != nullptr) {
    each_object(fields.array("thresholds"), where + ": thresholds",
                [&](const data::JsonFields& one, const std::string&) {
                  calibration.thresholds.push_back(
                      {one.text("name"), one.number("value"), one.text("what")});
                });
  }
  each_object(fields.array("sets"), where + ": sets",
              [&](const data::JsonFields& one, const std::string& place) {
                calibration.sets.push_back(read_calibrated_set(one, place));
              });
  each_object(fields.array("rates"), where + ": rates",
              [&](const data::JsonFields& one, const std::string& place) {
                ErrorRates rates{one.text("estimand"), one.text("language"), one.text("set")};
                rates.true_positive = count(one, "true_positive", place);
                rates.false_negative = count(one, "false_negative", place);
                rates.false_positive = count(one, "false_positive", place);
                rates.true_negative = count(one, "true_negative", place);
                calibration.rates.push_back(std::move(rates));
              });
  return calibration;
}

Calibration load_calibration() {
  return load_calibration(data::data_file("sets/judges/audit.json"));
}

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
  for (const ErrorRates& rates : calibration.rates) {
    out += fmt::format(
        "  {}{}{:>10}{:>10}  {}\n", fitted(rates.estimand, 14), fitted(rates.language, 4),
        fmt::format("{}/{}", rates.true_positive, rates.true_positive + rates.false_negative),
        fmt::format("{}/{}", rates.false_positive, rates.false_positive + rates.true_negative),
        rates.set);
  }
  return out;
}

}  // namespace candor::reports
