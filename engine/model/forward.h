// The forward pass: the rows of a StepPlan through every layer, written once over ArchSpec.
//
// Every operation works on a row by itself, or on a row and the keys of its own sequence, so a
// row's result has the same bits in any plan. Buffers grow to the largest plan seen and are kept.
// The parts: forward.cc (the frame), forward_attention.cc (grouped-query and latent attention),
// forward_ffn.cc (dense feed-forward and mixtures of experts).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/model/model.h"
#include "engine/model/routing.h"
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

// What the attention kernel sees. Latent attention is, in its absorbed form, that of one kv head
// for all query heads, whose keys are latents with the rotated values behind them and whose values
// are the latents (DeepSeek-V2, section 2.1.2 and appendix C).
kernels::AttentionShape attention_shape(const AttentionSpec& spec, kernels::KvFormat format);

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
  void embed(const StepPlan& plan);
  // The rows that the next products multiply: RMS norm of `rows` rows of x.
  void normed(const float* x, std::span<const float> weight, std::size_t rows);
  kernels::Product product(const Linear& linear, float* y) const;
  // x += rows W^T, with a norm of the product between where there is one.
  void add_to_residual(const Linear& linear, std::span<const float> norm);
  void add_rows(const float* rows, std::span<const float> norm);

  void attend(const StepPlan& plan, std::size_t layer);
  void project_grouped(const StepPlan& plan, std::size_t layer);
  void project_latent(const StepPlan& plan, std::size_t layer);
  void absorb_queries(const LatentSpec& latent, const LatentWeights& weights);
  void expand_values(const LatentSpec& latent, const LatentWeights& weights);
  void store(const StepPlan& plan, std::size_t row, const float* k, const float* v);
  void attend_rows(const StepPlan& plan, std::size_t layer);
  void keep_logit_rows(const StepPlan& plan);

  void feed_forward(std::size_t layer);
  // To y: [rows, spec.width]; the rows are those of activations_.
  void dense(const LayerWeights& weights, std::size_t width, float* y, bool add);
  void experts(const LayerWeights& weights, float* y);
  void choose_experts(const ExpertWeights& weights);
  void activate_row(const float* gate, const float* up, std::size_t width, float* out) const;

  const Model& model_;
  PageMemory memory_;
  kernels::AttentionShape shape_;
  kernels::ThreadPool& pool_;
  kernels::Activations activations_;
  kernels::Activations parts_;  // of the rows of each expert, or of each head

  std::size_t rows_ = 0;          // rows in x_: all of the plan, then its logit rows
  std::vector<float> x_;          // [rows, width] the residual stream
  std::vector<float> q_, k_, v_;  // [rows, heads * head_dim], [rows, kv_heads * head_dim]
  std::vector<float> attended_;   // [rows, heads * value width]
  std::vector<float> gate_, up_;  // [rows, ffn width], or of the rows of all experts
  std::vector<float> sum_;        // [rows, width] what is added to the residual stream
  std::vector<float> hidden_;     // [logit rows, width] after the final norm
  std::vector<float> logits_;
  std::vector<std::vector<float>> cos_, sin_;  // of each rope: [rows, rotated / 2]
  std::vector<std::byte*> pages_;              // of all sequences, in the current layer
  std::vector<std::size_t> first_page_;        // of each sequence in pages_
  std::vector<kernels::AttentionRow> attention_rows_;

  // Latent attention.
  std::vector<float> query_latent_;  // [rows, query_rank]
  std::vector<float> kv_latent_;     // [rows, rank + rotated]
  std::vector<float> absorbed_;      // [rows, heads, rank + rotated]
  std::vector<float> values_;        // [rows, heads * value]

  // Mixtures of experts. The rows of an expert stand together, expert after expert.
  std::vector<float> router_;       // [rows, experts]
  std::vector<Route> routes_;       // [rows, used]
  std::vector<std::size_t> place_;  // of (row, slot) among the rows of all experts: [rows, used]
  std::vector<std::size_t> row_of_place_;
  std::vector<std::size_t> used_experts_;               // ascending
  std::vector<kernels::Activations::RowRange> ranges_;  // of the used experts' rows
  std::vector<float> expert_out_;                       // [places, width]
};

}  // namespace candor::engine
