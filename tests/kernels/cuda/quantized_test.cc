// Quantised matrices on the device: their values, their products, and that products of few rows,
// which read the blocks, have the bits of products with the expanded matrix.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "kernels/cuda/operations.h"
#include "kernels/cuda/quantized_decode.cuh"
#include "tests/kernels/kernels_testing.h"
#include "tests/support/cuda.h"
#include "tests/support/shared.h"

namespace candor::kernels::cuda {
namespace {

using candor::tests::cuda_backend;
using candor::tests::cuda_is_real;
using candor::tests::DeviceArray;
using kernels::testing::format_name;
using kernels::testing::same_bits;

std::vector<BlockFormat> device_formats() {
  std::vector<BlockFormat> formats;
  for (const BlockFormat format : block_formats()) {
    if (is_block_format_on_device(format)) formats.push_back(format);
  }
  return formats;
}

// What the device's decoder makes of blocks.
std::vector<float> decoded(BlockFormat format, std::span<const std::byte> bytes) {
  std::vector<float> values;
  const bool known = with_format(format, [&](auto tag) {
    constexpr BlockFormat kFormat = decltype(tag)::kFormat;
    using D = Decoder<kFormat>;
    for (std::size_t at = 0; at < bytes.size(); at += D::kBytes) {
      const auto* const block = reinterpret_cast<Bytes>(bytes.data() + at);
      for (int g = 0; g < D::kElements / 32; ++g) {
        const GroupScales scales = D::scales(block, g);
        for (int j = 0; j < 4; ++j) {
          float eight[8];
          decode8<kFormat>(block, g, j, scales, eight);
          values.insert(values.end(), eight, eight + 8);
        }
      }
    }
  });
  EXPECT_TRUE(known) << format_name(format);
  return values;
}

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> chars((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  std::vector<std::byte> bytes(chars.size());
  if (!chars.empty()) std::memcpy(bytes.data(), chars.data(), chars.size());
  return bytes;
}

void expect_same_values(const std::vector<float>& values, const std::vector<float>& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(expected[i])) {
      ASSERT_TRUE(std::isnan(values[i])) << i;
    } else {
      ASSERT_TRUE(same_bits(values[i], expected[i]))
          << i << ": " << values[i] << " for " << expected[i];
    }
  }
}

TEST(CudaQuantized, DecodesTheReferenceBlocksBitByBit) {
  CANDOR_NEEDS_SHARED("golden/quants/manifest.json");
  for (const BlockFormat format : device_formats()) {
    SCOPED_TRACE(format_name(format));
    const std::string base = "golden/quants/" + format_name(format);
    const auto blocks = read_bytes(tests::shared_path(base + ".blocks.bin"));
    const auto bytes = read_bytes(tests::shared_path(base + ".f32.bin"));
    ASSERT_GT(blocks.size(), 0U);
    std::vector<float> expected(bytes.size() / 4);
    std::memcpy(expected.data(), bytes.data(), bytes.size());
    expect_same_values(decoded(format, blocks), expected);
  }
}

// Any bytes are blocks, also with infinite scales and NaN.
TEST(CudaQuantized, DecodesEveryBlockAsTheProcessorDoes) {
  std::mt19937 rng(61);
  std::uniform_int_distribution<int> byte(0, 255);
  for (const BlockFormat format : device_formats()) {
    SCOPED_TRACE(format_name(format));
    const BlockLayout& layout = block_layout(format);
    std::vector<std::byte> blocks(layout.bytes * 2000);
    for (std::byte& value : blocks) value = static_cast<std::byte>(byte(rng));
    std::vector<float> expected(layout.elements * 2000);
    dequantize(format, blocks, expected);
    expect_same_values(decoded(format, blocks), expected);
  }
}

struct Quantized {
  BlockFormat format;
  std::size_t rows, cols, pitch;
  std::vector<std::byte> bytes;        // 0xFF between the rows
  std::vector<std::uint16_t> rounded;  // [rows, cols] bf16

