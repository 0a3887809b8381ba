// Outcomes counted and scores with their intervals, from the samples of one run.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
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
  int level = 0;      // 0: all levels together
  std::string topic;  // empty: all topics together
  Tally tally;
  std::int64_t questions = 0;
  double rate = 0;
  data::Interval interval;
  // Of `rate`, with the questions as clusters; none for a single question, and where all questions
  // ended alike (the interval still speaks then).
  std::optional<double> standard_error;
  // The smallest difference that another run on these questions would show four times in five, if
  // the two were right independently of each other (runs that are alike show smaller ones); none:
  // not even a difference of 1.
  std::optional<double> detectable;
};
// Suites whose questions have a right answer: a row for all their questions in a language, or one a
// level (of those that have levels), or one a topic (of suites of which a topic has at least five
// questions in a language, fewer say nothing, and that have more than one topic).
enum class Split { kNone, kLevel, kTopic };
std::vector<ScoreRow> scores(const RunData& data, Split split);

boost::json::object to_json(const Tally& tally);

}  // namespace candor::reports
