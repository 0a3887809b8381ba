// What the kinds of `candor replay` share; no command of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runner/commands/commands.h"

namespace candor::runner {

// The first twenty on standard error, and how many more there are.
void say_errors(const std::vector<std::string>& errors);

// One file's hash; of several, the hash of their hashes in order.
std::string hash_of(const std::vector<std::filesystem::path>& files);

// Bilingual transcripts of an audit (runner/replay/audit_rows.h): the exit status.
int replay_audit(const ReplayOptions& options);

}  // namespace candor::runner
