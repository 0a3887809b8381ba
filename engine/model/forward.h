// The forward pass: the rows of a StepPlan through every layer, written once over ArchSpec.
//
// Every operation works on a row by itself, or on a row and the keys of its own sequence, so a
// row's result has the same bits in any plan. Buffers grow to the largest plan seen and are kept.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/model/model.h"
#include "engine/model/step_plan.h"
#include "kernels/attention.h"
#include "kernels/matrix.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

// The memory of the pages: page p of layer l begins at base + (p * layers + l) * page_bytes.
struct PageMemory {
  std::byte* base = nullptr;
  std::size_t layer_bytes = 0;  // kernels::page_bytes
  std::size_t layers = 0;

  std::byte* page(PageId page, std::size_t layer) const {
    return base + (static_cast<std::size_t>(page) * layers + layer) * layer_bytes;
  }
};

class Forward {
 public:
  Forward(const Model& model, PageMemory memory, kernels::KvFormat format,
          kernels::ThreadPool& pool);

  // Writes keys and values of all rows to their pages and keeps the final hidden rows of
  // plan.logit_rows for `logits`.
  void run(const StepPlan& plan);

  // Logits of plan.logit_rows[first … first + count - 1] of the last run: [count, vocabulary],
  // valid until the next call.
  std::span<const float> logits(std::size_t first, std::size_t count);

 private:
  void prepare(const StepPlan& plan);
  void normed(const float* x, std::span<const float> weight, std::size_t rows);
  kernels::Product product(const Linear& linear, std::vector<float>& y, bool add = false) const;
  void embed(const StepPlan& plan);
  void attend(const StepPlan& plan, std::size_t layer);
  void feed_forward(std::size_t layer);
  void keep_logit_rows(const StepPlan& plan);

  const Model& model_;
  PageMemory memory_;
  kernels::AttentionShape shape_;
  kernels::ThreadPool& pool_;
  kernels::Activations activations_;

  std::size_t rows_ = 0;          // rows in x_: all of the plan, then its logit rows
  std::vector<float> x_;          // [rows, width] the residual stream
  std::vector<float> q_, k_, v_;  // [rows, heads * head_dim], [rows, kv_heads * head_dim]
  std::vector<float> attended_;   // [rows, heads * head_dim]
  std::vector<float> gate_, up_;  // [rows, ffn width]
  std::vector<float> hidden_;     // [logit rows, width] after the final norm
  std::vector<float> logits_;
  std::vector<std::vector<float>> cos_, sin_;  // of each rope: [rows, rotated / 2]
  std::vector<std::byte*> pages_;              // of all sequences, in the current layer
  std::vector<std::size_t> first_page_;        // of each sequence in pages_
  std::vector<kernels::AttentionRow> attention_rows_;
};

}  // namespace candor::engine
