#include "kernels/isa.h"

#include <cstdlib>
#include <string_view>

#include "data/base/error.h"

namespace candor::kernels {
namespace {

constexpr Isa kBestFirst[] = {Isa::kAvx512Vnni, Isa::kAvx2, Isa::kPortable};

Isa choose() {
  const char* wanted = std::getenv("CANDOR_ISA");
  for (const Isa isa : kBestFirst) {
    if (wanted == nullptr || *wanted == '\0') {
      if (isa_supported(isa)) return isa;
    } else if (std::string_view(wanted) == name(isa)) {
      if (isa_supported(isa)) return isa;
      fail_usage(
          "CANDOR_ISA={}: this processor lacks it; use another of portable, avx2, avx512vnni",
          wanted);
    }
  }
  fail_usage("CANDOR_ISA={}: unknown instruction set; use portable, avx2 or avx512vnni", wanted);
}

}  // namespace

bool isa_supported(Isa isa) {
  if (isa == Isa::kPortable) return true;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("f16c") != 0;
  if (isa == Isa::kAvx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
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
  }
  return "unknown";
}

}  // namespace candor::kernels
