// The operations of a transformer on the GPU, as plain descriptions: what is computed from which
// arrays on the device. Pointers named `host_…` are host memory, all others are device memory that
// the caller owns and keeps alive until the stream is synchronised. Nothing here launches anything;
// backend.h does.
//
// Every operation computes a row from that row alone (attention: from its own keys), in an order
// that does not depend on how many rows there are: the same bits in any batch. Rows whose position
// is negative are padding: they may be computed, but nothing of them is written to pages.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/block_format.h"
#include "kernels/ops.h"

namespace candor::kernels::cuda {

// How activations, keys and values are kept.
enum class Scalar : std::uint32_t { kF32, kF16, kBF16 };
constexpr std::size_t scalar_bytes(Scalar scalar) { return scalar == Scalar::kF32 ? 4 : 2; }

// W [rows = out features, cols = in features], row after row. `format` is kF32, kBF16, kF16 or one
// for which is_block_format_on_device(). cols is a multiple of 8 and of the block's elements.
struct DeviceMatrix {
  const void* data = nullptr;
  BlockFormat format = BlockFormat::kBF16;
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
  std::uint64_t pitch = 0;  // bytes from row to row: a multiple of 16

  DeviceMatrix part(std::uint64_t first, std::uint64_t count) const {
    DeviceMatrix p = *this;
    p.data = static_cast<const std::byte*>(data) + first * pitch;
    p.rows = count;
    return p;
  }
};
// Quantised formats that stay in the file's own blocks on the device; their values are rounded to
// bf16 when multiplied. Others are expanded to bf16 before they are uploaded.
constexpr bool is_block_format_on_device(BlockFormat format) {
  switch (format) {
    case BlockFormat::kQ4_0:
    case BlockFormat::kQ4_1:
    case BlockFormat::kQ5_0:
    case BlockFormat::kQ5_1:
    case BlockFormat::kQ8_0:
    case BlockFormat::kQ2_K:
    case BlockFormat::kQ3_K:
    case BlockFormat::kQ4_K:
    case BlockFormat::kQ5_K:
    case BlockFormat::kQ6_K:
    case BlockFormat::kIQ4_NL:
    case BlockFormat::kIQ4_XS:
    case BlockFormat::kMXFP4:
      return true;
    default:
      return false;
  }
}
// What a matrix is multiplied with: float32 rows for F32, float16 for F16, bf16 for all others.
constexpr Scalar input_scalar(BlockFormat format) {
  if (format == BlockFormat::kF32) return Scalar::kF32;
  return format == BlockFormat::kF16 ? Scalar::kF16 : Scalar::kBF16;
}

// y[m, n] = sum_k x[m, k] * w[n, k]. bf16 and f16: the products of 16 neighbouring k are added by
// one tensor-core instruction (mma m16n8k16), the instructions of a row in ascending k to one
// float32 accumulator, whatever the tiles: that chain defines the bits. F32: float32 fused
// multiply-adds in ascending k. No bias: whoever reads y adds it.
enum class Store : std::uint32_t {
  kF32,     // y is float32
  kAddF32,  // y is float32, and the sum is added to what is there
  kBF16,    // y is bf16, rounded to nearest even
};
struct Product {
  DeviceMatrix w;
  const void* x = nullptr;     // [m, w.cols] of input_scalar(w.format), rows 16-byte aligned
  std::uint64_t x_stride = 0;  // elements, a multiple of 8
  std::uint64_t m = 0;
  void* y = nullptr;           // [m, w.rows]
  std::uint64_t y_stride = 0;  // elements
  Store store = Store::kF32;
};

// x[r] = scale * table[tokens[r]] in float32 [rows, table.cols]. `table` as above, or F32.
struct Embed {
  DeviceMatrix table;
  const std::int32_t* tokens = nullptr;
  float scale = 1;
  std::uint64_t rows = 0;
  float* x = nullptr;
};

// The residual stream between two products. With t = add + add_bias (either may be null), or with
// sandwich norms t = rms_norm(add + add_bias) * add_norm: x += t where there is any; then, where
// `weight` is not null, out = rms_norm(x) * weight, rounded to `out_scalar` (float16 saturates).
// rms_norm(v) = v / sqrt(mean(v^2) + epsilon) (Zhang and Sennrich 2019), all in float32.
struct NormAdd {
  float* x = nullptr;               // [rows, width]
  const float* add = nullptr;       // [rows, width], a product
  const float* add_bias = nullptr;  // [width]
  const float* add_norm = nullptr;  // [width]; only with add
  const float* weight = nullptr;    // [width]
  float epsilon = 0;
  void* out = nullptr;  // [rows, width]
  Scalar out_scalar = Scalar::kBF16;
  std::uint64_t rows = 0;
  std::uint64_t width = 0;
};

// out[i] = x[indices[i]], float32 [count, width]; `out` overlaps nothing.
struct Gather {
  const float* x = nullptr;
  const std::uint32_t* indices = nullptr;
  std::uint64_t count = 0;
  std::uint64_t width = 0;
  float* out = nullptr;
};

// cos and sin of positions[r] * inverse_frequencies[j], times factor: [rows, half] each, in float64
// with the same reduction as kernels::rope_angles (the same bits).
struct RopeAngles {
  const std::int32_t* positions = nullptr;
  std::uint64_t rows = 0;
  const double* inverse_frequencies = nullptr;  // [half]
  std::uint64_t half = 0;
  float factor = 1;
  float* cos = nullptr;
  float* sin = nullptr;
};

// Keys and values of one layer, in pages of kPageTokens positions. Of page p and kv head h:
// keys at base + ((2 p + 0) * kv_heads + h) * kPageTokens * stored_dim elements, [64, stored_dim];
// values the same with 2 p + 1. stored_dim is head_dim rounded up to one of kStoredDims; what is
// beyond head_dim is zero. Pages of a layer follow each other; layers follow each other.
inline constexpr std::uint32_t kPageTokens = 64;
inline constexpr std::uint32_t kStoredDims[] = {32, 64, 96, 128, 256};
struct KvLayer {
  void* base = nullptr;
  Scalar scalar = Scalar::kBF16;  // kBF16 or kF32
  std::uint32_t kv_heads = 0;
  std::uint32_t head_dim = 0;
  std::uint32_t stored_dim = 0;
};

// q, k, v of a layer: bias added, q and k normed per head where weights are given, rotated, and put
// where attention reads them. Inputs are `in`: float32, or bf16 where the pages are
// bf16.
struct RopeStore {
  const void* q = nullptr;  // [rows, heads * head_dim]
  const void* k = nullptr;  // [rows, kv_heads * head_dim]
  const void* v = nullptr;
  std::uint64_t q_stride = 0, k_stride = 0, v_stride = 0;  // elements
  Scalar in = Scalar::kBF16;
  const float* q_bias = nullptr;  // or none
  const float* k_bias = nullptr;
  const float* v_bias = nullptr;
  const float* q_norm = nullptr;  // [head_dim], or none
  const float* k_norm = nullptr;
  float epsilon = 0;
  std::uint32_t heads = 0;
  std::uint64_t rows = 0;
  std::uint32_t rotated = 0;  // leading values of a head that rotate
  RopePairing pairing = RopePairing::kHalves;
  const float* cos = nullptr;  // [rows, rotated / 2]
  const float* sin = nullptr;
  const std::int32_t* positions = nullptr;  // [rows]; negative: padding
  const std::uint32_t* pages = nullptr;     // [rows]: the page that holds the row's position
  void* q_out = nullptr;  // [rows, heads, stored_dim] of layer.scalar; zeros behind head_dim
  KvLayer layer;
};

// Attention (attention_plan.h makes the lists). Keys are split at absolute multiples of kSplitKeys;
// within a split, tiles of kPageTokens keys go through an online softmax in ascending order, and
// the results of the splits are merged in ascending order by one formula. A query's bits therefore
// depend on its own keys alone, whichever block computed which split, and whoever shared the loads.
inline constexpr std::uint32_t kSplitKeys = 256;
struct AttentionQuery {
  std::uint32_t row;          // of q and out
  std::int32_t position;      // sees keys 0 … position, of these the last `window`
  std::uint32_t partial;      // place of its first split's result in partials; unused where whole
  std::uint32_t first_split;  // the first split it sees anything of
};
// Queries that share keys, a block for each kv head. Its splits' pages are
// page_tables[pages + 4 * i + j], page j of split first_split + i (only pages that hold a key that
// one of its queries sees are read).
struct AttentionItem {
  std::uint32_t first_query;
  std::uint32_t queries;
  std::uint32_t first_split;
  std::uint32_t splits;
  std::uint32_t pages;
  std::uint32_t whole;  // 1: all splits of its queries: the result goes to `out` at once
};
struct AttentionMerge {
  std::uint32_t row;
  std::uint32_t partial;
  std::uint32_t splits;
};
struct Attention {
  KvLayer layer;
  const void* q = nullptr;  // as RopeStore::q_out
  std::uint32_t heads = 0;
  float scale = 0;
  float softcap = 0;        // scores become softcap * tanh(score / softcap); 0: they stay
  std::int32_t window = 0;  // 0: all keys
  const float* sinks =
      nullptr;  // [heads]: a logit that takes its share and gives no value; or none
  const AttentionItem* items = nullptr;
  const AttentionQuery* queries = nullptr;
  const AttentionMerge* merges = nullptr;
  const std::uint32_t* page_tables = nullptr;
  // How many items and merges there are, on the device, so that a recorded graph serves any number
  // up to those launched: blocks beyond do nothing.
  const std::uint32_t* counts = nullptr;  // [2]: items, merges
  std::uint32_t items_launched = 0;
  std::uint32_t merges_launched = 0;
  std::uint32_t most_queries = 0;   // of an item
  float* partial_values = nullptr;  // [partials, heads, stored_dim], not yet divided by the sum
  float* partial_sums = nullptr;    // [partials, heads, 2]: largest score, sum of exponentials
  void* out = nullptr;              // [rows, heads * head_dim] of out_scalar
  Scalar out_scalar = Scalar::kBF16;
};
// Rows (queries times query heads of a kv head) that a block computes at most.
inline constexpr std::uint32_t kAttentionRows = 64;

enum class Gated : std::uint32_t { kSilu, kGeluTanh, kClampedSwiglu };
// out = activation(gate + gate_bias, up + up_bias), kernels/ops.h has the formulae.
struct Activate {
  const void* gate = nullptr;  // [rows, width] of `in`
  const void* up = nullptr;
  std::uint64_t gate_stride = 0, up_stride = 0;  // elements
  Scalar in = Scalar::kBF16;
  const float* gate_bias = nullptr;  // or none
  const float* up_bias = nullptr;
  Gated kind = Gated::kSilu;
  float alpha = 0, limit = 0;
  void* out = nullptr;  // [rows, width] of out_scalar (float16 saturates)
  Scalar out_scalar = Scalar::kBF16;
  std::uint64_t rows = 0;
  std::uint64_t width = 0;
};

// logits = softcap(logits + bias), in place; nothing where neither is given.
struct FinishLogits {
  float* logits = nullptr;  // [rows, vocabulary]
  const float* bias = nullptr;
  float softcap = 0;
  std::uint64_t rows = 0;
  std::uint64_t vocabulary = 0;
};

// A token of each row of logits, by the rules of engine/sample/sampler.h: the same order of tokens,
// filters and draw, sums in float64 in a fixed order of their own; or what the logits say of a
// token that is given.
struct ChoiceRequest {
  double uniform = 0;  // in [0, 1)
  double top_p = 1;
  double min_p = 0;
  float temperature = 0;  // 0: greedy
  std::int32_t top_k = 0;
  std::int32_t judged = -1;  // >= 0: the token whose log-probability is wanted; none is chosen
};
struct ChoiceResult {
  enum Status : std::uint32_t {
    kDone,
    kNotFinite,  // a logit was NaN or infinite: nothing else is set
    kTooWide,    // more tokens take part than there was room for: the host must choose
  };
  std::int32_t token = -1;    // chosen, or the most likely one where judged
  float log_probability = 0;  // of the chosen or judged token, under softmax(logits)
  std::uint32_t status = kDone;
};
struct Choose {
  const float* logits = nullptr;  // [rows, stride], the first `vocabulary` of each take part
  std::uint64_t stride = 0;
  std::uint64_t vocabulary = 0;
  std::uint64_t rows = 0;
  const ChoiceRequest* requests = nullptr;
  ChoiceResult* results = nullptr;
};

// All layers of page `from` to page `to`; bytes of a page of one layer, and from layer to layer.
struct CopyPage {
  void* base = nullptr;
  std::uint64_t page_bytes = 0;
  std::uint64_t layer_stride = 0;
  std::uint64_t layers = 0;
  std::uint32_t from = 0, to = 0;
};

}  // namespace candor::kernels::cuda
