// What the attention kernels share: which keys a row sees, how scores become weights, how results
// of splits are merged and written. Every formula stands here once, because a row's bits must not
// depend on the kernel or the block that came to compute it.
//
// Online softmax (Milakov and Gimelshein 2018; Dao et al. 2022), in float32. Within a split, over
// tiles of kPageTokens keys in ascending order: m' = max(m, tile), a = exp(m - m'), the weights are
// p = exp(score - m'), l = l a + sum p, O = O a + P V. Between splits, ascending: m' = max(m, ms),
// a = exp(m - m'), b = exp(ms - m'), l = l a + ls b, O = O a + Os b.
//
// A tile or split of which a row sees nothing changes nothing of it: its largest score is minus
// infinity, so that a is exp(0) = 1 and what is added is 0. Only the sign of a zero in O can
// change, which finished() removes.
#pragma once

#include "kernels/cuda/language.cuh"
#include "kernels/cuda/math.cuh"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/scalars.cuh"

namespace candor::kernels::cuda {

inline constexpr unsigned kAllLanes = 0xFFFFFFFFU;
inline constexpr int kAttentionThreads = 128;  // of a block: four warps

CANDOR_HOST_DEVICE float minus_infinity() { return float_of_bits(0xFF800000U); }
// What is taken from scores before exp: not the difference of two infinities, which is a NaN.
CANDOR_HOST_DEVICE float finite_base(float largest) {
  return largest == minus_infinity() ? 0.0F : largest;
}

// exp_f32(x), to the bit, for differences from a largest score: not above 0, or NaN. It is most of
// what the kernels compute outside the tensor cores.
CANDOR_HOST_DEVICE float exp_of_difference(float x) {
  const float bounded = fmaxf(x, -87.3F);
  const float rounded = fmaf(bounded, 0x1.715476p+0F, 12582912.0F);
  const float n = rounded - 12582912.0F;
  float r = fmaf(n, -0x1.62e4p-1F, x);
  r = fmaf(n, -0x1.7f7d1cp-20F, r);
  const float out =
      (exp_polynomial(r) + 1.0F) * float_of_bits((bits_of(rounded) << 23) + 0x3F800000U);
  return x < -87.3F ? 0.0F : out;
}

struct SoftmaxSums {
  float largest;  // score; minus infinity where nothing was seen
  float sum;      // of exp(score - largest)
};
struct MergeFactors {
  float before;
  float added;
};
CANDOR_HOST_DEVICE MergeFactors merge_sums(SoftmaxSums& all, const SoftmaxSums& split) {
  const float largest = fmaxf(all.largest, split.largest);
  const float base = finite_base(largest);
  const MergeFactors factors{exp_f32(all.largest - base), exp_f32(split.largest - base)};
  all.sum = fmaf(split.sum, factors.added, all.sum * factors.before);
  all.largest = largest;
  return factors;
}
CANDOR_HOST_DEVICE float merged(float all, float split, const MergeFactors& factors) {
  return fmaf(split, factors.added, all * factors.before);
}

// What a row's values are multiplied with at the end. The sink takes its share here: in one place,
// whatever the splits.
CANDOR_HOST_DEVICE float finish_factor(const SoftmaxSums& all, const float* sink) {
  if (sink == nullptr) return 1.0F / all.sum;
  const float largest = fmaxf(all.largest, *sink);
  const float base = finite_base(largest);
  const float share = exp_f32(all.largest - base);
  return share / fmaf(all.sum, share, exp_f32(*sink - base));
}
CANDOR_HOST_DEVICE float finished(float value, float factor) { return value * factor + 0.0F; }

// Keys first … last; none where last < first.
struct KeyRange {
  std::int32_t first;
  std::int32_t last;
};
CANDOR_HOST_DEVICE KeyRange keys_seen(std::int32_t position, std::int32_t window) {
  return {window > 0 && position >= window ? position - window + 1 : 0, position};
}

// Of the queries of an item: keys that any of them sees, and keys that all of them see.
struct ItemKeys {
  KeyRange any;
  KeyRange all;
};
CANDOR_DEVICE ItemKeys item_keys(const Attention& attention, const AttentionItem& item) {
  ItemKeys keys{{0x7FFFFFFF, -1}, {0, 0x7FFFFFFF}};
  for (std::uint32_t q = threadIdx.x % 32; q < item.queries; q += 32) {
    const KeyRange seen =
        keys_seen(attention.queries[item.first_query + q].position, attention.window);
    keys.any = {min(keys.any.first, seen.first), max(keys.any.last, seen.last)};
    keys.all = {max(keys.all.first, seen.first), min(keys.all.last, seen.last)};
  }
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    keys.any.first = min(keys.any.first, __shfl_xor_sync(kAllLanes, keys.any.first, lanes));
    keys.any.last = max(keys.any.last, __shfl_xor_sync(kAllLanes, keys.any.last, lanes));
    keys.all.first = max(keys.all.first, __shfl_xor_sync(kAllLanes, keys.all.first, lanes));
    keys.all.last = min(keys.all.last, __shfl_xor_sync(kAllLanes, keys.all.last, lanes));
  }
  return keys;
}

