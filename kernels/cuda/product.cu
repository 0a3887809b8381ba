// Products with matrices of bf16 and float16: the tiles there are, and which of them is used.
//
// Few rows of x (decoding): the time is that of reading w, so there must be enough blocks for all
// multiprocessors and enough copies under way in each (about 40 KB hide the latency of the memory).
// What bounds it from below is the chain of dependent instructions: K / 16 times some 33 cycles,
// 4 us for K = 3584, of a warp that is as narrow as an instruction. Many rows: w and x come from
// the second-level cache, which cannot feed small tiles: 128 x 256 values a block, each fragment
// from shared memory used by four or eight instructions, are what keeps the tensor cores busy.
#include <stdexcept>

#include "kernels/cuda/product_kernels.h"
#include "kernels/cuda/product_tile.cuh"

namespace candor::kernels::cuda {
namespace {

//                  block      warps  k    step stages      shared memory, blocks a multiprocessor
using Row16 = Tile<16, 32, 1, 4, 128, 32, 6>;       // 72 KB, 3
using Row32 = Tile<32, 32, 1, 4, 128, 32, 5>;       // 80 KB, 2
using Row64 = Tile<64, 32, 2, 2, 64, 32, 8>;        // 96 KB, 2
using Square64 = Tile<64, 64, 2, 2, 64, 32, 6>;     // 96 KB, 2
using Tall128 = Tile<128, 64, 2, 2, 64, 16, 4>;     // 96 KB, 2
using Square128 = Tile<128, 128, 2, 2, 64, 16, 3>;  // 96 KB, 2
using Wide256 = Tile<128, 256, 2, 4, 64, 16, 3>;    // 144 KB, 1

template <typename Value, typename T>
__global__ void __launch_bounds__(T::kThreads) product_kernel(ProductArgs args) {
  compute_tile<Value, T>(args);
}

struct Choice {
  void (*kernel)(ProductArgs);
  std::uint32_t block_m, block_n;
  std::uint32_t threads;
  std::uint32_t shared_bytes;
  double rate;  // of a multiprocessor, in values times k a second, of Wide256's; for large products
};

template <typename Value, typename T>
Choice choice(double rate) {
  return {product_kernel<Value, T>, T::kBlockM, T::kBlockN, T::kThreads, T::kSharedBytes, rate};
}

enum TileName { kRow16, kRow32, kRow64, kSquare64, kTall128, kSquare128, kWide256, kTiles };

// The rates follow from the bytes that a value takes from the second-level cache, and order the
// tiles; no result depends on them.
template <typename Value>
const Choice* choices() {
  static const Choice all[kTiles] = {
      choice<Value, Row16>(0.2),    choice<Value, Row32>(0.3),    choice<Value, Row64>(0.4),
      choice<Value, Square64>(0.6), choice<Value, Tall128>(0.75), choice<Value, Square128>(0.9),
      choice<Value, Wide256>(1.0),
  };
  return all;
}

std::uint64_t tiles_of(const Choice& tile, const Product& product) {
  return (product.m + tile.block_m - 1) / tile.block_m *
         ((product.w.rows + tile.block_n - 1) / tile.block_n);
}

const Choice& best_choice(const Product& product, const Choice* all, int processors) {
  const auto many = static_cast<std::uint64_t>(processors);
  if (product.m <= 16) return all[kRow16];
  if (product.m <= 64) {
    // A wider tile reads less of x again, if there are enough of them.
    if (tiles_of(all[kSquare64], product) >= many) return all[kSquare64];
    return product.m <= 32 ? all[kRow32] : all[kRow64];
  }
  const Choice* best = nullptr;
  double least = 0;
  for (int t = kSquare64; t < kTiles; ++t) {
    const std::uint64_t rounds = (tiles_of(all[t], product) + many - 1) / many;
    const double cost = static_cast<double>(rounds) * all[t].block_m * all[t].block_n / all[t].rate;
    if (best == nullptr || cost < least) {
      best = &all[t];
      least = cost;
    }
  }
  return *best;
}

void allow(const Choice* all) {
  for (int t = 0; t < kTiles; ++t) {
    check_call(cudaFuncSetAttribute(all[t].kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                    static_cast<int>(all[t].shared_bytes)),
               "shared memory of a matrix product");
    check_call(
        cudaFuncSetAttribute(all[t].kernel, cudaFuncAttributePreferredSharedMemoryCarveout, 100),
        "shared memory of matrix products");
  }
}

}  // namespace

void allow_tensor_products() {
  allow(choices<Bf16>());
  allow(choices<F16>());
}

void launch_tensor_product(const Product& product, const Queue& queue) {
  if (product.m == 0 || product.w.rows == 0) return;
  const Choice* const all =
      product.w.format == BlockFormat::kF16 ? choices<F16>() : choices<Bf16>();
  const Choice& tile = best_choice(product, all, queue.processors);
  const ProductArgs args = product_args(product, tile.block_m, tile.block_n);
  const std::uint64_t blocks = tiles_of(tile, product);
  if (blocks > 0x7FFFFFFFU) throw std::runtime_error("matrix product: too large for one launch");
  const auto kernel = tile.kernel;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(blocks)), dim3(tile.threads), tile.shared_bytes,
                queue.stream, args);
  check_launch("matrix product");
}

}  // namespace candor::kernels::cuda
