// The micro-kernel of wide.h for AMX (Intel, Architecture Instruction Set Extensions, chapter
// "Intel AMX"): 32 rows of activations by 32 rows of weights at a time, in four tile registers of
// 16 x 16 sums. A chunk's quads are a tile register of weights as they lie. The sums of a group
// leave the tiles through memory and are added up with vectors, those of one group while the tiles
// work on the next.
//
// Tiles is the instructions themselves (amx.cc) or what they are defined to do, in plain C++ (the
// tests): both run this code.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/stripe_writer.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {

// What the tiles are used for: all of them 16 rows of 64 bytes.
//   0 … 3  sums [16 activations][16 weights] of (activations 0, 1) x (weights 0, 1)
//   4, 5   activations [16][64 k];   6, 7   weights [16 quads][16 rows][4 k]
inline constexpr int kAmxActivations = 4;
inline constexpr int kAmxWeights = 6;

template <typename Tiles, typename L>
struct AmxWide {
  using Writer = StripeWriter<L>;
  using Scope = typename Tiles::Scope;
  static constexpr int kBias = 0;
  static constexpr std::size_t kFewRows = 16;

  // int32 sums of up to 2 x 2 tiles.
  struct alignas(64) Sums {
    std::int32_t tile[4][16][16];
  };

  // Blocks: blocks of 16 rows of activations, 1 or 2; Columns: tiles of weights, 1 or 2.
  template <int Blocks, int Columns>
  [[gnu::always_inline]] static inline void products(const WideGroup* x, std::size_t x_stride,
                                                     const std::byte* chunk, std::size_t quads,
                                                     Sums& sums) {
    Tiles::template zero<0>();
    if constexpr (Columns == 2) Tiles::template zero<1>();
    if constexpr (Blocks == 2) Tiles::template zero<2>();
    if constexpr (Blocks == 2 && Columns == 2) Tiles::template zero<3>();
    const std::byte* const weights = chunk + sizeof(WideHeader);
    for (std::size_t quad = 0; quad < quads; quad += 16) {
      Tiles::template load<kAmxActivations>(x->q[0] + 4 * quad, kWideGroup);
      Tiles::template load<kAmxWeights>(weights + 64 * quad, 64);
      Tiles::template dot<0, kAmxActivations, kAmxWeights>();
      if constexpr (Columns == 2) {
        Tiles::template load<kAmxWeights + 1>(weights + wide_chunk_bytes(quads) + 64 * quad, 64);
        Tiles::template dot<1, kAmxActivations, kAmxWeights + 1>();
      }
      if constexpr (Blocks == 2) {
        Tiles::template load<kAmxActivations + 1>(x[x_stride].q[0] + 4 * quad, kWideGroup);
        Tiles::template dot<2, kAmxActivations + 1, kAmxWeights>();
        if constexpr (Columns == 2) {
          Tiles::template dot<3, kAmxActivations + 1, kAmxWeights + 1>();
        }
      }
    }
    Tiles::template store<0>(sums.tile[0], 64);
    if constexpr (Columns == 2) Tiles::template store<1>(sums.tile[1], 64);
    if constexpr (Blocks == 2) Tiles::template store<2>(sums.tile[2], 64);
    if constexpr (Blocks == 2 && Columns == 2) Tiles::template store<3>(sums.tile[3], 64);
  }

  // out += float(dot) * (scale * x's scale), for `rows` rows.
  template <int Columns>
  [[gnu::always_inline]] static inline void drain(const Sums& sums, const WideGroup* x,
                                                  std::size_t x_stride, const std::byte* chunk,
                                                  std::size_t quads, std::size_t rows, float* out) {
    typename L::F scale[Columns];
#pragma GCC unroll 2
    for (int t = 0; t < Columns; ++t) {
      scale[t] = L::load_bfloat(reinterpret_cast<const std::uint16_t*>(
          chunk + static_cast<std::size_t>(t) * wide_chunk_bytes(quads)));
    }
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t block = r / kWideBlockRows;
      const std::size_t row = r % kWideBlockRows;
      const auto x_scale = L::set1(x[block * x_stride].scale[row]);
      float* const to = out + r * kSumStride;
#pragma GCC unroll 2
      for (int t = 0; t < Columns; ++t) {
        const std::size_t tile = 2 * block + static_cast<std::size_t>(t);
        L::store(to + 16 * t, L::fma(L::load_int32(sums.tile[tile][row]), L::mul(scale[t], x_scale),
                                     L::load(to + 16 * t)));
      }
    }
  }

  // All groups of the run for one or two blocks of rows and one or two tiles.
  template <int Blocks, int Columns>
  static void corner(const WideRun& run, std::size_t row, std::size_t tile, float* out) {
    const WideGroup* const x = run.x + row / kWideBlockRows * run.x_stride;
    const std::size_t left = run.rows - row;
    const std::size_t rows = left < Blocks * kWideBlockRows ? left : Blocks * kWideBlockRows;
    const auto chunk_of = [&](std::size_t g) {
      return run.chunk + g * run.tiles * kWideChunk + tile * wide_chunk_bytes(run.quads(g));
    };
    Sums sums[2];
    for (std::size_t g = 0; g <= run.groups; ++g) {
      if (g < run.groups) {
        products<Blocks, Columns>(x + g, run.x_stride, chunk_of(g), run.quads(g), sums[g % 2]);
      }
      if (g > 0) {
        drain<Columns>(sums[(g - 1) % 2], x + g - 1, run.x_stride, chunk_of(g - 1),
                       run.quads(g - 1), rows, out);
      }
    }
  }

  static void run(const WideRun& run, float* sums) {
    Tiles::fetch(run.ahead, run.ahead_lines);
    for (std::size_t row = 0; row < run.rows; row += 2 * kWideBlockRows) {
      const bool two = run.rows - row > kWideBlockRows;
      float* const out = sums + row * kSumStride;
      for (std::size_t tile = 0; tile < run.tiles; tile += 2) {
        float* const to = out + tile * kTileRows;
        if (tile + 1 < run.tiles) {
          two ? corner<2, 2>(run, row, tile, to) : corner<1, 2>(run, row, tile, to);
        } else {
          two ? corner<2, 1>(run, row, tile, to) : corner<1, 1>(run, row, tile, to);
        }
      }
    }
  }
};

}  // namespace candor::kernels
