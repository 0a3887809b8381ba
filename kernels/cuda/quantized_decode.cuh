// The block formats that stay in the file's own blocks on the device, read 8 values at a time: the
// bits of kernels::dequantize, operation for operation (layouts: kernels/cpu/unpack.cc and
// unpack_table.cc). A format gives a group of 32 values its scales, and 8 of its integers as bytes
// of two words, kOffset above their value; what the values are is then the same code for all.
// (No loop is told to be unrolled, since the host's compiler reads this too; all are short.)
#pragma once

#include <array>
#include <cstdint>

#include "kernels/block_format.h"
#include "kernels/cuda/scalars.cuh"

namespace candor::kernels::cuda {

using Bytes = const std::uint8_t*;

// value i of a group = scale[i / 16] * q[i], plus minimum[i / 16] where the format has minimums.
struct GroupScales {
  float scale[2];
  float minimum[2];
};

// Byte i of the result is the one of b's and a's eight bytes (a's first) that nibble i of
// `selector` names (PTX prmt).
CANDOR_HOST_DEVICE std::uint32_t permuted_bytes(std::uint32_t a, std::uint32_t b,
                                                std::uint32_t selector) {
#if defined(__CUDA_ARCH__)
  return __byte_perm(a, b, selector);
#else
  const std::uint64_t both = (static_cast<std::uint64_t>(b) << 32) | a;
  std::uint32_t out = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t from = (selector >> (4 * i)) & 7U;
    out |= static_cast<std::uint32_t>((both >> (8 * from)) & 0xFFU) << (8 * i);
  }
  return out;
#endif
}

CANDOR_HOST_DEVICE float half_value(std::uint32_t bits) {
#if defined(__CUDA_ARCH__)
  float value;
  asm("cvt.f32.f16 %0, %1;\n" : "=f"(value) : "h"(static_cast<std::uint16_t>(bits)));
  return value;
#else
  return to_float(F16{static_cast<std::uint16_t>(bits)});
#endif
}

// Words at any multiple of Align; on the device a wider load would trap.
template <int Align>
CANDOR_HOST_DEVICE std::uint32_t word_at(Bytes at) {
#if defined(__CUDA_ARCH__)
  if constexpr (Align >= 4) {
    return *reinterpret_cast<const std::uint32_t*>(at);
  } else if constexpr (Align == 2) {
    const auto* const halves = reinterpret_cast<const std::uint16_t*>(at);
    return halves[0] | (static_cast<std::uint32_t>(halves[1]) << 16);
  } else {
    return at[0] | (static_cast<std::uint32_t>(at[1]) << 8) |
           (static_cast<std::uint32_t>(at[2]) << 16) | (static_cast<std::uint32_t>(at[3]) << 24);
  }
#else
  return at[0] | (static_cast<std::uint32_t>(at[1]) << 8) |
         (static_cast<std::uint32_t>(at[2]) << 16) | (static_cast<std::uint32_t>(at[3]) << 24);
#endif
}
CANDOR_HOST_DEVICE std::uint32_t half_word_at(Bytes at) {
#if defined(__CUDA_ARCH__)
  return *reinterpret_cast<const std::uint16_t*>(at);
#else
  return at[0] | (static_cast<std::uint32_t>(at[1]) << 8);
#endif
}

// Bits 0 … 3 of `bits` as bytes 0 or 1 of a word: copies of the bits 7 apart, none of which meet.
CANDOR_HOST_DEVICE std::uint32_t spread_bits(std::uint32_t bits) {
  return ((bits & 15U) * 0x00204081U) & 0x01010101U;
}

CANDOR_HOST_DEVICE GroupScales one_scale(float scale, float minimum = 0) {
  return {{scale, scale}, {minimum, minimum}};
}

// What is given for a format: kElements and kBytes of a block, kOffset, kMinimum (whether there are
// minimums), `scales` of group g of a block, and `words`, the integers 8 j … 8 j + 7 of the group.
template <BlockFormat Format>
struct Decoder;

// Nibbles of a block of 32: the low ones are elements 0 … 15, the high ones 16 … 31.
template <int Align>
CANDOR_HOST_DEVICE void nibble_words(Bytes quants, int j, std::uint32_t (&words)[2]) {
  const int shift = j / 2 * 4;
  words[0] = (word_at<Align>(quants + j % 2 * 8) >> shift) & 0x0F0F0F0FU;
  words[1] = (word_at<Align>(quants + j % 2 * 8 + 4) >> shift) & 0x0F0F0F0FU;
}

