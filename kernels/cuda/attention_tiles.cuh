// Tiles of keys and values on their way through shared memory, and the tensor-core steps on them.
// A tile is a page's keys or values of one kv head, bf16 [kPageTokens, kDim], whose 16-byte chunks
// are permuted within rows so that the eight rows of an 8 x 8 matrix lie in different banks.
#pragma once

#include "kernels/cuda/attention.cuh"
#include "kernels/cuda/attention_plan.h"

namespace candor::kernels::cuda {

inline constexpr int kSplitTiles = static_cast<int>(kSplitKeys / kPageTokens);
inline constexpr int kTileKeys = static_cast<int>(kPageTokens);

// Where a chunk of 16 bytes stands, in elements. Rows of multiples of 128 bytes all begin at the
// same bank: eight of them need eight places. Rows of 64 and 192 bytes begin at two banks in turn:
// four places are enough.
template <int kDim>
CANDOR_DEVICE int tile_place(int row, int chunk) {
  const int turn = kDim % 64 == 0 ? row & 7 : (row >> 1) & 3;
  return row * kDim + (chunk ^ turn) * 8;
}

// Tile i of a sequence holds keys 64 i …. What an item's queries see of them.
struct ItemTiles {
  int first;
  int last;
  ItemKeys keys;

  CANDOR_DEVICE bool all_seen(int tile) const {
    return tile * kTileKeys >= keys.all.first && tile * kTileKeys + kTileKeys - 1 <= keys.all.last;
  }
};
CANDOR_DEVICE ItemTiles item_tiles(const Attention& attention, const AttentionItem& item) {
  const ItemKeys keys = item_keys(attention, item);
  const int first = static_cast<int>(item.first_split) * kSplitTiles;
  const int last = first + static_cast<int>(item.splits) * kSplitTiles - 1;
  return {max(first, keys.any.first / kTileKeys), min(last, keys.any.last / kTileKeys), keys};
}

// Block rows r and r + 8: where their queries are (null: there is none) and which keys they see.
struct ThreadRows {
  const Bf16* q[2];
  KeyRange seen[2];
};
template <int kDim>
CANDOR_DEVICE ThreadRows thread_rows(const Attention& attention, const AttentionItem& item,
                                     std::uint32_t r) {
  ThreadRows rows;
  CANDOR_UNROLL
  for (std::uint32_t i = 0; i < 2; ++i) {
    const BlockRow row = block_row(attention, item, r + 8 * i);
    const bool there = row.query != nullptr;
    rows.seen[i] = there ? keys_seen(row.query->position, attention.window) : KeyRange{0, -1};
    rows.q[i] = there ? static_cast<const Bf16*>(attention.q) +
                            (std::uint64_t{row.query->row} * attention.heads + row.head) * kDim
                      : nullptr;
  }
  return rows;
}

// Keys, values, keys, values … of an item's tiles, through `slots` (2, 4 or 8) places of shared
// memory: all but one are under way while one is used. Of a tile only the rows of keys that some
// query sees are read from the page; the others are zero, whatever the page holds there: a weight
// of 0 times a NaN would be a NaN.
template <int kDim>
class TileStream {
 public:
  static constexpr int kTile = static_cast<int>(kPageTokens) * kDim;
  static constexpr int kBytes = kTile * 2;  // a slot

  CANDOR_DEVICE TileStream(const Attention& attention, const AttentionItem& item,
                           const ItemTiles& tiles, int slots, unsigned char* shared)
      : layer_(attention.layer),
        pages_(attention.page_tables + item.pages),
        first_page_(static_cast<int>(item.first_split * (kSplitKeys / kPageTokens))),
        seen_(tiles.keys.any),
        slots_(slots),
        tiles_(reinterpret_cast<Bf16*>(shared)),
        ahead_(tiles.first),
        last_(tiles.last) {
    load_pages();
    for (int i = 0; i < slots - 1; ++i) issue();
  }

  // The next tile, there for all threads of the block, which are all done with the one before.
  CANDOR_DEVICE const Bf16* next() {
    if (slots_ == 8) {
      copy_async_wait<6>();
    } else if (slots_ == 4) {
      copy_async_wait<2>();
    } else {
      copy_async_wait<0>();
    }
    __syncthreads();
    issue();
    const Bf16* tile = tiles_ + use_ * kTile;
    use_ = (use_ + 1) & (slots_ - 1);
    return tile;
  }

