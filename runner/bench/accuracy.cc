#include "runner/bench/accuracy.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "data/base/error.h"
#include "runner/bench/session.h"
#include "runner/terminal/interrupt.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace {

struct Scored {
  std::vector<engine::Completion> lines;  // empty when stopped
};

// A line of our own, or one of a set of questions with worked answers as GSM8K is published.
boost::json::object texts_of(const data::JsonFields& fields) {
  if (fields.find("question") != nullptr) {
    fields.only({"question", "answer"});
    return {{"prompt", fmt::format("Question: {}\nAnswer:", fields.text("question"))},
            {"continuation", " " + fields.text("answer")}};
  }
  fields.only({"prompt", "continuation"});
  boost::json::object line;
  for (const char* key : {"prompt", "continuation"}) {
    if (const boost::json::value* value = fields.find(key)) line[key] = *value;
  }
  return line;
}

Scored score_file(const ModelChoice& choice, const std::filesystem::path& file, std::size_t limit,
                  bool quiet) {
  const Session session = open_session(choice, quiet);
  const PromptReader reader(*session.engine);
  std::vector<engine::Request> requests;
  std::vector<std::string> places;
  for_each_line(file, limit,
                [&](const data::JsonFields& fields, std::size_t, const std::string& where) {
                  const boost::json::object line = texts_of(fields);
                  const data::JsonFields texts(line, where);
                  engine::Request request;
                  request.prompt = reader.tokens(texts, where, "prompt", true);
                  request.continuation = reader.tokens(texts, where, "continuation", false);
                  requests.push_back(std::move(request));
                  places.push_back(where);
                });
  Scored scored;
  scored.lines.resize(requests.size());
  std::atomic<std::size_t> done = 0;
  {
    const Progress progress(
        [&] {
          return fmt::format(
              "{} {} of {} lines in {}",
              bar(static_cast<double>(done.load()) / static_cast<double>(requests.size()), 24),
              done.load(), requests.size(), choice.precision);
        },
        quiet);
    session.engine->run(
        requests,
        [&](std::size_t i, engine::Completion&& completion) {
          if (completion.finish == data::FinishReason::kError) {
            fail("{}: {}", places[i], completion.error);
          }
          scored.lines[i] = std::move(completion);
          ++done;
        },
        stop_requested());
  }
  if (done != requests.size()) scored.lines.clear();
  return scored;
}

double sum_of(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [](double sum, float value) { return sum + static_cast<double>(value); });
}

}  // namespace

data::Estimate mean_over_tokens(const std::vector<double>& sums,
                                const std::vector<std::uint64_t>& tokens, data::Interval bounds) {
  const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  const auto all =
      static_cast<double>(std::accumulate(tokens.begin(), tokens.end(), std::uint64_t{0}));
  const double mean = sum / all;
  const double tokens_per_line = all / static_cast<double>(tokens.size());
  std::vector<double> values;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    values.push_back(mean + (sums[i] - mean * static_cast<double>(tokens[i])) / tokens_per_line);
  }
  data::Estimate estimate = data::cluster_bootstrap(values, {.bounds = bounds});
  estimate.value = mean;
  return estimate;
}

Accuracy measure_accuracy(const ModelChoice& model, const std::filesystem::path& file,
                          std::size_t limit, bool quiet) {
  Accuracy accuracy;
  const Scored chosen = score_file(model, file, limit, quiet);
  ModelChoice reference = model;
  reference.precision = "float32";
  const Scored exact = chosen.lines.empty() ? Scored{} : score_file(reference, file, limit, quiet);
  if (exact.lines.empty()) {
    accuracy.stopped = true;
    return accuracy;
  }

  std::vector<double> differences;
  std::vector<double> agreements;
  std::vector<std::uint64_t> tokens;
  for (std::size_t i = 0; i < chosen.lines.size(); ++i) {
    const engine::Completion& a = chosen.lines[i];
    const engine::Completion& b = exact.lines[i];
    const double sum = sum_of(a.log_probabilities);
    const double sum_float32 = sum_of(b.log_probabilities);
    accuracy.mean_logprob += sum;
    accuracy.mean_logprob_float32 += sum_float32;
    differences.push_back(sum - sum_float32);
    double agreed = 0;
    for (std::size_t t = 0; t < a.most_likely.size(); ++t) {
      agreed += a.most_likely[t] == b.most_likely[t] ? 1 : 0;
    }
    agreements.push_back(agreed);
    tokens.push_back(a.log_probabilities.size());
    accuracy.tokens += tokens.back();
  }
  accuracy.lines = tokens.size();
  accuracy.mean_logprob /= static_cast<double>(accuracy.tokens);
  accuracy.mean_logprob_float32 /= static_cast<double>(accuracy.tokens);
  accuracy.difference = mean_over_tokens(differences, tokens, {-1, 1});
  accuracy.top1_agreement = mean_over_tokens(agreements, tokens, {0, 1});
  data::Interval& share = accuracy.top1_agreement.interval;
  share = {std::max(share.low, 0.0), std::min(share.high, 1.0)};
  return accuracy;
}

}  // namespace candor::runner
