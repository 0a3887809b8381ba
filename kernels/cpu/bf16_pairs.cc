#include "kernels/cpu/bf16_pairs.h"

#include <cstring>

namespace candor::kernels {

void pack_bf16_pairs(const std::byte* row, std::size_t cols, std::size_t lane, std::byte* tile) {
  for (std::size_t k = 0; k < cols; k += 2) {
    std::memcpy(tile + (k / 2 * kTileRows + lane) * 4, row + 2 * k, k + 1 < cols ? 4 : 2);
  }
}

}  // namespace candor::kernels
