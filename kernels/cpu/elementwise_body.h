// exp, norms, activations and the vocabulary-wide reductions, written once over 16 lanes
// (lanes_portable.h says which operations a set of lanes has).
//
// exp(x): n = round(x / ln 2), r = x - n ln 2 in two steps (Cody and Waite), then a polynomial of
// degree 6 for exp(r) on |r| <= ln 2 / 2, fitted to the least relative error (3.1e-9, a
// twentieth of half a unit in the last place), and n is added to the exponent. Within the range
// kept (-87.3 to 88.7) the result is a normal number, so nothing is rounded twice.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "kernels/cpu/packed.h"
#include "kernels/cpu/quantize_body.h"

namespace candor::kernels {

inline constexpr float kExpLowest = -87.3F;
inline constexpr float kExpHighest = 88.7F;

template <typename L>
struct Elementwise {
  using F = typename L::F;

  [[gnu::always_inline]] static inline F exp(F x) {
    const F bounded = L::min(L::max(x, L::set1(kExpLowest)), L::set1(kExpHighest));
    const F rounded = L::fma(bounded, L::set1(0x1.715476p+0F), L::set1(kRounder));
    const F n = L::sub(rounded, L::set1(kRounder));
    // ln 2 = 0x1.62e4p-1 (15 bits, so that n times it is exact) + the rest.
    F r = L::fma(n, L::set1(-0x1.62e4p-1F), bounded);
    r = L::fma(n, L::set1(-0x1.7f7d1cp-20F), r);
    F p = L::set1(kExp6);
    p = L::fma(p, r, L::set1(kExp5));
    p = L::fma(p, r, L::set1(kExp4));
    p = L::fma(p, r, L::set1(kExp3));
    p = L::fma(p, r, L::set1(kExp2));
    p = L::fma(p, L::mul(r, r), r);
    F out = L::add_exponent(L::add(p, L::set1(1.0F)), rounded);
    out = L::select(L::less(x, L::set1(kExpLowest)), L::set1(0.0F), out);
    out = L::select(L::less(L::set1(kExpHighest), x), L::set1(kInfinity), out);
    return L::select(L::ordered(x), out, x);  // a NaN stays one
  }

  // The first `count` (< 16) values, zero beyond.
  static F load_part(const float* p, std::size_t count) {
    float part[16] = {};
    for (std::size_t i = 0; i < count; ++i) part[i] = p[i];
    return L::load(part);
  }
  static void store_part(float* p, std::size_t count, F value) {
    float part[16];
    L::store(part, value);
    for (std::size_t i = 0; i < count; ++i) p[i] = part[i];
  }

  static void exp_values(const float* x, std::size_t count, float* out) {
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) L::store(out + i, exp(L::load(x + i)));
    if (i < count) store_part(out + i, count - i, exp(load_part(x + i, count - i)));
  }

  static void rms_norm(const float* x, const float* weight, float epsilon, std::size_t width,
                       float* out) {
    F squares = L::set1(0.0F);
    std::size_t i = 0;
    for (; i + 16 <= width; i += 16) {
      const F value = L::load(x + i);
      squares = L::fma(value, value, squares);
    }
    if (i < width) {
      const F value = load_part(x + i, width - i);
      squares = L::fma(value, value, squares);
    }
    const float mean = L::sum(squares) / static_cast<float>(width);
    const F inverse = L::set1(1.0F / std::sqrt(mean + epsilon));
    for (i = 0; i + 16 <= width; i += 16) {
      L::store(out + i, L::mul(L::mul(L::load(x + i), inverse), L::load(weight + i)));
    }
    if (i < width) {
      const F value = L::mul(load_part(x + i, width - i), inverse);
      store_part(out + i, width - i, L::mul(value, load_part(weight + i, width - i)));
    }
  }

  [[gnu::always_inline]] static inline F silu_times(F gate, F up) {
    const F denominator = L::add(L::set1(1.0F), exp(L::sub(L::set1(0.0F), gate)));
    return L::mul(L::div(gate, denominator), up);
  }

