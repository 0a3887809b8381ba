// The kernels for AVX2 with FMA and F16C. Everything of the standard library that the bodies need
// is included before the pragma, so that no function shared with other files is compiled for this
// target.
#include "kernels/cpu/kernel_set.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/cpu/half.h"
#include "kernels/cpu/pages.h"

#pragma GCC target("avx2,fma,f16c")

#include "kernels/cpu/lanes_avx2.h"
// After the lanes, of which they are templates.
#include "kernels/cpu/avx2_grouped.h"
#include "kernels/cpu/avx2_wide.h"
#include "kernels/cpu/kernel_table.h"

namespace candor::kernels {
const KernelSet& avx2_kernels() { return kKernelTable<Avx2Lanes, Avx2Wide, Avx2Grouped>; }

}  // namespace candor::kernels

#endif
