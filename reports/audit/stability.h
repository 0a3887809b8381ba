// Whether the same question under the same condition gets the same treatment every time.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "reports/audit/cells.h"

namespace candor::reports {

struct StabilityRow {
  std::string role;
  std::string language;
  std::size_t cells = 0;           // with two samples that count or more
  std::size_t mixed = 0;           // withheld in some samples and given in others
  std::size_t labels_mixed = 0;    // more than one content label
  data::Interval interval;         // Wilson, of mixed / cells
  std::vector<std::string> pairs;  // the mixed ones
};
// A row a role and language that has such cells.
std::vector<StabilityRow> stability_rows(const AuditCells& cells);
boost::json::array to_json(const std::vector<StabilityRow>& rows);

}  // namespace candor::reports
