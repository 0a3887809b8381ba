// The micro-kernel of grouped_body.h for AVX2. Included after the target pragma of the file that
// makes a table.
#pragma once

#include <immintrin.h>

#include "kernels/cpu/grouped_body.h"
#include "kernels/cpu/lanes_avx2.h"
#include "kernels/cpu/stripe_writer.h"

namespace candor::kernels {

// The 8-bit multiply-add of AVX2 saturates its 16-bit sums; widening to 16 bits first is exact.
struct Avx2Grouped {
  using Writer = StripeWriter<Avx2Lanes>;
  static constexpr int kTiles = 1;

  // 4 rows of weights x 4 k, widened.
  [[gnu::always_inline]] static inline __m256i weights_of(const std::byte* p) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  // The same 4 k of the activations for each of 4 rows of weights.
  [[gnu::always_inline]] static inline __m256i values_of(const std::int8_t* p) {
    int value;
    __builtin_memcpy(&value, p, 4);
    return _mm256_cvtepi8_epi16(_mm_set1_epi32(value));
  }
  // From two sums a row (k 0, 1 and 2, 3) in each of two vectors of 4 rows to 8 rows in order.
  [[gnu::always_inline]] static inline __m256i join(__m256i a, __m256i b) {
    return _mm256_permute4x64_epi64(_mm256_hadd_epi32(a, b), 0xD8);
  }

  template <Storage S, int Tiles, int Rows>
  static void run(const std::byte* tile, std::size_t, const ActivationGroup* x, std::size_t groups,
                  bool first, const Ahead& ahead, float* sums) {
    // Two rows of activations at a time is what 16 registers hold.
    run_rows<S, Rows == 1 ? 1 : 2>(tile, x, 0, groups, first, ahead, sums);
    if constexpr (Rows > 2) {
      run_rows<S, Rows - 2>(tile, x, 2, groups, first, Ahead{ahead.start, 0},
                            sums + 2 * kSumStride);
    }
  }

  template <Storage S, int Rows>
  static void run_rows(const std::byte* tile, const ActivationGroup* x, int first_row,
                       std::size_t groups, bool first, const Ahead& ahead, float* sums) {
    constexpr int kParts = S == Storage::kTwoScales ? 2 : 1;
    constexpr int kQuads = 8 / kParts;
    __m256 sum[Rows][2];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const float* from = sums + static_cast<std::size_t>(r) * kSumStride;
      sum[r][0] = first ? _mm256_setzero_ps() : _mm256_loadu_ps(from);
      sum[r][1] = first ? _mm256_setzero_ps() : _mm256_loadu_ps(from + 8);
    }
    const std::byte* chunk = tile;
    for (std::size_t g = 0; g < groups; ++g, chunk += chunk_bytes(S)) {
      const std::byte* next = ahead.start + g * chunk_bytes(S);
      for (std::size_t line = 0; line < ahead.lines; ++line)
        _mm_prefetch(next + 64 * line, _MM_HINT_T1);
      const ActivationGroup& group = x[g];
      const auto* header = reinterpret_cast<const float*>(chunk);
#pragma GCC unroll 8
      for (int part = 0; part < kParts; ++part) {
        __m256i dot[Rows][4];
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
          for (int i = 0; i < 4; ++i) dot[r][i] = _mm256_setzero_si256();
        }
        const std::byte* quads = chunk + chunk_header_bytes(S) + 64 * kQuads * part;
#pragma GCC unroll 8
        for (int quad = 0; quad < kQuads; ++quad) {
          __m256i value[Rows];
#pragma GCC unroll 8
          for (int r = 0; r < Rows; ++r) {
            value[r] = values_of(group.q[kQuads * part + quad][first_row + r]);
          }
#pragma GCC unroll 8
          for (int i = 0; i < 4; ++i) {
            const __m256i weight = weights_of(quads + 64 * quad + 16 * i);
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r) {
              dot[r][i] = _mm256_add_epi32(dot[r][i], _mm256_madd_epi16(weight, value[r]));
            }
          }
        }
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
          const int row = first_row + r;
          const __m256i start = _mm256_set1_epi32(kParts == 1 ? group.correction[row]
                                                              : group.half_correction[part][row]);
          const __m256 x_scale = _mm256_set1_ps(group.scale[row]);
#pragma GCC unroll 8
          for (int half = 0; half < 2; ++half) {
            const __m256i whole =
                _mm256_add_epi32(join(dot[r][2 * half], dot[r][2 * half + 1]), start);
            const __m256 both =
                _mm256_mul_ps(_mm256_loadu_ps(header + 16 * part + 8 * half), x_scale);
            sum[r][half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole), both, sum[r][half]);
            if constexpr (S == Storage::kScaleMin) {
              sum[r][half] = _mm256_fmadd_ps(_mm256_loadu_ps(header + 16 + 8 * half),
                                             _mm256_set1_ps(group.scaled_sum[row]), sum[r][half]);
            }
          }
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      float* to = sums + static_cast<std::size_t>(r) * kSumStride;
      _mm256_storeu_ps(to, sum[r][0]);
      _mm256_storeu_ps(to + 8, sum[r][1]);
    }
  }
};

}  // namespace candor::kernels
