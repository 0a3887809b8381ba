#include "engine/model/forward.h"

#include <algorithm>

#include "kernels/ops.h"

namespace candor::engine {

namespace {

// Grows only: the contents need not survive.
void ensure(std::vector<float>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

void apply(const Linear& linear, kernels::Activations& x, std::vector<float>& y,
           kernels::ThreadPool& pool) {
  kernels::multiply(linear.weights, x, linear.bias.empty() ? nullptr : linear.bias.data(), y.data(),
                    linear.weights.rows(), pool);
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
  ensure(normed_, rows * spec.width);
  ensure(branch_, rows * spec.width);
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

  kernels::rms_norm(x_.data(), weights.attention_norm.data(), spec.norm_epsilon, rows_, spec.width,
                    normed_.data(), pool_);
  activations_.assign(normed_.data(), rows_, spec.width);
  apply(weights.q, activations_, q_, pool_);
  apply(weights.k, activations_, k_, pool_);
  apply(weights.v, activations_, v_, pool_);

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
  apply(weights.output, activations_, branch_, pool_);
  kernels::add(x_.data(), branch_.data(), rows_ * spec.width, pool_);
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
  kernels::rms_norm(x_.data(), weights.ffn_norm.data(), spec.norm_epsilon, rows_, spec.width,
                    normed_.data(), pool_);
  activations_.assign(normed_.data(), rows_, spec.width);
  apply(weights.gate, activations_, gate_, pool_);
  apply(weights.up, activations_, up_, pool_);
  kernels::silu_multiply(gate_.data(), up_.data(), rows_ * spec.ffn.width, gate_.data(), pool_);
  activations_.assign(gate_.data(), rows_, spec.ffn.width);
  apply(weights.down, activations_, branch_, pool_);
  kernels::add(x_.data(), branch_.data(), rows_ * spec.width, pool_);
}

std::span<const float> Forward::logits(std::size_t first, std::size_t count) {
  const ArchSpec& spec = model_.spec();
  ensure(logits_, count * spec.vocabulary);
  activations_.assign(hidden_.data() + first * spec.width, count, spec.width);
  kernels::multiply(model_.head(), activations_, nullptr, logits_.data(), spec.vocabulary, pool_);
  return std::span(logits_).first(count * spec.vocabulary);
}

}  // namespace candor::engine
