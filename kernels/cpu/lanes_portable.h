// 16 lanes of float32 in plain C++: the reference that the vector versions must equal bit by bit.
// Every set of lanes has this interface; `add_exponent`, `load_quad_byte` and `sum` say what they
// do below, the rest is what the names say, lane by lane.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/half.h"

namespace candor::kernels {

struct PortableLanes {
  struct F {
    float v[16];
  };
  struct Mask {
    bool v[16];
  };
  // Register budgets of the loops over several rows or queries.
  static constexpr int kFloatTiles = 1;
  static constexpr int kFloatRows = 4;
  static constexpr int kQueries = 4;
  static constexpr int kKeyVectors = 1;
  static constexpr int kValueVectors = 1;

  template <typename Operation>
  static F map(Operation operation) {
    F out;
    for (int i = 0; i < 16; ++i) out.v[i] = operation(i);
    return out;
  }

  static F load(const float* p) {
    F out;
    std::memcpy(out.v, p, sizeof out.v);
    return out;
  }
  static void store(float* p, F a) { std::memcpy(p, a.v, sizeof a.v); }
  static F load_half(const std::uint16_t* p) {
    return map([&](int i) { return half_to_float(p[i]); });
  }
  static F load_bfloat(const std::uint16_t* p) {
    return map([&](int i) { return bfloat_to_float(p[i]); });
  }
  // Value `index` (0 or 1) of each of 16 consecutive pairs.
  static F load_bfloat_of_pair(const std::uint16_t* p, int index) {
    return map([&](int i) { return bfloat_to_float(p[2 * i + index]); });
  }
  static F load_int32(const std::int32_t* p) {
    return map([&](int i) { return static_cast<float>(p[i]); });
  }
  // Byte `index` of each of 16 consecutive 4-byte quads, less 128.
  static F load_quad_byte(const std::byte* p, int index) {
    return map(
        [&](int i) { return static_cast<float>(std::to_integer<int>(p[4 * i + index]) - 128); });
  }
  // The low byte of each lane's bits.
  static void store_low_bytes(std::int8_t* p, F a) {
    for (int i = 0; i < 16; ++i) {
      p[i] = static_cast<std::int8_t>(std::bit_cast<std::uint32_t>(a.v[i]) & 0xFFU);
    }
  }

  static F set1(float a) {
    return map([&](int) { return a; });
  }
  static F add(F a, F b) {
    return map([&](int i) { return a.v[i] + b.v[i]; });
  }
  static F sub(F a, F b) {
    return map([&](int i) { return a.v[i] - b.v[i]; });
  }
  static F mul(F a, F b) {
    return map([&](int i) { return a.v[i] * b.v[i]; });
  }
  static F div(F a, F b) {
    return map([&](int i) { return a.v[i] / b.v[i]; });
  }
  static F fma(F a, F b, F c) {
    return map([&](int i) { return std::fma(a.v[i], b.v[i], c.v[i]); });
  }
  // The second where they are unordered.
  static F max(F a, F b) {
    return map([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F min(F a, F b) {
    return map([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F abs(F a) {
    return map([&](int i) { return std::fabs(a.v[i]); });
  }
  // bits(a) + (bits(b) << 23): multiplies a by 2^n where b is 1.5 * 2^23 + n.
  static F add_exponent(F a, F b) {
    return map([&](int i) {
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(a.v[i]) +
                                  (std::bit_cast<std::uint32_t>(b.v[i]) << 23));
    });
  }
  // False where unordered.
  static Mask less(F a, F b) {
    Mask out;
    for (int i = 0; i < 16; ++i) out.v[i] = a.v[i] < b.v[i];
    return out;
  }
  // True where not NaN.
  static Mask ordered(F a) {
    Mask out;
    for (int i = 0; i < 16; ++i) out.v[i] = a.v[i] == a.v[i];
    return out;
  }
  static F select(Mask mask, F yes, F no) {
    return map([&](int i) { return mask.v[i] ? yes.v[i] : no.v[i]; });
  }
  static bool all(Mask mask) {
    bool out = true;
    for (int i = 0; i < 16; ++i) out = out && mask.v[i];
    return out;
  }
  // Folds by halves: lanes i and i + 8, then + 4, + 2, + 1.
  static float sum(F a) {
    for (int step = 8; step > 0; step /= 2) {
      for (int i = 0; i < step; ++i) a.v[i] = a.v[i] + a.v[i + step];
    }
    return a.v[0];
  }
  static float largest(F a) {
    for (int step = 8; step > 0; step /= 2) {
      for (int i = 0; i < step; ++i) a.v[i] = a.v[i] > a.v[i + step] ? a.v[i] : a.v[i + step];
    }
    return a.v[0];
  }
  // to[i] += a[i] for the 16 lanes.
  static void accumulate(double* to, F a) {
    for (int i = 0; i < 16; ++i) to[i] += static_cast<double>(a.v[i]);
  }
};

}  // namespace candor::kernels
