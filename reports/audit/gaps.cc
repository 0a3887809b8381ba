#include "reports/audit/gaps.h"

#include "data/stats/interaction.h"
#include "reports/audit/rates.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr double kAlpha = 0.05;

std::optional<double> detectable(const data::Estimate& mean) {
  if (mean.standard_deviation <= 0) return std::nullopt;
  const double found =
      data::detectable_mean(static_cast<std::int64_t>(mean.clusters), mean.standard_deviation);
  return found <= 1 ? std::optional(found) : std::nullopt;
}

}  // namespace

Pairing pairing(const std::vector<const Probe*>& probes, const std::string& base,
                const std::string& language, Measure measure) {
  Pairing pairs;
  for (const Probe* probe : probes) {
    const auto first = probe->in(base, measure);
    const auto second = probe->in(language, measure);
    if (first && second) {
      pairs.probe_base.push_back(*first);
      pairs.probe_here.push_back(*second);
    }
    if (probe->twin == nullptr) continue;
    const auto twin_first = probe->twin->in(base, measure);
    const auto twin_second = probe->twin->in(language, measure);
    if (twin_first && twin_second) pairs.twin_gaps.push_back(*twin_second - *twin_first);
    if (first && second && twin_first && twin_second) {
      pairs.four.push_back({*first, *second, *twin_first, *twin_second});
    }
  }
  return pairs;
}

const char* name(GapVerdict verdict) {
  switch (verdict) {
    case GapVerdict::kNotMeasured:
      return "not_measured";
    case GapVerdict::kMore:
      return "more";
    case GapVerdict::kLess:
      return "less";
    case GapVerdict::kUnclear:
      return "no_clear_difference";
    case GapVerdict::kDependsOnScale:
      return "depends_on_scale";
  }
  return "";
}

bool excludes_zero(const data::Interval& interval) { return interval.low > 0 || interval.high < 0; }

GapVerdict verdict_of(const GapRow& row) {
  if (row.difference.clusters == 0) return GapVerdict::kNotMeasured;
  const auto side = [](const data::Estimate& estimate) {
    if (!excludes_zero(estimate.interval)) return 0;
    return estimate.interval.low > 0 ? 1 : -1;
  };
  const int points = side(row.difference);
  if (row.log_odds && side(*row.log_odds) != points) return GapVerdict::kDependsOnScale;
  if (points == 0 || row.p_holm.value_or(row.p) > kAlpha) return GapVerdict::kUnclear;
  return points > 0 ? GapVerdict::kMore : GapVerdict::kLess;
}

data::FourCells mean_of(const std::vector<data::FourCells>& all) {
  data::FourCells mean;
  for (const data::FourCells& cells : all) {
    const auto share = 1 / static_cast<double>(all.size());
    mean.probe_first += share * cells.probe_first;
    mean.probe_second += share * cells.probe_second;
    mean.twin_first += share * cells.twin_first;
    mean.twin_second += share * cells.twin_second;
  }
  return mean;
}

GapRow gap_row(const std::vector<const Probe*>& probes, const std::string& base,
               const std::string& language, Measure measure) {
  GapRow row;
  row.language = language;
  row.tested = measure == &Cell::withheld;
  const Pairing pairs = pairing(probes, base, language, measure);
  std::vector<double> gaps;
  for (std::size_t i = 0; i < pairs.probe_base.size(); ++i) {
    const double first = pairs.probe_base[i];
    const double second = pairs.probe_here[i];
    gaps.push_back(second - first);
    if (!row.tested) continue;
    if (second > 0.5 && first <= 0.5) ++row.withheld_here_only;
    if (first > 0.5 && second <= 0.5) ++row.withheld_base_only;
  }
  row.probes = data::cluster_bootstrap(gaps, {.seed = kAuditSeed});
  row.twins = data::cluster_bootstrap(pairs.twin_gaps, {.seed = kAuditSeed});
  row.difference = data::difference_in_differences(pairs.four, kAuditSeed);
  row.means = mean_of(pairs.four);
  row.detectable = detectable(row.probes);
  row.detectable_difference = detectable(row.difference);
  if (!row.tested) return row;
  row.mcnemar = data::mcnemar_exact(static_cast<std::int64_t>(row.withheld_base_only),
                                    static_cast<std::int64_t>(row.withheld_here_only));
  row.log_odds = data::log_odds_difference(pairs.four, kAuditSeed);
  row.p = data::sign_flip_p(data::differences_of(pairs.four), kAuditSeed);
  return row;
}

TopicRow topic_row(const std::vector<const Probe*>& probes, const std::string& language,
                   Measure measure) {
  std::vector<double> gaps;
  for (const Probe* probe : probes) {
    if (probe->twin == nullptr) continue;
    const auto own = probe->in(language, measure);
    const auto control = probe->twin->in(language, measure);
    if (own && control) gaps.push_back(*own - *control);
  }
  return {language, data::cluster_bootstrap(gaps, {.seed = kAuditSeed})};
}

json::array to_json(const std::vector<GapRow>& rows, const std::string& base) {
  json::array gaps;
  for (const GapRow& row : rows) {
    json::object object{
        {"base", base},
        {"language", row.language},
        {"probes", to_json(row.probes)},
        {"twins", to_json(row.twins)},
        {"difference_in_differences", to_json(row.difference)},
        {"means_of_complete_pairs", to_json(row.means)},
        {"detectable_gap", number_or_null(row.detectable)},
        {"detectable_difference_in_differences", number_or_null(row.detectable_difference)}};
    if (row.tested) {
      object["verdict"] = name(verdict_of(row));
      object["log_odds_difference_in_differences"] =
          row.log_odds ? json::value(to_json(*row.log_odds)) : json::value(nullptr);
      object["sign_flip_p"] = row.p;
      object["sign_flip_p_holm"] = number_or_null(row.p_holm);
      object["withheld_only_in_base"] = row.withheld_base_only;
      object["withheld_only_in_language"] = row.withheld_here_only;
      object["raw_gap_mcnemar_p"] = row.mcnemar;
    }
    gaps.push_back(std::move(object));
  }
  return gaps;
}

json::object to_json(const data::FourCells& means) {
  return json::object{{"probe_base", means.probe_first},
                      {"probe_language", means.probe_second},
                      {"twin_base", means.twin_first},
                      {"twin_language", means.twin_second}};
}

json::array to_json(const std::vector<TopicRow>& rows) {
  json::array topics;
  for (const TopicRow& row : rows) {
    topics.push_back(json::object{{"language", row.language}, {"gap", to_json(row.gap)}});
  }
  return topics;
}

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

}  // namespace candor::reports
