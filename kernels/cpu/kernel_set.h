// What every instruction set provides: one function an operation, the same bits from each. The
// public functions (matrix.h, ops.h, attention.h) split work over threads and call these; tests
// call the sets side by side.
#pragma once

#include <cstddef>
#include <cstdint>

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

// Where the products of a stripe go: y[row * y_stride + column].
struct StripeOutput {
  const float* bias;  // may be null
  float* y;
  std::size_t y_stride;
  bool add;  // to what is there
};

struct ActivationGroup;
struct ActivationRows;
struct SplitGroup;
struct WideGroup;
struct WideHeader;

struct KernelSet {
  // Quantises the first `rows` rows of one block.
  void (*quantize_block)(const ActivationRows& x, std::size_t block, std::size_t rows,
                         ActivationGroup* out);
  // One row of x for wide weights, to its place in the groups of its block.
  void (*quantize_wide)(const float* x, std::size_t cols, std::size_t row, WideGroup* out);
  // One group of a row of weights: its scale, the sum of q, and q itself.
  void (*round_weights)(const float* weights, std::size_t count, std::uint16_t* scale,
                        std::int16_t* sum, std::int8_t* q);
  // One row of x as bf16 terms (bf16_pairs.h), to its place in the groups of its block. Null: the
  // set has no use for them.
  void (*split_row)(const float* x, std::size_t cols, std::size_t row, SplitGroup* out);
  // y columns [64 * stripe, 64 * stripe + 64) of all rows. x is quantised in the way that the
  // weights want (wide, grouped), or split (pairs).
  using Multiply = void (*)(const Matrix::State& weights, const ActivationRows& x,
                            std::size_t stripe, const StripeOutput& output);
  Multiply multiply_wide;
  Multiply multiply_grouped;
  Multiply multiply_float;  // from any storage but wide
  Multiply multiply_pairs;  // in float32 where split_row is null
  // `heads` heads of those of the kv head, from the `first` of them on.
  void (*attention)(const AttentionShape& shape, AttentionRun run, std::size_t kv_head,
                    std::size_t first, std::size_t heads);
  void (*rms_norm)(const float* x, const float* weight, float epsilon, std::size_t width,
                   float* out);
  void (*silu_multiply)(const float* gate, const float* up, std::size_t count, float* out);
  void (*gelu_multiply)(const float* gate, const float* up, std::size_t count, float* out);
  void (*clamped_swiglu)(const float* gate, const float* up, float alpha, float limit,
                         std::size_t count, float* out);
  void (*softcap)(float* values, std::size_t count, float cap);
  void (*rotate)(float* x, float* y, const float* cos, const float* sin, std::size_t count);
  void (*exp)(const float* x, std::size_t count, float* out);
  std::ptrdiff_t (*argmax)(const float* values, std::size_t count);
  bool (*all_finite)(const float* values, std::size_t count);
  // The sum of exp(value - offset), in float64: 16 lanes, folded by halves.
  double (*sum_exp)(const float* values, std::size_t count, float offset);
};

// The set must be supported by this processor.
const KernelSet& kernel_set(Isa isa);

const KernelSet& portable_kernels();
#if defined(__x86_64__)
const KernelSet& avx2_kernels();
const KernelSet& avx512vnni_kernels();
const KernelSet& amx_kernels();
// Of the tiles of this processor: products of bf16 as well as of int8.
bool has_bf16_tiles();
// Asks the system for the use of tiles by this process; false: it declines.
bool request_amx();
#endif

// The public operations with an instruction set of choice; the public ones use active_isa().
void multiply_with(Isa isa, std::span<const Product> products, Activations& x, ThreadPool& pool);
void attention_with(Isa isa, const AttentionShape& shape, std::span<const AttentionRow> rows,
                    ThreadPool& pool);

}  // namespace candor::kernels
