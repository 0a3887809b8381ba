#include "reports/audit_figures.h"

#include <algorithm>

#include "reports/audit/report.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

json::object labels_json(const Probe& probe) {
  json::object labels;
  for (const auto& [language, cell] : probe.cells) {
    json::array list;
    for (const Sample* sample : cell.samples) list.push_back(json::value(label_of(*sample)));
    labels[language] = std::move(list);
  }
  return labels;
}

}  // namespace

AuditFigures audit_figures(const RunData& data, std::size_t condition) {
  AuditReport report = audit_report(data, std::nullopt);
  AuditFigures figures;
  figures.conditions = report.conditions.size();
  if (condition >= report.conditions.size()) return figures;
  ConditionFigures& from = report.conditions[condition];
  figures.languages = std::move(from.cells.languages);
  figures.probes = std::move(from.cells.probes);
  figures.twins = std::move(from.cells.twins);  // the nodes stay where they are
  figures.others = std::move(from.cells.others);
  const auto by_interest = [](const Probe& a, const Probe& b) {
    return a.interest() > b.interest();
  };
  std::stable_sort(figures.probes.begin(), figures.probes.end(), by_interest);
  std::stable_sort(figures.others.begin(), figures.others.end(), by_interest);
  figures.outcomes = std::move(from.outcomes);
  figures.rates = std::move(from.rates);
  figures.gaps = std::move(from.gaps);
  figures.topics = std::move(from.topics);
  if (condition == 0) figures.taboos = std::move(report.taboos);
  figures.tests = report.family.size();
  return figures;
}

json::object to_json(const AuditFigures& figures) {
  json::array differing;
  for (const Probe& probe : figures.probes) {
    if (probe.interest() < 2) continue;
    differing.push_back(json::object{{"suite", probe.suite},
                                     {"pair", probe.pair},
                                     {"topic", probe.topic},
                                     {"withheld_differs", probe.interest() == 3},
                                     {"labels", labels_json(probe)}});
  }
  json::array languages;
  for (const std::string& language : figures.languages) languages.push_back(json::value(language));
  const std::string base = figures.languages.empty() ? "" : figures.languages[0];
  return json::object{{"languages", std::move(languages)},
                      {"conditions", figures.conditions},
                      {"probes", figures.probes.size()},
                      {"twins", figures.twins.size()},
                      {"rates", to_json(figures.rates)},
                      {"outcomes", to_json(figures.outcomes)},
                      {"topic_gaps", to_json(figures.topics)},
                      {"language_gaps", to_json(figures.gaps, base)},
                      {"fixed_contrasts", to_json(figures.taboos, base)},
                      {"tests", figures.tests},
                      {"differing_pairs", std::move(differing)}};
}

}  // namespace candor::reports
