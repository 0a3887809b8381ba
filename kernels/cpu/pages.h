// Where values lie within a page of keys and values (attention.h): per kv head the keys transposed,
// [head_dim][kPageTokens], so that 16 neighbouring keys fill a vector; then per kv head the values,
// [kPageTokens][value width rounded up to 16], padded with zeros.
#pragma once

#include <cstddef>

#include "kernels/attention.h"

namespace candor::kernels {

constexpr std::size_t padded_value_width(const AttentionShape& shape) {
  return (shape.value_width() + 15) / 16 * 16;
}

// Offsets in elements, not bytes.
constexpr std::size_t key_offset(const AttentionShape& shape, std::size_t kv_head) {
  return kv_head * shape.head_dim * kPageTokens;
}
constexpr std::size_t value_offset(const AttentionShape& shape, std::size_t kv_head) {
  return shape.kv_heads * shape.head_dim * kPageTokens +
         kv_head * padded_value_width(shape) * kPageTokens;
}

}  // namespace candor::kernels
