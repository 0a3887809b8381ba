// One block of a quantised format as groups of 32 small integers with their scales: the common form
// from which weights are dequantised, packed and multiplied. Exact: no scale is rounded again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/block_format.h"

namespace candor::kernels {

// Which fields of a Group a format uses: value i is
//   kScale      scale[0] * q[i]
//   kScaleMin   scale[0] * q[i] + minimum
//   kTwoScales  scale[i / 16] * q[i]
// computed in float32 as written; q[i] = biased[i] - 128. kNone: the format has no such groups (its
// values are no small integers, or have scales and minimums of their own within 16).
enum class GroupKind { kNone, kScale, kScaleMin, kTwoScales };

struct Group {
  std::uint8_t biased[32];
  float scale[2];
  float minimum;
};

GroupKind group_kind(BlockFormat format);

// Groups of one block of a format that has them: block_layout(format).elements / 32.
void unpack_block(BlockFormat format, const std::byte* block, Group* groups);

// out[32]
void dequantize_group(GroupKind kind, const Group& group, float* out);

}  // namespace candor::kernels
