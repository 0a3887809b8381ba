// From float32 to int8, written once over 16 lanes: a group's scale is its largest magnitude / 127,
// and q = x * (1 / scale) rounded to nearest even.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/cpu/packed.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {

// 1.5 * 2^23: adding it to |x| < 2^22 leaves x, rounded to nearest even, in the low bits.
inline constexpr float kRounder = 12582912.0F;
// Below this the scale would lose bits as a denormal; such a group counts as zero.
inline constexpr float kSmallestGroup = 0x1p-100F;

template <typename L>
struct Quantize {
  using F = typename L::F;

  // One row's group of 32: x = scale * q, scale = largest magnitude / 127.
  [[gnu::always_inline]] static inline void quantize_group(const float* x, std::size_t row,
                                                           ActivationGroup& out) {
    const F a = L::load(x);
    const F b = L::load(x + 16);
    const F magnitude_a = L::abs(a);
    const F magnitude_b = L::abs(b);
    const F infinity = L::set1(std::numeric_limits<float>::infinity());
    const bool finite =
        L::all(L::less(magnitude_a, infinity)) && L::all(L::less(magnitude_b, infinity));
    const float largest = finite ? L::largest(L::max(magnitude_a, magnitude_b)) : 0.0F;
    // Below 2^-100 the scale would lose bits as a denormal; such a group is zero.
    if (largest < 0x1p-100F) {
      for (std::size_t quad = 0; quad < 8; ++quad) {
        for (std::size_t k = 0; k < 4; ++k) out.q[quad][row][k] = 0;
      }
      out.scale[row] = finite ? 0.0F : std::numeric_limits<float>::quiet_NaN();
      out.scaled_sum[row] = out.scale[row];
      out.correction[row] = out.half_correction[0][row] = out.half_correction[1][row] = 0;
      return;
    }
    const float scale = largest / 127.0F;
    const F inverse = L::set1(127.0F / largest);
    const F rounder = L::set1(kRounder);
    const F rounded_a = L::add(L::mul(a, inverse), rounder);
    const F rounded_b = L::add(L::mul(b, inverse), rounder);
    alignas(16) std::int8_t q[32];
    L::store_low_bytes(q, rounded_a);
    L::store_low_bytes(q + 16, rounded_b);
    for (std::size_t quad = 0; quad < 8; ++quad) {
      __builtin_memcpy(out.q[quad][row], q + 4 * quad, 4);
    }
    // Sums of whole numbers below 2^24: exact in any order.
    const auto sum_a = static_cast<std::int32_t>(L::sum(L::sub(rounded_a, rounder)));
    const auto sum_b = static_cast<std::int32_t>(L::sum(L::sub(rounded_b, rounder)));
    out.scale[row] = scale;
    out.scaled_sum[row] = scale * static_cast<float>(sum_a + sum_b);
    out.correction[row] = -128 * (sum_a + sum_b);
    out.half_correction[0][row] = -128 * sum_a;
    out.half_correction[1][row] = -128 * sum_b;
  }

  static void quantize_block(const ActivationRows& x, std::size_t block, std::size_t rows,
                             ActivationGroup* out) {
    const std::size_t groups = x.groups();
    for (std::size_t row = 0; row < rows; ++row) {
      const float* values = x.values + (block * kBlockRows + row) * x.cols;
      for (std::size_t g = 0; g < groups; ++g) {
        quantize_group(values + g * kGroupSize, row, out[g]);
      }
    }
  }

  struct Range {
    float largest;
    bool finite;
  };
  // Magnitudes of `count` values, a multiple of 16.
  static Range range_of(const float* x, std::size_t count) {
    F largest = L::set1(0.0F);
    F usable = L::set1(1.0F);
    for (std::size_t i = 0; i < count; i += 16) {
      const F magnitude = L::abs(L::load(x + i));
      usable = L::select(L::less(magnitude, L::set1(std::numeric_limits<float>::infinity())),
                         usable, L::set1(0.0F));
      largest = L::max(magnitude, largest);
    }
    return {L::largest(largest), L::all(L::less(L::set1(0.5F), usable))};
  }

  // Bias is what the kernels of an instruction set want added to q (0 or 128).
  template <int Bias>
  static void quantize_wide(const float* x, std::size_t cols, std::size_t row, WideGroup* out) {
    for (std::size_t first = 0; first < cols; first += kWideGroup, ++out) {
      const std::size_t count = cols - first < kWideGroup ? cols - first : kWideGroup;
      const Range range = range_of(x + first, count);
      std::uint8_t* q = out->q[row];
      if (!range.finite || range.largest < kSmallestGroup) {
        out->scale[row] = range.finite ? 0.0F : std::numeric_limits<float>::quiet_NaN();
        for (std::size_t i = 0; i < kWideGroup; ++i) q[i] = Bias;
        continue;
      }
      out->scale[row] = range.largest / 127.0F;
      const F inverse = L::set1(127.0F / range.largest);
      const F rounder = L::set1(kRounder + Bias);
      std::size_t i = 0;
      for (; i < count; i += 16) {
        const F rounded = L::add(L::mul(L::load(x + first + i), inverse), rounder);
        L::store_low_bytes(reinterpret_cast<std::int8_t*>(q + i), rounded);
      }
      for (; i < kWideGroup; ++i) q[i] = Bias;
    }
  }

  // `count` is a multiple of 32 and at most 128. The scale is rounded up to bf16.
  static void round_weights(const float* weights, std::size_t count, std::uint16_t* scale,
                            std::int16_t* sum, std::int8_t* q) {
    const Range range = range_of(weights, count);
    *sum = 0;
    if (!range.finite || range.largest < kSmallestGroup) {
      *scale = range.finite ? 0 : 0x7FC0;  // NaN
      for (std::size_t i = 0; i < count; ++i) q[i] = 0;
      return;
    }
    const auto bits = std::bit_cast<std::uint32_t>(range.largest / 127.0F);
    *scale = static_cast<std::uint16_t>((bits + 0xFFFFU) >> 16);
    const float stored = std::bit_cast<float>(static_cast<std::uint32_t>(*scale) << 16);
    const F inverse = L::set1(1.0F / stored);
    const F rounder = L::set1(kRounder);
    F total = L::set1(0.0F);
    for (std::size_t i = 0; i < count; i += 16) {
      const F rounded = L::add(L::mul(L::load(weights + i), inverse), rounder);
      L::store_low_bytes(q + i, rounded);
      total = L::add(total, L::sub(rounded, rounder));
    }
    *sum = static_cast<std::int16_t>(L::sum(total));  // whole numbers: exact
  }
};

}  // namespace candor::kernels
