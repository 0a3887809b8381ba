#include "reports/audit/replay.h"

#include <algorithm>
#include <map>
#include <set>

#include "data/stats/ratio.h"
#include "reports/audit/cells.h"
#include "reports/audit/rates.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

// What one model answered to one pair in one language; none: nothing that counts.
struct CellValue {
  std::optional<double> not_complete;
  std::optional<double> withheld;
  std::size_t asked = 0;
  std::size_t counted = 0;
};
using Value = std::optional<double> CellValue::*;

struct PairValues {
  std::size_t run = 0;
  std::string role;
  std::string pair;                            // with its suite
  std::map<std::string, CellValue> languages;  // by language
};

void collect(const Probe& probe, const char* role, std::size_t run,
             std::vector<PairValues>& values) {
  PairValues one{run, role, probe.suite + '\n' + probe.pair, {}};
  for (const auto& [language, cell] : probe.cells) {
    one.languages[language] = {cell.not_complete(), cell.withheld(), cell.samples.size(),
                               cell.counted()};
  }
  values.push_back(std::move(one));
}

using Chosen = std::vector<const PairValues*>;
using Clusters = std::map<std::string, data::ClusterSum>;  // by pair

void put(Clusters& clusters, const std::string& pair, double value) {
  data::ClusterSum& cluster = clusters[pair];
  cluster.sum += value;
  cluster.count += 1;
}

data::Estimate estimate_of(const Clusters& clusters, data::Interval bounds) {
  std::vector<data::ClusterSum> sums;
  for (const auto& [pair, cluster] : clusters) sums.push_back(cluster);
  return data::ratio_bootstrap(sums, {.seed = kAuditSeed, .bounds = bounds});
}

std::optional<double> value_in(const PairValues& one, const std::string& language, Value value) {
  const auto found = one.languages.find(language);
  return found == one.languages.end() ? std::nullopt : found->second.*value;
}

data::Estimate rate_of(const Chosen& chosen, const std::string& language, Value value) {
  Clusters clusters;
  for (const PairValues* one : chosen) {
    if (const auto share = value_in(*one, language, value)) put(clusters, one->pair, *share);
  }
  return estimate_of(clusters, {0, 1});
}

data::Estimate gap_of(const Chosen& chosen, const std::string& base, const std::string& language,
                      Value value, std::size_t& cells) {
  Clusters clusters;
  cells = 0;
  for (const PairValues* one : chosen) {
    const auto before = value_in(*one, base, value);
    const auto here = value_in(*one, language, value);
    if (!before || !here) continue;
    put(clusters, one->pair, *here - *before);
    ++cells;
  }
  return estimate_of(clusters, {-1, 1});
}

ReplayGroup group_of(const std::string& name, const std::string& role, const Chosen& chosen,
                     const std::vector<std::string>& languages) {
  ReplayGroup group;
  group.name = name;
  group.role = role;
  std::set<std::size_t> runs;
  std::set<std::string> pairs;
  for (const PairValues* one : chosen) {
    for (const auto& [language, cell] : one->languages) {
      if (cell.counted == 0) continue;
      runs.insert(one->run);
      pairs.insert(one->pair);
    }
  }
  group.models = runs.size();
  group.questions = pairs.size();
  for (const std::string& language : languages) {
    ReplayRate rate;
    rate.language = language;
    for (const PairValues* one : chosen) {
      const auto cell = one->languages.find(language);
      if (cell == one->languages.end()) continue;
      rate.asked += cell->second.asked;
      rate.counted += cell->second.counted;
      rate.cells += cell->second.counted > 0 ? 1 : 0;
    }
    if (rate.asked == 0) continue;
    rate.not_complete = rate_of(chosen, language, &CellValue::not_complete);
    rate.withheld = rate_of(chosen, language, &CellValue::withheld);
    group.rates.push_back(std::move(rate));
    if (language == languages.front()) continue;
    ReplayGap gap;
    gap.language = language;
    gap.not_complete =
        gap_of(chosen, languages.front(), language, &CellValue::not_complete, gap.cells);
    gap.withheld = gap_of(chosen, languages.front(), language, &CellValue::withheld, gap.cells);
    if (gap.cells > 0) group.gaps.push_back(std::move(gap));
  }
  return group;
}

void add_model_rates(const std::vector<PairValues>& values,
                     const std::vector<std::string>& languages, std::size_t run,
                     ReplayModel& model) {
  for (const std::string& language : languages) {
    ReplayModelRate rate;
    rate.language = language;
    for (const PairValues& one : values) {
      if (one.run != run || one.role != "probe") continue;
      const auto open = value_in(one, language, &CellValue::not_complete);
      if (!open) continue;
      rate.not_complete += *open;
      rate.withheld += value_in(one, language, &CellValue::withheld).value_or(0);
      ++rate.questions;
    }
    if (rate.questions == 0) continue;
    const auto n = static_cast<double>(rate.questions);
    rate.not_complete /= n;
    rate.withheld /= n;
    rate.interval =
        data::wilson_of_rate(rate.not_complete, static_cast<std::int64_t>(rate.questions));
    model.rates.push_back(std::move(rate));
  }
}

