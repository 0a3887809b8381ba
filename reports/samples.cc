#include "reports/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "data/stats/paired.h"
#include "reports/figures.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

// What a wrong answer votes for: its value where the judge worked one out ("0.5", "1/2" and
// "\\frac12" are one vote), else the answer as it was read.
std::string vote_of(const data::Verdict& verdict) {
  const json::value* value = verdict.parts.if_contains("value");
  if (value != nullptr && value->is_string()) return "= " + std::string(value->as_string());
  return verdict.extracted;
}

// The samples of one question, by what they vote for.
struct Votes {
  std::int64_t right = 0;
  std::map<std::string, std::int64_t> wrong;  // by what the answer stands for
  std::int64_t silent = 0;                    // the rest; some of them for a reason below
  std::int64_t truncated = 0;
  std::int64_t unparsed = 0;
  std::int64_t failed = 0;

  void add(const Sample& sample) {
    if (!sample.verdict) {
      ++silent;
      ++failed;
      return;
    }
    switch (sample.verdict->outcome) {
      case data::Outcome::kRight:
        ++right;
        return;
      case data::Outcome::kWrong:
        ++wrong[vote_of(*sample.verdict)];
        return;
      case data::Outcome::kTruncated:
        ++truncated;
        break;
      case data::Outcome::kUnparsed:
        ++unparsed;
        break;
      case data::Outcome::kError:
        ++failed;
        break;
      default:  // declined or blocked: known not to be right
        break;
    }
    ++silent;
  }

  std::int64_t unknown() const { return truncated + unparsed + failed; }
  std::int64_t total() const {
    std::int64_t sum = right + silent;
    for (const auto& [answer, count] : wrong) sum += count;
    return sum;
  }
};

using Questions = std::map<std::string, Votes>;

std::vector<std::int64_t> steps(std::int64_t samples) {
  std::vector<std::int64_t> values;
  for (std::int64_t k = 1; k < samples; k *= 2) values.push_back(k);
  values.push_back(samples);
  return values;
}

template <typename Figure>
MeanOfQuestions mean_of(const Questions& questions, Figure&& figure) {
  std::vector<double> values;
  std::vector<std::int64_t> clusters;
  for (const auto& [hash, votes] : questions) {
    values.push_back(figure(votes).value_or(0));
    clusters.push_back(static_cast<std::int64_t>(clusters.size()));
  }
  MeanOfQuestions mean;
  mean.value =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  mean.error = data::clustered_standard_error(values, clusters);
  if (mean.error && *mean.error == 0) mean.error.reset();  // no spread seen is not certainty
  return mean;
}

AtK means_at(const Questions& questions, std::int64_t k) {
  AtK result;
  result.k = k;
  result.questions = static_cast<std::int64_t>(questions.size());
  result.pass =
      mean_of(questions, [&](const Votes& v) { return data::pass_at_k(v.total(), v.right, k); });
  result.majority = mean_of(questions, [&](const Votes& v) {
    std::vector<std::int64_t> others;
    for (const auto& [answer, count] : v.wrong) others.push_back(count);
    return data::majority_at_k(v.right, others, v.silent, k);
  });
  const auto at_share = [&](double share) {
    return mean_of(questions,
                   [&](const Votes& v) { return data::g_pass_at_k(v.total(), v.right, k, share); });
  };
  result.half = at_share(0.5);
  result.all = at_share(1);
  if (k % 2 == 0) {
    result.mean = mean_of(
        questions, [&](const Votes& v) { return data::mean_g_pass_at_k(v.total(), v.right, k); });
  }
  return result;
}

Share share_of(const Questions& questions, std::int64_t Votes::*kind) {
  Share share;
  for (const auto& [hash, votes] : questions) {
    share.count += votes.*kind;
    share.rate += static_cast<double>(votes.*kind) / static_cast<double>(votes.total());
  }
  const auto size = static_cast<std::int64_t>(questions.size());
  share.rate /= static_cast<double>(size);
  share.interval = data::wilson_of_rate(share.rate, size);
  return share;
}

SamplesRow row_of(const Questions& questions) {
  SamplesRow row;
  row.questions = static_cast<std::int64_t>(questions.size());
  row.samples = questions.begin()->second.total();
  row.bounds.best = 0;
  for (const auto& [hash, votes] : questions) {
    row.samples = std::min(row.samples, votes.total());
    row.most_samples = std::max(row.most_samples, votes.total());
    const double asked = static_cast<double>(votes.total());
    row.unknown += votes.unknown();
    row.bounds.worst += static_cast<double>(votes.right) / asked;
    row.bounds.best += static_cast<double>(votes.right + votes.unknown()) / asked;
  }
  row.truncated = share_of(questions, &Votes::truncated);
  row.unparsed = share_of(questions, &Votes::unparsed);
  row.failed = share_of(questions, &Votes::failed);
  // As elsewhere, the interval speaks of questions: repeats do not narrow it.
  row.bounds.worst /= static_cast<double>(row.questions);
  row.bounds.best =
      row.unknown == 0 ? row.bounds.worst : row.bounds.best / static_cast<double>(row.questions);
  row.bounds.interval = {data::wilson_of_rate(row.bounds.worst, row.questions).low,
                         data::wilson_of_rate(row.bounds.best, row.questions).high};
  // Beyond some hundred samples the sums take long and say no more.
  constexpr std::int64_t kMostSamples = 128;
  if (row.most_samples > 1) {
    for (const std::int64_t k : steps(std::min(row.most_samples, kMostSamples))) {
      Questions enough;
      for (const auto& [hash, votes] : questions) {
        if (votes.total() >= k) enough.emplace(hash, votes);
      }
      row.at.push_back(means_at(enough, k));
    }
  }
  return row;
}

