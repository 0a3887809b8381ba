// Where a model runs. A device runs the step it is given and decides nothing: what is in the step,
// and what becomes of the tokens, is the planner's business (engine/batch).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/records/condition.h"
#include "engine/device/device_report.h"
#include "engine/model/step_plan.h"
#include "engine/sample/sampler.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

// The sizes of steps at which a device works well. They change how long a run takes and nothing
// else.
struct StepSizes {
  std::size_t batch = 32;   // sequences in flight
  std::size_t chunk = 256;  // prompt rows of a step without sequences that generate
  // Rows that a step with generating sequences is filled up to with prompt rows: reading the
  // weights then takes about as long as multiplying with them, and neither waits for the other.
  std::size_t mixed_rows = 64;
  // Pages of known prompts that are kept though no sequence uses them.
  std::size_t kept_pages = 64;
};

// What is wanted of the logits of one row.
struct LogitUse {
  const data::Sampling* sampling = nullptr;  // a token is to be chosen; null: `judged` is judged
  double uniform = 0;                        // of the choice
  TokenId judged = 0;
  std::vector<float>* keep = nullptr;  // gets the logits as well, where they are wanted
};
struct LogitOutcome {
  Choice choice;  // or
  Judged judged;
};

class Device {
 public:
  virtual ~Device() = default;

  virtual std::size_t vocabulary() const = 0;
  virtual std::size_t page_count() const = 0;  // pages it has room for: ids below this
  virtual StepSizes step_sizes() const { return {}; }

  virtual void run(const StepPlan& plan) = 0;
  // Logits of plan.logit_rows[first … first + count - 1] of the last step: [count, vocabulary], in
  // host memory, valid until the next call of either.
  virtual std::span<const float> logits(std::size_t first, std::size_t count) = 0;
  // One use for each of plan.logit_rows of the last step. Only the first `vocabulary` tokens take
  // part. Unless a device can do better, the logits are fetched and the host's threads choose.
  virtual void use_logits(std::span<const LogitUse> uses, std::size_t vocabulary,
                          std::span<LogitOutcome> outcomes);
  // Copies the keys and values of a page, in all layers.
  virtual void copy_page(PageId from, PageId to) = 0;

  // Measures what the device can do: takes seconds. What pages hold is lost. Nothing on
  // processors.
  virtual DeviceReport report() { return {}; }

  // Threads of the host.
  virtual kernels::ThreadPool& threads() = 0;

 private:
  std::vector<SamplerScratch> scratch_;  // one a thread
};

// What the logits of a row say, on the host.
LogitOutcome outcome_of(std::span<const float> logits, const LogitUse& use,
                        SamplerScratch& scratch);

}  // namespace candor::engine
