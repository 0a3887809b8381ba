#include "kernels/attention.h"

#include <vector>

#include "data/base/error.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/pages.h"

namespace candor::kernels {
namespace {

constexpr std::size_t kMaxHeadDim = 512;  // of the fixed buffers of attention_body.h

bool continues(const AttentionRow& previous, const AttentionRow& row) {
  return row.pages == previous.pages && row.window == previous.window &&
         row.position == previous.position + 1;
}

template <typename Element, typename Convert>
void store_elements(const AttentionShape& shape, std::byte* page, std::size_t slot, const float* k,
                    const float* v, Convert convert) {
  auto* elements = reinterpret_cast<Element*>(page);
  const std::size_t width = padded_head_dim(shape.head_dim);
  for (std::size_t head = 0; head < shape.kv_heads; ++head) {
    Element* keys = elements + key_offset(shape, head) + slot;
    Element* values = elements + value_offset(shape, head) + slot * width;
    const float* from_k = k + head * shape.head_dim;
    const float* from_v = v + head * shape.head_dim;
    for (std::size_t d = 0; d < shape.head_dim; ++d) {
      keys[d * kPageTokens] = convert(from_k[d]);
      values[d] = convert(from_v[d]);
    }
    for (std::size_t d = shape.head_dim; d < width; ++d) values[d] = convert(0.0F);
  }
}

}  // namespace

std::size_t page_bytes(const AttentionShape& shape) {
  if (shape.head_dim > kMaxHeadDim) {
    fail("attention: head dimension {} is above the largest supported, {}", shape.head_dim,
         kMaxHeadDim);
  }
  const std::size_t element = shape.format == KvFormat::kF32 ? 4 : 2;
  return value_offset(shape, shape.kv_heads) * element;
}

void store_kv(const AttentionShape& shape, std::byte* page, std::size_t slot, const float* k,
              const float* v) {
  if (shape.format == KvFormat::kF32) {
    store_elements<float>(shape, page, slot, k, v, [](float value) { return value; });
  } else {
    store_elements<std::uint16_t>(shape, page, slot, k, v, &float_to_half);
  }
}

void attention_with(Isa isa, const AttentionShape& shape, std::span<const AttentionRow> rows,
                    ThreadPool& pool) {
  std::vector<AttentionRun> runs;
  for (const AttentionRow& row : rows) {
    const bool joins = !runs.empty() && runs.back().count < kMaxRunRows &&
                       continues(runs.back().rows[runs.back().count - 1], row);
    if (joins) {
      ++runs.back().count;
    } else {
      runs.push_back({&row, 1});
    }
  }
  const KernelSet& kernels = kernel_set(isa);
  pool.run(runs.size() * shape.kv_heads, [&](std::size_t task, int) {
    kernels.attention(shape, runs[task / shape.kv_heads], task % shape.kv_heads);
  });
}

void attention(const AttentionShape& shape, std::span<const AttentionRow> rows, ThreadPool& pool) {
  attention_with(active_isa(), shape, rows, pool);
}

}  // namespace candor::kernels
