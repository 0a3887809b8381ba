#include <cstdlib>

#include "tests/support/shared.h"

namespace candor::tests {

std::filesystem::path source_path(std::string_view relative) {
  return std::filesystem::path(CANDOR_SOURCE_DIR) / relative;
}

std::filesystem::path shared_path(std::string_view relative) {
  const char* root = std::getenv("CANDOR_SHARED");
  return (root != nullptr ? std::filesystem::path(root) : source_path("../shared")) / relative;
}

}  // namespace candor::tests
