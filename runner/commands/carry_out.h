// What the commands that ask a model have in common: plan, load, ask, store, judge.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "runner/commands/commands.h"

namespace candor::runner {

struct CarriedOut {
  std::string run_id;  // empty where only the plan was asked for
  // The exit status; not 0: interrupted, or every sample failed, with words on standard error.
  int status = 0;
};

// Makes the plan and says it, asks what is not stored yet and judges it; nothing is reported.
// Throws Error, also where several samples would be the same or the report could not be written.
CarriedOut carry_out(const RunOptions& options);

// Throws Error where no file can be made at this place: known before an hour of answers, not after.
void check_report_place(const std::filesystem::path& report);

// Calls `write`; to its Error is added that `again`, a command, writes the report without asking.
void write_report(const std::string& again, const std::function<void()>& write);

}  // namespace candor::runner
