// The multiply of bf16 weights through the bf16 tiles of AMX, close to the float32 multiply but not
// bit for bit the same. F16 and F32 weights stay with float_body.h: they would need two and three
// terms themselves.
//
// A float32 activation is cut into three bf16 terms of 8 bits each, which hold its 24 bits exactly,
// and every term is multiplied by the exact weights. Terms are cut, not rounded: the rest is exact
// either way, and the largest floats do not round up to infinity. The products are exact in
// float32. What rounds is the sum, at each addition: within a block of 256 k in a tile register, in
// the order of the instruction, per 32 k the first terms, then the second, then the third; the
// blocks in ascending k with vectors. The order never depends on the batch, and every row of the
// activations has a row of a tile register for itself.
//
// Unlike float32 multiply-adds the instruction takes denormals (below 2^-126) for zero, operands,
// terms and sums: an activation or a weight counts for up to 2^-126 less than it is.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/bf16_pairs.h"
#include "kernels/cpu/stripe_writer.h"

namespace candor::kernels {

// Tiles: the tile registers (amx.cc), all configured as 16 rows of 64 bytes. L: lanes.
template <typename Tiles, typename L>
struct AmxFloat {
  static constexpr std::size_t kRowsAtOnce = 64;
  static constexpr std::size_t kBlockGroups = 256 / kSplitGroup;
  // Tile registers: 0 … 3 sums, [block of rows][tile of weights].
  static constexpr int kActivations = 4;  // of two blocks of rows
  static constexpr int kWeights = 6;      // two tiles

  // One row of x to its place in the groups of its block.
  static void split_row(const float* x, std::size_t cols, std::size_t row, SplitGroup* out) {
    for (std::size_t k = 0; k < cols; k += kSplitGroup, ++out) {
      const std::size_t count = cols - k < kSplitGroup ? cols - k : kSplitGroup;
      for (std::size_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(x[k + i]);
        const std::uint32_t first = bits & kHighBits;
        const float rest = x[k + i] - std::bit_cast<float>(first);
        const std::uint32_t second = std::bit_cast<std::uint32_t>(rest) & kHighBits;
        const auto third = std::bit_cast<std::uint32_t>(rest - std::bit_cast<float>(second));
        // Infinity stays what it is and has no rest; so does NaN, whose cut must not become
        // infinity.
        const bool finite = (bits & kExponent) != kExponent;
        const std::uint32_t quiet = (bits & ~kSign) > kExponent ? kQuiet : 0;
        out->term[0][row][i] = static_cast<std::uint16_t>((first | quiet) >> 16);
        out->term[1][row][i] = static_cast<std::uint16_t>(finite ? second >> 16 : 0);
        out->term[2][row][i] = static_cast<std::uint16_t>(finite ? third >> 16 : 0);
      }
      for (std::size_t i = count; i < kSplitGroup; ++i) {
        for (std::size_t term = 0; term < kSplitTerms; ++term) out->term[term][row][i] = 0;
      }
    }
  }

  static void multiply(const Matrix::State& weights, const ActivationRows& x, std::size_t stripe,
                       const StripeOutput& output) {
    const typename Tiles::Scope scope;
    alignas(64) float sums[kRowsAtOnce * kSumStride];
    const std::size_t groups = split_groups(weights.cols);
    const std::size_t tiles = weights.tiles_in_stripe(stripe);
    const auto* const split = reinterpret_cast<const SplitGroup*>(x.split);
    for (std::size_t row = 0; row < x.rows; row += kRowsAtOnce) {
      const std::size_t rows = x.rows - row < kRowsAtOnce ? x.rows - row : kRowsAtOnce;
      for (std::size_t g = 0; g < groups; g += kBlockGroups) {
        const std::size_t count = groups - g < kBlockGroups ? groups - g : kBlockGroups;
        for (std::size_t tile = 0; tile < tiles; tile += 2) {
          for (std::size_t r = 0; r < rows; r += 2 * kSplitBlockRows) {
            const Corner corner{
                .weights = weights.tile(stripe * kStripeTiles + tile) + g * kTileBytes,
                .tile_stride = groups * kTileBytes,
                .x = split + (row + r) / kSplitBlockRows * groups + g,
                .x_stride = groups,
                .rows = rows - r < 2 * kSplitBlockRows ? rows - r : 2 * kSplitBlockRows,
                .groups = count,
                .first = g == 0,
                .sums = sums + r * kSumStride + tile * kTileRows};
            const bool two = corner.rows > kSplitBlockRows;
            if (tile + 1 < tiles) {
              two ? run<2, 2>(corner) : run<1, 2>(corner);
            } else {
              two ? run<2, 1>(corner) : run<1, 1>(corner);
            }
          }
        }
      }
      StripeWriter<L>::write(sums, weights, stripe, row, rows, output);
    }
  }

