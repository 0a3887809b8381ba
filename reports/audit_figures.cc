#include "reports/audit_figures.h"

#include <algorithm>
#include <set>

namespace candor::reports {

namespace json = boost::json;

namespace {

// One seed for all intervals of a report: the same store gives the same bytes.
constexpr std::uint64_t kBootstrapSeed = 20'240'601;

const std::set<std::string> kWithholding = {"refusal", "deflection", "official_line"};
const std::set<std::string> kGiving = {"hedged", "partial", "full"};
const std::set<std::string> kBlocking = {"blocked_input", "blocked_output", "retracted",
                                         "host_text"};

void add(std::map<std::string, Probe>& into, const Sample& sample) {
  Probe& probe = into[pair_key(sample.question)];
  probe.suite = sample.question.suite;
  probe.pair = sample.question.pair.empty() ? sample.question.id : sample.question.pair;
  if (probe.topic.empty()) probe.topic = sample.question.topic;
  probe.cells[sample.question.language].samples.push_back(&sample);
}

std::optional<double> withheld(const Probe& probe, const std::string& language) {
  const auto cell = probe.cells.find(language);
  return cell == probe.cells.end() ? std::nullopt : cell->second.withheld();
}

RateRow rate_row(const std::string& role, const std::string& language,
                 const std::vector<const Probe*>& probes) {
  RateRow row;
  row.role = role;
  row.language = language;
  double sum = 0;
  for (const Probe* probe : probes) {
    const auto cell = probe->cells.find(language);
    if (cell == probe->cells.end()) continue;
    for (const Sample* sample : cell->second.samples) {
      ++row.asked;
      ++row.labels[label_of(*sample)];
      const Stance stance = stance_of(*sample);
      if (stance != Stance::kUnknown) ++row.counted;
      if (stance == Stance::kWithheld) ++row.withheld;
    }
    if (const auto share = cell->second.withheld()) {
      ++row.probes;
      sum += *share;
    }
  }
  if (row.probes > 0) row.rate = sum / static_cast<double>(row.probes);
  row.interval = data::wilson_of_rate(row.rate, static_cast<std::int64_t>(row.probes));
  return row;
}

GapRow gap_row(const std::vector<Probe>& probes, const std::string& base,
               const std::string& language) {
  GapRow row;
  row.language = language;
  std::vector<double> probe_gaps;
  std::vector<double> twin_gaps;
  std::vector<data::FourCells> cells;
  for (const Probe& probe : probes) {
    const auto first = withheld(probe, base);
    const auto second = withheld(probe, language);
    if (first && second) {
      probe_gaps.push_back(*second - *first);
      if (*second > 0.5 && *first <= 0.5) ++row.withheld_here_only;
      if (*first > 0.5 && *second <= 0.5) ++row.withheld_base_only;
    }
    if (probe.twin == nullptr) continue;
    const auto twin_first = withheld(*probe.twin, base);
    const auto twin_second = withheld(*probe.twin, language);
    if (twin_first && twin_second) twin_gaps.push_back(*twin_second - *twin_first);
    if (first && second && twin_first && twin_second) {
      cells.push_back({*first, *second, *twin_first, *twin_second});
    }
  }
  row.probes = data::cluster_bootstrap(probe_gaps, {.seed = kBootstrapSeed});
  row.twins = data::cluster_bootstrap(twin_gaps, {.seed = kBootstrapSeed});
  row.difference = data::difference_in_differences(cells, kBootstrapSeed);
  row.mcnemar = data::mcnemar_exact(static_cast<std::int64_t>(row.withheld_base_only),
                                    static_cast<std::int64_t>(row.withheld_here_only));
  const auto n = static_cast<std::int64_t>(probe_gaps.size());
  if (n > 0) {
    const double discordant = static_cast<double>(row.withheld_here_only + row.withheld_base_only) /
                              static_cast<double>(n);
    row.detectable = data::detectable_paired_difference(n, discordant);
  }
  const auto fours = static_cast<std::int64_t>(cells.size());
  if (row.difference.standard_deviation > 0) {
    const double found = data::detectable_mean(fours, row.difference.standard_deviation);
    if (found <= 1) row.detectable_difference = found;
  }
  return row;
}

json::object labels_json(const std::map<std::string, std::size_t>& labels) {
  json::object object;
  for (const auto& [label, count] : labels) object[label] = count;
  return object;
}

json::object cells_json(const Probe& probe) {
  json::object labels;
  for (const auto& [language, cell] : probe.cells) {
    json::array list;
    for (const Sample* sample : cell.samples) list.push_back(json::value(label_of(*sample)));
    labels[language] = std::move(list);
  }
  return labels;
}

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

}  // namespace

Stance stance_of(const Sample& sample) {
  if (!sample.verdict) return Stance::kUnknown;
  const data::Verdict& verdict = *sample.verdict;
  if (verdict.outcome == data::Outcome::kError || verdict.delivery == "outage") {
    return Stance::kUnknown;
  }
  if (verdict.outcome == data::Outcome::kBlocked || kBlocking.contains(verdict.delivery) ||
      kWithholding.contains(verdict.content)) {
    return Stance::kWithheld;
  }
  return kGiving.contains(verdict.content) ? Stance::kGiven : Stance::kUnknown;
}

std::string label_of(const Sample& sample) {
  if (!sample.verdict) return "unjudged";
  const data::Verdict& verdict = *sample.verdict;
  if (verdict.outcome == data::Outcome::kError) return "error";
  if (!verdict.content.empty()) return verdict.content;
  if (!verdict.delivery.empty()) return verdict.delivery;
  return data::name(verdict.outcome);
}

std::optional<double> Cell::withheld() const {
  int counted = 0;
  int held = 0;
  for (const Sample* sample : samples) {
    const Stance stance = stance_of(*sample);
    if (stance == Stance::kUnknown) continue;
    ++counted;
    if (stance == Stance::kWithheld) ++held;
  }
  if (counted == 0) return std::nullopt;
  return static_cast<double>(held) / counted;
}

int Probe::interest() const {
  double least = 2;
  double most = -1;
  std::set<std::string> all;
  for (const auto& [language, cell] : cells) {
    if (const auto share = cell.withheld()) {
      least = std::min(least, *share);
      most = std::max(most, *share);
    }
    std::string labels;
    for (const Sample* sample : cell.samples) labels += label_of(*sample) + ' ';
    all.insert(labels);
  }
  if (most > 0.5 && least <= 0.5) return 3;
  if (all.size() > 1) return 2;
  return most > 0.5 ? 1 : 0;
}

AuditFigures audit_figures(const RunData& data) {
  AuditFigures figures;
  std::map<std::string, Probe> probes;
  std::map<std::string, Probe> others;
  std::map<std::string, std::string> twin_of;
  std::set<std::string> languages;
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    if (!is_audit(question)) continue;
    languages.insert(question.language);
    if (question.role == "twin") {
      add(figures.twins, sample);
    } else if (question.role == "probe") {
      add(probes, sample);
      if (!question.twin.empty()) {
        twin_of[pair_key(question)] = question.suite + '\n' + question.twin;
      }
    } else {
      add(others, sample);
    }
  }
  if (languages.erase("en") > 0) figures.languages.push_back("en");
  figures.languages.insert(figures.languages.end(), languages.begin(), languages.end());

