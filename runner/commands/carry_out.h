// What the commands that ask a model have in common: plan, load, ask, store, judge.
#pragma once

#include <string>

#include "runner/commands/commands.h"

namespace candor::runner {

struct CarriedOut {
  std::string run_id;  // empty where only the plan was asked for
  int status = 0;  // not 0: interrupted, with words on standard error; the exit status
};

// Makes the plan and says it, asks what is not stored yet and judges it; nothing is reported. Throws Error.
CarriedOut carry_out(const RunOptions& options);

}  // namespace candor::runner
