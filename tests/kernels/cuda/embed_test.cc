#include <gtest/gtest.h>

#include "tests/kernels/cuda/rows_testing.h"

namespace candor::kernels::cuda {
namespace {

using namespace testing;

constexpr std::size_t kVocabulary = 23;

// The rows of random blocks at a pitch that is a multiple of 16, and their values.
struct Table {
  std::vector<std::uint8_t> bytes;
  std::vector<float> values;
  std::uint64_t pitch = 0;
};
Table random_table(BlockFormat format, std::size_t cols, std::mt19937& rng) {
  const auto blocks = kernels::testing::random_blocks(format, kVocabulary * cols, rng);
  const std::size_t row_bytes = blocks.size() / kVocabulary;
  Table table;
  table.pitch = (row_bytes + 15) / 16 * 16 + 16;
  table.bytes.assign(kVocabulary * table.pitch, 0xFF);
  for (std::size_t row = 0; row < kVocabulary; ++row) {
    std::memcpy(&table.bytes[row * table.pitch], blocks.data() + row * row_bytes, row_bytes);
  }
  table.values.resize(kVocabulary * cols);
  dequantize(format, blocks, table.values);
  return table;
}

void expect_rows_of_the_table(BlockFormat format, std::size_t cols, float scale) {
  SCOPED_TRACE(kernels::testing::format_name(format) + ", " + std::to_string(cols));
  std::mt19937 rng(static_cast<unsigned>(cols));
  const Table table = random_table(format, cols, rng);
  const std::vector<std::int32_t> tokens = {0, 22, 7, 7, 1, 21};
  DeviceArray<std::uint8_t> bytes(table.bytes);
  DeviceArray<std::int32_t> ids(tokens);
  DeviceArray<float> x(tokens.size() * cols);
  cuda_backend().embed({.table = {bytes.data(), format, kVocabulary, cols, table.pitch},
                        .tokens = ids.data(),
                        .scale = scale,
                        .rows = tokens.size(),
                        .x = x.data()});
  std::vector<float> expected;
  for (const std::int32_t token : tokens) {
    for (const float value : row_of(table.values, static_cast<std::size_t>(token), cols)) {
      expected.push_back(scale * value);
    }
  }
  EXPECT_EQ(first_difference(x.values(), expected), -1);
}

TEST(CudaEmbed, GivesTheRowsOfTheTableTimesTheScale) {
  for (const BlockFormat format : {BlockFormat::kF32, BlockFormat::kF16, BlockFormat::kBF16}) {
    for (const std::size_t cols : {8U, 40U, 1000U, 3584U}) {
      expect_rows_of_the_table(format, cols, 1.0F);
      expect_rows_of_the_table(format, cols, 59.8665F);
    }
  }
}

TEST(CudaEmbed, GivesTheValuesOfEveryQuantisedFormat) {
  for (const BlockFormat format : kernels::testing::kAllFormats) {
    if (!is_block_format_on_device(format)) continue;
    for (const std::size_t blocks : {1U, 3U, 13U}) {
      expect_rows_of_the_table(format, blocks * block_layout(format).elements, 2.5F);
    }
  }
}

TEST(CudaEmbed, RefusesAFormatThatIsNotKeptOnTheDevice) {
  DeviceArray<std::uint8_t> bytes(256);
  EXPECT_THROW(
      cuda_backend().embed({.table = {bytes.data(), BlockFormat::kTQ1_0, 1, 256, 64}, .rows = 1}),
      std::runtime_error);
}

TEST(CudaEmbed, GivesZerosForATokenOutsideTheTable) {
  const std::vector<float> table(16, 3.0F);
  DeviceArray<float> values(table);
  DeviceArray<std::int32_t> tokens(std::vector<std::int32_t>{-1, 2, 1, 2147483647});
  DeviceArray<float> x(32);
  cuda_backend().embed({.table = {values.data(), BlockFormat::kF32, 2, 8, 32},
                        .tokens = tokens.data(),
                        .rows = 4,
                        .x = x.data()});
  std::vector<float> expected(32, 0.0F);
  for (std::size_t i = 16; i < 24; ++i) expected[i] = 3.0F;
  EXPECT_EQ(first_difference(x.values(), expected), -1);
}

TEST(CudaEmbed, DoesNothingWithoutRows) {
  DeviceArray<float> x(8);
  cuda_backend().embed({.table = {x.data(), BlockFormat::kF32, 1, 8, 32}, .rows = 0});
  EXPECT_TRUE(std::isnan(x.values()[0]));
}

}  // namespace
}  // namespace candor::kernels::cuda
