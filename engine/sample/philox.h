// Philox4x32-10, a counter-based random function: the same key and counter give the same 128 bits
// for ever, so a draw needs no state and no order (Salmon et al., "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011, section 3.3; constants of table 2).
#pragma once

#include <array>
#include <cstdint>

namespace candor::engine {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

constexpr PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// In [0, 1), 53 bits of the first two words.
constexpr double unit_interval(const PhiloxCounter& bits) {
  const std::uint64_t high = bits[0] >> 5;
  const std::uint64_t low = bits[1] >> 6;
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

}  // namespace candor::engine
