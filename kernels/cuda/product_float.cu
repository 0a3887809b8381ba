// Products with matrices of float32, without tensor cores: every value of y is one chain of fused
// multiply-adds in ascending k that starts at 0, whatever the tile. For tests and for models that
// ask for float32: exact order before speed.
//
// Rows of w and x lie in shared memory as they do in memory, kBlockK values each and 4 to spare:
// lanes that read 16 bytes of neighbouring rows then use different banks.
#include <stdexcept>

#include "kernels/cuda/product_kernels.h"

namespace candor::kernels::cuda {
namespace {

template <int BlockM, int BlockN, int ThreadM, int ThreadN>
struct FloatTile {
  static constexpr int kBlockM = BlockM;
  static constexpr int kBlockN = BlockN;
  static constexpr int kThreadM = ThreadM;  // values of y of a thread
  static constexpr int kThreadN = ThreadN;
  static constexpr int kThreadsN = BlockN / ThreadN;
  static constexpr int kThreadsM = BlockM / ThreadM;
  static constexpr int kThreads = kThreadsM * kThreadsN;
  static constexpr int kBlockK = 32;
  static constexpr int kStages = 4;
  static constexpr int kPitch = kBlockK + 4;  // floats
  static constexpr int kStage = (BlockM + BlockN) * kPitch;
  static constexpr int kSharedBytes = kStages * kStage * 4;
};
using FewRows = FloatTile<8, 32, 2, 1>;
using ManyRows = FloatTile<64, 64, 4, 4>;

template <typename T>
CANDOR_DEVICE void copy_rows(const unsigned char* from, std::uint64_t pitch, std::uint32_t rows,
                             std::uint32_t left, std::uint32_t first_k, std::uint32_t cols,
                             float* to) {
  constexpr std::uint32_t kChunks = T::kBlockK / 4;
  for (std::uint32_t c = threadIdx.x; c < rows * kChunks; c += T::kThreads) {
    const std::uint32_t row = c / kChunks;
    const std::uint32_t k = c % kChunks * 4;
    copy_async_16(to + row * T::kPitch + k,
                  from + row * pitch + 4 * (static_cast<std::uint64_t>(first_k) + k),
                  row < left && first_k + k < cols);
  }
}

template <typename T>
CANDOR_DEVICE void copy_stage(const ProductArgs& p, std::uint32_t first_m, std::uint32_t first_row,
                              std::uint32_t tile, float* stage) {
  const std::uint32_t first_k = tile * T::kBlockK;
  copy_rows<T>(p.x + first_m * p.x_pitch, p.x_pitch, T::kBlockM, p.m - first_m, first_k, p.cols,
               stage);
  copy_rows<T>(p.w + first_row * p.w_pitch, p.w_pitch, T::kBlockN, p.rows - first_row, first_k,
               p.cols, stage + T::kBlockM * T::kPitch);
}

template <typename T>
CANDOR_DEVICE void store_sum(const ProductArgs& p, std::uint32_t r, std::uint32_t n, float sum) {
  if (r >= p.m || n >= p.rows) return;
  const std::uint64_t at = r * p.y_stride + n;
  if (p.store == Store::kBF16) {
    static_cast<std::uint16_t*>(p.y)[at] = to_bf16(sum).bits;
  } else {
    auto* const y = static_cast<float*>(p.y) + at;
    *y = p.store == Store::kAddF32 ? *y + sum : sum;
  }
}

template <typename T>
__global__ void __launch_bounds__(T::kThreads) float_product_kernel(ProductArgs p) {
  auto* const shared = shared_memory<float>();
  std::uint32_t m_tile = 0;
  std::uint32_t row_tile = 0;
  tile_of_block(p, m_tile, row_tile);
  const std::uint32_t first_m = m_tile * T::kBlockM;
  const std::uint32_t first_row = row_tile * T::kBlockN;
  const std::uint32_t tiles = (p.cols + T::kBlockK - 1) / T::kBlockK;
  for (std::uint32_t t = 0; t + 1 < T::kStages; ++t) {
    if (t < tiles) copy_stage<T>(p, first_m, first_row, t, shared + t * T::kStage);
    copy_async_commit();
  }
  const std::uint32_t thread_m = threadIdx.x / T::kThreadsN;
  const std::uint32_t thread_n = threadIdx.x % T::kThreadsN;
  float sums[T::kThreadM][T::kThreadN];
  CANDOR_UNROLL
  for (int i = 0; i < T::kThreadM; ++i) {
    CANDOR_UNROLL
    for (int j = 0; j < T::kThreadN; ++j) sums[i][j] = 0;
  }
  for (std::uint32_t t = 0; t < tiles; ++t) {
    copy_async_wait<T::kStages - 2>();
    __syncthreads();
    const std::uint32_t ahead = t + T::kStages - 1;
    if (ahead < tiles) {
      copy_stage<T>(p, first_m, first_row, ahead, shared + ahead % T::kStages * T::kStage);
    }
    copy_async_commit();
    const float* const x = shared + t % T::kStages * T::kStage;
    const float* const w = x + T::kBlockM * T::kPitch;
    const std::uint32_t left = p.cols - t * T::kBlockK;
    const std::uint32_t count = left < T::kBlockK ? left : T::kBlockK;
    for (std::uint32_t k = 0; k < count; k += 4) {
      float4 xs[T::kThreadM];
      float4 ws[T::kThreadN];
      CANDOR_UNROLL
      for (int i = 0; i < T::kThreadM; ++i) {
        const std::uint32_t row = thread_m + static_cast<std::uint32_t>(i * T::kThreadsM);
        xs[i] = *reinterpret_cast<const float4*>(x + row * T::kPitch + k);
      }
      CANDOR_UNROLL
      for (int j = 0; j < T::kThreadN; ++j) {
        const std::uint32_t row = thread_n + static_cast<std::uint32_t>(j * T::kThreadsN);
        ws[j] = *reinterpret_cast<const float4*>(w + row * T::kPitch + k);
      }
      CANDOR_UNROLL
      for (int i = 0; i < T::kThreadM; ++i) {
        CANDOR_UNROLL
        for (int j = 0; j < T::kThreadN; ++j) {
          float sum = fmaf(xs[i].x, ws[j].x, sums[i][j]);
          sum = fmaf(xs[i].y, ws[j].y, sum);
          sum = fmaf(xs[i].z, ws[j].z, sum);
          sums[i][j] = fmaf(xs[i].w, ws[j].w, sum);
        }
      }
    }
  }
  CANDOR_UNROLL
  for (int i = 0; i < T::kThreadM; ++i) {
    CANDOR_UNROLL
    for (int j = 0; j < T::kThreadN; ++j) {
      store_sum<T>(p, first_m + thread_m + static_cast<std::uint32_t>(i * T::kThreadsM),
                   first_row + thread_n + static_cast<std::uint32_t>(j * T::kThreadsN), sums[i][j]);
    }
  }
}

template <typename T>
void allow() {
  check_call(cudaFuncSetAttribute(float_product_kernel<T>,
                                  cudaFuncAttributeMaxDynamicSharedMemorySize, T::kSharedBytes),
             "shared memory of a float32 matrix product");
}

template <typename T>
void launch_tiles(const Product& product, const Queue& queue) {
  const ProductArgs args = product_args(product, T::kBlockM, T::kBlockN);
  const std::uint64_t blocks = static_cast<std::uint64_t>(args.row_tiles) * args.m_tiles;
  if (blocks > 0x7FFFFFFFU) throw std::runtime_error("matrix product: too large for one launch");
  const auto kernel = float_product_kernel<T>;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(blocks)), dim3(T::kThreads), T::kSharedBytes,
                queue.stream, args);
  check_launch("float32 matrix product");
}

}  // namespace

void allow_float_products() {
  allow<FewRows>();
  allow<ManyRows>();
}

void launch_float_product(const Product& product, const Queue& queue) {
  if (product.m == 0 || product.w.rows == 0) return;
  if (product.m <= 8) {
    launch_tiles<FewRows>(product, queue);
  } else {
    launch_tiles<ManyRows>(product, queue);
  }
}

}  // namespace candor::kernels::cuda
