// How the sums of a stripe reach the output, the same for every multiply.
#pragma once

#include <cstddef>

#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/packed.h"

namespace candor::kernels {

template <typename L>
struct StripeWriter {
  // y = sums (+ bias), or y += that.
  static void write(const float* sums, const Matrix::State& weights, std::size_t stripe,
                    std::size_t row, std::size_t rows, const StripeOutput& output) {
    const std::size_t first = stripe * kSumStride;
    const std::size_t left = weights.rows - first;
    const std::size_t width = left < kSumStride ? left : kSumStride;
    for (std::size_t m = 0; m < rows; ++m) {
      const float* from = sums + m * kSumStride;
      float* to = output.y + (row + m) * output.y_stride + first;
      std::size_t n = 0;
      for (; n + 16 <= width; n += 16) {
        auto value = L::load(from + n);
        if (output.bias != nullptr) value = L::add(value, L::load(output.bias + first + n));
        if (output.add) value = L::add(L::load(to + n), value);
        L::store(to + n, value);
      }
      for (; n < width; ++n) {
        float value = from[n];
        if (output.bias != nullptr) value += output.bias[first + n];
        to[n] = output.add ? to[n] + value : value;
      }
    }
  }
};

}  // namespace candor::kernels
