// Where a model runs. A device runs the step it is given and decides nothing: what is in the step,
// and what becomes of the logits, is the planner's business (engine/batch).
#pragma once

#include <cstddef>
#include <span>

#include "engine/model/step_plan.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

class Device {
 public:
  virtual ~Device() = default;

  virtual std::size_t vocabulary() const = 0;
  virtual std::size_t page_count() const = 0;  // pages it has room for: ids below this

  virtual void run(const StepPlan& plan) = 0;
  // Logits of plan.logit_rows[first … first + count - 1] of the last step: [count, vocabulary], in
  // host memory, valid until the next call of either.
  virtual std::span<const float> logits(std::size_t first, std::size_t count) = 0;
  // Copies the keys and values of a page, in all layers.
  virtual void copy_page(PageId from, PageId to) = 0;

  // Threads of the host, for what is done with the logits.
  virtual kernels::ThreadPool& threads() = 0;
};

}  // namespace candor::engine
