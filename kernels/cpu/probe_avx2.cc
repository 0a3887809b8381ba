// The probe for AVX2: vpmaddubsw and vpmaddwd, three instructions for 32 multiply-adds. The kernels
// widen to 16 bits instead, because the first of the two saturates: this is the limit they pay that
// for.
#include "kernels/cpu/probe_loops.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma GCC target("avx2,fma,f16c")

namespace candor::kernels {
namespace {

std::uint64_t read(const std::byte* data, std::size_t bytes) {
  const auto* at = reinterpret_cast<const __m256i*>(data);
  __m256i a = _mm256_setzero_si256();
  __m256i b = a;
  __m256i c = a;
  __m256i d = a;
  for (const auto* const end = at + bytes / sizeof(__m256i); at != end; at += 4) {
    a = _mm256_xor_si256(a, _mm256_load_si256(at));
    b = _mm256_xor_si256(b, _mm256_load_si256(at + 1));
    c = _mm256_xor_si256(c, _mm256_load_si256(at + 2));
    d = _mm256_xor_si256(d, _mm256_load_si256(at + 3));
  }
  const __m256i all = _mm256_xor_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(c, d));
  return static_cast<std::uint64_t>(_mm256_extract_epi64(all, 0) ^ _mm256_extract_epi64(all, 1) ^
                                    _mm256_extract_epi64(all, 2) ^ _mm256_extract_epi64(all, 3));
}

constexpr int kChains = 8;

std::int32_t dot(std::size_t rounds) {
  __m256i sums[kChains];
#pragma GCC unroll 8
  for (int i = 0; i < kChains; ++i) sums[i] = _mm256_setzero_si256();
  const __m256i weights = _mm256_set1_epi8(3);
  const __m256i values = _mm256_set1_epi8(-2);
  const __m256i ones = _mm256_set1_epi16(1);
  for (std::size_t round = 0; round < rounds; ++round) {
    // Written out: from the intrinsics the compiler takes the products out of the loop.
#pragma GCC unroll 8
    for (int i = 0; i < kChains; ++i) {
      __m256i products;
      asm volatile(
          "vpmaddubsw %3, %2, %1\n\t"
          "vpmaddwd %4, %1, %1\n\t"
          "vpaddd %1, %0, %0"
          : "+x"(sums[i]), "=&x"(products)
          : "x"(weights), "x"(values), "x"(ones));
    }
  }
#pragma GCC unroll 8
  for (int i = 1; i < kChains; ++i) sums[0] = _mm256_add_epi32(sums[0], sums[i]);
  return _mm256_extract_epi32(sums[0], 0);
}

}  // namespace

const ProbeLoops& avx2_probe_loops() {
  static constexpr ProbeLoops kLoops = {
      .read = &read, .dot = &dot, .ops_per_round = 2.0 * 32 * kChains};
  return kLoops;
}

}  // namespace candor::kernels

#endif
