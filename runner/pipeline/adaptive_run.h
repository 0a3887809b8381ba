// A run whose questions are not known beforehand: what was answered decides what is asked next (a
// search). Stored, judged and gone on with like any other run; its plan is that of the question it
// starts from, so the same search finds its unfinished run and asks nothing twice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/store/store.h"
#include "runner/pipeline/execute.h"
#include "runner/pipeline/judges.h"
#include "runner/pipeline/plan.h"
#include "runner/providers/provider.h"

namespace candor::runner {

struct JudgedAnswer {
  data::Generation generation;
  data::Verdict verdict;
};

class AdaptiveRun {
 public:
  // `start` holds the one suite, with the question that the search starts from; that question's
  // reference names everything that decides the search. Provider, store and judges must outlive the
  // run. Throws as execute() does.
  AdaptiveRun(const Plan& start, Provider& provider, data::StoreWriter& store, const Judges& judges,
              const std::string& command);

  const data::Run& run() const { return run_; }
  std::size_t found() const { return found_; }          // answers that were stored already
  std::size_t generated() const { return generated_; }  // answers asked now

  // The answers to each question, one a repeat, in the order of the questions. Asks as one batch
  // what is not stored yet. None when the program is being stopped before all are there; what came
  // until then is stored.
  std::optional<std::vector<std::vector<JudgedAnswer>>> ask(
      const std::vector<data::Question>& questions);

  void finish();  // the search is done; else the run stays interrupted

 private:
  Plan plan_of(const std::vector<data::Question>& questions) const;

  const suites::SuiteInfo info_;
  const data::Condition condition_;
  const int repeats_;
  const std::uint64_t seed_;
  Provider& provider_;
  data::StoreWriter& store_;
  const Judges& judges_;
  data::Run run_;
  std::size_t found_ = 0;
  std::size_t generated_ = 0;
};

}  // namespace candor::runner