json::object to_json(const MeanOfQuestions& mean) {
  return {{"value", mean.value},
          {"standard_error", mean.error ? json::value(*mean.error) : json::value(nullptr)}};
}

json::object to_json(const Share& share) {
  return {{"count", share.count},
          {"rate", share.rate},
          {"low", share.interval.low},
          {"high", share.interval.high}};
}

double number_of(const json::value& object, const char* key) {
  return json::value_to<double>(object.at(key));
}

// "52.1% ± 3.0"
std::string mean_text(const json::value& mean) {
  if (mean.is_null()) return "";
  const json::value& error = mean.at("standard_error");
  return tenths(number_of(mean, "value")) +
         (error.is_null() ? "" : fmt::format(" ± {:.1f}", 100 * json::value_to<double>(error)));
}

}  // namespace

std::vector<SamplesRow> samples_rows(const RunData& data) {
  std::map<std::tuple<std::string, std::string>, Questions> groups;
  for (const Sample& sample : data.samples) {
    if (!has_right_answer(sample.question)) continue;
    groups[{sample.question.suite, sample.question.language}][sample.key.question_hash].add(sample);
  }
  std::vector<SamplesRow> rows;
  for (const auto& [key, questions] : groups) {
    SamplesRow row = row_of(questions);
    std::tie(row.suite, row.language) = key;
    rows.push_back(std::move(row));
  }
  return rows;
}

json::array to_json(const std::vector<SamplesRow>& rows) {
  json::array array;
  for (const SamplesRow& row : rows) {
    json::array at;
    for (const AtK& figures : row.at) {
      at.push_back(json::object{{"k", figures.k},
                                {"questions", figures.questions},
                                {"pass", to_json(figures.pass)},
                                {"majority", to_json(figures.majority)},
                                {"g_pass_half", to_json(figures.half)},
                                {"g_pass_all", to_json(figures.all)},
                                {"mean_g_pass", figures.mean ? json::value(to_json(*figures.mean))
                                                             : json::value(nullptr)}});
    }
    array.push_back(json::object{{"suite", row.suite},
                                 {"language", row.language},
                                 {"questions", row.questions},
                                 {"samples", row.samples},
                                 {"most_samples", row.most_samples},
                                 {"at", std::move(at)},
                                 {"truncated", to_json(row.truncated)},
                                 {"unparsed", to_json(row.unparsed)},
                                 {"failed", to_json(row.failed)},
                                 {"unknown", row.unknown},
                                 {"worst", row.bounds.worst},
                                 {"best", row.bounds.best},
                                 {"low", row.bounds.interval.low},
                                 {"high", row.bounds.interval.high}});
  }
  return array;
}

std::string samples_text(const json::array& rows) {
  std::string repeated;
  std::string unknown;
  for (const json::value& row : rows) {
    const std::string name =
        fmt::format("  {}{}", fitted(json::value_to<std::string>(row.at("suite")), 20),
                    fitted(language_name(json::value_to<std::string>(row.at("language"))), 22));
    for (const json::value& at : row.at("at").as_array()) {
      repeated += fmt::format(
          "{}{:>5}{:>11}  {}{}{}{}{}\n", name, json::value_to<std::int64_t>(at.at("k")),
          json::value_to<std::int64_t>(at.at("questions")), fitted(mean_text(at.at("pass")), 15),
          fitted(mean_text(at.at("majority")), 15), fitted(mean_text(at.at("g_pass_half")), 15),
          fitted(mean_text(at.at("g_pass_all")), 15), mean_text(at.at("mean_g_pass")));
    }
    if (json::value_to<std::int64_t>(row.at("unknown")) == 0) continue;
    std::string kinds;
    for (const char* kind : {"truncated", "unparsed", "failed"}) {
      const json::value& share = row.at(kind);
      if (json::value_to<std::int64_t>(share.at("count")) == 0) continue;
      kinds += fmt::format("{}{} {} ({})", kinds.empty() ? "" : ", ", kind,
                           json::value_to<std::int64_t>(share.at("count")),
                           tenths(number_of(share, "rate")));
    }
    unknown +=
        fmt::format("{}{} if all of them were wrong, {} if all were right ({}): {}\n", name,
                    tenths(number_of(row, "worst")), tenths(number_of(row, "best")),
                    percent(data::Interval{number_of(row, "low"), number_of(row, "high")}), kinds);
  }
  std::string out;
  if (!repeated.empty()) {
    out += fmt::format(
        "\nSeveral samples a question, ± one standard error (questions as clusters)\n  "
        "{:42}{:>5}{:>11}  "
        "{:15}{:15}{:15}{:15}{}\n{}",
        "", "k", "questions", "pass@k", "maj@k", "G-Pass half", "G-Pass all", "mG-Pass", repeated);
  }
  if (!unknown.empty()) out += "\nWithout a readable answer, and what that leaves open\n" + unknown;
  return out;
}

}  // namespace candor::reports
