// The micro-kernel of wide.h in plain C++: what the others must equal bit by bit.
#pragma once

#include <cmath>
#include <cstring>

#include "kernels/cpu/half.h"
#include "kernels/cpu/lanes_portable.h"
#include "kernels/cpu/stripe_writer.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {

struct PortableWide {
  using Writer = StripeWriter<PortableLanes>;
  struct Scope {};
  static constexpr int kBias = 0;
  static constexpr std::size_t kFewRows = 64;

  static void run(const WideRun& run, float* sums) {
    for (std::size_t t = 0; t < run.tiles; ++t) {
      for (std::size_t r = 0; r < run.rows; ++r) {
        float* to = sums + r * kSumStride + t * kTileRows;
        for (std::size_t g = 0; g < run.groups; ++g) {
          const std::size_t quads = run.quads(g);
          const WideGroup& group = run.x[r / kWideBlockRows * run.x_stride + g];
          const std::byte* chunk =
              run.chunk + g * run.tiles * kWideChunk + t * wide_chunk_bytes(quads);
          WideHeader header;
          std::memcpy(&header, chunk, sizeof header);
          const auto* weights = reinterpret_cast<const std::int8_t*>(chunk + sizeof header);
          const auto* x = reinterpret_cast<const std::int8_t*>(group.q[r % kWideBlockRows]);
          std::int32_t dot[kTileRows] = {};
          for (std::size_t quad = 0; quad < quads; ++quad) {
            for (std::size_t lane = 0; lane < kTileRows; ++lane) {
              for (std::size_t k = 0; k < 4; ++k) {
                dot[lane] += weights[64 * quad + 4 * lane + k] * x[4 * quad + k];
              }
            }
          }
          for (std::size_t lane = 0; lane < kTileRows; ++lane) {
            const float scale =
                bfloat_to_float(header.scale[lane]) * group.scale[r % kWideBlockRows];
            to[lane] = std::fma(static_cast<float>(dot[lane]), scale, to[lane]);
          }
        }
      }
    }
  }
};

}  // namespace candor::kernels