template <int BlockBytes, int Align, int Offset, bool Minimum>
struct FourBits {
  static constexpr int kElements = 32, kBytes = BlockBytes, kOffset = Offset;
  static constexpr bool kMinimum = Minimum;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int) {
    return one_scale(half_value(half_word_at(block)),
                     Minimum ? half_value(half_word_at(block + 2)) : 0.0F);
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int, int j, std::uint32_t (&out)[2]) {
    nibble_words<Align>(block + (Minimum ? 4 : 2), j, out);
  }
};
template <>
struct Decoder<BlockFormat::kQ4_0> : FourBits<18, 2, 8, false> {};
template <>
struct Decoder<BlockFormat::kQ4_1> : FourBits<20, 4, 0, true> {};

template <int BlockBytes, int Align, int Offset, bool Minimum>
struct FiveBits {
  static constexpr int kElements = 32, kBytes = BlockBytes, kOffset = Offset;
  static constexpr bool kMinimum = Minimum;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int) {
    return FourBits<BlockBytes, Align, Offset, Minimum>::scales(block, 0);
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int, int j, std::uint32_t (&out)[2]) {
    const Bytes high = block + (Minimum ? 4 : 2);
    nibble_words<Align>(high + 4, j, out);
    const std::uint32_t bits = high[j];
    out[0] |= spread_bits(bits) << 4;
    out[1] |= spread_bits(bits >> 4) << 4;
  }
};
template <>
struct Decoder<BlockFormat::kQ5_0> : FiveBits<22, 2, 16, false> {};
template <>
struct Decoder<BlockFormat::kQ5_1> : FiveBits<24, 4, 0, true> {};

template <>
struct Decoder<BlockFormat::kQ8_0> {
  static constexpr int kElements = 32, kBytes = 34, kOffset = 128;
  static constexpr bool kMinimum = false;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int) {
    return one_scale(half_value(half_word_at(block)));
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int, int j, std::uint32_t (&out)[2]) {
    out[0] = word_at<2>(block + 2 + 8 * j) ^ 0x80808080U;
    out[1] = word_at<2>(block + 6 + 8 * j) ^ 0x80808080U;
  }
};

// The values that nibbles stand for, 128 above.
CANDOR_HOST_DEVICE std::uint32_t non_linear(std::uint32_t nibbles) {
  // -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  const std::uint32_t selector = permuted_bytes(nibbles | (nibbles >> 4), 0, 0x4420U);
  const std::uint32_t low = permuted_bytes(0x3F2D1801U, 0x766A5D4FU, selector & 0x7777U);
  const std::uint32_t high = permuted_bytes(0xA6998D81U, 0xF1D9C5B5U, selector & 0x7777U);
  return permuted_bytes(low, high, 0x3210U + ((selector & 0x8888U) >> 1));
}

template <>
struct Decoder<BlockFormat::kIQ4_NL> {
  static constexpr int kElements = 32, kBytes = 18, kOffset = 128;
  static constexpr bool kMinimum = false;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int) {
    return one_scale(half_value(half_word_at(block)));
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int, int j, std::uint32_t (&out)[2]) {
    nibble_words<2>(block + 2, j, out);
    out[0] = non_linear(out[0]);
    out[1] = non_linear(out[1]);
  }
};
template <>
struct Decoder<BlockFormat::kIQ4_XS> {
  static constexpr int kElements = 256, kBytes = 136, kOffset = 128;
  static constexpr bool kMinimum = false;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int g) {
    const std::uint32_t low = (block[4 + g / 2] >> (4 * (g % 2))) & 15U;
    const std::uint32_t high = (half_word_at(block + 2) >> (2 * g)) & 3U;
    const int scale = static_cast<int>(low | (high << 4)) - 32;
    return one_scale(half_value(half_word_at(block)) * static_cast<float>(scale));
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int g, int j, std::uint32_t (&out)[2]) {
    nibble_words<4>(block + 8 + 16 * g, j, out);
    out[0] = non_linear(out[0]);
    out[1] = non_linear(out[1]);
  }
};

// E2M1 with a scale of E8M0. Twice the value is a whole number from -12 to 12, 12 above.
template <>
struct Decoder<BlockFormat::kMXFP4> {
  static constexpr int kElements = 32, kBytes = 17, kOffset = 12;
  static constexpr bool kMinimum = false;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int) {
    // 2^(e - 128), half of what the scale stands for.
    const std::uint32_t e = block[0];
    const std::uint32_t bits = e < 2 ? 0x00200000U << e : (e - 1) << 23;
    return one_scale(float_of_bits(e == 255 ? 0x7FC00000U : bits));
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int, int j, std::uint32_t (&out)[2]) {
    nibble_words<1>(block + 1, j, out);
    for (int i = 0; i < 2; ++i) {
      const std::uint32_t selector = permuted_bytes(out[i] | (out[i] >> 4), 0, 0x4420U);
      const std::uint32_t low = permuted_bytes(0x0F0E0D0CU, 0x18141210U, selector & 0x7777U);
      const std::uint32_t high = permuted_bytes(0x090A0B0CU, 0x00040608U, selector & 0x7777U);
      out[i] = permuted_bytes(low, high, 0x3210U + ((selector & 0x8888U) >> 1));
    }
  }
};

