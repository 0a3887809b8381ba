// A StepPlan as the arrays that the device reads: tokens, positions, pages, and the lists of
// attention, packed into one block of memory that is copied at once. It decides nothing about the
// step; attention_plan.h decides who shares loads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/model/step_plan.h"
#include "kernels/cuda/attention_plan.h"

namespace candor::engine {

// The windows that layers have, each once, in the order in which they first appear. A step has
// lists of attention for each.
std::vector<std::int32_t> distinct_windows(const ArchSpec& spec);

// How many entries the arrays of a step have room for. Steps of the same shape lie in memory the
// same way and run the same operations: what is recorded for one serves them all.
struct StepShape {
  struct Lists {
    std::uint32_t items = 0, queries = 0, merges = 0, tables = 0;
    std::uint32_t most_queries = 0;
    bool operator==(const Lists&) const = default;
  };
  std::uint32_t rows = 0;
  std::uint32_t logit_rows = 0;
  bool gathered = false;  // logit_rows are a part of the rows, else they are the rows
  std::vector<Lists> windows;

  bool operator==(const StepShape&) const = default;
};

// Where the arrays of a shape begin, in bytes from the block's start.
struct StepLayout {
  struct Lists {
    std::size_t counts = 0, items = 0, queries = 0, merges = 0, tables = 0;
  };
  explicit StepLayout(const StepShape& shape);

  std::size_t tokens = 0, positions = 0, pages = 0, logit_rows = 0;
  std::vector<Lists> windows;
  std::size_t bytes = 0;
};

class CudaStep {
 public:
  CudaStep(const ArchSpec& spec, int processors, std::uint32_t most_partials);

  // Plans attention. The step plan must outlive the next two calls.
  void plan(const StepPlan& plan);
  // Every sequence has one row whose logits are wanted: the step that is repeated most.
  bool is_decode() const { return decode_; }
  // Exactly its sizes, or rounded up so that neighbouring steps share one.
  StepShape shape(bool rounded) const;
  // Writes the arrays to `block`, of StepLayout(shape).bytes. Rows beyond those of the plan are
  // padding: position -1.
  void write(const StepShape& shape, const StepLayout& layout, std::byte* block) const;

 private:
  const ArchSpec& spec_;
  int processors_;
  std::uint32_t most_partials_;
  std::vector<std::int32_t> windows_;

  const StepPlan* plan_ = nullptr;
  bool decode_ = false;
  std::vector<kernels::cuda::AttentionToken> tokens_;
  std::vector<std::span<const std::uint32_t>> pages_;
  kernels::cuda::AttentionPlanner planner_;
  std::vector<kernels::cuda::AttentionPlan> attention_;  // of each window
};

// The next of a fixed row of sizes, at most an eighth larger from 8 on.
std::uint32_t rounded_size(std::uint32_t count);

}  // namespace candor::engine
