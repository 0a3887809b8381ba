// Conditions against the first one, on the same probes; and the family of tests that a page holds,
// adjusted together.
#pragma once

#include <boost/json.hpp>
#include <optional>
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
  data::Estimate difference;           // probe minus twin of these
  std::size_t withheld_here_only = 0;  // probes, by the majority of their repeats
  std::size_t withheld_first_only = 0;
  double mcnemar = 1;  // of these two counts: twins not taken off
  double p = 1;        // of `difference`: sign-flip test over its pairs
  std::optional<double> p_holm;
};
// In each language asked under both.
std::vector<ContrastRow> contrast_rows(const AuditCells& first, const AuditCells& here,
                                       std::size_t condition);

// A test of the page. Holm's adjustment is over all of them.
//   what                    of                                                    test
//   "language"              raw language gap on the probes, twins not taken off   exact McNemar
//   "difference"            difference in differences of the languages            sign flip
//   "condition"             raw gap to the first condition                        exact McNemar
//   "condition_difference"  probe minus twin of that gap                          sign flip
struct FamilyTest {
  std::size_t condition = 0;
  std::string what;
  std::string language;
  std::size_t here_only = 0;  // of McNemar
  std::size_t other_only = 0;
  double p = 1;
  double holm = 1;
  std::string whose;  // of the fixed contrasts (TabooRow::whose); empty: of all probes

  bool mcnemar() const { return what == "language" || what == "condition"; }
};
void adjust(std::vector<FamilyTest>& family);
// The adjusted p of a test; none: it is not in the family.
std::optional<double> holm_of(const std::vector<FamilyTest>& family, std::size_t condition,
                              const std::string& what, const std::string& language,
                              const std::string& whose = "");

boost::json::array to_json(const std::vector<ContrastRow>& rows);
boost::json::array to_json(const std::vector<FamilyTest>& family);

}  // namespace candor::reports
