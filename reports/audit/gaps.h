// Differences, all paired by probe: between languages, between a probe and its twin, and the
// difference of these differences, which is the audit's headline (audit-method, section 1). For any
// measure of a cell: withheld, not complete, key facts stated.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reports/audit/cells.h"

namespace candor::reports {

// The cells of the probes for which all four are there: probe and twin in both languages.
struct Pairing {
  std::vector<double> probe_base;  // of probes judged in both languages
  std::vector<double> probe_here;
  std::vector<double> twin_gaps;  // language minus base, of twins judged in both
  std::vector<data::FourCells> four;
};
Pairing pairing(const std::vector<Probe>& probes, const std::string& base,
                const std::string& language, Measure measure);

struct GapRow {  // `language` against the base language
  std::string language;
  data::Estimate probes;      // language gap on the probes: language minus base, paired by probe
  data::Estimate twins;       // on the twins of the same probes
  data::Estimate difference;  // the first minus the second, where all four cells are there
  data::FourCells means;      // of these cells, so that the difference can be done by hand
  std::size_t withheld_here_only = 0;  // probes, by the majority of their repeats
  std::size_t withheld_base_only = 0;
  double mcnemar = 1;
  std::optional<double> detectable;             // language gap
  std::optional<double> detectable_difference;  // difference in differences; none: over 1
};
// The counts and the test are of the measure's majority: more than half of a cell.
GapRow gap_row(const std::vector<Probe>& probes, const std::string& base,
               const std::string& language, Measure measure = &Cell::withheld);

struct TopicRow {
  std::string language;
  data::Estimate gap;  // probe minus twin
};
TopicRow topic_row(const std::vector<const Probe*>& probes, const std::string& language,
                   Measure measure = &Cell::withheld);

boost::json::array to_json(const std::vector<GapRow>& rows, const std::string& base);
boost::json::array to_json(const std::vector<TopicRow>& rows);
boost::json::value number_or_null(const std::optional<double>& number);

}  // namespace candor::reports
