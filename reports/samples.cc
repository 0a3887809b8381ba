#include "reports/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "reports/figures.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

struct Votes {
  std::int64_t right = 0;
  std::int64_t silent = 0;
  std::map<std::string, std::int64_t> wrong;  // by the answer as it was read

  std::int64_t total() const {
    std::int64_t sum = right + silent;
    for (const auto& [answer, count] : wrong) sum += count;
    return sum;
  }
};

bool unknown_outcome(const Sample& sample) {
  if (!sample.verdict) return true;
  const data::Outcome outcome = sample.verdict->outcome;
  return outcome == data::Outcome::kTruncated || outcome == data::Outcome::kUnparsed ||
         outcome == data::Outcome::kError;
}

std::vector<std::int64_t> steps(std::int64_t samples) {
  std::vector<std::int64_t> values;
  for (std::int64_t k = 1; k < samples; k *= 2) values.push_back(k);
  values.push_back(samples);
  return values;
}

AtK means_at(const std::map<std::string, Votes>& questions, std::int64_t k) {
  AtK result{k};
  for (const auto& [hash, votes] : questions) {
    std::vector<std::int64_t> others;
    for (const auto& [answer, count] : votes.wrong) others.push_back(count);
    const std::int64_t n = votes.total();
    result.pass += data::pass_at_k(n, votes.right, k).value_or(0);
    result.majority += data::majority_at_k(votes.right, others, votes.silent, k).value_or(0);
    result.most += data::g_pass_at_k(n, votes.right, k, 0.5).value_or(0);
  }
  const double size = static_cast<double>(questions.size());
  return {k, result.pass / size, result.majority / size, result.most / size};
}

double number_of(const json::object& object, const char* key) {
  return json::value_to<double>(object.at(key));
}

}  // namespace

std::vector<SamplesRow> samples_rows(const RunData& data) {
  struct Group {
    Tally tally;
    std::int64_t unknown = 0;
    std::map<std::string, Votes> questions;
  };
  std::map<std::tuple<std::string, std::string>, Group> groups;
  for (const Sample& sample : data.samples) {
    if (is_audit(sample.question)) continue;
    Group& group = groups[{sample.question.suite, sample.question.language}];
    group.tally.add(sample);
    group.unknown += unknown_outcome(sample) ? 1 : 0;
    Votes& votes = group.questions[sample.key.question_hash];
    if (sample.verdict && sample.verdict->outcome == data::Outcome::kRight) {
      ++votes.right;
    } else if (sample.verdict && sample.verdict->outcome == data::Outcome::kWrong) {
      ++votes.wrong[sample.verdict->extracted];
    } else {
      ++votes.silent;
    }
  }
  std::vector<SamplesRow> rows;
  for (const auto& [key, group] : groups) {
    SamplesRow row;
    std::tie(row.suite, row.language) = key;
    row.questions = static_cast<std::int64_t>(group.questions.size());
    row.samples = group.questions.begin()->second.total();
    for (const auto& [hash, votes] : group.questions) {
      row.samples = std::min(row.samples, votes.total());
    }
    row.unknown = group.unknown;
    row.bounds = data::bounds_of_rate(group.tally.right(), group.unknown, group.tally.asked());
    // As elsewhere, the interval speaks of questions: repeats do not narrow it.
    row.bounds.interval = {data::wilson_of_rate(row.bounds.worst, row.questions).low,
                           data::wilson_of_rate(row.bounds.best, row.questions).high};
    // Beyond some hundred samples the sums take long and say no more.
    constexpr std::int64_t kMostSamples = 128;
    if (row.samples > 1) {
      for (const std::int64_t k : steps(std::min(row.samples, kMostSamples))) {
        row.at.push_back(means_at(group.questions, k));
      }
    }
    if (!row.at.empty() || row.unknown > 0) rows.push_back(std::move(row));
  }
  return rows;
}

json::array to_json(const std::vector<SamplesRow>& rows) {
  json::array array;
  for (const SamplesRow& row : rows) {
    json::array at;
    for (const AtK& figures : row.at) {
      at.push_back(json::object{{"k", figures.k},
                                {"pass", figures.pass},
                                {"majority", figures.majority},
                                {"at_least_half", figures.most}});
    }
    array.push_back(json::object{{"suite", row.suite},
                                 {"language", row.language},
                                 {"questions", row.questions},
                                 {"samples", row.samples},
                                 {"at", std::move(at)},
                                 {"unknown", row.unknown},
                                 {"worst", row.bounds.worst},
                                 {"best", row.bounds.best},
                                 {"low", row.bounds.interval.low},
                                 {"high", row.bounds.interval.high}});
  }
  return array;
}

std::string samples_text(const json::array& rows) {
  std::string out;
  for (const json::value& value : rows) {
    const json::object& row = value.as_object();
    const std::string name =
        fmt::format("{}{}", fitted(json::value_to<std::string>(row.at("suite")), 20),
                    fitted(language_name(json::value_to<std::string>(row.at("language"))), 22));
    for (const json::value& entry : row.at("at").as_array()) {
      const json::object& at = entry.as_object();
      out +=
          fmt::format("  {}k={:<4} pass@k {:>5}  maj@k {:>5}  half of k {:>5}\n", name,
                      json::value_to<std::int64_t>(at.at("k")), percent(number_of(at, "pass")),
                      percent(number_of(at, "majority")), percent(number_of(at, "at_least_half")));
    }
    const std::int64_t unknown = json::value_to<std::int64_t>(row.at("unknown"));
    if (unknown > 0) {
      out +=
          fmt::format("  {}{} cut, unread or failed: {} if all wrong, {} if all right\n", name,
                      unknown, percent(number_of(row, "worst")), percent(number_of(row, "best")));
    }
  }
  return out.empty() ? out : "\nSeveral samples, and bounds\n" + out;
}

}  // namespace candor::reports
