#include "reports/calibration.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <numeric>
#include <set>
#include <sstream>

#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "data/records/json_fields.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

using data::JsonFields;

// Figures are kept with four digits.
constexpr double kRounding = 0.5e-4 + 1e-9;

double number_in(const JsonFields& fields, std::string_view key, const std::string& where,
                 double least, double most) {
  const double value = fields.number(key);
  if (!(value >= least && value <= most)) {
    fail("{}: field \"{}\": {} is not between {} and {}", where, key, value, least, most);
  }
  return value;
}

double share(const JsonFields& fields, std::string_view key, const std::string& where) {
  return number_in(fields, key, where, 0, 1);
}

std::int64_t count(const JsonFields& fields, std::string_view key, const std::string& where) {
  const std::int64_t value = fields.integer(key);
  if (value < 0) fail("{}: field \"{}\": {} is negative", where, key, value);
  return value;
}

std::string text_in(const JsonFields& fields, std::string_view key, const std::string& where,
                    std::initializer_list<std::string_view> known = {}) {
  std::string value = fields.text(key);
  if (value.empty()) fail("{}: field \"{}\": is empty", where, key);
  if (known.size() == 0) return value;
  for (const std::string_view one : known) {
    if (value == one) return value;
  }
  fail("{}: field \"{}\": \"{}\" is none of {}", where, key, value, fmt::join(known, ", "));
}

// Calls read(fields, place) with every object of the array `key`.
template <typename Read>
void each_object(const JsonFields& fields, std::string_view key, const std::string& where,
                 Read read) {
  const json::array& array = fields.array(key);
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string place = fmt::format("{}: {}[{}]", where, key, i);
    if (!array[i].is_object()) fail("{}: expected an object", place);
    read(JsonFields(array[i].as_object(), place), place);
  }
}

std::vector<std::vector<std::int64_t>> read_confusion(const json::array& rows, std::size_t labels,
                                                      const std::string& where) {
  if (rows.size() != labels) {
    fail("{}: field \"confusion\": {} rows for {} labels", where, rows.size(), labels);
  }
  std::vector<std::vector<std::int64_t>> table;
  for (const json::value& row : rows) {
    if (!row.is_array() || row.as_array().size() != labels) {
      fail("{}: field \"confusion\": expected rows of {} counts", where, labels);
    }
    std::vector<std::int64_t>& line = table.emplace_back();
    for (const json::value& cell : row.as_array()) {
      if (!cell.is_int64() || cell.as_int64() < 0) {
        fail("{}: field \"confusion\": {} is not a count", where, json::serialize(cell));
      }
      line.push_back(cell.as_int64());
    }
  }
  return table;
}

// A share that must be part / whole, and null where there is no whole.
std::optional<double> share_of(const JsonFields& fields, std::string_view key, std::int64_t part,
                               std::int64_t whole, const std::string& where) {
  if (whole == 0) {
    if (fields.find(key) != nullptr) {
      fail("{}: field \"{}\": expected null, the confusion counts nothing there", where, key);
    }
    return std::nullopt;
  }
  const double value = share(fields, key, where);
  const double counted = static_cast<double>(part) / static_cast<double>(whole);
  if (std::abs(value - counted) > kRounding) {
    fail("{}: field \"{}\": {} where the confusion gives {} of {}", where, key, value, part, whole);
  }
  return value;
}

// The classes of a set, checked against its confusion.
void read_classes(const JsonFields& fields, const std::string& where, CalibratedSet& set) {
  std::int64_t labelled = 0;
  each_object(fields, "classes", where, [&](const JsonFields& one, const std::string& place) {
    one.only({"label", "precision", "recall", "n"});
    const std::size_t i = set.classes.size();
    const std::string label = text_in(one, "label", place);
    if (i >= set.labels.size() || label != set.labels[i]) {
      fail("{}: field \"label\": \"{}\" is not the label of that place", place, label);
    }
    const std::vector<std::int64_t>& row = set.confusion[i];
    const std::int64_t n = count(one, "n", place);
    const std::int64_t judged = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    if (judged > n) {
      fail("{}: field \"n\": {} where the confusion counts {} answers", place, n, judged);
    }
    std::int64_t said = 0;
    for (const auto& line : set.confusion) said += line[i];
    set.classes.push_back({label, share_of(one, "precision", row[i], said, place),
                           share_of(one, "recall", row[i], n, place), n});
    labelled += n;
  });
  if (set.classes.size() != set.labels.size()) {
    fail("{}: field \"classes\": {} classes for {} labels", where, set.classes.size(),
         set.labels.size());
  }
  if (labelled != set.n) {
    fail("{}: field \"n\": {} where the classes have {} answers", where, set.n, labelled);
  }
}

