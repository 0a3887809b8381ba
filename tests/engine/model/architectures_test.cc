// Logits, log-probabilities and greedy tokens of small checkpoints, one an architecture, against
// the reference library's float32 results.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include "engine/engine.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

boost::json::value read_json(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return boost::json::parse(
      std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
}

struct Case {
  std::vector<TokenId> input;
  std::vector<float> last_logits;
  std::optional<double> mean_logprob;
  std::vector<TokenId> greedy;
  std::vector<double> margins;
};

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::vector<Case> cases;
  const boost::json::value expected = read_json(path);
  for (const auto& value : expected.at("cases").as_array()) {
    Case c;
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

class Architectures : public testing::TestWithParam<const char*> {};

TEST_P(Architectures, AgreeWithTheReferenceInFloat32) {
  const std::string folder = std::string("golden/architectures/") + GetParam();
  CANDOR_NEEDS_SHARED(folder);
  const auto path = tests::shared_path(folder);
  const auto engine = Engine::load(path, {.precision = kernels::Precision::kFloat32,
                                          .threads = 2,
                                          .kv_bytes = 64 << 20,
                                          .progress = nullptr});
  EXPECT_EQ(engine->tokenizer(), nullptr);
  EXPECT_EQ(engine->chat_template(), nullptr);
  const std::vector<Case> cases = read_cases(path / "expected.json");
  ASSERT_FALSE(cases.empty());

  std::vector<Request> requests;
  for (const Case& c : cases) {
    const ScoredTokens scored = engine->score(c.input);
    ASSERT_EQ(scored.last_logits.size(), c.last_logits.size());
    float furthest = 0;
    for (std::size_t i = 0; i < c.last_logits.size(); ++i) {
      furthest = std::max(furthest, std::abs(scored.last_logits[i] - c.last_logits[i]));
    }
    EXPECT_LE(furthest, 2e-3F) << c.input.size() << " tokens";
    ASSERT_EQ(scored.log_probabilities.size(), c.input.size() - 1);
    if (c.mean_logprob) {
      const double sum =
          std::accumulate(scored.log_probabilities.begin(), scored.log_probabilities.end(), 0.0);
      EXPECT_NEAR(sum / static_cast<double>(c.input.size() - 1), *c.mean_logprob, 1e-4);
    }
    Request request;
    request.prompt = c.input;
    request.ignore_stops = true;
    request.sampling.max_tokens = static_cast<int>(c.greedy.size());
    requests.push_back(request);
  }

  const std::atomic<bool> stop{false};
  engine->run(
      requests,
      [&](std::size_t i, Completion&& completion) {
        ASSERT_EQ(completion.tokens.size(), cases[i].greedy.size()) << completion.error;
        for (std::size_t t = 0; t < completion.tokens.size(); ++t) {
          if (completion.tokens[t] == cases[i].greedy[t]) continue;
          // After a choice between equals the continuations are different texts.
          EXPECT_LE(cases[i].margins[t], 1e-3) << "case " << i << ", token " << t;
          return;
        }
      },
      stop);
}

INSTANTIATE_TEST_SUITE_P(Golden, Architectures,
                         testing::Values("llama", "llama-tied", "llama3-rope", "mistral", "qwen2", "qwen3",
                                         "qwen3-moe", "gemma3", "deepseek-v2-lite", "deepseek-v3",
                                         "deepseek-v3-fp8", "kimi-k2", "ernie45", "ernie45-moe",
                                         "seed-oss", "gpt-oss", "gpt-oss-mxfp4"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace candor::engine
