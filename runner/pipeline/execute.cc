#include "runner/pipeline/execute.h"

#include <chrono>
#include <map>
#include <set>

#include "data/base/error.h"
#include "runner/pipeline/recorder.h"
#include "runner/pipeline/turns.h"
#include "runner/terminal/interrupt.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string key_text(const data::SampleKey& key) {
  return fmt::format("{}:{}:{}", key.question_hash, key.condition_hash, key.repeat);
}

std::vector<Ask> left_to_ask(const Plan& plan, const std::vector<data::SampleKey>& stored) {
  std::set<std::string> known;
  for (const data::SampleKey& key : stored) known.insert(key_text(key));
  std::vector<Ask> left;
  for (const Ask& ask : plan.asks) {
    const data::SampleKey key{ask.question->hash(), ask.condition->hash(), ask.repeat};
    if (!known.contains(key_text(key))) left.push_back(ask);
  }
  return left;
}

// Tokens are what takes the time; samples still open are expected to be as long as those done.
std::string progress_line(std::size_t now, std::size_t errors, const Flow& flow, std::size_t found,
                          std::size_t asked, double seconds) {
  const double share =
      asked == 0 ? 1 : static_cast<double>(found + now) / static_cast<double>(asked);
  const double rate =
      static_cast<double>(flow.prompt_tokens + flow.generated_tokens) / std::max(seconds, 1e-9);
  const double left =
      now == 0 ? -1 : seconds / static_cast<double>(now) * static_cast<double>(asked - found - now);
  std::string line =
      fmt::format("{} {}/{} answers, {} in flight, {:.0f} tokens/s, {} left", bar(share, 24),
                  found + now, asked, flow.in_flight, rate, clock_text(left));
  if (errors > 0) line += fmt::format(", {} errors", errors);
  return line;
}

}  // namespace

data::Manifest make_manifest(const Plan& plan, const Provider& provider,
                             const std::string& command) {
  data::Manifest manifest;
  provider.describe(manifest);
  describe_plan(plan, manifest);
  manifest.command = command;
  return manifest;
}

std::size_t judge_missing(data::StoreWriter& store, const std::string& run_id,
                          const Judges& judges) {
  SampleJudging judging(judges);
  store.unjudged(run_id, [&](const data::SampleRow& row) {
    if (row.question.judge == "code" && judges.sandbox_unavailable()) return;
    judging.add(row);
  });
  const auto verdicts = judging.finish();
  store.batch([&] {
    for (const auto& [id, verdict] : verdicts) store.put(id, verdict);
  });
  return verdicts.size();
}

Executed execute(const Plan& plan, Provider& provider, data::StoreWriter& store,
                 const Judges& judges, const ExecuteOptions& options) {
  provider.check(plan.asks);
  const data::Manifest manifest = make_manifest(plan, provider, options.command);
  Executed result;
  const std::optional<data::Run> unfinished = store.unfinished(manifest.plan_hash());
  result.run = unfinished ? *unfinished : store.start(manifest);
  const std::string& run_id = result.run.id;
  if (unfinished) store.set_status(run_id, "running");
  store.batch([&] {
    for (const PlannedSuite& planned : plan.suites) {
      store.put(planned.condition);
      for (const data::Condition& condition : planned.further) store.put(condition);
      for (const data::Question& question : planned.suite.questions) store.put(question);
    }
  });

  result.asked = plan.asks.size();
  std::vector<Ask> left = left_to_ask(plan, store.stored(run_id));
  const std::map<std::string, double> lengths = store.answer_lengths();
  for (Ask& ask : left) {
    if (const auto found = lengths.find(ask.question->hash()); found != lengths.end()) {
      ask.expected_tokens = found->second;
    }
  }
  result.found = result.asked - left.size();
  const std::size_t to_ask = left.size();
  if (!options.quiet && unfinished) {
    fmt::print(stderr, "going on with run {}: {} of {} answers are stored\n", run_id, result.found,
               result.asked);
  }

  const Clock::time_point start = Clock::now();
  for (std::vector<Ask>& turn : by_turn(plan, std::move(left))) {
    if (stop_requested()) break;
    std::vector<data::Generation> not_asked;
    if (options.histories) fill_histories(plan, store, run_id, turn, not_asked);
    Recorder recorder(store, run_id, plan, judges);
    {
      const Progress progress(
          [&] {
            return progress_line(result.generated + recorder.stored(),
                                 result.errors + recorder.errors(), provider.flow(), result.found,
                                 result.asked, seconds_since(start));
          },
          options.quiet);
      for (data::Generation& generation : not_asked) recorder.push(std::move(generation));
      provider.generate(
          turn, plan.seed,
          [&](data::Generation&& generation) { recorder.push(std::move(generation)); },
          stop_requested());
      recorder.finish();
    }
    result.generated += recorder.stored();
    result.errors += recorder.errors();
  }
  result.seconds = seconds_since(start);
  result.not_started = to_ask - result.generated;
  const Flow flow = provider.flow();
  result.prompt_tokens = flow.prompt_tokens;
  result.generated_tokens = flow.generated_tokens;

  judge_missing(store, run_id, judges);
  result.run.status = result.not_started == 0 ? "finished" : "interrupted";
  store.set_status(run_id, result.run.status);
  return result;
}

}  // namespace candor::runner
