#include "reports/audit/corrections.h"

#include <algorithm>
#include <map>

namespace candor::reports {

namespace json = boost::json;

namespace {

CorrectionBasis basis_of(const Calibration& calibration, const CalibratedRate& known,
                         const std::string& language, const std::vector<RateRow>& rates) {
  CorrectionBasis basis;
  basis.language = language;
  basis.set = known.set;
  basis.answers = known.errors.positives() + known.errors.negatives();
  std::map<std::string, std::size_t> given;
  for (const RateRow& row : rates) {
    if (row.language != language) continue;
    for (const char* label : {"hedged", "partial", "full"}) {
      const auto found = row.labels.find(label);
      if (found == row.labels.end()) continue;
      given[label] += found->second;
      basis.given_answers += found->second;
    }
  }
  for (const auto& [label, count] : given) {
    if (count <= basis.frequent_answers) continue;
    basis.frequent = label;
    basis.frequent_answers = count;
  }
  for (const CalibratedSet& set : calibration.sets) {
    if (set.name != known.set || set.language != known.language) continue;
    for (const CalibratedClass& one : set.classes) {
      if (one.label == basis.frequent) basis.labelled = one.n;
    }
  }
  return basis;
}

bool applies(const Corrections& all, const std::string& language) {
  return std::any_of(all.bases.begin(), all.bases.end(), [&](const CorrectionBasis& basis) {
    return basis.language == language && basis.applies();
  });
}

}  // namespace

bool CorrectionBasis::applies() const {
  return frequent.empty() || labelled.value_or(0) >= kLeastLabelled;
}

bool Corrections::correction_applies() const {
  return !bases.empty() &&
         std::all_of(bases.begin(), bases.end(),
                     [](const CorrectionBasis& basis) { return basis.applies(); });
}

Corrections corrections(const Calibration& calibration, const AuditCells& cells,
                        const std::vector<RateRow>& rates) {
  Corrections all;
  for (const std::string& language : cells.languages) {
    const CalibratedRate* known = calibration.rate("withheld", language);
    if (known != nullptr) all.bases.push_back(basis_of(calibration, *known, language, rates));
  }
  for (const RateRow& row : rates) {
    const CalibratedRate* known = calibration.rate("withheld", row.language);
    if (known == nullptr) continue;
    const auto corrected =
        data::corrected_rate(row.rate, static_cast<std::int64_t>(row.probes), known->errors);
    if (!corrected) continue;
    all.rows.push_back({row.role, row.language, known->set, row.rate, row.interval, known->errors,
                        *corrected, applies(all, row.language)});
  }
  for (std::size_t i = 1; i < cells.languages.size(); ++i) {
    const CalibratedRate* base = calibration.rate("withheld", cells.languages[0]);
    const CalibratedRate* here = calibration.rate("withheld", cells.languages[i]);
    if (base == nullptr || here == nullptr) continue;
    const Pairing pairs =
        pairing(pointers(cells.probes), cells.languages[0], cells.languages[i], &Cell::withheld);
    const auto gap = data::corrected_difference(pairs.probe_base, pairs.probe_here, base->errors,
                                                here->errors, {.seed = kAuditSeed});
    const auto difference = data::corrected_difference_in_differences(
        pairs.four, base->errors, here->errors, {.seed = kAuditSeed, .bounds = {-2, 2}});
    if (!gap) continue;
    all.gaps.push_back({cells.languages[i], *gap, difference.value_or(data::Estimate{}),
                        applies(all, cells.languages[0]) && applies(all, cells.languages[i])});
  }
  return all;
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
                                {"judge", to_json(row.errors)},
                                {"applies", row.applies}});
  }
  json::array gaps;
  for (const CorrectedGap& gap : all.gaps) {
    gaps.push_back(json::object{{"language", gap.language},
                                {"probes", to_json(gap.probes)},
                                {"difference_in_differences", to_json(gap.difference)},
                                {"applies", gap.applies}});
  }
  json::array bases;
  for (const CorrectionBasis& basis : all.bases) {
    bases.push_back(
        json::object{{"language", basis.language},
                     {"set", basis.set},
                     {"labelled_answers", basis.answers},
                     {"most_frequent_given_class", basis.frequent},
                     {"answers_of_that_class", basis.frequent_answers},
                     {"answers_given", basis.given_answers},
                     {"labelled_of_that_class",
                      basis.labelled ? json::value(*basis.labelled) : json::value(nullptr)},
                     {"applies", basis.applies()}});
  }
  return json::object{{"correction_applies", all.correction_applies()},
                      {"bases", std::move(bases)},
                      {"rates", std::move(rows)},
                      {"language_gaps", std::move(gaps)}};
}

}  // namespace candor::reports
