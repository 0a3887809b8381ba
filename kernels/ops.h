// The small operations of a transformer, on rows of float32. Fixed lanes and fixed trees in every
// reduction, own exp (no libm), so that the instruction set and the batch never change a bit.
// Each is `parallel over rows` where it takes a pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/thread_pool.h"

namespace candor::kernels {

// exp in float32, the same bits everywhere; below -87.3 it is 0, above 88.7 infinity.
float exp_f32(float x);

// out[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight;   x, out: [rows, width]; may alias.
void rms_norm(const float* x, const float* weight, float epsilon, std::size_t rows,
              std::size_t width, float* out, ThreadPool& pool);

void rms_norm_row(const float* x, const float* weight, float epsilon, std::size_t width,
                  float* out);

// out = silu(gate) * up over [count]; may alias gate. silu(z) = z / (1 + exp(-z)).
void silu_multiply_row(const float* gate, const float* up, std::size_t count, float* out);

// out = gelu(gate) * up over [count]; may alias gate. The tanh form: gelu(x) = 0.5 x (1 +
// tanh(sqrt(2 / pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016).
void gelu_multiply_row(const float* gate, const float* up, std::size_t count, float* out);

// out = (u + 1) * g * sigmoid(alpha * g) over [count] with g = min(gate, limit) and u = up within
// [-limit, limit] (gpt-oss); may alias gate.
void clamped_swiglu_row(const float* gate, const float* up, float alpha, float limit,
                        std::size_t count, float* out);

// values = cap * tanh(values / cap), cap > 0 (Gemma 2, section 2).
void softcap(std::span<float> values, float cap);

// out = exp(x), elementwise; may alias.
void exp_values(std::span<const float> x, float* out);

enum class RopePairing { kHalves, kInterleaved };  // (j, j + n/2) ("NeoX") or (2j, 2j + 1) ("norm")

// cos and sin of position * inv_freq[j], computed in float64 with own range reduction (no libm).
// out: [n_rot / 2] each.
void rope_angles(std::span<const double> inv_freq, std::int64_t position, float scale, float* cos,
                 float* sin);

// Rotates the first n_rot of each head's head_dim values in place; x: [heads, head_dim] of one
// token.
void rope_rotate(float* x, std::size_t heads, std::size_t head_dim, std::size_t n_rot,
                 RopePairing pairing, const float* cos, const float* sin);

// No NaN and no infinity among them.
bool all_finite(std::span<const float> values);

// Index of the largest value, the lowest index on ties; -1 if any value is NaN or +infinity.
std::ptrdiff_t argmax(std::span<const float> values);

// sum(exp(values - offset)), in float64 with a fixed order; finite values.
double sum_exp(std::span<const float> values, float offset);

// log(sum(exp(values))), in float64 with a fixed order.
double log_sum_exp(std::span<const float> values);

}  // namespace candor::kernels
