// Where the reference material of the tests lies. It belongs to others and is not part of the
// repository: tests that need it call CANDOR_NEEDS_SHARED, which skips with the reason.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace candor::tests {

inline std::filesystem::path shared_path(std::string_view relative) {
  const char* root = std::getenv("CANDOR_SHARED");
  const std::filesystem::path base =
      root != nullptr ? std::filesystem::path(root)
                      : std::filesystem::path(CANDOR_SOURCE_DIR) / ".." / "shared";
  return base / relative;
}

inline std::filesystem::path source_path(std::string_view relative) {
  return std::filesystem::path(CANDOR_SOURCE_DIR) / relative;
}

}  // namespace candor::tests

#define CANDOR_NEEDS_SHARED(relative)                                                   \
  if (!std::filesystem::exists(candor::tests::shared_path(relative)))                   \
  GTEST_SKIP() << "reference material not here: " << candor::tests::shared_path(relative) \
               << " (set CANDOR_SHARED to the folder that holds it)"
