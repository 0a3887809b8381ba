// The micro-kernel of grouped_body.h for AVX-512 with VNNI. Included after the target pragma of the
// file that makes a table.
#pragma once

#include <immintrin.h>

#include "kernels/cpu/grouped_body.h"
#include "kernels/cpu/lanes_avx512.h"
#include "kernels/cpu/stripe_writer.h"

namespace candor::kernels {

// Loops over the arrays of vectors are unrolled by order: only then do the arrays lie in registers.
struct VnniGrouped {
  using Writer = StripeWriter<Avx512Lanes>;
  static constexpr int kTiles = 4;

  [[gnu::always_inline]] static inline int quad_of(const std::int8_t* p) {
    int value;
    __builtin_memcpy(&value, p, 4);
    return value;
  }

  template <Storage S, int Tiles, int Rows>
  static void run(const std::byte* tile, std::size_t tile_stride, const ActivationGroup* x,
                  std::size_t groups, bool first, const Ahead& ahead, float* sums) {
    constexpr int kParts = S == Storage::kTwoScales ? 2 : 1;
    constexpr int kQuads = 8 / kParts;
    // The sums rest in memory (they are in the first-level cache and wanted once a group): all
    // registers are for the dot products.
    const auto sum_at = [sums](int t, int r) {
      return sums + kSumStride * static_cast<std::size_t>(r) + static_cast<std::size_t>(16 * t);
    };
    if (first) {
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
        for (int t = 0; t < Tiles; ++t) _mm512_storeu_ps(sum_at(t, r), _mm512_setzero_ps());
      }
    }
    const std::byte* chunk = tile;
    for (std::size_t g = 0; g < groups; ++g, chunk += chunk_bytes(S)) {
      const ActivationGroup& group = x[g];
      for (std::size_t line = 0; line < ahead.lines; ++line) {
        const std::byte* next = ahead.start + g * chunk_bytes(S) + 64 * line;
#pragma GCC unroll 8
        for (int t = 0; t < Tiles; ++t) {
          _mm_prefetch(next + static_cast<std::size_t>(t) * tile_stride, _MM_HINT_T1);
        }
      }
#pragma GCC unroll 8
      for (int part = 0; part < kParts; ++part) {
        __m512i dot[Tiles][Rows];
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
          const std::int32_t start =
              kParts == 1 ? group.correction[r] : group.half_correction[part][r];
#pragma GCC unroll 8
          for (int t = 0; t < Tiles; ++t) dot[t][r] = _mm512_set1_epi32(start);
        }
        const std::byte* quads = chunk + chunk_header_bytes(S) + 64 * kQuads * part;
#pragma GCC unroll 8
        for (int quad = 0; quad < kQuads; ++quad) {
          __m512i weight[Tiles];
#pragma GCC unroll 8
          for (int t = 0; t < Tiles; ++t) {
            weight[t] =
                _mm512_loadu_si512(quads + static_cast<std::size_t>(t) * tile_stride + 64 * quad);
          }
#pragma GCC unroll 8
          for (int r = 0; r < Rows; ++r) {
            const __m512i value = _mm512_set1_epi32(quad_of(group.q[kQuads * part + quad][r]));
#pragma GCC unroll 8
            for (int t = 0; t < Tiles; ++t) {
              dot[t][r] = _mm512_dpbusd_epi32(dot[t][r], weight[t], value);
            }
          }
          // Loads stay where they are written: hoisted ones would push the dot products out of the
          // registers (a fifth of the speed).
          asm volatile("" ::: "memory");
        }
#pragma GCC unroll 8
        for (int t = 0; t < Tiles; ++t) {
          const auto* header =
              reinterpret_cast<const float*>(chunk + static_cast<std::size_t>(t) * tile_stride);
          const __m512 scale = _mm512_loadu_ps(header + 16 * part);
#pragma GCC unroll 8
          for (int r = 0; r < Rows; ++r) {
            const __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(group.scale[r]));
            __m512 sum = _mm512_loadu_ps(sum_at(t, r));
            sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[t][r]), both, sum);
            if constexpr (S == Storage::kScaleMin) {
              sum = _mm512_fmadd_ps(_mm512_loadu_ps(header + 16),
                                    _mm512_set1_ps(group.scaled_sum[r]), sum);
            }
            _mm512_storeu_ps(sum_at(t, r), sum);
          }
        }
      }
    }
  }
};

}  // namespace candor::kernels
