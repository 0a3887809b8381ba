// The int8 and the float32 multiply: against a float64 reference with a tolerance from the
// operands, and bit by bit against themselves over instruction sets, batches, threads and places.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "data/base/error.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/unpack.h"
#include "kernels/matrix.h"
#include "tests/kernels/kernels_testing.h"

namespace candor::kernels {
namespace {

using testing::first_difference;
using testing::kAllFormats;
using testing::random_blocks;
using testing::random_floats;
using testing::supported_isas;

struct Case {
  BlockFormat format;
  std::size_t rows;
  std::size_t cols;
  Precision precision;
};

std::string label(const Case& c) {
  return testing::format_name(c.format) + " " + std::to_string(c.rows) + "x" +
         std::to_string(c.cols) + " " + name(c.precision);
}

// Shapes with whole and broken stripes and tiles, one and several blocks.
std::vector<Case> cases() {
  std::vector<Case> out;
  for (const BlockFormat format : kAllFormats) {
    const std::size_t block = block_layout(format).elements;
    for (const Precision precision : {Precision::kInt8, Precision::kExact, Precision::kFloat32}) {
      if (block == 1) {
        out.push_back({format, 21, 37, precision});
        out.push_back({format, 64, 300, precision});
        out.push_back({format, 40, 320, precision});
        continue;
      }
      out.push_back({format, 64, 256, precision});
      out.push_back({format, 100, block == 256 ? 768U : 352U, precision});
      out.push_back({format, 3, 256, precision});
      out.push_back({format, 144, 512, precision});
    }
  }
  return out;
}

std::vector<float> multiplied(Isa isa, const Matrix& matrix, const std::vector<float>& x,
                              const float* bias, ThreadPool& pool) {
  const std::size_t rows = x.size() / matrix.cols();
  std::vector<float> y(rows * matrix.rows());
  Activations activations;
  activations.assign(x.data(), rows, matrix.cols());
  const Product product{.weights = &matrix, .bias = bias, .y = y.data(), .y_stride = matrix.rows()};
  multiply_with(isa, {&product, 1}, activations, pool);
  return y;
}

// What int8 should make of rows of values, from the contract of matrix.h: groups along a row, scale
// = largest / 127, for weights rounded up to bf16.
std::vector<double> rounded_rows(const std::vector<float>& x, std::size_t cols, std::size_t group,
                                 bool weights) {
  std::vector<double> out(x.size());
  for (std::size_t row = 0; row < x.size(); row += cols) {
    for (std::size_t g = row; g < row + cols; g += group) {
      const std::size_t end = std::min(g + group, row + cols);
      float largest = 0.0F;
      for (std::size_t i = g; i < end; ++i) largest = std::max(largest, std::fabs(x[i]));
      if (largest == 0.0F) continue;
      float scale = largest / 127.0F;
      if (weights) {
        scale = std::bit_cast<float>((std::bit_cast<std::uint32_t>(scale) + 0xFFFFU) & ~0xFFFFU);
      }
      const float inverse = weights ? 1.0F / scale : 127.0F / largest;
      for (std::size_t i = g; i < end; ++i) {
        out[i] = static_cast<double>(scale) * std::nearbyint(x[i] * inverse);
      }
    }
  }
  return out;
}

// Upper bounds of what each weight adds to the size of the terms: |scale q| + |minimum|.
std::vector<double> term_sizes(BlockFormat format, const std::vector<std::byte>& bytes,
                               const std::vector<float>& values) {
  std::vector<double> out(values.size());
  if (group_kind(format) == GroupKind::kNone) {
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = std::fabs(values[i]);
    return out;
  }
  const BlockLayout& layout = block_layout(format);
  Group groups[8];
  for (std::size_t b = 0; b < values.size() / layout.elements; ++b) {
    unpack_block(format, bytes.data() + b * layout.bytes, groups);
    for (std::size_t i = 0; i < layout.elements; ++i) {
      const Group& group = groups[i / 32];
      out[b * layout.elements + i] =
          std::fabs(group.scale[i % 32 / 16] * (group.biased[i % 32] - 128.0)) +
          std::fabs(group.minimum);
    }
  }
  return out;
}

TEST(Multiply, IsWithinTheRoundingOfItsSumsOfTheExactProduct) {
  std::mt19937 rng(11);
  ThreadPool pool(1);
  for (const Case& c : cases()) {
    SCOPED_TRACE(label(c));
    const auto bytes = random_blocks(c.format, c.rows * c.cols, rng);
    std::vector<float> weights(c.rows * c.cols);
    dequantize(c.format, bytes, weights);
    std::vector<double> sizes = term_sizes(c.format, bytes, weights);
    std::vector<double> used(weights.begin(), weights.end());
    const std::size_t batch = 5;
    const std::vector<float> x = random_floats(batch * c.cols, rng);
    const std::vector<float> bias = random_floats(c.rows, rng);
    const Matrix matrix = Matrix::pack(c.format, bytes, c.rows, c.cols, c.precision, pool);
    const Quantized kind = matrix.state().multiplies();
    const bool int8 = kind == Quantized::kWide || kind == Quantized::kGrouped;
    std::vector<double> exact_x(x.begin(), x.end());
    if (int8) exact_x = rounded_rows(x, c.cols, c.precision == Precision::kInt8 ? 128 : 32, false);
    if (int8 && c.precision == Precision::kInt8) {
      used = rounded_rows(weights, c.cols, 128, true);
      for (std::size_t i = 0; i < used.size(); ++i) sizes[i] = std::fabs(used[i]);
    }
    const std::vector<float> y = multiplied(active_isa(), matrix, x, bias.data(), pool);
    // Each addition of a chain rounds by at most 2^-24 of a sum that is no larger than all terms
    // together; a product of scales, the weight's own rounding and the bias add three more.
    const double steps = int8 ? static_cast<double>(c.cols) / 16.0 * 2.0 + 3.0
                              : 256.0 + static_cast<double>(c.cols) / 256.0 + 3.0;
    for (std::size_t m = 0; m < batch; ++m) {
      for (std::size_t n = 0; n < c.rows; ++n) {
        double sum = bias[n];
        double size = std::fabs(sum);
        for (std::size_t k = 0; k < c.cols; ++k) {
          sum += exact_x[m * c.cols + k] * used[n * c.cols + k];
          size += std::fabs(exact_x[m * c.cols + k]) * sizes[n * c.cols + k];
        }
        ASSERT_NEAR(y[m * c.rows + n], sum, steps * 0x1p-24 * size) << m << ", " << n;
      }
    }
  }
}

TEST(Multiply, GivesTheSameBitsOnEveryInstructionSet) {
  std::mt19937 rng(12);
  ThreadPool pool(1);
  for (const Case& c : cases()) {
    SCOPED_TRACE(label(c));
    const auto bytes = random_blocks(c.format, c.rows * c.cols, rng);
    const Matrix matrix = Matrix::pack(c.format, bytes, c.rows, c.cols, c.precision, pool);
    for (const std::size_t batch : {1U, 2U, 3U, 7U, 12U}) {
      const std::vector<float> x = random_floats(batch * c.cols, rng);
      const std::vector<float> expected = multiplied(Isa::kPortable, matrix, x, nullptr, pool);
      for (const Isa isa : supported_isas()) {
        // The bf16 tiles of AMX add in an order of their own (amx_float.h).
        const bool tiles = kernel_set(isa).split_row != nullptr;
        if (tiles && matrix.state().storage == Storage::kBF16Pairs) continue;
        const std::vector<float> y = multiplied(isa, matrix, x, nullptr, pool);
        EXPECT_EQ(first_difference(y, expected), -1) << name(isa) << ", batch " << batch;
      }
    }
  }
}

TEST(Multiply, Bf16WeightsInPairsAreThoseOfTheFloat32Multiply) {
  std::mt19937 rng(19);
  ThreadPool pool(1);
  for (const std::size_t cols : {37U, 64U, 300U}) {
    const auto bytes = random_blocks(BlockFormat::kBF16, 70 * cols, rng);
    const std::vector<float> x = random_floats(9 * cols, rng);
    const auto product = [&](Isa isa, Precision precision) {
      const Matrix matrix = Matrix::pack(BlockFormat::kBF16, bytes, 70, cols, precision, pool);
      return multiplied(isa, matrix, x, nullptr, pool);
    };
    const std::vector<float> expected = product(Isa::kPortable, Precision::kFloat32);
    for (const Isa isa : supported_isas()) {
      if (kernel_set(isa).split_row != nullptr) continue;
      for (const Precision precision : {Precision::kInt8, Precision::kExact}) {
        EXPECT_EQ(first_difference(product(isa, precision), expected), -1)
            << name(isa) << " " << name(precision) << " " << cols;
      }
    }
  }
}

TEST(Multiply, ARowHasTheSameBitsAloneAndInAnyBatch) {
  std::mt19937 rng(13);
  ThreadPool pool(1);
  for (const Case& c : cases()) {
    SCOPED_TRACE(label(c));
    const auto bytes = random_blocks(c.format, c.rows * c.cols, rng);
    const Matrix matrix = Matrix::pack(c.format, bytes, c.rows, c.cols, c.precision, pool);
    const std::vector<float> x = random_floats(300 * c.cols, rng);
    for (const Isa isa : supported_isas()) {
      if (isa == Isa::kPortable) continue;  // one row after the other by its construction
      const std::vector<float> all = multiplied(isa, matrix, x, nullptr, pool);
      for (const std::size_t batch : {1U, 2U, 7U, 32U, 64U}) {
        for (const std::size_t first : {0U, 5U, 236U}) {
          const std::vector<float> part(
              x.begin() + static_cast<std::ptrdiff_t>(first * c.cols),
              x.begin() + static_cast<std::ptrdiff_t>((first + batch) * c.cols));
          const std::vector<float> y = multiplied(isa, matrix, part, nullptr, pool);
          const std::vector<float> expected(
              all.begin() + static_cast<std::ptrdiff_t>(first * c.rows),
              all.begin() + static_cast<std::ptrdiff_t>((first + batch) * c.rows));
          ASSERT_EQ(first_difference(y, expected), -1)
              << name(isa) << ", batch " << batch << " from " << first;
        }
      }
    }
  }
}

TEST(Multiply, DoesNotDependOnTheNumberOfThreads) {
  std::mt19937 rng(14);
  const Case c{BlockFormat::kQ5_0, 1000, 896, Precision::kInt8};
  const auto bytes = random_blocks(c.format, c.rows * c.cols, rng);
  const std::vector<float> x = random_floats(33 * c.cols, rng);
  for (const Precision precision : {Precision::kInt8, Precision::kExact, Precision::kFloat32}) {
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      const Matrix matrix = Matrix::pack(c.format, bytes, c.rows, c.cols, precision, pool);
      const std::vector<float> y = multiplied(active_isa(), matrix, x, nullptr, pool);
      if (threads == 1) first = y;
      EXPECT_EQ(first_difference(y, first), -1) << threads << " threads";
    }
  }
}

TEST(Multiply, SharedActivationsAndAWiderOutputChangeNothing) {
  std::mt19937 rng(15);
  ThreadPool pool(2);
  const auto bytes = random_blocks(BlockFormat::kQ8_0, 70 * 64, rng);
  const Matrix matrix = Matrix::pack(BlockFormat::kQ8_0, bytes, 70, 64, Precision::kInt8, pool);
  Activations shared;
  for (const std::size_t batch : {9U, 2U, 40U}) {  // buffers are used again
    const std::vector<float> x = random_floats(batch * 64, rng);
    const std::vector<float> expected = multiplied(active_isa(), matrix, x, nullptr, pool);
    shared.assign(x.data(), batch, 64);
    EXPECT_EQ(shared.rows(), batch);
    const std::size_t stride = 90;
    std::vector<float> y(batch * stride, -7.0F);
    multiply(matrix, shared, nullptr, y.data(), stride, pool);
    multiply(matrix, shared, nullptr, y.data() + 10, stride, pool);
    for (std::size_t m = 0; m < batch; ++m) {
      for (std::size_t n = 0; n < 70; ++n) {
        ASSERT_TRUE(testing::same_bits(y[m * stride + 10 + n], expected[m * 70 + n]));
      }
      for (std::size_t n = 80; n < stride; ++n) ASSERT_EQ(y[m * stride + n], -7.0F);
    }
  }
}

TEST(Multiply, TheLargestIntegersDoNotSaturate) {
  // Every weight -128 or 127 and every activation at full scale: the sums a saturating 16-bit
  // multiply-add would clip.
  ThreadPool pool(1);
  for (const int weight : {-127, 127, -128}) {
    std::vector<std::byte> block(34, static_cast<std::byte>(weight));
    const std::uint16_t one = 0x3C00;
    std::memcpy(block.data(), &one, 2);
    std::vector<std::byte> row;
    for (int i = 0; i < 4; ++i) row.insert(row.end(), block.begin(), block.end());
    for (const Precision precision : {Precision::kInt8, Precision::kExact}) {
      if (weight == -128 && precision == Precision::kInt8)
        continue;  // its scale is no whole number
      const Matrix matrix = Matrix::pack(BlockFormat::kQ8_0, row, 1, 128, precision, pool);
      for (const float value : {127.0F, -127.0F}) {
        const std::vector<float> x(128, value);
        for (const Isa isa : supported_isas()) {
          const std::vector<float> y = multiplied(isa, matrix, x, nullptr, pool);
          EXPECT_EQ(y[0], static_cast<float>(weight) * 128.0F * value) << name(isa);
        }
      }
    }
  }
}

TEST(Multiply, AddsToWhatIsThere) {
  std::mt19937 rng(17);
  ThreadPool pool(1);
  for (const Precision precision : {Precision::kInt8, Precision::kExact, Precision::kFloat32}) {
    const auto bytes = random_blocks(BlockFormat::kQ8_0, 70 * 192, rng);
    const Matrix matrix = Matrix::pack(BlockFormat::kQ8_0, bytes, 70, 192, precision, pool);
    const std::vector<float> x = random_floats(3 * 192, rng);
    const std::vector<float> bias = random_floats(70, rng);
    const std::vector<float> before = random_floats(3 * 70, rng);
    for (const Isa isa : supported_isas()) {
      const std::vector<float> product = multiplied(isa, matrix, x, bias.data(), pool);
      std::vector<float> y = before;
      Activations activations;
      activations.assign(x.data(), 3, 192);
      const Product adding{
          .weights = &matrix, .bias = bias.data(), .y = y.data(), .y_stride = 70, .add = true};
      multiply_with(isa, {&adding, 1}, activations, pool);
      for (std::size_t i = 0; i < y.size(); ++i) {
        ASSERT_TRUE(testing::same_bits(y[i], before[i] + product[i])) << name(isa) << " " << i;
      }
    }
  }
}

// Experts and heads: each matrix multiplies rows of its own among those of all.
TEST(Multiply, APartOfTheRowsIsMultipliedAsIfItWereAlone) {
  std::mt19937 rng(19);
  ThreadPool pool(2);
  const std::size_t cols = 192;
  for (const Precision precision : {Precision::kInt8, Precision::kExact, Precision::kFloat32}) {
    for (const BlockFormat format : {BlockFormat::kQ8_0, BlockFormat::kBF16, BlockFormat::kF32}) {
      std::vector<Matrix> matrices;
      for (const std::size_t rows : {70U, 128U, 3U}) {
        matrices.push_back(Matrix::pack(format, random_blocks(format, rows * cols, rng), rows, cols,
                                        precision, pool));
      }
      const Activations::RowRange ranges[] = {{0, 1}, {16, 20}, {48, 7}};
      const std::vector<float> x = random_floats(55 * cols, rng);
      Activations activations;
      activations.fill(
          ranges, cols, precision,
          [&](std::size_t row, float* out) { std::copy_n(x.data() + row * cols, cols, out); },
          pool);
      EXPECT_EQ(activations.rows(), 55U);
      std::vector<std::vector<float>> ys;
      std::vector<Product> products;
      for (std::size_t i = 0; i < 3; ++i) ys.emplace_back(ranges[i].rows * matrices[i].rows());
      for (std::size_t i = 0; i < 3; ++i) {
        products.push_back({.weights = &matrices[i],
                            .bias = nullptr,
                            .y = ys[i].data(),
                            .y_stride = matrices[i].rows(),
                            .first_row = ranges[i].first,
                            .rows = ranges[i].rows});
      }
      multiply(products, activations, pool);
      for (std::size_t i = 0; i < 3; ++i) {
        const auto first = x.begin() + static_cast<std::ptrdiff_t>(ranges[i].first * cols);
        const std::vector<float> own(first,
                                     first + static_cast<std::ptrdiff_t>(ranges[i].rows * cols));
        EXPECT_EQ(
            first_difference(ys[i], multiplied(active_isa(), matrices[i], own, nullptr, pool)), -1)
            << name(precision) << " " << block_layout(format).name << " " << i;
      }
      products[1].first_row = 24;
      EXPECT_THROW(multiply(products, activations, pool), Error);
      products[1].first_row = 48;
      products[1].rows = 8;
      EXPECT_THROW(multiply(products, activations, pool), Error);
    }
  }
}

// Rows that a checkpoint holds in another way than as blocks.
class ValueRows final : public MatrixRows {
 public:
  ValueRows(BlockFormat format, std::vector<float> values, std::size_t cols)
      : format_(format), values_(std::move(values)), cols_(cols) {}
  std::size_t rows() const override { return values_.size() / cols_; }
  std::size_t cols() const override { return cols_; }
  BlockFormat format() const override { return format_; }
  bool has_blocks() const override { return false; }
  std::span<const std::byte> blocks(std::size_t, std::vector<std::byte>&) const override {
    ADD_FAILURE() << "asked for blocks";
    return {};
  }
  void values(std::size_t row, std::size_t begin, std::span<float> out) const override {
    EXPECT_TRUE(begin % 256 == 0 && begin + out.size() <= cols_);
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(row * cols_ + begin), out.size(),
                out.begin());
  }

