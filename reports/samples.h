// What several samples of each question say, by suite and language: pass@k, the vote of k, most of
// k, and what the samples without a known outcome could make of the rate.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "data/stats/samples.h"
#include "reports/run_data.h"

namespace candor::reports {

struct AtK {
  std::int64_t k = 1;
  double pass = 0;      // pass@k, the mean over the questions
  double majority = 0;  // maj@k; right answers vote together, wrong ones as they were read
  double most = 0;      // G-Pass@k at one half: at least half of k are right
};

struct SamplesRow {
  std::string suite;
  std::string language;
  std::int64_t questions = 0;
  std::int64_t samples = 0;  // of the question that has fewest
  std::vector<AtK> at;       // k = 1, 2, 4, … and all samples; empty with one sample a question
  // Truncated, unparsed, failed and unjudged samples taken as all wrong and as all right.
  std::int64_t unknown = 0;
  data::Bounds bounds;
};
// Suites whose questions have a right answer, in the order of suite and language.
std::vector<SamplesRow> samples_rows(const RunData& data);

boost::json::array to_json(const std::vector<SamplesRow>& rows);
// Lines for the terminal; empty where there is nothing to say.
std::string samples_text(const boost::json::array& rows);

}  // namespace candor::reports
