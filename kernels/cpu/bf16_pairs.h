// The layout of BF16 weights for every precision but float32, the same on every processor, and of
// activations for the bf16 tiles of AMX (amx_float.h).
//
// Weights: per tile of 16 rows, [pairs of k][16 rows][2 k] as bf16: 32 k are 1 KiB, what a tile
// register holds. Activations: bf16 too, as three terms whose sum is the float32 value, 16 rows
// together. The columns of both are padded with zeros to a multiple of 32.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/packed.h"

namespace candor::kernels {

inline constexpr std::size_t kSplitGroup = 32;  // k of a tile register
inline constexpr std::size_t kSplitBlockRows = 16;
inline constexpr std::size_t kSplitTerms = 3;

// 16 rows x 32 columns of activations: x = term[0] + term[1] + term[2], largest first.
struct SplitGroup {
  std::uint16_t term[kSplitTerms][kSplitBlockRows][kSplitGroup];
};
static_assert(sizeof(SplitGroup) == 3072);

constexpr std::size_t split_groups(std::size_t cols) {
  return (cols + kSplitGroup - 1) / kSplitGroup;
}
constexpr std::size_t split_bytes(std::size_t rows, std::size_t cols) {
  return (rows + kSplitBlockRows - 1) / kSplitBlockRows * split_groups(cols) * sizeof(SplitGroup);
}

// Row `lane` of a tile, from `cols` bf16 values. The tile, of tile_bytes(kBF16Pairs, cols), starts
// out as zeros.
void pack_bf16_pairs(const std::byte* row, std::size_t cols, std::size_t lane, std::byte* tile);

}  // namespace candor::kernels