 private:
  BlockFormat format_;
  std::vector<float> values_;
  std::size_t cols_;
};

TEST(Pack, ValuesGiveTheSameProductsAsTheBlocksTheyCameFrom) {
  std::mt19937 rng(20);
  ThreadPool pool(2);
  const std::size_t rows = 70;
  for (const BlockFormat format : {BlockFormat::kQ8_0, BlockFormat::kQ4_K, BlockFormat::kBF16,
                                   BlockFormat::kF16, BlockFormat::kF32}) {
    const std::size_t cols = 512 + block_layout(format).elements;
    const auto bytes = random_blocks(format, rows * cols, rng);
    std::vector<float> values(rows * cols);
    dequantize(format, bytes, values);
    const ValueRows source(format, values, cols);
    const std::vector<float> x = random_floats(3 * cols, rng);
    for (const Precision precision : {Precision::kInt8, Precision::kFloat32}) {
      const Matrix from_blocks = Matrix::pack(format, bytes, rows, cols, precision, pool);
      const Matrix from_values = Matrix::pack(source, precision, pool);
      EXPECT_EQ(from_values.packed().size(), Matrix::packed_size(source, precision));
      EXPECT_EQ(first_difference(multiplied(active_isa(), from_values, x, nullptr, pool),
                                 multiplied(active_isa(), from_blocks, x, nullptr, pool)),
                -1)
          << block_layout(format).name << " " << name(precision);
    }
  }
}

