// Where the data that ships with the program lies: the folder `data` of the sources, or the folder
// that the environment variable CANDOR_DATA names. Not for what users make (the store, models).
#pragma once

#include <filesystem>
#include <string_view>

namespace candor::data {

std::filesystem::path data_dir();

// The file below data_dir(), "sets/models.yaml". Throws Error that names the path and
// CANDOR_DATA when it is not there or not a regular file.
std::filesystem::path data_file(std::string_view relative);

}  // namespace candor::data
