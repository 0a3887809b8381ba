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
Pairing pairing(const std::vector<const Probe*>& probes, const std::string& base,
                const std::string& language, Measure measure);

// What a difference in differences of withholding says. One rule for page, terminal and JSON.
enum class GapVerdict {
  kNotMeasured,     // no pair with all four cells
  kMore,            // withholds more in the language, beyond what its twins do
  kLess,            // less
  kUnclear,         // no clear difference
  kDependsOnScale,  // clear in percentage points or in log-odds, but not in both alike
};
// "not_measured", "more", "less", "no_clear_difference", "depends_on_scale".
const char* name(GapVerdict verdict);

struct GapRow {  // `language` against the base language
  std::string language;
  data::Estimate probes;      // language gap on the probes: language minus base, paired by probe
  data::Estimate twins;       // on the twins of the same probes
  data::Estimate difference;  // the first minus the second, where all four cells are there
  data::FourCells means;      // of these cells, so that the difference can be done by hand
  // The smallest that a two-sided test of the mean finds with 80 % power, by the spread of the
  // probes' values; none: no spread, or over 1.
  std::optional<double> detectable;             // language gap
  std::optional<double> detectable_difference;  // difference in differences

  // Of "withheld" alone (`tested`); other measures leave these as they are, and out of the JSON.
  bool tested = false;
  // The raw language gap, twins not taken off: probes withheld in most of their repeats in one
  // language only, and the exact McNemar test of the two counts.
  std::size_t withheld_here_only = 0;
  std::size_t withheld_base_only = 0;
  double mcnemar = 1;
  // The difference in differences in log-odds of the four means, half a count added; none where one
  // of them is too near 0 or 1 for this scale (data/stats/interaction.h).
  std::optional<data::Estimate> log_odds;
  double p = 1;                  // of the difference in differences: sign-flip test over its pairs
  std::optional<double> p_holm;  // adjusted for the family of the page; none: in no family
};
data::FourCells mean_of(const std::vector<data::FourCells>& cells);
GapRow gap_row(const std::vector<const Probe*>& probes, const std::string& base,
               const std::string& language, Measure measure = &Cell::withheld);

// More or less only where the interval excludes 0, the adjusted p (the raw one where there is none)
// is at most 0.05, and the log-odds, where they can be judged, agree. Where one of the two
// intervals excludes 0 and the other does not, or on the other side, it depends on the scale.
GapVerdict verdict_of(const GapRow& row);
bool excludes_zero(const data::Interval& interval);

struct TopicRow {
  std::string language;
  data::Estimate gap;  // probe minus twin
};
TopicRow topic_row(const std::vector<const Probe*>& probes, const std::string& language,
                   Measure measure = &Cell::withheld);

boost::json::array to_json(const std::vector<GapRow>& rows, const std::string& base);
boost::json::array to_json(const std::vector<TopicRow>& rows);
boost::json::object to_json(const data::FourCells& means);
boost::json::value number_or_null(const std::optional<double>& number);

}  // namespace candor::reports
