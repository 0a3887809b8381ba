// The repository's own small checkpoints (tests/golden: every family, in both containers) against
// the reference library's float32 results. They need nothing that a clone does not have.
#include <gtest/gtest.h>

#include "tests/engine/model/golden_checkpoints.h"
#include "tests/engine/model/reference_cases.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

class Checkpoints : public testing::TestWithParam<std::string> {};

TEST_P(Checkpoints, AgreeWithTheReferenceInFloat32) {
  const std::filesystem::path path = tests::source_path("tests/golden") / GetParam();
  expect_agreement(path, read_reference_cases(tests::expectation_of(path)));
}

INSTANTIATE_TEST_SUITE_P(Golden, Checkpoints, testing::ValuesIn(tests::golden_checkpoints()),
                         [](const auto& parameter) { return tests::golden_name(parameter.param); });

}  // namespace
}  // namespace candor::engine
