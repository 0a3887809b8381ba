// Attention of many rows: a warp computes 16 rows against all 64 keys of a tile, the warps of a
// block share the tiles. For prompts, and for batches that share a prefix.
#pragma once

#include "kernels/cuda/attention_team.cuh"

namespace candor::kernels::cuda {

template <int kDim>
struct RowsBlock {
  static constexpr int kTiles = kDim / 8;  // of the values, 8 columns each
  static constexpr int kSlots = 2;
  using Queries = QueryRows<kDim, (kDim > 128)>;
  using Merged = MergedSplits<kTiles>;
  static constexpr int kSharedBytes =
      kSlots * TileStream<kDim>::kBytes + kAttentionThreads / 32 * Queries::kBytes + Merged::kBytes;
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

// One item; called by all threads of a block.
template <int kDim>
CANDOR_DEVICE void attend_by_rows(const Attention& attention, const AttentionItem& item) {
  using Block = RowsBlock<kDim>;
  const auto warp = threadIdx.x / 32;
  const auto r = warp * 16 + threadIdx.x % 32 / 4;  // the thread's rows are r and r + 8
  const ItemTiles tiles = item_tiles(attention, item);
  const ThreadRows rows = thread_rows<kDim>(attention, item, r);
  // A warp without rows copies tiles and waits with the others.
  const bool busy = warp * 16 < item.queries * (attention.heads / attention.layer.kv_heads);

  auto* shared = shared_memory<unsigned char>();
  auto* behind = shared + Block::kSlots * TileStream<kDim>::kBytes;
  const typename Block::Queries queries(rows.q, behind + warp * Block::Queries::kBytes);
  typename Block::Merged all(behind + kAttentionThreads / 32 * Block::Queries::kBytes);
  TileStream<kDim> stream(attention, item, tiles, Block::kSlots, shared);

  const Columns columns{0, 16};
  float o[Block::kTiles][4];
  SoftmaxSums sums[2];
  bool fresh = true;
  for (int tile = tiles.first; tile <= tiles.last; ++tile) {
    if (fresh) clear(o, sums);
    std::uint32_t p[4][4];
    const Bf16* keys = stream.next();
    if (busy) {
      float s[8][4] = {};
      add_scores<kDim, 4>(s, queries, keys, 0);
      finish_scores<4>(s, attention, rows.seen, tiles.all_seen(tile), tile * kTileKeys);
      add_tile(p, s, o, sums);
    }
    const Bf16* values = stream.next();
    if (busy) {
      CANDOR_UNROLL
      for (int w = 0; w < 4; ++w) {
        CANDOR_UNROLL
        for (int n = 0; n < Block::kTiles; n += 2) {
          add_values<kDim>(o[n], o[n + 1], p[w], values, w, n * 8);
        }
      }
    }
    fresh = tile == tiles.last || tile % kSplitTiles == kSplitTiles - 1;
    if (!fresh || !busy) continue;
    if (item.whole == 0) {
      store_partials<kDim>(attention, item, static_cast<std::uint32_t>(tile / kSplitTiles), r,
                           columns, o, sums, threadIdx.x % 4 == 0);
    } else {
      all.add(o, sums);
    }
  }
  if (item.whole != 0 && busy) {
    store_rows<kDim, Block::kTiles>(attention, item, r, columns, all);
  }
}

// Items of many rows, and of few where a step has both.
template <int kDim>
struct MixedBlock {
  static constexpr int kTeamSlots = 4;
  static constexpr int kSharedBytes = RowsBlock<kDim>::kSharedBytes >
                                              TeamBlock<kDim>::shared_bytes(kTeamSlots)
                                          ? RowsBlock<kDim>::kSharedBytes
                                          : TeamBlock<kDim>::shared_bytes(kTeamSlots);
};
template <int kDim>
__global__ void __launch_bounds__(kAttentionThreads) attend_many_rows(const Attention attention) {
  if (blockIdx.x >= attention.counts[0]) return;
  const AttentionItem item = attention.items[blockIdx.x];
  if (item.queries * (attention.heads / attention.layer.kv_heads) <= kTeamRows) {
    attend_as_team<kDim>(attention, item, MixedBlock<kDim>::kTeamSlots);
  } else {
    attend_by_rows<kDim>(attention, item);
  }
}

}  // namespace candor::kernels::cuda
