// The lanes of lanes_portable.h in one AVX-512 register. Included after the target pragma of
// avx512vnni.cc, and by nothing else.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#define CANDOR_INLINE [[gnu::always_inline]] static inline

namespace candor::kernels {

struct Avx512Lanes {
  using F = __m512;
  using Mask = __mmask16;
  static constexpr int kFloatTiles = 2;
  static constexpr int kFloatRows = 8;
  static constexpr int kQueries = 8;
  static constexpr int kKeyVectors = 2;
  static constexpr int kValueVectors = 2;

  CANDOR_INLINE F load(const float* p) { return _mm512_loadu_ps(p); }
  CANDOR_INLINE void store(float* p, F a) { _mm512_storeu_ps(p, a); }
  CANDOR_INLINE F load_half(const std::uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  CANDOR_INLINE F load_bfloat(const std::uint16_t* p) {
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(values), 16));
  }
  CANDOR_INLINE F load_bfloat_of_pair(const std::uint16_t* p, int index) {
    const __m512i pairs = _mm512_loadu_si512(p);
    return _mm512_castsi512_ps(index == 0 ? _mm512_slli_epi32(pairs, 16)
                                          : _mm512_and_si512(pairs, _mm512_set1_epi32(-65536)));
  }
  CANDOR_INLINE F load_int32(const std::int32_t* p) {
    return _mm512_cvtepi32_ps(_mm512_loadu_si512(p));
  }
  CANDOR_INLINE F load_quad_byte(const std::byte* p, int index) {
    const __m512i quads = _mm512_loadu_si512(p);
    const __m512i shifted = _mm512_srl_epi32(quads, _mm_cvtsi32_si128(8 * index));
    const __m512i bytes = _mm512_and_si512(shifted, _mm512_set1_epi32(255));
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(bytes, _mm512_set1_epi32(128)));
  }
  CANDOR_INLINE void store_low_bytes(std::int8_t* p, F a) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(_mm512_castps_si512(a)));
  }
  CANDOR_INLINE F set1(float a) { return _mm512_set1_ps(a); }
  CANDOR_INLINE F add(F a, F b) { return _mm512_add_ps(a, b); }
  CANDOR_INLINE F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  CANDOR_INLINE F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  CANDOR_INLINE F div(F a, F b) { return _mm512_div_ps(a, b); }
  CANDOR_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  CANDOR_INLINE F max(F a, F b) { return _mm512_max_ps(a, b); }
  CANDOR_INLINE F min(F a, F b) { return _mm512_min_ps(a, b); }
  CANDOR_INLINE F abs(F a) { return _mm512_abs_ps(a); }
  CANDOR_INLINE F add_exponent(F a, F b) {
    const __m512i shifted = _mm512_slli_epi32(_mm512_castps_si512(b), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), shifted));
  }
  CANDOR_INLINE Mask less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  CANDOR_INLINE Mask ordered(F a) { return _mm512_cmp_ps_mask(a, a, _CMP_ORD_Q); }
  CANDOR_INLINE F select(Mask mask, F yes, F no) { return _mm512_mask_blend_ps(mask, no, yes); }
  CANDOR_INLINE bool all(Mask mask) { return mask == 0xFFFF; }
  CANDOR_INLINE float sum(F a) {
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  CANDOR_INLINE float largest(F a) {
    const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
  }
  CANDOR_INLINE void accumulate(double* to, F a) {
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(a));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1));
    _mm512_storeu_pd(to, _mm512_add_pd(_mm512_loadu_pd(to), low));
    _mm512_storeu_pd(to + 8, _mm512_add_pd(_mm512_loadu_pd(to + 8), high));
  }
};

}  // namespace candor::kernels

#undef CANDOR_INLINE
