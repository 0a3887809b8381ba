#include "engine/device/cuda/cuda_forward.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace candor::engine {

namespace cuda = kernels::cuda;
using cuda::Scalar;
using cuda::Store;

struct CudaForward::Rows {
  const StepShape& shape;
  const StepLayout& layout;
  const std::byte* block;
  std::size_t count;      // rows that are computed
  float* x;               // their residual stream
  const void* attended;   // what attention gave them
  cuda::NormAdd pending;  // what the next norm adds to the stream first

  template <typename T>
  const T* at(std::size_t offset) const {
    return reinterpret_cast<const T*>(block + offset);
  }
};

namespace {

Scalar input_of(const CudaLinear& linear) {
  return cuda::input_scalar(linear.parts.front().weights.matrix.format);
}

std::size_t widest_input(const ArchSpec& spec) {
  return std::max({spec.width, spec.ffn.width, spec.attention.heads * spec.attention.head_dim});
}

cuda::Gated gated(Activation activation) {
  switch (activation) {
    case Activation::kSilu:
      return cuda::Gated::kSilu;
    case Activation::kGeluTanh:
      return cuda::Gated::kGeluTanh;
    case Activation::kClampedSwiglu:
      break;
  }
  return cuda::Gated::kClampedSwiglu;
}

}  // namespace

CudaPages CudaPages::of(const ArchSpec& spec, bool float32) {
  CudaPages pages;
  pages.stored_dim =
      *std::find_if(std::begin(cuda::kStoredDims), std::end(cuda::kStoredDims),
                    [&](std::uint32_t dim) { return dim >= spec.attention.head_dim; });
  pages.page_bytes = 2 * spec.attention.kv_heads * cuda::kPageTokens * pages.stored_dim *
                     cuda::scalar_bytes(float32 ? Scalar::kF32 : Scalar::kBF16);
  return pages;
}

CudaForward::CudaForward(cuda::Backend& backend, const CudaModel& model, const CudaPages& pages,
                         std::size_t rows, std::size_t logit_rows, std::size_t partials)
    : backend_(backend),
      model_(model),
      spec_(model.spec()),
      pages_(pages),
      scalar_(model.is_float32() ? Scalar::kF32 : Scalar::kBF16) {
  const std::vector<std::int32_t> windows = distinct_windows(spec_);
  for (const LayerSpec& layer : spec_.layers) {
    const auto known = std::find(windows.begin(), windows.end(), layer.window);
    window_of_layer_.push_back(static_cast<std::size_t>(known - windows.begin()));
  }
  const std::size_t bytes = cuda::scalar_bytes(scalar_);
  const AttentionSpec& attention = spec_.attention;
  const std::size_t heads = attention.heads;
  const auto floats = [&](std::size_t count) {
    return DeviceBuffer(backend, count * sizeof(float));
  };
  const auto scalars = [&](std::size_t count) { return DeviceBuffer(backend, count * bytes); };
  x_ = floats(rows * spec_.width);
  gathered_x_ = floats(logit_rows * spec_.width);
  if (spec_.sandwich_norms) sum_ = floats(rows * spec_.width);
  // Which of them are used is the formats' affair: made when a layer asks for it.
  const auto input = [&](Scalar scalar) {
    DeviceBuffer& buffer = inputs_[static_cast<std::size_t>(scalar)];
    if (buffer.bytes() == 0) {
      buffer = DeviceBuffer(backend, rows * widest_input(spec_) * cuda::scalar_bytes(scalar));
    }
  };
  const auto inputs = [&](const CudaLinear& linear) {
    for (const CudaLinear::Part& part : linear.parts) {
      input(cuda::input_scalar(part.weights.matrix.format));
    }
  };
  for (const CudaLayer& layer : model.layers()) {
    for (const CudaLinear* linear : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) {
      inputs(*linear);
    }
  }
  inputs(model.head());
  qkv_ = floats(rows * (heads + 2 * attention.kv_heads) * attention.head_dim);
  queries_ = scalars(rows * heads * pages.stored_dim);
  gathered_attended_ = scalars(logit_rows * heads * attention.head_dim);
  gate_up_ = scalars(rows * 2 * spec_.ffn.width);
  partial_values_ = floats(partials * heads * pages.stored_dim);
  partial_sums_ = floats(partials * heads * 2);
  for (const RopeSpec& rope : spec_.ropes) {
    cos_.push_back(floats(rows * rope.rotated / 2));
    sin_.push_back(floats(rows * rope.rotated / 2));
  }
}

void CudaForward::norm(Rows& rows, const DeviceBuffer& weight, const CudaLinear& next) {
  cuda::NormAdd norm = std::exchange(rows.pending, {});
  norm.x = rows.x;
  norm.weight = weight.as<float>();
  norm.epsilon = spec_.norm_epsilon;
  norm.rows = rows.count;
  norm.width = spec_.width;
  bool done[3] = {};
  for (const CudaLinear::Part& part : next.parts) {
    norm.out_scalar = cuda::input_scalar(part.weights.matrix.format);
    if (std::exchange(done[static_cast<std::size_t>(norm.out_scalar)], true)) continue;
    norm.out = input(norm.out_scalar);
    backend_.norm_add(norm);
    // It is added once.
    norm.add = norm.add_bias = norm.add_norm = nullptr;
  }
}

