// Attention over float32 pages, for the float32 mode that proves a model's arithmetic: fused
// multiply-adds in a fixed order, the same splits, tiles and merges as the others. Not for speed.
#pragma once

#include "kernels/cuda/attention.cuh"

namespace candor::kernels::cuda {

// A warp a row. A lane computes the scores of two keys of a tile, then the values of the columns
// lane, lane + 32 …. Keys that the row does not see are not read.
template <int kDim>
struct FloatRow {
  static constexpr int kColumns = kDim / 32;
  float o[kColumns];
  SoftmaxSums sums;

  CANDOR_DEVICE void clear() {
    CANDOR_UNROLL
    for (int c = 0; c < kColumns; ++c) o[c] = 0.0F;
    sums = {minus_infinity(), 0.0F};
  }

  CANDOR_DEVICE void add_tile(const Attention& attention, const float* q, const float* keys,
                              const float* values, int start, const KeyRange& seen) {
    const int lane = static_cast<int>(threadIdx.x % 32);
    float s[2];
    CANDOR_UNROLL
    for (int i = 0; i < 2; ++i) {
      const int key = start + lane + i * 32;
      s[i] = minus_infinity();
      if (key < seen.first || key > seen.last) continue;
      const float* k = keys + (lane + i * 32) * kDim;
      float product = 0.0F;
      for (int d = 0; d < kDim; d += 4) {
        const float4 a = *reinterpret_cast<const float4*>(q + d);
        const float4 b = *reinterpret_cast<const float4*>(k + d);
        product = fmaf(a.x, b.x, product);
        product = fmaf(a.y, b.y, product);
        product = fmaf(a.z, b.z, product);
        product = fmaf(a.w, b.w, product);
      }
      s[i] = product * attention.scale;
      if (attention.softcap > 0.0F) s[i] = softcapped(s[i], attention.softcap);
    }
    float largest = fmaxf(s[0], s[1]);
    for (int lanes = 16; lanes > 0; lanes /= 2) {
      largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, lanes));
    }
    largest = fmaxf(sums.largest, largest);
    const float base = finite_base(largest);
    const float before = exp_f32(sums.largest - base);
    const float p[2] = {exp_of_difference(s[0] - base), exp_of_difference(s[1] - base)};
    float part = p[0] + p[1];
    for (int lanes = 16; lanes > 0; lanes /= 2) part += __shfl_xor_sync(kAllLanes, part, lanes);
    sums = {largest, fmaf(sums.sum, before, part)};
    CANDOR_UNROLL
    for (int c = 0; c < kColumns; ++c) o[c] *= before;
    const int first = max(0, seen.first - start);
    const int last = min(static_cast<int>(kPageTokens) - 1, seen.last - start);
    for (int key = first; key <= last; ++key) {
      const float weight = __shfl_sync(kAllLanes, key < 32 ? p[0] : p[1], key % 32);
      CANDOR_UNROLL
      for (int c = 0; c < kColumns; ++c) {
        o[c] = fmaf(weight, values[key * kDim + c * 32 + lane], o[c]);
      }
    }
  }

  CANDOR_DEVICE void merge(const FloatRow& split) {
    const MergeFactors factors = merge_sums(sums, split.sums);
    CANDOR_UNROLL
    for (int c = 0; c < kColumns; ++c) o[c] = merged(o[c], split.o[c], factors);
  }
};

template <int kDim>
CANDOR_DEVICE void attend_float_row(const Attention& attention, const AttentionItem& item,
                                    const BlockRow& row) {
  constexpr int kColumns = FloatRow<kDim>::kColumns;
  const auto lane = threadIdx.x % 32;
  const KeyRange seen = keys_seen(row.query->position, attention.window);
  const float* q = static_cast<const float*>(attention.q) +
                   (std::uint64_t{row.query->row} * attention.heads + row.head) * kDim;
  FloatRow<kDim> all;
  all.clear();
  for (std::uint32_t i = 0; i < item.splits; ++i) {
    const std::uint32_t split = item.first_split + i;
    if (!sees_split(attention, *row.query, split)) continue;
    FloatRow<kDim> one;
    one.clear();
    for (std::uint32_t j = 0; j < kSplitKeys / kPageTokens; ++j) {
      const auto start = static_cast<int>(split * kSplitKeys + j * kPageTokens);
      if (start > seen.last || start + static_cast<int>(kPageTokens) <= seen.first) continue;
      const std::uint32_t page =
          attention.page_tables[item.pages + i * (kSplitKeys / kPageTokens) + j];
      one.add_tile(attention, q, page_part<float>(attention.layer, page, 0, blockIdx.y),
                   page_part<float>(attention.layer, page, 1, blockIdx.y), start, seen);
    }
    if (item.whole != 0) {
      all.merge(one);
      continue;
    }
    const std::uint64_t place = partial_place(attention, row, split);
    for (int c = 0; c < kColumns; ++c) {
      attention.partial_values[place * kDim + static_cast<std::uint32_t>(c) * 32 + lane] = one.o[c];
    }
    if (lane == 0) {
      attention.partial_sums[2 * place] = one.sums.largest;
      attention.partial_sums[2 * place + 1] = one.sums.sum;
    }
  }
  if (item.whole == 0) return;
  const float* sink = attention.sinks == nullptr ? nullptr : attention.sinks + row.head;
  const float factor = finish_factor(all.sums, sink);
  store_columns(attention, row.query->row, row.head, all.o, factor);
}

template <int kDim>
__global__ void __launch_bounds__(kAttentionThreads) attend_float(const Attention attention) {
  if (blockIdx.x >= attention.counts[0]) return;
  const AttentionItem item = attention.items[blockIdx.x];
  const std::uint32_t rows = item.queries * (attention.heads / attention.layer.kv_heads);
  for (std::uint32_t r = threadIdx.x / 32; r < rows; r += kAttentionThreads / 32) {
    attend_float_row<kDim>(attention, item, block_row(attention, item, r));
  }
}

}  // namespace candor::kernels::cuda
