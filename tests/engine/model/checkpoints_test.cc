// The repository's own small checkpoints (tests/golden: every family, in both containers) against
// the reference library's float32 results. They need nothing that a clone does not have.
#include <gtest/gtest.h>

#include "tests/engine/model/golden_checkpoints.h"
#include "tests/engine/model/reference_cases.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

// A GGUF file that rounds the published values has an expectation beside it; one that holds them
// exactly is `<network>.<format>.gguf` and shares the published checkpoint's.
fs::path expectation_of(const fs::path& checkpoint) {
  if (checkpoint.extension() != ".gguf") return checkpoint / "expected.json";
  const fs::path own = fs::path(checkpoint).replace_extension(".json");
  if (fs::exists(own)) return own;
  const std::string network = checkpoint.stem().stem().string();
  return tests::source_path("tests/golden/checkpoints") / network / "expected.json";
}

class Checkpoints : public testing::TestWithParam<std::string> {};

TEST_P(Checkpoints, AgreeWithTheReferenceInFloat32) {
  const fs::path path = tests::source_path("tests/golden") / GetParam();
  expect_agreement(path, read_reference_cases(expectation_of(path)));
}

INSTANTIATE_TEST_SUITE_P(Golden, Checkpoints, testing::ValuesIn(tests::golden_checkpoints()),
                         [](const auto& parameter) { return tests::golden_name(parameter.param); });

}  // namespace
}  // namespace candor::engine
