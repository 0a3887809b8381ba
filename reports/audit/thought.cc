#include "reports/audit/thought.h"

#include <numeric>

#include "reports/audit/rates.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

std::optional<double> mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<CellThought> thought_in(const Probe& probe, const std::string& language) {
  const auto cell = probe.cells.find(language);
  if (cell == probe.cells.end()) return std::nullopt;
  return cell_thought(cell->second);
}

ThoughtRow thought_row(const std::string& role, const std::string& language,
                       const std::vector<const Probe*>& probes) {
  ThoughtRow row;
  row.role = role;
  row.language = language;
  double suppression = 0;
  std::vector<double> divergences;
  for (const Probe* probe : probes) {
    const auto thought = thought_in(*probe, language);
    if (!thought) continue;
    for (const auto& [state, count] : thought->states) {
      row.samples += count;
      row.states[state] += count;
    }
    if (const auto share = thought->suppression()) {
      ++row.probes;
      row.knowing += thought->knowing;
      row.suppressed += thought->suppressed;
      suppression += *share;
    }
    if (thought->divergence) divergences.push_back(*thought->divergence);
  }
  if (row.probes > 0) row.suppression = suppression / static_cast<double>(row.probes);
  row.interval = data::wilson_of_rate(row.suppression, static_cast<std::int64_t>(row.probes));
  row.divergence = data::cluster_bootstrap(divergences, {.seed = kAuditSeed});
  return row;
}

// Probe minus twin, in one language.
ThoughtGap thought_gap(const std::vector<Probe>& probes, const std::string& language) {
  std::vector<double> divergences;
  std::vector<double> suppressions;
  for (const Probe& probe : probes) {
    if (probe.twin == nullptr) continue;
    const auto own = thought_in(probe, language);
    const auto control = thought_in(*probe.twin, language);
    if (!own || !control) continue;
    if (own->divergence && control->divergence) {
      divergences.push_back(*own->divergence - *control->divergence);
    }
    if (own->knowing > 0 && control->knowing > 0) {
      suppressions.push_back(*own->suppression() - *control->suppression());
    }
  }
  return {language, data::cluster_bootstrap(divergences, {.seed = kAuditSeed, .bounds = {-2, 2}}),
          data::cluster_bootstrap(suppressions, {.seed = kAuditSeed})};
}

}  // namespace

std::string thought_of(const Sample& sample) {
  if (!sample.verdict) return "";
  const json::value* state = sample.verdict->parts.if_contains("thought_state");
  return state != nullptr && state->is_string() ? json::value_to<std::string>(*state) : "";
}

std::optional<double> thought_divergence(const Sample& sample) {
  if (!sample.verdict) return std::nullopt;
  const json::value* thought = sample.verdict->parts.if_contains("thought");
  if (thought == nullptr || !thought->is_object()) return std::nullopt;
  const json::value* value = thought->as_object().if_contains("divergence");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<double> CellThought::suppression() const {
  if (knowing == 0) return std::nullopt;
  return static_cast<double>(suppressed) / static_cast<double>(knowing);
}

CellThought cell_thought(const Cell& cell) {
  CellThought thought;
  std::vector<double> divergences;
  for (const Sample* sample : cell.samples) {
    if (const auto value = thought_divergence(*sample)) divergences.push_back(*value);
    const std::string state = thought_of(*sample);
    if (state.empty()) continue;
    ++thought.states[state];
    if (state == "facts_withheld") ++thought.suppressed;
    if (state == "facts_withheld" || state == "both") ++thought.knowing;
  }
  thought.divergence = mean(divergences);
  return thought;
}

ThoughtFigures thought_figures(const AuditCells& cells) {
  ThoughtFigures figures;
  const auto add = [&](const std::string& role, const std::vector<const Probe*>& probes) {
    for (const std::string& language : cells.languages) {
      ThoughtRow row = thought_row(role, language, probes);
      if (row.samples == 0) continue;
      const auto none = row.states.find("none");
      figures.thoughts += row.samples - (none == row.states.end() ? 0 : none->second);
      figures.rows.push_back(std::move(row));
    }
  };
  add("probe", pointers(cells.probes));
  add("twin", pointers(cells.twins));
  for (const std::string& language : cells.languages) {
    ThoughtGap gap = thought_gap(cells.probes, language);
    if (gap.divergence.clusters + gap.suppression.clusters == 0) continue;
    figures.gaps.push_back(std::move(gap));
  }
  return figures;
}

json::object to_json(const ThoughtFigures& figures) {
  json::array rows;
  for (const ThoughtRow& row : figures.rows) {
    json::object states;
    for (const auto& [state, count] : row.states) states[state] = count;
    rows.push_back(json::object{{"role", row.role},
                                {"language", row.language},
                                {"samples", row.samples},
                                {"states", std::move(states)},
                                {"facts_in_thought", row.knowing},
                                {"suppressed", row.suppressed},
                                {"probes", row.probes},
                                {"suppression", row.suppression},
                                {"low", row.interval.low},
                                {"high", row.interval.high},
                                {"divergence", to_json(row.divergence)}});
  }
  json::array gaps;
  for (const ThoughtGap& gap : figures.gaps) {
    gaps.push_back(json::object{{"language", gap.language},
                                {"divergence_probe_minus_twin", to_json(gap.divergence)},
                                {"suppression_probe_minus_twin", to_json(gap.suppression)}});
  }
  return json::object{
      {"thoughts", figures.thoughts}, {"rows", std::move(rows)}, {"gaps", std::move(gaps)}};
}

}  // namespace candor::reports
