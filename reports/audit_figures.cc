#include "reports/audit_figures.h"

#include <algorithm>

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
  AuditCells cells = audit_cells(data, condition);
  AuditFigures figures;
  figures.conditions = audit_conditions(data);
  figures.languages = std::move(cells.languages);
  figures.probes = std::move(cells.probes);
  figures.twins = std::move(cells.twins);  // the nodes stay where they are
  figures.others = std::move(cells.others);
  const auto by_interest = [](const Probe& a, const Probe& b) {
    return a.interest() > b.interest();
  };
  std::stable_sort(figures.probes.begin(), figures.probes.end(), by_interest);
  std::stable_sort(figures.others.begin(), figures.others.end(), by_interest);

  const std::vector<const Probe*> sensitive = pointers(figures.probes);
  const std::vector<const Probe*> twins = pointers(figures.twins);
  for (const std::string& language : figures.languages) {
    if (!sensitive.empty()) figures.rates.push_back(rate_row("probe", language, sensitive));
  }
  for (const std::string& language : figures.languages) {
    if (!twins.empty()) figures.rates.push_back(rate_row("twin", language, twins));
  }
  for (std::size_t i = 1; i < figures.languages.size() && !sensitive.empty(); ++i) {
    figures.gaps.push_back(gap_row(figures.probes, figures.languages[0], figures.languages[i]));
  }
  for (const std::string& language : figures.languages) {
    TopicRow row = topic_row(sensitive, language);
    if (row.gap.clusters > 0) figures.topics.push_back(std::move(row));
  }
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
  return json::object{
      {"languages", std::move(languages)},
      {"conditions", figures.conditions},
      {"probes", figures.probes.size()},
      {"twins", figures.twins.size()},
      {"rates", to_json(figures.rates)},
      {"topic_gaps", to_json(figures.topics)},
      {"language_gaps",
       to_json(figures.gaps, figures.languages.empty() ? "" : figures.languages[0])},
      {"differing_pairs", std::move(differing)}};
}

}  // namespace candor::reports
