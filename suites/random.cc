#include "suites/random.h"

#include <fmt/format.h>

#include "data/base/hash.h"

namespace candor::suites {

Random::Random(std::uint64_t seed, std::string_view name) : state_(0) {
  const std::string digest = data::sha256_hex(fmt::format("{}/{}", seed, name));
  for (int i = 0; i < 16; ++i) {
    const char c = digest[static_cast<std::size_t>(i)];
    state_ = state_ * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ull;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

int Random::between(int lo, int hi) {
  const auto range = static_cast<std::uint64_t>(static_cast<std::int64_t>(hi) - lo + 1);
  // Draws at or over the largest multiple of `range` are thrown away: what is left is even.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % range;
  std::uint64_t draw = next();
  while (draw >= limit) draw = next();
  return static_cast<int>(lo + static_cast<std::int64_t>(draw % range));
}

}  // namespace candor::suites