template <>
struct Decoder<BlockFormat::kQ2_K> {
  static constexpr int kElements = 256, kBytes = 84, kOffset = 0;
  static constexpr bool kMinimum = true;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int g) {
    const float d = half_value(half_word_at(block + 80));
    const float d_minimum = half_value(half_word_at(block + 82));
    GroupScales out;
    for (int h = 0; h < 2; ++h) {
      const std::uint32_t packed = block[2 * g + h];
      out.scale[h] = d * static_cast<float>(packed & 15U);
      out.minimum[h] = -(d_minimum * static_cast<float>(packed >> 4));
    }
    return out;
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int g, int j, std::uint32_t (&out)[2]) {
    const Bytes quants = block + 16 + 32 * (g / 4) + 8 * j;
    out[0] = (word_at<4>(quants) >> (2 * (g % 4))) & 0x03030303U;
    out[1] = (word_at<4>(quants + 4) >> (2 * (g % 4))) & 0x03030303U;
  }
};

template <>
struct Decoder<BlockFormat::kQ3_K> {
  static constexpr int kElements = 256, kBytes = 110, kOffset = 4;
  static constexpr bool kMinimum = false;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int g) {
    const Bytes packed = block + 96;
    const float d = half_value(half_word_at(block + 108));
    GroupScales out = {};
    for (int h = 0; h < 2; ++h) {
      const int s = 2 * g + h;
      const std::uint32_t low = (packed[s % 8] >> (4 * (s / 8))) & 15U;
      const std::uint32_t high = (packed[8 + s % 4] >> (2 * (s / 4))) & 3U;
      out.scale[h] = d * static_cast<float>(static_cast<int>(low | (high << 4)) - 32);
    }
    return out;
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int g, int j, std::uint32_t (&out)[2]) {
    for (int i = 0; i < 2; ++i) {
      const int at = 8 * j + 4 * i;
      const std::uint32_t low = (word_at<2>(block + 32 + 32 * (g / 4) + at) >> (2 * (g % 4)));
      const std::uint32_t high = word_at<2>(block + at) >> g;
      out[i] = (low & 0x03030303U) | ((high & 0x01010101U) << 2);
    }
  }
};

// Q4_K and Q5_K: a scale and a minimum of 6 bits for each group.
template <int BlockBytes, bool Five>
struct ScaleMinK {
  static constexpr int kElements = 256, kBytes = BlockBytes, kOffset = 0;
  static constexpr bool kMinimum = true;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int g) {
    const Bytes packed = block + 4;
    std::uint32_t scale = packed[g % 4];
    std::uint32_t minimum = packed[g % 4 + 4];
    if (g < 4) {
      scale &= 63U;
      minimum &= 63U;
    } else {
      const std::uint32_t low = packed[g + 4];
      scale = (low & 15U) | ((scale >> 6) << 4);
      minimum = (low >> 4) | ((minimum >> 6) << 4);
    }
    return one_scale(half_value(half_word_at(block)) * static_cast<float>(scale),
                     -(half_value(half_word_at(block + 2)) * static_cast<float>(minimum)));
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int g, int j, std::uint32_t (&out)[2]) {
    for (int i = 0; i < 2; ++i) {
      const int at = 8 * j + 4 * i;
      const Bytes quants = block + (Five ? 48 : 16) + 32 * (g / 2) + at;
      out[i] = (word_at<4>(quants) >> (4 * (g % 2))) & 0x0F0F0F0FU;
      if (Five) out[i] |= ((word_at<4>(block + 16 + at) >> g) & 0x01010101U) << 4;
    }
  }
};
template <>
struct Decoder<BlockFormat::kQ4_K> : ScaleMinK<144, false> {};
template <>
struct Decoder<BlockFormat::kQ5_K> : ScaleMinK<176, true> {};

