// What the tests of operations on rows share: values as the device keeps them, and back.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/cuda/operations.h"
#include "kernels/cuda/scalars.cuh"
#include "tests/kernels/kernels_testing.h"
#include "tests/support/cuda.h"

namespace candor::kernels::cuda::testing {

using candor::tests::cuda_backend;
using candor::tests::DeviceArray;
using kernels::testing::first_difference;
using kernels::testing::random_floats;
using kernels::testing::same_bits;

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Rounded to what the device stores.
inline std::vector<std::uint8_t> stored(Scalar scalar, const std::vector<float>& values) {
  std::vector<std::uint8_t> bytes(values.size() * scalar_bytes(scalar));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (scalar == Scalar::kF32) {
      std::memcpy(&bytes[4 * i], &values[i], 4);
    } else {
      const std::uint16_t bits =
          scalar == Scalar::kBF16 ? to_bf16(values[i]).bits : to_f16(values[i]).bits;
      std::memcpy(&bytes[2 * i], &bits, 2);
    }
  }
  return bytes;
}
inline std::vector<float> floats(Scalar scalar, const std::vector<std::uint8_t>& bytes) {
  std::vector<float> values(bytes.size() / scalar_bytes(scalar));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (scalar == Scalar::kF32) {
      std::memcpy(&values[i], &bytes[4 * i], 4);
    } else {
      std::uint16_t bits = 0;
      std::memcpy(&bits, &bytes[2 * i], 2);
      values[i] = scalar == Scalar::kBF16 ? to_float(Bf16{bits}) : to_float(F16{bits});
    }
  }
  return values;
}
inline std::vector<float> rounded(Scalar scalar, const std::vector<float>& values) {
  return floats(scalar, stored(scalar, values));
}

// Where values of a kind are on the device; made with a size alone it holds NaN.
class DeviceValues {
 public:
  DeviceValues(Scalar scalar, const std::vector<float>& values)
      : scalar_(scalar), array_(stored(scalar, values)) {}
  DeviceValues(Scalar scalar, std::size_t count)
      : scalar_(scalar), array_(count * scalar_bytes(scalar)) {}

  void* data() { return array_.data(); }
  std::vector<float> values() const { return floats(scalar_, array_.values()); }

 private:
  Scalar scalar_;
  DeviceArray<std::uint8_t> array_;
};

// Row `row` of rows of `width`.
inline std::vector<float> row_of(const std::vector<float>& values, std::size_t row,
                                 std::size_t width) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * width);
  return {begin, begin + static_cast<std::ptrdiff_t>(width)};
}

// What one rounding to a stored value adds: half a unit in its last place.
inline float rounding_of(Scalar scalar, float value) {
  if (scalar == Scalar::kF32) return 0.0F;
  if (scalar == Scalar::kBF16) return std::fabs(value) * 0x1p-8F;
  return std::fabs(value) * 0x1p-11F + 0x1p-25F;
}

}  // namespace candor::kernels::cuda::testing
