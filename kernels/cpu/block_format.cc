#include "kernels/block_format.h"

#include <cctype>
#include <cstring>

#include "kernels/cpu/half.h"
#include "kernels/cpu/unpack.h"

namespace candor::kernels {
namespace {

struct Entry {
  BlockFormat format;
  BlockLayout layout;
};

constexpr Entry kFormats[] = {
    {BlockFormat::kF32, {"F32", 1, 4}},       {BlockFormat::kF16, {"F16", 1, 2}},
    {BlockFormat::kBF16, {"BF16", 1, 2}},     {BlockFormat::kQ4_0, {"Q4_0", 32, 18}},
    {BlockFormat::kQ4_1, {"Q4_1", 32, 20}},   {BlockFormat::kQ5_0, {"Q5_0", 32, 22}},
    {BlockFormat::kQ5_1, {"Q5_1", 32, 24}},   {BlockFormat::kQ8_0, {"Q8_0", 32, 34}},
    {BlockFormat::kQ4_K, {"Q4_K", 256, 144}}, {BlockFormat::kQ5_K, {"Q5_K", 256, 176}},
    {BlockFormat::kQ6_K, {"Q6_K", 256, 210}},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(a[i])) !=
        std::toupper(static_cast<unsigned char>(b[i]))) {
      return false;
    }
  }
  return true;
}

}  // namespace

const BlockLayout* block_layout(std::uint32_t type_id) {
  for (const Entry& entry : kFormats) {
    if (static_cast<std::uint32_t>(entry.format) == type_id) return &entry.layout;
  }
  return nullptr;
}

const BlockLayout& block_layout(BlockFormat format) {
  return *block_layout(static_cast<std::uint32_t>(format));
}

std::optional<BlockFormat> block_format_by_name(std::string_view name) {
  for (const Entry& entry : kFormats) {
    if (equal_ignoring_case(entry.layout.name, name)) return entry.format;
  }
  return std::nullopt;
}

void dequantize(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out) {
  if (format == BlockFormat::kF32) {
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size_bytes());
    return;
  }
  if (!is_quantized(format)) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint16_t value = load_u16(bytes.data() + 2 * i);
      out[i] = format == BlockFormat::kF16 ? half_to_float(value) : bfloat_to_float(value);
    }
    return;
  }
  const BlockLayout& layout = block_layout(format);
  const GroupKind kind = group_kind(format);
  const std::size_t groups_per_block = layout.elements / 32;
  Group groups[8];
  for (std::size_t b = 0; b < out.size() / layout.elements; ++b) {
    unpack_block(format, bytes.data() + b * layout.bytes, groups);
    for (std::size_t g = 0; g < groups_per_block; ++g) {
      dequantize_group(kind, groups[g], out.data() + b * layout.elements + 32 * g);
    }
  }
}

}  // namespace candor::kernels
