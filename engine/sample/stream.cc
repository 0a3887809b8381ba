#include "engine/sample/stream.h"

#include <bit>
#include <charconv>
#include <string>

#include "data/base/hash.h"

namespace candor::engine {

namespace {

// Little-endian whatever the machine, so that the key is the same everywhere.
void append(std::string& bytes, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
}

void append(std::string& bytes, double value) {
  append(bytes, std::bit_cast<std::uint64_t>(value + 0.0));  // -0 counts as 0
}

}  // namespace

PhiloxKey stream_key(std::uint64_t seed, std::span<const TokenId> prompt,
                     const data::Sampling& sampling, int repeat) {
  std::string bytes = "candor sample 1";
  append(bytes, seed);
  append(bytes, static_cast<std::uint64_t>(prompt.size()));
  for (const TokenId id : prompt) append(bytes, static_cast<std::uint64_t>(id));
  append(bytes, sampling.temperature);
  append(bytes, sampling.top_p);
  append(bytes, static_cast<std::uint64_t>(sampling.top_k));
  append(bytes, sampling.min_p);
  append(bytes, static_cast<std::uint64_t>(repeat));
  const std::string hex = data::sha256_hex(bytes);
  PhiloxKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::from_chars(hex.data() + 8 * i, hex.data() + 8 * i + 8, key[i], 16);
  }
  return key;
}

double draw(const PhiloxKey& key, std::uint64_t position) {
  const PhiloxCounter counter = {static_cast<std::uint32_t>(position),
                                 static_cast<std::uint32_t>(position >> 32), 0, 0};
  return unit_interval(philox(counter, key));
}

}  // namespace candor::engine
