// The micro-kernel of wide.h for AVX2: 4 rows of activations by 8 rows of weights in 8
// accumulators, each two sums a row. The 8-bit multiply-add of AVX2 saturates its 16-bit sums;
// widening both to 16 bits first is exact. Included after the target pragma of the file that makes
// a table.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/lanes_avx2.h"
#include "kernels/cpu/stripe_writer.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {

struct Avx2Wide {
  using Writer = StripeWriter<Avx2Lanes>;
  struct Scope {};
  static constexpr int kBias = 0;
  static constexpr std::size_t kFewRows = 4;

  [[gnu::always_inline]] static inline __m256i widened(const std::byte* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  // From two sums a row (k 0, 1 and 2, 3) in each of two vectors of 4 rows to 8 rows in order.
  [[gnu::always_inline]] static inline __m256i join(__m256i a, __m256i b) {
    return _mm256_permute4x64_epi64(_mm256_hadd_epi32(a, b), 0xD8);
  }

  // Half a tile: rows 8 * half … 8 * half + 7; x is widened, rows kWideGroup apart.
  template <int Rows>
  static void half_tile(const std::byte* chunk, int half, const std::int16_t* x,
                        const float* scales, std::size_t quads, float* sums) {
    __m256i dot[Rows][2];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) dot[r][0] = dot[r][1] = _mm256_setzero_si256();
    const std::byte* weights = chunk + sizeof(WideHeader) + 32 * half;
    // Unrolled, so that the sums stay where they are instead of moving from register to register.
#pragma GCC unroll 4
    for (std::size_t quad = 0; quad < quads; ++quad, weights += 64) {
      const __m256i low = widened(weights);
      const __m256i high = widened(weights + 16);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
        long long four;
        __builtin_memcpy(&four, x + static_cast<std::size_t>(r) * kWideGroup + 4 * quad, 8);
        const __m256i value = _mm256_set1_epi64x(four);
        dot[r][0] = _mm256_add_epi32(dot[r][0], _mm256_madd_epi16(low, value));
        dot[r][1] = _mm256_add_epi32(dot[r][1], _mm256_madd_epi16(high, value));
      }
    }
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(chunk + 16 * half));
    const __m256 scale = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      float* to = sums + static_cast<std::size_t>(r) * kSumStride + 8 * half;
      const __m256 both = _mm256_mul_ps(scale, _mm256_set1_ps(scales[r]));
      const __m256 sum = _mm256_loadu_ps(to);
      _mm256_storeu_ps(to,
                       _mm256_fmadd_ps(_mm256_cvtepi32_ps(join(dot[r][0], dot[r][1])), both, sum));
    }
  }

  template <int Rows>
  static void tiles(const WideRun& run, const std::byte* chunk, std::size_t quads,
                    const std::int16_t* x, const float* scales, float* sums) {
    for (std::size_t t = 0; t < run.tiles; ++t) {
      const std::byte* tile = chunk + t * wide_chunk_bytes(quads);
      half_tile<Rows>(tile, 0, x, scales, quads, sums + t * kTileRows);
      half_tile<Rows>(tile, 1, x, scales, quads, sums + t * kTileRows);
    }
  }

  static void run(const WideRun& run, float* sums) {
    for (std::size_t line = 0; line < run.ahead_lines; ++line) {
      _mm_prefetch(run.ahead + 64 * line, _MM_HINT_T1);
    }
    const std::byte* chunk = run.chunk;
    for (std::size_t g = 0; g < run.groups; ++g, chunk += run.tiles * kWideChunk) {
      const std::size_t quads = run.quads(g);
      for (std::size_t row = 0; row < run.rows; row += 4) {
        const std::size_t rows = run.rows - row < 4 ? run.rows - row : 4;
        const WideGroup& group = run.x[row / kWideBlockRows * run.x_stride + g];
        alignas(32) std::int16_t x[4][kWideGroup];
        for (std::size_t r = 0; r < rows; ++r) {
          const std::uint8_t* q = group.q[row % kWideBlockRows + r];
          for (std::size_t k = 0; k < 4 * quads; k += 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(q + k));
            _mm256_store_si256(reinterpret_cast<__m256i*>(x[r] + k), _mm256_cvtepi8_epi16(bytes));
          }
        }
        const float* scales = group.scale + row % kWideBlockRows;
        float* to = sums + row * kSumStride;
        switch (rows) {
          case 4:
            tiles<4>(run, chunk, quads, x[0], scales, to);
            break;
          case 3:
            tiles<3>(run, chunk, quads, x[0], scales, to);
            break;
          case 2:
            tiles<2>(run, chunk, quads, x[0], scales, to);
            break;
          default:
            tiles<1>(run, chunk, quads, x[0], scales, to);
            break;
        }
      }
    }
  }
};

}  // namespace candor::kernels
