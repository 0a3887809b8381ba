// The loops around the int8 micro-kernels, the same for every instruction set.
//
// A micro-kernel K::run<storage, tiles, rows>(...) adds, for `tiles` tiles of weights and `rows` rows of
// one activation block, the groups [0, groups) to sums[row][16 * tile + lane] (or starts them at zero):
//   dot = sum over the group of (q + 128) * x, - 128 * sum(x)      exact, int32
//   sum = fma(float(dot), scale * x.scale, sum)                    one chain, ascending groups
//   sum = fma(minimum, x.scaled_sum, sum)                          formats with a minimum
// kTwoScales does the first two for elements 0 … 15, then for 16 … 31. The sums of a chain may rest in
// memory between calls, which changes no bit; so groups are walked in runs whose weights stay in the
// first-level cache while all rows of activations pass by.
#pragma once

#include <cstddef>

#include "kernels/cpu/packed.h"

namespace candor::kernels {

template <typename K>
struct Int8Multiply {
  static constexpr std::size_t kRunGroups = K::kRunGroups;
  static constexpr std::size_t kRowsAtOnce = 256;  // activations of a run stay in the second level
  static constexpr std::size_t kPartRows = 32;

  using Run = void (*)(const std::byte* tile, std::size_t tile_stride, const ActivationGroup* x,
                       std::size_t groups, bool first, float* sums, std::size_t stride);

  template <Storage S, int Tiles>
  static void run_rows(std::size_t rows, const std::byte* tile, std::size_t tile_stride,
                       const ActivationGroup* x, std::size_t groups, bool first, float* sums,
                       std::size_t stride) {
    static constexpr Run kRuns[] = {
        &K::template run<S, Tiles, 1>, &K::template run<S, Tiles, 2>,
        &K::template run<S, Tiles, 3>, &K::template run<S, Tiles, 4>};
    kRuns[rows - 1](tile, tile_stride, x, groups, first, sums, stride);
  }

  // Blocks [first_block, last_block) of activations against `tiles` tiles from `tile` on; sums are
  // 16 * tiles wide rows, the first of block first_block.
  template <Storage S, int Tiles>
  static void tiles_by_blocks(const Matrix::State& weights, const Activations::State& x,
                              std::size_t first_tile, std::size_t first_block,
                              std::size_t last_block, float* sums, std::size_t stride) {
    const std::byte* tile = weights.tile(first_tile);
    const std::size_t tile_stride = tile_bytes(S, weights.cols);
    const std::size_t groups = x.groups();
    const std::size_t run_groups = last_block - first_block == 1 ? groups : kRunGroups;
    for (std::size_t g = 0; g < groups; g += run_groups) {
      const std::size_t count = groups - g < run_groups ? groups - g : run_groups;
      for (std::size_t block = first_block; block < last_block; ++block) {
        float* block_sums = sums + (block - first_block) * kBlockRows * stride;
        run_rows<S, Tiles>(x.rows_in_block(block), tile + g * chunk_bytes(S), tile_stride,
                           x.block(block) + g, count, g == 0, block_sums, stride);
      }
    }
  }

  template <Storage S>
  static void some_tiles(std::size_t tiles, const Matrix::State& weights,
                         const Activations::State& x, std::size_t first_tile,
                         std::size_t first_block, std::size_t last_block, float* sums,
                         std::size_t stride) {
    std::size_t done = 0;
    while (done < tiles) {
      const std::size_t left = tiles - done;
      float* to = sums + done * kTileRows;
      const std::size_t tile = first_tile + done;
      if (left >= K::kTiles) {
        tiles_by_blocks<S, K::kTiles>(weights, x, tile, first_block, last_block, to, stride);
        done += K::kTiles;
      } else {
        tiles_by_blocks<S, 1>(weights, x, tile, first_block, last_block, to, stride);
        done += 1;
      }
    }
  }

  template <Storage S>
  static void multiply_stripe(const Matrix::State& weights, const Activations::State& x,
                              std::size_t stripe, const float* bias, float* y,
                              std::size_t y_stride) {
    const std::size_t first_tile = stripe * kStripeTiles;
    const std::size_t first_row = first_tile * kTileRows;
    const std::size_t left = weights.rows - first_row;
    const std::size_t width = left < kStripeTiles * kTileRows ? left : kStripeTiles * kTileRows;
    const std::size_t tiles = (width + kTileRows - 1) / kTileRows;
    const bool whole = width % kTileRows == 0;
    alignas(64) float part[kPartRows * kStripeTiles * kTileRows];
    const std::size_t step = (whole ? kRowsAtOnce : kPartRows) / kBlockRows;
    for (std::size_t block = 0; block < x.blocks(); block += step) {
      const std::size_t end = block + step < x.blocks() ? block + step : x.blocks();
      const std::size_t row = block * kBlockRows;
      const std::size_t end_row = end * kBlockRows < x.rows ? end * kBlockRows : x.rows;
      float* to = y + row * y_stride + first_row;
      float* sums = whole ? to : part;
      const std::size_t stride = whole ? y_stride : kStripeTiles * kTileRows;
      some_tiles<S>(tiles, weights, x, first_tile, block, end, sums, stride);
      if (whole && bias == nullptr) continue;
      for (std::size_t m = 0; m < end_row - row; ++m) {
        for (std::size_t n = 0; n < width; ++n) {
          const float sum = sums[m * stride + n];
          to[m * y_stride + n] = bias != nullptr ? sum + bias[first_row + n] : sum;
        }
      }
    }
  }

  static void multiply(const Matrix::State& weights, const Activations::State& x,
                       std::size_t stripe, const float* bias, float* y, std::size_t y_stride) {
    switch (weights.storage) {
      case Storage::kScale:
        return multiply_stripe<Storage::kScale>(weights, x, stripe, bias, y, y_stride);
      case Storage::kScaleMin:
        return multiply_stripe<Storage::kScaleMin>(weights, x, stripe, bias, y, y_stride);
      default:
        return multiply_stripe<Storage::kTwoScales>(weights, x, stripe, bias, y, y_stride);
    }
  }
};

}  // namespace candor::kernels
