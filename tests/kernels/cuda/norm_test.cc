#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/kernels/cuda/rows_testing.h"

namespace candor::kernels::cuda {
namespace {

using namespace testing;

constexpr float kEpsilon = 1e-6F;
// One width for each way a row is kept, and odd ones: held in 1, 2 or 4 units a thread, or too
// long for that.
constexpr std::size_t kWidths[] = {8, 40, 100, 899, 1000, 1536, 3584, 5119, 16384, 16388, 20001};
// Roundings of a sum of squares: a thread's own at most 20, a tree of 5, at most 32 warps; halved
// by the root, and then the root, a quotient, a sum and two products.
constexpr double kTolerance = (57.0 / 2 + 5) * 0x1p-24;

struct Case {
  std::size_t rows = 3;
  std::size_t width = 8;
  bool add = true;
  bool add_bias = false;
  bool add_norm = false;
  bool weight = true;
  Scalar out_scalar = Scalar::kF32;
};
struct Inputs {
  std::vector<float> x, add, add_bias, add_norm, weight;
};
struct Outputs {
  std::vector<float> x, out;
};

Inputs random_inputs(const Case& c, unsigned seed) {
  std::mt19937 rng(seed);
  const std::size_t count = c.rows * c.width;
  return {random_floats(count, rng), random_floats(count, rng), random_floats(c.width, rng),
          random_floats(c.width, rng), random_floats(c.width, rng)};
}

// `shift`: floats by which the arrays stand behind an aligned address.
Outputs run(const Case& c, const Inputs& in, std::size_t shift = 0) {
  const auto shifted = [&](const std::vector<float>& values) {
    std::vector<float> moved(shift, kNan);
    moved.insert(moved.end(), values.begin(), values.end());
    return moved;
  };
  DeviceArray<float> x(shifted(in.x));
  DeviceArray<float> add(shifted(in.add));
  DeviceArray<float> add_bias(shifted(in.add_bias));
  DeviceArray<float> add_norm(shifted(in.add_norm));
  DeviceArray<float> weight(shifted(in.weight));
  DeviceValues out(c.out_scalar, c.rows * c.width);
  cuda_backend().norm_add({.x = x.data() + shift,
                           .add = c.add ? add.data() + shift : nullptr,
                           .add_bias = c.add_bias ? add_bias.data() + shift : nullptr,
                           .add_norm = c.add_norm ? add_norm.data() + shift : nullptr,
                           .weight = c.weight ? weight.data() + shift : nullptr,
                           .epsilon = kEpsilon,
                           .out = out.data(),
                           .out_scalar = c.out_scalar,
                           .rows = c.rows,
                           .width = c.width});
  std::vector<float> x_after = x.values();
  x_after.erase(x_after.begin(), x_after.begin() + static_cast<std::ptrdiff_t>(shift));
  return {x_after, out.values()};
}

double inverse_root(const std::vector<float>& row) {
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
  return 1.0 / std::sqrt(squares / static_cast<double>(row.size()) + static_cast<double>(kEpsilon));
}

void expect_formula(const Case& c) {
  SCOPED_TRACE("width " + std::to_string(c.width) + ", add " + std::to_string(c.add) + ", bias " +
               std::to_string(c.add_bias) + ", norm " + std::to_string(c.add_norm) + ", weight " +
               std::to_string(c.weight) + ", scalar " +
               std::to_string(static_cast<int>(c.out_scalar)));
  const Inputs in = random_inputs(c, static_cast<unsigned>(c.width));
  const Outputs got = run(c, in);
  for (std::size_t r = 0; r < c.rows; ++r) {
    std::vector<float> t(c.width, 0.0F);
    for (std::size_t i = 0; i < c.width; ++i) {
      if (c.add) t[i] = in.add[r * c.width + i];
      if (c.add_bias) t[i] = c.add ? t[i] + in.add_bias[i] : in.add_bias[i];
    }
    const double add_inverse = c.add_norm ? inverse_root(t) : 1.0;
    const std::vector<float> x = row_of(got.x, r, c.width);
    for (std::size_t i = 0; i < c.width; ++i) {
      const float before = in.x[r * c.width + i];
      if (c.add_norm) {
        const double term =
            static_cast<double>(t[i]) * add_inverse * static_cast<double>(in.add_norm[i]);
        const double exact = static_cast<double>(before) + term;
        ASSERT_NEAR(x[i], exact, kTolerance * std::fabs(term) + 0x1p-24 * std::fabs(exact) + 1e-30)
            << r << ", " << i;
      } else {
        const float exact = c.add || c.add_bias ? before + t[i] : before;
        ASSERT_TRUE(same_bits(x[i], exact)) << r << ", " << i;
      }
    }
    const double inverse = inverse_root(x);
    for (std::size_t i = 0; i < c.width; ++i) {
      const float out = got.out[r * c.width + i];
      if (!c.weight) {
        ASSERT_TRUE(std::isnan(out)) << "written without a weight";
        continue;
      }
      const double exact = static_cast<double>(x[i]) * inverse * static_cast<double>(in.weight[i]);
      ASSERT_NEAR(out, exact,
                  kTolerance * std::fabs(exact) * 1.01 +
                      static_cast<double>(rounding_of(c.out_scalar, static_cast<float>(exact))))
          << r << ", " << i;
    }
  }
}

TEST(CudaNormAdd, IsTheFormulaForEveryWidth) {
  for (const std::size_t width : kWidths) {
    expect_formula({.width = width});
    expect_formula({.width = width, .add_bias = true, .add_norm = true});
  }
}

TEST(CudaNormAdd, IsTheFormulaWhateverIsLeftOut) {
  for (const std::size_t width : {40U, 899U, 16388U}) {
    for (unsigned parts = 0; parts < 16; ++parts) {
      const Case c = {.width = width,
                      .add = (parts & 1U) != 0,
                      .add_bias = (parts & 2U) != 0,
                      .add_norm = (parts & 4U) != 0,
                      .weight = (parts & 8U) != 0};
      if (c.add || !c.add_norm) expect_formula(c);
    }
  }
}

TEST(CudaNormAdd, RoundsToWhatIsAskedFor) {
  for (const Scalar scalar : {Scalar::kF32, Scalar::kF16, Scalar::kBF16}) {
    for (const std::size_t width : {40U, 899U, 20000U}) {
      expect_formula({.width = width, .out_scalar = scalar});
    }
  }
}

TEST(CudaNormAdd, IsWithinTheToleranceOfTheProcessor) {
  ThreadPool pool(1);
  const Case c = {.rows = 4, .width = 3584, .add = false};
  const Inputs in = random_inputs(c, 5);
  std::vector<float> expected(c.rows * c.width);
  rms_norm(in.x.data(), in.weight.data(), kEpsilon, c.rows, c.width, expected.data(), pool);
  const std::vector<float> out = run(c, in).out;
  // Lanes of the processor add 224 values each: its error is that of kTolerance too, doubled.
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_NEAR(out[i], expected[i], 4 * kTolerance * static_cast<double>(std::fabs(expected[i])));
  }
}

TEST(CudaNormAdd, GivesARowTheSameBitsAloneAndInABatchAndAtAnyAddress) {
  for (const std::size_t width : {8U, 40U, 100U, 1000U, 3584U, 20000U}) {
    SCOPED_TRACE(width);
    Case c = {.rows = 5, .width = width, .add_bias = true, .add_norm = true};
    const Inputs in = random_inputs(c, 77);
    const Outputs batch = run(c, in);
    for (const std::size_t shift : {1U, 2U}) {
      const Outputs moved = run(c, in, shift);
      EXPECT_EQ(first_difference(moved.x, batch.x), -1);
      EXPECT_EQ(first_difference(moved.out, batch.out), -1);
    }
    c.rows = 1;
    for (std::size_t r = 0; r < 5; ++r) {
      Inputs alone = in;
      alone.x = row_of(in.x, r, width);
      alone.add = row_of(in.add, r, width);
      const Outputs one = run(c, alone);
      EXPECT_EQ(first_difference(one.x, row_of(batch.x, r, width)), -1);
      EXPECT_EQ(first_difference(one.out, row_of(batch.out, r, width)), -1);
    }
  }
}

TEST(CudaNormAdd, SaturatesFloat16AndKeepsNan) {
  Case c = {.rows = 2, .width = 8, .add = false, .out_scalar = Scalar::kF16};
  Inputs in = random_inputs(c, 3);
  std::fill(in.x.begin(), in.x.end(), 1.0F);
  std::fill(in.weight.begin(), in.weight.end(), 1e6F);
  in.weight[1] = -1e6F;
  in.x[8] = kNan;
  const std::vector<float> out = run(c, in).out;
  EXPECT_EQ(out[0], 65504.0F);
  EXPECT_EQ(out[1], -65504.0F);
  for (std::size_t i = 8; i < 16; ++i) EXPECT_TRUE(std::isnan(out[i]));
}

TEST(CudaNormAdd, RefusesANormOfNothing) {
  DeviceArray<float> x(8);
  EXPECT_THROW(
      cuda_backend().norm_add({.x = x.data(), .add_norm = x.data(), .rows = 1, .width = 8}),
      std::runtime_error);
}

TEST(CudaGather, CopiesTheRowsThatAreNamed) {
  std::mt19937 rng(9);
  for (const std::size_t width : {1U, 8U, 100U, 899U, 3584U}) {
    SCOPED_TRACE(width);
    const std::vector<float> x = random_floats(7 * width, rng);
    const std::vector<std::uint32_t> indices = {6, 0, 3, 3, 5};
    DeviceArray<float> rows(x);
    DeviceArray<std::uint32_t> places(indices);
    DeviceArray<float> out((indices.size() + 1) * width);
    cuda_backend().gather({.x = rows.data(),
                           .indices = places.data(),
                           .count = indices.size(),
                           .width = width,
                           .out = out.data()});
    const std::vector<float> got = out.values();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      EXPECT_EQ(first_difference(row_of(got, i, width), row_of(x, indices[i], width)), -1);
    }
    EXPECT_TRUE(std::isnan(got[indices.size() * width])) << "written beyond the last row";
  }
}

}  // namespace
}  // namespace candor::kernels::cuda
