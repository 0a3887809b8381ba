// What the unpackers of block formats share: reading fields of a block, and taking its integers
// apart eight at a time, a byte each in a word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/half.h"
#include "kernels/cpu/unpack.h"

namespace candor::kernels {

inline unsigned byte_at(const std::byte* bytes, std::size_t index) {
  return std::to_integer<unsigned>(bytes[index]);
}

inline std::uint32_t load_u32(const std::byte* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// No byte of a word exceeds its byte on the way, so nothing is carried from one to the next.
using Word = std::uint64_t;
inline constexpr std::size_t kWordBytes = sizeof(Word);

inline Word load_word(const std::byte* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

constexpr Word every_byte(unsigned value) { return 0x0101010101010101U * Word{value}; }

inline void put_biased(Group& group, std::size_t word, Word biased) {
  std::memcpy(group.biased + word * kWordBytes, &biased, sizeof biased);
}

// `minus` is what the format subtracts from its stored integers.
inline void put_word(Group& group, std::size_t word, Word stored, unsigned minus) {
  put_biased(group, word, stored + every_byte(128U - minus));
}

// Eight bits of a byte, the lowest first, as the top bits of eight bytes. Byte i of the product
// keeps bit i alone, and the sum lifts it to the byte's top.
inline Word top_bits(unsigned bits) {
  const Word apart = every_byte(bits) & 0x8040201008040201U;
  return (apart + 0x00406070787C7E7FU) & every_byte(0x80);
}

// 128 + m of eight magnitudes m < 128, or 128 - m where the bit of `negative` is set.
inline Word with_signs(Word magnitudes, unsigned negative) {
  const Word ones = top_bits(negative) >> 7;
  return (magnitudes ^ every_byte(0x80) ^ ones * 0xFF) + ones;
}

// Low nibbles are elements 0 … 15, high nibbles 16 … 31.
inline Word nibbles(const std::byte* quants, std::size_t word) {
  const Word packed = load_word(quants + word % 2 * kWordBytes);
  return (word < 2 ? packed : packed >> 4) & every_byte(15);
}

inline void set_scale(Group& group, float scale, float minimum = 0.0F) {
  group.scale[0] = group.scale[1] = scale;
  group.minimum = minimum;
}

inline void set_scales(Group& group, float first, float second) {
  group.scale[0] = first;
  group.scale[1] = second;
  group.minimum = 0.0F;
}

// unpack_block of the formats in other files than unpack.cc. unpack_table.cc: integers that are
// looked up or of base 3; unpack_iq.cc: points of grids.
void unpack_iq4_nl(const std::byte* block, Group& group);
void unpack_iq4_xs(const std::byte* block, Group* groups);
void unpack_mxfp4(const std::byte* block, Group& group);
void unpack_tq1_0(const std::byte* block, Group* groups);
void unpack_tq2_0(const std::byte* block, Group* groups);

void unpack_iq2_xxs(const std::byte* block, Group* groups);
void unpack_iq2_xs(const std::byte* block, Group* groups);
void unpack_iq2_s(const std::byte* block, Group* groups);
void unpack_iq3_xxs(const std::byte* block, Group* groups);
void unpack_iq3_s(const std::byte* block, Group* groups);
void unpack_iq1_s(const std::byte* block, Group* groups);
void unpack_iq1_m(const std::byte* block, Group* groups);

}  // namespace candor::kernels
