// A tile of y = x w^T with the tensor cores, for matrices of bf16 or float16: what a block
// computes. Not which tile is best for which shape: that is product.cu.
//
// Bits. Every value of y is one accumulator of one lane, which starts at 0 and takes mma m16n8k16
// instructions in ascending k; K is never split, and x is always the instruction's first operand.
// Tiles, stages and warps therefore change the speed alone. Instructions end with the last 16
// values of k that exist (filled up with zeros), so that not even the sign of a zero depends on the
// tile.
//
// Memory. Rows of w and x are both contiguous in k: a stage is BlockM rows of x and BlockN rows of
// w, kBlockK values each, copied by cp.async, Stages - 1 tiles ahead. Within a row of a stage the
// chunk c of 8 values lies at chunk c ^ (row % 8): the eight rows that ldmatrix reads at once, and
// the chunks of a row that are written at once, are in different banks. Fragments of the next step
// are loaded before the instructions of this one are issued.
#pragma once

#include <cstdint>

#include "kernels/cuda/product_args.cuh"

namespace candor::kernels::cuda {

CANDOR_DEVICE void multiply_add(Bf16, float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                std::uint32_t b1) {
  mma_bf16(d, a, b0, b1);
}
CANDOR_DEVICE void multiply_add(F16, float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                std::uint32_t b1) {
  mma_f16(d, a, b0, b1);
}

// BlockM x BlockN values of y, by WarpsM x WarpsN warps. StepK values of k make a step, 16 or 32:
// of 32 where a warp has few accumulators, which needs fewer loads for a warp that is 8 wide.
template <int BlockM, int BlockN, int WarpsM, int WarpsN, int BlockK, int StepK, int Stages>
struct Tile {
  static constexpr int kBlockM = BlockM;
  static constexpr int kBlockN = BlockN;
  static constexpr int kBlockK = BlockK;
  static constexpr int kStepK = StepK;
  static constexpr int kStages = Stages;
  static constexpr int kThreads = 32 * WarpsM * WarpsN;
  static constexpr int kWarpM = BlockM / WarpsM;
  static constexpr int kWarpN = BlockN / WarpsN;
  static constexpr int kWarpsN = WarpsN;
  static constexpr int kMs = kWarpM / 16;  // accumulator tiles of a warp
  static constexpr int kNs = kWarpN / 8;
  static constexpr int kSteps = BlockK / StepK;
  static constexpr int kParts = StepK / 16;  // instructions of a step for an accumulator
  static constexpr int kRowBytes = 2 * BlockK;
  static constexpr int kRowChunks = kRowBytes / 16;
  static constexpr int kRowsAtOnce = kThreads / kRowChunks;
  static constexpr int kXCopies = BlockM / kRowsAtOnce;
  static constexpr int kWCopies = BlockN / kRowsAtOnce;
  static constexpr int kXBytes = BlockM * kRowBytes;
  static constexpr int kStageBytes = kXBytes + BlockN * kRowBytes;
  static constexpr int kSharedBytes = Stages * kStageBytes;
  // Sums on their way out, floats from row to row: lanes of four rows write to different banks.
  static constexpr int kSumPitch = BlockN + 8;
  static constexpr int kRowQuads = BlockN / 4;
  static constexpr int kPassRows = kThreads / kRowQuads;
  static constexpr int kPasses = BlockM / kPassRows;
  static constexpr int kBatch = kPasses < 4 ? kPasses : 4;
  // Steps of a tile in which the copies of a later tile are issued: all but the last.
  static constexpr int kCopySteps = kSteps - 1;
  static constexpr int kCopies = kXCopies + kWCopies;
  static constexpr int kCopiesAStep = (kCopies + kCopySteps - 1) / kCopySteps;

