// Greedy continuations of the real models against float32 on the dequantised weights.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "engine/engine.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

std::filesystem::path models_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return std::filesystem::path(cache) / "candor" / "models";
  }
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/") / ".cache" / "candor" / "models";
}

struct Parameter {
  const char* model;
  Arithmetic precision;
};

class ReferenceGreedy : public testing::TestWithParam<Parameter> {};

TEST_P(ReferenceGreedy, AllCasesInOneBatch) {
  CANDOR_NEEDS_SHARED("golden/reference_greedy.json");
  std::ifstream in(tests::shared_path("golden/reference_greedy.json"), std::ios::binary);
  const boost::json::value golden = boost::json::parse(
      std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
  const boost::json::value* model = nullptr;
  for (const auto& value : golden.at("models").as_array()) {
    if (value.at("name") == GetParam().model) model = &value;
  }
  ASSERT_NE(model, nullptr);
  const auto path = models_folder() / std::string(model->at("file").as_string());
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "model not here: " << path;

  const auto engine = Engine::load(
      path, {.precision = GetParam().precision, .kv_bytes = 256 << 20, .progress = {}});
  const boost::json::array& cases = model->at("cases").as_array();
  std::vector<Request> requests;
  for (const auto& value : cases) {
    Request request;
    request.prompt = boost::json::value_to<std::vector<TokenId>>(value.at("input_ids"));
    request.ignore_stops = true;
    request.sampling.max_tokens = static_cast<int>(value.at("greedy").as_array().size());
    requests.push_back(request);
  }
  const std::atomic<bool> stop{false};
  std::size_t reported = 0;
  engine->run(
      requests,
      [&](std::size_t i, Completion&& completion) {
        ++reported;
        ASSERT_EQ(completion.error, "");
        const auto expected = boost::json::value_to<std::vector<TokenId>>(cases[i].at("greedy"));
        const auto margins = boost::json::value_to<std::vector<double>>(cases[i].at("margins"));
        ASSERT_EQ(completion.tokens.size(), expected.size());
        std::size_t same = 0;
        while (same < expected.size() && completion.tokens[same] == expected[same]) ++same;
        if (same == expected.size()) return;
        if (GetParam().precision == Arithmetic::kFloat32) {
          ADD_FAILURE() << cases[i].at("name") << " differs at token " << same << ", margin "
                        << margins[same];
        } else {
          std::cout << cases[i].at("name") << " differs first at token " << same << " of "
                    << expected.size() << ", margin " << margins[same] << "\n";
          EXPECT_LT(margins[same], 0.75) << cases[i].at("name") << ", token " << same;
        }
      },
      stop);
  EXPECT_EQ(reported, requests.size());
}

constexpr Parameter kParameters[] = {
    {"smollm2-135m-instruct", Arithmetic::kFloat32},
    {"smollm2-135m-instruct", Arithmetic::kInt8},
    {"qwen2.5-coder-0.5b-instruct", Arithmetic::kFloat32},
    {"qwen2.5-coder-0.5b-instruct", Arithmetic::kInt8},
};

INSTANTIATE_TEST_SUITE_P(
    Golden, ReferenceGreedy, testing::ValuesIn(kParameters), [](const auto& parameter) {
      std::string name = parameter.param.model;
      for (char& c : name) {
        if (c == '-' || c == '.') c = '_';
      }
      return name + (parameter.param.precision == Arithmetic::kInt8 ? "_int8" : "_float32");
    });

}  // namespace
}  // namespace candor::engine
