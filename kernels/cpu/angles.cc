// sin, cos and log in float64, in plain additions and multiplications only (this file is compiled
// with contraction off like all others), so that no system's libm decides the last bit.
//
// sin and cos: n = round(angle * 2 / pi); r = angle - n * pi/2 with pi/2 split into three parts of
// at most 33 bits and a rest, so that n times a part is exact for |n| < 2^20 (Cody and Waite); then
// Taylor polynomials on |r| <= pi/4, cut where the next term is below 2^-54, and the quadrant n
// mod 4.
//
// log: value = 2^e m with m in [sqrt(1/2), sqrt(2)); log(m) = 2 artanh(s), s = (m - 1)/(m + 1), |s|
// < 0.1716.
#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/cpu/logarithm.h"
#include "kernels/ops.h"

namespace candor::kernels {
namespace {

constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
// pi/2 to 150 bits.
constexpr double kHalfPi1 = 0x1.921fb544p+0;
constexpr double kHalfPi2 = 0x1.0b4611a6p-34;
constexpr double kHalfPi3 = 0x1.3198a2ep-69;
constexpr double kHalfPi4 = 0x1.b839a252049c1p-104;

// 1.5 * 2^52: leaves a whole number, rounded to nearest even, in the low bits.
constexpr double kRounder = 6755399441055744.0;

double sine(double r) {
  const double z = r * r;
  double p = -1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800.0;
  p = p * z + 1.0 / 362880.0;
  p = p * z - 1.0 / 5040.0;
  p = p * z + 1.0 / 120.0;
  p = p * z - 1.0 / 6.0;
  return r + r * (z * p);
}

double cosine(double r) {
  const double z = r * r;
  double p = 1.0 / 20922789888000.0;
  p = p * z - 1.0 / 87178291200.0;
  p = p * z + 1.0 / 479001600.0;
  p = p * z - 1.0 / 3628800.0;
  p = p * z + 1.0 / 40320.0;
  p = p * z - 1.0 / 720.0;
  p = p * z + 1.0 / 24.0;
  return 1.0 - (0.5 * z - z * (z * p));
}

}  // namespace

void rope_angles(std::span<const double> inv_freq, std::int64_t position, float scale, float* cos,
                 float* sin) {
  for (std::size_t j = 0; j < inv_freq.size(); ++j) {
    const double angle = static_cast<double>(position) * inv_freq[j];
    const double n = (angle * kTwoOverPi + kRounder) - kRounder;
    const double r = ((angle - n * kHalfPi1) - n * kHalfPi2) - n * kHalfPi3 - n * kHalfPi4;
    const double s = sine(r);
    const double c = cosine(r);
    const auto quadrant = static_cast<std::uint64_t>(static_cast<std::int64_t>(n)) & 3U;
    const double cosines[4] = {c, -s, -c, s};
    const double sines[4] = {s, c, -s, -c};
    const auto wide_scale = static_cast<double>(scale);
    cos[j] = static_cast<float>(cosines[quadrant] * wide_scale);
    sin[j] = static_cast<float>(sines[quadrant] * wide_scale);
  }
}

double natural_log(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  auto exponent = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFU) | 0x3FF0000000000000U);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  // Terms up to z^9: the next is below 0.0295^10 / 21 < 2^-54 of the sum.
  double p = 1.0 / 19.0;
  for (int k = 17; k >= 3; k -= 2) p = p * z + 1.0 / static_cast<double>(k);
  const double tail = 2.0 * s * (z * p);
  const double e = exponent;
  // ln 2 with a high part of 32 bits: exponent times it is exact.
  return e * 0x1.62e42fee00000p-1 + (2.0 * s + (tail + e * 0x1.a39ef35793c76p-33));
}

}  // namespace candor::kernels
