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
      const std::string& language = cells.languages[i];
      const Pairing pairs = pairing(probes, cells.languages[0], language, &Cell::withheld);
      std::vector<double> gaps;
      for (std::size_t k = 0; k < pairs.probe_base.size(); ++k) {
        gaps.push_back(pairs.probe_here[k] - pairs.probe_base[k]);
      }
      row.language.push_back({language, data::cluster_bootstrap(gaps, {.seed = kAuditSeed})});
      row.difference.push_back(
          {language, mean_of(pairs.four), data::difference_in_differences(pairs.four, kAuditSeed)});
    }
    row.probes = std::move(probes);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<GroupRow> by_topic(const AuditCells& cells) { return grouped(cells, &Probe::topic); }

std::vector<GroupRow> by_state(const AuditCells& cells) { return grouped(cells, &Probe::state); }

std::vector<TabooRow> taboo_rows(const AuditCells& cells) {
  std::vector<TabooRow> rows;
  for (const char* whose : {kChina, kOthers}) {
    std::vector<const Probe*> probes;
    for (const Probe& probe : cells.probes) {
      if (!probe.state.empty() && (probe.state == "CN") == (whose == std::string(kChina))) {
        probes.push_back(&probe);
      }
    }
    if (probes.empty()) return {};
    TabooRow row{whose, probes.size(), {}};
    for (std::size_t i = 1; i < cells.languages.size(); ++i) {
      row.gaps.push_back(gap_row(probes, cells.languages[0], cells.languages[i]));
    }
    if (row.gaps.empty()) return {};
    rows.push_back(std::move(row));
  }
  return rows;
}

json::array to_json(const std::vector<TabooRow>& rows, const std::string& base) {
  json::array array;
  for (const TabooRow& row : rows) {
    array.push_back(json::object{
        {"whose", row.whose}, {"probes", row.probes}, {"language_gaps", to_json(row.gaps, base)}});
  }
  return array;
}

json::array to_json(const std::vector<GroupRow>& rows) {
  json::array array;
  for (const GroupRow& row : rows) {
    std::vector<RateRow> rates;
    std::vector<TopicRow> gaps;
    for (const GroupCell& cell : row.cells) {
      rates.push_back(cell.rate);
      gaps.push_back(cell.gap);
    }
    json::array differences;
    for (const GroupDifference& one : row.difference) {
      differences.push_back(json::object{{"language", one.language},
                                         {"means_of_complete_pairs", to_json(one.means)},
                                         {"gap", to_json(one.difference)}});
    }
    json::array pairs;
    for (const Probe* probe : row.probes) pairs.push_back(json::value(probe->pair));
    array.push_back(json::object{{"name", row.name},
                                 {"states", json::value_from(row.states)},
                                 {"rates", to_json(rates)},
                                 {"probe_minus_twin", to_json(gaps)},
                                 {"language_gaps", to_json(row.language)},
                                 {"difference_in_differences", std::move(differences)},
                                 {"pairs", std::move(pairs)}});
  }
  return array;
}

}  // namespace candor::reports
