#include "reports/figures.h"

#include <map>
#include <numeric>
#include <tuple>

namespace candor::reports {

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

std::vector<ScoreRow> scores(const RunData& data, bool by_level) {
  struct Group {
    Tally tally;
    std::map<std::string, Tally> questions;
  };
  std::map<std::tuple<std::string, int, std::string>, Group> groups;
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    if (is_audit(question) || (by_level && question.level == 0)) continue;
    Group& group = groups[{question.suite, by_level ? question.level : 0, question.language}];
    group.tally.add(sample);
    group.questions[sample.key.question_hash].add(sample);
  }
  std::vector<ScoreRow> rows;
  for (const auto& [key, group] : groups) {
    ScoreRow row{std::get<0>(key), std::get<2>(key), std::get<1>(key), group.tally, 0, 0, {}};
    double sum = 0;
    for (const auto& [hash, tally] : group.questions) {
      sum += static_cast<double>(tally.right()) / static_cast<double>(tally.asked());
    }
    row.questions = static_cast<std::int64_t>(group.questions.size());
    row.rate = sum / static_cast<double>(row.questions);
    row.interval = data::wilson_of_rate(row.rate, row.questions);
    rows.push_back(std::move(row));
  }
  return rows;
}

boost::json::object to_json(const Tally& tally) {
  boost::json::object counts{{"asked", tally.asked()}};
  for (std::size_t i = 0; i < kOutcomes; ++i) counts[outcome_name(i)] = tally.counts[i];
  return counts;
}

}  // namespace candor::reports
