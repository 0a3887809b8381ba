// What becomes of a split's values once its tiles are done: kept and merged where a block computes
// all splits of its queries, written as a partial result otherwise. A thread holds of each 8
// columns the two at 2 (lane % 4), of the rows lane / 4 and 8 more: o[n] as mma_bf16 leaves them.
#pragma once

#include "kernels/cuda/attention_tiles.cuh"

namespace candor::kernels::cuda {

// Columns of o[n]: 16 side by side, then 16 that are `step` further.
struct Columns {
  int first;
  int step;
  CANDOR_DEVICE int of(int n) const { return first + n / 2 * step + n % 2 * 8; }
  // Where 16 columns for each of four warps do not come out even, some have fewer.
  template <int kDim>
  CANDOR_DEVICE bool has(int n) const {
    return kDim % 64 == 0 || of(n) < kDim;
  }
};

template <int kTiles>
CANDOR_DEVICE void clear(float (&o)[kTiles][4], SoftmaxSums (&sums)[2]) {
  CANDOR_UNROLL
  for (int n = 0; n < kTiles; ++n) o[n][0] = o[n][1] = o[n][2] = o[n][3] = 0.0F;
  sums[0] = sums[1] = {minus_infinity(), 0.0F};
}

template <int kTiles>
CANDOR_DEVICE void scale_values(float (&o)[kTiles][4], const float (&factors)[2]) {
  // Mostly no row of the warp has found a larger score, and times 1 changes nothing.
  if (__any_sync(kAllLanes, factors[0] != 1.0F || factors[1] != 1.0F) == 0) return;
  CANDOR_UNROLL
  for (int n = 0; n < kTiles; ++n) {
    CANDOR_UNROLL
    for (int e = 0; e < 4; ++e) o[n][e] *= factors[e / 2];
  }
}

// The merged result of the splits so far, in shared memory: each thread its own values.
template <int kTiles>
class MergedSplits {
 public:
  static constexpr int kBytes = kTiles * kAttentionThreads * 16;

  CANDOR_DEVICE explicit MergedSplits(unsigned char* shared)
      : mine_(reinterpret_cast<float4*>(shared) + threadIdx.x) {}

  CANDOR_DEVICE void add(const float (&o)[kTiles][4], const SoftmaxSums (&sums)[2]) {
    MergeFactors factors[2];
    merge(factors, sums);
    CANDOR_UNROLL
    for (int n = 0; n < kTiles; ++n) {
      // The first split is merged with nothing, by the same formula.
      const float4 all = any_ ? mine_[n * kAttentionThreads] : float4{0.0F, 0.0F, 0.0F, 0.0F};
      mine_[n * kAttentionThreads] = merged_with(all, o[n], factors);
    }
    any_ = true;
  }
  CANDOR_DEVICE float4 values(int n) const { return mine_[n * kAttentionThreads]; }
  CANDOR_DEVICE const SoftmaxSums& sums(int row) const { return sums_[row]; }

 private:
  CANDOR_DEVICE void merge(MergeFactors (&factors)[2], const SoftmaxSums (&sums)[2]) {
    factors[0] = merge_sums(sums_[0], sums[0]);
    factors[1] = merge_sums(sums_[1], sums[1]);
  }
  CANDOR_DEVICE static float4 merged_with(const float4& all, const float (&o)[4],
                                          const MergeFactors (&factors)[2]) {
    return {merged(all.x, o[0], factors[0]), merged(all.y, o[1], factors[0]),
            merged(all.z, o[2], factors[1]), merged(all.w, o[3], factors[1])};
  }

  float4* mine_;
  SoftmaxSums sums_[2] = {{minus_infinity(), 0.0F}, {minus_infinity(), 0.0F}};
  bool any_ = false;
};

// A split's result of the thread's two rows (block rows r and r + 8), where they see the split.
// `writes_sums`: one thread of those that hold parts of a row.
template <int kDim, int kTiles>
CANDOR_DEVICE void store_partials(const Attention& attention, const AttentionItem& item,
                                  std::uint32_t split, std::uint32_t r, const Columns& columns,
                                  const float (&o)[kTiles][4], const SoftmaxSums (&sums)[2],
                                  bool writes_sums) {
  CANDOR_UNROLL
  for (int i = 0; i < 2; ++i) {
    const BlockRow row = block_row(attention, item, r + static_cast<std::uint32_t>(i) * 8);
    if (row.query == nullptr || !sees_split(attention, *row.query, split)) continue;
    const std::uint64_t place = partial_place(attention, row, split);
    float* values = attention.partial_values + place * kDim + threadIdx.x % 4 * 2;
    CANDOR_UNROLL
    for (int n = 0; n < kTiles; ++n) {
      if (!columns.has<kDim>(n)) continue;
      *reinterpret_cast<float2*>(values + columns.of(n)) =
          i == 0 ? float2{o[n][0], o[n][1]} : float2{o[n][2], o[n][3]};
    }
    if (writes_sums) {
      const SoftmaxSums row_sums = i == 0 ? sums[0] : sums[1];
      reinterpret_cast<float2*>(attention.partial_sums)[place] =
          float2{row_sums.largest, row_sums.sum};
    }
  }
}

// The result of all splits of the two rows. Columns are written in pairs: head_dim is even.
template <int kDim, int kTiles, typename Merged>
CANDOR_DEVICE void store_rows(const Attention& attention, const AttentionItem& item,
                              std::uint32_t r, const Columns& columns, const Merged& all) {
  const auto column = static_cast<int>(threadIdx.x % 4) * 2;
  CANDOR_UNROLL
  for (int i = 0; i < 2; ++i) {
    const BlockRow row = block_row(attention, item, r + static_cast<std::uint32_t>(i) * 8);
    if (row.query == nullptr) continue;
    const float* sink = attention.sinks == nullptr ? nullptr : attention.sinks + row.head;
    const float factor = finish_factor(all.sums(i), sink);
    with_output_type(attention.out_scalar, [&](auto type) {
      using T = decltype(type);
      struct alignas(2 * sizeof(T)) Pair {
        T first, second;
      };
      T* out = outputs_of<T>(attention, row.query->row, row.head, 0) + column;
      for (int n = 0; n < kTiles; ++n) {
        if (columns.of(n) + column >= static_cast<int>(attention.layer.head_dim)) continue;
        const float4 values = all.values(n);
        *reinterpret_cast<Pair*>(out + columns.of(n)) = {
            from_float<T>(finished(i == 0 ? values.x : values.z, factor)),
            from_float<T>(finished(i == 0 ? values.y : values.w, factor))};
      }
    });
  }
}

}  // namespace candor::kernels::cuda
