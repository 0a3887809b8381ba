// What stands between the products of a feed-forward layer. Elementwise, so that nothing depends on
// how the values are shared out.
#include <stdexcept>

#include "kernels/cuda/launchers.h"
#include "kernels/cuda/math.cuh"
#include "kernels/cuda/rows.cuh"

namespace candor::kernels::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr int kUnitsAThread = 2;
constexpr unsigned kBlockValues = kThreads * kUnitsAThread * kUnit;  // of a row

template <bool kVector, typename In>
CANDOR_DEVICE void load_biased(const void* rows, std::uint64_t stride, const float* bias,
                               std::uint64_t first, std::uint64_t width, float (&v)[kUnit]) {
  load_unit<kVector>(static_cast<const In*>(rows) + blockIdx.x * stride, first, width, v);
  if (bias == nullptr) return;
  float b[kUnit];
  load_unit<kVector>(bias, first, width, b);
  CANDOR_UNROLL
  for (int i = 0; i < kUnit; ++i) v[i] += b[i];
}

template <Gated kKind>
CANDOR_DEVICE float gated(const Activate& op, float gate, float up) {
  if constexpr (kKind == Gated::kSilu) return silu_gated(gate, up);
  if constexpr (kKind == Gated::kGeluTanh) return gelu_gated(gate, up);
  return clamped_swiglu_gated(gate, up, op.alpha, op.limit);
}

// grid: rows, parts of a row.
template <typename In, typename Out, Gated kKind, bool kVector>
__global__ void __launch_bounds__(kThreads) activate_kernel(Activate op) {
  const std::uint64_t begin = blockIdx.y * std::uint64_t{kBlockValues} + threadIdx.x * kUnit;
  float gate[kUnitsAThread][kUnit] = {};
  float up[kUnitsAThread][kUnit] = {};
  CANDOR_UNROLL
  for (int u = 0; u < kUnitsAThread; ++u) {
    const std::uint64_t first = begin + static_cast<unsigned>(u) * kThreads * kUnit;
    if (first >= op.width) continue;
    load_biased<kVector, In>(op.gate, op.gate_stride, op.gate_bias, first, op.width, gate[u]);
    load_biased<kVector, In>(op.up, op.up_stride, op.up_bias, first, op.width, up[u]);
  }
  Out* out = static_cast<Out*>(op.out) + blockIdx.x * op.width;
  CANDOR_UNROLL
  for (int u = 0; u < kUnitsAThread; ++u) {
    const std::uint64_t first = begin + static_cast<unsigned>(u) * kThreads * kUnit;
    if (first >= op.width) continue;
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) gate[u][i] = gated<kKind>(op, gate[u][i], up[u][i]);
    store_unit<kVector>(out, first, op.width, gate[u]);
  }
}

template <typename In, typename Out, Gated kKind>
void launch_kind(const Activate& op, const Queue& queue) {
  const bool vector = op.width % kUnit == 0 && op.gate_stride % kUnit == 0 &&
                      op.up_stride % kUnit == 0 && unit_aligned(op.gate, sizeof(In)) &&
                      unit_aligned(op.up, sizeof(In)) && unit_aligned(op.out, sizeof(Out)) &&
                      unit_aligned(op.gate_bias, sizeof(float)) &&
                      unit_aligned(op.up_bias, sizeof(float));
  const auto kernel =
      vector ? &activate_kernel<In, Out, kKind, true> : &activate_kernel<In, Out, kKind, false>;
  const std::uint64_t parts = (op.width + kBlockValues - 1) / kBlockValues;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(op.rows), static_cast<unsigned>(parts)),
                dim3(kThreads), 0, queue.stream, op);
  check_launch("activate");
}

template <typename In, typename Out>
void launch_scalars(const Activate& op, const Queue& queue) {
  switch (op.kind) {
    case Gated::kSilu:
      return launch_kind<In, Out, Gated::kSilu>(op, queue);
    case Gated::kGeluTanh:
      return launch_kind<In, Out, Gated::kGeluTanh>(op, queue);
    case Gated::kClampedSwiglu:
      return launch_kind<In, Out, Gated::kClampedSwiglu>(op, queue);
  }
}

template <typename In>
void launch_in(const Activate& op, const Queue& queue) {
  switch (op.out_scalar) {
    case Scalar::kF32:
      return launch_scalars<In, float>(op, queue);
    case Scalar::kF16:
      return launch_scalars<In, F16>(op, queue);
    case Scalar::kBF16:
      return launch_scalars<In, Bf16>(op, queue);
  }
}

}  // namespace

void launch(const Activate& activate, const Queue& queue) {
  if (activate.rows == 0 || activate.width == 0) return;
  switch (activate.in) {
    case Scalar::kF32:
      return launch_in<float>(activate, queue);
    case Scalar::kBF16:
      return launch_in<Bf16>(activate, queue);
    case Scalar::kF16:  // no product gives it
      break;
  }
  throw std::runtime_error("activate: values of a kind that is not supported");
}

}  // namespace candor::kernels::cuda
