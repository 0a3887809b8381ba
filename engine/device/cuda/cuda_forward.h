// The forward pass on the GPU: the operations of a step, queued one after the other. It is
// model/forward.h for dense decoders; the two read the same ArchSpec. Everything it needs is in
// memory before it starts, so that what it queues can be recorded once and run again.
//
// Between products a row is float32 (the residual stream), as input of a product it is bf16
// (float16 where weights are), and so are queries, keys and values once they are rotated, gate and
// up. All is float32 in the reference mode. The products' sums are float32 throughout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/device/cuda/cuda_model.h"
#include "engine/device/cuda/cuda_step.h"
#include "kernels/cuda/backend.h"

namespace candor::engine {

// Keys and values of all layers (operations.h, KvLayer).
struct CudaPages {
  std::byte* base = nullptr;
  std::size_t page_bytes = 0;    // of one layer
  std::size_t layer_stride = 0;  // bytes
  std::uint32_t stored_dim = 0;

  // For a spec; no memory yet.
  static CudaPages of(const ArchSpec& spec, bool float32);
};

class CudaForward {
 public:
  // Room for steps of `rows` rows, of which `logit_rows` are wanted, and `partials` results of
  // splits. Throws std::bad_alloc. All must outlive this.
  CudaForward(kernels::cuda::Backend& backend, const CudaModel& model, const CudaPages& pages,
              std::size_t rows, std::size_t logit_rows, std::size_t partials);

  // Pages that were made, or made anew, since.
  void use(const CudaPages& pages) { pages_ = pages; }

  // Queues a step whose arrays lie at `block`: keys and values of all rows go to their pages, the
  // normed final rows of those whose logits are wanted wait for `logits`.
  void enqueue(const StepShape& shape, const StepLayout& layout, const std::byte* block);

  // Queues the logits of `count` of them from `first` on: float32 [count, vocabulary].
  void logits(std::size_t first, std::size_t count, float* out);

 private:
  struct Rows;  // a step that is being queued

  void* input(kernels::cuda::Scalar scalar) const {
    return inputs_[static_cast<std::size_t>(scalar)].as<void>();
  }
  // Adds what the last product left to add, and norms the stream into the inputs of `next`.
  void norm(Rows& rows, const DeviceBuffer& weight, const CudaLinear& next);
  // y = x W^T; x null: the inputs that `norm` made.
  void multiply(const CudaLinear& linear, const Rows& rows, const void* x, void* y,
                std::size_t stride, kernels::cuda::Store store);
  // Adds x W^T to the stream; bias and norm behind it, where there are any, wait for `norm`.
  void add(const CudaLinear& linear, const void* x, const DeviceBuffer& bias,
           const DeviceBuffer& norm, Rows& rows);
  void attend(const Rows& rows, std::size_t layer);
  void gather(Rows& rows, std::size_t layer);
  void feed_forward(Rows& rows, std::size_t layer);

  kernels::cuda::Backend& backend_;
  const CudaModel& model_;
  const ArchSpec& spec_;
  CudaPages pages_;
  kernels::cuda::Scalar scalar_;              // bf16, or float32 in the reference mode
  std::vector<std::size_t> window_of_layer_;  // index into distinct_windows

  DeviceBuffer x_;           // [rows, width] float32
  DeviceBuffer gathered_x_;  // [logit rows, width]
  DeviceBuffer sum_;         // [rows, width] float32, of sandwich norms
  // Inputs of products, one a Scalar: [rows, widest input]. One thing after the other is in them:
  // normed rows, what attention gives, activations.
  DeviceBuffer inputs_[3];
  DeviceBuffer qkv_;      // [rows, q + k + v] float32: rounded once, when they are rotated
  DeviceBuffer queries_;  // [rows, heads, stored_dim]
  DeviceBuffer gathered_attended_;  // [logit rows, heads * head_dim]
  DeviceBuffer gate_up_;            // [rows, gate + up]
  DeviceBuffer partial_values_, partial_sums_;
  std::vector<DeviceBuffer> cos_, sin_;  // of each rope
};

}  // namespace candor::engine
