#include <algorithm>
#include <array>

#include "engine/model/buffers.h"
#include "engine/model/forward.h"
#include "kernels/ops.h"

namespace candor::engine {

namespace {

// Where rows that belong to several heads begin: those of each stand together.
std::size_t rounded_up(std::size_t rows) {
  return (rows + kernels::kRowAlignment - 1) / kernels::kRowAlignment * kernels::kRowAlignment;
}

std::vector<kernels::Activations::RowRange> ranges_of_heads(std::size_t heads, std::size_t rows) {
  std::vector<kernels::Activations::RowRange> ranges(heads);
  for (std::size_t h = 0; h < heads; ++h) ranges[h] = {h * rounded_up(rows), rows};
  return ranges;
}

}  // namespace

void Forward::attend(const StepPlan& plan, std::size_t layer) {
  const LayerWeights& weights = model_.layers()[layer];
  shape_.sinks = weights.sinks.empty() ? nullptr : weights.sinks.data();
  normed(x_.data(), weights.attention_norm, rows_);
  if (weights.latent) {
    project_latent(plan, layer);
  } else {
    project_grouped(plan, layer);
  }
  attend_rows(plan, layer);
  if (rows_ == 0) return;
  if (weights.latent) {
    expand_values(*model_.spec().attention.latent, *weights.latent);
  } else {
    activations_.assign(attended_.data(), rows_, shape_.heads * shape_.head_dim);
  }
  add_to_residual(weights.output, weights.post_attention_norm);
}

void Forward::store(const StepPlan& plan, std::size_t row, const float* k, const float* v) {
  const auto position = static_cast<std::size_t>(plan.rows[row].position);
  kernels::store_kv(shape_,
                    pages_[first_page_[plan.rows[row].sequence] + position / kernels::kPageTokens],
                    position % kernels::kPageTokens, k, v);
}

void Forward::project_grouped(const StepPlan& plan, std::size_t layer) {
  const ArchSpec& spec = model_.spec();
  const LayerWeights& weights = model_.layers()[layer];
  const std::size_t rope_index = spec.layers[layer].rope;
  const RopeSpec& rope = spec.ropes[rope_index];
  const std::size_t head_dim = shape_.head_dim;
  const std::size_t q_width = shape_.heads * head_dim;
  const std::size_t kv_width = shape_.kv_heads * head_dim;
  ensure(q_, rows_ * q_width);
  ensure(k_, rows_ * kv_width);
  ensure(v_, rows_ * kv_width);
  const std::array qkv = {product(weights.q, q_.data()), product(weights.k, k_.data()),
                          product(weights.v, v_.data())};
  kernels::multiply(qkv, activations_, pool_);

  const auto norm_heads = [&](float* x, std::size_t heads, const std::vector<float>& norm) {
    if (norm.empty()) return;
    for (std::size_t h = 0; h < heads; ++h) {
      float* const head = x + h * head_dim;
      kernels::rms_norm_row(head, norm.data(), spec.norm_epsilon, head_dim, head);
    }
  };
  pool_.run(rows_, [&](std::size_t r, int) {
    float* const q = q_.data() + r * q_width;
    float* const k = k_.data() + r * kv_width;
    const float* const cos = cos_[rope_index].data() + r * rope.rotated / 2;
    const float* const sin = sin_[rope_index].data() + r * rope.rotated / 2;
    norm_heads(q, shape_.heads, weights.q_norm);
    norm_heads(k, shape_.kv_heads, weights.k_norm);
    kernels::rope_rotate(q, shape_.heads, head_dim, rope.rotated, rope.pairing, cos, sin);
    kernels::rope_rotate(k, shape_.kv_heads, head_dim, rope.rotated, rope.pairing, cos, sin);
    store(plan, r, k, v_.data() + r * kv_width);
  });
}

// Queries as the kernel wants them end up in absorbed_, latents in the pages.
void Forward::project_latent(const StepPlan& plan, std::size_t layer) {
  const ArchSpec& spec = model_.spec();
  const LatentSpec& latent = *spec.attention.latent;
  const LayerWeights& weights = model_.layers()[layer];
  const LatentWeights& down = *weights.latent;
  const std::size_t rope_index = spec.layers[layer].rope;
  const RopeSpec& rope = spec.ropes[rope_index];
  const std::size_t head_dim = spec.attention.head_dim;
  const std::size_t q_width = shape_.heads * head_dim;
  const std::size_t kv_width = latent.rank + latent.rotated;
  ensure(q_, rows_ * q_width);
  ensure(kv_latent_, rows_ * kv_width);
  const kernels::Product kv = product(down.kv_down, kv_latent_.data());
  if (latent.query_rank > 0) {
    ensure(query_latent_, rows_ * latent.query_rank);
    const std::array both = {product(down.query_down, query_latent_.data()), kv};
    kernels::multiply(both, activations_, pool_);
    activations_.fill(
        rows_, latent.query_rank, model_.precision(),
        [&](std::size_t row, float* out) {
          kernels::rms_norm_row(query_latent_.data() + row * latent.query_rank,
                                down.query_norm.data(), latent.norm_epsilon, latent.query_rank,
                                out);
        },
        pool_);
    const kernels::Product q = product(weights.q, q_.data());
    kernels::multiply({&q, 1}, activations_, pool_);
  } else {
    const std::array both = {product(weights.q, q_.data()), kv};
    kernels::multiply(both, activations_, pool_);
  }

  pool_.run(rows_, [&](std::size_t r, int) {
    const float* const cos = cos_[rope_index].data() + r * rope.rotated / 2;
    const float* const sin = sin_[rope_index].data() + r * rope.rotated / 2;
    kernels::rope_rotate(q_.data() + r * q_width + latent.plain, shape_.heads, head_dim,
                         rope.rotated, rope.pairing, cos, sin);
    float* const kv_row = kv_latent_.data() + r * kv_width;
    kernels::rms_norm_row(kv_row, down.kv_norm.data(), latent.norm_epsilon, latent.rank, kv_row);
    kernels::rope_rotate(kv_row + latent.rank, 1, latent.rotated, rope.rotated, rope.pairing, cos,
                         sin);
    store(plan, r, kv_row, kv_row);
  });
  absorb_queries(latent, down);
}

void Forward::absorb_queries(const LatentSpec& latent, const LatentWeights& weights) {
  const std::size_t heads = shape_.heads;
  const std::size_t head_dim = latent.plain + latent.rotated;
  const std::size_t key_dim = latent.rank + latent.rotated;
  const std::size_t stride = rounded_up(rows_);
  ensure(absorbed_, rows_ * heads * key_dim);
  parts_.fill(
      ranges_of_heads(heads, rows_), latent.plain, model_.precision(),
      [&](std::size_t place, float* out) {
        const std::size_t head = place / stride;
        const std::size_t row = place % stride;
        const float* const q = q_.data() + (row * heads + head) * head_dim;
        std::copy_n(q, latent.plain, out);
        std::copy_n(q + latent.plain, latent.rotated,
                    absorbed_.data() + (row * heads + head) * key_dim + latent.rank);
      },
      pool_);
  std::vector<kernels::Product> products;
  for (std::size_t head = 0; head < heads; ++head) {
    kernels::Product p = product(weights.key_up[head], absorbed_.data() + head * key_dim);
    p.y_stride = heads * key_dim;
    p.first_row = head * stride;
    p.rows = rows_;
    products.push_back(p);
  }
  kernels::multiply(products, parts_, pool_);
}

// The rows that the output projection multiplies.
void Forward::expand_values(const LatentSpec& latent, const LatentWeights& weights) {
  const std::size_t heads = shape_.heads;
  const std::size_t stride = rounded_up(rows_);
  ensure(values_, rows_ * heads * latent.value);
  parts_.fill(
      ranges_of_heads(heads, rows_), latent.rank, model_.precision(),
      [&](std::size_t place, float* out) {
        const std::size_t at = place % stride * heads + place / stride;
        std::copy_n(attended_.data() + at * latent.rank, latent.rank, out);
      },
      pool_);
  std::vector<kernels::Product> products;
  for (std::size_t head = 0; head < heads; ++head) {
    kernels::Product p = product(weights.value_up[head], values_.data() + head * latent.value);
    p.y_stride = heads * latent.value;
    p.first_row = head * stride;
    p.rows = rows_;
    products.push_back(p);
  }
  kernels::multiply(products, parts_, pool_);
  activations_.assign(values_.data(), rows_, heads * latent.value);
}

void Forward::attend_rows(const StepPlan& plan, std::size_t layer) {
  const ArchSpec& spec = model_.spec();
  const float* const queries = spec.attention.latent ? absorbed_.data() : q_.data();
  const std::size_t q_width = shape_.heads * shape_.head_dim;
  const std::size_t out_width = shape_.heads * shape_.value_width();
  // After the last keys are stored, only the rows whose logits are wanted matter.
  const bool last = layer + 1 == spec.layers.size();
  attention_rows_.clear();
  for (std::size_t i = 0; i < (last ? plan.logit_rows.size() : rows_); ++i) {
    const std::size_t r = last ? plan.logit_rows[i] : i;
    const StepPlan::Row& row = plan.rows[r];
    attention_rows_.push_back({.q = queries + r * q_width,
                               .out = attended_.data() + i * out_width,
                               .pages = pages_.data() + first_page_[row.sequence],
                               .position = row.position,
                               .window = spec.layers[layer].window});
  }
  if (last) keep_logit_rows(plan);
  if (rows_ > 0) kernels::attention(shape_, attention_rows_, pool_);
}

void Forward::keep_logit_rows(const StepPlan& plan) {
  const std::size_t width = model_.spec().width;
  for (std::size_t i = 0; i < plan.logit_rows.size(); ++i) {
    // Ascending, so a row is never overwritten before it is moved.
    std::copy_n(x_.data() + plan.logit_rows[i] * width, width, x_.data() + i * width);
  }
  rows_ = plan.logit_rows.size();
}

}  // namespace candor::engine
