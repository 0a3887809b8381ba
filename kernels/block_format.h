// The block formats in which weights are stored (model-facts: GGUF types) and how to read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace candor::kernels {

// Values are the type ids of GGUF files.
enum class BlockFormat : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kBF16 = 30,
};

struct BlockLayout {
  const char* name;      // "Q4_K"
  std::size_t elements;  // values in a block
  std::size_t bytes;     // bytes of a block
};

// Null for an id that is not implemented (the reader refuses the tensor by name).
const BlockLayout* block_layout(std::uint32_t type_id);
const BlockLayout& block_layout(BlockFormat format);
std::optional<BlockFormat> block_format_by_name(std::string_view name);  // any case

// The values the blocks stand for; out.size() is a multiple of the block's elements and
// bytes.size() is exactly the bytes of that many blocks. No alignment is assumed.
void dequantize(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace candor::kernels
