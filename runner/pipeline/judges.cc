#include "runner/pipeline/judges.h"

#include "data/base/error.h"
#include "scoring/exact/exact.h"
#include "scoring/likelihood/likelihood.h"
#include "scoring/scoring.h"

namespace candor::runner {

scoring::CodeRuns Judges::run_connected(const scoring::CodeJob& tester,
                                        const scoring::CodeJob& candidate) const {
  const auto boxed = [](const scoring::CodeJob& job) {
    return SandboxJob{job.files, job.command, {}};
  };
  auto [first, second] = sandbox_.run_connected(boxed(tester), boxed(candidate));
  return {{first.exit_code, first.timed_out, std::move(first.errors)},
          {second.exit_code, second.timed_out, std::move(second.errors)}};
}

scoring::RunConnected Judges::runner() const {
  return [this](const scoring::CodeJob& tester, const scoring::CodeJob& candidate) {
    return run_connected(tester, candidate);
  };
}

data::Verdict Judges::judge(const data::Question& question,
                            const data::Generation& generation) const {
  if (question.judge == "exact") return scoring::judge_exact(question, generation);
  if (question.judge == "likelihood") return scoring::judge_likelihood(question, generation);
  if (question.judge != "code") return scoring::judge(question, generation);
  if (sandbox_.unavailable()) {
    fail("question {}: code is not run without a sandbox: {}", question.id,
         *sandbox_.unavailable());
  }
  return scoring::judge_code_answer(question, generation, runner());
}

scoring::CodeVerdict Judges::judge_code(const scoring::CodeTask& task) const {
  if (sandbox_.unavailable()) return {"not_scored", *sandbox_.unavailable()};
  return scoring::judge_code(task, runner());
}

}  // namespace candor::runner
