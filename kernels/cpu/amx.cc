// The kernels for AMX with int8: the tile instructions for the default precision and, where there
// are those for bf16, for BF16 weights; AVX-512 VNNI for the rest. Everything of the standard
// library that the bodies need is included before the pragma, so that no function shared with other
// files is compiled for this target.
#include "kernels/cpu/kernel_set.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

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
#include "kernels/cpu/amx_float.h"
#include "kernels/cpu/amx_wide.h"
#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/vnni_grouped.h"

namespace candor::kernels {
namespace {

// LDTILECFG's operand, palette 1.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfig) == 64);

// Own assembly rather than the compiler's intrinsics: GCC 12's have no memory clobber, and it drops
// the stores that fill the configuration.
struct HardwareTiles {
  // Tiles are configured for one stripe at a time and given back, so that a thread that does other
  // work carries no tile state through context switches.
  struct Scope {
    Scope() {
      static constexpr TileConfig kConfig;
      asm volatile("ldtilecfg %0" ::"m"(kConfig) : "memory");
    }
    ~Scope() { asm volatile("tilerelease" ::: "memory"); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };

  template <int Tile>
  [[gnu::always_inline]] static inline void zero() {
    asm volatile("tilezero %%tmm%c0" ::"i"(Tile));
  }
  template <int Tile>
  [[gnu::always_inline]] static inline void load(const void* from, std::size_t stride) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(Tile) : "memory");
  }
  template <int Tile>
  [[gnu::always_inline]] static inline void store(void* to, std::size_t stride) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(Tile) : "memory");
  }
  // sums += activations x weights, both signed. AT&T order: last operand first.
  template <int Sum, int Activations, int Weights>
  [[gnu::always_inline]] static inline void dot() {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(Sum), "i"(Activations), "i"(Weights));
  }
  // sums += activations x weights, pairs of bf16.
  template <int Sum, int Activations, int Weights>
  [[gnu::always_inline]] static inline void dot_bf16() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(Sum), "i"(Activations),
                 "i"(Weights));
  }
  [[gnu::always_inline]] static inline void fetch(const std::byte* from, std::size_t lines) {
    for (std::size_t line = 0; line < lines; ++line) _mm_prefetch(from + 64 * line, _MM_HINT_T1);
  }
};

}  // namespace

bool request_amx() {
  // arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA): for the whole process, once.
  static const bool granted = syscall(SYS_arch_prctl, 0x1023, 18) == 0;
  return granted;
}

const KernelSet& amx_kernels() {
  using Wide = AmxWide<HardwareTiles, Avx512Lanes>;
  using Pairs = AmxFloat<HardwareTiles, Avx512Lanes>;
  if (has_bf16_tiles()) return kKernelTable<Avx512Lanes, Wide, VnniGrouped, Pairs>;
  return kKernelTable<Avx512Lanes, Wide, VnniGrouped>;
}

}  // namespace candor::kernels

#endif
