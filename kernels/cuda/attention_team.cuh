// Attention of at most 16 rows, which is what decoding needs: four warps share them. Of a tile each
// warp computes the scores and weights of 16 keys, then all keys' values in its columns: a quarter
// of the time, which is what counts where few keys are left to wait for, and four warps to copy.
// The bits are those of attention_rows.cuh: largest scores have no order, parts of sums are added
// in the same one, and a value's chain of products is the same.
#pragma once

#include "kernels/cuda/attention_values.cuh"

namespace candor::kernels::cuda {

inline constexpr std::uint32_t kTeamRows = 16;

// What the warps tell each other about a tile.
struct TeamShared {
  uint4 weights[4][32];  // of 16 keys each, as left operands
  float2 parts[4][32];   // of the sums of weights
  float largest[4][16];
};

template <int kDim>
struct TeamBlock {
  static constexpr int kTiles = (kDim / 16 + 3) / 4 * 2;  // of a warp's values, 8 columns each
  using Merged = MergedSplits<kTiles>;
  static constexpr int shared_bytes(int slots) {
    return slots * TileStream<kDim>::kBytes + Merged::kBytes + static_cast<int>(sizeof(TeamShared));
  }
};

// The weights of the warp's 16 keys, told to the others. Returns what the values so far are to be
// multiplied with.
CANDOR_DEVICE void tell_weights(TeamShared& team, const float (&s)[2][4], float (&before)[2],
                                SoftmaxSums (&sums)[2]) {
  const auto warp = threadIdx.x / 32;
  const auto lane = threadIdx.x % 32;
  float largest[2];
  largest_scores(largest, s);
  if (lane % 4 == 0) {
    team.largest[warp][lane / 4] = largest[0];
    team.largest[warp][lane / 4 + 8] = largest[1];
  }
  __syncthreads();
  float base[2];
  CANDOR_UNROLL
  for (int r = 0; r < 2; ++r) {
    float top = sums[r].largest;
    CANDOR_UNROLL
    for (int w = 0; w < 4; ++w) top = fmaxf(top, team.largest[w][lane / 4 + (r == 0 ? 0 : 8)]);
    base[r] = finite_base(top);
    before[r] = exp_f32(sums[r].largest - base[r]);
    sums[r].largest = top;
  }
  std::uint32_t p[4];
  float parts[2];
  weights_of(p, parts, s[0], s[1], base);
  team.weights[warp][lane] = uint4{p[0], p[1], p[2], p[3]};
  team.parts[warp][lane] = float2{parts[0], parts[1]};
}

CANDOR_DEVICE void add_team_weights(const TeamShared& team, const float (&before)[2],
                                    SoftmaxSums (&sums)[2]) {
  float parts[2] = {0.0F, 0.0F};
  CANDOR_UNROLL
  for (int w = 0; w < 4; ++w) {
    const float2 of_block = team.parts[w][threadIdx.x % 32];
    parts[0] += of_block.x;
    parts[1] += of_block.y;
  }
  add_weights(sums[0], before[0], parts[0]);
  add_weights(sums[1], before[1], parts[1]);
}

// One item; called by all threads of a block.
template <int kDim>
CANDOR_DEVICE void attend_as_team(const Attention& attention, const AttentionItem& item,
                                  int slots) {
  using Block = TeamBlock<kDim>;
  const auto warp = threadIdx.x / 32;
  const auto lane = threadIdx.x % 32;
  const auto r = lane / 4;  // the thread's rows are r and r + 8, in all four warps
  const ItemTiles tiles = item_tiles(attention, item);
  const ThreadRows rows = thread_rows<kDim>(attention, item, r);

  auto* shared = shared_memory<unsigned char>();
  TileStream<kDim> stream(attention, item, tiles, slots, shared);
  const QueryRows<kDim, false> queries(rows.q, shared);
  auto* behind = shared + slots * TileStream<kDim>::kBytes;
  typename Block::Merged all(behind);
  TeamShared& team = *reinterpret_cast<TeamShared*>(behind + Block::Merged::kBytes);

  const Columns columns{static_cast<int>(warp) * 16, 64};
  float o[Block::kTiles][4];
  SoftmaxSums sums[2];
  bool fresh = true;
  for (int tile = tiles.first; tile <= tiles.last; ++tile) {
    if (fresh) clear(o, sums);
    float before[2];
    {
      const Bf16* keys = stream.next();
      float s[2][4] = {};
      add_scores<kDim, 1>(s, queries, keys, static_cast<int>(warp));
      finish_scores<1>(s, attention, rows.seen, tiles.all_seen(tile),
                       tile * kTileKeys + static_cast<int>(warp) * 16);
      tell_weights(team, s, before, sums);
    }
    const Bf16* values = stream.next();  // a barrier: the weights are there too
    add_team_weights(team, before, sums);
    scale_values(o, before);
    CANDOR_UNROLL
    for (int w = 0; w < 4; ++w) {
      const uint4 weights = team.weights[w][lane];
      const std::uint32_t p[4] = {weights.x, weights.y, weights.z, weights.w};
      CANDOR_UNROLL
      for (int n = 0; n < Block::kTiles; n += 2) {
        if (!columns.has<kDim>(n)) continue;
        add_values<kDim>(o[n], o[n + 1], p, values, w, columns.of(n));
      }
    }
    fresh = tile == tiles.last || tile % kSplitTiles == kSplitTiles - 1;
    if (!fresh) continue;
    if (item.whole == 0) {
      store_partials<kDim>(attention, item, static_cast<std::uint32_t>(tile / kSplitTiles), r,
                           columns, o, sums, threadIdx.x < 32 && lane % 4 == 0);
    } else {
      all.add(o, sums);
    }
  }
  if (item.whole != 0) store_rows<kDim, Block::kTiles>(attention, item, r, columns, all);
}

struct TeamArguments {
  Attention attention;
  int slots;
};
template <int kDim>
__global__ void __launch_bounds__(kAttentionThreads)
    attend_few_rows(const TeamArguments arguments) {
  if (blockIdx.x >= arguments.attention.counts[0]) return;
  attend_as_team<kDim>(arguments.attention, arguments.attention.items[blockIdx.x], arguments.slots);
}

}  // namespace candor::kernels::cuda
