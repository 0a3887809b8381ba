// Layouts: the GGUF block formats as described in ggml's ggml-quants (block_q4_0 … block_q6_K).
#include "kernels/cpu/unpack.h"

#include <cstring>

#include "kernels/cpu/unpack_words.h"

namespace candor::kernels {
namespace {

void unpack_four_bits(const std::byte* block, bool has_minimum, Group& group) {
  set_scale(group, load_half(block), has_minimum ? load_half(block + 2) : 0.0F);
  const std::byte* quants = block + (has_minimum ? 4 : 2);
  for (std::size_t word = 0; word < 4; ++word) {
    put_word(group, word, nibbles(quants, word), has_minimum ? 0 : 8);
  }
}

void unpack_five_bits(const std::byte* block, bool has_minimum, Group& group) {
  set_scale(group, load_half(block), has_minimum ? load_half(block + 2) : 0.0F);
  const std::byte* high = block + (has_minimum ? 4 : 2);
  for (std::size_t word = 0; word < 4; ++word) {
    put_word(group, word, nibbles(high + 4, word) | top_bits(byte_at(high, word)) >> 3,
             has_minimum ? 0 : 16);
  }
}

void unpack_q8_0(const std::byte* block, Group& group) {
  set_scale(group, load_half(block));
  for (std::size_t word = 0; word < 4; ++word) {
    put_biased(group, word, load_word(block + 2 + word * kWordBytes) ^ every_byte(0x80));
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
    for (std::size_t word = 0; word < 4; ++word) {
      const Word packed = load_word(quants + 32 * (b / 2) + word * kWordBytes);
      Word stored = (b % 2 == 0 ? packed : packed >> 4) & every_byte(15);
      if (five_bits) {
        stored |= ((load_word(high + word * kWordBytes) >> b) & every_byte(1)) << 4;
      }
      put_word(groups[b], word, stored, 0);
    }
  }
}

// The 16 scales of Q3_K: their low 4 bits in 8 bytes, their upper 2 bits in the 4 bytes that
// follow.
void unpack_q3_k(const std::byte* block, Group* groups) {
  const std::byte* const packed_scales = block + 96;
  const float d = load_half(block + 108);
  const auto scale = [&](std::size_t s) {
    const unsigned low = byte_at(packed_scales, s % 8) >> (4 * (s / 8)) & 15U;
    const unsigned high = byte_at(packed_scales, 8 + s % 4) >> (2 * (s / 4)) & 3U;
    return d * static_cast<float>(static_cast<int>(low | high << 4) - 32);
  };
  for (std::size_t b = 0; b < 8; ++b) {
    set_scales(groups[b], scale(2 * b), scale(2 * b + 1));
    for (std::size_t word = 0; word < 4; ++word) {
      const std::size_t at = word * kWordBytes;
      const Word low = load_word(block + 32 + 32 * (b / 4) + at) >> (2 * (b % 4)) & every_byte(3);
      const Word high = load_word(block + at) >> b & every_byte(1);
      put_word(groups[b], word, low | high << 2, 4);
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
    for (std::size_t word = 0; word < 4; ++word) {
      const std::size_t at = word * kWordBytes;
      const Word packed = load_word(block + 64 * half + 32 * (quarter & 1) + at);
      const Word low = (quarter < 2 ? packed : packed >> 4) & every_byte(15);
      const Word high = load_word(block + 128 + 32 * half + at) >> (2 * quarter);
      put_word(groups[b], word, low | (high & every_byte(3)) << 4, 32);
    }
  }
}

}  // namespace

GroupKind group_kind(BlockFormat format) {
  switch (format) {
    case BlockFormat::kQ4_1:
    case BlockFormat::kQ5_1:
    case BlockFormat::kQ4_K:
    case BlockFormat::kQ5_K:
      return GroupKind::kScaleMin;
    case BlockFormat::kQ3_K:
    case BlockFormat::kQ6_K:
    case BlockFormat::kIQ2_XS:
    case BlockFormat::kIQ2_S:
    case BlockFormat::kIQ1_M:
      return GroupKind::kTwoScales;
    case BlockFormat::kQ4_0:
    case BlockFormat::kQ5_0:
    case BlockFormat::kQ8_0:
    case BlockFormat::kIQ4_NL:
    case BlockFormat::kIQ4_XS:
    case BlockFormat::kMXFP4:
    case BlockFormat::kTQ1_0:
    case BlockFormat::kTQ2_0:
    case BlockFormat::kIQ2_XXS:
    case BlockFormat::kIQ3_XXS:
    case BlockFormat::kIQ3_S:
    case BlockFormat::kIQ1_S:
      return GroupKind::kScale;
    default:
      return GroupKind::kNone;
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
    case BlockFormat::kQ3_K:
      return unpack_q3_k(block, groups);
    case BlockFormat::kQ4_K:
      return unpack_k45(block, false, groups);
    case BlockFormat::kQ5_K:
      return unpack_k45(block, true, groups);
    case BlockFormat::kQ6_K:
      return unpack_q6_k(block, groups);
    case BlockFormat::kIQ4_NL:
      return unpack_iq4_nl(block, *groups);
    case BlockFormat::kIQ4_XS:
      return unpack_iq4_xs(block, groups);
    case BlockFormat::kMXFP4:
      return unpack_mxfp4(block, *groups);
    case BlockFormat::kTQ1_0:
      return unpack_tq1_0(block, groups);
    case BlockFormat::kTQ2_0:
      return unpack_tq2_0(block, groups);
    case BlockFormat::kIQ2_XXS:
      return unpack_iq2_xxs(block, groups);
    case BlockFormat::kIQ2_XS:
      return unpack_iq2_xs(block, groups);
    case BlockFormat::kIQ2_S:
      return unpack_iq2_s(block, groups);
    case BlockFormat::kIQ3_XXS:
      return unpack_iq3_xxs(block, groups);
    case BlockFormat::kIQ3_S:
      return unpack_iq3_s(block, groups);
    case BlockFormat::kIQ1_S:
      return unpack_iq1_s(block, groups);
    case BlockFormat::kIQ1_M:
      return unpack_iq1_m(block, groups);
    default:
      break;  // not made of groups: callers ask group_kind first
  }
}

namespace {

// In constant counts over arrays of its own, which a compiler turns into vectors.
template <bool HasMinimum>
void dequantize_half(const std::uint8_t* biased, float scale, float minimum, float* out) {
  std::int32_t q[16];
  for (std::size_t i = 0; i < 16; ++i) q[i] = biased[i] - 128;
  float values[16];
  for (std::size_t i = 0; i < 16; ++i) {
    const float value = scale * static_cast<float>(q[i]);
    // Adding an absent minimum of zero would turn -0 into +0.
    values[i] = HasMinimum ? value + minimum : value;
  }
  std::memcpy(out, values, sizeof values);
}

}  // namespace

void dequantize_group(GroupKind kind, const Group& group, float* out) {
  if (kind == GroupKind::kScaleMin) {
    dequantize_half<true>(group.biased, group.scale[0], group.minimum, out);
    dequantize_half<true>(group.biased + 16, group.scale[1], group.minimum, out + 16);
  } else {
    dequantize_half<false>(group.biased, group.scale[0], 0.0F, out);
    dequantize_half<false>(group.biased + 16, group.scale[1], 0.0F, out + 16);
  }
}

}  // namespace candor::kernels
