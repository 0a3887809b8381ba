// Attention over pages with an online softmax, written once over 16 lanes.
//
// For each query (one head of one row), page by page in ascending position:
//   score[t] = sum over d of (q[d] * scale) * key[d][t]      one chain, ascending d
//              (soft-capped where the shape says so)
//   m'       = max(m, scores seen);  p[t] = exp(score[t] - m');  c = exp(m - m')
//   l        = l * c + sum of p;     o = o * c, then o += p[t] * value[t] in ascending t
// and at the end out = o / l (Milakov and Gimelshein 2018; Dao et al. 2022). With a sink, m and l
// begin as its logit and 1, else as -infinity and 0. The steps of a query
// touch its own row alone: up to kQueries of them go through a page together, to share its loads,
// only where they see the same positions of it. Positions that a query does not see are never
// multiplied, as an unused slot may hold anything.
#pragma once

#include <cstddef>
#include <limits>

#include "kernels/attention.h"
#include "kernels/cpu/elementwise_body.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/pages.h"

namespace candor::kernels {

template <typename L>
struct Attention {
  using F = typename L::F;
  static constexpr std::size_t kQueries = L::kQueries;

  struct Query {
    alignas(64) float scaled[kMaxHeadDim];
    alignas(64) float out[kMaxHeadDim];
    alignas(64) float weights[kPageTokens];  // scores, then p
    float largest;
    float sum;
  };

  template <KvFormat Format>
  [[gnu::always_inline]] static inline F load_values(const std::byte* base, std::size_t index) {
    if constexpr (Format == KvFormat::kF32) {
      return L::load(reinterpret_cast<const float*>(base) + index);
    } else {
      return L::load_half(reinterpret_cast<const std::uint16_t*>(base) + index);
    }
  }

  // Scores of keys [first, first + 16 * Vectors).
  template <KvFormat Format, int Queries, int Vectors>
  static void scores(const std::byte* keys, std::size_t head_dim, std::size_t first,
                     Query* queries) {
    F sums[Queries][Vectors];
#pragma GCC unroll 8
    for (int q = 0; q < Queries; ++q) {
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums[q][v] = L::set1(0.0F);
    }
    for (std::size_t d = 0; d < head_dim; ++d) {
      F key[Vectors];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        key[v] =
            load_values<Format>(keys, d * kPageTokens + first + static_cast<std::size_t>(v) * 16);
      }
#pragma GCC unroll 8
      for (int q = 0; q < Queries; ++q) {
        const F value = L::set1(queries[q].scaled[d]);
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v) sums[q][v] = L::fma(value, key[v], sums[q][v]);
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < Queries; ++q) {
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        L::store(queries[q].weights + first + static_cast<std::size_t>(v) * 16, sums[q][v]);
      }
    }
  }

  // out[first, first + 16 * Vectors) = out * rescale + sum over t of p[t] * value[t].
  template <KvFormat Format, int Queries, int Vectors>
  static void weigh(const std::byte* values, std::size_t width, std::size_t first,
                    std::size_t begin, std::size_t end, const float* rescale, Query* queries) {
    F sums[Queries][Vectors];
#pragma GCC unroll 8
    for (int q = 0; q < Queries; ++q) {
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        const float* out = queries[q].out + first + static_cast<std::size_t>(v) * 16;
        sums[q][v] = L::mul(L::load(out), L::set1(rescale[q]));
      }
    }
    for (std::size_t t = begin; t < end; ++t) {
      F value[Vectors];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        value[v] =
            load_values<Format>(values, t * width + first + static_cast<std::size_t>(v) * 16);
      }
