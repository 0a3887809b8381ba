// A small random stream for resampling: PCG32 (M. E. O'Neill, "PCG: A Family of Simple Fast
// Space-Efficient Statistically Good Algorithms for Random Number Generation", 2014). The same seed
// gives the same numbers everywhere, which the standard library's distributions do not promise. Not
// for secrets, and not the stream that samples tokens.
#pragma once

#include <cstdint>

namespace candor::data {

class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed, std::uint64_t sequence = 0) {
    increment_ = sequence << 1 | 1;
    next();
    state_ += seed;
    next();
  }

  std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005ULL + increment_;
    const auto mixed = static_cast<std::uint32_t>(((old >> 18) ^ old) >> 27);
    const auto turn = static_cast<std::uint32_t>(old >> 59);
    return mixed >> turn | mixed << ((32 - turn) & 31);
  }

  // Uniform in 0 … bound-1, without bias; bound > 0.
  std::uint32_t below(std::uint32_t bound) {
    const std::uint32_t threshold = (0U - bound) % bound;
    std::uint32_t value = next();
    while (value < threshold) value = next();
    return value % bound;
  }

 private:
  std::uint64_t state_ = 0;
  std::uint64_t increment_ = 1;
};

}  // namespace candor::data
