// Layouts: block_iq4_nl, block_iq4_xs, block_mxfp4, block_tq1_0, block_tq2_0 of ggml. The values of
// FP4 (E2M1) and of its scales (E8M0): OCP Microscaling Formats, version 1.0.
#include <array>
#include <bit>
#include <limits>

#include "kernels/cpu/unpack_words.h"

namespace candor::kernels {
namespace {

using Biased16 = std::array<std::uint8_t, 16>;

// 128 + v of the 16 values v that a nibble stands for.
constexpr Biased16 biased(const std::array<int, 16>& values) {
  Biased16 out{};
  for (std::size_t i = 0; i < 16; ++i) out[i] = static_cast<std::uint8_t>(128 + values[i]);
  return out;
}

constexpr Biased16 kNonLinear =
    biased({-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113});
// Doubled, so that they are whole numbers.
constexpr Biased16 kFp4 = biased({0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12});

void look_up(const Biased16& values, const std::byte* quants, Group& group) {
  for (std::size_t i = 0; i < 16; ++i) {
    const unsigned packed = byte_at(quants, i);
    group.biased[i] = values[packed & 15U];
    group.biased[i + 16] = values[packed >> 4];
  }
}

// 2^(e - 128), half of what an E8M0 scale stands for: for e < 2 below the normal numbers.
float half_of_e8m0(unsigned e) {
  if (e == 255) return std::numeric_limits<float>::quiet_NaN();
  return std::bit_cast<float>(e < 2 ? 0x00200000U << e : (e - 1) << 23);
}

// Digit `power` (3^0 … 3^4) of 5 base-3 digits kept as a fraction of 256: the fraction is moved up
// by the digits before it, and its leading digit is what remains above the point.
std::uint8_t digit(unsigned fraction, unsigned power) {
  return static_cast<std::uint8_t>((fraction * power & 255U) * 3U >> 8);
}

}  // namespace

void unpack_iq4_nl(const std::byte* block, Group& group) {
  set_scale(group, load_half(block));
  look_up(kNonLinear, block + 2, group);
}

void unpack_iq4_xs(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  const unsigned high = load_u16(block + 2);
  for (std::size_t b = 0; b < 8; ++b) {
    const unsigned low = byte_at(block + 4, b / 2) >> (4 * (b % 2)) & 15U;
    const int scale = static_cast<int>(low | (high >> (2 * b) & 3U) << 4) - 32;
    set_scale(groups[b], d * static_cast<float>(scale));
    look_up(kNonLinear, block + 8 + 16 * b, groups[b]);
  }
}

void unpack_mxfp4(const std::byte* block, Group& group) {
  set_scale(group, half_of_e8m0(byte_at(block, 0)));
  look_up(kFp4, block + 1, group);
}

void unpack_tq1_0(const std::byte* block, Group* groups) {
  const float d = load_half(block + 52);
  std::uint8_t q[256];
  std::size_t at = 0;
  // 32 bytes with 5 digits each, 16 with 5, and 4 with 4.
  const auto digits = [&](std::size_t begin, std::size_t count, unsigned last) {
    for (unsigned power = 1; power <= last; power *= 3, at += count) {
      for (std::size_t i = 0; i < count; ++i) {
        q[at + i] = static_cast<std::uint8_t>(127U + digit(byte_at(block, begin + i), power));
      }
    }
  };
  digits(0, 32, 81);
  digits(32, 16, 81);
  digits(48, 4, 27);
  for (std::size_t b = 0; b < 8; ++b) {
    set_scale(groups[b], d);
    std::memcpy(groups[b].biased, q + 32 * b, 32);
  }
}

void unpack_tq2_0(const std::byte* block, Group* groups) {
  const float d = load_half(block + 64);
  for (std::size_t b = 0; b < 8; ++b) {
    set_scale(groups[b], d);
    for (std::size_t word = 0; word < 4; ++word) {
      const Word packed = load_word(block + 32 * (b / 4) + word * kWordBytes);
      put_word(groups[b], word, packed >> (2 * (b % 4)) & every_byte(3), 1);
    }
  }
}

}  // namespace candor::kernels
