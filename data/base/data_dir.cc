#include "data/base/data_dir.h"

#include <cstdlib>

#include "data/base/error.h"

namespace candor::data {

std::filesystem::path data_dir() {
  const char* named = std::getenv("CANDOR_DATA");
  if (named != nullptr && *named != '\0') return named;
  return std::filesystem::path(CANDOR_SOURCE_DIR) / "data";
}

std::filesystem::path data_file(std::string_view relative) {
  const std::filesystem::path path = data_dir() / relative;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    fail(
        "{}: a data file of the program is missing; set CANDOR_DATA to the folder \"data\" of its "
        "sources",
        path.string());
  }
  return path;
}

}  // namespace candor::data
