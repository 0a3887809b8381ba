// The checkpoints of tests/golden, all of them, so that a new file needs no line in any test.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/shared.h"

namespace candor::tests {

// Relative to tests/golden: "checkpoints/qwen3", "gguf/qwen3.q8_0.gguf".
inline std::vector<std::string> golden_checkpoints() {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(source_path("tests/golden/checkpoints"))) {
    found.push_back("checkpoints/" + entry.path().filename().string());
  }
  for (const auto& entry : fs::directory_iterator(source_path("tests/golden/gguf"))) {
    if (entry.path().extension() == ".gguf") {
      found.push_back("gguf/" + entry.path().filename().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// A GGUF file that rounds the published values has an expectation beside it; one that holds them
// exactly is `<network>.<format>.gguf` and shares the published checkpoint's.
inline std::filesystem::path expectation_of(const std::filesystem::path& checkpoint) {
  namespace fs = std::filesystem;
  if (checkpoint.extension() != ".gguf") return checkpoint / "expected.json";
  const fs::path own = fs::path(checkpoint).replace_extension(".json");
  if (fs::exists(own)) return own;
  const std::string network = checkpoint.stem().stem().string();
  return source_path("tests/golden/checkpoints") / network / "expected.json";
}

// As the name of a test.
inline std::string golden_name(std::string checkpoint) {
  std::replace_if(
      checkpoint.begin(), checkpoint.end(), [](unsigned char c) { return std::isalnum(c) == 0; },
      '_');
  return checkpoint;
}

}  // namespace candor::tests
