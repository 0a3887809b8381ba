// The float32 multiply, from any storage, written once over 16 lanes.
//
// Every output is the sum of partial sums over blocks of 256 k, added in ascending order; a partial
// sum is one chain of fused multiply-adds in ascending k. Lane r of a vector is row r of a tile, so
// the chain is the same for every instruction set, batch and thread count. Blocks keep the rounding
// error near (256 + cols / 256) instead of cols units, and a block of two tiles fits the caches:
// weights that are not float32 are expanded once a block (by exactly the arithmetic of
// dequantize()) and then used by all rows of activations.
#pragma once

#include <cstddef>

#include "kernels/cpu/packed.h"
#include "kernels/cpu/stripe_writer.h"

namespace candor::kernels {

template <typename L>
struct FloatMultiply {
  using F = typename L::F;
  static constexpr std::size_t kBlock = 256;

  // Columns [first, first + count) of a tile as float32 [count][16]; both are multiples of 32 where
  // the storage is grouped.
  template <Storage S>
  static void expand_groups(const std::byte* tile, std::size_t first, std::size_t count,
                            float* out) {
    for (std::size_t g = 0; g < count / kGroupSize; ++g) {
      const std::byte* chunk = tile + (first / kGroupSize + g) * chunk_bytes(S);
      const auto* header = reinterpret_cast<const float*>(chunk);
      const F first_scale = L::load(header);
      const F second = S == Storage::kScale ? first_scale : L::load(header + kTileRows);
      for (std::size_t quad = 0; quad < 8; ++quad) {
        const std::byte* bytes = chunk + chunk_header_bytes(S) + quad * 64;
        for (int k = 0; k < 4; ++k) {
          const F q = L::load_quad_byte(bytes, k);
          F value;
          if constexpr (S == Storage::kTwoScales) {
            value = L::mul(quad < 4 ? first_scale : second, q);
          } else {
            value = L::mul(first_scale, q);
            if constexpr (S == Storage::kScaleMin) value = L::add(value, second);
          }
          L::store(out, value);
          out += kTileRows;
        }
      }
    }
  }

  static void expand(const Matrix::State& weights, std::size_t tile, std::size_t first,
                     std::size_t count, float* out) {
    const std::byte* bytes = weights.tile(tile);
    switch (weights.storage) {
      case Storage::kScale:
        return expand_groups<Storage::kScale>(bytes, first, count, out);
      case Storage::kScaleMin:
        return expand_groups<Storage::kScaleMin>(bytes, first, count, out);
      case Storage::kTwoScales:
        return expand_groups<Storage::kTwoScales>(bytes, first, count, out);
      default:
        break;
    }
    const auto* values = reinterpret_cast<const std::uint16_t*>(bytes) + first * kTileRows;
    if (weights.storage == Storage::kBF16Pairs) {
      // `first` is a multiple of 256; an odd count is of the last block, and has room for one more.
      for (std::size_t k = 0; k < count; k += 2) {
        const std::uint16_t* from = values + k * kTileRows;
        L::store(out + k * kTileRows, L::load_bfloat_of_pair(from, 0));
        L::store(out + (k + 1) * kTileRows, L::load_bfloat_of_pair(from, 1));
      }
      return;
    }
    for (std::size_t k = 0; k < count; ++k) {
      const std::uint16_t* from = values + k * kTileRows;
      L::store(out + k * kTileRows,
               weights.storage == Storage::kF16 ? L::load_half(from) : L::load_bfloat(from));
    }
  }