  Quantized(BlockFormat f, std::size_t r, std::size_t c, std::size_t extra, std::mt19937& rng)
      : format(f), rows(r), cols(c) {
    const BlockLayout& layout = block_layout(format);
    const std::size_t row_bytes = cols / layout.elements * layout.bytes;
    pitch = (row_bytes + 15) / 16 * 16 + extra;
    bytes.assign(rows * pitch, std::byte{0xFF});
    std::vector<float> values(cols);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto blocks = kernels::testing::random_blocks(format, cols, rng);
      std::memcpy(bytes.data() + row * pitch, blocks.data(), blocks.size());
      dequantize(format, blocks, values);
      for (const float value : values) rounded.push_back(to_bf16(value).bits);
    }
  }
};

std::vector<std::uint16_t> random_x(std::size_t count, std::mt19937& rng) {
  std::vector<std::uint16_t> bits;
  for (const float value : kernels::testing::random_floats(count, rng)) {
    bits.push_back(to_bf16(value).bits);
  }
  return bits;
}

constexpr std::size_t kBehind = 16;

// y of the product with w as it is, or with the matrix that it stands for.
std::vector<float> multiply(const DeviceMatrix& w, const std::vector<std::uint16_t>& x,
                            std::size_t m, Store store, const std::vector<float>& before) {
  DeviceArray<std::uint16_t> x_device(x);
  Product product;
  product.w = w;
  product.x = x_device.data();
  product.x_stride = w.cols;
  product.m = m;
  product.y_stride = w.rows;
  product.store = store;
  std::vector<float> out;
  if (store == Store::kBF16) {
    DeviceArray<std::uint16_t> y(m * w.rows + kBehind);
    product.y = y.data();
    cuda_backend().product(product);
    for (const std::uint16_t bits : y.values()) out.push_back(to_float(Bf16{bits}));
    return out;
  }
  DeviceArray<float> y(before);
  product.y = y.data();
  cuda_backend().product(product);
  return y.values();
}

void expect_as_expanded(BlockFormat format, std::size_t rows, std::size_t cols, std::size_t m,
                        Store store, std::size_t extra, std::mt19937& rng) {
  SCOPED_TRACE(::testing::Message() << format_name(format) << " rows " << rows << " cols " << cols
                                    << " m " << m << " store " << static_cast<int>(store));
  const Quantized w(format, rows, cols, extra, rng);
  const auto x = random_x(m * cols, rng);
  DeviceArray<std::byte> blocks(w.bytes);
  DeviceArray<std::uint16_t> rounded(w.rounded);
  const std::vector<float> before = kernels::testing::random_floats(m * rows + kBehind, rng);
  const auto fused = multiply({blocks.data(), format, rows, cols, w.pitch}, x, m, store, before);
  const auto expanded =
      multiply({rounded.data(), BlockFormat::kBF16, rows, cols, 2 * cols}, x, m, store, before);
  for (std::size_t i = 0; i < m * rows; ++i) {
    ASSERT_TRUE(same_bits(fused[i], expanded[i]))
        << i << ": " << fused[i] << " for " << expanded[i];
  }
  for (std::size_t i = m * rows; i < fused.size(); ++i) {
    ASSERT_TRUE(store == Store::kBF16 ? std::isnan(fused[i]) : same_bits(fused[i], before[i]));
  }
}

TEST(CudaQuantized, ProductsOfFewRowsEqualThoseOfTheExpandedMatrix) {
  std::mt19937 rng(62);
  for (const BlockFormat format : device_formats()) {
    const bool small = block_layout(format).elements == 32;
    expect_as_expanded(format, 9, small ? 32 : 256, 1, Store::kF32, 0, rng);
    expect_as_expanded(format, 35, small ? 800 : 768, 3, Store::kAddF32, 16, rng);
    expect_as_expanded(format, 20, small ? 544 : 512, 33, Store::kBF16, 0, rng);
  }
}

