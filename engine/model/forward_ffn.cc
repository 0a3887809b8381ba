#include <algorithm>
#include <array>

#include "engine/model/buffers.h"
#include "engine/model/forward.h"
#include "kernels/ops.h"

namespace candor::engine {

void Forward::feed_forward(std::size_t layer) {
  const LayerWeights& weights = model_.layers()[layer];
  normed(x_.data(), weights.ffn_norm, rows_);
  if (weights.experts) {
    experts(weights, sum_.data());
    add_rows(sum_.data(), weights.post_ffn_norm);
  } else if (weights.post_ffn_norm.empty()) {
    dense(weights, model_.spec().ffn.width, x_.data(), true);
  } else {
    dense(weights, model_.spec().ffn.width, sum_.data(), false);
    add_rows(sum_.data(), weights.post_ffn_norm);
  }
}

void Forward::activate_row(const float* gate, const float* up, std::size_t width,
                           float* out) const {
  const FeedForwardSpec& ffn = model_.spec().ffn;
  switch (ffn.activation) {
    case Activation::kSilu:
      kernels::silu_multiply_row(gate, up, width, out);
      break;
    case Activation::kGeluTanh:
      kernels::gelu_multiply_row(gate, up, width, out);
      break;
    case Activation::kClampedSwiglu:
      kernels::clamped_swiglu_row(gate, up, ffn.alpha, ffn.limit, width, out);
      break;
  }
}

void Forward::dense(const LayerWeights& weights, std::size_t width, float* y, bool add) {
  ensure(gate_, rows_ * width);
  ensure(up_, rows_ * width);
  const std::array gate_up = {product(weights.gate, gate_.data()), product(weights.up, up_.data())};
  kernels::multiply(gate_up, activations_, pool_);
  activations_.fill(
      rows_, width, model_.precision(),
      [&](std::size_t row, float* out) {
        activate_row(gate_.data() + row * width, up_.data() + row * width, width, out);
      },
      pool_);
  kernels::Product down = product(weights.down, y);
  down.add = add;
  kernels::multiply({&down, 1}, activations_, pool_);
}

// Routes of all rows, and a place for each (row, slot): the rows of an expert stand together, in
// ascending order, from a multiple of kRowAlignment on.
void Forward::choose_experts(const ExpertWeights& weights) {
  const ExpertsSpec& spec = *model_.spec().experts;
  ensure(router_, rows_ * spec.count);
  const kernels::Product router = product(weights.router, router_.data());
  kernels::multiply({&router, 1}, activations_, pool_);
  routes_.resize(rows_ * spec.used);
  pool_.run(rows_, [&](std::size_t r, int) {
    route(spec, std::span(router_).subspan(r * spec.count, spec.count), weights.selection_bias,
          std::span(routes_).subspan(r * spec.used, spec.used));
  });

  std::vector<std::size_t> counts(spec.count);
  for (const Route& chosen : routes_) ++counts[chosen.expert];
  std::vector<std::size_t> next(spec.count);
  used_experts_.clear();
  ranges_.clear();
  std::size_t end = 0;
  for (std::size_t expert = 0; expert < spec.count; ++expert) {
    if (counts[expert] == 0) continue;
    const std::size_t first =
        (end + kernels::kRowAlignment - 1) / kernels::kRowAlignment * kernels::kRowAlignment;
    used_experts_.push_back(expert);
    ranges_.push_back({first, counts[expert]});
    next[expert] = first;
    end = first + counts[expert];
  }
  place_.resize(routes_.size());
  row_of_place_.resize(end);
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    place_[i] = next[routes_[i].expert]++;
    row_of_place_[place_[i]] = i / spec.used;
  }
}

void Forward::experts(const LayerWeights& weights, float* y) {
  const ExpertsSpec& spec = *model_.spec().experts;
  const ExpertWeights& experts = *weights.experts;
  const std::size_t width = model_.spec().width;
  choose_experts(experts);
  const std::size_t places = row_of_place_.size();
  parts_.fill(
      ranges_, width, model_.precision(),
      [&](std::size_t place, float* out) {
        std::copy_n(activations_.row(row_of_place_[place]), width, out);
      },
      pool_);
  // Every row uses it, before the buffers of gate and up go to the experts.
  if (spec.shared_width > 0) dense(weights, spec.shared_width, y, false);

  ensure(gate_, places * spec.width);
  ensure(up_, places * spec.width);
  ensure(expert_out_, places * width);
  std::vector<kernels::Product> products;
  const auto add = [&](const Linear& linear, float* out, const auto& range) {
    kernels::Product p = product(linear, out + range.first * linear.weights.rows());
    p.first_row = range.first;
    p.rows = range.rows;
    products.push_back(p);
  };
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    add(experts.gate[used_experts_[i]], gate_.data(), ranges_[i]);
    add(experts.up[used_experts_[i]], up_.data(), ranges_[i]);
  }
  kernels::multiply(products, parts_, pool_);
  parts_.fill(
      ranges_, spec.width, model_.precision(),
      [&](std::size_t place, float* out) {
        const std::size_t at = place * spec.width;
        activate_row(gate_.data() + at, up_.data() + at, spec.width, out);
      },
      pool_);
  products.clear();
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    add(experts.down[used_experts_[i]], expert_out_.data(), ranges_[i]);
  }
  kernels::multiply(products, parts_, pool_);

  // In the order of a row's slots, whichever experts they are: the batch plays no part.
  pool_.run(rows_, [&](std::size_t r, int) {
    float* const out = y + r * width;
    if (spec.shared_width == 0) std::fill_n(out, width, 0.0F);
    for (std::size_t slot = r * spec.used; slot < (r + 1) * spec.used; ++slot) {
      const float weight = routes_[slot].weight;
      const float* const from = expert_out_.data() + place_[slot] * width;
      for (std::size_t i = 0; i < width; ++i) out[i] += weight * from[i];
    }
  });
}

}  // namespace candor::engine
