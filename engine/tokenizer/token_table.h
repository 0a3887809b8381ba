// From the bytes of a token to its id: a hash table with open addressing, because looking tokens up
// is most of the work of loading a vocabulary and of encoding. It does not own the bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

class TokenTable {
 public:
  // Room for `most` tokens; inserting more is a mistake of the caller.
  explicit TokenTable(std::size_t most) : slots_(std::bit_ceil(most * 2 + 2)) {}

  // False when the bytes are there already (their id stays).
  bool insert(std::string_view bytes, TokenId id) {
    const std::size_t hash = hash_of(bytes);
    Slot& slot = slots_[place_of(bytes, hash)];
    if (slot.id >= 0) return false;
    slot = {bytes, static_cast<std::uint32_t>(hash >> 32), id};
    return true;
  }

  TokenId find(std::string_view bytes) const {  // -1: not there
    return slots_[place_of(bytes, hash_of(bytes))].id;
  }

 private:
  struct Slot {
    std::string_view bytes;
    std::uint32_t hash = 0;  // upper half: saves most comparisons
    TokenId id = -1;
  };

  static std::size_t hash_of(std::string_view bytes) {
    return std::hash<std::string_view>()(bytes);
  }

  // The slot of the bytes, or the empty one where they belong.
  std::size_t place_of(std::string_view bytes, std::size_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      const bool same = slot.hash == static_cast<std::uint32_t>(hash >> 32) && slot.bytes == bytes;
      if (slot.id < 0 || same) return at;
    }
  }

  std::vector<Slot> slots_;
};

}  // namespace candor::engine
