// The in-memory layouts that the multiply kernels of every instruction set share.
//
// Weights: tiles of 16 rows. Lane r of a vector is row r of the tile, so every output is a single
// chain of additions in ascending k and the width of the vectors does not matter.
//   wide:    (the default) int8 in groups of 128 k: see wide.h.
//   grouped: the file's own groups. Per tile, per group of 32 k, one chunk: scale[16] f32, for two
//            of the kinds a second vector (minimum[16], or the scale of elements 16 … 31), then
//            q + 128 as bytes [8 quads of k][16 rows][4 k].
//   float:   per tile [cols][16 rows] of f32, f16 or bf16.
//   pairs:   bf16 in pairs of k, for tile registers: see bf16_pairs.h.
// Rows past the end of the matrix are zero.
//
// Activations for grouped weights: blocks of 4 rows, per group of 32 k one ActivationGroup.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/aligned_buffer.h"
#include "kernels/matrix.h"

namespace candor::kernels {

inline constexpr std::size_t kTileRows = 16;
inline constexpr std::size_t kGroupSize = 32;
inline constexpr std::size_t kStripeTiles = 4;  // a task: 64 rows
inline constexpr std::size_t kBlockRows = 4;    // rows of activations that go together
inline constexpr std::size_t kSumStride = kStripeTiles * kTileRows;  // of a task's sums

enum class Storage { kScale, kScaleMin, kTwoScales, kF32, kF16, kBF16, kBF16Pairs, kWide };

constexpr bool is_grouped(Storage storage) { return storage <= Storage::kTwoScales; }

constexpr std::size_t chunk_header_bytes(Storage storage) {
  return storage == Storage::kScale ? 64 : 128;
}
constexpr std::size_t chunk_bytes(Storage storage) {
  return chunk_header_bytes(storage) + kTileRows * kGroupSize;
}

// Of one tile with `cols` columns.
constexpr std::size_t tile_bytes(Storage storage, std::size_t cols) {
  if (is_grouped(storage)) return cols / kGroupSize * chunk_bytes(storage);
  if (storage == Storage::kBF16Pairs) cols = (cols + 31) / 32 * 32;
  return cols * kTileRows * (storage == Storage::kF32 ? 4 : 2);
}

// 4 rows x 32 columns of activations: x = scale * q, |q| <= 127.
struct ActivationGroup {
  std::int8_t q[8][kBlockRows][4];              // [quad of k][row][k]
  float scale[kBlockRows];                      // NaN when the group holds NaN or infinity (q is 0)
  float scaled_sum[kBlockRows];                 // scale * sum(q): what a minimum multiplies
  std::int32_t correction[kBlockRows];          // -128 * sum(q): weights are stored with 128 added
  std::int32_t half_correction[2][kBlockRows];  // the same over elements 0 … 15 and 16 … 31
};
static_assert(sizeof(ActivationGroup) == 208);

// What activations are quantised to, or split into; kNone where float32 itself is multiplied.
enum class Quantized { kNone, kGrouped, kWide, kSplit };

struct Matrix::State {
  std::size_t rows = 0;
  std::size_t cols = 0;
  Storage storage = Storage::kF32;
  Precision precision = Precision::kFloat32;
  AlignedBuffer data;

  std::size_t tiles() const { return (rows + kTileRows - 1) / kTileRows; }
  std::size_t stripes() const { return (tiles() + kStripeTiles - 1) / kStripeTiles; }
  std::size_t tiles_in_stripe(std::size_t stripe) const {
    const std::size_t left = tiles() - stripe * kStripeTiles;
    return left < kStripeTiles ? left : kStripeTiles;
  }
  Quantized multiplies() const {
    if (storage == Storage::kWide) return Quantized::kWide;
    if (storage == Storage::kBF16Pairs) return Quantized::kSplit;
    return is_grouped(storage) && precision == Precision::kExact ? Quantized::kGrouped
                                                                 : Quantized::kNone;
  }
  // Grouped and float storage.
  const std::byte* tile(std::size_t index) const {
    return data.data() + index * tile_bytes(storage, cols);
  }
};

// Rows of activations as the kernels read them: values, and what they were quantised to or split
// into, as far as that was done. Owns nothing.
struct ActivationRows {
  const float* values = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  const std::byte* grouped = nullptr;  // ActivationGroup records
  const std::byte* wide = nullptr;     // WideGroup records (wide.h)
  const std::byte* split = nullptr;    // SplitGroup records (bf16_pairs.h)

  std::size_t blocks() const { return (rows + kBlockRows - 1) / kBlockRows; }
  std::size_t groups() const { return cols / kGroupSize; }
  std::size_t rows_in_block(std::size_t block) const {
    const std::size_t left = rows - block * kBlockRows;
    return left < kBlockRows ? left : kBlockRows;
  }
  const ActivationGroup* block(std::size_t index) const {
    return reinterpret_cast<const ActivationGroup*>(grouped) + index * groups();
  }
};

struct Activations::State {
  ActivationRows all;
  bool grouped_ready = false;
  bool wide_ready = false;
  bool split_ready = false;
  AlignedBuffer grouped_buffer;
  AlignedBuffer wide_buffer;
  AlignedBuffer split_buffer;
  AlignedBuffer value_buffer;  // of rows that were made here
};

}  // namespace candor::kernels
