#include "engine/model/forward.h"

#include <algorithm>
#include <array>

#include "kernels/ops.h"

namespace candor::engine {

namespace {

// Grows only: the contents need not survive.
void ensure(std::vector<float>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

}  // namespace

Forward::Forward(const Model& model, PageMemory memory, kernels::KvFormat format,
                 kernels::ThreadPool& pool)
    : model_(model),
      memory_(memory),
      shape_{.heads = model.spec().attention.heads,
             .kv_heads = model.spec().attention.kv_heads,
             .head_dim = model.spec().attention.head_dim,
             .scale = model.spec().attention.scale,
             .format = format},
      pool_(pool),
      cos_(model.spec().ropes.size()),
      sin_(model.spec().ropes.size()) {}

void Forward::prepare(const StepPlan& plan) {
  const ArchSpec& spec = model_.spec();
  const std::size_t rows = plan.rows.size();
  const std::size_t q_width = shape_.heads * shape_.head_dim;
  const std::size_t kv_width = shape_.kv_heads * shape_.head_dim;
  ensure(x_, rows * spec.width);
  ensure(q_, rows * q_width);
  ensure(attended_, rows * q_width);
  ensure(k_, rows * kv_width);
  ensure(v_, rows * kv_width);
  ensure(gate_, rows * spec.ffn.width);
  ensure(up_, rows * spec.ffn.width);
  ensure(hidden_, plan.logit_rows.size() * spec.width);
  for (std::size_t i = 0; i < spec.ropes.size(); ++i) {
    ensure(cos_[i], rows * spec.ropes[i].rotated / 2);
    ensure(sin_[i], rows * spec.ropes[i].rotated / 2);
  }

  pages_.clear();
  first_page_.clear();
  for (const std::vector<PageId>& table : plan.pages) {
    first_page_.push_back(pages_.size());
    for (const PageId page : table) pages_.push_back(memory_.page(page, 0));
  }
}

// The rows that the next products multiply: RMS norm of rows of x, quantised where they are made.
void Forward::normed(const float* x, std::span<const float> weight, std::size_t rows) {
  const std::size_t width = model_.spec().width;
  const float epsilon = model_.spec().norm_epsilon;
  activations_.fill(
      rows, width, model_.precision(),
      [&](std::size_t row, float* out) {
        kernels::rms_norm_row(x + row * width, weight.data(), epsilon, width, out);
      },
      pool_);
}

kernels::Product Forward::product(const Linear& linear, std::vector<float>& y, bool add) const {
  return {.weights = &linear.weights,
          .bias = linear.bias.empty() ? nullptr : linear.bias.data(),
          .y = y.data(),
          .y_stride = linear.weights.rows(),
          .add = add};
}

void Forward::embed(const StepPlan& plan) {
  const ArchSpec& spec = model_.spec();
  pool_.run(plan.rows.size(), [&](std::size_t r, int) {
    const StepPlan::Row& row = plan.rows[r];
    model_.embed(row.token, std::span(x_).subspan(r * spec.width, spec.width));
    for (std::size_t i = 0; i < spec.ropes.size(); ++i) {
      const RopeSpec& rope = spec.ropes[i];
      const std::size_t offset = r * rope.rotated / 2;
      kernels::rope_angles(rope.inverse_frequencies, row.position, rope.cos_sin_factor,
                           cos_[i].data() + offset, sin_[i].data() + offset);
    }
  });
}

void Forward::run(const StepPlan& plan) {
  const ArchSpec& spec = model_.spec();
  rows_ = plan.rows.size();
  prepare(plan);
  embed(plan);
  for (std::size_t layer = 0; layer < spec.layers.size(); ++layer) {
    attend(plan, layer);
    if (rows_ == 0) return;  // the last layer of a step that wants no logits
    feed_forward(layer);
    for (std::byte*& page : pages_) page += memory_.layer_bytes;
  }
  kernels::rms_norm(x_.data(), model_.final_norm().data(), spec.norm_epsilon, rows_, spec.width,
                    hidden_.data(), pool_);
}

void Forward::attend(const StepPlan& plan, std::size_t layer) {
  const ArchSpec& spec = model_.spec();
  const LayerWeights& weights = model_.layers()[layer];
  const RopeSpec& rope = spec.ropes[spec.layers[layer].rope];
  const std::vector<float>& cos = cos_[spec.layers[layer].rope];
  const std::vector<float>& sin = sin_[spec.layers[layer].rope];
  const std::size_t q_width = shape_.heads * shape_.head_dim;
  const std::size_t kv_width = shape_.kv_heads * shape_.head_dim;

  normed(x_.data(), weights.attention_norm, rows_);
  const std::array qkv = {product(weights.q, q_), product(weights.k, k_), product(weights.v, v_)};
  kernels::multiply(qkv, activations_, pool_);

  pool_.run(rows_, [&](std::size_t r, int) {
    const StepPlan::Row& row = plan.rows[r];
    const std::size_t angle = r * rope.rotated / 2;
    kernels::rope_rotate(q_.data() + r * q_width, shape_.heads, shape_.head_dim, rope.rotated,
                         rope.pairing, cos.data() + angle, sin.data() + angle);
    kernels::rope_rotate(k_.data() + r * kv_width, shape_.kv_heads, shape_.head_dim, rope.rotated,
                         rope.pairing, cos.data() + angle, sin.data() + angle);
    const auto position = static_cast<std::size_t>(row.position);
    kernels::store_kv(shape_, pages_[first_page_[row.sequence] + position / kernels::kPageTokens],
                      position % kernels::kPageTokens, k_.data() + r * kv_width,
                      v_.data() + r * kv_width);
  });

  // After the last keys are stored, only the rows whose logits are wanted matter.
  const bool last = layer + 1 == spec.layers.size();
  attention_rows_.clear();
  for (std::size_t i = 0; i < (last ? plan.logit_rows.size() : rows_); ++i) {
    const std::size_t r = last ? plan.logit_rows[i] : i;
    const StepPlan::Row& row = plan.rows[r];
    attention_rows_.push_back({.q = q_.data() + r * q_width,
                               .out = attended_.data() + i * q_width,
                               .pages = pages_.data() + first_page_[row.sequence],
                               .position = row.position,
                               .window = spec.layers[layer].window});
  }
  if (last) keep_logit_rows(plan);
  if (rows_ == 0) return;
  kernels::attention(shape_, attention_rows_, pool_);

  activations_.assign(attended_.data(), rows_, q_width);
  const kernels::Product output = product(weights.output, x_, true);
  kernels::multiply({&output, 1}, activations_, pool_);
}

void Forward::keep_logit_rows(const StepPlan& plan) {
  const std::size_t width = model_.spec().width;
  for (std::size_t i = 0; i < plan.logit_rows.size(); ++i) {
    // Ascending, so a row is never overwritten before it is moved.
    std::copy_n(x_.data() + plan.logit_rows[i] * width, width, x_.data() + i * width);
  }
  rows_ = plan.logit_rows.size();
}

void Forward::feed_forward(std::size_t layer) {
  const ArchSpec& spec = model_.spec();
  const LayerWeights& weights = model_.layers()[layer];
  normed(x_.data(), weights.ffn_norm, rows_);
  const std::array gate_up = {product(weights.gate, gate_), product(weights.up, up_)};
  kernels::multiply(gate_up, activations_, pool_);
  const std::size_t width = spec.ffn.width;
  activations_.fill(
      rows_, width, model_.precision(),
      [&](std::size_t row, float* out) {
        kernels::silu_multiply_row(gate_.data() + row * width, up_.data() + row * width, width,
                                   out);
      },
      pool_);
  const kernels::Product down = product(weights.down, x_, true);
  kernels::multiply({&down, 1}, activations_, pool_);
}

std::span<const float> Forward::logits(std::size_t first, std::size_t count) {
  const ArchSpec& spec = model_.spec();
  ensure(logits_, count * spec.vocabulary);
  activations_.assign(hidden_.data() + first * spec.width, count, spec.width);
  kernels::multiply(model_.head(), activations_, nullptr, logits_.data(), spec.vocabulary, pool_);
  return std::span(logits_).first(count * spec.vocabulary);
}

}  // namespace candor::engine
