#include "kernels/block_format.h"

#include <array>
#include <bit>
#include <cctype>
#include <cstring>
#include <iterator>
#include <limits>

#include "kernels/cpu/half.h"
#include "kernels/cpu/unpack.h"

namespace candor::kernels {
namespace {

struct Entry {
  BlockFormat format;
  BlockLayout layout;
};

constexpr Entry kFormats[] = {
    {BlockFormat::kF32, {"F32", 1, 4}},
    {BlockFormat::kF16, {"F16", 1, 2}},
    {BlockFormat::kBF16, {"BF16", 1, 2}},
    {BlockFormat::kF64, {"F64", 1, 8}},
    {BlockFormat::kI8, {"I8", 1, 1}},
    {BlockFormat::kI16, {"I16", 1, 2}},
    {BlockFormat::kI32, {"I32", 1, 4}},
    {BlockFormat::kI64, {"I64", 1, 8}},
    {BlockFormat::kQ4_0, {"Q4_0", 32, 18}},
    {BlockFormat::kQ4_1, {"Q4_1", 32, 20}},
    {BlockFormat::kQ5_0, {"Q5_0", 32, 22}},
    {BlockFormat::kQ5_1, {"Q5_1", 32, 24}},
    {BlockFormat::kQ8_0, {"Q8_0", 32, 34}},
    {BlockFormat::kQ2_K, {"Q2_K", 256, 84}},
    {BlockFormat::kQ3_K, {"Q3_K", 256, 110}},
    {BlockFormat::kQ4_K, {"Q4_K", 256, 144}},
    {BlockFormat::kQ5_K, {"Q5_K", 256, 176}},
    {BlockFormat::kQ6_K, {"Q6_K", 256, 210}},
    {BlockFormat::kIQ4_NL, {"IQ4_NL", 32, 18}},
    {BlockFormat::kIQ4_XS, {"IQ4_XS", 256, 136}},
    {BlockFormat::kMXFP4, {"MXFP4", 32, 17}},
    {BlockFormat::kTQ1_0, {"TQ1_0", 256, 54}},
    {BlockFormat::kTQ2_0, {"TQ2_0", 256, 66}},
    {BlockFormat::kIQ2_XXS, {"IQ2_XXS", 256, 66}},
    {BlockFormat::kIQ2_XS, {"IQ2_XS", 256, 74}},
    {BlockFormat::kIQ2_S, {"IQ2_S", 256, 82}},
    {BlockFormat::kIQ3_XXS, {"IQ3_XXS", 256, 98}},
    {BlockFormat::kIQ3_S, {"IQ3_S", 256, 110}},
    {BlockFormat::kIQ1_S, {"IQ1_S", 256, 50}},
    {BlockFormat::kIQ1_M, {"IQ1_M", 256, 56}},
    {BlockFormat::kF8_E4M3, {"F8_E4M3", 1, 1}},
    {BlockFormat::kF8_E5M2, {"F8_E5M2", 1, 1}},
    {BlockFormat::kF8_E8M0, {"F8_E8M0", 1, 1}},
    {BlockFormat::kU8, {"U8", 1, 1}},
    {BlockFormat::kBool, {"BOOL", 1, 1}},
};

// Of GGUF; the formats above stand in safetensors files only.
constexpr std::uint32_t kGgufTypes = 1000;

constexpr auto kAllFormats = [] {
  std::array<BlockFormat, std::size(kFormats)> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = kFormats[i].format;
  return out;
}();

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

// Packing asks for every few hundred values, so a layout is looked up by its id.
constexpr std::size_t kSlots = 64;

constexpr std::size_t slot_of(std::uint32_t id) {
  constexpr std::size_t kHighestGguf = 48;
  if (id < kHighestGguf) return id;
  const std::uint32_t other = id - kGgufTypes;  // wraps to no slot for ids in between
  return other < kSlots - kHighestGguf ? kHighestGguf + other : kSlots;
}

constexpr auto kLayouts = [] {
  std::array<const BlockLayout*, kSlots + 1> out{};
  for (const Entry& entry : kFormats) {
    out[slot_of(static_cast<std::uint32_t>(entry.format))] = &entry.layout;
  }
  return out;
}();
static_assert(kLayouts[kSlots] == nullptr, "a format has no slot");

const BlockLayout* find_layout(std::uint32_t id) { return kLayouts[slot_of(id)]; }

template <typename T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// out[i] = value(bytes of element i)
template <std::size_t Size, typename Value>
void each(std::span<const std::byte> bytes, std::span<float> out, Value&& value) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = value(bytes.data() + Size * i);
}

template <typename T>
void numbers(std::span<const std::byte> bytes, std::span<float> out) {
  each<sizeof(T)>(bytes, out, [](const std::byte* at) { return static_cast<float>(load<T>(at)); });
}

using ByteValues = std::array<float, 256>;

// Sign, 4 bits of exponent with bias 7, 3 of mantissa; no infinity, and one NaN of either sign (OCP
// 8-bit Floating Point Specification, the "fn" of e4m3fn).
constexpr float e4m3(unsigned byte) {
  const unsigned exponent = byte >> 3 & 15U;
  const unsigned mantissa = byte & 7U;
  if ((byte & 127U) == 127U) return std::numeric_limits<float>::quiet_NaN();
  const float magnitude = exponent == 0
                              ? static_cast<float>(mantissa) * 0x1p-9F
                              : std::bit_cast<float>((exponent + 120U) << 23 | mantissa << 20);
  return byte < 128 ? magnitude : -magnitude;
}

// The upper byte of an F16.
constexpr float e5m2(unsigned byte) { return half_to_float(static_cast<std::uint16_t>(byte << 8)); }

// 2^(e - 127); 255 is NaN.
constexpr float e8m0(unsigned e) {
  if (e == 255) return std::numeric_limits<float>::quiet_NaN();
  return std::bit_cast<float>(e == 0 ? 0x00400000U : e << 23);
}

constexpr ByteValues table_of(float (*value)(unsigned)) {
  ByteValues table{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = value(byte);
  return table;
}

constexpr ByteValues kE4m3 = table_of(e4m3);
constexpr ByteValues kE5m2 = table_of(e5m2);
constexpr ByteValues kE8m0 = table_of(e8m0);

void look_up(const ByteValues& table, std::span<const std::byte> bytes, std::span<float> out) {
  each<1>(bytes, out, [&](const std::byte* at) { return table[load<std::uint8_t>(at)]; });
}

// Layout block_q2_K of ggml: scales and minimums of 4 bits for 16 values each.
void dequantize_q2_k(const std::byte* block, float* out) {
  const float d = load_half(block + 80);
  const float d_minimum = load_half(block + 82);
  for (std::size_t s = 0; s < 16; ++s) {
    const auto packed = load<std::uint8_t>(block + s);
    const float scale = d * static_cast<float>(packed & 15U);
    const float minimum = d_minimum * static_cast<float>(packed >> 4);
    const std::byte* const quants = block + 16 + 32 * (s / 8) + 16 * (s % 2);
    const unsigned shift = static_cast<unsigned>(s / 2 % 4 * 2);
    for (std::size_t i = 0; i < 16; ++i) {
      const unsigned q = static_cast<unsigned>(load<std::uint8_t>(quants + i)) >> shift & 3U;
      out[16 * s + i] = scale * static_cast<float>(q) - minimum;
    }
  }
}

void dequantize_groups(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out) {
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

}  // namespace

const BlockLayout* gguf_block_layout(std::uint32_t type_id) {
  return type_id < kGgufTypes ? find_layout(type_id) : nullptr;
}

const BlockLayout& block_layout(BlockFormat format) {
  return *find_layout(static_cast<std::uint32_t>(format));
}

std::span<const BlockFormat> block_formats() { return kAllFormats; }

std::optional<BlockFormat> block_format_by_name(std::string_view name) {
  for (const Entry& entry : kFormats) {
    if (equal_ignoring_case(entry.layout.name, name)) return entry.format;
  }
  return std::nullopt;
}

bool holds_weights(BlockFormat format) {
  return is_quantized(format) || format == BlockFormat::kF32 || format == BlockFormat::kF16 ||
         format == BlockFormat::kBF16 || format == BlockFormat::kF64;
}

bool is_quantized(BlockFormat format) {
  return block_layout(format).elements > 1 || format == BlockFormat::kF8_E4M3 ||
         format == BlockFormat::kF8_E5M2;
}

void dequantize(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out) {
  switch (format) {
    case BlockFormat::kF32:
      if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size_bytes());
      return;
    case BlockFormat::kF16:
      return each<2>(bytes, out, load_half);
    case BlockFormat::kBF16:
      return each<2>(bytes, out, [](const std::byte* at) { return bfloat_to_float(load_u16(at)); });
    case BlockFormat::kF64:
      return numbers<double>(bytes, out);
    case BlockFormat::kI8:
      return numbers<std::int8_t>(bytes, out);
    case BlockFormat::kI16:
      return numbers<std::int16_t>(bytes, out);
    case BlockFormat::kI32:
      return numbers<std::int32_t>(bytes, out);
    case BlockFormat::kI64:
      return numbers<std::int64_t>(bytes, out);
    case BlockFormat::kU8:
      return numbers<std::uint8_t>(bytes, out);
    case BlockFormat::kBool:
      return each<1>(bytes, out,
                     [](const std::byte* at) { return *at == std::byte{0} ? 0.0F : 1.0F; });
    case BlockFormat::kF8_E4M3:
      return look_up(kE4m3, bytes, out);
    case BlockFormat::kF8_E5M2:
      return look_up(kE5m2, bytes, out);
    case BlockFormat::kF8_E8M0:
      return look_up(kE8m0, bytes, out);
    case BlockFormat::kQ2_K:
      for (std::size_t b = 0; b < out.size() / 256; ++b) {
        dequantize_q2_k(bytes.data() + 84 * b, out.data() + 256 * b);
      }
      return;
    default:
      return dequantize_groups(format, bytes, out);
  }
}

}  // namespace candor::kernels
