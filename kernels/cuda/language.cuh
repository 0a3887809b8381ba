// The part of CUDA C++ that our kernels are written in. The same sources are compiled by nvcc for
// the GPU and by the host's compiler for the processor, where shim/ gives each of these words a
// meaning: that is how indexing, masks, reductions, barriers and fragment layouts are tested on
// machines without a GPU.
//
// Rules for kernels, so that both can compile them:
// - `__global__ void name(Args args)` with one plain struct as argument, launched by CANDOR_LAUNCH.
// - Shared memory is dynamic only, got by `shared_memory<T>()` and cut up by hand.
// - All threads of a warp take part in shuffles, votes, mma and load_matrix; all threads of a block
//   in __syncthreads. The shim stops the test program where they do not.
// - No libm but sqrtf, fmaf, fabsf, fminf, fmaxf, rintf and the float64 operators: exp, tanh, sin
//   and cos are our own (math.cuh). Contraction is off on both sides.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__)

#include <cuda_runtime.h>

#define CANDOR_LAUNCH(kernel, grid, block, shared_bytes, stream, args) \
  kernel<<<(grid), (block), (shared_bytes), (stream)>>>(args)
#define CANDOR_DEVICE __device__ __forceinline__
// For small functions that tests call on the host too.
#define CANDOR_HOST_DEVICE __host__ __device__ __forceinline__
// The host's compiler, which sees functions for both too, does not know it.
#if defined(__CUDA_ARCH__)
#define CANDOR_UNROLL _Pragma("unroll")
#else
#define CANDOR_UNROLL
#endif

namespace candor::kernels::cuda {

template <typename T>
CANDOR_DEVICE T* shared_memory() {
  extern __shared__ __align__(1024) unsigned char candor_shared_memory[];
  return reinterpret_cast<T*>(candor_shared_memory);
}

// Copies 16 bytes to shared memory behind the thread's back (cp.async, PTX ISA 9.7.9.25); zeros
// where not `valid`, and nothing is read then. Both addresses are multiples of 16. Visible to the
// thread after copy_async_wait, to others after a barrier too.
CANDOR_DEVICE void copy_async_16(void* shared, const void* global, bool valid = true) {
  const auto to = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  const int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(to), "l"(global), "r"(bytes)
               : "memory");
}
CANDOR_DEVICE void copy_async_commit() { asm volatile("cp.async.commit_group;\n" ::: "memory"); }
// Waits until at most `Pending` of the groups committed last are still under way.
template <int Pending>
CANDOR_DEVICE void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;\n" ::"n"(Pending) : "memory");
}

// Four 8 x 8 matrices of 16-bit values (ldmatrix, PTX ISA 9.7.14.5.15): lane i gives the address of
// row i % 8 of matrix i / 8 (16 bytes, aligned to 16), lane i gets of each matrix the two values of
// row i / 4 at columns 2 (i % 4) and the next; transposed: of column i / 4 at rows 2 (i % 4) ….
CANDOR_DEVICE void load_matrix_x4(std::uint32_t (&r)[4], const void* shared_row) {
  const auto from = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared_row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(from)
               : "memory");
}
CANDOR_DEVICE void load_matrix_x4_transposed(std::uint32_t (&r)[4], const void* shared_row) {
  const auto from = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared_row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(from)
               : "memory");
}

// d += a b for a [16, 16] (row major), b [16, 8] (column major), d [16, 8] (PTX ISA 9.7.14.5.8):
// with g = lane / 4 and t = lane % 4, a holds {(g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8)}
// and the value right of each, b {(2t, g), (2t + 8, g)} and the value below each, d {(g, 2t),
// (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1)}.
CANDOR_DEVICE void mma_bf16(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                            std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
CANDOR_DEVICE void mma_f16(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                           std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

CANDOR_HOST_DEVICE std::uint32_t bits_of(float value) {
#if defined(__CUDA_ARCH__)
  return __float_as_uint(value);
#else
  std::uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
#endif
}
CANDOR_HOST_DEVICE float float_of_bits(std::uint32_t bits) {
#if defined(__CUDA_ARCH__)
  return __uint_as_float(bits);
#else
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
#endif
}

// Streams 16 bytes past the first-level cache: for weights that are read once.
CANDOR_DEVICE uint4 load_once_16(const void* global) {
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(global));
  return v;
}

}  // namespace candor::kernels::cuda

#else

// Gives the same names, and of CUDA's own: __global__, __device__, __launch_bounds__, dim3, uint2,
// uint4, float2, float4, threadIdx, blockIdx, blockDim, gridDim, warpSize, __syncthreads,
// __syncwarp,
// __shfl_sync, __shfl_xor_sync, __shfl_down_sync, __ballot_sync, __any_sync, __all_sync, __ldg,
// min, max; of the runtime what module.cu uses (shim/runtime.h).
#include "kernels/cuda/shim/language.h"

#endif
