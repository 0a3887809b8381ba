// The 16-bit floats of the device, as bits, and their conversions: the same on the GPU and the
// processor. bf16 is rounded to nearest even; float16 too, and saturates at its largest finite
// value (65504) instead of becoming infinite, except that NaN stays NaN and an infinity stays one.
#pragma once

#include <cstdint>

#include "kernels/cuda/language.cuh"

namespace candor::kernels::cuda {

struct Bf16 {
  std::uint16_t bits;
};
struct F16 {
  std::uint16_t bits;
};

CANDOR_HOST_DEVICE float to_float(float value) { return value; }
CANDOR_HOST_DEVICE float to_float(Bf16 value) {
  return float_of_bits(static_cast<std::uint32_t>(value.bits) << 16);
}
CANDOR_HOST_DEVICE float to_float(F16 value) {
  const std::uint32_t sign = static_cast<std::uint32_t>(value.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (value.bits >> 10) & 31U;
  const std::uint32_t mantissa = value.bits & 1023U;
  if (exponent == 31U) return float_of_bits(sign | 0x7F800000U | (mantissa << 13));
  if (exponent == 0U) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return float_of_bits(sign | bits_of(magnitude));
  }
  return float_of_bits(sign | ((exponent + 112U) << 23) | (mantissa << 13));
}

CANDOR_HOST_DEVICE Bf16 to_bf16(float value) {
  const std::uint32_t bits = bits_of(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
  }
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}
CANDOR_HOST_DEVICE F16 to_f16(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) return {static_cast<std::uint16_t>(sign | 0x7E00U)};
  if (magnitude == 0x7F800000U) return {static_cast<std::uint16_t>(sign | 0x7C00U)};
  if (magnitude >= 0x477FE000U) return {static_cast<std::uint16_t>(sign | 0x7BFFU)};
  if (magnitude < 0x38800000U) {
    const float shifted = float_of_bits(magnitude) + 0.5F;
    return {static_cast<std::uint16_t>(sign | (bits_of(shifted) - 0x3F000000U))};
  }
  const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13) & 1U);
  return {static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13))};
}

template <typename T>
CANDOR_HOST_DEVICE T from_float(float value);
template <>
CANDOR_HOST_DEVICE float from_float<float>(float value) {
  return value;
}
template <>
CANDOR_HOST_DEVICE Bf16 from_float<Bf16>(float value) {
  return to_bf16(value);
}
template <>
CANDOR_HOST_DEVICE F16 from_float<F16>(float value) {
  return to_f16(value);
}

// Two neighbours in a register, the first in the low half.
CANDOR_HOST_DEVICE std::uint32_t packed_bf16(float low, float high) {
  return static_cast<std::uint32_t>(to_bf16(low).bits) |
         (static_cast<std::uint32_t>(to_bf16(high).bits) << 16);
}

}  // namespace candor::kernels::cuda