void read_curve(const JsonFields& fields, const std::string& where, CalibratedSet& set) {
  set.curve_of = fields.text("curve_of");
  each_object(fields, "curve", where, [&](const JsonFields& one, const std::string& place) {
    one.only({"threshold", "precision", "recall"});
    const CurvePoint point{share(one, "threshold", place), share(one, "precision", place),
                           share(one, "recall", place)};
    if (!set.curve.empty() &&
        (point.threshold <= set.curve.back().threshold || point.recall > set.curve.back().recall)) {
      fail("{}: field \"threshold\": thresholds must rise, and recall cannot rise with them",
           place);
    }
    set.curve.push_back(point);
  });
  if (set.curve_of.empty() != set.curve.empty()) {
    fail("{}: field \"curve_of\": expected with a curve and only there", where);
  }
}

CalibratedSet read_calibrated_set(const JsonFields& fields, const std::string& where) {
  fields.only({"name", "what", "language", "labels_by", "held_out", "n", "kappa", "low", "high",
               "labels", "confusion", "classes", "curve_of", "curve"});
  CalibratedSet set;
  set.name = text_in(fields, "name", where);
  set.what = text_in(fields, "what", where);
  set.language = text_in(fields, "language", where, {"en", "zh"});
  set.labels_by = text_in(fields, "labels_by", where);
  set.held_out = text_in(fields, "held_out", where, {"questions", "questions, models"});
  set.n = count(fields, "n", where);
  set.kappa = number_in(fields, "kappa", where, -1, 1);
  set.interval = {number_in(fields, "low", where, -1, 1), number_in(fields, "high", where, -1, 1)};
  if (set.interval.low > set.kappa || set.kappa > set.interval.high) {
    fail("{}: field \"kappa\": {} is outside of its interval {} to {}", where, set.kappa,
         set.interval.low, set.interval.high);
  }
  set.labels = fields.texts_or_empty("labels");
  const std::set<std::string> distinct(set.labels.begin(), set.labels.end());
  if (distinct.size() < 2 || distinct.size() != set.labels.size()) {
    fail("{}: field \"labels\": expected two or more different labels", where);
  }
  set.confusion = read_confusion(fields.array("confusion"), set.labels.size(), where);
  read_classes(fields, where, set);
  read_curve(fields, where, set);
  return set;
}

CalibratedRate read_rate(const JsonFields& fields, const std::string& where) {
  fields.only({"estimand", "language", "set", "true_positive", "false_negative", "false_positive",
               "true_negative", "questions"});
  CalibratedRate rate{
      text_in(fields, "estimand", where, {"withheld", "not_complete"}),
      text_in(fields, "language", where, {"en", "zh"}),
      text_in(fields, "set", where),
      {count(fields, "true_positive", where), count(fields, "false_negative", where),
       count(fields, "false_positive", where), count(fields, "true_negative", where)},
      fields.find("questions") == nullptr ? 0 : count(fields, "questions", where)};
  if (rate.errors.positives() == 0 || rate.errors.negatives() == 0) {
    fail("{}: field \"{}\": expected answers of both kinds", where,
         rate.errors.positives() == 0 ? "true_positive" : "true_negative");
  }
  return rate;
}

