// The residual stream between two products, and rows picked from it.
//
// A block computes a row. Which values a thread adds, and how many threads there are, follows from
// the width alone: a thread its own values in ascending order, then a tree over the lanes of a
// warp, then the warps in ascending order. The row stays in registers between the sums; rows too
// long for that are read again.
#include <stdexcept>

#include "kernels/cuda/launchers.h"
#include "kernels/cuda/rows.cuh"

namespace candor::kernels::cuda {
namespace {

constexpr unsigned kMostThreads = 1024;

struct RowOf {
  float* x;
  const float* add;
  std::uint64_t width;
  std::uint64_t units;
};
CANDOR_DEVICE RowOf row_of(const NormAdd& op) {
  const std::uint64_t first = blockIdx.x * op.width;
  return {op.x + first, op.add == nullptr ? nullptr : op.add + first, op.width,
          (op.width + kUnit - 1) / kUnit};
}

// add + add_bias
template <bool kVector>
CANDOR_DEVICE void load_addend(const NormAdd& op, const RowOf& row, std::uint64_t first,
                               float (&t)[kUnit]) {
  if (row.add == nullptr) {
    load_unit<kVector>(op.add_bias, first, row.width, t);
    return;
  }
  load_unit<kVector>(row.add, first, row.width, t);
  if (op.add_bias == nullptr) return;
  float bias[kUnit];
  load_unit<kVector>(op.add_bias, first, row.width, bias);
  CANDOR_UNROLL
  for (int i = 0; i < kUnit; ++i) t[i] += bias[i];
}

CANDOR_DEVICE float add_squares(const float (&v)[kUnit], float sum) {
  CANDOR_UNROLL
  for (int i = 0; i < kUnit; ++i) sum = fmaf(v[i], v[i], sum);
  return sum;
}
CANDOR_DEVICE float inverse_root(float squares, const NormAdd& op) {
  return 1.0F / sqrtf(squares / static_cast<float>(op.width) + op.epsilon);
}
CANDOR_DEVICE void scale(float (&v)[kUnit], float inverse, const float (&weight)[kUnit]) {
  CANDOR_UNROLL
  for (int i = 0; i < kUnit; ++i) v[i] = v[i] * inverse * weight[i];
}

// kHeld units a thread, at most.
template <typename Out, int kHeld, bool kVector>
__global__ void __launch_bounds__(kMostThreads) norm_kernel(NormAdd op) {
  float* shared = shared_memory<float>();
  const RowOf row = row_of(op);
  const auto first_of = [](int held) {
    return (static_cast<std::uint64_t>(held) * blockDim.x + threadIdx.x) * kUnit;
  };
  const bool adds = op.add != nullptr || op.add_bias != nullptr;

  float x[kHeld][kUnit] = {};
  float other[kHeld][kUnit] = {};  // what is added, later the weights
  CANDOR_UNROLL
  for (int h = 0; h < kHeld; ++h) {
    if (first_of(h) >= row.width) continue;
    load_unit<kVector>(row.x, first_of(h), row.width, x[h]);
    if (adds) load_addend<kVector>(op, row, first_of(h), other[h]);
  }
  if (op.add_norm != nullptr) {
    float squares = 0.0F;
    CANDOR_UNROLL
    for (int h = 0; h < kHeld; ++h) squares = add_squares(other[h], squares);
    const float inverse = inverse_root(block_sum(squares, shared), op);
    CANDOR_UNROLL
    for (int h = 0; h < kHeld; ++h) {
      if (first_of(h) >= row.width) continue;
      float weight[kUnit];
      load_unit<kVector>(op.add_norm, first_of(h), row.width, weight);
      scale(other[h], inverse, weight);
    }
  }
  if (adds) {
    CANDOR_UNROLL
    for (int h = 0; h < kHeld; ++h) {
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) x[h][i] += other[h][i];
      if (first_of(h) < row.width) store_unit<kVector>(row.x, first_of(h), row.width, x[h]);
    }
  }
  if (op.weight == nullptr) return;

