#include "reports/audit/corrections.h"

namespace candor::reports {

namespace json = boost::json;

Corrections corrections(const Calibration& calibration, const AuditCells& cells,
                        const std::vector<RateRow>& rates) {
  Corrections all;
  for (const RateRow& row : rates) {
    const CalibratedRate* known = calibration.rate("withheld", row.language);
    if (known == nullptr) continue;
    const auto corrected =
        data::corrected_rate(row.rate, static_cast<std::int64_t>(row.probes), known->errors);
    if (!corrected) continue;
    all.rows.push_back(
        {row.role, row.language, known->set, row.rate, row.interval, known->errors, *corrected});
  }
  for (std::size_t i = 1; i < cells.languages.size(); ++i) {
    const CalibratedRate* base = calibration.rate("withheld", cells.languages[0]);
    const CalibratedRate* here = calibration.rate("withheld", cells.languages[i]);
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
                                {"judge", to_json(row.errors)}});
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
