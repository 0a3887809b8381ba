#include "kernels/block_format.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "kernels/cpu/unpack.h"
#include "tests/kernels/kernels_testing.h"
#include "tests/support/shared.h"

namespace candor::kernels {
namespace {

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
    {BlockFormat::kQ2_K,
     {80, 82},
     {{0, 16.5F},
      {1, 0.0F},
      {16, -0.75F},
      {31, -0.75F},
      {33, -1.25F},
      {100, 10.0F},
      {128, 3.75F},
      {200, 4.0F},
      {255, 2.25F}},
     1029.5},
    {BlockFormat::kQ3_K,
     {108},
     {{0, 40.5F},
      {1, -54.0F},
      {16, -48.0F},
      {31, 32.0F},
      {33, 22.0F},
      {100, 0.0F},
      {128, 1.0F},
      {200, 12.5F},
      {255, 21.0F}},
     479.0},
    {BlockFormat::kIQ4_NL,
     {0},
     {{0, -17.5F}, {1, 12.5F}, {15, -63.5F}, {16, -17.5F}, {31, 0.5F}},
     -128.5},
    {BlockFormat::kIQ4_XS,
     {0},
     {{0, 32.5F},
      {1, -0.5F},
      {16, 32.5F},
      {31, 17.5F},
      {33, -3.5F},
      {100, 20.0F},
      {128, -292.5F},
      {200, 570.0F},
      {255, -8.0F}},
     -5502.5},
    {BlockFormat::kMXFP4, {}, {{0, 0.0F}, {1, 3.0F}, {15, -1.5F}, {16, 1.5F}, {31, 3.0F}}, 12.5},
    {BlockFormat::kTQ1_0,
     {52},
     {{0, -0.5F},
      {1, -0.5F},
      {16, 0.0F},
      {31, 0.0F},
      {33, 0.0F},
      {100, 0.5F},
      {128, 0.0F},
      {200, 0.0F},
      {255, -0.5F}},
     -1.0},
    {BlockFormat::kTQ2_0,
     {64},
     {{0, 1.0F},
      {1, -0.5F},
      {16, 1.0F},
      {31, 0.5F},
      {33, -0.5F},
      {100, 0.5F},
      {128, 1.0F},
      {200, 0.0F},
      {255, -0.5F}},
     64.5},
    {BlockFormat::kIQ2_XXS,
     {0},
     {{0, -29.5625F},
      {1, 29.5625F},
      {16, 17.1875F},
      {31, 17.1875F},
      {33, 8.5F},
      {100, 13.5F},
      {128, -48.4375F},
      {200, -4.5F},
      {255, -40.3125F}},
     381.875},
    {BlockFormat::kIQ2_XS,
     {0},
     {{0, -5.5F},
      {1, 17.1875F},
      {16, -9.5F},
      {31, -9.5F},
      {33, 10.5F},
      {100, -4.5F},
      {128, -9.5F},
      {200, 3.5F},
      {255, -9.5F}},
     745.25},
    {BlockFormat::kIQ2_S,
     {0},
     {{0, -72.5625F},
      {1, 42.1875F},
      {16, -11.5F},
      {31, 35.9375F},
      {33, 7.8125F},
      {100, -12.5F},
      {128, -4.6875F},
      {200, 35.9375F},
      {255, 39.0625F}},
     -400.3125},
    {BlockFormat::kIQ3_XXS,
     {0},
     {{0, -6.5F},
      {1, 4.5F},
      {16, 3.5F},
      {31, -1.5F},
      {33, 9.5F},
      {100, -12.5F},
      {128, -27.5F},
      {200, 22.5F},
      {255, -7.5F}},
     -342.0},
    {BlockFormat::kIQ3_S,
     {0},
     {{0, -40.5F},
      {1, 121.5F},
      {16, -94.5F},
      {31, 94.5F},
      {33, 71.5F},
      {100, -8.5F},
      {128, -52.5F},
      {200, 137.5F},
      {255, 112.5F}},
     728.0},
    {BlockFormat::kIQ1_S,
     {0},
     {{0, -1.3125F},
      {1, 0.1875F},
      {16, -1.3125F},
      {31, 1.6875F},
      {33, 7.3125F},
      {100, 6.5625F},
      {128, -3.9375F},
      {200, -0.6875F},
      {255, -2.1875F}},
     10.0},
    // Its scale is in the upper four bits of four numbers: 0.5 is 0x3800.
    {BlockFormat::kIQ1_M,
     {},
     {{0, -0.4375F},
      {1, 3.0625F},
      {16, 0.9375F},
      {31, -0.9375F},
      {33, 0.4375F},
      {100, -1.6875F},
      {128, 0.9375F},
      {200, 0.1875F},
      {255, -0.9375F}},
     20.5},
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
    if (pattern.format == BlockFormat::kMXFP4) block[0] = std::byte{127};
    if (pattern.format == BlockFormat::kIQ1_M) {
      for (std::size_t i = 0; i < 4; ++i) {
        std::byte& high = block[49 + 2 * i];
        high = (high & std::byte{15}) | static_cast<std::byte>((scales[0] >> (4 * i) & 15) << 4);
      }
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

TEST(Dequantize, EqualsTheReferenceValuesOfEveryFormatBitByBit) {
  CANDOR_NEEDS_SHARED("golden/quants/manifest.json");
  const auto text = read_bytes(tests::shared_path("golden/quants/manifest.json"));
  const boost::json::value manifest =
      boost::json::parse({reinterpret_cast<const char*>(text.data()), text.size()});
  std::set<BlockFormat> seen;
  for (const boost::json::value& type : manifest.at("types").as_array()) {
    const std::string name(type.at("type").as_string());
    SCOPED_TRACE(name);
    const auto format = block_format_by_name(name);
    ASSERT_TRUE(format.has_value());
    seen.insert(*format);
    EXPECT_EQ(static_cast<std::int64_t>(*format), type.at("ggml_type").as_int64());
    const BlockLayout& layout = block_layout(*format);
    EXPECT_EQ(static_cast<std::int64_t>(layout.elements), type.at("block_values").as_int64());
    EXPECT_EQ(static_cast<std::int64_t>(layout.bytes), type.at("block_bytes").as_int64());
    const auto blocks = read_bytes(tests::shared_path("golden/quants/" + name + ".blocks.bin"));
    const auto expected = read_bytes(tests::shared_path("golden/quants/" + name + ".f32.bin"));
    ASSERT_GT(blocks.size(), 0U);
    ASSERT_EQ(blocks.size() / layout.bytes * layout.elements * 4, expected.size());
    // One byte further than any alignment, as tensors of a file may lie.
    std::vector<std::byte> shifted(blocks.size() + 1);
    std::memcpy(shifted.data() + 1, blocks.data(), blocks.size());
    std::vector<float> values(expected.size() / 4);
    dequantize(*format, std::span(shifted).subspan(1), values);
    EXPECT_EQ(std::memcmp(values.data(), expected.data(), expected.size()), 0);
  }
  for (const BlockFormat format : block_formats()) {
    if (block_layout(format).elements > 1) {
      EXPECT_TRUE(seen.contains(format)) << testing::format_name(format);
    }
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

// The value of every byte.
std::vector<float> byte_values(BlockFormat format) {
  std::vector<std::byte> bytes(256);
  for (std::size_t i = 0; i < 256; ++i) bytes[i] = static_cast<std::byte>(i);
  std::vector<float> values(256);
  dequantize(format, bytes, values);
  return values;
}

TEST(Dequantize, EightBitFloatsHaveTheValuesOfTheirDefinition) {
  const std::vector<float> e4m3 = byte_values(BlockFormat::kF8_E4M3);
  const std::map<unsigned, float> known = {{0x01, 0x1p-9F}, {0x07, 0.013671875F}, {0x08, 0x1p-6F},
                                           {0x38, 1.0F},    {0x39, 1.125F},       {0x3F, 1.875F},
                                           {0x40, 2.0F},    {0x77, 240.0F},       {0x7E, 448.0F},
                                           {0xB8, -1.0F},   {0xFE, -448.0F},      {0x00, 0.0F}};
  for (const auto& [byte, value] : known) EXPECT_EQ(e4m3[byte], value) << byte;
  const std::vector<float> e5m2 = byte_values(BlockFormat::kF8_E5M2);
  const std::map<unsigned, float> known5 = {{0x01, 0x1p-16F}, {0x04, 0x1p-14F}, {0x3C, 1.0F},
                                            {0x3D, 1.25F},    {0x7B, 57344.0F}, {0xC0, -2.0F}};
  for (const auto& [byte, value] : known5) EXPECT_EQ(e5m2[byte], value) << byte;
  EXPECT_EQ(e5m2[0x7C], std::numeric_limits<float>::infinity());
  // Formula of the definition, sign apart, and NaN where it has one.
  for (unsigned byte = 0; byte < 256; ++byte) {
    const double sign = byte < 128 ? 1 : -1;
    const unsigned exponent = byte >> 3 & 15U, mantissa = byte & 7U;
    const double value = exponent == 0 ? std::ldexp(mantissa, -9)
                                       : std::ldexp(8 + mantissa, static_cast<int>(exponent) - 10);
    if ((byte & 127U) == 127U) {
      EXPECT_TRUE(std::isnan(e4m3[byte])) << byte;
    } else {
      EXPECT_TRUE(testing::same_bits(e4m3[byte], static_cast<float>(sign * value))) << byte;
    }
    EXPECT_EQ(std::isnan(e5m2[byte]), (byte & 127U) > 0x7CU) << byte;
  }
}

TEST(Dequantize, PowersOfTwoReachFromTheDenormalsToNaN) {
  const std::vector<float> e8m0 = byte_values(BlockFormat::kF8_E8M0);
  for (int e = 0; e < 255; ++e) {
    ASSERT_EQ(static_cast<double>(e8m0[static_cast<std::size_t>(e)]), std::ldexp(1.0, e - 127));
  }
  EXPECT_TRUE(std::isnan(e8m0[255]));

  const double fp4[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  std::vector<std::byte> block(17);
  for (std::size_t i = 0; i < 16; ++i) block[1 + i] = static_cast<std::byte>(17 * i);
  std::vector<float> values(32);
  for (int e = 0; e < 256; ++e) {
    block[0] = static_cast<std::byte>(e);
    dequantize(BlockFormat::kMXFP4, block, values);
    for (std::size_t i = 0; i < 32; ++i) {
      const double exact = std::ldexp(fp4[i % 8], e - 127) * (i % 16 < 8 ? 1 : -1);
      if (e == 255) {
        ASSERT_TRUE(std::isnan(values[i]));
      } else {
        ASSERT_EQ(values[i], static_cast<float>(exact)) << e << " " << i;
      }
    }
  }
}

template <typename T>
std::vector<float> values_of(BlockFormat format, const std::vector<T>& stored) {
  std::vector<float> values(stored.size());
  dequantize(format, std::as_bytes(std::span(stored)), values);
  return values;
}

TEST(Dequantize, WholeNumbersAndDoublesAreRoundedToFloat) {
  using Floats = std::vector<float>;
  EXPECT_EQ(values_of<std::int8_t>(BlockFormat::kI8, {-128, 127}), (Floats{-128, 127}));
  EXPECT_EQ(values_of<std::uint8_t>(BlockFormat::kU8, {0, 255}), (Floats{0, 255}));
  EXPECT_EQ(values_of<std::int16_t>(BlockFormat::kI16, {-32768, 3}), (Floats{-32768, 3}));
  EXPECT_EQ(values_of<std::int32_t>(BlockFormat::kI32, {16777217, -5}), (Floats{16777216, -5}));
  EXPECT_EQ(values_of<std::int64_t>(BlockFormat::kI64, {std::int64_t{1} << 40, -1}),
            (Floats{0x1p40F, -1}));
  EXPECT_EQ(values_of<double>(BlockFormat::kF64, {0.1, -2.5, 1e300}),
            (Floats{0.1F, -2.5F, std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(values_of<std::uint8_t>(BlockFormat::kBool, {0, 1, 255}), (Floats{0, 1, 1}));
}

// The groups that exact multiplies are what the blocks stand for, whatever bytes they hold.
TEST(Unpack, GroupsStandForTheValuesOfTheBlock) {
  std::mt19937 rng(21);
  int formats = 0;
  for (const BlockFormat format : block_formats()) {
    const GroupKind kind = group_kind(format);
    const BlockLayout& layout = block_layout(format);
    if (kind == GroupKind::kNone) {
      EXPECT_TRUE(layout.elements == 1 || format == BlockFormat::kQ2_K) << layout.name;
      continue;
    }
    ++formats;
    EXPECT_TRUE(is_quantized(format)) << layout.name;
    const auto bytes = testing::random_blocks(format, 64 * layout.elements, rng);
    std::vector<float> values(64 * layout.elements);
    dequantize(format, bytes, values);
    for (std::size_t b = 0; b < 64; ++b) {
      Group groups[8];
      unpack_block(format, bytes.data() + b * layout.bytes, groups);
      for (std::size_t i = 0; i < layout.elements; ++i) {
        const Group& group = groups[i / 32];
        const float scale = group.scale[kind == GroupKind::kTwoScales ? i % 32 / 16 : 0];
        const auto q = static_cast<float>(group.biased[i % 32] - 128);
        const float value = kind == GroupKind::kScaleMin ? scale * q + group.minimum : scale * q;
        ASSERT_TRUE(testing::same_bits(values[b * layout.elements + i], value))
            << layout.name << " " << i;
      }
    }
  }
  EXPECT_EQ(formats, 21);
}

TEST(BlockFormat, NamesAndIdsLeadToTheSameLayout) {
  std::set<std::string> names;
  for (const BlockFormat format : block_formats()) {
    const BlockLayout& layout = block_layout(format);
    EXPECT_TRUE(names.insert(layout.name).second) << layout.name;
    EXPECT_EQ(block_format_by_name(layout.name), format);
    const auto id = static_cast<std::uint32_t>(format);
    EXPECT_EQ(gguf_block_layout(id), id < 1000 ? &layout : nullptr) << layout.name;
  }
  EXPECT_EQ(names.size(), 35U);
  EXPECT_EQ(block_format_by_name("q4_k"), BlockFormat::kQ4_K);
  EXPECT_EQ(block_format_by_name("Q4"), std::nullopt);
  // Withdrawn, of other programs' memory only, later than this program.
  for (const std::uint32_t id : {4U, 5U, 9U, 15U, 31U, 36U, 40U, 41U, 1000U, 0xFFFFFFFFU}) {
    EXPECT_EQ(gguf_block_layout(id), nullptr) << id;
  }
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
