// Products with quantised matrices as they are, for few rows of x, and the expansion of matrices to
// bf16 for many. Both round the same float32 values (quantized_decode.cuh) to bf16, and both
// multiply those by the chain of product_tile.cuh: the same bits.
//
// The product. A block computes 32 rows of w. Half of its warps decode: the blocks' bytes of 32
// rows and 256 values of k come by cp.async, and go as bf16 to one of two tiles. The other half
// multiply the tile before at the same time, 8 rows of w a warp. Decoding 8192 values takes about
// as long as the chain of 16 dependent instructions, so neither half waits long at the barrier
// between tiles. Blocks are no multiple of 16 bytes: what is copied is the row's window of whole 16
// bytes around them, which is within the row's pitch.
#include <stdexcept>
#include <string>

#include "kernels/cuda/product_kernels.h"
#include "kernels/cuda/quantized_decode.cuh"

// Enough for loads to overtake instructions, at half the code.
#if defined(__CUDACC__)
#define CANDOR_UNROLL_4 _Pragma("unroll 4")
#else
#define CANDOR_UNROLL_4
#endif

namespace candor::kernels::cuda {
namespace {

constexpr int kRows = 32;  // of w, a block
constexpr int kTileK = 256;
constexpr int kGroups = kTileK / 32;
constexpr int kDecodeThreads = 128;
constexpr int kThreads = 256;
constexpr int kTileBytes = kRows * kTileK * 2;  // decoded
constexpr int kXRowBytes = kTileK * 2;
constexpr int kMostParts = static_cast<int>(kMostQuantizedRows) / 16;  // 16 rows of x each

template <BlockFormat Format>
struct Window {
  using D = Decoder<Format>;
  static constexpr int kBytes = kTileK / D::kElements * D::kBytes;
  // Of a row, whatever the place of its first byte in 16.
  static constexpr int kPitch = kBytes % 16 == 0 ? kBytes : (kBytes + 30) / 16 * 16;
  static constexpr int kChunks = kPitch / 16;
  static constexpr int kStage = kRows * kPitch;
};

struct QuantizedArgs {
  ProductArgs product;
  std::uint32_t row_bytes;  // of w
  std::uint32_t parts;      // of 16 rows of x: 1, 2 or kMostParts
  std::uint32_t stages;     // 3 or 4
};

template <BlockFormat Format>
CANDOR_DEVICE void copy_window(const ProductArgs& p, std::uint32_t row_bytes, std::uint32_t tile,
                               unsigned char* stage) {
  using W = Window<Format>;
  // Eight threads a row.
  static_assert(kThreads == 8 * kRows);
  const std::uint32_t row = threadIdx.x / 8;
  const std::uint32_t w_row = blockIdx.x * kRows + row;
  const std::uint32_t begin = tile * W::kBytes / 16 * 16;
  const unsigned char* const from = p.w + w_row * p.w_pitch + begin;
  unsigned char* const to = stage + row * W::kPitch;
  CANDOR_UNROLL
  for (std::uint32_t first = 0; first < W::kChunks; first += 8) {
    const std::uint32_t at = 16 * (first + threadIdx.x % 8);
    if (at >= W::kPitch) continue;
    copy_async_16(to + at, from + at, w_row < p.rows && begin + at < row_bytes);
  }
}

// A thread copies one chunk of every eighth row. Rows beyond m stay what they are: only rows of y
// that nobody writes are made of them.
CANDOR_DEVICE void copy_x(const ProductArgs& p, std::uint32_t tile, unsigned char* stage) {
  constexpr std::uint32_t kChunks = kXRowBytes / 16;
  constexpr std::uint32_t kRowsAtOnce = kThreads / kChunks;
  static_assert(kRowsAtOnce == 8, "a thread's chunk keeps its place");
  const std::uint32_t first = threadIdx.x / kChunks;
  const std::uint32_t chunk = threadIdx.x % kChunks;
  const std::uint32_t k = tile * kTileK + chunk * 8;
  const unsigned char* from = p.x + first * p.x_pitch + 2 * static_cast<std::uint64_t>(k);
  unsigned char* to = stage + first * kXRowBytes + 16 * (chunk ^ first);
  for (std::uint32_t row = first; row < p.m; row += kRowsAtOnce) {
    copy_async_16(to, from, k < p.cols);
    from += kRowsAtOnce * p.x_pitch;
    to += kRowsAtOnce * kXRowBytes;
  }
}

// A thread decodes a group of 32, four chunks of its row. Chunk c of row r lies at chunk
// c ^ (r % 8) ^ (c / 8): so the groups of a row that are written at once are in different banks,
// as are the rows that ldmatrix reads at once.
template <BlockFormat Format>
CANDOR_DEVICE void decode_tile(const ProductArgs& p, std::uint32_t tile, const unsigned char* stage,
                               unsigned char* decoded) {
  using D = Decoder<Format>;
  using W = Window<Format>;
  const std::uint32_t skew = tile * W::kBytes % 16;
  const std::uint32_t groups = (p.cols - tile * kTileK) / 32;  // left from here on
  CANDOR_NO_UNROLL
  for (std::uint32_t u = threadIdx.x; u < kRows * kGroups; u += kDecodeThreads) {
    const std::uint32_t row = u / kGroups;
    const std::uint32_t group = u % kGroups;
    if (group >= groups) continue;
    constexpr bool kSmallBlocks = D::kElements == 32;
    const Bytes block = stage + row * W::kPitch + skew + (kSmallBlocks ? group * D::kBytes : 0);
    const int g = kSmallBlocks ? 0 : static_cast<int>(group);
    const GroupScales scales = D::scales(block, g);
    uint4 chunks[4];
    CANDOR_UNROLL
    for (int j = 0; j < 4; ++j) {
      float values[8];
      decode8<Format>(block, g, j, scales, values);
      chunks[j].x = rounded_pair(values[0], values[1]);
      chunks[j].y = rounded_pair(values[2], values[3]);
      chunks[j].z = rounded_pair(values[4], values[5]);
      chunks[j].w = rounded_pair(values[6], values[7]);
    }
    CANDOR_UNROLL
    for (std::uint32_t j = 0; j < 4; ++j) {
      const std::uint32_t chunk = (4 * group + j) ^ (row % 8) ^ (group / 2);
      *reinterpret_cast<uint4*>(decoded + row * kXRowBytes + 16 * chunk) = chunks[j];
    }
  }
}

// Two instructions for each part of x: 32 values of k.
template <int Parts>
CANDOR_DEVICE void multiply_step(float (&sums)[kMostParts][4], const unsigned char* x_rows,
                                 std::uint32_t x_chunk, const unsigned char* w_rows,
                                 std::uint32_t w_chunk, std::uint32_t step) {
  std::uint32_t b[4];
  load_matrix_x4(b, w_rows + 16 * (w_chunk ^ (4 * step) ^ (step / 2)));
  std::uint32_t a[Parts][2][4];
  CANDOR_UNROLL
  for (int i = 0; i < Parts; ++i) {
    CANDOR_UNROLL
    for (std::uint32_t h = 0; h < 2; ++h) {
      load_matrix_x4(a[i][h], x_rows + i * 16 * kXRowBytes + 16 * (x_chunk ^ (4 * step + 2 * h)));
    }
  }
  CANDOR_UNROLL
  for (int h = 0; h < 2; ++h) {
    CANDOR_UNROLL
    for (int i = 0; i < Parts; ++i) mma_bf16(sums[i], a[i][h], b[2 * h], b[2 * h + 1]);
  }
}

template <int Parts>
CANDOR_DEVICE void multiply_tile(float (&sums)[kMostParts][4], const unsigned char* x,
                                 const unsigned char* w, std::uint32_t left) {
  const std::uint32_t lane = threadIdx.x % 32;
  const std::uint32_t first = (threadIdx.x - kDecodeThreads) / 32 * 8;  // row of w of the warp
  const unsigned char* const x_rows = x + lane % 16 * kXRowBytes;
  const unsigned char* const w_rows = w + (first + lane % 8) * kXRowBytes;
  const std::uint32_t x_chunk = (lane / 16) ^ (lane % 8);
  const std::uint32_t w_chunk = (lane / 8) ^ (lane % 8);
  if (left >= kTileK) {
    CANDOR_UNROLL_4
    for (std::uint32_t step = 0; step < kGroups; ++step) {
      multiply_step<Parts>(sums, x_rows, x_chunk, w_rows, w_chunk, step);
    }
    return;
  }
  CANDOR_NO_UNROLL
  for (std::uint32_t step = 0; step < left / 32; ++step) {
    multiply_step<Parts>(sums, x_rows, x_chunk, w_rows, w_chunk, step);
  }
}

template <BlockFormat Format>
__global__ void __launch_bounds__(kThreads) quantized_product_kernel(QuantizedArgs args) {
  using W = Window<Format>;
  const ProductArgs& p = args.product;
  auto* const shared = shared_memory<unsigned char>();
  unsigned char* const decoded = shared;
  unsigned char* const windows = decoded + 2 * kTileBytes;
  unsigned char* const x = windows + args.stages * W::kStage;
  const std::uint32_t x_stage = args.parts * 16 * kXRowBytes;
  const std::uint32_t tiles = (p.cols + kTileK - 1) / kTileK;
  const bool decodes = threadIdx.x < kDecodeThreads;

  float sums[kMostParts][4];
  CANDOR_UNROLL
  for (int i = 0; i < kMostParts; ++i) {
    CANDOR_UNROLL
    for (int e = 0; e < 4; ++e) sums[i][e] = 0;
  }
  // x of a tile is read a tile later than its windows, so it is copied a tile later: stage
  // t % stages of both is free when the copies for t are issued. Windows of tile t and x of tile
  // t - 1 make group t, and group t is there when tile t is decoded.
  const std::uint32_t stages = args.stages;
  CANDOR_NO_UNROLL
  for (std::uint32_t t = 0; t < tiles + stages; ++t) {
    if (t >= stages - 1) {
      // Tile `now` is decoded, the one before multiplied.
      const std::uint32_t now = t - (stages - 1);
      if (stages == 4) {
        copy_async_wait<2>();
      } else {
        copy_async_wait<1>();
      }
      __syncthreads();
      if (t < tiles) copy_window<Format>(p, args.row_bytes, t, windows + t % stages * W::kStage);
      if (t - 1 < tiles) copy_x(p, t - 1, x + (t - 1) % stages * x_stage);
      copy_async_commit();
      if (decodes) {
        if (now < tiles) {
          decode_tile<Format>(p, now, windows + now % stages * W::kStage,
                              decoded + now % 2 * kTileBytes);
        }
      } else if (now > 0) {
        const std::uint32_t before = now - 1;
        const unsigned char* const x_tile = x + before % stages * x_stage;
        const unsigned char* const w_tile = decoded + before % 2 * kTileBytes;
        const std::uint32_t left = p.cols - before * kTileK;
        if (args.parts == 1) {
          multiply_tile<1>(sums, x_tile, w_tile, left);
        } else if (args.parts == 2) {
          multiply_tile<2>(sums, x_tile, w_tile, left);
        } else {
          multiply_tile<kMostParts>(sums, x_tile, w_tile, left);
        }
      }
    } else {
      if (t < tiles) copy_window<Format>(p, args.row_bytes, t, windows + t % stages * W::kStage);
      if (t > 0 && t - 1 < tiles) copy_x(p, t - 1, x + (t - 1) % stages * x_stage);
      copy_async_commit();
    }
  }
  if (decodes) return;
  const std::uint32_t lane = threadIdx.x % 32;
  const std::uint32_t n =
      blockIdx.x * kRows + (threadIdx.x - kDecodeThreads) / 32 * 8 + lane % 4 * 2;
  CANDOR_UNROLL
  for (std::uint32_t i = 0; i < kMostParts; ++i) {
    store_pair(p, 16 * i + lane / 4, n, sums[i][0], sums[i][1]);
    store_pair(p, 16 * i + lane / 4 + 8, n, sums[i][2], sums[i][3]);
  }
}

template <BlockFormat Format>
constexpr std::uint32_t shared_bytes(std::uint32_t stages, std::uint32_t parts) {
  return 2 * kTileBytes +
         stages * (static_cast<std::uint32_t>(Window<Format>::kStage) + parts * 16 * kXRowBytes);
}
// Four stages where two blocks or more have room on a multiprocessor, or one with all parts.
constexpr std::uint32_t stages_for(std::uint32_t parts) { return parts <= 2 ? 4 : 3; }

}  // namespace

void allow_quantized_products() {
  for (const BlockFormat format : block_formats_on_device()) {
    with_format(format, [](auto tag) {
      constexpr BlockFormat kFormat = decltype(tag)::kFormat;
      std::uint32_t most = 0;
      for (std::uint32_t parts = 1; parts <= kMostParts; ++parts) {
        const std::uint32_t bytes = shared_bytes<kFormat>(stages_for(parts), parts);
        most = bytes > most ? bytes : most;
      }
      const auto kernel = quantized_product_kernel<kFormat>;
      check_call(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      static_cast<int>(most)),
                 "shared memory of a quantised matrix product");
      check_call(cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout, 100),
                 "shared memory of quantised matrix products");
    });
  }
}

void launch_quantized_product(const Product& product, const Queue& queue) {
  if (product.m == 0 || product.w.rows == 0) return;
  // Before the launch: more rows of x than that have no room in its shared memory.
  if (product.m > kMostQuantizedRows) {
    throw std::runtime_error("quantised matrix product: not for this number of rows");
  }
  const bool known = with_format(product.w.format, [&](auto tag) {
    constexpr BlockFormat kFormat = decltype(tag)::kFormat;
    QuantizedArgs args = {};
    args.product = product_args(product, 16, kRows);
    args.parts = args.product.m_tiles <= 2 ? args.product.m_tiles : kMostParts;
    args.stages = stages_for(args.parts);
    args.row_bytes = args.product.cols / Decoder<kFormat>::kElements * Decoder<kFormat>::kBytes;
    const auto kernel = quantized_product_kernel<kFormat>;
    CANDOR_LAUNCH(kernel, dim3(args.product.row_tiles), dim3(kThreads),
                  shared_bytes<kFormat>(args.stages, args.parts), queue.stream, args);
  });
  if (!known) throw std::runtime_error("quantised matrix product: not for this format");
  check_launch("quantised matrix product");
}

}  // namespace candor::kernels::cuda
