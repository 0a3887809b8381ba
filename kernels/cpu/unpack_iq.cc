// Layouts: block_iq2_xxs … block_iq1_m of ggml. Every word of a group is one point of a grid (IQ1,
// IQ2) or two (IQ3), with signs (IQ2, IQ3) or a shift by an eighth (IQ1).
#include <array>
#include <bit>

#include "kernels/cpu/iq_grids.h"
#include "kernels/cpu/unpack_words.h"

namespace candor::kernels {
namespace {

// Seven signs are stored; the eighth makes the number of minus signs even.
unsigned even_signs(unsigned seven) {
  return seven | (static_cast<unsigned>(std::popcount(seven)) & 1U) << 7;
}

Word two_points(std::uint32_t first, std::uint32_t second) { return Word{second} << 32 | first; }

float half_odd(unsigned number) { return 0.5F + static_cast<float>(number); }
float odd(unsigned number) { return static_cast<float>(2 * number + 1); }

unsigned nibble_at(const std::byte* bytes, std::size_t index) {
  return byte_at(bytes, index / 2) >> (4 * (index % 2)) & 15U;
}

// Eighths, a whole one up or down.
Word shifted(Word point, bool down) { return down ? point - every_byte(1) : point + every_byte(1); }

}  // namespace

void unpack_iq2_xxs(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  for (std::size_t b = 0; b < 8; ++b) {
    const std::byte* const points = block + 2 + 8 * b;
    const std::uint32_t signs = load_u32(points + 4);
    set_scale(groups[b], d * half_odd(signs >> 28) * 0.25F);
    for (std::size_t word = 0; word < 4; ++word) {
      put_biased(
          groups[b], word,
          with_signs(kIq2XxsGrid[byte_at(points, word)], even_signs(signs >> (7 * word) & 127U)));
    }
  }
}

void unpack_iq2_xs(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  const std::byte* const scales = block + 66;
  for (std::size_t b = 0; b < 8; ++b) {
    set_scales(groups[b], d * half_odd(nibble_at(scales, 2 * b)) * 0.25F,
               d * half_odd(nibble_at(scales, 2 * b + 1)) * 0.25F);
    for (std::size_t word = 0; word < 4; ++word) {
      const unsigned point = load_u16(block + 2 + 2 * (4 * b + word));
      put_biased(groups[b], word, with_signs(kIq2XsGrid[point & 511U], even_signs(point >> 9)));
    }
  }
}

void unpack_iq2_s(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  const std::byte* const points = block + 2;
  const std::byte* const signs = block + 34;
  const std::byte* const high = block + 66;
  const std::byte* const scales = block + 74;
  for (std::size_t b = 0; b < 8; ++b) {
    set_scales(groups[b], d * half_odd(nibble_at(scales, 2 * b)) * 0.25F,
               d * half_odd(nibble_at(scales, 2 * b + 1)) * 0.25F);
    for (std::size_t word = 0; word < 4; ++word) {
      const std::size_t i = 4 * b + word;
      const unsigned point = byte_at(points, i) | (byte_at(high, b) >> (2 * word) & 3U) << 8;
      put_biased(groups[b], word, with_signs(kIq2SGrid[point], byte_at(signs, i)));
    }
  }
}

void unpack_iq3_xxs(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  for (std::size_t b = 0; b < 8; ++b) {
    const std::byte* const points = block + 2 + 8 * b;
    const std::uint32_t signs = load_u32(block + 66 + 4 * b);
    set_scale(groups[b], d * half_odd(signs >> 28) * 0.5F);
    for (std::size_t word = 0; word < 4; ++word) {
      put_biased(groups[b], word,
                 with_signs(two_points(kIq3XxsGrid[byte_at(points, 2 * word)],
                                       kIq3XxsGrid[byte_at(points, 2 * word + 1)]),
                            even_signs(signs >> (7 * word) & 127U)));
    }
  }
}

void unpack_iq3_s(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  const std::byte* const signs = block + 74;
  const std::byte* const scales = block + 106;
  for (std::size_t b = 0; b < 8; ++b) {
    const std::byte* const points = block + 2 + 8 * b;
    const unsigned high = byte_at(block + 66, b);
    set_scale(groups[b], d * odd(nibble_at(scales, b)));
    const auto point = [&](std::size_t i) {
      return kIq3SGrid[byte_at(points, i) | (high >> i & 1U) << 8];
    };
    for (std::size_t word = 0; word < 4; ++word) {
      put_biased(groups[b], word,
                 with_signs(two_points(point(2 * word), point(2 * word + 1)),
                            byte_at(signs, 4 * b + word)));
    }
  }
}

void unpack_iq1_s(const std::byte* block, Group* groups) {
  const float d = load_half(block);
  for (std::size_t b = 0; b < 8; ++b) {
    const unsigned high = load_u16(block + 34 + 2 * b);
    set_scale(groups[b], d * odd(high >> 12 & 7U) * 0.125F);
    for (std::size_t word = 0; word < 4; ++word) {
      const unsigned point = byte_at(block + 2, 4 * b + word) | (high >> (3 * word) & 7U) << 8;
      put_biased(groups[b], word, shifted(kIq1Grid[point], (high & 0x8000U) != 0));
    }
  }
}

void unpack_iq1_m(const std::byte* block, Group* groups) {
  // Of each of the four numbers, 12 bits are four scales and the upper 4 a part of d.
  std::array<unsigned, 4> scales{};
  unsigned half = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    scales[i] = load_u16(block + 48 + 2 * i);
    half |= scales[i] >> 12 << (4 * i);
  }
  const float d = half_to_float(static_cast<std::uint16_t>(half));
  for (std::size_t b = 0; b < 8; ++b) {
    const unsigned pair = scales[b / 2] >> (6 * (b % 2));
    set_scales(groups[b], d * odd(pair & 7U) * 0.125F, d * odd(pair >> 3 & 7U) * 0.125F);
    for (std::size_t word = 0; word < 4; ++word) {
      const std::size_t i = 4 * b + word;
      const unsigned high = nibble_at(block + 32, i);
      put_biased(groups[b], word,
                 shifted(kIq1Grid[byte_at(block, i) | (high & 7U) << 8], (high & 8U) != 0));
    }
  }
}

}  // namespace candor::kernels
