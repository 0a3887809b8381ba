// The probe in plain C++, as the portable kernel multiplies.
#include <cstring>

#include "kernels/cpu/probe_loops.h"

namespace candor::kernels {
namespace {

std::uint64_t read(const std::byte* data, std::size_t bytes) {
  std::uint64_t sums[8] = {};
  for (std::size_t at = 0; at < bytes; at += sizeof sums) {
    std::uint64_t words[8];
    std::memcpy(words, data + at, sizeof words);
    for (int i = 0; i < 8; ++i) sums[i] += words[i];
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) sum += part;
  return sum;
}

constexpr int kLanes = 16;
constexpr int kDepth = 4;

std::int32_t dot(std::size_t rounds) {
  std::uint8_t weights[kLanes * kDepth];
  std::int8_t values[kDepth];
  for (int i = 0; i < kLanes * kDepth; ++i) weights[i] = static_cast<std::uint8_t>(i);
  for (int k = 0; k < kDepth; ++k) values[k] = static_cast<std::int8_t>(k - 1);
  std::uint32_t sums[kLanes] = {};  // unsigned: they may wrap round
  for (std::size_t round = 0; round < rounds; ++round) {
    // The operands could be others each time: no round is the same as the last.
    asm volatile("" : : "r"(weights), "r"(values) : "memory");
    for (int lane = 0; lane < kLanes; ++lane) {
      std::int32_t sum = 0;
#pragma GCC unroll 4
      for (int k = 0; k < kDepth; ++k) sum += weights[kDepth * lane + k] * values[k];
      sums[lane] += static_cast<std::uint32_t>(sum);
    }
  }
  std::uint32_t sum = 0;
  for (const std::uint32_t part : sums) sum += part;
  return static_cast<std::int32_t>(sum);
}

}  // namespace

const ProbeLoops& portable_probe_loops() {
  static constexpr ProbeLoops kLoops = {
      .read = &read, .dot = &dot, .ops_per_round = 2.0 * kLanes * kDepth};
  return kLoops;
}

}  // namespace candor::kernels