void add_ranks(ReplayFigures& figures) {
  for (ReplayModel& model : figures.models) {
    for (ReplayModelRate& rate : model.rates) {
      rate.rank = 1;
      for (const ReplayModel& other : figures.models) {
        for (const ReplayModelRate& theirs : other.rates) {
          if (theirs.language == rate.language && theirs.not_complete > rate.not_complete) {
            ++rate.rank;
          }
        }
      }
    }
  }
}

json::object both_json(const data::Estimate& not_complete, const data::Estimate& withheld) {
  return json::object{{"not_complete", to_json(not_complete)}, {"withheld", to_json(withheld)}};
}

json::object group_json(const ReplayGroup& group) {
  json::array rates;
  for (const ReplayRate& rate : group.rates) {
    json::object one{{"language", rate.language},
                     {"asked", rate.asked},
                     {"counted", rate.counted},
                     {"answers", rate.cells}};
    for (auto& [name, value] : both_json(rate.not_complete, rate.withheld)) one[name] = value;
    rates.push_back(std::move(one));
  }
  json::array gaps;
  for (const ReplayGap& gap : group.gaps) {
    json::object one{{"language", gap.language}, {"pairs", gap.cells}};
    for (auto& [name, value] : both_json(gap.not_complete, gap.withheld)) one[name] = value;
    gaps.push_back(std::move(one));
  }
  return json::object{
      {"group", group.name.empty() ? json::value(nullptr) : json::value(group.name)},
      {"role", group.role},
      {"models", group.models},
      {"questions", group.questions},
      {"rates", std::move(rates)},
      {"gaps", std::move(gaps)}};
}

json::object model_json(const ReplayModel& model) {
  json::array rates;
  for (const ReplayModelRate& rate : model.rates) {
    rates.push_back(json::object{{"language", rate.language},
                                 {"questions", rate.questions},
                                 {"not_complete", rate.not_complete},
                                 {"low", rate.interval.low},
                                 {"high", rate.interval.high},
                                 {"withheld", rate.withheld},
                                 {"rank", rate.rank}});
  }
  return json::object{{"model", model.name},
                      {"group", model.group},
                      {"run", model.run},
                      {"rates", std::move(rates)}};
}

}  // namespace

ReplayFigures replay_figures(data::StoreReader& store, const std::vector<ReplayRun>& runs) {
  ReplayFigures figures;
  std::vector<PairValues> values;
  std::set<std::string> languages;
  std::vector<std::string> groups;  // in the order of the runs
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunData data = load_run(store, runs[i].id);
    const AuditCells cells = audit_cells(data, 0);
    for (const Probe& probe : cells.probes) collect(probe, "probe", i, values);
    for (const auto& [key, twin] : cells.twins) collect(twin, "twin", i, values);
    languages.insert(cells.languages.begin(), cells.languages.end());
    if (std::find(groups.begin(), groups.end(), runs[i].group) == groups.end()) {
      groups.push_back(runs[i].group);
    }
    figures.models.push_back({data.run.manifest.model_name, runs[i].group, runs[i].id, {}});
    const auto judge = data.judges.find("audit");
    if (judge != data.judges.end()) figures.judge_version = judge->second;
  }
  if (languages.erase("en") > 0) figures.languages.push_back("en");
  figures.languages.insert(figures.languages.end(), languages.begin(), languages.end());

  for (const std::string role : {"probe", "twin"}) {
    const auto add = [&](const std::string& name, bool all) {
      Chosen chosen;
      for (const PairValues& one : values) {
        if (one.role == role && (all || runs[one.run].group == name)) chosen.push_back(&one);
      }
      if (!chosen.empty()) {
        figures.groups.push_back(group_of(name, role, chosen, figures.languages));
      }
    };
    for (const std::string& group : groups) {
      if (!group.empty()) add(group, false);
    }
    add("", true);
  }
  for (std::size_t i = 0; i < figures.models.size(); ++i) {
    add_model_rates(values, figures.languages, i, figures.models[i]);
  }
  add_ranks(figures);
  return figures;
}

std::vector<std::pair<const ReplayModel*, const ReplayModelRate*>> ranking(
    const ReplayFigures& figures, const std::string& language) {
  std::vector<std::pair<const ReplayModel*, const ReplayModelRate*>> ranked;
  for (const ReplayModel& model : figures.models) {
    for (const ReplayModelRate& rate : model.rates) {
      if (rate.language == language) ranked.emplace_back(&model, &rate);
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.second->rank < b.second->rank; });
  return ranked;
}

json::object to_json(const ReplayFigures& figures) {
  json::array groups;
  for (const ReplayGroup& group : figures.groups) groups.push_back(group_json(group));
  json::array models;
  for (const ReplayModel& model : figures.models) models.push_back(model_json(model));
  json::array languages;
  for (const std::string& language : figures.languages) languages.push_back(json::value(language));
  return json::object{{"judge", figures.judge_version},
                      {"languages", std::move(languages)},
                      {"groups", std::move(groups)},
                      {"models", std::move(models)}};
}

}  // namespace candor::reports
