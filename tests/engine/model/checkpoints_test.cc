// The repository's own small checkpoints (tests/golden: every family, in both containers) against
// the reference library's float32 results. They need nothing that a clone does not have.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "tests/engine/model/reference_cases.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

// Everything there is, so that a new file needs no line here.
std::vector<std::string> checkpoints() {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(tests::source_path("tests/golden/checkpoints"))) {
    found.push_back("checkpoints/" + entry.path().filename().string());
  }
  for (const auto& entry : fs::directory_iterator(tests::source_path("tests/golden/gguf"))) {
    if (entry.path().extension() == ".gguf") {
      found.push_back("gguf/" + entry.path().filename().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

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

INSTANTIATE_TEST_SUITE_P(Golden, Checkpoints, testing::ValuesIn(checkpoints()),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace candor::engine
