// The probe for AMX: tdpbssd, 16 x 16 x 64 multiply-adds an instruction. In assembly throughout:
// the compiler's intrinsics neither allocate tiles nor say that the configuration is read from
// memory.
#include "kernels/cpu/probe_loops.h"

#if defined(__x86_64__)

#include <sys/syscall.h>
#include <unistd.h>

#include "data/base/error.h"

namespace candor::kernels {
namespace {

constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
constexpr int kTileData = 18;               // XFEATURE_XTILEDATA

constexpr std::size_t kTileRows = 16;
constexpr std::size_t kTileBytes = 64;  // of a row
constexpr int kTiles = 4;               // that are summed into: as many as hide the latency

// Intel SDM, volume 1, "Tile configuration": palette 1.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};
static_assert(sizeof(TileConfig) == 64);

std::int32_t dot(std::size_t rounds) {
  TileConfig config;
  for (int tile = 0; tile < 8; ++tile) {
    config.row_bytes[tile] = kTileBytes;
    config.rows[tile] = kTileRows;
  }
  alignas(64) std::int8_t operand[kTileRows * kTileBytes];
  for (std::size_t i = 0; i < sizeof operand; ++i) operand[i] = static_cast<std::int8_t>(i % 5);
  alignas(64) std::int32_t sums[kTileRows * kTileBytes / 4];
  asm volatile(
      "ldtilecfg %[config]\n\t"
      "tilezero %%tmm0\n\t"
      "tilezero %%tmm1\n\t"
      "tilezero %%tmm2\n\t"
      "tilezero %%tmm3\n\t"
      "tileloadd (%[operand], %[stride]), %%tmm4\n\t"
      "tileloadd (%[operand], %[stride]), %%tmm5\n\t"
      "tileloadd (%[operand], %[stride]), %%tmm6\n\t"
      "tileloadd (%[operand], %[stride]), %%tmm7\n\t"
      ".p2align 5\n"
      "1:\n\t"
      "tdpbssd %%tmm6, %%tmm4, %%tmm0\n\t"
      "tdpbssd %%tmm7, %%tmm4, %%tmm1\n\t"
      "tdpbssd %%tmm6, %%tmm5, %%tmm2\n\t"
      "tdpbssd %%tmm7, %%tmm5, %%tmm3\n\t"
      "sub $1, %[rounds]\n\t"
      "jnz 1b\n\t"
      "tilestored %%tmm0, (%[sums], %[stride])\n\t"
      "tilerelease"
      : [rounds] "+r"(rounds)
      : [config] "m"(config), [operand] "r"(operand), [sums] "r"(sums), [stride] "r"(kTileBytes)
      : "memory", "cc");
  return sums[0];
}

bool ask_for_tiles() { return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0; }

}  // namespace

const ProbeLoops& amx_probe_loops() {
  static const bool lent = ask_for_tiles();
  if (!lent) fail("AMX: the system does not lend the tile registers: set CANDOR_ISA=avx512vnni");
  static const ProbeLoops kLoops = {.read = avx512vnni_probe_loops().read,
                                    .dot = &dot,
                                    .ops_per_round = 2.0 * 16 * 16 * 64 * kTiles};
  return kLoops;
}

}  // namespace candor::kernels

#endif
