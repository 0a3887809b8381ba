// What kernels of matrix products share: what they are told, which tile a block computes, and how
// sums become values of y.
#pragma once

#include <cstdint>

#include "kernels/cuda/operations.h"
#include "kernels/cuda/scalars.cuh"

#if defined(__CUDACC__)
#define CANDOR_NO_UNROLL _Pragma("unroll 1")
#else
#define CANDOR_NO_UNROLL
#endif

namespace candor::kernels::cuda {

struct ProductArgs {
  const unsigned char* w;
  const unsigned char* x;
  void* y;
  std::uint64_t w_pitch;   // bytes
  std::uint64_t x_pitch;   // bytes
  std::uint64_t y_stride;  // elements
  std::uint32_t rows;      // of w
  std::uint32_t cols;
  std::uint32_t m;
  std::uint32_t row_tiles;  // tiles that cover the rows of w
  std::uint32_t m_tiles;
  Store store;
  bool pairs;  // two neighbours of y can be written at once
  bool quads;  // four
};

// As packed_bf16, in one instruction; of a NaN other bits.
CANDOR_DEVICE std::uint32_t rounded_pair(float low, float high) {
#if defined(__CUDA_ARCH__)
  std::uint32_t pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;\n" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
#else
  return packed_bf16(low, high);
#endif
}

// Neighbouring values (r, n) and (r, n + 1) of y.
CANDOR_DEVICE void store_pair(const ProductArgs& p, std::uint32_t r, std::uint32_t n, float first,
                              float second) {
  if (r >= p.m || n >= p.rows) return;
  const std::uint64_t at = r * p.y_stride + n;
  const bool both = n + 1 < p.rows;
  if (p.store == Store::kBF16) {
    auto* const y = static_cast<std::uint16_t*>(p.y) + at;
    const std::uint32_t pair = rounded_pair(first, second);
    if (both && p.pairs) {
      *reinterpret_cast<std::uint32_t*>(y) = pair;
    } else {
      y[0] = static_cast<std::uint16_t>(pair);
      if (both) y[1] = static_cast<std::uint16_t>(pair >> 16);
    }
    return;
  }
  auto* const y = static_cast<float*>(p.y) + at;
  const bool add = p.store == Store::kAddF32;
  if (both && p.pairs) {
    auto* const pair = reinterpret_cast<float2*>(y);
    float2 sum;
    sum.x = first;
    sum.y = second;
    if (add) {
      const float2 before = *pair;
      sum.x = before.x + first;
      sum.y = before.y + second;
    }
    *pair = sum;
  } else {
    y[0] = add ? y[0] + first : first;
    if (both) y[1] = add ? y[1] + second : second;
  }
}

// The tile that a block computes. Blocks that run at the same time share rows of w and x, so that
// both come from the second-level cache: kGroup tiles of m below each other, then the next rows.
CANDOR_DEVICE void tile_of_block(const ProductArgs& p, std::uint32_t& m_tile,
                                 std::uint32_t& row_tile) {
  constexpr std::uint32_t kGroup = 16;
  const std::uint32_t in_group = kGroup * p.row_tiles;
  const std::uint32_t first = blockIdx.x / in_group * kGroup;
  const std::uint32_t within = blockIdx.x % in_group;
  const std::uint32_t left = p.m_tiles - first;
  const std::uint32_t high = left < kGroup ? left : kGroup;
  m_tile = first + within % high;
  row_tile = within / high;
}

}  // namespace candor::kernels::cuda
