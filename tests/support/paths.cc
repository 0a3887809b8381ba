#include <cstdlib>

#include "tests/support/shared.h"

namespace candor::tests {

std::filesystem::path source_path(std::string_view relative) {
  // Test programs that were built on another machine are told where the sources are here.
  const char* moved = std::getenv("CANDOR_SOURCES");
  return std::filesystem::path(moved != nullptr ? moved : CANDOR_SOURCE_DIR) / relative;
}

std::filesystem::path shared_path(std::string_view relative) {
  const char* root = std::getenv("CANDOR_SHARED");
  return (root != nullptr ? std::filesystem::path(root) : source_path("../shared")) / relative;
}

}  // namespace candor::tests
