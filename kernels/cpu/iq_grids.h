// The grids of the IQ formats: 8 weights (IQ1, IQ2) or 4 (IQ3) are one point of a fixed set, stored
// as its number. A point is a word with a byte a weight, the first weight in the lowest byte. The
// points are part of the formats (ggml, MIT licence); iq_grids.cc is written by iq_grids.py.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace candor::kernels {

// Magnitudes 8, 25, 43; signs are stored apart.
extern const std::array<std::uint64_t, 256> kIq2XxsGrid;
extern const std::array<std::uint64_t, 512> kIq2XsGrid;
extern const std::array<std::uint64_t, 1024> kIq2SGrid;
// Magnitudes 4, 12, 20, 28, 36, 44, 52, 62.
extern const std::array<std::uint32_t, 256> kIq3XxsGrid;
// Magnitudes 1, 3 … 15.
extern const std::array<std::uint32_t, 512> kIq3SGrid;
// 128 + 8 w of weights w = -1, 0, 1: IQ1 shifts them by an eighth, so eighths are whole numbers.
extern const std::array<std::uint64_t, 2048> kIq1Grid;

// Words with a byte for each element of the points: element i of a point is the value whose number
// is in bits [Bits i, Bits (i + 1)).
template <typename Word, std::size_t Bits, std::size_t Count, std::size_t Values>
constexpr std::array<Word, Count> grid_words(const std::array<std::uint16_t, Count>& points,
                                             const std::array<std::uint8_t, Values>& values) {
  std::array<Word, Count> words{};
  for (std::size_t p = 0; p < Count; ++p) {
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
      const std::size_t number = points[p] >> (Bits * i) & ((1U << Bits) - 1U);
      words[p] |= static_cast<Word>(values[number]) << (8 * i);
    }
  }
  return words;
}

}  // namespace candor::kernels
