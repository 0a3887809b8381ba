// The probe for AVX-512 with VNNI: vpdpbusd, 64 multiply-adds an instruction.
#include "kernels/cpu/probe_loops.h"

#if defined(__x86_64__)

#include <immintrin.h>

// GCC 12's own headers pass deliberately undefined vectors as the unused operand of masked
// intrinsics.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

namespace candor::kernels {
namespace {

std::uint64_t read(const std::byte* data, std::size_t bytes) {
  const auto* at = reinterpret_cast<const __m512i*>(data);
  __m512i a = _mm512_setzero_si512();
  __m512i b = a;
  __m512i c = a;
  __m512i d = a;
  for (const auto* const end = at + bytes / sizeof(__m512i); at != end; at += 4) {
    a = _mm512_xor_si512(a, _mm512_load_si512(at));
    b = _mm512_xor_si512(b, _mm512_load_si512(at + 1));
    c = _mm512_xor_si512(c, _mm512_load_si512(at + 2));
    d = _mm512_xor_si512(d, _mm512_load_si512(at + 3));
  }
  const __m512i all = _mm512_xor_si512(_mm512_xor_si512(a, b), _mm512_xor_si512(c, d));
  return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(all));
}

constexpr int kChains = 16;

std::int32_t dot(std::size_t rounds) {
  __m512i sums[kChains];
#pragma GCC unroll 16
  for (int i = 0; i < kChains; ++i) sums[i] = _mm512_setzero_si512();
  const __m512i weights = _mm512_set1_epi8(3);
  const __m512i values = _mm512_set1_epi8(-2);
  for (std::size_t round = 0; round < rounds; ++round) {
    // Written out, so that the sums stay in registers and no step is left out.
#pragma GCC unroll 16
    for (int i = 0; i < kChains; ++i) {
      asm volatile("vpdpbusd %2, %1, %0" : "+v"(sums[i]) : "v"(weights), "v"(values));
    }
  }
#pragma GCC unroll 16
  for (int i = 1; i < kChains; ++i) sums[0] = _mm512_add_epi32(sums[0], sums[i]);
  return _mm512_reduce_add_epi32(sums[0]);
}

}  // namespace

const ProbeLoops& avx512vnni_probe_loops() {
  static constexpr ProbeLoops kLoops = {
      .read = &read, .dot = &dot, .ops_per_round = 2.0 * 64 * kChains};
  return kLoops;
}

}  // namespace candor::kernels

#endif