  static_assert(BlockM % (16 * WarpsM) == 0 && BlockN % (8 * WarpsN) == 0);
  static_assert(StepK == 32 || (StepK == 16 && kNs % 2 == 0));
  static_assert(kRowChunks % 8 == 0 && kRowsAtOnce % 8 == 0, "a thread's chunk keeps its place");
  static_assert(kThreads % kRowQuads == 0 && kPasses * kPassRows == BlockM);
  static_assert(kPasses % kBatch == 0);
  static_assert(BlockM * kSumPitch * 4 <= kSharedBytes);
  static_assert(BlockM % kRowsAtOnce == 0 && BlockN % kRowsAtOnce == 0);
  static_assert(kSteps % 2 == 0 && Stages > 1, "fragments alternate");
};

// What a step multiplies. b of a step of 16 holds two neighbouring tiles of 8 rows of w in a
// register quadruple, of a step of 32 the four chunks of one.
template <typename T>
struct Fragments {
  std::uint32_t a[T::kMs][T::kParts][4];
  std::uint32_t b[T::kNs * T::kParts / 2][4];
};

// Where a thread copies from and to, and where a lane's rows of the fragments begin.
template <typename T>
struct TilePlace {
  const unsigned char* x_from;
  const unsigned char* w_from;
  std::uint64_t x_step;  // bytes from one copy of the thread to the next
  std::uint64_t w_step;
  int x_left;  // rows from the thread's first on that exist
  int w_left;
  std::uint32_t chunk_k;  // k of the thread's chunk in its tile
  std::uint32_t copy_to;
  std::uint32_t a_rows, a_chunk;
  std::uint32_t b_rows, b_chunk;
};

template <typename T>
CANDOR_DEVICE TilePlace<T> tile_place(const ProductArgs& p, std::uint32_t first_m,
                                      std::uint32_t first_row) {
  const std::uint32_t lane = threadIdx.x % 32;
  const std::uint32_t warp = threadIdx.x / 32;
  const std::uint32_t row = threadIdx.x / T::kRowChunks;
  const std::uint32_t chunk = threadIdx.x % T::kRowChunks;
  TilePlace<T> place;
  place.x_from = p.x + (first_m + row) * p.x_pitch + 16 * chunk;
  place.w_from = p.w + (first_row + row) * p.w_pitch + 16 * chunk;
  place.x_step = T::kRowsAtOnce * p.x_pitch;
  place.w_step = T::kRowsAtOnce * p.w_pitch;
  place.x_left = static_cast<int>(p.m) - static_cast<int>(first_m + row);
  place.w_left = static_cast<int>(p.rows) - static_cast<int>(first_row + row);
  place.chunk_k = 8 * chunk;
  place.copy_to = row * T::kRowBytes + 16 * (chunk ^ (row % 8));
  const std::uint32_t m_row = warp / T::kWarpsN * T::kWarpM + lane % 16;
  place.a_rows = m_row * T::kRowBytes;
  place.a_chunk = 16 * ((lane / 16) ^ (lane % 8));
  std::uint32_t n_row = warp % T::kWarpsN * T::kWarpN + lane % 8;
  std::uint32_t n_chunk = lane / 8;
  if (T::kStepK == 16) {
    n_row += lane / 16 * 8;
    n_chunk = lane / 8 % 2;
  }
  place.b_rows = T::kXBytes + n_row * T::kRowBytes;
  place.b_chunk = 16 * (n_chunk ^ (lane % 8));
  return place;
}

// Issues copies [First, First + Count) of tile `tile` to `stage`.
template <typename T>
CANDOR_DEVICE void copy_part(const ProductArgs& p, const TilePlace<T>& place, std::uint32_t tile,
                             unsigned char* stage, int first, int count) {
  const std::uint64_t k_bytes = static_cast<std::uint64_t>(tile) * T::kRowBytes;
  const bool inside = tile * T::kBlockK + place.chunk_k < p.cols;
  const int x_left = inside ? place.x_left : 0;
  const int w_left = inside ? place.w_left : 0;
  CANDOR_UNROLL
  for (int c = 0; c < T::kCopies; ++c) {
    if (c < first || c >= first + count) continue;
    if (c < T::kXCopies) {
      copy_async_16(stage + place.copy_to + c * T::kRowsAtOnce * T::kRowBytes,
                    place.x_from + k_bytes + static_cast<std::uint64_t>(c) * place.x_step,
                    c * T::kRowsAtOnce < x_left);
    } else {
      const int i = c - T::kXCopies;
      copy_async_16(stage + T::kXBytes + place.copy_to + i * T::kRowsAtOnce * T::kRowBytes,
                    place.w_from + k_bytes + static_cast<std::uint64_t>(i) * place.w_step,
                    i * T::kRowsAtOnce < w_left);
    }
  }
}

// Chunks of a step are an exclusive or away from those of the first: their numbers differ in bits
// that the lane's own chunk does not have.
template <typename T>
CANDOR_DEVICE void load_fragments(Fragments<T>& f, const TilePlace<T>& place,
                                  const unsigned char* stage, std::uint32_t step) {
  CANDOR_UNROLL
  for (int part = 0; part < T::kParts; ++part) {
    const std::uint32_t chunk =
        place.a_chunk ^ (32 * (step * T::kParts + static_cast<std::uint32_t>(part)));
    CANDOR_UNROLL
    for (int i = 0; i < T::kMs; ++i) {
      load_matrix_x4(f.a[i][part], stage + place.a_rows + chunk + i * 16 * T::kRowBytes);
    }
  }
  constexpr int kQuads = T::kNs * T::kParts / 2;
  const std::uint32_t chunk = place.b_chunk ^ (2 * T::kStepK * step);
  CANDOR_UNROLL
  for (int j = 0; j < kQuads; ++j) {
    load_matrix_x4(f.b[j], stage + place.b_rows + chunk + j * (T::kNs / kQuads) * 8 * T::kRowBytes);
  }
}

template <typename Value, typename T>
CANDOR_DEVICE void multiply_part(float (&sums)[T::kMs][T::kNs][4], const Fragments<T>& f,
                                 int part) {
  CANDOR_UNROLL
  for (int i = 0; i < T::kMs; ++i) {
    CANDOR_UNROLL
    for (int j = 0; j < T::kNs; ++j) {
      const std::uint32_t(&b)[4] = f.b[T::kStepK == 16 ? j / 2 : j];
      const int first = T::kStepK == 16 ? j % 2 * 2 : part * 2;
      multiply_add(Value{}, sums[i][j], f.a[i][part], b[first], b[first + 1]);
    }
  }
}

// Four neighbours of each of kBatch rows, kPassRows apart: all are read before the first is
// written.
template <typename T>
CANDOR_DEVICE void store_quads(const ProductArgs& p, const float* from, std::uint32_t row,
                               std::uint32_t column) {
  float4 sums[T::kBatch];
  CANDOR_UNROLL
  for (int i = 0; i < T::kBatch; ++i) {
    sums[i] = *reinterpret_cast<const float4*>(from + i * T::kPassRows * T::kSumPitch);
  }
  const std::uint64_t at = row * p.y_stride + column;
  const std::uint64_t step = T::kPassRows * p.y_stride;
  const int left = static_cast<int>(p.m) - static_cast<int>(row);
  if (p.store == Store::kBF16) {
    auto* const y = static_cast<std::uint16_t*>(p.y) + at;
    CANDOR_UNROLL
    for (int i = 0; i < T::kBatch; ++i) {
      if (i * T::kPassRows >= left) continue;
      uint2 four;
      four.x = rounded_pair(sums[i].x, sums[i].y);
      four.y = rounded_pair(sums[i].z, sums[i].w);
      *reinterpret_cast<uint2*>(y + static_cast<std::uint64_t>(i) * step) = four;
    }
    return;
  }
  auto* const y = static_cast<float*>(p.y) + at;
  if (p.store == Store::kAddF32) {
    float4 before[T::kBatch] = {};
    CANDOR_UNROLL
    for (int i = 0; i < T::kBatch; ++i) {
      if (i * T::kPassRows >= left) continue;
      before[i] = *reinterpret_cast<const float4*>(y + static_cast<std::uint64_t>(i) * step);
    }
    CANDOR_UNROLL
    for (int i = 0; i < T::kBatch; ++i) {
      sums[i].x = before[i].x + sums[i].x;
      sums[i].y = before[i].y + sums[i].y;
      sums[i].z = before[i].z + sums[i].z;
      sums[i].w = before[i].w + sums[i].w;
    }
  }
  CANDOR_UNROLL
  for (int i = 0; i < T::kBatch; ++i) {
    if (i * T::kPassRows >= left) continue;
    *reinterpret_cast<float4*>(y + static_cast<std::uint64_t>(i) * step) = sums[i];
  }
}

// By way of shared memory, so that neighbours in a row of y are written together. All stages are
// free.
template <typename T>
CANDOR_DEVICE void store_tile(const ProductArgs& p, const float (&sums)[T::kMs][T::kNs][4],
                              std::uint32_t first_m, std::uint32_t first_row) {
  auto* const shared = shared_memory<float>();
  const std::uint32_t lane = threadIdx.x % 32;
  const std::uint32_t warp = threadIdx.x / 32;
  const std::uint32_t r = warp / T::kWarpsN * T::kWarpM + lane / 4;
  const std::uint32_t n = warp % T::kWarpsN * T::kWarpN + lane % 4 * 2;
  float* const to = shared + r * T::kSumPitch + n;
  CANDOR_UNROLL
  for (int i = 0; i < T::kMs; ++i) {
    CANDOR_UNROLL
    for (int j = 0; j < T::kNs; ++j) {
      CANDOR_UNROLL
      for (int h = 0; h < 2; ++h) {
        float2 pair;
        pair.x = sums[i][j][2 * h];
        pair.y = sums[i][j][2 * h + 1];
        *reinterpret_cast<float2*>(to + (16 * i + 8 * h) * T::kSumPitch + 8 * j) = pair;
      }
    }
  }
  __syncthreads();
  const std::uint32_t row = threadIdx.x / T::kRowQuads;
  const std::uint32_t column = threadIdx.x % T::kRowQuads * 4;
  const float* const quads = shared + row * T::kSumPitch + column;
  const std::uint32_t y_row = first_m + row;
  const std::uint32_t y_column = first_row + column;
  if (p.quads && y_column + 4 <= p.rows) {
    CANDOR_NO_UNROLL
    for (std::uint32_t pass = 0; pass < T::kPasses; pass += T::kBatch) {
      store_quads<T>(p, quads + pass * T::kPassRows * T::kSumPitch, y_row + pass * T::kPassRows,
                     y_column);
    }
  } else {
    CANDOR_NO_UNROLL
    for (std::uint32_t pass = 0; pass < T::kPasses; ++pass) {
      const float* const from = quads + pass * T::kPassRows * T::kSumPitch;
      const std::uint32_t below = y_row + pass * T::kPassRows;
      store_pair(p, below, y_column, from[0], from[1]);
      store_pair(p, below, y_column + 2, from[2], from[3]);
    }
  }
}

// Value is Bf16 or F16.
template <typename Value, typename T>
CANDOR_DEVICE void compute_tile(const ProductArgs& p) {
  auto* const shared = shared_memory<unsigned char>();
  std::uint32_t m_tile = 0;
  std::uint32_t row_tile = 0;
  tile_of_block(p, m_tile, row_tile);
  const std::uint32_t first_m = m_tile * T::kBlockM;
  const std::uint32_t first_row = row_tile * T::kBlockN;
  const TilePlace<T> place = tile_place<T>(p, first_m, first_row);

  const std::uint32_t whole = p.cols / T::kBlockK;
  const std::uint32_t tiles = (p.cols + T::kBlockK - 1) / T::kBlockK;
  CANDOR_NO_UNROLL
  for (std::uint32_t t = 0; t < T::kStages - 1; ++t) {
    if (t < tiles) copy_part<T>(p, place, t, shared + t * T::kStageBytes, 0, T::kCopies);
    copy_async_commit();
  }
  copy_async_wait<T::kStages - 2>();
  __syncthreads();

  float sums[T::kMs][T::kNs][4];
  CANDOR_UNROLL
  for (int i = 0; i < T::kMs; ++i) {
    CANDOR_UNROLL
    for (int j = 0; j < T::kNs; ++j) {
      CANDOR_UNROLL
      for (int e = 0; e < 4; ++e) sums[i][j][e] = 0;
    }
  }
  Fragments<T> fragments[2];
  const unsigned char* reading = shared;
  unsigned char* writing = shared + (T::kStages - 1) * T::kStageBytes;
  unsigned char* const last = writing;
  load_fragments<T>(fragments[0], place, reading, 0);
  for (std::uint32_t t = 0; t < whole; ++t) {
    const std::uint32_t ahead = t + T::kStages - 1;
    CANDOR_UNROLL
    for (int step = 0; step < T::kSteps; ++step) {
      if (step == T::kSteps - 1) {
        // All lanes have the fragments of this tile: its stage is free from here on.
        copy_async_commit();
        copy_async_wait<T::kStages - 2>();
        __syncthreads();
        reading = reading == last ? shared : reading + T::kStageBytes;
        writing = writing == last ? shared : writing + T::kStageBytes;
        load_fragments<T>(fragments[(step + 1) % 2], place, reading, 0);
      } else {
        load_fragments<T>(fragments[(step + 1) % 2], place, reading,
                          static_cast<std::uint32_t>(step) + 1);
        if (ahead < tiles) {
          copy_part<T>(p, place, ahead, writing, step * T::kCopiesAStep, T::kCopiesAStep);
        }
      }
      CANDOR_UNROLL
      for (int part = 0; part < T::kParts; ++part) {
        multiply_part<Value, T>(sums, fragments[step % 2], part);
      }
    }
  }
  // The last tile where it is not whole: its first fragments are loaded again.
  CANDOR_NO_UNROLL
  for (std::uint32_t k = whole * T::kBlockK; k < p.cols; k += T::kStepK) {
    load_fragments<T>(fragments[0], place, reading, (k - whole * T::kBlockK) / T::kStepK);
    CANDOR_UNROLL
    for (int part = 0; part < T::kParts; ++part) {
      if (k + static_cast<std::uint32_t>(16 * part) < p.cols) {
        multiply_part<Value, T>(sums, fragments[0], part);
      }
    }
  }
  __syncthreads();
  store_tile<T>(p, sums, first_m, first_row);
}

}  // namespace candor::kernels::cuda
