// Attention of at most 16 rows, which is what decoding needs: four warps share them. Of a tile each
// warp computes the scores and weights of 16 keys, then all keys' values in its columns: a quarter
// of the time, which is what counts where few keys are left to wait for, and four warps to copy.
// The bits are those of attention_rows.cuh: largest scores have no order, parts of sums are added
// in the same one, and a value's chain of products is the same.
#pragma once

#include "kernels/cuda/attention_tiles.cuh"
#include "kernels/cuda/attention_values.cuh"

namespace candor::kernels::cuda {

// What the warps tell each other about a tile.
struct TeamShared {
  uint4 weights[4][32];  // of 16 keys each, as left operands
  float2 parts[4][32];   // of the sums of weights
  float largest[4][16];
};

template <int kDim, int kSlots>
struct TeamKernel {
  static constexpr int kThreads = 128;
  static constexpr int kTiles = (kDim / 16 + 3) / 4 * 2;  // of a warp's values, 8 columns each
  using Tiles = TileStream<kDim, kThreads, kSlots>;
  using Queries = QueryRows<kDim, false>;
  using Merged = MergedSplits<kTiles, kThreads>;
  static constexpr int kSharedBytes =
      Tiles::kBytes + Merged::kBytes + static_cast<int>(sizeof(TeamShared));
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

template <int kDim, int kSlots>
__global__ void __launch_bounds__(128) attend_team(const Attention attention) {
  using Kernel = TeamKernel<kDim, kSlots>;
  if (blockIdx.x >= attention.counts[0]) return;
  const AttentionItem item = attention.items[blockIdx.x];
  const ItemKeys keys = item_keys(attention, item);

  const auto warp = threadIdx.x / 32;
  const auto lane = threadIdx.x % 32;
  const auto r = lane / 4;  // the thread's rows are r and r + 8, in all four warps
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

  auto* shared = shared_memory<unsigned char>();
  const int tiles_a_split = static_cast<int>(kSplitKeys / kPageTokens);
  const int page_keys = static_cast<int>(kPageTokens);
  const int first =
      max(static_cast<int>(item.first_split) * tiles_a_split, keys.any.first / page_keys);
  const int last = min(static_cast<int>(item.first_split + item.splits) * tiles_a_split - 1,
                       keys.any.last / page_keys);
  typename Kernel::Tiles stream(attention, item, keys.any, first, last,
                                reinterpret_cast<Bf16*>(shared));
  const typename Kernel::Queries queries(q[0], q[1], shared);
  typename Kernel::Merged all(shared + Kernel::Tiles::kBytes);
  TeamShared& team =
      *reinterpret_cast<TeamShared*>(shared + Kernel::Tiles::kBytes + Kernel::Merged::kBytes);

  const Columns columns{static_cast<int>(warp) * 16, 64};
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
    float before[2];
    {
      const Bf16* tile_keys = stream.next();
      float s[2][4] = {};
      add_scores<kDim, 1>(s, queries, tile_keys, static_cast<int>(warp));
      finish_scores<1>(s, attention, seen, all_seen, start + static_cast<int>(warp) * 16);
      tell_weights(team, s, before, sums);
    }
    const Bf16* tile_values = stream.next();  // a barrier: the weights are there too
    add_team_weights(team, before, sums);
    scale_values(o, before);
    CANDOR_UNROLL
    for (int w = 0; w < 4; ++w) {
      const uint4 weights = team.weights[w][lane];
      const std::uint32_t p[4] = {weights.x, weights.y, weights.z, weights.w};
      CANDOR_UNROLL
      for (int n = 0; n < Kernel::kTiles; n += 2) {
        if (columns.of(n) >= kDim) continue;
        add_values<kDim>(o[n], o[n + 1], p, tile_values, w, columns.of(n));
      }
    }
    fresh = tile == last || tile % tiles_a_split == tiles_a_split - 1;
    if (!fresh) continue;
    if (item.whole == 0) {
      store_partials<kDim>(attention, item, static_cast<std::uint32_t>(tile / tiles_a_split), r,
                           columns, o, sums, threadIdx.x < 32 && lane % 4 == 0);
    } else if (tile != last) {
      all.add(o, sums);
    }
  }
  if (item.whole == 0) return;
  all.finish(o, sums);
  store_rows<kDim>(attention, item, r, columns, o, sums);
}

}  // namespace candor::kernels::cuda
