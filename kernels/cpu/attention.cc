#include "kernels/attention.h"

#include <algorithm>
#include <vector>

#include "data/base/error.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/pages.h"

namespace candor::kernels {
namespace {

bool continues(const AttentionRow& previous, const AttentionRow& row) {
  return row.pages == previous.pages && row.window == previous.window &&
         row.position == previous.position + 1;
}

template <typename Element, typename Convert>
void store_elements(const AttentionShape& shape, std::byte* page, std::size_t slot, const float* k,
                    const float* v, Convert convert) {
  auto* elements = reinterpret_cast<Element*>(page);
  const std::size_t width = padded_value_width(shape);
  for (std::size_t head = 0; head < shape.kv_heads; ++head) {
    Element* keys = elements + key_offset(shape, head) + slot;
    Element* values = elements + value_offset(shape, head) + slot * width;
    const float* from_k = k + head * shape.head_dim;
    const float* from_v = v + head * shape.value_width();
    for (std::size_t d = 0; d < shape.head_dim; ++d) keys[d * kPageTokens] = convert(from_k[d]);
    for (std::size_t d = 0; d < shape.value_width(); ++d) values[d] = convert(from_v[d]);
    for (std::size_t d = shape.value_width(); d < width; ++d) values[d] = convert(0.0F);
  }
}

}  // namespace

std::size_t page_bytes(const AttentionShape& shape) {
  const std::size_t largest = std::max(shape.head_dim, shape.value_width());
  if (largest > kMaxHeadDim) {
    fail("attention: head dimension {} is above the largest supported, {}", largest, kMaxHeadDim);
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
  // Many heads of one kv head (latent attention has one for all) are work for several threads.
  constexpr std::size_t kHeadsATask = 16;
  const std::size_t heads = shape.heads / shape.kv_heads;
  const std::size_t parts = (heads + kHeadsATask - 1) / kHeadsATask;
  pool.run(runs.size() * shape.kv_heads * parts, [&](std::size_t task, int) {
    const std::size_t first = task % parts * kHeadsATask;
    task /= parts;
    kernels.attention(shape, runs[task / shape.kv_heads], task % shape.kv_heads, first,
                      std::min(kHeadsATask, heads - first));
  });
}

void attention(const AttentionShape& shape, std::span<const AttentionRow> rows, ThreadPool& pool) {
  attention_with(active_isa(), shape, rows, pool);
}

}  // namespace candor::kernels
