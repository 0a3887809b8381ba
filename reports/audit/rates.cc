#include "reports/audit/rates.h"

#include <algorithm>

namespace candor::reports {

namespace json = boost::json;

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
  if (row.asked > 0) {
    const auto asked = static_cast<double>(row.asked);
    row.bounds = {static_cast<double>(row.withheld) / asked,
                  static_cast<double>(row.withheld + row.asked - row.counted) / asked};
  }
  return row;
}

FactsRow facts_row(const std::string& role, const std::string& language,
                   const std::vector<const Probe*>& probes) {
  std::vector<double> shares;
  for (const Probe* probe : probes) {
    if (const auto share = probe->in(language, &Cell::facts)) shares.push_back(*share);
  }
  return {role, language, data::cluster_bootstrap(shares, {.seed = kAuditSeed, .bounds = {0, 1}})};
}

std::vector<OutcomeRow> outcome_rows(const AuditCells& cells) {
  std::map<std::pair<std::string, std::string>, OutcomeRow> rows;  // by role and language
  const auto add = [&](const Probe& probe) {
    for (const auto& [language, cell] : probe.cells) {
      for (const Sample* sample : cell.samples) {
        const std::string& role = sample->question.role;
        OutcomeRow& row = rows[{role, language}];
        row.role = role;
        row.language = language;
        ++row.asked;
        if (sample->finish == data::FinishReason::kLength) ++row.cut;
        if (!sample->verdict) {
          ++row.counts[{"unjudged", ""}];
        } else {
          const bool error = sample->verdict->outcome == data::Outcome::kError;
          ++row.counts[{error ? "outage" : sample->verdict->delivery,
                        error ? "" : sample->verdict->content}];
        }
      }
    }
  };
  for (const Probe& probe : cells.probes) add(probe);
  for (const auto& [key, twin] : cells.twins) add(twin);
  for (const Probe& other : cells.others) add(other);
  std::vector<OutcomeRow> list;
  const auto take = [&](const std::string& role) {
    for (const std::string& language : cells.languages) {
      const auto row = rows.find({role, language});
      if (row == rows.end()) continue;
      list.push_back(std::move(row->second));
      rows.erase(row);
    }
  };
  take("probe");
  take("twin");
  for (auto& [key, row] : rows) list.push_back(std::move(row));
  return list;
}

std::optional<double> cut_difference(const std::vector<OutcomeRow>& rows) {
  std::optional<double> most;
  for (const OutcomeRow& one : rows) {
    for (const OutcomeRow& other : rows) {
      if (&one == &other || one.role != other.role || one.asked == 0 || other.asked == 0) continue;
      const double difference = static_cast<double>(one.cut) / static_cast<double>(one.asked) -
                                static_cast<double>(other.cut) / static_cast<double>(other.asked);
      most = std::max(most.value_or(0), difference);
    }
  }
  return most;
}

std::vector<const Probe*> pointers(const std::vector<Probe>& probes) {
  std::vector<const Probe*> list;
  for (const Probe& probe : probes) list.push_back(&probe);
  return list;
}

std::vector<const Probe*> pointers(const std::map<std::string, Probe>& probes) {
  std::vector<const Probe*> list;
  for (const auto& [key, probe] : probes) list.push_back(&probe);
  return list;
}

json::array to_json(const std::vector<RateRow>& rows) {
  json::array array;
  for (const RateRow& row : rows) {
    json::object labels;
    for (const auto& [label, count] : row.labels) labels[label] = count;
    const auto known = [&](double value) {
      return row.probes > 0 ? json::value(value) : json::value(nullptr);
    };
    array.push_back(json::object{{"role", row.role},
                                 {"language", row.language},
                                 {"asked", row.asked},
                                 {"counted", row.counted},
                                 {"withheld", row.withheld},
                                 {"probes", row.probes},
                                 {"rate", known(row.rate)},
                                 {"low", known(row.interval.low)},
                                 {"high", known(row.interval.high)},
                                 {"if_none_unknown_withheld", row.bounds.low},
                                 {"if_all_unknown_withheld", row.bounds.high},
                                 {"labels", std::move(labels)}});
  }
  return array;
}

json::array to_json(const std::vector<FactsRow>& rows) {
  json::array array;
  for (const FactsRow& row : rows) {
    array.push_back(json::object{
        {"role", row.role}, {"language", row.language}, {"stated", to_json(row.stated)}});
  }
  return array;
}

json::array to_json(const std::vector<OutcomeRow>& rows) {
  json::array array;
  for (const OutcomeRow& row : rows) {
    json::array counts;
    for (const auto& [axes, count] : row.counts) {
      counts.push_back(
          json::object{{"delivery", axes.first}, {"content", axes.second}, {"samples", count}});
    }
    array.push_back(json::object{{"role", row.role},
                                 {"language", row.language},
                                 {"asked", row.asked},
                                 {"cut_off_at_the_limit", row.cut},
                                 {"outcomes", std::move(counts)}});
  }
  return array;
}

json::object to_json(const data::Estimate& estimate) {
  const auto known = [&](double value) {
    return estimate.clusters > 0 ? json::value(value) : json::value(nullptr);
  };
  return json::object{{"value", known(estimate.value)},
                      {"low", known(estimate.interval.low)},
                      {"high", known(estimate.interval.high)},
                      {"clusters", estimate.clusters}};
}

}  // namespace candor::reports
