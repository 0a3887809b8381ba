#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/cuda/rows_testing.h"

namespace candor::kernels::cuda {
namespace {

using namespace testing;

constexpr float kAlpha = 1.702F;
constexpr float kLimit = 7.0F;

struct Case {
  Gated kind = Gated::kSilu;
  Scalar in = Scalar::kF32;
  Scalar out = Scalar::kF32;
  std::size_t rows = 3;
  std::size_t width = 40;
  std::size_t stride = 48;  // of gate; of up twice as much
  bool bias = false;
};
struct Inputs {
  std::vector<float> gate, up, gate_bias, up_bias;
};
Inputs random_inputs(const Case& c, unsigned seed) {
  std::mt19937 rng(seed);
  return {rounded(c.in, random_floats(c.rows * c.stride, rng, 4.0F)),
          rounded(c.in, random_floats(c.rows * 2 * c.stride, rng, 4.0F)),
          random_floats(c.width, rng), random_floats(c.width, rng)};
}

std::vector<float> run(const Case& c, const Inputs& in) {
  DeviceValues gate(c.in, in.gate);
  DeviceValues up(c.in, in.up);
  DeviceArray<float> gate_bias(in.gate_bias);
  DeviceArray<float> up_bias(in.up_bias);
  DeviceValues out(c.out, c.rows * c.width);
  cuda_backend().activate({.gate = gate.data(),
                           .up = up.data(),
                           .gate_stride = c.stride,
                           .up_stride = 2 * c.stride,
                           .in = c.in,
                           .gate_bias = c.bias ? gate_bias.data() : nullptr,
                           .up_bias = c.bias ? up_bias.data() : nullptr,
                           .kind = c.kind,
                           .alpha = kAlpha,
                           .limit = kLimit,
                           .out = out.data(),
                           .out_scalar = c.out,
                           .rows = c.rows,
                           .width = c.width});
  return out.values();
}

// On the processor, in float32, then rounded.
std::vector<float> reference(const Case& c, const Inputs& in) {
  std::vector<float> out;
  for (std::size_t r = 0; r < c.rows; ++r) {
    std::vector<float> gate(c.width);
    std::vector<float> up(c.width);
    for (std::size_t i = 0; i < c.width; ++i) {
      gate[i] = in.gate[r * c.stride + i];
      up[i] = in.up[r * 2 * c.stride + i];
      if (c.bias) {
        gate[i] += in.gate_bias[i];
        up[i] += in.up_bias[i];
      }
    }
    std::vector<float> row(c.width);
    if (c.kind == Gated::kSilu) silu_multiply_row(gate.data(), up.data(), c.width, row.data());
    if (c.kind == Gated::kGeluTanh) gelu_multiply_row(gate.data(), up.data(), c.width, row.data());
    if (c.kind == Gated::kClampedSwiglu) {
      clamped_swiglu_row(gate.data(), up.data(), kAlpha, kLimit, c.width, row.data());
    }
    out.insert(out.end(), row.begin(), row.end());
  }
  return rounded(c.out, out);
}

TEST(CudaActivate, HasTheBitsOfTheProcessor) {
  unsigned seed = 1;
  for (const Gated kind : {Gated::kSilu, Gated::kGeluTanh, Gated::kClampedSwiglu}) {
    for (const Scalar in : {Scalar::kF32, Scalar::kBF16}) {
      for (const Scalar out : {Scalar::kF32, Scalar::kF16, Scalar::kBF16}) {
        for (const std::size_t width : {1U, 8U, 40U, 100U, 899U, 3584U}) {
          for (const bool bias : {false, true}) {
            // Widths and strides that let units be loaded whole, and that do not.
            const Case c = {.kind = kind,
                            .in = in,
                            .out = out,
                            .rows = 2,
                            .width = width,
                            .stride = width + (seed % 2 == 0 ? 8 : 3),
                            .bias = bias};
            const Inputs inputs = random_inputs(c, seed++);
            ASSERT_EQ(first_difference(run(c, inputs), reference(c, inputs)), -1)
                << static_cast<int>(kind) << ", " << width << ", " << c.stride;
          }
        }
      }
    }
  }
}

TEST(CudaActivate, SaturatesFloat16AndKeepsNan) {
  Case c = {.out = Scalar::kF16, .rows = 1, .width = 8, .stride = 8};
  Inputs in = random_inputs(c, 2);
  in.gate[0] = 1e4F;
  in.up[0] = 1e4F;
  in.gate[1] = 1e4F;
  in.up[1] = -1e4F;
  in.gate[2] = kNan;
  in.up[3] = kNan;
  const std::vector<float> out = run(c, in);
  EXPECT_EQ(out[0], 65504.0F);
  EXPECT_EQ(out[1], -65504.0F);
  EXPECT_TRUE(std::isnan(out[2]));
  EXPECT_TRUE(std::isnan(out[3]));
}

TEST(CudaActivate, WritesNothingBehindItsRows) {
  DeviceArray<float> values(std::vector<float>(64, 1.0F));
  DeviceArray<float> out(40);
  cuda_backend().activate({.gate = values.data(),
                           .up = values.data(),
                           .gate_stride = 16,
                           .up_stride = 16,
                           .in = Scalar::kF32,
                           .out = out.data(),
                           .out_scalar = Scalar::kF32,
                           .rows = 4,
                           .width = 9});
  const std::vector<float> got = out.values();
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(std::isnan(got[i]), i >= 36) << i;
}

}  // namespace
}  // namespace candor::kernels::cuda