#pragma GCC unroll 8
      for (int q = 0; q < Queries; ++q) {
        const F weight = L::set1(queries[q].weights[t]);
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v) sums[q][v] = L::fma(weight, value[v], sums[q][v]);
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < Queries; ++q) {
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        L::store(queries[q].out + first + static_cast<std::size_t>(v) * 16, sums[q][v]);
      }
    }
  }

  // The largest of the scores seen, those not seen becoming -infinity.
  static float largest_seen(Query& query, std::size_t begin, std::size_t end) {
    for (std::size_t t = 0; t < begin; ++t) query.weights[t] = -kInfinity;
    for (std::size_t t = end; t < kPageTokens; ++t) query.weights[t] = -kInfinity;
    const F low = L::max(L::load(query.weights), L::load(query.weights + 16));
    const F high = L::max(L::load(query.weights + 32), L::load(query.weights + 48));
    const float largest = L::largest(L::max(low, high));
    return query.largest > largest ? query.largest : largest;
  }

  // From scores to p, with m' in query.largest and c = exp(m - m').
  static void soften(Query& query, float rescale) {
    const F largest = L::set1(query.largest);
    F part[4];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      part[i] = Elementwise<L>::exp(L::sub(L::load(query.weights + 16 * i), largest));
      L::store(query.weights + 16 * i, part[i]);
    }
    const float sum = L::sum(L::add(L::add(part[0], part[1]), L::add(part[2], part[3])));
    query.sum = query.sum * rescale + sum;
  }

  // Positions [begin, end) of a page.
  template <KvFormat Format, int Queries>
  static void page(const AttentionShape& shape, const std::byte* keys, const std::byte* values,
                   std::size_t begin, std::size_t end, Query* queries) {
    const std::size_t head_dim = shape.head_dim;
    constexpr std::size_t kStep = 16 * static_cast<std::size_t>(L::kKeyVectors);
    for (std::size_t first = begin / kStep * kStep; first < end; first += kStep) {
      scores<Format, Queries, L::kKeyVectors>(keys, head_dim, first, queries);
    }
    if (shape.softcap > 0) {
      for (int q = 0; q < Queries; ++q) {
        Elementwise<L>::softcap_values(queries[q].weights, kPageTokens, shape.softcap);
      }
    }
    static_assert(Queries <= 16);
    alignas(64) float rescale[16] = {};
    for (int q = 0; q < Queries; ++q) {
      const float updated = largest_seen(queries[q], begin, end);
      rescale[q] = queries[q].largest - updated;
      queries[q].largest = updated;
    }
    L::store(rescale, Elementwise<L>::exp(L::load(rescale)));
    for (int q = 0; q < Queries; ++q) soften(queries[q], rescale[q]);
    const std::size_t width = padded_value_width(shape);
    constexpr std::size_t kWide = 16 * static_cast<std::size_t>(L::kValueVectors);
    std::size_t first = 0;
    for (; first + kWide <= width; first += kWide) {
      weigh<Format, Queries, L::kValueVectors>(values, width, first, begin, end, rescale, queries);
    }
    for (; first < width; first += 16) {
      weigh<Format, Queries, 1>(values, width, first, begin, end, rescale, queries);
    }
  }

  template <KvFormat Format>
  static void pages_of(const AttentionShape& shape, std::size_t count, const std::byte* keys,
                       const std::byte* values, std::size_t begin, std::size_t end,
                       Query* queries) {
    while (count > 0) {
      std::size_t done = 1;
      if (kQueries >= 8 && count >= 8) {
        page<Format, kQueries >= 8 ? 8 : 1>(shape, keys, values, begin, end, queries);
        done = 8;
      } else if (kQueries >= 7 && count == 7) {
        page<Format, kQueries >= 7 ? 7 : 1>(shape, keys, values, begin, end, queries);
        done = 7;
      } else if (count >= 4) {
        page<Format, 4>(shape, keys, values, begin, end, queries);
        done = 4;
      } else if (count >= 2) {
        page<Format, 2>(shape, keys, values, begin, end, queries);
        done = 2;
      } else {
        page<Format, 1>(shape, keys, values, begin, end, queries);
      }
      count -= done;
      queries += done;
    }
  }

  // `heads` heads from `head` on of `count` rows.
  template <KvFormat Format>
  static void group(const AttentionShape& shape, const AttentionRow* rows, std::size_t count,
                    std::size_t kv_head, std::size_t head, std::size_t heads) {
    constexpr std::size_t kElement = Format == KvFormat::kF32 ? 4 : 2;
    const std::size_t head_dim = shape.head_dim;
    const std::size_t value_width = shape.value_width();
    const std::size_t width = padded_value_width(shape);
    Query queries[kQueries];
    for (std::size_t i = 0; i < count * heads; ++i) {
      const float* q = rows[i / heads].q + (head + i % heads) * head_dim;
      for (std::size_t d = 0; d < head_dim; ++d) queries[i].scaled[d] = q[d] * shape.scale;
      for (std::size_t d = 0; d < width; ++d) queries[i].out[d] = 0.0F;
      const bool sink = shape.sinks != nullptr;
      queries[i].largest = sink ? shape.sinks[head + i % heads] : -kInfinity;
      queries[i].sum = sink ? 1.0F : 0.0F;
    }
    const auto first_seen = [&](std::size_t row) -> std::size_t {
      const std::int64_t seen = rows[row].position + 1;
      const std::int64_t window = rows[row].window;
      return static_cast<std::size_t>(window > 0 && seen > window ? seen - window : 0);
    };
    const auto end_seen = [&](std::size_t row) {
      return static_cast<std::size_t>(rows[row].position + 1);
    };
    // Rows are consecutive: the first begins first and the last ends last.
    const std::size_t last = count - 1;
    for (std::size_t p = first_seen(0) / kPageTokens; p * kPageTokens < end_seen(last); ++p) {
      const std::size_t start = p * kPageTokens;
      const std::byte* bytes = rows[0].pages[p];
      const std::byte* keys = bytes + key_offset(shape, kv_head) * kElement;
      const std::byte* values = bytes + value_offset(shape, kv_head) * kElement;
      if (first_seen(last) <= start && end_seen(0) >= start + kPageTokens) {
        pages_of<Format>(shape, count * heads, keys, values, 0, kPageTokens, queries);
        continue;
      }
      for (std::size_t row = 0; row < count; ++row) {
        const std::size_t begin = first_seen(row) > start ? first_seen(row) - start : 0;
        if (end_seen(row) <= start || begin >= kPageTokens) continue;
        const std::size_t left = end_seen(row) - start;
        const std::size_t end = left < kPageTokens ? left : kPageTokens;
        pages_of<Format>(shape, heads, keys, values, begin, end, queries + row * heads);
      }
    }
    for (std::size_t i = 0; i < count * heads; ++i) {
      float* out = rows[i / heads].out + (head + i % heads) * value_width;
      for (std::size_t d = 0; d < value_width; ++d) out[d] = queries[i].out[d] / queries[i].sum;
    }
  }

  static void attention(const AttentionShape& shape, AttentionRun run, std::size_t kv_head,
                        std::size_t first_head, std::size_t heads) {
    const std::size_t group_heads = shape.heads / shape.kv_heads;
    const std::size_t heads_at_once = heads < kQueries ? heads : kQueries;
    const std::size_t rows_at_once = kQueries / heads_at_once;
    for (std::size_t row = 0; row < run.count; row += rows_at_once) {
      const std::size_t rows = run.count - row < rows_at_once ? run.count - row : rows_at_once;
      for (std::size_t head = 0; head < heads; head += heads_at_once) {
        const std::size_t count = heads - head < heads_at_once ? heads - head : heads_at_once;
        const std::size_t first = kv_head * group_heads + first_head + head;
        if (shape.format == KvFormat::kF32) {
          group<KvFormat::kF32>(shape, run.rows + row, rows, kv_head, first, count);
        } else {
          group<KvFormat::kF16>(shape, run.rows + row, rows, kv_head, first, count);
        }
      }
    }
  }

 private:
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();
};

}  // namespace candor::kernels
