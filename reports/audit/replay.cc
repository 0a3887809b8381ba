#include "reports/audit/replay.h"

#include <algorithm>
#include <map>
#include <set>

#include "data/base/error.h"
#include "data/stats/misclassification.h"
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
  std::string twin;                            // the same of its twin; empty: none in the run
  std::map<std::string, CellValue> languages;  // by language
};

void collect(const Probe& probe, const char* role, std::size_t run,
             std::vector<PairValues>& values) {
  PairValues one{run, role, probe.suite + '\n' + probe.pair, "", {}};
  if (probe.twin != nullptr) one.twin = probe.twin->suite + '\n' + probe.twin->pair;
  for (const auto& [language, cell] : probe.cells) {
    one.languages[language] = {cell.not_complete(), cell.withheld(), cell.samples.size(),
                               cell.counted()};
  }
  values.push_back(std::move(one));
}

using Chosen = std::vector<const PairValues*>;
using Twins = std::map<std::pair<std::size_t, std::string>, const PairValues*>;  // by run and pair
using Clusters = std::map<std::string, data::ClusterSum>;                        // by pair

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

// Language minus base of one model and question.
std::optional<double> gap_in(const PairValues& one, const std::string& base,
                             const std::string& language, Value value) {
  const auto before = value_in(one, base, value);
  const auto here = value_in(one, language, value);
  if (!before || !here) return std::nullopt;
  return *here - *before;
}

data::Estimate gap_of(const Chosen& chosen, const std::string& base, const std::string& language,
                      Value value, std::size_t& cells) {
  Clusters clusters;
  cells = 0;
  for (const PairValues* one : chosen) {
    const auto gap = gap_in(*one, base, language, value);
    if (!gap) continue;
    put(clusters, one->pair, *gap);
    ++cells;
  }
  return estimate_of(clusters, {-1, 1});
}

data::Estimate difference_of(const Chosen& chosen, const Twins& twins, const std::string& base,
                             const std::string& language, Value value, std::size_t& cells) {
  Clusters clusters;
  cells = 0;
  for (const PairValues* one : chosen) {
    const auto twin = twins.find({one->run, one->twin});
    if (twin == twins.end()) continue;
    const auto own = gap_in(*one, base, language, value);
    const auto control = gap_in(*twin->second, base, language, value);
    if (!own || !control) continue;
    put(clusters, one->pair, *own - *control);
    ++cells;
  }
  return estimate_of(clusters, {-2, 2});
}

std::optional<data::Estimate> corrected_gap(const Chosen& chosen, const std::string& base,
                                            const std::string& language,
                                            const data::Misclassification& errors_base,
                                            const data::Misclassification& errors) {
  std::map<std::string, data::PairedSum> clusters;
  for (const PairValues* one : chosen) {
    const auto before = value_in(*one, base, &CellValue::not_complete);
    const auto here = value_in(*one, language, &CellValue::not_complete);
    if (!before || !here) continue;
    data::PairedSum& sum = clusters[one->pair];
    sum.first += *before;
    sum.second += *here;
    sum.count += 1;
  }
  std::vector<data::PairedSum> sums;
  for (const auto& [pair, sum] : clusters) sums.push_back(sum);
  return data::corrected_difference(sums, errors_base, errors, {.seed = kAuditSeed});
}

// The rate's interval counts questions, not answers: answers of several models to one question are
// not independent, so it is if anything too wide.
void add_corrections(ReplayGroup& group, const Chosen& chosen, const std::string& base,
                     const Calibration& calibration) {
  const CalibratedRate* first = calibration.rate("not_complete", base);
  for (const ReplayRate& rate : group.rates) {
    const CalibratedRate* known = calibration.rate("not_complete", rate.language);
    if (known == nullptr) continue;
    const auto corrected =
        data::corrected_rate(rate.not_complete.value,
                             static_cast<std::int64_t>(rate.not_complete.clusters), known->errors);
    if (!corrected) continue;
    ReplayCorrection row{rate.language, known->set,
                         known->errors.positives() + known->errors.negatives(), *corrected,
                         std::nullopt};
    if (rate.language != base && first != nullptr) {
      row.gap = corrected_gap(chosen, base, rate.language, first->errors, known->errors);
    }
    group.corrected.push_back(std::move(row));
  }
}

