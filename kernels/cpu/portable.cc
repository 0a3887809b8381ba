// The kernels in plain C++: correct on every processor, fast on none, and the reference for the
// others.
#include <cmath>
#include <cstring>

#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/lanes_portable.h"
#include "kernels/cpu/wide_portable.h"

namespace candor::kernels {
namespace {

struct PortableGrouped {
  using Writer = StripeWriter<PortableLanes>;
  static constexpr int kTiles = 1;

  template <Storage S, int Tiles, int Rows>
  static void run(const std::byte* tile, std::size_t, const ActivationGroup* x, std::size_t groups,
                  bool first, const Ahead&, float* sums) {
    constexpr std::size_t kParts = S == Storage::kTwoScales ? 2 : 1;
    constexpr std::size_t kQuads = 8 / kParts;
    for (std::size_t row = 0; row < Rows; ++row) {
      for (std::size_t lane = 0; lane < kTileRows; ++lane) {
        float sum = first ? 0.0F : sums[row * kSumStride + lane];
        for (std::size_t g = 0; g < groups; ++g) {
          const std::byte* chunk = tile + g * chunk_bytes(S);
          const std::byte* weights = chunk + chunk_header_bytes(S) + 4 * lane;
          const ActivationGroup& group = x[g];
          const auto* header = reinterpret_cast<const float*>(chunk);
          for (std::size_t part = 0; part < kParts; ++part) {
            std::int32_t dot =
                kParts == 1 ? group.correction[row] : group.half_correction[part][row];
            for (std::size_t quad = part * kQuads; quad < (part + 1) * kQuads; ++quad) {
              for (std::size_t k = 0; k < 4; ++k) {
                dot +=
                    std::to_integer<std::int32_t>(weights[64 * quad + k]) * group.q[quad][row][k];
              }
            }
            const float scale = header[kTileRows * part + lane] * group.scale[row];
            sum = std::fma(static_cast<float>(dot), scale, sum);
          }
          if (S == Storage::kScaleMin) {
            sum = std::fma(header[kTileRows + lane], group.scaled_sum[row], sum);
          }
        }
        sums[row * kSumStride + lane] = sum;
      }
    }
  }
};

}  // namespace

const KernelSet& portable_kernels() {
  return kKernelTable<PortableLanes, PortableWide, PortableGrouped>;
}

}  // namespace candor::kernels