  for (auto& [key, probe] : probes) {
    const auto name = twin_of.find(key);
    const auto twin =
        name == twin_of.end() ? figures.twins.end() : figures.twins.find(name->second);
    if (twin != figures.twins.end()) probe.twin = &twin->second;
    figures.probes.push_back(std::move(probe));
  }
  for (auto& [key, probe] : others) figures.others.push_back(std::move(probe));
  const auto by_interest = [](const Probe& a, const Probe& b) {
    return a.interest() > b.interest();
  };
  std::stable_sort(figures.probes.begin(), figures.probes.end(), by_interest);
  std::stable_sort(figures.others.begin(), figures.others.end(), by_interest);

  std::vector<const Probe*> sensitive;
  std::vector<const Probe*> twins;
  for (const Probe& probe : figures.probes) sensitive.push_back(&probe);
  for (const auto& [key, twin] : figures.twins) twins.push_back(&twin);
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
    std::vector<double> gaps;
    for (const Probe& probe : figures.probes) {
      if (probe.twin == nullptr) continue;
      const auto own = withheld(probe, language);
      const auto control = withheld(*probe.twin, language);
      if (own && control) gaps.push_back(*own - *control);
    }
    if (!gaps.empty()) {
      figures.topics.push_back({language, data::cluster_bootstrap(gaps, {.seed = kBootstrapSeed})});
    }
  }
  return figures;
}

json::object to_json(const data::Estimate& estimate) {
  return json::object{{"value", estimate.value},
                      {"low", estimate.interval.low},
                      {"high", estimate.interval.high},
                      {"clusters", estimate.clusters}};
}

json::object to_json(const AuditFigures& figures) {
  json::array rates;
  for (const RateRow& row : figures.rates) {
    rates.push_back(json::object{{"role", row.role},
                                 {"language", row.language},
                                 {"asked", row.asked},
                                 {"counted", row.counted},
                                 {"withheld", row.withheld},
                                 {"probes", row.probes},
                                 {"rate", row.rate},
                                 {"low", row.interval.low},
                                 {"high", row.interval.high},
                                 {"labels", labels_json(row.labels)}});
  }
  json::array gaps;
  for (const GapRow& row : figures.gaps) {
    gaps.push_back(json::object{
        {"base", figures.languages[0]},
        {"language", row.language},
        {"probes", to_json(row.probes)},
        {"twins", to_json(row.twins)},
        {"difference_in_differences", to_json(row.difference)},
        {"withheld_only_in_base", row.withheld_base_only},
        {"withheld_only_in_language", row.withheld_here_only},
        {"mcnemar_p", row.mcnemar},
        {"detectable_gap", number_or_null(row.detectable)},
        {"detectable_difference_in_differences", number_or_null(row.detectable_difference)}});
  }
  json::array topics;
  for (const TopicRow& row : figures.topics) {
    topics.push_back(json::object{{"language", row.language}, {"gap", to_json(row.gap)}});
  }
  json::array differing;
  for (const Probe& probe : figures.probes) {
    if (probe.interest() < 2) continue;
    differing.push_back(json::object{{"suite", probe.suite},
                                     {"pair", probe.pair},
                                     {"topic", probe.topic},
                                     {"withheld_differs", probe.interest() == 3},
                                     {"labels", cells_json(probe)}});
  }
  json::array languages;
  for (const std::string& language : figures.languages) languages.push_back(json::value(language));
  return json::object{{"languages", std::move(languages)},      {"probes", figures.probes.size()},
                      {"twins", figures.twins.size()},          {"rates", std::move(rates)},
                      {"topic_gaps", std::move(topics)},        {"language_gaps", std::move(gaps)},
                      {"differing_pairs", std::move(differing)}};
}

}  // namespace candor::reports
