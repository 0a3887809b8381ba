// The inner loops of the probe, one set for each instruction set. None keeps a result: what counts
// is that the compiler may neither leave a step out nor put an accumulator into memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace candor::kernels {

struct ProbeLoops {
  // Reads every byte of `bytes` (a multiple of 512, aligned to 64) and returns something of all.
  std::uint64_t (*read)(const std::byte* data, std::size_t bytes);
  // `rounds` rounds of dot products; returns something of all.
  std::int32_t (*dot)(std::size_t rounds);
  double ops_per_round;  // a multiply-add is two
};

const ProbeLoops& portable_probe_loops();
#if defined(__x86_64__)
const ProbeLoops& avx2_probe_loops();
const ProbeLoops& avx512vnni_probe_loops();
// Asks the system for the tiles at the first call; throws Error when it refuses.
const ProbeLoops& amx_probe_loops();
#endif

}  // namespace candor::kernels
