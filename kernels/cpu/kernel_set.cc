#include "kernels/cpu/kernel_set.h"

namespace candor::kernels {

const KernelSet& kernel_set(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) return avx2_kernels();
  if (isa == Isa::kAvx512Vnni) return avx512vnni_kernels();
  if (isa == Isa::kAmx) return amx_kernels();
#else
  static_cast<void>(isa);
#endif
  return portable_kernels();
}

}  // namespace candor::kernels
