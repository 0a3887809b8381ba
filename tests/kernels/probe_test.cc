// The limits of the machine: figures that a real machine can have, from every set of loops it can
// run.
#include "kernels/probe.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "kernels/cpu/aligned_buffer.h"
#include "kernels/cpu/probe_loops.h"
#include "kernels/isa.h"

namespace candor::kernels {
namespace {

std::vector<std::pair<const char*, const ProbeLoops*>> supported_loops() {
  std::vector<std::pair<const char*, const ProbeLoops*>> sets = {
      {"portable", &portable_probe_loops()}};
#if defined(__x86_64__)
  if (isa_supported(Isa::kAvx2)) sets.emplace_back("avx2", &avx2_probe_loops());
  if (isa_supported(Isa::kAvx512Vnni)) {
    sets.emplace_back("avx512vnni", &avx512vnni_probe_loops());
  }
  if (isa_supported(Isa::kAmx)) sets.emplace_back("amx", &amx_probe_loops());
#endif
  return sets;
}

TEST(Probe, TheLimitsAreThoseOfAMachineThatCouldExist) {
  ThreadPool pool(2);
  const double read = read_bytes_per_s(pool);
  EXPECT_GT(read, 1e8);
  EXPECT_LT(read, 1e13);
  const double ops = int8_ops_per_s(pool);
  EXPECT_GT(ops, 1e8);
  EXPECT_LT(ops, 1e15);
}

// A reader that leaves a line out would report a bandwidth that is not there.
TEST(Probe, EveryByteThatIsReadCounts) {
  constexpr std::size_t kBytes = 4096;
  AlignedBuffer buffer(kBytes);
  for (const auto& [set, loops] : supported_loops()) {
    std::memset(buffer.data(), 0, kBytes);
    EXPECT_EQ(loops->read(buffer.data(), kBytes), 0U) << set;
    for (std::size_t at = 0; at < kBytes; ++at) {
      buffer.data()[at] = std::byte{1};
      EXPECT_NE(loops->read(buffer.data(), kBytes), 0U) << set << " at " << at;
      buffer.data()[at] = std::byte{0};
    }
  }
}

// Each round adds the same to every sum: what is returned is a straight line in the rounds. Loops
// whose rounds were left out or merged into one would not be.
TEST(Probe, EveryRoundOfDotProductsIsDone) {
  for (const auto& [set, loops] : supported_loops()) {
    const auto at = [&dot = loops->dot](std::size_t rounds) {
      return static_cast<std::uint32_t>(dot(rounds));
    };
    EXPECT_NE(at(2), at(1)) << set;
    EXPECT_EQ(at(1000) - at(1), 999 * (at(2) - at(1))) << set;
    EXPECT_GT(loops->ops_per_round, 0) << set;
  }
}

}  // namespace
}  // namespace candor::kernels
