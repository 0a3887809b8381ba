#include "reports/audit/groups.h"

#include <set>

namespace candor::reports {

namespace json = boost::json;

namespace {

std::vector<GroupRow> grouped(const AuditCells& cells, std::string Probe::*field) {
  std::map<std::string, std::vector<const Probe*>> groups;
  for (const Probe& probe : cells.probes) {
    if (!(probe.*field).empty()) groups[probe.*field].push_back(&probe);
  }
  std::vector<GroupRow> rows;
  for (auto& [name, probes] : groups) {
    GroupRow row;
    row.name = name;
    std::set<std::string> states;
    for (const Probe* probe : probes) {
      if (!probe->state.empty()) states.insert(probe->state);
    }
    row.states.assign(states.begin(), states.end());
    for (const std::string& language : cells.languages) {
      row.cells.push_back({rate_row("probe", language, probes), topic_row(probes, language)});
    }
    for (std::size_t i = 1; i < cells.languages.size(); ++i) {
      std::vector<double> gaps;
      for (const Probe* probe : probes) {
        const auto first = probe->in(cells.languages[0], &Cell::withheld);
        const auto second = probe->in(cells.languages[i], &Cell::withheld);
        if (first && second) gaps.push_back(*second - *first);
      }
      row.language.push_back(
          {cells.languages[i], data::cluster_bootstrap(gaps, {.seed = kAuditSeed})});
    }
    row.probes = std::move(probes);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<GroupRow> by_topic(const AuditCells& cells) { return grouped(cells, &Probe::topic); }

std::vector<GroupRow> by_state(const AuditCells& cells) { return grouped(cells, &Probe::state); }

json::array to_json(const std::vector<GroupRow>& rows) {
  json::array array;
  for (const GroupRow& row : rows) {
    std::vector<RateRow> rates;
    std::vector<TopicRow> gaps;
    for (const GroupCell& cell : row.cells) {
      rates.push_back(cell.rate);
      gaps.push_back(cell.gap);
    }
    json::array pairs;
    for (const Probe* probe : row.probes) pairs.push_back(json::value(probe->pair));
    array.push_back(json::object{{"name", row.name},
                                 {"states", json::value_from(row.states)},
                                 {"rates", to_json(rates)},
                                 {"probe_minus_twin", to_json(gaps)},
                                 {"language_gaps", to_json(row.language)},
                                 {"pairs", std::move(pairs)}});
  }
  return array;
}

}  // namespace candor::reports
