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

  // What combines a gate with its value; classes, because the bodies of lambdas are not compiled
  // for the instruction set of the file.
  struct Silu {
    [[gnu::always_inline]] inline F operator()(F gate, F up) const {
      const F denominator = L::add(L::set1(1.0F), exp(L::sub(L::set1(0.0F), gate)));
      return L::mul(L::div(gate, denominator), up);
    }
  };

  // 0.5 x (1 + tanh(u)) is x / (1 + exp(-2u)), which loses nothing for negative x;
  // u = sqrt(2 / pi) (x + 0.044715 x^3) (Hendrycks and Gimpel 2016).
  struct Gelu {
    [[gnu::always_inline]] inline F operator()(F gate, F up) const {
      const F cube = L::mul(L::mul(gate, gate), gate);
      const F u = L::fma(cube, L::set1(0.044715F), gate);
      const F denominator = L::add(L::set1(1.0F), exp(L::mul(u, L::set1(-1.5957691F))));
      return L::mul(L::div(gate, denominator), up);
    }
  };

  struct ClampedSwiglu {
    float alpha;
    float limit;
    [[gnu::always_inline]] inline F operator()(F gate, F up) const {
      // In this order of operands a NaN stays one.
      const F g = L::min(L::set1(limit), gate);
      const F u = L::max(L::set1(-limit), L::min(L::set1(limit), up));
      const F denominator = L::add(L::set1(1.0F), exp(L::mul(g, L::set1(-alpha))));
      return L::mul(L::add(u, L::set1(1.0F)), L::div(g, denominator));
    }
  };

  // out[i] = combine(gate[i], up[i])
  template <typename Combine>
  static void combine_values(const float* gate, const float* up, std::size_t count, float* out,
                             Combine combine) {
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      L::store(out + i, combine(L::load(gate + i), L::load(up + i)));
    }
    if (i < count) {
      const std::size_t left = count - i;
      store_part(out + i, left, combine(load_part(gate + i, left), load_part(up + i, left)));
    }
  }
  static void silu_multiply(const float* gate, const float* up, std::size_t count, float* out) {
    combine_values(gate, up, count, out, Silu{});
  }
  static void gelu_multiply(const float* gate, const float* up, std::size_t count, float* out) {
    combine_values(gate, up, count, out, Gelu{});
  }
  static void clamped_swiglu(const float* gate, const float* up, float alpha, float limit,
                             std::size_t count, float* out) {
    combine_values(gate, up, count, out, ClampedSwiglu{alpha, limit});
  }

  // cap * tanh(x / cap) with tanh(z) = 1 - 2 / (exp(2z) + 1): off by a rounding of 1, that is by
  // at most 2^-23 of the cap.
  [[gnu::always_inline]] static inline F softcap(F x, F cap, F twice_inverse) {
    const F tail = L::div(L::set1(2.0F), L::add(exp(L::mul(x, twice_inverse)), L::set1(1.0F)));
    return L::mul(cap, L::sub(L::set1(1.0F), tail));
  }
  static void softcap_values(float* values, std::size_t count, float cap) {
    const F caps = L::set1(cap);
    const F twice_inverse = L::set1(2.0F / cap);
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      L::store(values + i, softcap(L::load(values + i), caps, twice_inverse));
    }
    if (i < count) {
      const std::size_t left = count - i;
      store_part(values + i, left, softcap(load_part(values + i, left), caps, twice_inverse));
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
