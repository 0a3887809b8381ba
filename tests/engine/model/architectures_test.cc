// Logits, log-probabilities and greedy tokens of small checkpoints, one an architecture, against
// the reference library's float32 results. The repository's own are in checkpoints_test.cc.
#include <gtest/gtest.h>

#include "tests/engine/model/reference_cases.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

class Architectures : public testing::TestWithParam<const char*> {};

TEST_P(Architectures, AgreeWithTheReferenceInFloat32) {
  const std::string folder = std::string("golden/architectures/") + GetParam();
  CANDOR_NEEDS_SHARED(folder);
  const auto path = tests::shared_path(folder);
  expect_agreement(path, read_reference_cases(path / "expected.json"));
}

INSTANTIATE_TEST_SUITE_P(Golden, Architectures,
                         testing::Values("llama", "llama-tied", "llama3-rope", "mistral", "qwen2",
                                         "qwen3", "qwen3-moe", "gemma3", "deepseek-v2-lite",
                                         "deepseek-v3", "deepseek-v3-fp8", "kimi-k2", "ernie45",
                                         "ernie45-moe", "seed-oss", "gpt-oss", "gpt-oss-mxfp4"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace candor::engine
