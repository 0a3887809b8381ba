// The AMX kernels over tiles in plain C++, so that their indexing, masks and order of sums are
// tested on every machine; multiply_test.cc runs the instructions themselves where the processor
// has them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/cpu/amx_float.h"
#include "kernels/cpu/amx_wide.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/lanes_portable.h"
#include "kernels/matrix.h"
#include "tests/kernels/kernels_testing.h"

namespace candor::kernels {
namespace {

// The tile registers of palette 1 and what the manual says of the instructions on them, with all
// tiles configured as 16 rows of 64 bytes.
struct EmulatedTiles {
  struct Tile {
    std::uint8_t bytes[16][64];
  };
  static inline Tile tiles[8];
  static inline bool configured = false;

  struct Scope {
    Scope() {
      EXPECT_FALSE(configured);
      configured = true;
      std::memset(tiles, 0, sizeof tiles);
    }
    ~Scope() { configured = false; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };

  template <int T>
  static void zero() {
    EXPECT_TRUE(configured);
    std::memset(&tiles[T], 0, sizeof(Tile));
  }
  template <int T>
  static void load(const void* from, std::size_t stride) {
    for (std::size_t row = 0; row < 16; ++row) {
      std::memcpy(tiles[T].bytes[row], static_cast<const std::byte*>(from) + row * stride, 64);
    }
  }
  template <int T>
  static void store(void* to, std::size_t stride) {
    for (std::size_t row = 0; row < 16; ++row) {
      std::memcpy(static_cast<std::byte*>(to) + row * stride, tiles[T].bytes[row], 64);
    }
  }
  template <int C, int A, int B>
  static void dot() {
    for (std::size_t m = 0; m < 16; ++m) {
      for (std::size_t k = 0; k < 16; ++k) {
        for (std::size_t n = 0; n < 16; ++n) {
          std::int32_t sum = 0;
          std::memcpy(&sum, tiles[C].bytes[m] + 4 * n, 4);
          for (std::size_t i = 0; i < 4; ++i) {
            sum += static_cast<std::int8_t>(tiles[A].bytes[m][4 * k + i]) *
                   static_cast<std::int8_t>(tiles[B].bytes[k][4 * n + i]);
          }
          std::memcpy(tiles[C].bytes[m] + 4 * n, &sum, 4);
        }
      }
    }
  }
  static float flushed(float value) {
    return std::fabs(value) < std::numeric_limits<float>::min() ? std::copysign(0.0F, value)
                                                                : value;
  }
  static float bf16(const std::uint8_t* from) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, 2);
    return flushed(bfloat_to_float(bits));
  }
  // TDPBF16PS: the first and the second values of all pairs are two chains of fused multiply-adds
  // from zero, their sum is added to the tile; denormals are zeros everywhere.
  template <int C, int A, int B>
  static void dot_bf16() {
    EXPECT_TRUE(configured);
    for (std::size_t m = 0; m < 16; ++m) {
      for (std::size_t n = 0; n < 16; ++n) {
        float chain[2] = {};
        for (std::size_t k = 0; k < 16; ++k) {
          for (std::size_t i = 0; i < 2; ++i) {
            chain[i] = flushed(std::fma(bf16(tiles[A].bytes[m] + 4 * k + 2 * i),
                                        bf16(tiles[B].bytes[k] + 4 * n + 2 * i), chain[i]));
          }
        }
        float sum = 0.0F;
        std::memcpy(&sum, tiles[C].bytes[m] + 4 * n, 4);
        sum = flushed(flushed(sum) + flushed(chain[0] + chain[1]));
        std::memcpy(tiles[C].bytes[m] + 4 * n, &sum, 4);
      }
    }
  }
  static void fetch(const std::byte*, std::size_t) {}
};

TEST(Amx, GivesTheBitsOfThePortableKernel) {
  using Emulated = WideMultiply<AmxWide<EmulatedTiles, PortableLanes>>;
  std::mt19937 rng(31);
  ThreadPool pool(1);
  struct Shape {
    std::size_t rows, cols;
  };
  // Whole and broken stripes, odd numbers of tiles, whole and half last groups, padded columns.
  for (const Shape shape : {Shape{64, 128}, {64, 256}, {70, 192}, {33, 320}, {16, 32}, {128, 96}}) {
    const auto bytes = testing::random_blocks(BlockFormat::kQ8_0, shape.rows * shape.cols, rng);
    const Matrix matrix =
        Matrix::pack(BlockFormat::kQ8_0, bytes, shape.rows, shape.cols, Precision::kInt8, pool);
    for (const std::size_t batch : {1U, 2U, 15U, 16U, 17U, 32U, 33U, 64U, 81U}) {
      const auto x = testing::random_floats(batch * shape.cols, rng);
      std::vector<float> expected(batch * shape.rows);
      Activations activations;
      activations.assign(x.data(), batch, shape.cols);
      const Product product{
          .weights = &matrix, .bias = nullptr, .y = expected.data(), .y_stride = shape.rows};
      multiply_with(Isa::kPortable, {&product, 1}, activations, pool);

      std::vector<float> y(batch * shape.rows);
      for (std::size_t stripe = 0; stripe < matrix.state().stripes(); ++stripe) {
        // Quantised by the portable set, which biases nothing, as AMX wants it.
        Emulated::multiply(matrix.state(), activations.state().all, stripe,
                           {.bias = nullptr, .y = y.data(), .y_stride = shape.rows, .add = false});
      }
      ASSERT_EQ(testing::first_difference(y, expected), -1)
          << shape.rows << " x " << shape.cols << ", batch " << batch;
    }
  }
}

using EmulatedFloat = AmxFloat<EmulatedTiles, PortableLanes>;

// Rows and columns that fill tiles, stripes, blocks of 256 k and groups of 32, and such that do
// not.
struct FloatShape {
  std::size_t rows, cols;
};
constexpr FloatShape kFloatShapes[] = {{64, 256}, {70, 300},  {33, 32},
                                       {21, 37},  {130, 544}, {3, 1}};

std::vector<float> multiplied(const Matrix& matrix, const std::vector<float>& x,
                              const float* bias = nullptr) {
  EXPECT_EQ(matrix.state().storage, Storage::kBF16Pairs);
  const std::size_t cols = matrix.cols();
  const std::size_t rows = x.size() / cols;
  Activations activations;
  activations.assign(x.data(), rows, cols);
  Activations::State& state = activations.state();
  state.split_buffer.reserve(split_bytes(rows, cols));
  // Rows of the last block that are not used may hold anything.
  std::memset(state.split_buffer.data(), 0xFF, state.split_buffer.size());
  state.all.split = state.split_buffer.data();
  auto* const groups = reinterpret_cast<SplitGroup*>(state.split_buffer.data());
  for (std::size_t row = 0; row < rows; ++row) {
    EmulatedFloat::split_row(x.data() + row * cols, cols, row % kSplitBlockRows,
                             groups + row / kSplitBlockRows * split_groups(cols));
  }
  std::vector<float> y(rows * matrix.rows(), -7.0F);
  for (std::size_t stripe = 0; stripe < matrix.state().stripes(); ++stripe) {
    EmulatedFloat::multiply(matrix.state(), state.all, stripe,
                            {.bias = bias, .y = y.data(), .y_stride = matrix.rows(), .add = false});
  }
  return y;
}

TEST(AmxFloat, ThreeTermsHoldAFloatExactly) {
  std::mt19937 rng(41);
  std::vector<float> x = testing::random_floats(45, rng);
  x[3] = std::numeric_limits<float>::max();
  x[4] = -0x1.FFFFFEp-60F;
  x[5] = 0.0F;
  x[6] = 0x1.000002p0F;
  SplitGroup groups[2];
  std::memset(groups, 0xFF, sizeof groups);
  EmulatedFloat::split_row(x.data(), x.size(), 5, groups);
  for (std::size_t k = 0; k < 64; ++k) {
    double sum = 0.0;
    for (std::size_t term = 0; term < kSplitTerms; ++term) {
      sum += static_cast<double>(bfloat_to_float(groups[k / 32].term[term][5][k % 32]));
      EXPECT_EQ(groups[k / 32].term[term][4][k % 32], 0xFFFF);
    }
    EXPECT_EQ(sum, k < x.size() ? static_cast<double>(x[k]) : 0.0) << k;
  }
}

TEST(AmxFloat, IsWithinTheRoundingOfItsSumsOfTheExactProduct) {
  std::mt19937 rng(42);
  ThreadPool pool(1);
  for (const FloatShape shape : kFloatShapes) {
    const auto bytes = testing::random_blocks(BlockFormat::kBF16, shape.rows * shape.cols, rng);
    std::vector<float> weights(shape.rows * shape.cols);
    dequantize(BlockFormat::kBF16, bytes, weights);
    const std::vector<float> bias = testing::random_floats(shape.rows, rng);
    for (const Precision precision : {Precision::kInt8, Precision::kExact}) {
      const Matrix matrix =
          Matrix::pack(BlockFormat::kBF16, bytes, shape.rows, shape.cols, precision, pool);
      const std::size_t batch = 35;
      const std::vector<float> x = testing::random_floats(batch * shape.cols, rng);
      const std::vector<float> y = multiplied(matrix, x, bias.data());
      // A product passes at most 16 additions of a chain, one of two chains, 24 of a tile register
      // (three terms of eight groups), then those of the blocks and of the bias. Each rounds by at
      // most 2^-24 of a sum that is no larger than all terms together; the terms of an activation
      // have its sign, so together they are as large as it is.
      const double steps = 16 + 1 + 24 + std::ceil(static_cast<double>(shape.cols) / 256.0) + 1;
      for (std::size_t m = 0; m < batch; ++m) {
        for (std::size_t n = 0; n < shape.rows; ++n) {
          double sum = bias[n];
          double size = std::fabs(sum);
          for (std::size_t k = 0; k < shape.cols; ++k) {
            const double term = static_cast<double>(x[m * shape.cols + k]) *
                                static_cast<double>(weights[n * shape.cols + k]);
            sum += term;
            size += std::fabs(term);
          }
          ASSERT_NEAR(y[m * shape.rows + n], sum, steps * 0x1p-24 * size)
              << shape.rows << " x " << shape.cols << ": " << m << ", " << n;
        }
      }
    }
  }
}

TEST(AmxFloat, ARowHasTheSameBitsAloneAndInAnyBatch) {
  std::mt19937 rng(43);
  ThreadPool pool(1);
  for (const FloatShape shape : {FloatShape{70, 300}, {21, 37}}) {
    const auto bytes = testing::random_blocks(BlockFormat::kBF16, shape.rows * shape.cols, rng);
    const Matrix matrix =
        Matrix::pack(BlockFormat::kBF16, bytes, shape.rows, shape.cols, Precision::kInt8, pool);
    const std::vector<float> x = testing::random_floats(100 * shape.cols, rng);
    const std::vector<float> all = multiplied(matrix, x);
    const auto rows = [](const std::vector<float>& from, std::size_t first, std::size_t count,
                         std::size_t width) {
      return std::vector<float>(
          from.begin() + static_cast<std::ptrdiff_t>(first * width),
          from.begin() + static_cast<std::ptrdiff_t>((first + count) * width));
    };
    for (const std::size_t batch : {1U, 7U, 16U, 17U, 32U, 33U, 64U}) {
      for (const std::size_t first : {0U, 5U, 36U}) {
        ASSERT_EQ(testing::first_difference(multiplied(matrix, rows(x, first, batch, shape.cols)),
                                            rows(all, first, batch, shape.rows)),
                  -1)
            << shape.rows << " x " << shape.cols << ", batch " << batch << " from " << first;
      }
    }
  }
}

TEST(AmxFloat, BrokenLargeAndTinyActivationsKeepToTheirRowAndTheirKind) {
  std::mt19937 rng(44);
  ThreadPool pool(1);
  constexpr std::size_t kRows = 20;
  constexpr std::size_t kCols = 96;
  const auto bytes = testing::random_blocks(BlockFormat::kBF16, kRows * kCols, rng);
  std::vector<float> weights(kRows * kCols);
  dequantize(BlockFormat::kBF16, bytes, weights);
  const Matrix matrix =
      Matrix::pack(BlockFormat::kBF16, bytes, kRows, kCols, Precision::kInt8, pool);
  std::vector<float> x = testing::random_floats(6 * kCols, rng);
  const std::vector<float> good = multiplied(matrix, x);
  // Of a NaN whose set bits are all among those that a bf16 value lacks, too.
  x[1 * kCols + 40] = std::bit_cast<float>(0x7F800001U);
  x[2 * kCols + 40] = std::numeric_limits<float>::infinity();
  x[3 * kCols + 40] = std::numeric_limits<float>::max();
  for (std::size_t k = 0; k < kCols; ++k) x[4 * kCols + k] = 1e-39F;
  const std::vector<float> y = multiplied(matrix, x);
  for (std::size_t n = 0; n < kRows; ++n) {
    const float weight = weights[n * kCols + 40];
    ASSERT_NE(weight, 0.0F);
    for (const std::size_t row : {0U, 5U}) {
      EXPECT_TRUE(testing::same_bits(y[row * kRows + n], good[row * kRows + n]));
    }
    EXPECT_TRUE(std::isnan(y[1 * kRows + n]));
    EXPECT_EQ(y[2 * kRows + n], std::copysign(std::numeric_limits<float>::infinity(), weight));
    EXPECT_NEAR(y[3 * kRows + n] / std::numeric_limits<float>::max(), weight,
                1e-6 * std::fabs(weight));
    EXPECT_EQ(y[4 * kRows + n], 0.0F);
  }
}

}  // namespace
}  // namespace candor::kernels
