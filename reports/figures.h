// Outcomes counted and scores with their intervals, from the samples of one run.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/run_data.h"

namespace candor::reports {

// The outcomes in the order of data::Outcome, then "unjudged": no judge has seen the sample yet.
constexpr std::size_t kOutcomes = 9;
const char* outcome_name(std::size_t outcome);
std::size_t outcome_of(const Sample& sample);

struct Tally {
  std::array<std::int64_t, kOutcomes> counts{};

  void add(const Sample& sample) { ++counts[outcome_of(sample)]; }
  std::int64_t asked() const;  // the sum: every sample has exactly one outcome
  std::int64_t right() const { return counts[0]; }
};

struct TallyRow {
  std::string suite;
  std::string language;
  std::string role;  // "item", "probe", "twin"
  Tally tally;
};
// By suite, language and role, in that order; the last suite's rows last.
std::vector<TallyRow> outcome_rows(const RunData& data);

// The share answered right, out of everything asked: refused, unparsed, truncated and failed
// answers are not right. With several repeats a question counts once, by the mean of its repeats,
// so the interval speaks of questions and is not narrowed by asking one of them often.
struct ScoreRow {
  std::string suite;
  std::string language;
  int level = 0;  // 0: all levels together
  Tally tally;
  std::int64_t questions = 0;
  double rate = 0;
  data::Interval interval;
};
// Suites whose questions have a right answer; `by_level` gives a row a level instead of one for
// all, for the suites that have levels.
std::vector<ScoreRow> scores(const RunData& data, bool by_level);

boost::json::object to_json(const Tally& tally);

}  // namespace candor::reports
