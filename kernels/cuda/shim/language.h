// The words of language.cuh for the processor: each has CUDA's meaning as far as README.md says.
// Included by language.cuh alone.
#pragma once

#include <math.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cuda/shim/fibers.h"
#include "kernels/cuda/shim/runtime.h"
#include "kernels/cuda/shim/types.h"
#include "kernels/cuda/shim/warp.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __align__(bytes) alignas(bytes)
#define __launch_bounds__(...)
#define CANDOR_DEVICE inline
#define CANDOR_HOST_DEVICE inline
#define CANDOR_UNROLL
#define CANDOR_LAUNCH(kernel, grid, block, shared_bytes, stream, args)                           \
  ::candor::kernels::cuda::shim::launch_kernel(#kernel, kernel, (grid), (block), (shared_bytes), \
                                               (stream), (args))

inline void __syncthreads() { candor::kernels::cuda::shim::barrier(); }
inline void __syncwarp(unsigned mask = 0xFFFFFFFFU) {
  candor::kernels::cuda::shim::sync_warp(mask);
}
template <typename T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
  using candor::kernels::cuda::shim::Shuffle;
  return candor::kernels::cuda::shim::shuffled(Shuffle::kIndex, mask, value, lane, width);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32) {
  using candor::kernels::cuda::shim::Shuffle;
  return candor::kernels::cuda::shim::shuffled(Shuffle::kXor, mask, value, lane_mask, width);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  using candor::kernels::cuda::shim::Shuffle;
  return candor::kernels::cuda::shim::shuffled(Shuffle::kDown, mask, value, static_cast<int>(delta),
                                               width);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  using candor::kernels::cuda::shim::Shuffle;
  return candor::kernels::cuda::shim::shuffled(Shuffle::kUp, mask, value, static_cast<int>(delta),
                                               width);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return candor::kernels::cuda::shim::ballot(mask, predicate != 0);
}
inline int __any_sync(unsigned mask, int predicate) {
  return candor::kernels::cuda::shim::ballot(mask, predicate != 0) != 0 ? 1 : 0;
}
inline int __all_sync(unsigned mask, int predicate) {
  return candor::kernels::cuda::shim::ballot(mask, predicate != 0) == 0xFFFFFFFFU ? 1 : 0;
}
template <typename T>
T __ldg(const T* address) {
  return *address;
}

constexpr int min(int a, int b) { return b < a ? b : a; }
constexpr unsigned min(unsigned a, unsigned b) { return b < a ? b : a; }
constexpr long min(long a, long b) { return b < a ? b : a; }
constexpr unsigned long min(unsigned long a, unsigned long b) { return b < a ? b : a; }
constexpr long long min(long long a, long long b) { return b < a ? b : a; }
constexpr unsigned long long min(unsigned long long a, unsigned long long b) {
  return b < a ? b : a;
}
inline float min(float a, float b) { return fminf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
constexpr int max(int a, int b) { return a < b ? b : a; }
constexpr unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }
constexpr long max(long a, long b) { return a < b ? b : a; }
constexpr unsigned long max(unsigned long a, unsigned long b) { return a < b ? b : a; }
constexpr long long max(long long a, long long b) { return a < b ? b : a; }
constexpr unsigned long long max(unsigned long long a, unsigned long long b) {
  return a < b ? b : a;
}
inline float max(float a, float b) { return fmaxf(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

namespace candor::kernels::cuda {

template <typename T>
T* shared_memory() {
  return reinterpret_cast<T*>(shim::shared_begin());
}

inline void copy_async_16(void* shared, const void* global, bool valid = true) {
  shim::copy_async(shared, global, valid);
}
inline void copy_async_commit() { shim::commit_copies(); }
template <int Pending>
void copy_async_wait() {
  shim::wait_for_copies(Pending);
}

inline void load_matrix_x4(std::uint32_t (&r)[4], const void* shared_row) {
  shim::load_matrix(r, shared_row, false);
}
inline void load_matrix_x4_transposed(std::uint32_t (&r)[4], const void* shared_row) {
  shim::load_matrix(r, shared_row, true);
}
inline void mma_bf16(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                     std::uint32_t b1) {
  shim::mma(d, a, b0, b1, true);
}
inline void mma_f16(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                    std::uint32_t b1) {
  shim::mma(d, a, b0, b1, false);
}

inline std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float float_of_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint4 load_once_16(const void* global) {
  shim::check_aligned("the address of load_once_16", global);
  uint4 value;
  std::memcpy(&value, global, sizeof value);
  return value;
}

}  // namespace candor::kernels::cuda