ReplayGroup group_of(const std::string& name, const std::string& role, const Chosen& chosen,
                     const std::vector<std::string>& languages, const Twins& twins) {
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
    ReplayGap difference;
    difference.language = language;
    difference.not_complete = difference_of(chosen, twins, languages.front(), language,
                                            &CellValue::not_complete, difference.cells);
    difference.withheld = difference_of(chosen, twins, languages.front(), language,
                                        &CellValue::withheld, difference.cells);
    if (difference.cells > 0) group.differences.push_back(std::move(difference));
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

// The judge's version, the same in all samples of all runs.
void take_version(const RunData& data, std::string& version, std::string& seen_in) {
  for (const Sample& sample : data.samples) {
    if (!is_audit(sample.question) || !sample.verdict) continue;
    const std::string& here = sample.verdict->version;
    if (version.empty()) {
      version = here;
      seen_in = data.run.id;
    }
    if (here != version) {
      fail(
          "run {}: judged by {}, run {} by {}: their rates do not compare; `candor score` judges "
          "them again",
          data.run.id, here, seen_in, version);
    }
  }
}

json::object both_json(const data::Estimate& not_complete, const data::Estimate& withheld) {
  return json::object{{"not_complete", to_json(not_complete)}, {"withheld", to_json(withheld)}};
}

json::array gaps_json(const std::vector<ReplayGap>& rows) {
  json::array gaps;
  for (const ReplayGap& gap : rows) {
    json::object one{{"language", gap.language}, {"pairs", gap.cells}};
    for (auto& [name, value] : both_json(gap.not_complete, gap.withheld)) one[name] = value;
    gaps.push_back(std::move(one));
  }
  return gaps;
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
  json::array corrected;
  for (const ReplayCorrection& row : group.corrected) {
    corrected.push_back(
        json::object{{"language", row.language},
                     {"set", row.set},
                     {"labelled_answers", row.labelled},
                     {"not_complete", row.not_complete.value},
                     {"low", row.not_complete.interval.low},
                     {"high", row.not_complete.interval.high},
                     {"gap", row.gap ? json::value(to_json(*row.gap)) : json::value(nullptr)}});
  }
  return json::object{
      {"group", group.name.empty() ? json::value(nullptr) : json::value(group.name)},
      {"role", group.role},
      {"models", group.models},
      {"questions", group.questions},
      {"rates", std::move(rates)},
      {"gaps", gaps_json(group.gaps)},
      {"difference_in_differences", gaps_json(group.differences)},
      {"corrected", std::move(corrected)}};
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
  return replay_figures(store, runs, load_calibration());
}

ReplayFigures replay_figures(data::StoreReader& store, const std::vector<ReplayRun>& runs,
                             const std::optional<Calibration>& calibration) {
  ReplayFigures figures;
  std::string judged;  // the run that the version was first seen in
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
    take_version(data, figures.judge_version, judged);
  }
  if (languages.erase("en") > 0) figures.languages.push_back("en");
  figures.languages.insert(figures.languages.end(), languages.begin(), languages.end());

  Twins twins;
  for (const PairValues& one : values) {
    if (one.role == "twin") twins[{one.run, one.pair}] = &one;
  }
  const bool calibrated = calibration && calibration->version == figures.judge_version;
  for (const std::string role : {"probe", "twin"}) {
    const auto add = [&](const std::string& name, bool all) {
      Chosen chosen;
      for (const PairValues& one : values) {
        if (one.role == role && (all || runs[one.run].group == name)) chosen.push_back(&one);
      }
      if (chosen.empty()) return;
      ReplayGroup group = group_of(name, role, chosen, figures.languages, twins);
      if (calibrated) add_corrections(group, chosen, figures.languages.front(), *calibration);
      figures.groups.push_back(std::move(group));
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