 private:
  static constexpr std::uint32_t kHighBits = 0xFFFF0000;
  static constexpr std::uint32_t kSign = 0x80000000;
  static constexpr std::uint32_t kExponent = 0x7F800000;
  static constexpr std::uint32_t kQuiet = 0x00400000;
  static constexpr std::size_t kTileBytes = 1024;

  // One block of k for one or two blocks of rows and one or two tiles of weights.
  struct Corner {
    const std::byte* weights;  // of the first tile
    std::size_t tile_stride;   // bytes to the second
    const SplitGroup* x;
    std::size_t x_stride;  // groups to the second block of rows
    std::size_t rows;
    std::size_t groups;
    bool first;   // sums = rather than +=
    float* sums;  // [row][kSumStride]
  };

  template <int Blocks, int Columns>
  static void run(const Corner& corner) {
    Tiles::template zero<0>();
    if constexpr (Columns == 2) Tiles::template zero<1>();
    if constexpr (Blocks == 2) Tiles::template zero<2>();
    if constexpr (Blocks == 2 && Columns == 2) Tiles::template zero<3>();
    for (std::size_t g = 0; g < corner.groups; ++g) {
      const std::byte* const w = corner.weights + g * kTileBytes;
      Tiles::template load<kWeights>(w, 64);
      if constexpr (Columns == 2) Tiles::template load<kWeights + 1>(w + corner.tile_stride, 64);
      for (std::size_t term = 0; term < kSplitTerms; ++term) {
        Tiles::template load<kActivations>(corner.x[g].term[term], 64);
        Tiles::template dot_bf16<0, kActivations, kWeights>();
        if constexpr (Columns == 2) Tiles::template dot_bf16<1, kActivations, kWeights + 1>();
        if constexpr (Blocks == 2) {
          Tiles::template load<kActivations + 1>(corner.x[corner.x_stride + g].term[term], 64);
          Tiles::template dot_bf16<2, kActivations + 1, kWeights>();
          if constexpr (Columns == 2) {
            Tiles::template dot_bf16<3, kActivations + 1, kWeights + 1>();
          }
        }
      }
    }
    alignas(64) float partial[4][kSplitBlockRows][kTileRows];
    Tiles::template store<0>(partial[0], 64);
    if constexpr (Columns == 2) Tiles::template store<1>(partial[1], 64);
    if constexpr (Blocks == 2) Tiles::template store<2>(partial[2], 64);
    if constexpr (Blocks == 2 && Columns == 2) Tiles::template store<3>(partial[3], 64);
    for (std::size_t r = 0; r < corner.rows; ++r) {
      for (std::size_t t = 0; t < Columns; ++t) {
        const auto sum = L::load(partial[2 * (r / kSplitBlockRows) + t][r % kSplitBlockRows]);
        float* const to = corner.sums + r * kSumStride + t * kTileRows;
        L::store(to, corner.first ? sum : L::add(L::load(to), sum));
      }
    }
  }
};

}  // namespace candor::kernels
