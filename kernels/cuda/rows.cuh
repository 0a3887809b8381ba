// What the kernels that work on rows share: four neighbouring values at a time, loaded and stored
// in one access where the addresses allow it and one by one where they do not (the same values go
// to the same threads either way, so addresses never change a bit), and the sum over a block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/language.cuh"
#include "kernels/cuda/scalars.cuh"

namespace candor::kernels::cuda {

// Values a thread takes at a time.
inline constexpr int kUnit = 4;
inline constexpr unsigned kWholeWarp = 0xFFFFFFFFU;

// Aligned to kUnit values.
CANDOR_DEVICE void load_unit(const float* from, float (&v)[kUnit]) {
  const float4 four = *reinterpret_cast<const float4*>(from);
  v[0] = four.x;
  v[1] = four.y;
  v[2] = four.z;
  v[3] = four.w;
}
CANDOR_DEVICE void load_unit(const Bf16* from, float (&v)[kUnit]) {
  const uint2 four = *reinterpret_cast<const uint2*>(from);
  v[0] = float_of_bits(four.x << 16);
  v[1] = float_of_bits(four.x & 0xFFFF0000U);
  v[2] = float_of_bits(four.y << 16);
  v[3] = float_of_bits(four.y & 0xFFFF0000U);
}
CANDOR_DEVICE void load_unit(const F16* from, float (&v)[kUnit]) {
  const uint2 four = *reinterpret_cast<const uint2*>(from);
  v[0] = to_float(F16{static_cast<std::uint16_t>(four.x & 0xFFFFU)});
  v[1] = to_float(F16{static_cast<std::uint16_t>(four.x >> 16)});
  v[2] = to_float(F16{static_cast<std::uint16_t>(four.y & 0xFFFFU)});
  v[3] = to_float(F16{static_cast<std::uint16_t>(four.y >> 16)});
}
CANDOR_DEVICE void store_unit(float* to, const float (&v)[kUnit]) {
  float4 four;
  four.x = v[0];
  four.y = v[1];
  four.z = v[2];
  four.w = v[3];
  *reinterpret_cast<float4*>(to) = four;
}
CANDOR_DEVICE void store_unit(Bf16* to, const float (&v)[kUnit]) {
  uint2 four;
  four.x = packed_bf16(v[0], v[1]);
  four.y = packed_bf16(v[2], v[3]);
  *reinterpret_cast<uint2*>(to) = four;
}
CANDOR_DEVICE void store_unit(F16* to, const float (&v)[kUnit]) {
  uint2 four;
  four.x = static_cast<std::uint32_t>(to_f16(v[0]).bits) |
           (static_cast<std::uint32_t>(to_f16(v[1]).bits) << 16);
  four.y = static_cast<std::uint32_t>(to_f16(v[2]).bits) |
           (static_cast<std::uint32_t>(to_f16(v[3]).bits) << 16);
  *reinterpret_cast<uint2*>(to) = four;
}

// Values [first, first + kUnit) of a row; `beyond` for those that are not within `width`. With
// kVector all of them are, and the address is aligned.
template <bool kVector, typename T>
CANDOR_DEVICE void load_unit(const T* row, std::uint64_t first, std::uint64_t width,
                             float (&v)[kUnit], float beyond = 0.0F) {
  if constexpr (kVector) {
    load_unit(row + first, v);
  } else {
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) {
      const std::uint64_t place = first + static_cast<unsigned>(i);
      v[i] = place < width ? to_float(row[place]) : beyond;
    }
  }
}
template <bool kVector, typename T>
CANDOR_DEVICE void store_unit(T* row, std::uint64_t first, std::uint64_t width,
                              const float (&v)[kUnit]) {
  if constexpr (kVector) {
    store_unit(row + first, v);
  } else {
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) {
      const std::uint64_t place = first + static_cast<unsigned>(i);
      if (place < width) row[place] = from_float<T>(v[i]);
    }
  }
}

// Whether units of `scalar_size` bytes a value can be read from there; so can they where there is
// nothing.
inline bool unit_aligned(const void* pointer, std::size_t scalar_size) {
  return reinterpret_cast<std::uintptr_t>(pointer) % (kUnit * scalar_size) == 0;
}

// Over the lanes of a warp, the same bits in each.
CANDOR_DEVICE float warp_sum(float value, unsigned lanes = 32) {
  for (unsigned step = lanes / 2; step > 0; step /= 2) {
    value += __shfl_xor_sync(kWholeWarp, value, static_cast<int>(step));
  }
  return value;
}

// Over a block of whole warps: lanes in a tree, warps in ascending order; the same bits in every
// thread. `shared` has 32 places and may be used again after the next barrier.
CANDOR_DEVICE float block_sum(float value, float* shared) {
  const float of_warp = warp_sum(value);
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = of_warp;
  __syncthreads();
  float sum = shared[0];
  for (unsigned warp = 1; warp < blockDim.x / 32; ++warp) sum += shared[warp];
  return sum;
}

}  // namespace candor::kernels::cuda