  static void silu_multiply(const float* gate, const float* up, std::size_t count, float* out) {
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      L::store(out + i, silu_times(L::load(gate + i), L::load(up + i)));
    }
    if (i < count) {
      const std::size_t left = count - i;
      store_part(out + i, left, silu_times(load_part(gate + i, left), load_part(up + i, left)));
    }
  }

  // (x, y) <- (x cos - y sin, y cos + x sin): products and sums rounded one by one.
  static void rotate(float* x, float* y, const float* cos, const float* sin, std::size_t count) {
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      const F a = L::load(x + i);
      const F b = L::load(y + i);
      const F c = L::load(cos + i);
      const F s = L::load(sin + i);
      L::store(x + i, L::sub(L::mul(a, c), L::mul(b, s)));
      L::store(y + i, L::add(L::mul(b, c), L::mul(a, s)));
    }
    for (; i < count; ++i) {
      const float a = x[i];
      const float b = y[i];
      x[i] = a * cos[i] - b * sin[i];
      y[i] = b * cos[i] + a * sin[i];
    }
  }

  // The largest of each run of 1024 first, then the place within the best run: the lowest index
  // wins.
  static std::ptrdiff_t argmax(const float* values, std::size_t count) {
    constexpr std::size_t kRun = 1024;
    float best = -kInfinity;
    std::size_t best_start = 0;
    bool found = false;
    for (std::size_t start = 0; start < count; start += kRun) {
      const std::size_t end = start + kRun < count ? start + kRun : count;
      F largest = L::set1(-kInfinity);
      F usable = L::set1(1.0F);
      std::size_t i = start;
      for (; i + 16 <= end; i += 16) {
        const F value = L::load(values + i);
        usable = L::select(L::less(value, L::set1(kInfinity)), usable, L::set1(0.0F));
        largest = L::max(value, largest);
      }
      float run_best = L::largest(largest);
      bool run_usable = L::all(L::less(L::set1(0.5F), usable));
      for (; i < end; ++i) {
        run_usable = run_usable && values[i] < kInfinity;
        run_best = values[i] > run_best ? values[i] : run_best;
      }
      if (!run_usable) return -1;
      if (!found || run_best > best) {
        best = run_best;
        best_start = start;
        found = true;
      }
    }
    for (std::size_t i = best_start; i < count; ++i) {
      if (values[i] == best) return static_cast<std::ptrdiff_t>(i);
    }
    return -1;
  }

  static bool all_finite(const float* values, std::size_t count) {
    const F infinity = L::set1(kInfinity);
    const F zero = L::set1(0.0F);
    F finite = L::set1(1.0F);
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      finite = L::select(L::less(L::abs(L::load(values + i)), infinity), finite, zero);
    }
    if (i < count) {
      finite = L::select(L::less(L::abs(load_part(values + i, count - i)), infinity), finite, zero);
    }
    return L::all(L::less(zero, finite));
  }

  static double sum_exp(const float* values, std::size_t count, float offset) {
    double lanes[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      L::accumulate(lanes, exp(L::sub(L::load(values + i), L::set1(offset))));
    }
    if (i < count) {
      float part[16];
      for (std::size_t j = 0; j < 16; ++j)
        part[j] = i + j < count ? values[i + j] - offset : -kInfinity;
      L::accumulate(lanes, exp(L::load(part)));
    }
    for (std::size_t step = 8; step > 0; step /= 2) {
      for (std::size_t j = 0; j < step; ++j) lanes[j] += lanes[j + step];
    }
    return lanes[0];
  }

 private:
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();
  static constexpr float kExp2 = 0x1.fffffcp-2F;
  static constexpr float kExp3 = 0x1.555492p-3F;
  static constexpr float kExp4 = 0x1.5558b4p-5F;
  static constexpr float kExp5 = 0x1.12399ap-7F;
  static constexpr float kExp6 = 0x1.6a494ep-10F;
};

}  // namespace candor::kernels
