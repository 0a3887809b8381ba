// Layouts: the GGUF block formats as described in ggml's ggml-quants (block_q4_0 … block_q6_K).
#include "kernels/cpu/unpack.h"

#include <cstring>

#include "kernels/cpu/half.h"

namespace candor::kernels {
namespace {

unsigned byte_at(const std::byte* bytes, std::size_t index) {
  return std::to_integer<unsigned>(bytes[index]);
}

// Low nibbles are elements 0 … 15, high nibbles 16 … 31.
unsigned nibble(const std::byte* quants, std::size_t i) {
  return i < 16 ? byte_at(quants, i) & 15U : byte_at(quants, i - 16) >> 4;
}

// `minus` is what the format subtracts from its stored integers.
void set(Group& group, std::size_t i, unsigned stored, unsigned minus) {
  group.biased[i] = static_cast<std::uint8_t>(stored + 128U - minus);
}

void set_scale(Group& group, float scale, float minimum) {
  group.scale[0] = group.scale[1] = scale;
  group.minimum = minimum;
}

void unpack_four_bits(const std::byte* block, bool has_minimum, Group& group) {
  set_scale(group, load_half(block), has_minimum ? load_half(block + 2) : 0.0F);
  const std::byte* quants = block + (has_minimum ? 4 : 2);
  for (std::size_t i = 0; i < 32; ++i) set(group, i, nibble(quants, i), has_minimum ? 0 : 8);
}

void unpack_five_bits(const std::byte* block, bool has_minimum, Group& group) {
  set_scale(group, load_half(block), has_minimum ? load_half(block + 2) : 0.0F);
  const std::byte* high = block + (has_minimum ? 4 : 2);
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned fifth = (byte_at(high, i / 8) >> (i % 8)) & 1U;
    set(group, i, nibble(high + 4, i) | fifth << 4, has_minimum ? 0 : 16);
  }
}

void unpack_q8_0(const std::byte* block, Group& group) {
  set_scale(group, load_half(block), 0.0F);
  for (std::size_t i = 0; i < 32; ++i) {
    group.biased[i] = static_cast<std::uint8_t>(byte_at(block, 2 + i) ^ 0x80U);
  }
}

// The packed 6-bit (scale, minimum) pair of sub-block `index` of Q4_K and Q5_K.
void scale_and_minimum(const std::byte* packed, std::size_t index, unsigned& scale,
                       unsigned& minimum) {
  if (index < 4) {
    scale = byte_at(packed, index) & 63U;
    minimum = byte_at(packed, index + 4) & 63U;
  } else {
    scale = (byte_at(packed, index + 4) & 15U) | (byte_at(packed, index - 4) >> 6) << 4;
    minimum = byte_at(packed, index + 4) >> 4 | (byte_at(packed, index) >> 6) << 4;
  }
}

void unpack_k45(const std::byte* block, bool five_bits, Group* groups) {
  const float d = load_half(block);
  const float d_minimum = load_half(block + 2);
  const std::byte* high = block + 16;
  const std::byte* quants = block + (five_bits ? 48 : 16);
  for (std::size_t b = 0; b < 8; ++b) {
    unsigned scale = 0;
    unsigned minimum = 0;
    scale_and_minimum(block + 4, b, scale, minimum);
    set_scale(groups[b], d * static_cast<float>(scale), -(d_minimum * static_cast<float>(minimum)));
    for (std::size_t l = 0; l < 32; ++l) {
      const unsigned packed = byte_at(quants, 32 * (b / 2) + l);
      unsigned stored = b % 2 == 0 ? packed & 15U : packed >> 4;
      if (five_bits) stored |= ((byte_at(high, l) >> b) & 1U) << 4;
      set(groups[b], l, stored, 0);
    }
  }
}

void unpack_q6_k(const std::byte* block, Group* groups) {
  const float d = load_half(block + 208);
  for (std::size_t b = 0; b < 8; ++b) {
    const std::size_t half = b / 4;
    const std::size_t quarter = b % 4;
    for (std::size_t s = 0; s < 2; ++s) {
      const auto scale = static_cast<std::int8_t>(byte_at(block, 192 + 2 * b + s));
      groups[b].scale[s] = d * static_cast<float>(scale);
    }
    groups[b].minimum = 0.0F;
    for (std::size_t l = 0; l < 32; ++l) {
      const unsigned packed = byte_at(block, 64 * half + 32 * (quarter & 1) + l);
      const unsigned low = quarter < 2 ? packed & 15U : packed >> 4;
      const unsigned high = (byte_at(block, 128 + 32 * half + l) >> (2 * quarter)) & 3U;
      set(groups[b], l, low | high << 4, 32);
    }
  }
}

}  // namespace

bool is_quantized(BlockFormat format) {
  return format != BlockFormat::kF32 && format != BlockFormat::kF16 && format != BlockFormat::kBF16;
}

GroupKind group_kind(BlockFormat format) {
  switch (format) {
    case BlockFormat::kQ4_1:
    case BlockFormat::kQ5_1:
    case BlockFormat::kQ4_K:
    case BlockFormat::kQ5_K:
      return GroupKind::kScaleMin;
    case BlockFormat::kQ6_K:
      return GroupKind::kTwoScales;
    default:
      return GroupKind::kScale;
  }
}

void unpack_block(BlockFormat format, const std::byte* block, Group* groups) {
  switch (format) {
    case BlockFormat::kQ4_0:
      return unpack_four_bits(block, false, *groups);
    case BlockFormat::kQ4_1:
      return unpack_four_bits(block, true, *groups);
    case BlockFormat::kQ5_0:
      return unpack_five_bits(block, false, *groups);
    case BlockFormat::kQ5_1:
      return unpack_five_bits(block, true, *groups);
    case BlockFormat::kQ8_0:
      return unpack_q8_0(block, *groups);
    case BlockFormat::kQ4_K:
      return unpack_k45(block, false, groups);
    case BlockFormat::kQ5_K:
      return unpack_k45(block, true, groups);
    case BlockFormat::kQ6_K:
      return unpack_q6_k(block, groups);
    case BlockFormat::kF32:
    case BlockFormat::kF16:
    case BlockFormat::kBF16:
      break;  // not made of groups: callers ask is_quantized first
  }
}

void dequantize_group(GroupKind kind, const Group& group, float* out) {
  for (std::size_t i = 0; i < 32; ++i) {
    const float value =
        group.scale[i / 16] * static_cast<float>(static_cast<int>(group.biased[i]) - 128);
    // Adding an absent minimum of zero would turn -0 into +0.
    out[i] = kind == GroupKind::kScaleMin ? value + group.minimum : value;
  }
}

}  // namespace candor::kernels
