// Gets the published files of a public suite (data/sets/suites) from their published addresses or
// from a folder, and keeps them only when every one has the registered SHA-256.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "suites/files/description.h"

namespace candor::runner {

struct SuitePull {
  // Files are taken from here instead: DIR/FILE, DIR/NAME/FILE or DIR/MIRROR/FILE, NAME being the
  // suite's name and MIRROR the folder its description names.
  std::optional<std::filesystem::path> mirror;
  std::function<void(const std::string&)> say;  // one line for a person
};

// True when every registered file is there with its size and hash; `examples`: those too that only
// worked examples come from.
bool verify_suite(const suites::Description& description, bool examples = false);

// Returns the suite's folder (suites::public_folder). What is there and right is left alone; else
// all files are put together in a folder beside it, which then takes its place: a suite is there
// whole or not at all. Files that an earlier pull left, broken off or killed, are not got again. A
// mirror may lack the files of worked examples. Throws Error naming the file and what happened: no
// such file in the mirror, a failed download, another size or hash, a file without a published
// address.
std::filesystem::path pull_suite(const suites::Description& description, const SuitePull& options);

}  // namespace candor::runner
