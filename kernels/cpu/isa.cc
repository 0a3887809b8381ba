#include "kernels/isa.h"

#include <cstdlib>
#include <string_view>

#include "data/base/error.h"
#include "kernels/cpu/kernel_set.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace candor::kernels {
namespace {

constexpr Isa kBestFirst[] = {Isa::kAmx, Isa::kAvx512Vnni, Isa::kAvx2, Isa::kPortable};

Isa choose() {
  const char* wanted = std::getenv("CANDOR_ISA");
  for (const Isa isa : kBestFirst) {
    if (wanted == nullptr || *wanted == '\0') {
      if (isa_supported(isa)) return isa;
    } else if (std::string_view(wanted) == name(isa)) {
      if (isa_supported(isa)) return isa;
      fail_usage(
          "CANDOR_ISA={}: this processor lacks it; use another of portable, avx2, avx512vnni, amx",
          wanted);
    }
  }
  fail_usage("CANDOR_ISA={}: unknown instruction set; use portable, avx2, avx512vnni or amx",
             wanted);
}

#if defined(__x86_64__)
// CPUID leaf 7, EDX: AMX-BF16 is bit 22, AMX-TILE bit 24, AMX-INT8 bit 25.
bool has_features(unsigned bits) {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & bits) == bits;
}

bool has_tiles() { return has_features(3U << 24); }
#endif

}  // namespace

#if defined(__x86_64__)
bool has_bf16_tiles() { return has_features(1U << 22); }
#endif

bool isa_supported(Isa isa) {
  if (isa == Isa::kPortable) return true;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("f16c") != 0;
  if (isa == Isa::kAvx2) return avx2;
  const bool vnni =
      avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vnni") != 0;
  if (isa == Isa::kAvx512Vnni) return vnni;
  return vnni && has_tiles() && request_amx();
#else
  return false;
#endif
}

Isa active_isa() {
  static const Isa chosen = choose();
  return chosen;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return "portable";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
    case Isa::kAmx:
      return "amx";
  }
  return "unknown";
}

}  // namespace candor::kernels