TEST(Multiply, ProductsOfOneSetOfRowsAreThoseOfEachMatrixAlone) {
  std::mt19937 rng(18);
  ThreadPool pool(2);
  // Of several kinds and sizes, so that stripes of all of them are shared out together.
  std::vector<Matrix> matrices;
  for (const std::size_t rows : {130U, 64U, 7U}) {
    matrices.push_back(Matrix::pack(BlockFormat::kQ4_0,
                                    random_blocks(BlockFormat::kQ4_0, rows * 256, rng), rows, 256,
                                    Precision::kInt8, pool));
    matrices.push_back(Matrix::pack(BlockFormat::kBF16,
                                    random_blocks(BlockFormat::kBF16, rows * 256, rng), rows, 256,
                                    Precision::kInt8, pool));
  }
  const std::vector<float> x = random_floats(5 * 256, rng);
  Activations activations;
  activations.fill(
      5, 256, Precision::kInt8,
      [&](std::size_t row, float* out) { std::copy_n(x.data() + row * 256, 256, out); }, pool);
  std::vector<std::vector<float>> ys;
  std::vector<Product> products;
  for (const Matrix& matrix : matrices) ys.emplace_back(5 * matrix.rows());
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    products.push_back({.weights = &matrices[i],
                        .bias = nullptr,
                        .y = ys[i].data(),
                        .y_stride = matrices[i].rows()});
  }
  multiply(products, activations, pool);
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    EXPECT_EQ(first_difference(ys[i], multiplied(active_isa(), matrices[i], x, nullptr, pool)), -1);
  }
}

