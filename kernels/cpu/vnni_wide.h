// The micro-kernel of wide.h for AVX-512 with VNNI: 4 rows of activations by 4 tiles of weights in
// 16 accumulators. The dot product takes one operand without a sign, which is the activations (q +
// 128); the accumulators start at -128 * sum(weights), so they end at the dot product itself.
// Included after the target pragma of the file that makes a table.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/lanes_avx512.h"
#include "kernels/cpu/stripe_writer.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {

// Loops over the arrays of vectors are unrolled by order: only then do the arrays lie in registers.
struct VnniWide {
  using Writer = StripeWriter<Avx512Lanes>;
  struct Scope {};
  static constexpr int kBias = 128;
  static constexpr std::size_t kFewRows = 4;

  // Fewer rows or tiles than four_by_four takes.
  template <int Tiles, int Rows>
  [[gnu::always_inline]] static inline void few(const std::byte* weights, std::size_t stride,
                                                const std::uint8_t* x, std::size_t quads,
                                                const __m512i* start, __m512i* out) {
    __m512i dot[Tiles][Rows];
#pragma GCC unroll 8
    for (int t = 0; t < Tiles; ++t) {
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) dot[t][r] = start[t];
    }
    for (std::size_t quad = 0; quad < quads; quad += 4) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < 4; ++i) {
        __m512i weight[Tiles];
#pragma GCC unroll 8
        for (int t = 0; t < Tiles; ++t) {
          weight[t] = _mm512_loadu_si512(weights + static_cast<std::size_t>(t) * stride + 64 * i);
        }
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
          int four;
          __builtin_memcpy(&four, x + static_cast<std::size_t>(r) * kWideGroup + 4 * (quad + i), 4);
          const __m512i value = _mm512_set1_epi32(four);
#pragma GCC unroll 8
          for (int t = 0; t < Tiles; ++t) {
            dot[t][r] = _mm512_dpbusd_epi32(dot[t][r], value, weight[t]);
          }
        }
        // Loads stay where they are written: hoisted ones would push the dot products out of the
        // registers (a fifth of the speed).
        asm volatile("" ::: "memory");
      }
      weights += 256;
    }
