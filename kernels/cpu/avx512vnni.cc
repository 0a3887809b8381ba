// The kernels for AVX-512 with VNNI. Everything of the standard library that the bodies need is
// included before the pragma, so that no function shared with other files is compiled for this
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

// GCC 12's own headers pass deliberately undefined vectors as the unused operand of masked
// intrinsics.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

#include "kernels/cpu/lanes_avx512.h"
// After the lanes, of which they are templates.
#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/vnni_grouped.h"
#include "kernels/cpu/vnni_wide.h"

namespace candor::kernels {
const KernelSet& avx512vnni_kernels() { return kKernelTable<Avx512Lanes, VnniWide, VnniGrouped>; }

}  // namespace candor::kernels

#endif
