// Layouts: the GGUF block formats as described in ggml's ggml-quants (block_q4_0 … block_q6_K).
#include "kernels/cpu/unpack.h"

#include <cstring>

#include "kernels/cpu/half.h"

namespace candor::kernels {
namespace {

unsigned byte_at(const std::byte* bytes, std::size_t index) {
  return std::to_integer<unsigned>(bytes[index]);
}

// The integers of a block are taken apart eight at a time, a byte each in a word. None exceeds its
// byte on the way, so nothing is carried from one to the next.
using Word = std::uint64_t;
constexpr std::size_t kWordBytes = sizeof(Word);

Word load_word(const std::byte* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

constexpr Word every_byte(unsigned value) { return 0x0101010101010101U * Word{value}; }

// `minus` is what the format subtracts from its stored integers.
void put_word(Group& group, std::size_t word, Word stored, unsigned minus) {
  const Word biased = stored + every_byte(128U - minus);
  std::memcpy(group.biased + word * kWordBytes, &biased, sizeof biased);
}

// Eight bits of a byte, the lowest first, as the fifth bits of eight bytes. Byte i of the product
// keeps bit i alone, and the sum lifts it to the byte's top.
Word fifth_bits(unsigned bits) {
  const Word apart = every_byte(bits) & 0x8040201008040201U;
  return ((apart + 0x00406070787C7E7FU) & every_byte(0x80)) >> 3;
}

// Low nibbles are elements 0 … 15, high nibbles 16 … 31.
Word nibbles(const std::byte* quants, std::size_t word) {
  const Word packed = load_word(quants + word % 2 * kWordBytes);
  return (word < 2 ? packed : packed >> 4) & every_byte(15);
}

void set_scale(Group& group, float scale, float minimum) {
  group.scale[0] = group.scale[1] = scale;
  group.minimum = minimum;
}

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
    put_word(group, word, nibbles(high + 4, word) | fifth_bits(byte_at(high, word)),
             has_minimum ? 0 : 16);
  }
}

void unpack_q8_0(const std::byte* block, Group& group) {
  set_scale(group, load_half(block), 0.0F);
  for (std::size_t word = 0; word < 4; ++word) {
    const Word biased = load_word(block + 2 + word * kWordBytes) ^ every_byte(0x80);
    std::memcpy(group.biased + word * kWordBytes, &biased, sizeof biased);
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
    default:
      break;  // not made of groups: callers ask is_quantized first
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
