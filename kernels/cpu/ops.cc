#include "kernels/ops.h"

#include <cmath>
#include <limits>

#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/logarithm.h"

namespace candor::kernels {
namespace {

// Values a task takes: less is not worth waking a thread for.
constexpr std::size_t kChunk = 16384;

}  // namespace

float exp_f32(float x) {
  float out = 0.0F;
  kernel_set(active_isa()).exp(&x, 1, &out);
  return out;
}

void rms_norm(const float* x, const float* weight, float epsilon, std::size_t rows,
              std::size_t width, float* out, ThreadPool& pool) {
  const auto kernel = kernel_set(active_isa()).rms_norm;
  const std::size_t rows_a_task = width < kChunk ? kChunk / (width > 0 ? width : 1) : 1;
  const std::size_t tasks = (rows + rows_a_task - 1) / rows_a_task;
  pool.run(tasks, [&](std::size_t task, int) {
    const std::size_t first = task * rows_a_task;
    const std::size_t end = first + rows_a_task < rows ? first + rows_a_task : rows;
    for (std::size_t row = first; row < end; ++row) {
      kernel(x + row * width, weight, epsilon, width, out + row * width);
    }
  });
}

void rms_norm_row(const float* x, const float* weight, float epsilon, std::size_t width,
                  float* out) {
  kernel_set(active_isa()).rms_norm(x, weight, epsilon, width, out);
}

void silu_multiply_row(const float* gate, const float* up, std::size_t count, float* out) {
  kernel_set(active_isa()).silu_multiply(gate, up, count, out);
}

void gelu_multiply_row(const float* gate, const float* up, std::size_t count, float* out) {
  kernel_set(active_isa()).gelu_multiply(gate, up, count, out);
}

void clamped_swiglu_row(const float* gate, const float* up, float alpha, float limit,
                        std::size_t count, float* out) {
  kernel_set(active_isa()).clamped_swiglu(gate, up, alpha, limit, count, out);
}

void softcap(std::span<float> values, float cap) {
  kernel_set(active_isa()).softcap(values.data(), values.size(), cap);
}

void exp_values(std::span<const float> x, float* out) {
  kernel_set(active_isa()).exp(x.data(), x.size(), out);
}

void rope_rotate(float* x, std::size_t heads, std::size_t head_dim, std::size_t n_rot,
                 RopePairing pairing, const float* cos, const float* sin) {
  const auto kernel = kernel_set(active_isa()).rotate;
  const std::size_t half = n_rot / 2;
  for (std::size_t head = 0; head < heads; ++head) {
    float* values = x + head * head_dim;
    if (pairing == RopePairing::kHalves) {
      kernel(values, values + half, cos, sin, half);
    } else {
      for (std::size_t j = 0; j < half; ++j) {
        const float a = values[2 * j];
        const float b = values[2 * j + 1];
        values[2 * j] = a * cos[j] - b * sin[j];
        values[2 * j + 1] = b * cos[j] + a * sin[j];
      }
    }
  }
}

bool all_finite(std::span<const float> values) {
  return kernel_set(active_isa()).all_finite(values.data(), values.size());
}

std::ptrdiff_t argmax(std::span<const float> values) {
  return kernel_set(active_isa()).argmax(values.data(), values.size());
}

double sum_exp(std::span<const float> values, float offset) {
  return kernel_set(active_isa()).sum_exp(values.data(), values.size(), offset);
}

double log_sum_exp(std::span<const float> values) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const KernelSet& kernels = kernel_set(active_isa());
  if (values.empty()) return -kInfinity;
  const std::ptrdiff_t place = kernels.argmax(values.data(), values.size());
  if (place < 0) {
    for (const float value : values) {
      if (std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
    }
    return kInfinity;
  }
  const float largest = values[static_cast<std::size_t>(place)];
  if (std::isinf(largest)) return -kInfinity;
  return static_cast<double>(largest) +
         natural_log(kernels.sum_exp(values.data(), values.size(), largest));
}

}  // namespace candor::kernels
