// The layouts of the default precision, and the loops around its micro-kernels.
//
// Weights are signed int8 in groups of 128 k with one scale a row and group. A stripe of 64 rows
// (four tiles of 16) lies together: for each group, for each tile, a chunk of
//   scale[16]  bf16, rounded up, so that |q| <= 127 holds with the scale as it is stored
//   sum[16]    int16, of the q of a row: what the kernels correct with that bias the activations
//   q          [quads of k][16 rows][4 k]
// so a stripe is one stream of memory whatever the kernel. Columns are padded with zeros to a
// multiple of 64: the last group may be a half one. Two quads of chunks are also what a tile
// register of AMX holds: 16 quads x 64 bytes.
//
// Activations are quantised in the same groups, 16 rows together.
//
// A micro-kernel K adds groups to sums[row][16 * tile + lane], which start at zero:
//   dot = sum over the group of q * x               exact, int32 (at most 128 * 127 * 127)
//   sum = fma(float(dot), scale * x.scale, sum)     one chain, ascending groups
// The sums of a chain may rest in memory between calls, which changes no bit. So a stripe is walked
// in runs of groups whose weights (8 KiB) stay in the first-level cache while up to 64 rows of
// activations pass by, and meanwhile the next run is fetched: a step over 32 sequences needs the
// memory and the multipliers for about as long.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/packed.h"

namespace candor::kernels {

inline constexpr std::size_t kWideGroup = 128;
inline constexpr std::size_t kWideQuads = kWideGroup / 4;
inline constexpr std::size_t kWideBlockRows = 16;

struct WideHeader {
  std::uint16_t scale[kTileRows];
  std::int16_t sum[kTileRows];
};
static_assert(sizeof(WideHeader) == 64);

constexpr std::size_t wide_groups(std::size_t cols) { return (cols + kWideGroup - 1) / kWideGroup; }
// Quads of the last group: 16 or 32.
constexpr std::size_t wide_last_quads(std::size_t cols) {
  const std::size_t rest = cols % kWideGroup;
  return rest == 0 || rest > kWideGroup / 2 ? kWideQuads : kWideQuads / 2;
}
constexpr std::size_t wide_chunk_bytes(std::size_t quads) {
  return sizeof(WideHeader) + 64 * quads;
}
inline constexpr std::size_t kWideChunk = wide_chunk_bytes(kWideQuads);
// Of one tile; a stripe holds its tiles' bytes, group by group.
constexpr std::size_t wide_tile_bytes(std::size_t cols) {
  return (wide_groups(cols) - 1) * kWideChunk + wide_chunk_bytes(wide_last_quads(cols));
}

// 16 rows x 128 columns of activations, x = scale * q. Kernels whose multiply wants one operand
// without a sign store q + 128. The last group may be half used, the last rows not at all.
struct WideGroup {
  std::uint8_t q[kWideBlockRows][kWideGroup];
  float scale[kWideBlockRows];  // NaN when the group holds NaN or infinity (q is 0)
};
static_assert(sizeof(WideGroup) == 2112);

// What a micro-kernel is to do: groups [0, groups) of `tiles` tiles from `chunk` on, for `rows`
// rows of activations, the first of which begins a block; that of row r is x[r / 16 * x_stride +
// group]. Quads of the last group: last_quads.
struct WideRun {
  const std::byte* chunk;
  std::size_t tiles;
  const WideGroup* x;
  std::size_t x_stride;
  std::size_t rows;
  std::size_t groups;
  std::size_t last_quads;
  const std::byte* ahead;  // what to fetch meanwhile: so many lines
  std::size_t ahead_lines;

  std::size_t quads(std::size_t group) const {
    return group + 1 == groups ? last_quads : kWideQuads;
  }
};

template <typename K>
struct WideMultiply {
  static constexpr std::size_t kRowsAtOnce = 64;
  static constexpr std::size_t kRunGroups = 1;

  static void rows_by_stripe(const Matrix::State& weights, const ActivationRows& x,
                             std::size_t stripe, std::size_t row, std::size_t rows, float* sums) {
    __builtin_memset(sums, 0, rows * kSumStride * sizeof(float));
    const std::size_t groups = wide_groups(weights.cols);
    const std::size_t tiles = weights.tiles_in_stripe(stripe);
    const std::byte* chunk =
        weights.data.data() + stripe * kStripeTiles * wide_tile_bytes(weights.cols);
    const std::byte* const limit = weights.data.data() + weights.data.size();
    // A few rows use every weight once: nothing to keep, and the processor fetches ahead by itself.
    const bool few = rows <= K::kFewRows;
    WideRun run{.chunk = chunk,
                .tiles = tiles,
                .x = reinterpret_cast<const WideGroup*>(x.wide) + row / kWideBlockRows * groups,
                .x_stride = groups,
                .rows = rows,
                .groups = few ? groups : kRunGroups,
                .last_quads = kWideQuads,
                .ahead = chunk,
                .ahead_lines = 0};
    for (std::size_t g = 0; g < groups; g += run.groups) {
      if (g + run.groups >= groups) {
        run.groups = groups - g;
        run.last_quads = wide_last_quads(weights.cols);
      }
      run.chunk = chunk;
      chunk += tiles * ((run.groups - 1) * kWideChunk + wide_chunk_bytes(run.last_quads));
      if (!few) {
        const std::size_t left = static_cast<std::size_t>(limit - chunk);
        const std::size_t bytes = tiles * kRunGroups * kWideChunk;
        run.ahead = chunk;
        run.ahead_lines = (left < bytes ? left : bytes) / 64;
      }
      K::run(run, sums);
      run.x += run.groups;
    }
  }

  static void multiply(const Matrix::State& weights, const ActivationRows& x, std::size_t stripe,
                       const StripeOutput& output) {
    // Apart from y, whose rows lie pages apart: each touch of it would miss the translation cache.
    alignas(64) float sums[kRowsAtOnce * kSumStride];
    [[maybe_unused]] const typename K::Scope scope{};
    for (std::size_t row = 0; row < x.rows; row += kRowsAtOnce) {
      const std::size_t rows = x.rows - row < kRowsAtOnce ? x.rows - row : kRowsAtOnce;
      rows_by_stripe(weights, x, stripe, row, rows, sums);
      K::Writer::write(sums, weights, stripe, row, rows, output);
    }
  }
};

}  // namespace candor::kernels
