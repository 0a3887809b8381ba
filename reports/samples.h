// What several samples of each question say, by suite and language: pass@k, the vote of k, most of
// k; how often no answer could be read; and what those samples could make of the rate.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/samples.h"
#include "reports/run_data.h"

namespace candor::reports {

// The mean over the questions, and its standard error with the questions as clusters.
struct MeanOfQuestions {
  double value = 0;
  std::optional<double> error;  // none for a single question, or where all are alike
};

struct AtK {
  std::int64_t k = 1;
  std::int64_t questions = 0;  // those with at least k samples; the others cannot say anything of k
  MeanOfQuestions pass;        // pass@k
  MeanOfQuestions majority;    // maj@k; right answers vote together, wrong ones by their value
  MeanOfQuestions half;        // G-Pass@k at one half: at least half of k are right
  MeanOfQuestions all;         // G-Pass@k at one: all of k are right
  // mG-Pass@k, for even k alone: with an odd one its published sum stays below 1.
  std::optional<MeanOfQuestions> mean;
};

// Samples of one kind: how many, their share (the mean over questions) and its Wilson interval.
struct Share {
  std::int64_t count = 0;
  double rate = 0;
  data::Interval interval;
};

struct SamplesRow {
  std::string suite;
  std::string language;
  std::int64_t questions = 0;
  std::int64_t samples = 0;       // of the question that has fewest
  std::int64_t most_samples = 0;  // of the one that has most
  std::vector<AtK> at;  // k = 1, 2, 4, … and the most samples; empty with one sample a question
  Share truncated;      // cut off before an answer could be read
  Share unparsed;       // a whole reply without a readable answer
  Share failed;         // no reply, or not judged yet
  // All of these taken as all wrong and as all right.
  std::int64_t unknown = 0;
  data::Bounds bounds;
};
// Suites whose questions have a right answer, in the order of suite and language.
std::vector<SamplesRow> samples_rows(const RunData& data);

boost::json::array to_json(const std::vector<SamplesRow>& rows);
// Lines for the terminal; empty where there is nothing to say.
std::string samples_text(const boost::json::array& rows);

}  // namespace candor::reports
