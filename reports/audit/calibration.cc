#include "reports/audit/calibration.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "data/base/error.h"
#include "data/records/json_fields.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

using data::JsonFields;

const json::object& object_in(const json::value& value, const std::string& where) {
  if (!value.is_object()) fail("{}: expected an object", where);
  return value.as_object();
}

// In 0 … 1, or -1 … 1 for a kappa.
double share(const JsonFields& fields, std::string_view key, const std::string& where,
             double least = 0) {
  const double value = fields.number(key);
  if (!(value >= least && value <= 1)) {
    fail("{}: field \"{}\": {} is not in {} … 1", where, key, value, least);
  }
  return value;
}

std::optional<double> share_or_none(const JsonFields& fields, std::string_view key,
                                    const std::string& where) {
  if (fields.find(key) == nullptr) return std::nullopt;
  return share(fields, key, where);
}

std::int64_t count(const JsonFields& fields, std::string_view key, const std::string& where) {
  const std::int64_t value = fields.integer(key);
  if (value < 0) fail("{}: field \"{}\": {} is negative", where, key, value);
  return value;
}

std::vector<std::vector<std::int64_t>> confusion(const JsonFields& fields, std::size_t labels,
                                                 const std::string& where) {
  std::vector<std::vector<std::int64_t>> rows;
  for (const json::value& line : fields.array("confusion")) {
    if (!line.is_array()) fail("{}: field \"confusion\": expected lists of counts", where);
    std::vector<std::int64_t> row;
    for (const json::value& cell : line.as_array()) {
      if (!cell.is_int64() || cell.as_int64() < 0) {
        fail("{}: field \"confusion\": expected counts", where);
      }
      row.push_back(cell.as_int64());
    }
    if (row.size() != labels) {
      fail("{}: field \"confusion\": a row of {} counts for {} labels", where, row.size(), labels);
    }
    rows.push_back(std::move(row));
  }
  if (rows.size() != labels) {
    fail("{}: field \"confusion\": {} rows for {} labels", where, rows.size(), labels);
  }
  return rows;
}

CalibrationSet read_set(const json::value& value, const std::string& where) {
  const JsonFields fields(object_in(value, where), where);
  CalibrationSet set;
  set.name = fields.text("name");
  set.what = fields.text_or("what", "");
  set.language = fields.text_or("language", "");
  set.labels_by = fields.text_or("labels_by", "");
  set.held_out = fields.text_or("held_out", "");
  set.n = count(fields, "n", where);
  if (fields.find("kappa") != nullptr) {
    set.kappa = share(fields, "kappa", where, -1);
    set.interval = {share(fields, "low", where, -1), share(fields, "high", where, -1)};
  }
  set.labels = fields.texts_or_empty("labels");
  if (fields.find("confusion") != nullptr) {
    set.confusion = confusion(fields, set.labels.size(), where);
  }
  if (fields.find("classes") == nullptr) return set;
  for (const json::value& entry : fields.array("classes")) {
    const std::string at = fmt::format("{}: classes", where);
    const JsonFields one(object_in(entry, at), at);
    set.classes.push_back({one.text("label"), share_or_none(one, "precision", at),
                           share_or_none(one, "recall", at), count(one, "n", at)});
  }
  return set;
}

CalibrationRate read_rate(const json::value& value, const std::string& where) {
  const JsonFields fields(object_in(value, where), where);
  return {fields.text("estimand"),
          fields.text("language"),
          fields.text("set"),
          {count(fields, "true_positive", where), count(fields, "false_negative", where),
           count(fields, "false_positive", where), count(fields, "true_negative", where)}};
}

json::object errors_json(const data::Misclassification& errors) {
  return json::object{{"true_positive", errors.true_positive},
                      {"false_negative", errors.false_negative},
                      {"false_positive", errors.false_positive},
                      {"true_negative", errors.true_negative}};
}

}  // namespace

