// The lanes of lanes_portable.h in two AVX registers. Included after the target pragma of avx2.cc,
// and by nothing else.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#define CANDOR_INLINE [[gnu::always_inline]] static inline

namespace candor::kernels {

struct Avx2Lanes {
  struct F {
    __m256 low, high;
  };
  using Mask = F;
  static constexpr int kFloatTiles = 1;
  static constexpr int kFloatRows = 4;
  static constexpr int kQueries = 4;
  static constexpr int kKeyVectors = 1;
  static constexpr int kValueVectors = 1;

  CANDOR_INLINE F load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  CANDOR_INLINE void store(float* p, F a) {
    _mm256_storeu_ps(p, a.low);
    _mm256_storeu_ps(p + 8, a.high);
  }
  CANDOR_INLINE F load_half(const std::uint16_t* p) {
    const auto* values = reinterpret_cast<const __m128i*>(p);
    return {_mm256_cvtph_ps(_mm_loadu_si128(values)), _mm256_cvtph_ps(_mm_loadu_si128(values + 1))};
  }
  CANDOR_INLINE F load_bfloat(const std::uint16_t* p) {
    const auto* values = reinterpret_cast<const __m128i*>(p);
    const __m256i low = _mm256_cvtepu16_epi32(_mm_loadu_si128(values));
    const __m256i high = _mm256_cvtepu16_epi32(_mm_loadu_si128(values + 1));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(low, 16)),
            _mm256_castsi256_ps(_mm256_slli_epi32(high, 16))};
  }
  CANDOR_INLINE F load_bfloat_of_pair(const std::uint16_t* p, int index) {
    const auto one = [&](const std::uint16_t* from) {
      const __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
      return _mm256_castsi256_ps(index == 0 ? _mm256_slli_epi32(pairs, 16)
                                            : _mm256_and_si256(pairs, _mm256_set1_epi32(-65536)));
    };
    return {one(p), one(p + 16)};
  }
  CANDOR_INLINE __m256 quad_byte(const __m256i* p, int index) {
    const __m256i shifted = _mm256_srl_epi32(_mm256_loadu_si256(p), _mm_cvtsi32_si128(8 * index));
    const __m256i bytes = _mm256_and_si256(shifted, _mm256_set1_epi32(255));
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(bytes, _mm256_set1_epi32(128)));
  }
  CANDOR_INLINE F load_int32(const std::int32_t* p) {
    const auto* values = reinterpret_cast<const __m256i*>(p);
    return {_mm256_cvtepi32_ps(_mm256_loadu_si256(values)),
            _mm256_cvtepi32_ps(_mm256_loadu_si256(values + 1))};
  }
  CANDOR_INLINE F load_quad_byte(const std::byte* p, int index) {
    const auto* quads = reinterpret_cast<const __m256i*>(p);
    return {quad_byte(quads, index), quad_byte(quads + 1, index)};
  }
  CANDOR_INLINE void store_low_bytes(std::int8_t* p, F a) {
    const __m256i mask = _mm256_set1_epi32(255);
    const __m256i low = _mm256_and_si256(_mm256_castps_si256(a.low), mask);
    const __m256i high = _mm256_and_si256(_mm256_castps_si256(a.high), mask);
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xD8);
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
  }
  CANDOR_INLINE F set1(float a) { return {_mm256_set1_ps(a), _mm256_set1_ps(a)}; }
  CANDOR_INLINE F add(F a, F b) {
    return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
  }
  CANDOR_INLINE F sub(F a, F b) {
    return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
  }
  CANDOR_INLINE F mul(F a, F b) {
    return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
  }
  CANDOR_INLINE F div(F a, F b) {
    return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
  }
  CANDOR_INLINE F fma(F a, F b, F c) {
    return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
  }
  CANDOR_INLINE F max(F a, F b) {
    return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
  }
  CANDOR_INLINE F min(F a, F b) {
    return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
  }
  CANDOR_INLINE F abs(F a) {
    const __m256 sign = _mm256_set1_ps(-0.0F);
    return {_mm256_andnot_ps(sign, a.low), _mm256_andnot_ps(sign, a.high)};
  }
  CANDOR_INLINE __m256 add_exponent(__m256 a, __m256 b) {
    const __m256i shifted = _mm256_slli_epi32(_mm256_castps_si256(b), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), shifted));
  }
  CANDOR_INLINE F add_exponent(F a, F b) {
    return {add_exponent(a.low, b.low), add_exponent(a.high, b.high)};
  }
  CANDOR_INLINE Mask less(F a, F b) {
    return {_mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ)};
  }
  CANDOR_INLINE Mask ordered(F a) {
    return {_mm256_cmp_ps(a.low, a.low, _CMP_ORD_Q), _mm256_cmp_ps(a.high, a.high, _CMP_ORD_Q)};
  }
  CANDOR_INLINE F select(Mask mask, F yes, F no) {
    return {_mm256_blendv_ps(no.low, yes.low, mask.low),
            _mm256_blendv_ps(no.high, yes.high, mask.high)};
  }
  CANDOR_INLINE bool all(Mask mask) {
    return _mm256_movemask_ps(_mm256_and_ps(mask.low, mask.high)) == 255;
  }
  CANDOR_INLINE float sum(F a) {
    const __m256 eight = _mm256_add_ps(a.low, a.high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  CANDOR_INLINE float largest(F a) {
    const __m256 eight = _mm256_max_ps(a.low, a.high);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
  }
  CANDOR_INLINE void accumulate_four(double* to, __m128 a) {
    _mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), _mm256_cvtps_pd(a)));
  }
  CANDOR_INLINE void accumulate(double* to, F a) {
    accumulate_four(to, _mm256_castps256_ps128(a.low));
    accumulate_four(to + 4, _mm256_extractf128_ps(a.low, 1));
    accumulate_four(to + 8, _mm256_castps256_ps128(a.high));
    accumulate_four(to + 12, _mm256_extractf128_ps(a.high, 1));
  }
};

}  // namespace candor::kernels

#undef CANDOR_INLINE
