#include "kernels/block_format.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>

#include "tests/kernels/kernels_testing.h"
#include "tests/support/shared.h"

namespace candor::kernels {
namespace {

using testing::kAllFormats;

struct Pattern {
  BlockFormat format;
  std::vector<std::size_t> halves;  // offsets of the f16 fields: 0.5, then 0.25
  std::map<std::size_t, float> values;
  double sum;
};

// Block byte j is (37 j + 11) mod 256 with the scale 0.5 and the second scale or minimum 0.25.
const Pattern kPatterns[] = {
    {BlockFormat::kQ4_0, {0}, {{0, -1.5F}, {1, 1.0F}, {15, -4.0F}, {16, -1.5F}, {31, 0.0F}}, -10.5},
    {BlockFormat::kQ4_1,
     {0, 2},
     {{0, 7.75F}, {1, 2.25F}, {15, 5.25F}, {16, 4.75F}, {31, 6.25F}},
     130.5},
    {BlockFormat::kQ5_0, {0}, {{0, 4.5F}, {1, -1.0F}, {15, -6.0F}, {16, 7.0F}, {31, 0.5F}}, 7.5},
    {BlockFormat::kQ5_1,
     {0, 2},
     {{0, 9.75F}, {1, 12.25F}, {15, 15.25F}, {16, 9.75F}, {31, 2.75F}},
     260.5},
    {BlockFormat::kQ8_0,
     {0},
     {{0, 42.5F}, {1, 61.0F}, {15, -64.0F}, {16, -45.5F}, {31, -24.0F}},
     -88.0},
    {BlockFormat::kQ4_K,
     {0, 2},
     {{0, 157.75F},
      {1, -12.75F},
      {31, 80.25F},
      {33, 10.0F},
      {100, 47.5F},
      {128, 211.5F},
      {200, 69.25F},
      {255, 24.25F}},
     27220.0},
    {BlockFormat::kQ5_K,
     {0, 2},
     {{0, 405.75F},
      {1, -12.75F},
      {31, 80.25F},
      {33, -2.0F},
      {100, 117.5F},
      {128, 523.5F},
      {255, 54.25F}},
     58108.0},
    {BlockFormat::kQ6_K,
     {208},
     {{0, -715.5F},
      {1, 848.0F},
      {16, -216.0F},
      {33, -336.0F},
      {100, 1261.5F},
      {128, -175.5F},
      {200, 544.5F},
      {255, -30.0F}},
     2306.0},
};

TEST(Dequantize, GivesTheKnownValuesOfThePatternBlock) {
  const std::uint16_t scales[] = {0x3800, 0x3400};
  for (const Pattern& pattern : kPatterns) {
    SCOPED_TRACE(testing::format_name(pattern.format));
    const BlockLayout& layout = block_layout(pattern.format);
    std::vector<std::byte> block(layout.bytes);
    for (std::size_t j = 0; j < block.size(); ++j) {
      block[j] = static_cast<std::byte>((37 * j + 11) % 256);
    }
    for (std::size_t i = 0; i < pattern.halves.size(); ++i) {
      std::memcpy(block.data() + pattern.halves[i], &scales[i], 2);
    }
    std::vector<float> values(layout.elements);
    dequantize(pattern.format, block, values);
    for (const auto& [index, value] : pattern.values) EXPECT_EQ(values[index], value) << index;
    EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0.0), pattern.sum);
  }
}

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> chars((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  std::vector<std::byte> bytes(chars.size());
  std::memcpy(bytes.data(), chars.data(), chars.size());
  return bytes;
}

TEST(Dequantize, EqualsTheReferenceValuesBitByBit) {
  CANDOR_NEEDS_SHARED("golden/quants/manifest.json");
  for (const BlockFormat format : kAllFormats) {
    if (block_layout(format).elements == 1) continue;
    const std::string name = testing::format_name(format);
    SCOPED_TRACE(name);
    const auto blocks = read_bytes(tests::shared_path("golden/quants/" + name + ".blocks.bin"));
    const auto expected = read_bytes(tests::shared_path("golden/quants/" + name + ".f32.bin"));
    const BlockLayout& layout = block_layout(format);
    ASSERT_GT(blocks.size(), 0U);
    ASSERT_EQ(blocks.size() / layout.bytes * layout.elements * 4, expected.size());
    // One byte further than any alignment, as tensors of a file may lie.
    std::vector<std::byte> shifted(blocks.size() + 1);
    std::memcpy(shifted.data() + 1, blocks.data(), blocks.size());
    std::vector<float> values(expected.size() / 4);
    dequantize(format, std::span(shifted).subspan(1), values);
    EXPECT_EQ(std::memcmp(values.data(), expected.data(), expected.size()), 0);
  }
}

TEST(Dequantize, SixteenBitFloatsAreExact) {
  std::vector<std::byte> bytes(6);
  const std::uint16_t halves[] = {0x3C00, 0xC500, 0x0001};
  std::memcpy(bytes.data(), halves, 6);
  std::vector<float> values(3);
  dequantize(BlockFormat::kF16, bytes, values);
  EXPECT_EQ(values, (std::vector<float>{1.0F, -5.0F, 0x1p-24F}));
  const std::uint16_t bfloats[] = {0x3F80, 0xC0A0, 0x0080};
  std::memcpy(bytes.data(), bfloats, 6);
  dequantize(BlockFormat::kBF16, bytes, values);
  EXPECT_EQ(values, (std::vector<float>{1.0F, -5.0F, 0x1p-126F}));
}

TEST(BlockFormat, NamesAndIdsLeadToTheSameLayout) {
  for (const BlockFormat format : kAllFormats) {
    const BlockLayout& layout = block_layout(format);
    EXPECT_EQ(block_format_by_name(layout.name), format);
    EXPECT_EQ(block_layout(static_cast<std::uint32_t>(format)), &layout);
  }
  EXPECT_EQ(block_format_by_name("q4_k"), BlockFormat::kQ4_K);
  EXPECT_EQ(block_format_by_name("Q4"), std::nullopt);
  EXPECT_EQ(block_layout(std::uint32_t{4}), nullptr);
  EXPECT_EQ(block_layout(std::uint32_t{1000}), nullptr);
}

TEST(Half, EveryHalfSurvivesTheWayThroughFloat) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    if (std::isnan(value)) {
      EXPECT_EQ(bits & 0x7C00U, 0x7C00U);
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
      continue;
    }
    ASSERT_EQ(float_to_half(value), half);
  }
}

TEST(Half, RoundsToTheNearestAndToEvenInTheMiddle) {
  // Between each pair of neighbours: a quarter, half and three quarters of the way.
  for (std::uint32_t bits = 0; bits < 0x7BFF; ++bits) {
    const auto low = static_cast<std::uint16_t>(bits);
    const auto high = static_cast<std::uint16_t>(bits + 1);
    const float a = half_to_float(low);
    const float b = half_to_float(high);
    ASSERT_EQ(float_to_half(a + 0.25F * (b - a)), low);
    ASSERT_EQ(float_to_half(a + 0.75F * (b - a)), high);
    ASSERT_EQ(float_to_half(a + 0.5F * (b - a)), bits % 2 == 0 ? low : high);
    ASSERT_EQ(float_to_half(-(a + 0.25F * (b - a))), low | 0x8000U);
  }
  EXPECT_EQ(float_to_half(65519.0F), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0F), 0x7C00);
  EXPECT_EQ(float_to_half(-1e30F), 0xFC00);
}

}  // namespace
}  // namespace candor::kernels