TEST(CudaQuantized, ProductsOfManyRowsEqualThoseOfTheExpandedMatrix) {
  std::mt19937 rng(63);
  for (const BlockFormat format : device_formats()) {
    const bool small = block_layout(format).elements == 32;
    expect_as_expanded(format, 10, small ? 96 : 256, 65, Store::kF32, 32, rng);
  }
}

TEST(CudaQuantized, EveryNumberOfRowsGivesTheSameBits) {
  std::mt19937 rng(64);
  for (const BlockFormat format : {BlockFormat::kQ4_K, BlockFormat::kQ6_K, BlockFormat::kMXFP4}) {
    for (const std::size_t m : {1U, 8U, 15U, 16U, 17U, 32U, 48U, 64U, 65U, 130U}) {
      // Eleven tiles of 256: more than there are stages.
      expect_as_expanded(format, 13, m > 64 ? 256 : 2816, m, Store::kF32, 0, rng);
    }
  }
}

TEST(CudaQuantized, LongRowsWithEveryPlaceOfABlockInSixteenBytes) {
  std::mt19937 rng(65);
  for (const BlockFormat format : device_formats()) {
    const bool small = block_layout(format).elements == 32;
    expect_as_expanded(format, 3, small ? 2336 : 2304, 2, Store::kF32, 0, rng);
  }
}

// 8192 rows are expanded at a time.
TEST(CudaQuantized, MatricesAreExpandedInSlabs) {
  std::mt19937 rng(66);
  expect_as_expanded(BlockFormat::kQ8_0, 8200, 32, 66, Store::kF32, 0, rng);
  expect_as_expanded(BlockFormat::kQ8_0, 8200, 32, 66, Store::kBF16, 0, rng);
}

TEST(CudaQuantized, APartOfAMatrixGivesItsRows) {
  std::mt19937 rng(67);
  const Quantized w(BlockFormat::kQ6_K, 50, 512, 0, rng);
  const std::size_t m = 4;
  const auto x = random_x(m * w.cols, rng);
  DeviceArray<std::byte> blocks(w.bytes);
  const DeviceMatrix matrix{blocks.data(), w.format, w.rows, w.cols, w.pitch};
  const auto all = multiply(matrix, x, m, Store::kF32, std::vector<float>(m * w.rows + kBehind));
  const auto part =
      multiply(matrix.part(11, 30), x, m, Store::kF32, std::vector<float>(m * 30 + kBehind));
  for (std::size_t i = 0; i < m * 30; ++i) {
    ASSERT_TRUE(same_bits(part[i], all[i / 30 * w.rows + 11 + i % 30])) << i;
  }
}

// Against float64 sums of the processor's own values.
TEST(CudaQuantized, ProductsAreCloseToExactOnes) {
  std::mt19937 rng(68);
  for (const BlockFormat format : device_formats()) {
    SCOPED_TRACE(format_name(format));
    const Quantized w(format, 12, 512, 0, rng);
    const std::size_t m = 5;
    const auto x = random_x(m * w.cols, rng);
    DeviceArray<std::byte> blocks(w.bytes);
    const auto y = multiply({blocks.data(), format, w.rows, w.cols, w.pitch}, x, m, Store::kF32,
                            std::vector<float>(m * w.rows + kBehind));
    for (std::size_t i = 0; i < m * w.rows; ++i) {
      double exact = 0;
      double size = 0;
      for (std::size_t k = 0; k < w.cols; ++k) {
        const double term = static_cast<double>(to_float(Bf16{x[i / w.rows * w.cols + k]})) *
                            static_cast<double>(to_float(Bf16{w.rounded[i % w.rows * w.cols + k]}));
        exact += term;
        size += std::fabs(term);
      }
      // An ulp of the running sum for each addition, which tensor cores may truncate.
      ASSERT_NEAR(static_cast<double>(y[i]), exact, static_cast<double>(w.cols) * 0x1p-23 * size);
    }
  }
}

}  // namespace
}  // namespace candor::kernels::cuda
