// The block formats in which weights are stored (model-facts: GGUF types) and how to read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace candor::kernels {

// Values below 1000 are the type ids of GGUF files; the others stand in safetensors files only.
enum class BlockFormat : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ2_XXS = 16,
  kIQ2_XS = 17,
  kIQ3_XXS = 18,
  kIQ1_S = 19,
  kIQ4_NL = 20,
  kIQ3_S = 21,
  kIQ2_S = 22,
  kIQ4_XS = 23,
  kI8 = 24,
  kI16 = 25,
  kI32 = 26,
  kI64 = 27,
  kF64 = 28,
  kIQ1_M = 29,
  kBF16 = 30,
  kTQ1_0 = 34,
  kTQ2_0 = 35,
  kMXFP4 = 39,
  kF8_E4M3 = 1000,  // the "fn" variant: no infinity; a scale for each 128 x 128 stands apart
  kF8_E5M2 = 1001,
  kF8_E8M0 = 1002,
  kU8 = 1003,
  kBool = 1004,
};

struct BlockLayout {
  const char* name;      // "Q4_K"
  std::size_t elements;  // values in a block
  std::size_t bytes;     // bytes of a block
};

// Of a type id of a GGUF file. Null for one that is not implemented (the reader refuses the tensor
// by name) or that is no GGUF type.
const BlockLayout* gguf_block_layout(std::uint32_t type_id);
const BlockLayout& block_layout(BlockFormat format);
std::span<const BlockFormat> block_formats();                            // all of them
std::optional<BlockFormat> block_format_by_name(std::string_view name);  // any case

// Whether the values were rounded to a few bits to save space, so that Precision::kInt8 may round
// them again: all formats but the floats of 16 bits and more, whole numbers and booleans.
bool is_quantized(BlockFormat format);
// Weights rather than whole numbers, booleans or scales.
bool holds_weights(BlockFormat format);

// The values the blocks stand for, exactly where float32 can hold them (F64, I32 and I64 are
// rounded to the nearest; a boolean is 0 or 1); out.size() is a multiple of the block's elements
// and bytes.size() is exactly the bytes of that many blocks. No alignment is assumed.
void dequantize(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace candor::kernels