TEST(Multiply, ZeroTinyAndBrokenActivationsKeepToTheirRow) {
  std::mt19937 rng(16);
  ThreadPool pool(1);
  const auto bytes = random_blocks(BlockFormat::kQ4_K, 20 * 256, rng);
  for (const Precision precision : {Precision::kInt8, Precision::kExact}) {
    const Matrix matrix = Matrix::pack(BlockFormat::kQ4_K, bytes, 20, 256, precision, pool);
    std::vector<float> x = random_floats(4 * 256, rng);
    const std::vector<float> good = multiplied(active_isa(), matrix, x, nullptr, pool);
    for (std::size_t k = 0; k < 256; ++k) {
      x[k] = 0.0F;
      x[256 + k] = 1e-44F;
    }
    x[512 + 100] = std::numeric_limits<float>::quiet_NaN();
    for (const Isa isa : supported_isas()) {
      const std::vector<float> y = multiplied(isa, matrix, x, nullptr, pool);
      for (std::size_t n = 0; n < 20; ++n) {
        EXPECT_EQ(y[n], 0.0F);
        EXPECT_EQ(y[20 + n], 0.0F);
        EXPECT_TRUE(std::isnan(y[40 + n]));
        EXPECT_TRUE(testing::same_bits(y[60 + n], good[60 + n]));
      }
    }
    x[512 + 100] = std::numeric_limits<float>::infinity();
    EXPECT_FALSE(std::isfinite(multiplied(active_isa(), matrix, x, nullptr, pool)[40]));
  }
}

