#include "reports/judges.h"

#include <fmt/format.h>

#include <map>

#include "reports/calibration.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

// What scoring/README.md records; its tests (Conformance) print the figures again. The judges of
// exact texts and of likelihoods compare by a published rule and have not been measured against
// labels.
struct Counted {
  const char* judge;
  const char* version;
  const char* on;
  std::int64_t agreed;
  std::int64_t items;
};
constexpr Counted kAgreements[] = {
    {"maths", "maths-4", "pairs of answers with a known verdict", 2925, 2926},
    {"maths", "maths-4", "final answers of word problems, found in whole solutions", 478, 480},
    {"choice", "choice-3", "replies whose choice readers wrote down", 37, 37},
    {"logic", "logic-2", "grids, cells counted and solved", 148, 148},
    {"logic", "logic-2", "knights and knaves, solutions read whole", 100, 100},
    {"code", "code-2", "solutions, mutants and attacks", 318, 318},
};

std::vector<Agreement> measured_agreements(const std::string& judge) {
  std::vector<Agreement> agreements;
  for (const Counted& row : kAgreements) {
    if (judge != row.judge) continue;
    agreements.push_back({row.judge, row.version, row.on, row.agreed, row.items, {}, {}});
  }
  if (judge != "audit") return agreements;
  const std::optional<Calibration> calibration = load_calibration();
  if (!calibration) return agreements;
  for (const CalibratedSet& set : calibration->sets) {
    agreements.push_back({"audit", calibration->version,
                          fmt::format("{}, {} ({}); {} never seen", set.name,
                                      language_name(set.language), set.what, set.held_out),
                          0, set.n, set.kappa, set.interval});
  }
  return agreements;
}

// 2926 -> "2,926"
std::string grouped(std::int64_t number) {
  std::string text = fmt::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace

std::vector<JudgeUse> judge_uses(const RunData& data) {
  std::map<std::string, JudgeUse> uses;
  for (const Sample& sample : data.samples) {
    if (sample.verdict) ++uses[sample.verdict->judge].judged;
  }
  std::vector<JudgeUse> judges;
  for (auto& [name, use] : uses) {
    use.judge = name;
    use.version = data.judges.at(name);
    use.agreements = measured_agreements(name);
    for (const Agreement& agreement : use.agreements) {
      if (use.version != agreement.version) use.other_version = true;
    }
    judges.push_back(std::move(use));
  }
  return judges;
}

std::string agreement_text(const Agreement& agreement) {
  if (agreement.kappa) {
    return fmt::format("kappa {:.2f} ({:.2f} to {:.2f}), {} answers", *agreement.kappa,
                       agreement.kappa_interval.low, agreement.kappa_interval.high,
                       grouped(agreement.items));
  }
  const data::Interval interval = data::wilson(agreement.agreed, agreement.items);
  return fmt::format("{} of {} ({} to {})", grouped(agreement.agreed), grouped(agreement.items),
                     tenths(interval.low), tenths(interval.high));
}

json::array to_json(const std::vector<JudgeUse>& judges) {
  json::array array;
  for (const JudgeUse& use : judges) {
    json::array agreements;
    for (const Agreement& agreement : use.agreements) {
      const data::Interval interval = agreement.kappa
                                          ? agreement.kappa_interval
                                          : data::wilson(agreement.agreed, agreement.items);
      json::object object{{"version", agreement.version}, {"on", agreement.on}};
      if (agreement.kappa) {
        object["kappa"] = *agreement.kappa;
      } else {
        object["agreed"] = agreement.agreed;
      }
      object["items"] = agreement.items;
      object["low"] = interval.low;
      object["high"] = interval.high;
      object["said"] = agreement_text(agreement);
      agreements.push_back(std::move(object));
    }
    array.push_back(json::object{{"judge", use.judge},
                                 {"version", use.version},
                                 {"judged", use.judged},
                                 {"measured", std::move(agreements)},
                                 {"measured_at_other_version", use.other_version}});
  }
  return array;
}

std::string judges_text(const json::array& judges) {
  if (judges.empty()) return "";
  std::string out = "\nJudges, and their measured agreement with labels\n";
  for (const json::value& value : judges) {
    const std::string name =
        fitted(fmt::format("{} ({})", json::value_to<std::string>(value.at("judge")),
                           json::value_to<std::string>(value.at("version"))),
               24);
    const json::array& measured = value.at("measured").as_array();
    if (measured.empty()) out += fmt::format("  {}not measured\n", name);
    for (const json::value& agreement : measured) {
      const std::string version = json::value_to<std::string>(agreement.at("version"));
      out += fmt::format("  {}{}: {}{}\n", name, json::value_to<std::string>(agreement.at("on")),
                         json::value_to<std::string>(agreement.at("said")),
                         value.at("measured_at_other_version").as_bool()
                             ? fmt::format(" (measured of {})", version)
                             : "");
    }
  }
  return out;
}

}  // namespace candor::reports
