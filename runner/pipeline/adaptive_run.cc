#include "runner/pipeline/adaptive_run.h"

#include <set>

#include "runner/pipeline/recorder.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

AdaptiveRun::AdaptiveRun(const Plan& start, Provider& provider, data::StoreWriter& store,
                         const Judges& judges, const std::string& command)
    : info_(start.suites.at(0).suite.info),
      condition_(start.suites.at(0).condition),
      repeats_(start.repeats),
      seed_(start.seed),
      provider_(provider),
      store_(store),
      judges_(judges) {
  provider.check(start.asks);
  const data::Manifest manifest = make_manifest(start, provider, command);
  const std::optional<data::Run> unfinished = store.unfinished(manifest.plan_hash());
  run_ = unfinished ? *unfinished : store.start(manifest);
  // Until the search is done: a process that is killed leaves a run that is gone on with.
  store.set_status(run_.id, "running");
  store.put(condition_);
}

Plan AdaptiveRun::plan_of(const std::vector<data::Question>& questions) const {
  Plan plan;
  plan.repeats = repeats_;
  plan.seed = seed_;
  PlannedSuite planned;
  planned.suite.info = info_;
  planned.suite.questions = questions;
  planned.condition = condition_;
  plan.suites.push_back(std::move(planned));
  return plan;
}

std::optional<std::vector<std::vector<JudgedAnswer>>> AdaptiveRun::ask(
    const std::vector<data::Question>& questions) {
  Plan plan = plan_of(questions);
  const std::string condition = condition_.hash();
  store_.batch([&] {
    for (const data::Question& question : questions) store_.put(question);
  });
  std::vector<Ask> left;
  for (const data::Question& question : plan.suites[0].suite.questions) {
    for (int repeat = 0; repeat < repeats_; ++repeat) {
      if (store_.generation(run_.id, {question.hash(), condition, repeat})) {
        ++found_;
      } else {
        left.push_back({&question, &plan.suites[0].condition, repeat});
      }
    }
  }
  if (!left.empty()) {
    Recorder recorder(store_, run_.id, plan, judges_);
    provider_.generate(
        left, seed_, [&](data::Generation&& generation) { recorder.push(std::move(generation)); },
        stop_requested());
    recorder.finish();
    generated_ += recorder.stored();
    if (recorder.stored() < left.size()) {
      store_.set_status(run_.id, "interrupted");
      return std::nullopt;
    }
  }
  std::vector<std::vector<JudgedAnswer>> answers;
  for (const data::Question& question : questions) {
    std::vector<JudgedAnswer>& repeats = answers.emplace_back();
    for (int repeat = 0; repeat < repeats_; ++repeat) {
      JudgedAnswer answer;
      answer.generation = store_.generation(run_.id, {question.hash(), condition, repeat}).value();
      // Judges are pure: this is the verdict that was stored.
      answer.verdict = judges_.judge(question, answer.generation, &condition_);
      repeats.push_back(std::move(answer));
    }
  }
  return answers;
}

void AdaptiveRun::finish() {
  judge_missing(store_, run_.id, judges_);
  store_.set_status(run_.id, "finished");
}

}  // namespace candor::runner
