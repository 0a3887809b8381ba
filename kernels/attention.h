// Causal attention of single query rows over paged keys and values, softmax in float32.
//
// A page holds the keys and values of kPageTokens consecutive positions of one layer, aligned to
// absolute positions; how they lie in it is cpu/pages.h's affair (a page is copied whole or written
// by store_kv). Tiles are pages, walked in ascending position with an online softmax, so a row's
// bits depend on its own query and its own keys alone: not on the batch, the chunking of the prompt
// or where a page came from. Slots that no row sees are never used and need no initial value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/thread_pool.h"

namespace candor::kernels {

inline constexpr std::size_t kPageTokens = 64;

enum class KvFormat { kF32, kF16 };

struct AttentionShape {
  std::size_t heads;  // query heads; query head h uses kv head h / (heads / kv_heads)
  std::size_t kv_heads;
  std::size_t head_dim;  // of queries and keys
  float scale;           // of the scores: usually head_dim^-0.5
  KvFormat format;
  std::size_t value_dim = 0;  // of values and outputs; 0: head_dim
  float softcap = 0;          // scores become softcap * tanh(score / softcap); 0: they stay
  // A logit for each head that takes its share of the softmax and gives no value (Agarwal et al.
  // 2025, gpt-oss, section 2.3); null: none.
  const float* sinks = nullptr;

  constexpr std::size_t value_width() const { return value_dim > 0 ? value_dim : head_dim; }
};

// Bytes of one page of one layer. Throws Error for a head_dim above kMaxHeadDim.
inline constexpr std::size_t kMaxHeadDim = 640;
std::size_t page_bytes(const AttentionShape& shape);

// Writes one token's k [kv_heads, head_dim] and v [kv_heads, value_width()] at `slot` (position %
// kPageTokens) of a page.
void store_kv(const AttentionShape& shape, std::byte* page, std::size_t slot, const float* k,
              const float* v);

struct AttentionRow {
  const float* q;                 // [heads, head_dim], rotated
  float* out;                     // [heads, value_width()]
  const std::byte* const* pages;  // page i holds positions [64 i, 64 i + 63]
  std::int64_t position;          // sees keys of positions 0 … position
  std::int64_t window;            // sees only the last `window` of them; 0: all
};

// Tasks are (rows, some heads of a kv head); rows of the same sequence that follow each other share
// the loads.
void attention(const AttentionShape& shape, std::span<const AttentionRow> rows, ThreadPool& pool);

}  // namespace candor::kernels
