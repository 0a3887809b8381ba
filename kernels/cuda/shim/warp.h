// What the lanes of a warp do together, by the meaning that the CUDA programming guide and the PTX
// ISA give it. Every function here is called by all 32 lanes (fibers.h: collective).
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace candor::kernels::cuda::shim {

void sync_warp(unsigned mask);

enum class Shuffle { kIndex, kXor, kDown, kUp };
std::uint64_t shuffle(Shuffle kind, unsigned mask, std::uint64_t value, int operand, int width);

template <typename T>
T shuffled(Shuffle kind, unsigned mask, T value, int operand, int width) {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8),
                "shuffles move 4 or 8 bytes");
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = shuffle(kind, mask, bits, operand, width);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

unsigned ballot(unsigned mask, bool predicate);

void load_matrix(std::uint32_t (&r)[4], const void* shared_row, bool transposed);

// d += a b. The 16 products, which are exact, are added to d in float64 in ascending k, and the sum
// is rounded once to float32. Tensor cores keep fewer bits on the way: equal where the sums are
// exact in float32, else close.
void mma(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1, bool bf16);

}  // namespace candor::kernels::cuda::shim