template <>
struct Decoder<BlockFormat::kQ6_K> {
  static constexpr int kElements = 256, kBytes = 210, kOffset = 32;
  static constexpr bool kMinimum = false;
  CANDOR_HOST_DEVICE static GroupScales scales(Bytes block, int g) {
    const float d = half_value(half_word_at(block + 208));
    GroupScales out = {};
    for (int h = 0; h < 2; ++h) {
      const auto scale = static_cast<std::int8_t>(block[192 + 2 * g + h]);
      out.scale[h] = d * static_cast<float>(scale);
    }
    return out;
  }
  CANDOR_HOST_DEVICE static void words(Bytes block, int g, int j, std::uint32_t (&out)[2]) {
    const int quarter = g % 4;
    for (int i = 0; i < 2; ++i) {
      const int at = 8 * j + 4 * i;
      const std::uint32_t packed = word_at<2>(block + 64 * (g / 4) + 32 * (quarter % 2) + at);
      const std::uint32_t low = (packed >> (quarter / 2 * 4)) & 0x0F0F0F0FU;
      const std::uint32_t high = word_at<2>(block + 128 + 32 * (g / 4) + at) >> (2 * quarter);
      out[i] = low | ((high & 0x03030303U) << 4);
    }
  }
};

// Values 8 j … 8 j + 7 of a group whose scales are known.
template <BlockFormat Format>
CANDOR_HOST_DEVICE void decode8(Bytes block, int g, int j, const GroupScales& scales,
                                float (&out)[8]) {
  using D = Decoder<Format>;
  std::uint32_t words[2];
  D::words(block, g, j, words);
  const float scale = j < 2 ? scales.scale[0] : scales.scale[1];
  const float minimum = j < 2 ? scales.minimum[0] : scales.minimum[1];
  for (int i = 0; i < 8; ++i) {
    // A byte as the low bits of 2^23 is that many above it.
    const auto byte = static_cast<std::uint32_t>(i % 4);
    const std::uint32_t bits = permuted_bytes(words[i / 4], 0x4B000000U, 0x7650U | byte);
    const float q = float_of_bits(bits) - (8388608.0F + static_cast<float>(D::kOffset));
    const float value = scale * q;
    out[i] = D::kMinimum ? value + minimum : value;
  }
}

// Calls `use` with the tag of the format; false where it is none of those that stay as they are.
template <BlockFormat Format>
struct FormatTag {
  static constexpr BlockFormat kFormat = Format;
};
template <typename Use>
bool with_format(BlockFormat format, const Use& use) {
  switch (format) {
    case BlockFormat::kQ4_0:
      return use(FormatTag<BlockFormat::kQ4_0>{}), true;
    case BlockFormat::kQ4_1:
      return use(FormatTag<BlockFormat::kQ4_1>{}), true;
    case BlockFormat::kQ5_0:
      return use(FormatTag<BlockFormat::kQ5_0>{}), true;
    case BlockFormat::kQ5_1:
      return use(FormatTag<BlockFormat::kQ5_1>{}), true;
    case BlockFormat::kQ8_0:
      return use(FormatTag<BlockFormat::kQ8_0>{}), true;
    case BlockFormat::kQ2_K:
      return use(FormatTag<BlockFormat::kQ2_K>{}), true;
    case BlockFormat::kQ3_K:
      return use(FormatTag<BlockFormat::kQ3_K>{}), true;
    case BlockFormat::kQ4_K:
      return use(FormatTag<BlockFormat::kQ4_K>{}), true;
    case BlockFormat::kQ5_K:
      return use(FormatTag<BlockFormat::kQ5_K>{}), true;
    case BlockFormat::kQ6_K:
      return use(FormatTag<BlockFormat::kQ6_K>{}), true;
    case BlockFormat::kIQ4_NL:
      return use(FormatTag<BlockFormat::kIQ4_NL>{}), true;
    case BlockFormat::kIQ4_XS:
      return use(FormatTag<BlockFormat::kIQ4_XS>{}), true;
    case BlockFormat::kMXFP4:
      return use(FormatTag<BlockFormat::kMXFP4>{}), true;
    default:
      return false;
  }
}

// The formats for which there is a tag.
constexpr std::array<BlockFormat, 13> block_formats_on_device() {
  return {BlockFormat::kQ4_0, BlockFormat::kQ4_1, BlockFormat::kQ5_0,   BlockFormat::kQ5_1,
          BlockFormat::kQ8_0, BlockFormat::kQ2_K, BlockFormat::kQ3_K,   BlockFormat::kQ4_K,
          BlockFormat::kQ5_K, BlockFormat::kQ6_K, BlockFormat::kIQ4_NL, BlockFormat::kIQ4_XS,
          BlockFormat::kMXFP4};
}

}  // namespace candor::kernels::cuda
