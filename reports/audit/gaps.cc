#include "reports/audit/gaps.h"

#include "reports/audit/rates.h"

namespace candor::reports {

namespace json = boost::json;

Pairing pairing(const std::vector<Probe>& probes, const std::string& base,
                const std::string& language, Measure measure) {
  Pairing pairs;
  for (const Probe& probe : probes) {
    const auto first = probe.in(base, measure);
    const auto second = probe.in(language, measure);
    if (first && second) {
      pairs.probe_base.push_back(*first);
      pairs.probe_here.push_back(*second);
    }
    if (probe.twin == nullptr) continue;
    const auto twin_first = probe.twin->in(base, measure);
    const auto twin_second = probe.twin->in(language, measure);
    if (twin_first && twin_second) pairs.twin_gaps.push_back(*twin_second - *twin_first);
    if (first && second && twin_first && twin_second) {
      pairs.four.push_back({*first, *second, *twin_first, *twin_second});
    }
  }
  return pairs;
}

GapRow gap_row(const std::vector<Probe>& probes, const std::string& base,
               const std::string& language, Measure measure) {
  GapRow row;
  row.language = language;
  const Pairing pairs = pairing(probes, base, language, measure);
  std::vector<double> gaps;
  for (std::size_t i = 0; i < pairs.probe_base.size(); ++i) {
    const double first = pairs.probe_base[i];
    const double second = pairs.probe_here[i];
    gaps.push_back(second - first);
    if (second > 0.5 && first <= 0.5) ++row.withheld_here_only;
    if (first > 0.5 && second <= 0.5) ++row.withheld_base_only;
  }
  row.probes = data::cluster_bootstrap(gaps, {.seed = kAuditSeed});
  row.twins = data::cluster_bootstrap(pairs.twin_gaps, {.seed = kAuditSeed});
  row.difference = data::difference_in_differences(pairs.four, kAuditSeed);
  for (const data::FourCells& cells : pairs.four) {
    const auto share = 1 / static_cast<double>(pairs.four.size());
    row.means.probe_first += share * cells.probe_first;
    row.means.probe_second += share * cells.probe_second;
    row.means.twin_first += share * cells.twin_first;
    row.means.twin_second += share * cells.twin_second;
  }
  row.mcnemar = data::mcnemar_exact(static_cast<std::int64_t>(row.withheld_base_only),
                                    static_cast<std::int64_t>(row.withheld_here_only));
  const auto n = static_cast<std::int64_t>(gaps.size());
  if (n > 0) {
    const double discordant = static_cast<double>(row.withheld_here_only + row.withheld_base_only) /
                              static_cast<double>(n);
    row.detectable = data::detectable_paired_difference(n, discordant);
  }
  if (row.difference.standard_deviation > 0) {
    const double found = data::detectable_mean(static_cast<std::int64_t>(pairs.four.size()),
                                               row.difference.standard_deviation);
    if (found <= 1) row.detectable_difference = found;
  }
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
    gaps.push_back(json::object{
        {"base", base},
        {"language", row.language},
        {"probes", to_json(row.probes)},
        {"twins", to_json(row.twins)},
        {"difference_in_differences", to_json(row.difference)},
        {"means_of_complete_pairs", json::object{{"probe_base", row.means.probe_first},
                                                 {"probe_language", row.means.probe_second},
                                                 {"twin_base", row.means.twin_first},
                                                 {"twin_language", row.means.twin_second}}},
        {"withheld_only_in_base", row.withheld_base_only},
        {"withheld_only_in_language", row.withheld_here_only},
        {"mcnemar_p", row.mcnemar},
        {"detectable_gap", number_or_null(row.detectable)},
        {"detectable_difference_in_differences", number_or_null(row.detectable_difference)}});
  }
  return gaps;
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
