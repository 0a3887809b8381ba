#include "reports/audit/report.h"

#include <set>

namespace candor::reports {

namespace json = boost::json;

namespace {

ConditionFigures condition_figures(const RunData& data, std::size_t place) {
  ConditionFigures figures;
  figures.hash = audit_condition(data, place);
  if (const auto found = data.conditions.find(figures.hash); found != data.conditions.end()) {
    figures.condition = found->second;
  }
  figures.cells = audit_cells(data, place);
  const AuditCells& cells = figures.cells;
  const std::vector<const Probe*> probes = pointers(cells.probes);
  const std::vector<const Probe*> twins = pointers(cells.twins);
  figures.outcomes = outcome_rows(cells);
  for (const std::string& language : cells.languages) {
    if (!probes.empty()) figures.rates.push_back(rate_row("probe", language, probes));
    if (!probes.empty()) figures.facts.push_back(facts_row("probe", language, probes));
  }
  for (const std::string& language : cells.languages) {
    if (!twins.empty()) figures.rates.push_back(rate_row("twin", language, twins));
    if (!twins.empty()) figures.facts.push_back(facts_row("twin", language, twins));
  }
  for (std::size_t i = 1; i < cells.languages.size() && !probes.empty(); ++i) {
    figures.gaps.push_back(gap_row(probes, cells.languages[0], cells.languages[i]));
    figures.fact_gaps.push_back(
        gap_row(probes, cells.languages[0], cells.languages[i], &Cell::facts));
  }
  for (const std::string& language : cells.languages) {
    TopicRow row = topic_row(probes, language);
    if (row.gap.clusters > 0) figures.topics.push_back(std::move(row));
  }
  figures.thought = thought_figures(cells);
  return figures;
}

json::object shares_json(const Probe& probe) {
  json::object shares;
  for (const auto& [language, cell] : probe.cells) {
    json::object labels;
    for (const Sample* sample : cell.samples) {
      json::value& count = labels[label_of(*sample)];
      count = count.is_null() ? 1 : count.to_number<std::int64_t>() + 1;
    }
    json::object object{{"question", cell.samples.front()->question.id},
                        {"samples", cell.samples.size()},
                        {"counted", cell.counted()},
                        {"withheld", number_or_null(cell.withheld())},
                        {"facts_stated", number_or_null(cell.facts())},
                        {"labels", std::move(labels)}};
    const CellThought thought = cell_thought(cell);
    json::object states;
    for (const auto& [state, count] : thought.states) states[state] = count;
    object["thought"] = std::move(states);
    object["divergence"] = number_or_null(thought.divergence);
    object["suppression"] = number_or_null(thought.suppression());
    shares[language] = std::move(object);
  }
  return shares;
}

json::array pairs_json(const AuditCells& cells) {
  json::array pairs;
  std::set<const Probe*> shown;
  for (const Probe& probe : cells.probes) {
    json::object row{{"pair", probe.pair},
                     {"topic", probe.topic},
                     {"state", probe.state},
                     {"languages", shares_json(probe)}};
    if (!probe.reported.empty()) row["reported"] = probe.reported;
    if (probe.twin != nullptr) {
      shown.insert(probe.twin);
      row["twin"] =
          json::object{{"pair", probe.twin->pair}, {"languages", shares_json(*probe.twin)}};
    }
    pairs.push_back(std::move(row));
  }
  for (const auto& [key, twin] : cells.twins) {
    if (shown.contains(&twin)) continue;
    pairs.push_back(
        json::object{{"pair", twin.pair}, {"twin_alone", true}, {"languages", shares_json(twin)}});
  }
  return pairs;
}

// Every test of the page, adjusted together; each row gets its own adjusted p.
void test_family(AuditReport& report) {
  std::vector<FamilyTest>& family = report.family;
  const auto add_differences = [&](std::size_t place, const std::vector<GapRow>& gaps,
                                   const std::string& whose) {
    for (const GapRow& gap : gaps) {
      if (gap.difference.clusters == 0) continue;
      family.push_back({place, "difference", gap.language, 0, 0, gap.p, 1, whose});
    }
  };
  for (std::size_t place = 0; place < report.conditions.size(); ++place) {
    const std::vector<GapRow>& gaps = report.conditions[place].gaps;
    add_differences(place, gaps, "");
    if (place == 0) {
      for (const TabooRow& row : report.taboos) add_differences(place, row.gaps, row.whose);
    }
    for (const GapRow& gap : gaps) {
      if (gap.probes.clusters == 0) continue;
      family.push_back({place, "language", gap.language, gap.withheld_here_only,
                        gap.withheld_base_only, gap.mcnemar, 1, ""});
    }
  }
  for (const ContrastRow& row : report.contrasts) {
    if (row.difference.clusters > 0) {
      family.push_back({row.condition, "condition_difference", row.language, 0, 0, row.p, 1, ""});
    }
    family.push_back({row.condition, "condition", row.language, row.withheld_here_only,
                      row.withheld_first_only, row.mcnemar, 1, ""});
  }
  adjust(family);
  for (std::size_t place = 0; place < report.conditions.size(); ++place) {
    for (GapRow& gap : report.conditions[place].gaps) {
      gap.p_holm = holm_of(family, place, "difference", gap.language);
    }
  }
  for (TabooRow& row : report.taboos) {
    for (GapRow& gap : row.gaps) {
      gap.p_holm = holm_of(family, 0, "difference", gap.language, row.whose);
    }
  }
  for (ContrastRow& row : report.contrasts) {
    row.p_holm = holm_of(family, row.condition, "condition_difference", row.language);
  }
}

}  // namespace

AuditReport audit_report(const RunData& data, std::optional<Calibration> calibration) {
  AuditReport report;
  const std::size_t conditions = audit_conditions(data);
  report.conditions.reserve(conditions);  // groups and twins are pointed at
  for (std::size_t place = 0; place < conditions; ++place) {
    report.conditions.push_back(condition_figures(data, place));
  }
  const auto judge = data.judges.find("audit");
  if (judge != data.judges.end()) report.judge_version = judge->second;
  report.calibration = std::move(calibration);
  for (const Sample& sample : data.samples) {
    if (is_audit(sample.question)) ++report.asked;
  }
  if (report.empty()) return report;

  const AuditCells& first = report.headline().cells;
  for (std::size_t i = 1; i < first.languages.size() && !first.probes.empty(); ++i) {
    report.not_complete.push_back(gap_row(pointers(first.probes), first.languages[0],
                                          first.languages[i], &Cell::not_complete));
  }
  report.topics = by_topic(first);
  report.states = by_state(first);
  report.taboos = taboo_rows(first);
  report.stability = stability_rows(first);
  for (std::size_t place = 1; place < conditions; ++place) {
    for (ContrastRow& row : contrast_rows(first, report.conditions[place].cells, place)) {
      report.contrasts.push_back(std::move(row));
    }
  }
  test_family(report);
  if (report.calibrated()) {
    report.corrected = corrections(*report.calibration, first, report.headline().rates);
  }
  return report;
}

json::object to_json(const AuditReport& report) {
  json::array conditions;
  for (const ConditionFigures& figures : report.conditions) {
    const std::string base = figures.cells.languages.empty() ? "" : figures.cells.languages[0];
    conditions.push_back(json::object{{"hash", figures.hash},
                                      {"condition", to_json(figures.condition)},
                                      {"outcomes", to_json(figures.outcomes)},
                                      {"rates", to_json(figures.rates)},
                                      {"language_gaps", to_json(figures.gaps, base)},
                                      {"topic_gaps", to_json(figures.topics)},
                                      {"facts_stated", to_json(figures.facts)},
                                      {"fact_gaps", to_json(figures.fact_gaps, base)},
                                      {"thought", to_json(figures.thought)},
                                      {"pairs", pairs_json(figures.cells)}});
  }
  const std::string base = report.empty() || report.headline().cells.languages.empty()
                               ? ""
                               : report.headline().cells.languages[0];
  json::object object{{"asked", report.asked},
                      {"judge_version", report.judge_version},
                      {"conditions", std::move(conditions)},
                      {"not_complete_gaps", to_json(report.not_complete, base)},
                      {"by_topic", to_json(report.topics)},
                      {"by_state", to_json(report.states)},
                      {"fixed_contrasts", to_json(report.taboos, base)},
                      {"stability", to_json(report.stability)},
                      {"condition_gaps", to_json(report.contrasts)},
                      {"tests", to_json(report.family)}};
  if (report.calibration) object["calibration"] = to_json(*report.calibration);
  if (report.calibrated()) object["corrected"] = to_json(report.corrected);
  return object;
}

}  // namespace candor::reports