void CudaForward::multiply(const CudaLinear& linear, const Rows& rows, const void* x, void* y,
                           std::size_t stride, Store store) {
  const std::size_t bytes = store == Store::kBF16 ? 2 : 4;
  for (const CudaLinear::Part& part : linear.parts) {
    const cuda::DeviceMatrix& w = part.weights.matrix;
    backend_.product({.w = w,
                      .x = x != nullptr ? x : input(cuda::input_scalar(w.format)),
                      .x_stride = w.cols,
                      .m = rows.count,
                      .y = static_cast<std::byte*>(y) + part.column * bytes,
                      .y_stride = stride,
                      .store = store});
  }
}

void CudaForward::add(const CudaLinear& linear, const void* x, const DeviceBuffer& bias,
                      const DeviceBuffer& norm, Rows& rows) {
  rows.pending.add_bias = bias.as<float>();
  if (norm.bytes() == 0) {
    multiply(linear, rows, x, rows.x, spec_.width, Store::kAddF32);
    return;
  }
  multiply(linear, rows, x, sum_.as<void>(), spec_.width, Store::kF32);
  rows.pending.add = sum_.as<float>();
  rows.pending.add_norm = norm.as<float>();
}

void CudaForward::attend(const Rows& rows, std::size_t index) {
  const CudaLayer& layer = model_.layers()[index];
  const AttentionSpec& attention = spec_.attention;
  const std::size_t rope_index = spec_.layers[index].rope;
  const RopeSpec& rope = spec_.ropes[rope_index];
  const std::size_t q_width = attention.heads * attention.head_dim;
  const std::size_t kv_width = attention.kv_heads * attention.head_dim;
  const std::size_t stride = q_width + 2 * kv_width;
  multiply(layer.qkv, rows, nullptr, qkv_.as<void>(), stride, Store::kF32);

  const cuda::KvLayer kv = {.base = pages_.base + index * pages_.layer_stride,
                            .scalar = scalar_,
                            .kv_heads = static_cast<std::uint32_t>(attention.kv_heads),
                            .head_dim = static_cast<std::uint32_t>(attention.head_dim),
                            .stored_dim = pages_.stored_dim};
  const auto* const qkv = qkv_.as<float>();
  backend_.rope_store({.q = qkv,
                       .k = qkv + q_width,
                       .v = qkv + q_width + kv_width,
                       .q_stride = stride,
                       .k_stride = stride,
                       .v_stride = stride,
                       .in = Scalar::kF32,
                       .q_bias = layer.q_bias.as<float>(),
                       .k_bias = layer.k_bias.as<float>(),
                       .v_bias = layer.v_bias.as<float>(),
                       .q_norm = layer.q_norm.as<float>(),
                       .k_norm = layer.k_norm.as<float>(),
                       .epsilon = spec_.norm_epsilon,
                       .heads = static_cast<std::uint32_t>(attention.heads),
                       .rows = rows.count,
                       .rotated = static_cast<std::uint32_t>(rope.rotated),
                       .pairing = rope.pairing,
                       .cos = cos_[rope_index].as<float>(),
                       .sin = sin_[rope_index].as<float>(),
                       .positions = rows.at<std::int32_t>(rows.layout.positions),
                       .pages = rows.at<std::uint32_t>(rows.layout.pages),
                       .q_out = queries_.as<void>(),
                       .layer = kv});
  // Of the last layer of a step that wants no logits only keys and values are needed.
  if (index + 1 == spec_.layers.size() && rows.shape.logit_rows == 0) return;

  const StepShape::Lists& lists = rows.shape.windows[window_of_layer_[index]];
  const StepLayout::Lists& at = rows.layout.windows[window_of_layer_[index]];
  backend_.attention({.layer = kv,
                      .q = queries_.as<void>(),
                      .heads = static_cast<std::uint32_t>(attention.heads),
                      .scale = attention.scale,
                      .softcap = attention.softcap,
                      .window = static_cast<std::int32_t>(spec_.layers[index].window),
                      .sinks = layer.sinks.as<float>(),
                      .items = rows.at<cuda::AttentionItem>(at.items),
                      .queries = rows.at<cuda::AttentionQuery>(at.queries),
                      .merges = rows.at<cuda::AttentionMerge>(at.merges),
                      .page_tables = rows.at<std::uint32_t>(at.tables),
                      .counts = rows.at<std::uint32_t>(at.counts),
                      .items_launched = lists.items,
                      .merges_launched = lists.merges,
                      .most_queries = lists.most_queries,
                      .partial_values = partial_values_.as<float>(),
                      .partial_sums = partial_sums_.as<float>(),
                      .out = const_cast<void*>(rows.attended),
                      .out_scalar = input_of(layer.output)});
}

