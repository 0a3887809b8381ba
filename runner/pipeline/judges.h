// All judges behind one call: the pure ones of `scoring`, and code, whose jobs run in the sandbox.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/records/condition.h"
#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"
#include "data/store/store.h"
#include "runner/sandbox/sandbox.h"
#include "scoring/code/code.h"

namespace candor::runner {

// An answer to be judged; both must outlive the judging.
struct Answered {
  const data::Question* question;
  const data::Generation* generation;
  const data::Condition* condition = nullptr;  // how it was asked; null: nothing is known of it
};

// Any number of threads may use one.
class Judges {
 public:
  // Why code cannot be run here; empty when it can.
  const std::optional<std::string>& sandbox_unavailable() const { return sandbox_.unavailable(); }

  // Error for a question whose reference lacks what its judge needs; for code without a sandbox.
  // `condition` may be null; the audit reads the language that it asks for.
  data::Verdict judge(const data::Question& question, const data::Generation& generation,
                      const data::Condition* condition = nullptr) const;

  // The verdicts of many, in their order. Answers with code are judged several at a time: their
  // boxes wait for the system more than they compute.
  std::vector<data::Verdict> judge_all(const std::vector<Answered>& answers) const;

  // `candor judge code`: one task by itself. "not_scored" without a sandbox.
  scoring::CodeVerdict judge_code(const scoring::CodeTask& task) const;

  // How many code answers are judged at a time: one a processor, each with two boxes at most.
  static int code_workers();

 private:
  scoring::CodeBoxes boxes() const;

  Sandbox sandbox_;
};

// Judges the stored samples that a store hands out one by one.
class SampleJudging {
 public:
  explicit SampleJudging(const Judges& judges) : judges_(judges) {}

  void add(const data::SampleRow& row);
  // The generations' ids with their verdicts, in the order of the samples.
  std::vector<std::pair<std::int64_t, data::Verdict>> finish();

 private:
  void judge_held();

  const Judges& judges_;
  std::vector<data::SampleRow> held_;
  std::vector<std::pair<std::int64_t, data::Verdict>> verdicts_;
};

}  // namespace candor::runner
