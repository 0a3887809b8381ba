// What the kernel tests share: the instruction sets of this processor and random weights in any
// format.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/block_format.h"
#include "kernels/cpu/half.h"
#include "kernels/isa.h"

namespace candor::kernels::testing {

inline std::vector<Isa> supported_isas() {
  std::vector<Isa> isas;
  for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512Vnni, Isa::kAmx}) {
    if (isa_supported(isa)) isas.push_back(isa);
  }
  return isas;
}

// What weights are stored as.
inline constexpr BlockFormat kAllFormats[] = {
    BlockFormat::kF32,   BlockFormat::kF16,     BlockFormat::kBF16,    BlockFormat::kQ4_0,
    BlockFormat::kQ4_1,  BlockFormat::kQ5_0,    BlockFormat::kQ5_1,    BlockFormat::kQ8_0,
    BlockFormat::kQ2_K,  BlockFormat::kQ3_K,    BlockFormat::kQ4_K,    BlockFormat::kQ5_K,
    BlockFormat::kQ6_K,  BlockFormat::kIQ4_NL,  BlockFormat::kIQ4_XS,  BlockFormat::kMXFP4,
    BlockFormat::kTQ1_0, BlockFormat::kTQ2_0,   BlockFormat::kIQ2_XXS, BlockFormat::kIQ2_XS,
    BlockFormat::kIQ2_S, BlockFormat::kIQ3_XXS, BlockFormat::kIQ3_S,   BlockFormat::kIQ1_S,
    BlockFormat::kIQ1_M, BlockFormat::kF8_E4M3, BlockFormat::kF8_E5M2};

inline std::string format_name(BlockFormat format) { return block_layout(format).name; }

// Random floats of many sizes: normal, times a power of two per run of 32.
inline std::vector<float> random_floats(std::size_t count, std::mt19937& rng, float size = 1.0F) {
  std::normal_distribution<float> normal(0.0F, size);
  std::uniform_int_distribution<int> exponent(-3, 3);
  std::vector<float> values(count);
  float factor = 1.0F;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 32 == 0) factor = std::ldexp(1.0F, exponent(rng));
    values[i] = normal(rng) * factor;
  }
  return values;
}

// `count` values as random blocks whose scales are of ordinary size, either sign.
inline std::vector<std::byte> random_blocks(BlockFormat format, std::size_t count,
                                            std::mt19937& rng) {
  const BlockLayout& layout = block_layout(format);
  std::vector<std::byte> bytes(count / layout.elements * layout.bytes);
  std::uniform_int_distribution<int> byte(0, 255);
  std::normal_distribution<float> scale(0.0F, 0.02F);
  for (std::byte& value : bytes) value = static_cast<std::byte>(byte(rng));
  const auto put_half = [&](std::size_t offset) {
    const std::uint16_t half = float_to_half(scale(rng));
    std::memcpy(bytes.data() + offset, &half, sizeof half);
  };
  for (std::size_t at = 0; at < bytes.size(); at += layout.bytes) {
    switch (format) {
      case BlockFormat::kF32: {
        const float value = scale(rng);
        std::memcpy(bytes.data() + at, &value, sizeof value);
        break;
      }
      case BlockFormat::kBF16: {
        const auto bits =
            static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(scale(rng)) >> 16);
        std::memcpy(bytes.data() + at, &bits, sizeof bits);
        break;
      }
      case BlockFormat::kF8_E4M3:
      case BlockFormat::kF8_E5M2:
        bytes[at] &= std::byte{0xBF};  // no NaN or infinity
        break;
      case BlockFormat::kMXFP4:
        bytes[at] = static_cast<std::byte>(118 + byte(rng) % 8);
        break;
      case BlockFormat::kIQ1_M: {
        const std::uint16_t half = float_to_half(scale(rng));
        for (std::size_t i = 0; i < 4; ++i) {
          std::byte& high = bytes[at + 49 + 2 * i];
          high = (high & std::byte{15}) | static_cast<std::byte>((half >> (4 * i) & 15) << 4);
        }
        break;
      }
      case BlockFormat::kQ2_K:
        put_half(at + 80);
        put_half(at + 82);
        break;
      case BlockFormat::kQ3_K:
        put_half(at + 108);
        break;
      case BlockFormat::kTQ1_0:
        put_half(at + 52);
        break;
      case BlockFormat::kTQ2_0:
        put_half(at + 64);
        break;
      case BlockFormat::kQ6_K:
        put_half(at + 208);
        break;
      case BlockFormat::kQ4_1:
      case BlockFormat::kQ5_1:
      case BlockFormat::kQ4_K:
      case BlockFormat::kQ5_K:
        put_half(at + 2);
        [[fallthrough]];
      default:
        put_half(at);
    }
  }
  return bytes;
}

inline bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

// The index of the first value whose bits differ, or -1.
inline std::ptrdiff_t first_difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_bits(a[i], b[i])) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

}  // namespace candor::kernels::testing
