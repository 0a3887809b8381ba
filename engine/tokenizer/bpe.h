// Byte-pair encoding of one piece of text: start from single bytes, merge the neighbours whose pair
// comes first in the list of merges (leftmost on ties) until no pair is in the list. It knows
// nothing of pieces, special tokens or files. Thread-safe once made.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/token_table.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct Merge {
  TokenId left = 0;
  TokenId right = 0;
  TokenId result = 0;
};

class Bpe {
 public:
  // `tokens`: the bytes of every id; they outlive this object. Only ids with `ordinary[id]` are
  // ever produced. `merges` in order of rank. `whole_pieces`: a piece that is a token is that
  // token, whatever the merges say (ignore_merges).
  Bpe(std::span<const std::string> tokens, const std::vector<bool>& ordinary,
      std::span<const Merge> merges, bool whole_pieces);

  // Appends the ids of the piece. Throws Error when it holds a byte that the vocabulary lacks.
  void encode(std::string_view piece, std::vector<TokenId>& ids) const;

  // An ordinary token, -1: none.
  TokenId find(std::string_view bytes) const { return by_bytes_.find(bytes); }

 private:
  struct Slot {
    std::uint64_t pair = kNoPair;
    std::uint32_t rank = 0;
    TokenId result = 0;
  };
  static constexpr std::uint64_t kNoPair = ~std::uint64_t{0};

  // What merging gives for the bytes of a whole token.
  enum Whole : std::uint8_t { kUnknown, kItself, kSeveral };

  const Slot* find_merge(TokenId left, TokenId right) const;
  void merge(std::string_view piece, std::vector<TokenId>& ids) const;

  std::array<TokenId, 256> byte_tokens_{};
  TokenTable by_bytes_;
  std::vector<Slot> slots_;  // open addressing, a power of two
  bool whole_pieces_;
  // Filled as pieces come by; every thread would write the same value.
  std::unique_ptr<std::atomic<std::uint8_t>[]> whole_;
};

}  // namespace candor::engine
