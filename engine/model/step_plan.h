// One step of the model as the planner wants it: which tokens at which positions of which
// sequences, where their pages are, and whose logits are needed. A device runs it and decides
// nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

// A page of kernels::kPageTokens positions, in all layers.
using PageId = std::uint32_t;

struct StepPlan {
  struct Row {
    TokenId token = 0;
    std::int64_t position = 0;
    std::uint32_t sequence = 0;  // index into `pages`
  };

  // Rows of one sequence stand together, in ascending position without gaps. Keys before the first
  // of them are already in its pages.
  std::vector<Row> rows;
  // Of each sequence: page i holds positions [64 i, 64 i + 63]. Pages that are written in this step
  // belong to one sequence alone.
  std::vector<std::vector<PageId>> pages;
  // Indices into `rows`, ascending.
  std::vector<std::uint32_t> logit_rows;

  void clear() {
    rows.clear();
    pages.clear();
    logit_rows.clear();
  }
};

}  // namespace candor::engine
