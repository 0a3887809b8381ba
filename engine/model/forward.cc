#include "engine/model/forward.h"

#include <algorithm>

#include "engine/model/buffers.h"
#include "kernels/ops.h"

namespace candor::engine {

kernels::AttentionShape attention_shape(const AttentionSpec& spec, kernels::KvFormat format) {
  if (!spec.latent) {
    return {.heads = spec.heads,
            .kv_heads = spec.kv_heads,
            .head_dim = spec.head_dim,
            .scale = spec.scale,
            .format = format,
            .softcap = spec.softcap};
  }
  return {.heads = spec.heads,
          .kv_heads = 1,
          .head_dim = spec.latent->rank + spec.latent->rotated,
          .scale = spec.scale,
          .format = format,
          .value_dim = spec.latent->rank,
          .softcap = spec.softcap};
}

Forward::Forward(const Model& model, PageMemory memory, kernels::KvFormat format,
                 kernels::ThreadPool& pool)
    : model_(model),
      memory_(memory),
      shape_(attention_shape(model.spec().attention, format)),
      pool_(pool),
      cos_(model.spec().ropes.size()),
      sin_(model.spec().ropes.size()) {}

void Forward::prepare(const StepPlan& plan) {
  const ArchSpec& spec = model_.spec();
  const std::size_t rows = plan.rows.size();
  ensure(x_, rows * spec.width);
  ensure(sum_, rows * spec.width);
  ensure(attended_, rows * shape_.heads * shape_.value_width());
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

kernels::Product Forward::product(const Linear& linear, float* y) const {
  return {.weights = &linear.weights,
          .bias = linear.bias.empty() ? nullptr : linear.bias.data(),
          .y = y,
          .y_stride = linear.weights.rows()};
}

void Forward::add_to_residual(const Linear& linear, std::span<const float> norm) {
  kernels::Product out = product(linear, norm.empty() ? x_.data() : sum_.data());
  out.add = norm.empty();
  kernels::multiply({&out, 1}, activations_, pool_);
  if (!norm.empty()) add_rows(sum_.data(), norm);
}

void Forward::add_rows(const float* rows, std::span<const float> norm) {
  const std::size_t width = model_.spec().width;
  const float epsilon = model_.spec().norm_epsilon;
  pool_.run(rows_, [&](std::size_t r, int) {
    const float* from = rows + r * width;
    float* const x = x_.data() + r * width;
    std::vector<float> scaled;
    if (!norm.empty()) {
      scaled.resize(width);
      kernels::rms_norm_row(from, norm.data(), epsilon, width, scaled.data());
      from = scaled.data();
    }
    for (std::size_t i = 0; i < width; ++i) x[i] += from[i];
  });
}

void Forward::embed(const StepPlan& plan) {
  const ArchSpec& spec = model_.spec();
  pool_.run(plan.rows.size(), [&](std::size_t r, int) {
    const StepPlan::Row& row = plan.rows[r];
    const std::span<float> x = std::span(x_).subspan(r * spec.width, spec.width);
    model_.embed(row.token, x);
    if (spec.embedding_scale != 1.0F) {
      for (float& value : x) value *= spec.embedding_scale;
    }
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

std::span<const float> Forward::logits(std::size_t first, std::size_t count) {
  const ArchSpec& spec = model_.spec();
  ensure(logits_, count * spec.vocabulary);
  activations_.assign(hidden_.data() + first * spec.width, count, spec.width);
  const kernels::Product head = product(model_.head(), logits_.data());
  kernels::multiply({&head, 1}, activations_, pool_);
  if (spec.final_softcap > 0) {
    pool_.run(count, [&](std::size_t row, int) {
      kernels::softcap(std::span(logits_).subspan(row * spec.vocabulary, spec.vocabulary),
                       spec.final_softcap);
    });
  }
  return std::span(logits_).first(count * spec.vocabulary);
}

}  // namespace candor::engine
