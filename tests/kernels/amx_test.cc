// The AMX micro-kernel over tiles in plain C++, so that its indexing, masks and order of sums are
// tested on every machine; multiply_test.cc runs the instructions themselves where the processor
// has them.
#include <gtest/gtest.h>

#include <cstring>

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
        Emulated::multiply(matrix.state(), activations.state(), stripe,
                           {.bias = nullptr, .y = y.data(), .y_stride = shape.rows, .add = false});
      }
      ASSERT_EQ(testing::first_difference(y, expected), -1)
          << shape.rows << " x " << shape.cols << ", batch " << batch;
    }
  }
}

}  // namespace
}  // namespace candor::kernels