  // sums[row][16 * tile + lane] += (or =) the partial sums of one block of k.
  template <int Tiles, int Rows>
  static void run(const float* const* tiles, const float* x, std::size_t x_stride,
                  std::size_t count, bool first, float* sums, std::size_t stride) {
    F partial[Tiles][Rows];
#pragma GCC unroll 8
    for (int t = 0; t < Tiles; ++t) {
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) partial[t][r] = L::set1(0.0F);
    }
    const float* at[Tiles];
#pragma GCC unroll 8
    for (int t = 0; t < Tiles; ++t) at[t] = tiles[t];
    for (std::size_t k = 0; k < count; ++k) {
      F weight[Tiles];
#pragma GCC unroll 8
      for (int t = 0; t < Tiles; ++t) weight[t] = L::load(at[t] + k * kTileRows);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
        const F value = L::set1(x[static_cast<std::size_t>(r) * x_stride + k]);
#pragma GCC unroll 8
        for (int t = 0; t < Tiles; ++t) partial[t][r] = L::fma(weight[t], value, partial[t][r]);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
      for (int t = 0; t < Tiles; ++t) {
        float* to = sums + static_cast<std::size_t>(r) * stride + static_cast<std::size_t>(t) * 16;
        L::store(to, first ? partial[t][r] : L::add(L::load(to), partial[t][r]));
      }
    }
  }

  template <int Tiles>
  static void run_rows(std::size_t rows, const float* const* tiles, const float* x,
                       std::size_t x_stride, std::size_t count, bool first, float* sums,
                       std::size_t stride) {
    while (rows > 0) {
      std::size_t done = L::kFloatRows;
      if (rows >= L::kFloatRows) {
        run<Tiles, L::kFloatRows>(tiles, x, x_stride, count, first, sums, stride);
      } else if (rows >= 2) {
        run<Tiles, 2>(tiles, x, x_stride, count, first, sums, stride);
        done = 2;
      } else {
        run<Tiles, 1>(tiles, x, x_stride, count, first, sums, stride);
        done = 1;
      }
      rows -= done;
      x += done * x_stride;
      sums += done * stride;
    }
  }

  // One block of k for `Tiles` tiles from `tile` on; x is the first row's block.
  template <int Tiles>
  static void some_tiles(const Matrix::State& weights, std::size_t tile, std::size_t k,
                         std::size_t count, const float* x, std::size_t rows, float* sums) {
    alignas(64) float scratch[Tiles][kBlock * kTileRows];
    const float* tiles[Tiles];
    for (std::size_t t = 0; t < Tiles; ++t) {
      if (weights.storage == Storage::kF32) {
        tiles[t] = reinterpret_cast<const float*>(weights.tile(tile + t)) + k * kTileRows;
      } else {
        expand(weights, tile + t, k, count, scratch[t]);
        tiles[t] = scratch[t];
      }
    }
    run_rows<Tiles>(rows, tiles, x, weights.cols, count, k == 0, sums, kSumStride);
  }

  // The loops keep 64 rows of one block of x (64 KiB) in the second-level cache for all tiles.
  static void multiply(const Matrix::State& weights, const ActivationRows& x, std::size_t stripe,
                       const StripeOutput& output) {
    constexpr std::size_t kRowsAtOnce = 64;
    constexpr std::size_t kTiles = L::kFloatTiles;
    alignas(64) float sums[kRowsAtOnce * kSumStride];
    const std::size_t first_tile = stripe * kStripeTiles;
    const std::size_t tiles = weights.tiles_in_stripe(stripe);
    for (std::size_t row = 0; row < x.rows; row += kRowsAtOnce) {
      const std::size_t rows = x.rows - row < kRowsAtOnce ? x.rows - row : kRowsAtOnce;
      for (std::size_t k = 0; k < x.cols; k += kBlock) {
        const std::size_t count = x.cols - k < kBlock ? x.cols - k : kBlock;
        const float* values = x.values + row * x.cols + k;
        std::size_t t = 0;
        for (; t + kTiles <= tiles; t += kTiles) {
          some_tiles<L::kFloatTiles>(weights, first_tile + t, k, count, values, rows,
                                     sums + t * kTileRows);
        }
        for (; t < tiles; ++t) {
          some_tiles<1>(weights, first_tile + t, k, count, values, rows, sums + t * kTileRows);
        }
      }
      StripeWriter<L>::write(sums, weights, stripe, row, rows, output);
    }
  }
};

}  // namespace candor::kernels