 private:
  CANDOR_DEVICE void issue() {
    if (ahead_ <= last_) {
      constexpr int kChunks = kDim / 8;
      if (part_ == 0) {
        if (ahead_ - pages_from_ == 32) load_pages();
        page_ = __shfl_sync(kAllLanes, lane_page_, ahead_ - pages_from_);
      }
      const bool any = page_ != kNoPage;
      const Bf16* from = page_part<Bf16>(layer_, any ? page_ : 0, part_, blockIdx.y);
      Bf16* to = tiles_ + fill_ * kTile;
      const int start = ahead_ * static_cast<int>(kPageTokens);
      const int first = any ? seen_.first - start : static_cast<int>(kPageTokens);
      const int last = seen_.last - start;
      CANDOR_UNROLL
      for (int i = 0; i < kTile / 8 / kAttentionThreads; ++i) {
        const int place = static_cast<int>(threadIdx.x) + i * kAttentionThreads;
        const int row = place / kChunks;
        copy_async_16(to + tile_place<kDim>(row, place % kChunks), from + place * 8,
                      row >= first && row <= last);
      }
      ahead_ += static_cast<int>(part_);
      part_ ^= 1;
    }
    copy_async_commit();  // also an empty group, so that every load is one
    fill_ = (fill_ + 1) & (slots_ - 1);
  }

  // The pages of 32 tiles at once, one a lane: a wait for many tiles.
  CANDOR_DEVICE void load_pages() {
    pages_from_ = ahead_;
    const int mine = ahead_ + static_cast<int>(threadIdx.x % 32);
    lane_page_ = mine <= last_ ? pages_[mine - first_page_] : kNoPage;
  }

  const KvLayer& layer_;
  const std::uint32_t* pages_;
  int first_page_;
  KeyRange seen_;
  int slots_;
  Bf16* tiles_;
  int ahead_;  // tile to be issued next
  int last_;
  int pages_from_ = 0;  // the tile of lane 0's page
  std::uint32_t lane_page_ = 0;
  std::uint32_t page_ = 0;  // of ahead_
  std::uint32_t part_ = 0;
  int fill_ = 0;
  int use_ = 0;
};

// The 16 query rows of a warp as left operands, in registers, or in the warp's own part of shared
// memory where registers are needed for something else.
template <int kDim, bool kShared>
class QueryRows {
 public:
  static constexpr int kSteps = kDim / 16;
  static constexpr int kBytes = kShared ? kSteps * 32 * 16 : 0;  // a warp

  // Of the thread's two rows, lane / 4 and 8 more.
  CANDOR_DEVICE QueryRows(const Bf16* const (&rows)[2], unsigned char* shared)
      : mine_(reinterpret_cast<uint4*>(shared) + threadIdx.x % 32) {
    const int column = static_cast<int>(threadIdx.x % 4) * 2;
    CANDOR_UNROLL
    for (int i = 0; i < kSteps; ++i) {
      const uint4 fragment = {pair_at(rows[0], i * 16 + column), pair_at(rows[1], i * 16 + column),
                              pair_at(rows[0], i * 16 + column + 8),
                              pair_at(rows[1], i * 16 + column + 8)};
      if constexpr (kShared) {
        mine_[i * 32] = fragment;
      } else {
        fragments_[i] = fragment;
      }
    }
  }
  CANDOR_DEVICE void load(std::uint32_t (&a)[4], int step) const {
    uint4 fragment;
    if constexpr (kShared) {
      fragment = mine_[step * 32];
    } else {
      fragment = fragments_[step];
    }
    a[0] = fragment.x;
    a[1] = fragment.y;
    a[2] = fragment.z;
    a[3] = fragment.w;
  }

 private:
  CANDOR_DEVICE static std::uint32_t pair_at(const Bf16* row, int column) {
    return row == nullptr ? 0U : *reinterpret_cast<const std::uint32_t*>(row + column);
  }

  uint4* mine_;
  uint4 fragments_[kShared ? 1 : kSteps];
};

// s += Q K^T for kBlocks times 16 keys, from key 16 first_block on: s[n] are keys 8 n … of them.
template <int kDim, int kBlocks, bool kShared>
CANDOR_DEVICE void add_scores(float (&s)[2 * kBlocks][4], const QueryRows<kDim, kShared>& queries,
                              const Bf16* keys, int first_block) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  const int row = first_block * 16 + lane / 16 * 8 + lane % 8;
  CANDOR_UNROLL
  for (int k = 0; k < kDim / 16; ++k) {
    std::uint32_t a[4];
    queries.load(a, k);
    CANDOR_UNROLL
    for (int n = 0; n < kBlocks; ++n) {
      std::uint32_t b[4];
      load_matrix_x4(b, keys + tile_place<kDim>(row + n * 16, k * 2 + lane / 8 % 2));
      mma_bf16(s[2 * n], a, b[0], b[1]);
      mma_bf16(s[2 * n + 1], a, b[2], b[3]);
    }
  }
}