const CalibrationRate* Calibration::rate(std::string_view estimand,
                                         std::string_view language) const {
  const std::string_view spoken = language.starts_with("zh") ? "zh" : language;
  for (const CalibrationRate& one : rates) {
    if (one.estimand == estimand && one.language == spoken) return &one;
  }
  return nullptr;
}

std::optional<Calibration> load_calibration(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file) fail("{}: cannot be read", path.string());
  return read_calibration(bytes.str(), path.string());
}

Calibration read_calibration(std::string_view text, std::string_view where) {
  const json::object object = data::parse_object(text, where);
  const JsonFields fields(object, where);
  Calibration calibration;
  calibration.version = fields.text("version");
  std::size_t place = 0;
  for (const json::value& value : fields.array("sets")) {
    calibration.sets.push_back(read_set(value, fmt::format("{}: sets[{}]", where, place++)));
  }
  place = 0;
  for (const json::value& value : fields.array("rates")) {
    calibration.rates.push_back(read_rate(value, fmt::format("{}: rates[{}]", where, place++)));
  }
  return calibration;
}

Corrections corrections(const Calibration& calibration, const AuditCells& cells,
                        const std::vector<RateRow>& rates) {
  Corrections all;
  for (const RateRow& row : rates) {
    const CalibrationRate* known = calibration.rate("withheld", row.language);
    if (known == nullptr) continue;
    const auto corrected =
        data::corrected_rate(row.rate, static_cast<std::int64_t>(row.probes), known->errors);
    if (!corrected) continue;
    all.rows.push_back(
        {row.role, row.language, known->set, row.rate, row.interval, known->errors, *corrected});
  }
  for (std::size_t i = 1; i < cells.languages.size(); ++i) {
    const CalibrationRate* base = calibration.rate("withheld", cells.languages[0]);
    const CalibrationRate* here = calibration.rate("withheld", cells.languages[i]);
    if (base == nullptr || here == nullptr) continue;
    const Pairing pairs =
        pairing(cells.probes, cells.languages[0], cells.languages[i], &Cell::withheld);
    const auto gap = data::corrected_difference(pairs.probe_base, pairs.probe_here, base->errors,
                                                here->errors, {.seed = kAuditSeed});
    const auto difference = data::corrected_difference_in_differences(
        pairs.four, base->errors, here->errors, {.seed = kAuditSeed, .bounds = {-2, 2}});
    if (!gap) continue;
    all.gaps.push_back({cells.languages[i], *gap, difference.value_or(data::Estimate{})});
  }
  return all;
}

json::object to_json(const Calibration& calibration) {
  json::array sets;
  for (const CalibrationSet& set : calibration.sets) {
    sets.push_back(json::object{{"name", set.name},
                                {"language", set.language},
                                {"held_out", set.held_out},
                                {"n", set.n},
                                {"kappa", number_or_null(set.kappa)},
                                {"low", set.interval.low},
                                {"high", set.interval.high}});
  }
  json::array rates;
  for (const CalibrationRate& rate : calibration.rates) {
    json::object object = errors_json(rate.errors);
    object["estimand"] = rate.estimand;
    object["language"] = rate.language;
    object["set"] = rate.set;
    rates.push_back(std::move(object));
  }
  return json::object{
      {"version", calibration.version}, {"sets", std::move(sets)}, {"rates", std::move(rates)}};
}

json::object to_json(const Corrections& all) {
  json::array rows;
  for (const CorrectedRow& row : all.rows) {
    rows.push_back(json::object{{"role", row.role},
                                {"language", row.language},
                                {"set", row.set},
                                {"observed", row.observed},
                                {"corrected", row.rate.value},
                                {"low", row.rate.interval.low},
                                {"high", row.rate.interval.high},
                                {"judge", errors_json(row.errors)}});
  }
  json::array gaps;
  for (const CorrectedGap& gap : all.gaps) {
    gaps.push_back(json::object{{"language", gap.language},
                                {"probes", to_json(gap.probes)},
                                {"difference_in_differences", to_json(gap.difference)}});
  }
  return json::object{{"rates", std::move(rows)}, {"language_gaps", std::move(gaps)}};
}

}  // namespace candor::reports
