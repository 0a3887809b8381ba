// The requests of one run that are in flight: admission, steps, what becomes of the logits. Made
// for one call of Scheduler::run and gone with it, and then no page is held.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "engine/batch/scheduler.h"
#include "engine/batch/sequence.h"

namespace candor::engine {

class Flight {
 public:
  Flight(Device& device, KvCache& cache, const StopTokens& stops, const BatchOptions& options,
         std::span<const Request> requests, std::deque<std::size_t> queue,
         EngineCounters& counters);
  ~Flight();
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  bool finished() const { return queue_.empty() && put_off_.empty() && active_.empty(); }
  void admit();
  // Runs one step and takes its tokens; completed requests are told to `done`.
  void step(const Scheduler::Done& done);

 private:
  using SequencePtr = std::unique_ptr<Sequence>;

  bool fits(std::span<const TokenId> tokens) const;
  bool awaits_prefix(const Request& request) const;
  void start(SequencePtr sequence);
  std::size_t prompt_rows() const;
  void plan();
  bool make_room(std::size_t position, std::size_t rows);
  void choose_tokens();
  void finish(const Scheduler::Done& done);
  void forget_old_prompts();

  Device& device_;
  KvCache& cache_;
  const StopTokens& stops_;
  const BatchOptions& options_;
  std::span<const Request> requests_;
  std::deque<std::size_t> queue_;
  EngineCounters& counters_;

  std::vector<SequencePtr> active_;  // in order of admission
  std::deque<SequencePtr> put_off_;  // preempted, oldest first

  struct Planned {
    std::size_t sequence;  // index into active_
    std::size_t rows;
  };
  std::vector<Planned> planned_;
  StepPlan plan_;
  struct LogitRow {
    std::size_t sequence;  // index into active_
    std::size_t position;  // of the token that was run
  };
  std::vector<LogitRow> logit_rows_;            // as in plan_
  std::vector<LogitUse> uses_;                  // of logit_rows_
  std::vector<LogitOutcome> outcomes_;          // of logit_rows_
  std::deque<std::vector<float>> last_logits_;  // of scored sequences, after their last token
  std::vector<bool> over_;                      // of active_: its last token has been chosen
};

}  // namespace candor::engine
