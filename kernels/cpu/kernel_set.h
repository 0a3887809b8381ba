// What every instruction set provides: one function an operation, the same bits from each. The
// public functions (matrix.h, ops.h, attention.h) split work over threads and call these; tests
// call the sets side by side.
#pragma once

#include <cstddef>

#include "kernels/attention.h"
#include "kernels/cpu/packed.h"
#include "kernels/isa.h"

namespace candor::kernels {

// Consecutive rows of one sequence (same pages and window, positions one apart).
struct AttentionRun {
  const AttentionRow* rows;
  std::size_t count;
};
inline constexpr std::size_t kMaxRunRows = 16;

struct KernelSet {
  // Quantises the rows of one block.
  void (*quantize_block)(const Activations::State& x, std::size_t block, ActivationGroup* out);
  // y columns [64 * stripe, 64 * stripe + 64) of all rows; x is quantised.
  void (*multiply_int8)(const Matrix::State& weights, const Activations::State& x,
                        std::size_t stripe, const float* bias, float* y, std::size_t y_stride);
  // The same in float32, from any storage.
  void (*multiply_float)(const Matrix::State& weights, const Activations::State& x,
                         std::size_t stripe, const float* bias, float* y, std::size_t y_stride);
  void (*attention)(const AttentionShape& shape, AttentionRun run, std::size_t kv_head);
  void (*rms_norm)(const float* x, const float* weight, float epsilon, std::size_t width,
                   float* out);
  void (*silu_multiply)(const float* gate, const float* up, std::size_t count, float* out);
  void (*add)(float* x, const float* y, std::size_t count);
  void (*rotate)(float* x, float* y, const float* cos, const float* sin, std::size_t count);
  void (*exp)(const float* x, std::size_t count, float* out);
  std::ptrdiff_t (*argmax)(const float* values, std::size_t count);
  // The sum of exp(value - offset), in float64: 16 lanes, folded by halves.
  double (*sum_exp)(const float* values, std::size_t count, float offset);
};

// The set must be supported by this processor.
const KernelSet& kernel_set(Isa isa);

const KernelSet& portable_kernels();
#if defined(__x86_64__)
const KernelSet& avx2_kernels();
const KernelSet& avx512vnni_kernels();
#endif

// The public operations with an instruction set of choice; the public ones use active_isa().
void multiply_with(Isa isa, const Matrix& weights, Activations& x, const float* bias, float* y,
                   std::size_t y_stride, ThreadPool& pool);
void attention_with(Isa isa, const AttentionShape& shape, std::span<const AttentionRow> rows,
                    ThreadPool& pool);

}  // namespace candor::kernels