  float squares = 0.0F;
  CANDOR_UNROLL
  for (int h = 0; h < kHeld; ++h) {
    squares = add_squares(x[h], squares);
    if (first_of(h) < row.width) {
      load_unit<kVector>(op.weight, first_of(h), row.width, other[h]);
    }
  }
  // The second half of shared: others may still read the first.
  const float inverse = inverse_root(block_sum(squares, shared + 32), op);
  Out* out = static_cast<Out*>(op.out) + blockIdx.x * op.width;
  CANDOR_UNROLL
  for (int h = 0; h < kHeld; ++h) {
    scale(x[h], inverse, other[h]);
    if (first_of(h) < row.width) store_unit<kVector>(out, first_of(h), row.width, x[h]);
  }
}

// Any width. What a thread reads again it wrote itself.
template <typename Out, bool kVector>
__global__ void __launch_bounds__(kMostThreads) norm_long_kernel(NormAdd op) {
  float* shared = shared_memory<float>();
  const RowOf row = row_of(op);
  const bool adds = op.add != nullptr || op.add_bias != nullptr;
  const std::uint64_t begin = threadIdx.x * std::uint64_t{kUnit};
  const std::uint64_t step = blockDim.x * std::uint64_t{kUnit};

  float add_inverse = 1.0F;
  if (op.add_norm != nullptr) {
    float squares = 0.0F;
    for (std::uint64_t first = begin; first < row.width; first += step) {
      float t[kUnit];
      load_addend<kVector>(op, row, first, t);
      squares = add_squares(t, squares);
    }
    add_inverse = inverse_root(block_sum(squares, shared), op);
  }
  float squares = 0.0F;
  for (std::uint64_t first = begin; first < row.width; first += step) {
    float x[kUnit];
    load_unit<kVector>(row.x, first, row.width, x);
    if (adds) {
      float t[kUnit];
      load_addend<kVector>(op, row, first, t);
      if (op.add_norm != nullptr) {
        float weight[kUnit];
        load_unit<kVector>(op.add_norm, first, row.width, weight);
        scale(t, add_inverse, weight);
      }
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) x[i] += t[i];
      store_unit<kVector>(row.x, first, row.width, x);
    }
    squares = add_squares(x, squares);
  }
  if (op.weight == nullptr) return;

  const float inverse = inverse_root(block_sum(squares, shared + 32), op);
  Out* out = static_cast<Out*>(op.out) + blockIdx.x * op.width;
  for (std::uint64_t first = begin; first < row.width; first += step) {
    float x[kUnit];
    float weight[kUnit];
    load_unit<kVector>(row.x, first, row.width, x);
    load_unit<kVector>(op.weight, first, row.width, weight);
    scale(x, inverse, weight);
    store_unit<kVector>(out, first, row.width, x);
  }
}

constexpr std::size_t kNormShared = 64 * sizeof(float);

template <typename Out, bool kVector>
void launch_norm(const NormAdd& op, const Queue& queue) {
  const std::uint64_t units = (op.width + kUnit - 1) / kUnit;
  const auto threads_for = [&](std::uint64_t held) {
    return static_cast<unsigned>(((units + held - 1) / held + 31) / 32 * 32);
  };
  auto kernel = &norm_long_kernel<Out, kVector>;
  unsigned threads = kMostThreads;
  if (units <= 256) {
    kernel = &norm_kernel<Out, 1, kVector>;
    threads = threads_for(1);
  } else if (units <= 512) {
    kernel = &norm_kernel<Out, 2, kVector>;
    threads = threads_for(2);
  } else if (units <= 4 * kMostThreads) {
    kernel = &norm_kernel<Out, 4, kVector>;
    threads = threads_for(4);
  }
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(op.rows)), dim3(threads), kNormShared,
                queue.stream, op);
  check_launch("norm_add");
}

template <typename Out>
void launch_norm(const NormAdd& op, const Queue& queue) {
  const bool vector = op.width % kUnit == 0 && unit_aligned(op.x, sizeof(float)) &&
                      unit_aligned(op.add, sizeof(float)) &&
                      unit_aligned(op.add_bias, sizeof(float)) &&
                      unit_aligned(op.add_norm, sizeof(float)) &&
                      unit_aligned(op.weight, sizeof(float)) && unit_aligned(op.out, sizeof(Out));
  vector ? launch_norm<Out, true>(op, queue) : launch_norm<Out, false>(op, queue);
}

constexpr unsigned kGatherThreads = 256;

template <bool kVector>
__global__ void __launch_bounds__(kGatherThreads) gather_kernel(Gather op) {
  const float* from = op.x + op.indices[blockIdx.x] * op.width;
  float* to = op.out + blockIdx.x * op.width;
  if constexpr (kVector) {
    for (std::uint64_t i = threadIdx.x; i < op.width / kUnit; i += kGatherThreads) {
      reinterpret_cast<float4*>(to)[i] = reinterpret_cast<const float4*>(from)[i];
    }
  } else {
    for (std::uint64_t i = threadIdx.x; i < op.width; i += kGatherThreads) to[i] = from[i];
  }
}

}  // namespace

void launch(const NormAdd& norm, const Queue& queue) {
  if (norm.rows == 0 || norm.width == 0) return;
  if (norm.add_norm != nullptr && norm.add == nullptr) {
    throw std::runtime_error("norm_add: a norm of what is added, and nothing is added");
  }
  switch (norm.out_scalar) {
    case Scalar::kF32:
      return launch_norm<float>(norm, queue);
    case Scalar::kF16:
      return launch_norm<F16>(norm, queue);
    case Scalar::kBF16:
      return launch_norm<Bf16>(norm, queue);
  }
}

void launch(const Gather& gather, const Queue& queue) {
  if (gather.count == 0 || gather.width == 0) return;
  const bool vector = gather.width % kUnit == 0 && unit_aligned(gather.x, sizeof(float)) &&
                      unit_aligned(gather.out, sizeof(float));
  const auto kernel = vector ? &gather_kernel<true> : &gather_kernel<false>;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(gather.count)), dim3(kGatherThreads), 0,
                queue.stream, gather);
  check_launch("gather");
}

}  // namespace candor::kernels::cuda