Calibration read(const JsonFields& fields, const std::string& where) {
  fields.only({"version", "judge", "fitted_on", "fitted_answers", "penalty", "fitted_models",
               "thresholds", "intervals", "sets", "rates"});
  Calibration calibration;
  calibration.version = text_in(fields, "version", where);
  text_in(fields, "judge", where, {"audit"});
  calibration.fitted_on = fields.texts_or_empty("fitted_on");
  calibration.fitted_answers = count(fields, "fitted_answers", where);
  calibration.penalty = fields.number("penalty");
  if (!(calibration.penalty > 0)) {
    fail("{}: field \"penalty\": {} is not positive", where, calibration.penalty);
  }
  each_object(fields, "thresholds", where, [&](const JsonFields& one, const std::string& place) {
    one.only({"name", "value", "what"});
    calibration.thresholds.push_back(
        {text_in(one, "name", place), share(one, "value", place), text_in(one, "what", place)});
  });
  each_object(fields, "sets", where, [&](const JsonFields& one, const std::string& place) {
    calibration.sets.push_back(read_calibrated_set(one, place));
  });
  each_object(fields, "rates", where, [&](const JsonFields& one, const std::string& place) {
    CalibratedRate rate = read_rate(one, place);
    if (calibration.rate(rate.estimand, rate.language) != nullptr) {
      fail("{}: field \"estimand\": {} in {} is there twice", place, rate.estimand, rate.language);
    }
    calibration.rates.push_back(std::move(rate));
  });
  return calibration;
}

}  // namespace

std::optional<double> class_kappa(const CalibratedSet& set, std::size_t i) {
  const auto all = static_cast<double>(set.n);
  const auto labelled = static_cast<double>(set.classes.at(i).n);
  double said = 0;
  for (const std::vector<std::int64_t>& row : set.confusion) said += static_cast<double>(row.at(i));
  const auto both = static_cast<double>(set.confusion.at(i).at(i));
  if (all == 0) return std::nullopt;
  const double agreed = (both + (all - labelled - said + both)) / all;
  const double chance = (labelled * said + (all - labelled) * (all - said)) / (all * all);
  if (chance >= 1) return std::nullopt;
  return (agreed - chance) / (1 - chance);
}

const CalibratedRate* Calibration::rate(std::string_view estimand,
                                        std::string_view language) const {
  const std::string_view spoken = language.starts_with("zh") ? "zh" : language;
  for (const CalibratedRate& one : rates) {
    if (one.estimand == estimand && one.language == spoken) return &one;
  }
  return nullptr;
}

Calibration read_calibration(std::string_view text, std::string_view where) {
  try {
    const json::object object = data::parse_object(text, where);
    return read(JsonFields(object, where), std::string(where));
  } catch (const Error& error) {
    fail("{}; write the file again: tests/audit/fit.py --calibration (scoring/audit/README.md)",
         error.what());
  }
}

std::optional<Calibration> load_calibration(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file) fail("{}: cannot be read: make it a readable file", path.string());
  return read_calibration(bytes.str(), path.string());
}

std::optional<Calibration> load_calibration() {
  return load_calibration(data::data_dir() / "sets/judges/audit.json");
}

json::object to_json(const data::Misclassification& errors) {
  return json::object{{"true_positive", errors.true_positive},
                      {"false_negative", errors.false_negative},
                      {"false_positive", errors.false_positive},
                      {"true_negative", errors.true_negative}};
}

json::object to_json(const Calibration& calibration) {
  json::array sets;
  for (const CalibratedSet& set : calibration.sets) {
    sets.push_back(json::object{{"name", set.name},
                                {"language", set.language},
                                {"held_out", set.held_out},
                                {"n", set.n},
                                {"kappa", set.kappa},
                                {"low", set.interval.low},
                                {"high", set.interval.high}});
  }
  json::array rates;
  for (const CalibratedRate& rate : calibration.rates) {
    json::object object = to_json(rate.errors);
    object["estimand"] = rate.estimand;
    object["language"] = rate.language;
    object["set"] = rate.set;
    rates.push_back(std::move(object));
  }
  return json::object{
      {"version", calibration.version}, {"sets", std::move(sets)}, {"rates", std::move(rates)}};
}

}  // namespace candor::reports
