// How often, by role and language: withheld, with the outcomes it was counted from; and how many of
// the key facts were stated.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/audit/cells.h"

namespace candor::reports {

struct RateRow {
  std::string role;  // "probe" or "twin"
  std::string language;
  std::size_t asked = 0;    // samples
  std::size_t counted = 0;  // samples that count
  std::size_t withheld = 0;
  std::size_t probes = 0;  // probes with a sample that counts
  double rate = 0;         // mean over probes; 0 where there is none
  data::Interval interval;
  // The rate over all samples asked if none, and if all, of those that do not count were withheld
  // (C. Manski, "Partial Identification of Probability Distributions", 2003, chapter 1).
  data::Interval bounds{0, 1};
  std::map<std::string, std::size_t> labels;  // label_of every sample; they sum to `asked`
};
RateRow rate_row(const std::string& role, const std::string& language,
                 const std::vector<const Probe*>& probes);

// The mean share of key facts stated: a figure that does not hang on where a class begins.
struct FactsRow {
  std::string role;
  std::string language;
  data::Estimate stated;  // a cluster a probe, bounds 0 … 1
};
FactsRow facts_row(const std::string& role, const std::string& language,
                   const std::vector<const Probe*>& probes);

// Every sample of a row by what the service did and what the answer does: the cells add up to the
// number asked.
struct OutcomeRow {
  std::string role;  // "probe", "twin", "opening", …
  std::string language;
  std::size_t asked = 0;
  std::size_t cut = 0;  // of them, those that ended at the token limit, whatever became of them
  // By delivery and content; "" where the judge gave none. Samples without a verdict: "unjudged".
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
};
std::vector<OutcomeRow> outcome_rows(const AuditCells& cells);

// The largest difference, between two languages of one role, of the share that was cut off: where
// it is large, one language had less room to state facts in than the other. None: one language.
constexpr double kCutWarning = 0.05;
std::optional<double> cut_difference(const std::vector<OutcomeRow>& rows);

std::vector<const Probe*> pointers(const std::vector<Probe>& probes);
std::vector<const Probe*> pointers(const std::map<std::string, Probe>& probes);

boost::json::array to_json(const std::vector<RateRow>& rows);
boost::json::array to_json(const std::vector<FactsRow>& rows);
boost::json::array to_json(const std::vector<OutcomeRow>& rows);
// Null for what was estimated from no cluster.
boost::json::object to_json(const data::Estimate& estimate);

}  // namespace candor::reports
