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
struct GroupDifference {
  std::string language;
  data::FourCells means;  // of the pairs with all four cells
  data::Estimate difference;
};
struct GroupRow {
  std::string name;  // the topic's, or the state's code
  std::vector<std::string> states;
  std::vector<const Probe*> probes;
  std::vector<GroupCell> cells;    // in the order of `languages`
  std::vector<TopicRow> language;  // language gap on the probes, of each language but the first
  // Of each language but the first; no clusters where no pair has all four cells. Not tested: so
  // many groups are looked at that some stand out by chance.
  std::vector<GroupDifference> difference;
};
// Rows by name; probes without a topic (a state) are in no row.
std::vector<GroupRow> by_topic(const AuditCells& cells);
std::vector<GroupRow> by_state(const AuditCells& cells);
boost::json::array to_json(const std::vector<GroupRow>& rows);

// The two contrasts that are fixed before anything is seen, and tested: what China holds taboo, and
// what other states do.
struct TabooRow {
  std::string whose;  // kChina or kOthers
  std::size_t probes = 0;
  std::vector<GapRow> gaps;  // of each language but the first
};
constexpr const char* kChina = "china";    // state CN
constexpr const char* kOthers = "others";  // any other state
// Both or none: with one of them alone it is (nearly) the headline again. None in one language.
std::vector<TabooRow> taboo_rows(const AuditCells& cells);
boost::json::array to_json(const std::vector<TabooRow>& rows, const std::string& base);

// A cell of so few probes is marked: its interval spans most of the scale.
constexpr std::size_t kFewProbes = 5;

}  // namespace candor::reports
