// What the kinds of `candor replay` share; no command of its own.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "runner/commands/commands.h"
#include "runner/pipeline/plan.h"
#include "runner/replay/transcripts.h"

namespace candor::runner {

// The first twenty on standard error, and how many more there are.
void say_errors(const std::vector<std::string>& errors);

// One file's hash; of several, the hash of their hashes in order.
std::string hash_of(const std::vector<std::filesystem::path>& files);

// What the files' own graders said, as means by their names: another's figures, never mixed with
// ours.
boost::json::object marks_json(const Transcripts& transcripts);

// On standard error: the notices, and the files' own figures.
void say_notices(const Transcripts& transcripts);

// Why no question was found, with what the user's own choice may have to do with it.
std::string unmatched(const ReplayOptions& options, const std::string& why);

Plan plan_of(const ReplayOptions& options);

// Every row by options.rule: the exit status.
int replay_by_rule(const ReplayOptions& options, Transcripts transcripts);

// Bilingual transcripts of an audit (runner/replay/audit_rows.h): the exit status.
int replay_audit(const ReplayOptions& options);

}  // namespace candor::runner
