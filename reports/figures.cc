#include "reports/figures.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "data/stats/paired.h"

namespace candor::reports {

namespace {

ScoreRow score_row(ScoreRow row, const std::map<std::string, Tally>& questions) {
  std::vector<double> shares;  // right among the repeats of each question
  std::vector<std::int64_t> clusters;
  for (const auto& [hash, tally] : questions) {
    for (std::size_t i = 0; i < kOutcomes; ++i) row.tally.counts[i] += tally.counts[i];
    shares.push_back(static_cast<double>(tally.right()) / static_cast<double>(tally.asked()));
    clusters.push_back(static_cast<std::int64_t>(clusters.size()));
  }
  row.questions = static_cast<std::int64_t>(shares.size());
  row.rate =
      std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(row.questions);
  row.interval = data::wilson_of_rate(row.rate, row.questions);
  row.standard_error = data::clustered_standard_error(shares, clusters);
  // Where all questions ended alike no spread was seen, which is not certainty.
  if (row.standard_error && *row.standard_error == 0) row.standard_error.reset();
  // The middle of the interval, since a rate of 0 or 1 would promise that no question ever differs.
  const double likely = (row.interval.low + row.interval.high) / 2;
  row.detectable = data::detectable_paired_difference(row.questions, 2 * likely * (1 - likely));
  return row;
}

}  // namespace

const char* outcome_name(std::size_t outcome) {
  return outcome + 1 < kOutcomes ? data::name(static_cast<data::Outcome>(outcome)) : "unjudged";
}

std::size_t outcome_of(const Sample& sample) {
  return sample.verdict ? static_cast<std::size_t>(sample.verdict->outcome) : kOutcomes - 1;
}

std::int64_t Tally::asked() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::vector<TallyRow> outcome_rows(const RunData& data) {
  std::map<std::tuple<std::string, std::string, std::string>, Tally> tallies;
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    tallies[{question.suite, question.role, question.language}].add(sample);
  }
  std::vector<TallyRow> rows;
  for (const auto& [key, tally] : tallies) {
    rows.push_back({std::get<0>(key), std::get<2>(key), std::get<1>(key), tally});
  }
  return rows;
}

std::vector<ScoreRow> scores(const RunData& data, Split split) {
  using Key = std::tuple<std::string, int, std::string, std::string>;
  std::map<Key, std::map<std::string, Tally>> groups;
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    if (!has_right_answer(question)) continue;
    if (split == Split::kLevel && question.level == 0) continue;
    if (split == Split::kTopic && question.topic.empty()) continue;
    const Key key{question.suite, split == Split::kLevel ? question.level : 0,
                  split == Split::kTopic ? question.topic : "", question.language};
    groups[key][sample.key.question_hash].add(sample);
  }
  std::vector<ScoreRow> rows;
  std::map<std::string, std::size_t> largest;           // group of each suite
  std::map<std::string, std::set<std::string>> topics;  // of each suite
  for (const auto& [key, questions] : groups) {
    const auto& [suite, level, topic, language] = key;
    ScoreRow row;
    row.suite = suite;
    row.language = language;
    row.level = level;
    row.topic = topic;
    rows.push_back(score_row(std::move(row), questions));
    largest[suite] = std::max(largest[suite], questions.size());
    topics[suite].insert(topic);
  }
  constexpr std::size_t kLeastOfATopic = 5;
  if (split == Split::kTopic) {
    std::erase_if(rows, [&](const ScoreRow& row) {
      return largest[row.suite] < kLeastOfATopic || topics[row.suite].size() < 2;
    });
  }
  return rows;
}

boost::json::object to_json(const Tally& tally) {
  boost::json::object counts{{"asked", tally.asked()}};
  for (std::size_t i = 0; i < kOutcomes; ++i) counts[outcome_name(i)] = tally.counts[i];
  return counts;
}

}  // namespace candor::reports
