// The same figures for the probes of one topic, and of one state's taboos.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "reports/audit/cells.h"
#include "reports/audit/gaps.h"
#include "reports/audit/rates.h"

namespace candor::reports {

struct GroupCell {
  RateRow rate;  // of the probes
  TopicRow gap;  // probe minus twin; no clusters where none has a judged twin
};
struct GroupRow {
  std::string name;  // the topic's, or the state's code
  std::vector<std::string> states;
  std::vector<const Probe*> probes;
  std::vector<GroupCell> cells;    // in the order of `languages`
  std::vector<TopicRow> language;  // language gap on the probes, of each language but the first
};
// Rows by name; probes without a topic (a state) are in no row.
std::vector<GroupRow> by_topic(const AuditCells& cells);
std::vector<GroupRow> by_state(const AuditCells& cells);
boost::json::array to_json(const std::vector<GroupRow>& rows);

// A cell of so few probes is marked: its interval spans most of the scale.
constexpr std::size_t kFewProbes = 5;

}  // namespace candor::reports
