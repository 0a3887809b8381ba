// Attention of many rows: a warp computes 16 rows against all 64 keys of a tile, the warps of a
// block share the tiles. For prompts, and for batches that share a prefix.
#pragma once

#include "kernels/cuda/attention_tiles.cuh"
#include "kernels/cuda/attention_values.cuh"

namespace candor::kernels::cuda {

template <int kDim, int kWarps, int kSlots>
struct RowsKernel {
  static constexpr int kThreads = kWarps * 32;
  static constexpr int kTiles = kDim / 8;  // of the values, 8 columns each
  using Tiles = TileStream<kDim, kThreads, kSlots>;
  using Queries = QueryRows<kDim, (kDim > 128)>;
  using Merged = MergedSplits<kTiles, kThreads>;
  static constexpr int kSharedBytes = Tiles::kBytes + kWarps * Queries::kBytes + Merged::kBytes;
};

// The weights of the thread's rows for a tile's keys, and their place in the sums and values so
// far.
template <int kTiles>
CANDOR_DEVICE void add_tile(std::uint32_t (&p)[4][4], const float (&s)[8][4], float (&o)[kTiles][4],
                            SoftmaxSums (&sums)[2]) {
  float largest[2];
  float base[2];
  float before[2];
  largest_scores(largest, s);
  CANDOR_UNROLL
  for (int r = 0; r < 2; ++r) {
    largest[r] = fmaxf(sums[r].largest, largest[r]);
    base[r] = finite_base(largest[r]);
    before[r] = exp_f32(sums[r].largest - base[r]);
    sums[r].largest = largest[r];
  }
  float parts[2] = {0.0F, 0.0F};
  CANDOR_UNROLL
  for (int w = 0; w < 4; ++w) {
    float of_block[2];
    weights_of(p[w], of_block, s[2 * w], s[2 * w + 1], base);
    parts[0] += of_block[0];
    parts[1] += of_block[1];
  }
  add_weights(sums[0], before[0], parts[0]);
  add_weights(sums[1], before[1], parts[1]);
  scale_values(o, before);
}

template <int kDim, int kWarps, int kSlots>
__global__ void __launch_bounds__(kWarps * 32) attend_rows(const Attention attention) {
  using Kernel = RowsKernel<kDim, kWarps, kSlots>;
  if (blockIdx.x >= attention.counts[0]) return;
  const AttentionItem item = attention.items[blockIdx.x];
  const ItemKeys keys = item_keys(attention, item);

  const auto warp = threadIdx.x / 32;
  const auto r = warp * 16 + threadIdx.x % 32 / 4;  // the thread's rows are r and r + 8
  const Bf16* q[2];
  KeyRange seen[2];
  CANDOR_UNROLL
  for (std::uint32_t i = 0; i < 2; ++i) {
    const BlockRow row = block_row(attention, item, r + 8 * i);
    const bool there = row.query != nullptr;
    seen[i] = there ? keys_seen(row.query->position, attention.window) : KeyRange{0, -1};
    q[i] = there ? static_cast<const Bf16*>(attention.q) +
                       (std::uint64_t{row.query->row} * attention.heads + row.head) * kDim
                 : nullptr;
  }
  // A warp without rows copies tiles and waits with the others.
  const bool busy = warp * 16 < item.queries * (attention.heads / attention.layer.kv_heads);

  auto* shared = shared_memory<unsigned char>();
  const typename Kernel::Queries queries(
      q[0], q[1], shared + Kernel::Tiles::kBytes + warp * Kernel::Queries::kBytes);
  typename Kernel::Merged all(shared + Kernel::Tiles::kBytes + kWarps * Kernel::Queries::kBytes);

  const int tiles_a_split = static_cast<int>(kSplitKeys / kPageTokens);
  const int page_keys = static_cast<int>(kPageTokens);
  const int first =
      max(static_cast<int>(item.first_split) * tiles_a_split, keys.any.first / page_keys);
  const int last = min(static_cast<int>(item.first_split + item.splits) * tiles_a_split - 1,
                       keys.any.last / page_keys);
  typename Kernel::Tiles stream(attention, item, keys.any, first, last,
                                reinterpret_cast<Bf16*>(shared));
  const Columns columns{0, 16};
  float o[Kernel::kTiles][4];
  SoftmaxSums sums[2];
  bool fresh = true;
  for (int tile = first; tile <= last; ++tile) {
    if (fresh) {
      CANDOR_UNROLL
      for (int n = 0; n < Kernel::kTiles; ++n) o[n][0] = o[n][1] = o[n][2] = o[n][3] = 0.0F;
      sums[0] = sums[1] = {minus_infinity(), 0.0F};
    }
    const int start = tile * page_keys;
    const bool all_seen = start >= keys.all.first && start + page_keys - 1 <= keys.all.last;
    std::uint32_t p[4][4];
    const Bf16* tile_keys = stream.next();
    if (busy) {
      float s[8][4] = {};
      add_scores<kDim, 4>(s, queries, tile_keys, 0);
      finish_scores<4>(s, attention, seen, all_seen, start);
      add_tile(p, s, o, sums);
    }
    const Bf16* tile_values = stream.next();
    if (busy) {
      CANDOR_UNROLL
      for (int w = 0; w < 4; ++w) {
        CANDOR_UNROLL
        for (int n = 0; n < Kernel::kTiles; n += 2) {
          add_values<kDim>(o[n], o[n + 1], p[w], tile_values, w, n * 8);
        }
      }
    }
    fresh = tile == last || tile % tiles_a_split == tiles_a_split - 1;
    if (!fresh || !busy) continue;
    if (item.whole == 0) {
      store_partials<kDim>(attention, item, static_cast<std::uint32_t>(tile / tiles_a_split), r,
                           columns, o, sums, threadIdx.x % 4 == 0);
    } else if (tile != last) {
      all.add(o, sums);
    }
  }
  if (item.whole == 0 || !busy) return;
  all.finish(o, sums);
  store_rows<kDim>(attention, item, r, columns, o, sums);
}

}  // namespace candor::kernels::cuda
