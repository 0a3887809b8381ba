// Conditions against the first one, on the same probes; and the family of tests that a page holds,
// adjusted together.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "reports/audit/cells.h"
#include "reports/audit/gaps.h"

namespace candor::reports {

struct ContrastRow {
  std::size_t condition = 1;  // against the first (0)
  std::string language;
  data::Estimate probes;  // withheld under it minus withheld under the first, paired by probe
  data::Estimate twins;
  data::Estimate difference;  // probe minus twin of these
  std::size_t withheld_here_only = 0;
  std::size_t withheld_first_only = 0;
  double mcnemar = 1;
};
// In each language asked under both.
std::vector<ContrastRow> contrast_rows(const AuditCells& first, const AuditCells& here,
                                       std::size_t condition);

// An exact McNemar test of the page. Holm's adjustment is over all of them.
struct FamilyTest {
  std::size_t condition = 0;
  std::string what;  // "language": `language` against the base; "condition": against the first one
  std::string language;
  std::size_t here_only = 0;
  std::size_t other_only = 0;
  double p = 1;
  double holm = 1;
};
void adjust(std::vector<FamilyTest>& family);

boost::json::array to_json(const std::vector<ContrastRow>& rows);
boost::json::array to_json(const std::vector<FamilyTest>& family);

}  // namespace candor::reports
