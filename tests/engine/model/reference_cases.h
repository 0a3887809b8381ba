// Checks an engine against the reference library's float32 results for the same checkpoint: the
// logits after a text, its mean log-probability, and a greedy continuation of it. It reads the
// files `expected.json` of golden checkpoints and knows nothing of architectures.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace candor::engine {

struct ReferenceCase {
  std::vector<TokenId> input;
  std::vector<float> last_logits;      // after the last token of `input`, one an id
  std::optional<double> mean_logprob;  // of input[1..]; none for a single token
  std::vector<TokenId> greedy;
  std::vector<double> margins;  // of greedy[i] over the next best token
};

inline std::vector<ReferenceCase> read_reference_cases(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const boost::json::value expected = boost::json::parse(
      std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
  std::vector<ReferenceCase> cases;
  for (const auto& value : expected.at("cases").as_array()) {
    ReferenceCase c;
    c.input = boost::json::value_to<std::vector<TokenId>>(value.at("input_ids"));
    c.last_logits = boost::json::value_to<std::vector<float>>(value.at("last_logits"));
    if (!value.at("mean_logprob").is_null()) {
      c.mean_logprob = value.at("mean_logprob").to_number<double>();
    }
    for (const auto& step : value.at("greedy").as_array()) {
      c.greedy.push_back(step.at("id").to_number<TokenId>());
      c.margins.push_back(step.at("margin").to_number<double>());
    }
    cases.push_back(std::move(c));
  }
  return cases;
}

struct AgreementLimits {
  float logit = 2e-3F;
  double relative = 1;  // |logits - reference| / |reference|, in the Euclidean norm
  double mean_logprob = 1e-4;
  double margin = 1e-3;  // choices between tokens that are closer may differ
  // So may those that are closer than twice the largest difference of a logit: each of the two may
  // be off by that much.
  bool margin_of_differences = false;
};

inline EngineOptions reference_options() {
  EngineOptions options;
  options.precision = Arithmetic::kFloat32;
  options.threads = 2;
  options.kv_bytes = 64 << 20;
  return options;
}

// Loads the checkpoint, a folder or a GGUF file without a tokenizer, and holds it against the
// cases: logits, mean log-probabilities, and all continuations in one batch token by token up to
// the first choice between near equals.
inline void expect_agreement(const std::filesystem::path& checkpoint,
                             const std::vector<ReferenceCase>& cases,
                             const EngineOptions& options = reference_options(),
                             const AgreementLimits& limits = {}) {
  ASSERT_FALSE(cases.empty());
  const auto engine = Engine::load(checkpoint, options);
  EXPECT_EQ(engine->tokenizer(), nullptr);
  EXPECT_EQ(engine->chat_template(), nullptr);

  std::vector<Request> requests;
  double margin = limits.margin;
  for (const ReferenceCase& c : cases) {
    const ScoredTokens scored = engine->score(c.input);
    ASSERT_EQ(scored.last_logits.size(), c.last_logits.size());
    float furthest = 0;
    double squares = 0;
    double reference = 0;
    for (std::size_t i = 0; i < c.last_logits.size(); ++i) {
      const float apart = std::abs(scored.last_logits[i] - c.last_logits[i]);
      ASSERT_FALSE(std::isnan(apart)) << c.input.size() << " tokens, logit " << i;
      furthest = std::max(furthest, apart);
      squares += static_cast<double>(apart) * static_cast<double>(apart);
      reference += std::pow(static_cast<double>(c.last_logits[i]), 2);
    }
    EXPECT_LE(std::sqrt(squares / reference), limits.relative) << c.input.size() << " tokens";
    if (limits.margin_of_differences) {
      margin = std::max(margin, 2 * static_cast<double>(furthest));
    }
    EXPECT_LE(furthest, limits.logit) << c.input.size() << " tokens";
    ASSERT_EQ(scored.log_probabilities.size(), c.input.size() - 1);
    if (c.mean_logprob) {
      const double sum =
          std::accumulate(scored.log_probabilities.begin(), scored.log_probabilities.end(), 0.0);
      EXPECT_NEAR(sum / static_cast<double>(c.input.size() - 1), *c.mean_logprob,
                  limits.mean_logprob);
    }
    Request request;
    request.prompt = c.input;
    request.ignore_stops = true;
    request.sampling.max_tokens = static_cast<int>(c.greedy.size());
    requests.push_back(request);
  }

  const std::atomic<bool> stop{false};
  std::size_t reported = 0;
  engine->run(
      requests,
      [&](std::size_t i, Completion&& completion) {
        ++reported;
        ASSERT_EQ(completion.tokens.size(), cases[i].greedy.size()) << completion.error;
        for (std::size_t t = 0; t < completion.tokens.size(); ++t) {
          if (completion.tokens[t] == cases[i].greedy[t]) continue;
          // After a choice between equals the continuations are different texts.
          EXPECT_LE(cases[i].margins[t], margin) << "case " << i << ", token " << t;
          return;
        }
      },
      stop);
  EXPECT_EQ(reported, cases.size());
}

}  // namespace candor::engine
