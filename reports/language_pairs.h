// The same questions in two languages: how many are right in both, in one alone, in neither. For
// suites whose questions have a right answer; the audit's pairs are in audit_figures.h.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/run_data.h"

namespace candor::reports {

struct LanguagePairs {
  std::string suite;
  std::string base;  // English where it was asked
  std::string language;
  std::int64_t pairs = 0;
  std::int64_t both = 0;  // right in both, by the majority of the repeats
  std::int64_t only_base = 0;
  std::int64_t only_language = 0;
  std::int64_t neither = 0;
  double rate_base = 0;  // over the pairs alone
  double rate_language = 0;
  data::Estimate difference;  // language minus base, paired by question
  double p = 1;               // exact McNemar
  double p_holm = 1;          // adjusted for all rows
  std::optional<double> detectable;
};
std::vector<LanguagePairs> language_pairs(const RunData& data);

boost::json::array to_json(const std::vector<LanguagePairs>& rows);
std::string language_pairs_text(const boost::json::array& rows);

}  // namespace candor::reports