TEST(Multiply, AWeightThatIsNotANumberShowsInItsRow) {
  std::mt19937 rng(20);
  ThreadPool pool(1);
  auto bytes = random_blocks(BlockFormat::kMXFP4, 20 * 256, rng);
  bytes[(3 * 8 + 5) * 17] = std::byte{255};  // the scale of a block of row 3
  const std::vector<float> x = random_floats(6 * 256, rng);
  for (const Precision precision : {Precision::kInt8, Precision::kExact, Precision::kFloat32}) {
    const Matrix matrix = Matrix::pack(BlockFormat::kMXFP4, bytes, 20, 256, precision, pool);
    for (const Isa isa : supported_isas()) {
      const std::vector<float> y = multiplied(isa, matrix, x, nullptr, pool);
      for (std::size_t i = 0; i < y.size(); ++i) {
        ASSERT_EQ(std::isnan(y[i]), i % 20 == 3) << name(precision) << " " << name(isa) << " " << i;
      }
    }
  }
}

TEST(Matrix, RefusesShapesThatDoNotFitTheBytes) {
  ThreadPool pool(1);
  const std::vector<std::byte> bytes(34);
  EXPECT_THROW(Matrix::pack(BlockFormat::kQ8_0, bytes, 1, 33, Precision::kInt8, pool), Error);
  EXPECT_THROW(Matrix::pack(BlockFormat::kQ8_0, bytes, 2, 32, Precision::kInt8, pool), Error);
  const Matrix matrix = Matrix::pack(BlockFormat::kQ8_0, bytes, 1, 32, Precision::kInt8, pool);
  EXPECT_EQ(matrix.rows(), 1U);
  EXPECT_EQ(matrix.cols(), 32U);
  const std::vector<float> x(64);
  std::vector<float> y(1);
  Activations wrong;
  wrong.assign(x.data(), 1, 64);
  EXPECT_THROW(multiply(matrix, wrong, nullptr, y.data(), 1, pool), Error);
}

}  // namespace
}  // namespace candor::kernels
