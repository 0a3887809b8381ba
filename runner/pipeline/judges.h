// All judges behind one call: the pure ones of `scoring`, and code, whose jobs run in the sandbox.
#pragma once

#include <optional>
#include <string>

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"
#include "runner/sandbox/sandbox.h"
#include "scoring/code/code.h"

namespace candor::runner {

class Judges {
 public:
  // Why code cannot be run here; empty when it can.
  const std::optional<std::string>& sandbox_unavailable() const { return sandbox_.unavailable(); }

  // Error for a question whose reference lacks what its judge needs; for code without a sandbox.
  data::Verdict judge(const data::Question& question, const data::Generation& generation) const;

  // `candor judge code`: one task by itself. "not_scored" without a sandbox.
  scoring::CodeVerdict judge_code(const scoring::CodeTask& task) const;

 private:
  scoring::CodeRuns run_connected(const scoring::CodeJob& tester,
                                  const scoring::CodeJob& candidate) const;
  scoring::RunConnected runner() const;

  Sandbox sandbox_;
};

}  // namespace candor::runner