// After the last keys are stored, only the rows whose logits are wanted matter.
void CudaForward::gather(Rows& rows, std::size_t index) {
  const auto* const indices = rows.at<std::uint32_t>(rows.layout.logit_rows);
  const std::size_t attended_bytes = spec_.attention.heads * spec_.attention.head_dim *
                                     cuda::scalar_bytes(input_of(model_.layers()[index].output));
  rows.count = rows.shape.logit_rows;
  backend_.gather({.x = rows.x,
                   .indices = indices,
                   .count = rows.count,
                   .width = spec_.width,
                   .out = gathered_x_.as<float>()});
  rows.x = gathered_x_.as<float>();
  // Rows of 16-bit values are multiples of 16 bytes, so they can be moved as float32.
  backend_.gather({.x = static_cast<const float*>(rows.attended),
                   .indices = indices,
                   .count = rows.count,
                   .width = attended_bytes / sizeof(float),
                   .out = gathered_attended_.as<float>()});
  rows.attended = gathered_attended_.as<void>();
}

void CudaForward::feed_forward(Rows& rows, std::size_t index) {
  const CudaLayer& layer = model_.layers()[index];
  const FeedForwardSpec& ffn = spec_.ffn;
  const std::size_t stride = 2 * ffn.width;
  norm(rows, layer.ffn_norm, layer.gate_up);
  multiply(layer.gate_up, rows, nullptr, gate_up_.as<void>(), stride,
           scalar_ == Scalar::kF32 ? Store::kF32 : Store::kBF16);
  const Scalar scalar = input_of(layer.down);
  backend_.activate({.gate = gate_up_.as<void>(),
                     .up = gate_up_.as<std::byte>() + ffn.width * cuda::scalar_bytes(scalar_),
                     .gate_stride = stride,
                     .up_stride = stride,
                     .in = scalar_,
                     .gate_bias = layer.gate_bias.as<float>(),
                     .up_bias = layer.up_bias.as<float>(),
                     .kind = gated(ffn.activation),
                     .alpha = ffn.alpha,
                     .limit = ffn.limit,
                     .out = input(scalar),
                     .out_scalar = scalar,
                     .rows = rows.count,
                     .width = ffn.width});
  add(layer.down, nullptr, layer.down_bias, layer.post_ffn_norm, rows);
}

void CudaForward::enqueue(const StepShape& shape, const StepLayout& layout,
                          const std::byte* block) {
  Rows rows{.shape = shape,
            .layout = layout,
            .block = block,
            .count = shape.rows,
            .x = x_.as<float>(),
            .attended = nullptr,
            .pending = {}};
  for (std::size_t i = 0; i < spec_.ropes.size(); ++i) {
    const RopeSpec& rope = spec_.ropes[i];
    backend_.rope_angles({.positions = rows.at<std::int32_t>(layout.positions),
                          .rows = rows.count,
                          .inverse_frequencies = model_.inverse_frequencies(i),
                          .half = rope.rotated / 2,
                          .factor = rope.cos_sin_factor,
                          .cos = cos_[i].as<float>(),
                          .sin = sin_[i].as<float>()});
  }
  backend_.embed({.table = model_.embedding(),
                  .tokens = rows.at<std::int32_t>(layout.tokens),
                  .scale = spec_.embedding_scale,
                  .rows = rows.count,
                  .x = rows.x});
  for (std::size_t index = 0; index < spec_.layers.size(); ++index) {
    const CudaLayer& layer = model_.layers()[index];
    norm(rows, layer.attention_norm, layer.qkv);
    rows.attended = input(input_of(layer.output));
    attend(rows, index);
    if (index + 1 == spec_.layers.size()) {
      if (shape.logit_rows == 0) return;
      if (shape.gathered) gather(rows, index);
    }
    add(layer.output, rows.attended, layer.output_bias, layer.post_attention_norm, rows);
    feed_forward(rows, index);
  }
  norm(rows, model_.final_norm(), model_.head());
}

void CudaForward::logits(std::size_t first, std::size_t count, float* out) {
  const cuda::DeviceMatrix& head = model_.head().parts.front().weights.matrix;
  const Scalar scalar = cuda::input_scalar(head.format);
  backend_.product({.w = head,
                    .x = static_cast<const std::byte*>(input(scalar)) +
                         first * spec_.width * cuda::scalar_bytes(scalar),
                    .x_stride = spec_.width,
                    .m = count,
                    .y = out,
                    .y_stride = spec_.vocabulary,
                    .store = Store::kF32});
  if (model_.head_bias() == nullptr && spec_.final_softcap == 0) return;
  backend_.finish_logits({.logits = out,
                          .bias = model_.head_bias(),
                          .softcap = spec_.final_softcap,
                          .rows = count,
                          .vocabulary = spec_.vocabulary});
}

}  // namespace candor::engine
