#include "reports/audit/stability.h"

#include <set>

#include "reports/audit/rates.h"

namespace candor::reports {

namespace json = boost::json;

std::vector<StabilityRow> stability_rows(const AuditCells& cells) {
  std::vector<StabilityRow> rows;
  const auto add = [&](const std::string& role, const std::vector<const Probe*>& probes) {
    for (const std::string& language : cells.languages) {
      StabilityRow row;
      row.role = role;
      row.language = language;
      for (const Probe* probe : probes) {
        const auto cell = probe->cells.find(language);
        if (cell == probe->cells.end() || cell->second.counted() < 2) continue;
        ++row.cells;
        std::set<std::string> labels;
        for (const Sample* sample : cell->second.samples) {
          if (stance_of(*sample) != Stance::kUnknown) labels.insert(label_of(*sample));
        }
        if (labels.size() > 1) ++row.labels_mixed;
        if (!cell->second.mixed()) continue;
        ++row.mixed;
        row.pairs.push_back(probe->pair);
      }
      if (row.cells == 0) continue;
      row.interval =
          data::wilson(static_cast<std::int64_t>(row.mixed), static_cast<std::int64_t>(row.cells));
      rows.push_back(std::move(row));
    }
  };
  add("probe", pointers(cells.probes));
  add("twin", pointers(cells.twins));
  return rows;
}

json::array to_json(const std::vector<StabilityRow>& rows) {
  json::array array;
  for (const StabilityRow& row : rows) {
    array.push_back(json::object{{"role", row.role},
                                 {"language", row.language},
                                 {"cells", row.cells},
                                 {"mixed", row.mixed},
                                 {"labels_mixed", row.labels_mixed},
                                 {"low", row.interval.low},
                                 {"high", row.interval.high},
                                 {"pairs", json::value_from(row.pairs)}});
  }
  return array;
}

}  // namespace candor::reports
