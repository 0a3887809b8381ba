// The chain of thought against the answer (audit-method, section 5): what state the judge found it
// in, how often facts stand in the thought and not in the answer, and how far the two differ on the
// same facts.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/audit/cells.h"

namespace candor::reports {

// The state the judge wrote down: "none", "empty", "line", "facts", "facts_withheld", "both",
// "on_topic", "off_topic"; empty where there is no verdict or the judge names none.
std::string thought_of(const Sample& sample);

// coverage(thought) - coverage(answer) on the same facts; none without a measured thought.
std::optional<double> thought_divergence(const Sample& sample);

struct ThoughtRow {
  std::string role;
  std::string language;
  std::size_t samples = 0;                    // with a verdict
  std::map<std::string, std::size_t> states;  // they sum to `samples`
  std::size_t knowing = 0;     // samples whose thought states a key fact and that were answered
  std::size_t suppressed = 0;  // of them, those whose answer states none
  std::size_t probes = 0;      // with such a sample
  double suppression = 0;      // mean over these probes
  data::Interval interval;     // Wilson over probes
  data::Estimate divergence;   // mean over probes with a measured thought
};

struct ThoughtGap {
  std::string language;
  data::Estimate divergence;  // of the probe minus of its twin, paired
  // The share suppressed on the probe minus on its twin, of pairs with a knowing thought on both.
  data::Estimate suppression;
};

// Of the samples of one cell, for whoever follows a figure down: how many were in each state, the
// mean divergence, and the share suppressed of those whose thought states a fact.
struct CellThought {
  std::map<std::string, std::size_t> states;
  std::optional<double> divergence;
  std::size_t knowing = 0;
  std::size_t suppressed = 0;

  std::optional<double> suppression() const;
};
CellThought cell_thought(const Cell& cell);

struct ThoughtFigures {
  std::size_t thoughts = 0;  // samples with a chain of thought, empty ones included
  std::vector<ThoughtRow> rows;
  std::vector<ThoughtGap> gaps;

  bool empty() const { return thoughts == 0; }
};
ThoughtFigures thought_figures(const AuditCells& cells);
boost::json::object to_json(const ThoughtFigures& figures);

}  // namespace candor::reports