#pragma GCC unroll 8
    for (int t = 0; t < Tiles; ++t) {
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) out[4 * t + r] = dot[t][r];
    }
  }

  // One group of 4 rows and 4 tiles: sums += float(dot) * (scale * x's scale). A compiler's own
  // order of these 24 instructions a quad spills an accumulator and halves the speed, so 4 x 4,
  // which all large batches consist of, is written out: 16 accumulators (zmm0 ... 15), 4 weights, 4
  // values; 2 dot products a cycle.
  [[gnu::always_inline]] static inline void four_by_four(const std::byte* weights,
                                                         std::size_t stride, const std::uint8_t* x,
                                                         std::size_t quads, const std::byte* ahead,
                                                         std::size_t ahead_step,
                                                         const __m512i* start, const __m512* scale,
                                                         const float* x_scale, float* sums) {
    std::size_t left = quads / 4;
    const std::size_t stride3 = 3 * stride;
// clang-format off
#define CANDOR_DOT(a, x, w) "vpdpbusd %%zmm" #w ",%%zmm" #x ",%%zmm" #a "\n\t"
#define CANDOR_QUAD(i)                                                                        \
  "vmovdqu64 64*" #i "(%[w]),%%zmm16\n\tvmovdqu64 64*" #i "(%[w],%[s]),%%zmm17\n\t"           \
  "vmovdqu64 64*" #i "(%[w],%[s],2),%%zmm18\n\tvmovdqu64 64*" #i "(%[w],%[s3]),%%zmm19\n\t"   \
  "vpbroadcastd 4*" #i "(%[x]),%%zmm20\n\tvpbroadcastd 4*" #i "+128(%[x]),%%zmm21\n\t"        \
  CANDOR_DOT(0, 20, 16) CANDOR_DOT(4, 20, 17) CANDOR_DOT(8, 20, 18) CANDOR_DOT(12, 20, 19)    \
  "vpbroadcastd 4*" #i "+256(%[x]),%%zmm22\n\t"                                               \
  CANDOR_DOT(1, 21, 16) CANDOR_DOT(5, 21, 17) CANDOR_DOT(9, 21, 18) CANDOR_DOT(13, 21, 19)    \
  "vpbroadcastd 4*" #i "+384(%[x]),%%zmm23\n\t"                                               \
  CANDOR_DOT(2, 22, 16) CANDOR_DOT(6, 22, 17) CANDOR_DOT(10, 22, 18) CANDOR_DOT(14, 22, 19)   \
  CANDOR_DOT(3, 23, 16) CANDOR_DOT(7, 23, 17) CANDOR_DOT(11, 23, 18) CANDOR_DOT(15, 23, 19)
#define CANDOR_START(t, r) "vmovdqa64 64*" #t "(%[start]),%%zmm" #r "\n\t"
// Accumulator a of row r and tile t, whose weights' scale is zmm w.
#define CANDOR_ADD(a, r, t, w)                                                                \
  "vcvtdq2ps %%zmm" #a ",%%zmm" #a "\n\tvmulps %%zmm20,%%zmm" #w ",%%zmm21\n\t"                  \
  "vfmadd213ps 256*" #r "+64*" #t "(%[sums]),%%zmm21,%%zmm" #a "\n\t"                          \
  "vmovups %%zmm" #a ",256*" #r "+64*" #t "(%[sums])\n\t"
#define CANDOR_ROW(r, a0, a1, a2, a3)                                                         \
  "vbroadcastss 4*" #r "(%[x_scale]),%%zmm20\n\t"                                             \
  CANDOR_ADD(a0, r, 0, 16) CANDOR_ADD(a1, r, 1, 17) CANDOR_ADD(a2, r, 2, 18)                  \
  CANDOR_ADD(a3, r, 3, 19)
    asm volatile(
        CANDOR_START(0, 0) CANDOR_START(0, 1) CANDOR_START(0, 2) CANDOR_START(0, 3)
        CANDOR_START(1, 4) CANDOR_START(1, 5) CANDOR_START(1, 6) CANDOR_START(1, 7)
        CANDOR_START(2, 8) CANDOR_START(2, 9) CANDOR_START(2, 10) CANDOR_START(2, 11)
        CANDOR_START(3, 12) CANDOR_START(3, 13) CANDOR_START(3, 14) CANDOR_START(3, 15)
        "1:\n\t"
        "prefetcht0 (%[ahead])\n\tprefetcht0 64(%[ahead])\n\t"
        CANDOR_QUAD(0) CANDOR_QUAD(1)
        "prefetcht0 128(%[ahead])\n\tprefetcht0 192(%[ahead])\n\t"
        CANDOR_QUAD(2) CANDOR_QUAD(3)
        "add %[step],%[ahead]\n\tadd $256,%[w]\n\tadd $16,%[x]\n\t"
        "dec %[left]\n\tjnz 1b\n\t"
        "vmovaps (%[scale]),%%zmm16\n\tvmovaps 64(%[scale]),%%zmm17\n\t"
        "vmovaps 128(%[scale]),%%zmm18\n\tvmovaps 192(%[scale]),%%zmm19\n\t"
        CANDOR_ROW(0, 0, 4, 8, 12) CANDOR_ROW(1, 1, 5, 9, 13)
        CANDOR_ROW(2, 2, 6, 10, 14) CANDOR_ROW(3, 3, 7, 11, 15)
        : [w] "+r"(weights), [x] "+r"(x), [left] "+r"(left), [ahead] "+r"(ahead)
        : [s] "r"(stride), [s3] "r"(stride3), [step] "r"(ahead_step), [start] "r"(start),
          [scale] "r"(scale), [x_scale] "r"(x_scale), [sums] "r"(sums)
        : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
          "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18",
          "xmm19", "xmm20", "xmm21", "xmm22", "xmm23");
#undef CANDOR_DOT
#undef CANDOR_QUAD
#undef CANDOR_START
#undef CANDOR_ADD
#undef CANDOR_ROW
    // clang-format on
  }

  // sums += float(dot) * (scale * x's scale).
  template <int Tiles, int Rows>
  [[gnu::always_inline]] static inline void drain(const __m512i* dot, const __m512* scale,
                                                  const float* x_scale, float* sums) {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const __m512 row_scale = _mm512_set1_ps(x_scale[r]);
      float* const to = sums + kSumStride * static_cast<std::size_t>(r);
#pragma GCC unroll 8
      for (int t = 0; t < Tiles; ++t) {
        const __m512 sum = _mm512_loadu_ps(to + 16 * t);
        const __m512 both = _mm512_mul_ps(scale[t], row_scale);
        _mm512_storeu_ps(to + 16 * t,
                         _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[4 * t + r]), both, sum));
      }
    }
  }

  template <int Tiles, int Rows>
  [[gnu::always_inline]] static inline void part(const std::byte* weights, std::size_t stride,
                                                 const std::uint8_t* x, std::size_t quads,
                                                 const __m512i* start, const __m512* scale,
                                                 const float* x_scale, float* sums) {
    alignas(64) __m512i dot[16];
    few<Tiles, Rows>(weights, stride, x, quads, start, dot);
    drain<Tiles, Rows>(dot, scale, x_scale, sums);
  }

  // One group: `chunk` is that of the first of `Tiles` tiles.
  template <int Tiles>
  static void group(const WideRun& run, const std::byte* chunk, std::size_t g, float* sums) {
    const std::size_t quads = run.quads(g);
    const std::size_t stride = wide_chunk_bytes(quads);
    alignas(64) __m512i start[Tiles];
    alignas(64) __m512 scale[Tiles];
#pragma GCC unroll 8
    for (int t = 0; t < Tiles; ++t) {
      const std::byte* header = chunk + static_cast<std::size_t>(t) * stride;
      const __m512i sum =
          _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(header + 32)));
      start[t] = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_slli_epi32(sum, 7));
      scale[t] = Avx512Lanes::load_bfloat(reinterpret_cast<const std::uint16_t*>(header));
    }
    const std::byte* const weights = chunk + sizeof(WideHeader);
    const std::byte* ahead = run.ahead;
    const std::size_t steps = (run.rows + 3) / 4 * (quads / 4);
    const std::size_t wanted = (run.ahead_lines + steps - 1) / steps;
    const std::size_t lines = wanted < 4 ? wanted : 4;  // what four_by_four fetches a step
    std::size_t row = 0;
    for (; Tiles == 4 && row + 4 <= run.rows; row += 4) {
      const WideGroup& x = run.x[row / kWideBlockRows * run.x_stride + g];
      const std::size_t at = row % kWideBlockRows;
      four_by_four(weights, stride, x.q[at], quads, ahead, 64 * lines, start, scale, x.scale + at,
                   sums + row * kSumStride);
      ahead += 64 * lines * (quads / 4);
    }
    for (std::size_t rows = 0; row < run.rows; row += rows) {
      const WideGroup& x = run.x[row / kWideBlockRows * run.x_stride + g];
      const std::size_t at = row % kWideBlockRows;
      float* const to = sums + row * kSumStride;
      rows = run.rows - row < 4 ? run.rows - row : 4;
      switch (rows) {
        case 4:
          part<Tiles, 4>(weights, stride, x.q[at], quads, start, scale, x.scale + at, to);
          break;
        case 3:
          part<Tiles, 3>(weights, stride, x.q[at], quads, start, scale, x.scale + at, to);
          break;
        case 2:
          part<Tiles, 2>(weights, stride, x.q[at], quads, start, scale, x.scale + at, to);
          break;
        default:
          part<Tiles, 1>(weights, stride, x.q[at], quads, start, scale, x.scale + at, to);
          break;
      }
    }
  }

  static void run(const WideRun& run, float* sums) {
    const std::byte* chunk = run.chunk;
    for (std::size_t g = 0; g < run.groups; ++g, chunk += run.tiles * kWideChunk) {
      if (run.tiles == kStripeTiles) {
        group<kStripeTiles>(run, chunk, g, sums);
        continue;
      }
      for (std::size_t tile = 0; tile < run.tiles; ++tile) {
        group<1>(run, chunk + tile * wide_chunk_bytes(run.quads(g)), g, sums + 16 * tile);
      }
    }
  }
};

}  // namespace candor::kernels