// Row r of a block is head r % group of its kv head, of query r / group.
struct BlockRow {
  const AttentionQuery* query;  // null: there is none
  std::uint32_t head;
};
CANDOR_DEVICE BlockRow block_row(const Attention& attention, const AttentionItem& item,
                                 std::uint32_t r) {
  const std::uint32_t group = attention.heads / attention.layer.kv_heads;
  const std::uint32_t query = r / group;
  if (query >= item.queries) return {nullptr, 0};
  return {attention.queries + item.first_query + query, blockIdx.y * group + r % group};
}

// Keys (part 0) or values (part 1) of a page and kv head: [kPageTokens, stored_dim].
template <typename T>
CANDOR_DEVICE const T* page_part(const KvLayer& layer, std::uint32_t page, std::uint32_t part,
                                 std::uint32_t kv_head) {
  const std::uint64_t tile = (std::uint64_t{page} * 2 + part) * layer.kv_heads + kv_head;
  return static_cast<const T*>(layer.base) + tile * (kPageTokens * std::uint64_t{layer.stored_dim});
}

// Where a row's partial result of a split lies, in heads of stored_dim values and of two sums.
CANDOR_DEVICE std::uint64_t partial_place(const Attention& attention, const BlockRow& row,
                                          std::uint32_t split) {
  const std::uint64_t partial = row.query->partial + (split - row.query->first_split);
  return partial * attention.heads + row.head;
}
CANDOR_DEVICE bool sees_split(const Attention& attention, const AttentionQuery& query,
                              std::uint32_t split) {
  const KeyRange seen = keys_seen(query.position, attention.window);
  return split >= static_cast<std::uint32_t>(seen.first) / kSplitKeys &&
         split <= static_cast<std::uint32_t>(seen.last) / kSplitKeys;
}

// Where the outputs of a row and head are, from `column` on.
template <typename T>
CANDOR_DEVICE T* outputs_of(const Attention& attention, std::uint64_t row, std::uint32_t head,
                            std::uint32_t column) {
  return static_cast<T*>(attention.out) +
         (row * attention.heads + head) * attention.layer.head_dim + column;
}

// Calls `store` with a value of the outputs' type.
template <typename Store>
CANDOR_DEVICE void with_output_type(Scalar scalar, const Store& store) {
  switch (scalar) {
    case Scalar::kF32:
      store(float{});
      break;
    case Scalar::kF16:
      store(F16{});
      break;
    case Scalar::kBF16:
      store(Bf16{});
      break;
  }
}

// Columns lane, lane + 32 … of a row and head, of which those below head_dim are written.
template <int kColumns>
CANDOR_DEVICE void store_columns(const Attention& attention, std::uint64_t row, std::uint32_t head,
                                 const float (&o)[kColumns], float factor) {
  const std::uint32_t lane = threadIdx.x % 32;
  with_output_type(attention.out_scalar, [&](auto type) {
    using T = decltype(type);
    T* out = outputs_of<T>(attention, row, head, lane);
    CANDOR_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      if (lane + static_cast<std::uint32_t>(c) * 32 < attention.layer.head_dim) {
        out[c * 32] = from_float<T>(finished(o[c], factor));
      }
    }
  });
}

}  // namespace candor::kernels::cuda
