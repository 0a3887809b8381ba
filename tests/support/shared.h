// Where the reference material of the tests lies. It belongs to others and is not part of the
// repository: tests that need it call CANDOR_NEEDS_SHARED, which skips with the reason.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string_view>

namespace candor::tests {

// `relative` within the folder of the reference material: CANDOR_SHARED, else beside the sources.
std::filesystem::path shared_path(std::string_view relative);

// `relative` within the sources of the project.
std::filesystem::path source_path(std::string_view relative);

}  // namespace candor::tests

#define CANDOR_NEEDS_SHARED(relative)                                                     \
  if (!std::filesystem::exists(candor::tests::shared_path(relative)))                     \
  GTEST_SKIP() << "reference material not here: " << candor::tests::shared_path(relative) \
               << " (set CANDOR_SHARED to the folder that holds it)"
