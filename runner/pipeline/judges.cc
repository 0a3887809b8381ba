#include "runner/pipeline/judges.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "data/base/error.h"
#include "runner/pipeline/workers.h"
#include "scoring/audit/audit.h"
#include "scoring/exact/exact.h"
#include "scoring/knowledge/knowledge.h"
#include "scoring/likelihood/likelihood.h"
#include "scoring/scoring.h"

namespace candor::runner {

namespace {

SandboxJob boxed(const scoring::CodeJob& job) {
  SandboxJob result{job.files, job.command, {}};
  result.limits.cpu_seconds = job.cpu_seconds;
  result.limits.memory_bytes = static_cast<std::uint64_t>(job.memory_mib) << 20U;
  result.limits.file_bytes = static_cast<std::uint64_t>(job.file_mib) << 20U;
  result.limits.output_bytes = job.output_bytes;
  return result;
}

scoring::CodeRun reported(SandboxResult&& result) {
  scoring::CodeRun run;
  run.exit_code = result.exit_code;
  run.timed_out = result.timed_out;
  run.out_of_memory = result.out_of_memory;
  run.stopped = result.stopped;
  run.retried = result.retried;
  run.output = std::move(result.output);
  run.errors = std::move(result.errors);
  return run;
}

}  // namespace

scoring::CodeBoxes Judges::boxes() const {
  return {[this](const scoring::CodeJob& job, const std::string& input) {
            return reported(sandbox_.run(boxed(job), input));
          },
          [this](const scoring::CodeJob& tester, const scoring::CodeJob& candidate) {
            auto [first, second] = sandbox_.run_connected(boxed(tester), boxed(candidate));
            return scoring::CodeRuns{reported(std::move(first)), reported(std::move(second))};
          },
          // The boxes see the system's own programs and nothing else.
          [](const std::string& program) {
            return ::access(("/usr/bin/" + program).c_str(), X_OK) == 0;
          }};
}

int Judges::code_workers() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

data::Verdict Judges::judge(const data::Question& question, const data::Generation& generation,
                            const data::Condition* condition) const {
  if (question.judge == "audit") {
    return scoring::judge_audit(question, generation,
                                condition == nullptr ? "" : condition->answer_language);
  }
  if (question.judge == "exact") return scoring::judge_exact(question, generation);
  if (question.judge == "likelihood") return scoring::judge_likelihood(question, generation);
  if (question.judge == "knowledge") return scoring::judge_knowledge(question, generation);
  if (question.judge != "code") return scoring::judge(question, generation);
  if (sandbox_.unavailable()) {
    fail("question {}: code is not run without a sandbox: {}", question.id,
         *sandbox_.unavailable());
  }
  return scoring::judge_code_answer(question, generation, boxes());
}

std::vector<data::Verdict> Judges::judge_all(const std::vector<Answered>& answers) const {
  std::vector<data::Verdict> verdicts(answers.size());
  const auto judge_one = [&](std::size_t i) {
    verdicts[i] = judge(*answers[i].question, *answers[i].generation, answers[i].condition);
  };
  std::vector<std::size_t> code;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].question->judge == "code") {
      code.push_back(i);
    } else {
      judge_one(i);
    }
  }
  in_parallel(code.size(), code_workers(), [&](std::size_t i) { judge_one(code[i]); });
  return verdicts;
}

void SampleJudging::add(const data::SampleRow& row) {
  constexpr std::size_t kHeld = 256;
  held_.push_back(row);
  if (held_.size() >= kHeld) judge_held();
}

void SampleJudging::judge_held() {
  std::vector<Answered> answers;
  for (const data::SampleRow& row : held_) {
    answers.push_back({&row.question, &row.generation, &row.condition});
  }
  std::vector<data::Verdict> found = judges_.judge_all(answers);
  for (std::size_t i = 0; i < held_.size(); ++i) {
    verdicts_.emplace_back(held_[i].generation_id, std::move(found[i]));
  }
  held_.clear();
}

std::vector<std::pair<std::int64_t, data::Verdict>> SampleJudging::finish() {
  judge_held();
  return std::move(verdicts_);
}

scoring::CodeVerdict Judges::judge_code(const scoring::CodeTask& task) const {
  if (sandbox_.unavailable()) return {"not_scored", *sandbox_.unavailable()};
  return scoring::judge_code(task, boxes());
}

}  // namespace candor::runner
