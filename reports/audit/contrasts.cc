#include "reports/audit/contrasts.h"

#include <algorithm>

#include "data/stats/interaction.h"
#include "reports/audit/rates.h"

namespace candor::reports {

namespace json = boost::json;

std::vector<ContrastRow> contrast_rows(const AuditCells& first, const AuditCells& here,
                                       std::size_t condition) {
  std::map<std::string, const Probe*> before;
  for (const Probe& probe : first.probes) before[probe.suite + '\n' + probe.pair] = &probe;
  std::vector<ContrastRow> rows;
  for (const std::string& language : here.languages) {
    ContrastRow row;
    row.condition = condition;
    row.language = language;
    std::vector<double> gaps;
    std::vector<double> twin_gaps;
    std::vector<data::FourCells> four;
    for (const Probe& probe : here.probes) {
      const auto found = before.find(probe.suite + '\n' + probe.pair);
      if (found == before.end()) continue;
      const Probe& old = *found->second;
      const auto one = old.in(language, &Cell::withheld);
      const auto two = probe.in(language, &Cell::withheld);
      if (one && two) {
        gaps.push_back(*two - *one);
        if (*two > 0.5 && *one <= 0.5) ++row.withheld_here_only;
        if (*one > 0.5 && *two <= 0.5) ++row.withheld_first_only;
      }
      if (probe.twin == nullptr || old.twin == nullptr) continue;
      const auto twin_one = old.twin->in(language, &Cell::withheld);
      const auto twin_two = probe.twin->in(language, &Cell::withheld);
      if (twin_one && twin_two) twin_gaps.push_back(*twin_two - *twin_one);
      if (one && two && twin_one && twin_two) four.push_back({*one, *two, *twin_one, *twin_two});
    }
    if (gaps.empty()) continue;
    row.probes = data::cluster_bootstrap(gaps, {.seed = kAuditSeed});
    row.twins = data::cluster_bootstrap(twin_gaps, {.seed = kAuditSeed});
    row.difference = data::difference_in_differences(four, kAuditSeed);
    row.p = data::sign_flip_p(data::differences_of(four), kAuditSeed);
    row.mcnemar = data::mcnemar_exact(static_cast<std::int64_t>(row.withheld_first_only),
                                      static_cast<std::int64_t>(row.withheld_here_only));
    rows.push_back(std::move(row));
  }
  return rows;
}

void adjust(std::vector<FamilyTest>& family) {
  std::vector<double> p;
  for (const FamilyTest& test : family) p.push_back(test.p);
  const std::vector<double> adjusted = data::holm(p);
  for (std::size_t i = 0; i < family.size(); ++i) family[i].holm = adjusted[i];
}

std::optional<double> holm_of(const std::vector<FamilyTest>& family, std::size_t condition,
                              const std::string& what, const std::string& language,
                              const std::string& whose) {
  for (const FamilyTest& test : family) {
    if (test.condition == condition && test.what == what && test.language == language &&
        test.whose == whose) {
      return test.holm;
    }
  }
  return std::nullopt;
}

json::array to_json(const std::vector<ContrastRow>& rows) {
  json::array array;
  for (const ContrastRow& row : rows) {
    array.push_back(json::object{{"condition", row.condition},
                                 {"language", row.language},
                                 {"probes", to_json(row.probes)},
                                 {"twins", to_json(row.twins)},
                                 {"difference_in_differences", to_json(row.difference)},
                                 {"withheld_only_here", row.withheld_here_only},
                                 {"withheld_only_in_first", row.withheld_first_only},
                                 {"raw_gap_mcnemar_p", row.mcnemar},
                                 {"sign_flip_p", row.p},
                                 {"sign_flip_p_holm", number_or_null(row.p_holm)}});
  }
  return array;
}

json::array to_json(const std::vector<FamilyTest>& family) {
  json::array array;
  for (const FamilyTest& test : family) {
    json::object object{{"condition", test.condition},
                        {"what", test.what},
                        {"language", test.language},
                        {"whose", test.whose.empty() ? "all" : test.whose},
                        {"test", test.mcnemar() ? "mcnemar_of_the_raw_gap" : "sign_flip"},
                        {"p", test.p},
                        {"p_holm", test.holm}};
    if (test.mcnemar()) {
      object["withheld_only_here"] = test.here_only;
      object["withheld_only_in_the_other"] = test.other_only;
    }
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace candor::reports