// o += P V for the 16 columns from `column` on; p[w] are the weights of keys 16 w ….
template <int kDim>
CANDOR_DEVICE void add_values(float (&low)[4], float (&high)[4], const std::uint32_t (&p)[4],
                              const Bf16* values, int w, int column) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  const int row = w * 16 + lane / 8 % 2 * 8 + lane % 8;
  std::uint32_t b[4];
  load_matrix_x4_transposed(b, values + tile_place<kDim>(row, column / 8 + lane / 16));
  mma_bf16(low, p, b[0], b[1]);
  mma_bf16(high, p, b[2], b[3]);
}

// Rounded to bf16 as by packed_bf16. Weights are between 0 and 1, or NaN, which stays one.
CANDOR_DEVICE std::uint32_t packed_weights(float low, float high) {
#if defined(__CUDA_ARCH__)
  std::uint32_t packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;\n" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
#else
  return packed_bf16(low, high);
#endif
}
// The sum of the two, as they were rounded.
CANDOR_DEVICE float sum_of_packed(std::uint32_t packed) {
  return float_of_bits(packed << 16) + float_of_bits(packed & 0xFFFF0000U);
}

// Scores of kBlocks times 16 keys from `key` on, of a thread's two rows: scaled, capped, and minus
// infinity where a row does not see the key.
template <int kBlocks>
CANDOR_DEVICE void finish_scores(float (&s)[2 * kBlocks][4], const Attention& attention,
                                 const KeyRange (&seen)[2], bool all_seen, int key) {
  const int first = key + static_cast<int>(threadIdx.x % 4) * 2;
  CANDOR_UNROLL
  for (int n = 0; n < 2 * kBlocks; ++n) {
    CANDOR_UNROLL
    for (int e = 0; e < 4; ++e) s[n][e] *= attention.scale;
  }
  if (attention.softcap > 0.0F) {
    CANDOR_UNROLL
    for (int n = 0; n < 2 * kBlocks; ++n) {
      CANDOR_UNROLL
      for (int e = 0; e < 4; ++e) s[n][e] = softcapped(s[n][e], attention.softcap);
    }
  }
  if (all_seen) return;
  CANDOR_UNROLL
  for (int n = 0; n < 2 * kBlocks; ++n) {
    CANDOR_UNROLL
    for (int e = 0; e < 4; ++e) {
      const int column = first + n * 8 + e % 2;
      const bool visible = column >= seen[e / 2].first && column <= seen[e / 2].last;
      s[n][e] = visible ? s[n][e] : minus_infinity();
    }
  }
}

// The largest score of each of the thread's rows, over all its scores and the four lanes of a row.
template <int kTiles>
CANDOR_DEVICE void largest_scores(float (&largest)[2], const float (&s)[kTiles][4]) {
  CANDOR_UNROLL
  for (int r = 0; r < 2; ++r) {
    float top = fmaxf(s[0][2 * r], s[0][2 * r + 1]);
    CANDOR_UNROLL
    for (int n = 1; n < kTiles; ++n) top = fmaxf(top, fmaxf(s[n][2 * r], s[n][2 * r + 1]));
    top = fmaxf(top, __shfl_xor_sync(kAllLanes, top, 1));
    largest[r] = fmaxf(top, __shfl_xor_sync(kAllLanes, top, 2));
  }
}

// The weights of 16 keys as a left operand, and the lane's part of their sum for each row. The sum
// is of the rounded weights, so that the result is a mean of values with weights that add to one.
CANDOR_DEVICE void weights_of(std::uint32_t (&p)[4], float (&sums)[2], const float (&left)[4],
                              const float (&right)[4], const float (&base)[2]) {
  CANDOR_UNROLL
  for (int r = 0; r < 2; ++r) {
    p[r] = packed_weights(exp_of_difference(left[2 * r] - base[r]),
                          exp_of_difference(left[2 * r + 1] - base[r]));
    p[r + 2] = packed_weights(exp_of_difference(right[2 * r] - base[r]),
                              exp_of_difference(right[2 * r + 1] - base[r]));
    sums[r] = sum_of_packed(p[r]) + sum_of_packed(p[r + 2]);
  }
}

// Adds a tile to the sums of a row: `largest` of its scores is in sums already; `part` is the
// lane's part of the tile's weights, added over the four lanes of a row by a tree.
CANDOR_DEVICE void add_weights(SoftmaxSums& sums, float before, float part) {
  part += __shfl_xor_sync(kAllLanes, part, 1);
  part += __shfl_xor_sync(kAllLanes, part, 2);
  sums.sum = fmaf(sums.sum, before, part);
}

}  // namespace candor::kernels::cuda
