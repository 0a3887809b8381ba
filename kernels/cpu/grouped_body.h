// The loops around the int8 micro-kernels for weights in the file's own groups, the same for every
// instruction set.
//
// A micro-kernel K::run<storage, tiles, rows>(...) adds, for `tiles` tiles of weights and `rows`
// rows of one activation block, the groups [0, groups) to sums[row][16 * tile + lane] (or starts
// them at zero):
//   dot = sum over the group of (q + 128) * x, - 128 * sum(x)      exact, int32
//   sum = fma(float(dot), scale * x.scale, sum)                    one chain, ascending groups
//   sum = fma(minimum, x.scaled_sum, sum)                          formats with a minimum
// kTwoScales does the first two for elements 0 ... 15, then for 16 ... 31. The sums of a chain may
// rest in memory between calls, which changes no bit. So a stripe of 64 rows is walked in runs of
// groups whose weights (18 KiB) stay in the first-level cache while up to 64 rows of activations
// pass by, and meanwhile the weights of the next run are fetched into the second level: a step over
// 32 sequences needs the memory and the multipliers for about as long.

#pragma once

#include <cstddef>

#include "kernels/cpu/packed.h"
#include "kernels/cpu/stripe_writer.h"

namespace candor::kernels {

// What a micro-kernel should fetch while it computes: for each of its groups and tiles, `lines`
// cache lines from `start` on (which advances with the groups like the weights themselves).
struct Ahead {
  const std::byte* start;
  std::size_t lines;
};

inline constexpr std::size_t kRunGroups = 8;

template <typename K>
struct GroupedMultiply {
  static constexpr std::size_t kRowsAtOnce = 64;

  using Run = void (*)(const std::byte* tile, std::size_t tile_stride, const ActivationGroup* x,
                       std::size_t groups, bool first, const Ahead& ahead, float* sums);

  template <Storage S, int Tiles>
  static void run_rows(std::size_t rows, const std::byte* tile, std::size_t tile_stride,
                       const ActivationGroup* x, std::size_t groups, bool first, const Ahead& ahead,
                       float* sums) {
    static constexpr Run kRuns[] = {&K::template run<S, Tiles, 1>, &K::template run<S, Tiles, 2>,
                                    &K::template run<S, Tiles, 3>, &K::template run<S, Tiles, 4>};
    kRuns[rows - 1](tile, tile_stride, x, groups, first, ahead, sums);
  }

  // Blocks [block, end) of activations against `Tiles` tiles; sums are kSumStride apart.
  template <Storage S, int Tiles>
  static void tiles_by_blocks(const Matrix::State& weights, const ActivationRows& x,
                              std::size_t tile, std::size_t block, std::size_t end, float* sums) {
    const std::byte* bytes = weights.tile(tile);
    const std::byte* limit = weights.data.data() + weights.data.size();
    const std::size_t stride = tile_bytes(S, weights.cols);
    const std::size_t groups = x.groups();
    const std::size_t blocks = end - block;
    // One block uses every weight once: nothing to keep, and the processor's own prefetching is
    // ahead.
    const std::size_t runs = blocks == 1 ? 1 : (groups + kRunGroups - 1) / kRunGroups;
    for (std::size_t run = 0; run < runs; ++run) {
      const std::size_t g = groups * run / runs;
      const std::size_t count = groups * (run + 1) / runs - g;
      const std::byte* next =
          run + 1 < runs ? bytes + (g + count) * chunk_bytes(S) : bytes + Tiles * stride;
      const bool fetch =
          blocks > 1 && next + (Tiles - 1) * stride + count * chunk_bytes(S) <= limit;
      constexpr std::size_t kLines = chunk_bytes(S) / 64;
      const std::size_t lines = fetch ? (kLines + blocks - 1) / blocks : 0;
      for (std::size_t b = 0; b < blocks; ++b) {
        const std::size_t first_line = b * lines < kLines ? b * lines : kLines;
        const std::size_t left = kLines - first_line;
        const Ahead ahead{next + 64 * first_line, left < lines ? left : lines};
        run_rows<S, Tiles>(x.rows_in_block(block + b), bytes + g * chunk_bytes(S), stride,
                           x.block(block + b) + g, count, run == 0, ahead,
                           sums + b * kBlockRows * kSumStride);
      }
    }
  }

  template <Storage S>
  static void multiply_stripe(const Matrix::State& weights, const ActivationRows& x,
                              std::size_t stripe, const StripeOutput& output) {
    const std::size_t first_tile = stripe * kStripeTiles;
    const std::size_t tiles = weights.tiles_in_stripe(stripe);
    // Apart from y, whose rows lie pages apart: each touch of it would miss the translation cache.
    alignas(64) float sums[kRowsAtOnce * kSumStride];
    constexpr std::size_t kBlocksAtOnce = kRowsAtOnce / kBlockRows;
    for (std::size_t block = 0; block < x.blocks(); block += kBlocksAtOnce) {
      const std::size_t end =
          block + kBlocksAtOnce < x.blocks() ? block + kBlocksAtOnce : x.blocks();
      std::size_t tile = 0;
      for (; tile + K::kTiles <= tiles; tile += K::kTiles) {
        tiles_by_blocks<S, K::kTiles>(weights, x, first_tile + tile, block, end,
                                      sums + tile * kTileRows);
      }
      for (; tile < tiles; ++tile) {
        tiles_by_blocks<S, 1>(weights, x, first_tile + tile, block, end, sums + tile * kTileRows);
      }
      const std::size_t row = block * kBlockRows;
      const std::size_t end_row = end * kBlockRows < x.rows ? end * kBlockRows : x.rows;
      K::Writer::write(sums, weights, stripe, row, end_row - row, output);
    }
  }

  static void multiply(const Matrix::State& weights, const ActivationRows& x, std::size_t stripe,
                       const StripeOutput& output) {
    switch (weights.storage) {
      case Storage::kScale:
        return multiply_stripe<Storage::kScale>(weights, x, stripe, output);
      case Storage::kScaleMin:
        return multiply_stripe<Storage::kScaleMin>(weights, x, stripe, output);
      default:
        return multiply_stripe<Storage::kTwoScales>(weights, x, stripe, output);
    }
  }
};

}  // namespace candor::kernels
