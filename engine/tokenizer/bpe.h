// Byte-pair encoding of one piece of text: start from single bytes or characters, merge the
// neighbours whose pair has the lowest rank (leftmost on ties) until no pair has one. It knows
// nothing of pre-tokenizers, special tokens or files. Thread-safe once made: what a thread needs to
// work with is its own BpeMemory.
//
// Most of the work is avoided, never the result changed:
// - A piece is cut at seams (seams.h), where no merge can reach across.
// - What a short piece gave is remembered in the BpeMemory.
// - Whether a piece that is itself a token is reached by merging is found out once.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/seams.h"
#include "engine/tokenizer/token_table.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct Merge {
  TokenId left = 0;
  TokenId right = 0;
  TokenId result = 0;
  std::uint32_t rank = 0;  // the lowest first; equal ones from left to right
};

struct BpeOptions {
  // A piece that is a token is that token, whatever the merges say (ignore_merges, tiktoken).
  bool whole_pieces = false;
  // SentencePiece: merging starts from characters. What no merge joined and is no token becomes the
  // token of each of its bytes. Otherwise merging starts from bytes.
  bool from_characters = false;
  // from_characters: the token of each byte, -1 where there is none. Otherwise the ordinary tokens
  // of one byte are taken.
  std::array<TokenId, 256> byte_tokens{};
  // from_characters: characters that are no tokens but parts of merges, as the ids
  // tokens.size(), tokens.size() + 1, ….
  std::vector<std::string> characters = {};
};

// What one thread at a time works with. Belongs to one Bpe.
class BpeMemory {
 public:
  BpeMemory();

  // Frees what a long piece needed, if it is more than about so many bytes.
  void shrink(std::size_t bytes);

 private:
  friend class Bpe;

  static constexpr std::size_t kEntries = 8192;
  static constexpr std::size_t kMostBytes = 24;
  static constexpr std::size_t kMostIds = 7;
  // In a key's length: of a piece, which may be a token that merging does not arrive at.
  static constexpr std::uint32_t kWholePiece = 0x100;
  struct Key {
    std::array<std::uint64_t, kMostBytes / 8> words{};
    std::uint32_t length = 0;  // 0: an empty entry
    bool operator==(const Key&) const = default;
  };
  // One line of the processor's cache.
  struct alignas(64) Entry {
    Key key;
    std::uint32_t count = 0;
    std::array<TokenId, kMostIds> ids{};
  };
  static Key key_of(std::string_view text, std::size_t begin, std::size_t end);
  static std::size_t place_of(const Key& key);
  // Appends the ids of the key; `encode` appends them when they are not known.
  template <typename Encode>
  void remember(Key key, std::vector<TokenId>& ids, Encode&& encode);

  // A symbol while it is being merged; linked by index, -1 at the ends.
  struct Part {
    TokenId symbol;
    std::uint32_t begin;  // of its bytes in the text
    std::int32_t before;
    std::int32_t after;
  };
  struct Candidate {
    std::uint32_t rank;
    std::int32_t at;  // of the left part
    TokenId left;     // as they were when it was found: it is stale when they changed
    TokenId right;
    TokenId result;
    bool operator>(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : at > other.at;
    }
  };

  std::unique_ptr<Entry[]> entries_;
  std::vector<Part> parts_;
  std::vector<Candidate> heap_;
};

class Bpe {
 public:
  // `tokens`: the bytes of every id; they outlive this object. Only ids with `ordinary[id]` are
  // ever produced, and the byte tokens of the options.
  Bpe(std::span<const std::string> tokens, const std::vector<bool>& ordinary,
      std::span<const Merge> merges, BpeOptions options);

  // Appends the ids of the piece text[begin, end), which is not empty. Throws Error when it holds a
  // byte that the vocabulary lacks.
  void encode(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
              std::vector<TokenId>& ids) const;

  // An ordinary token, -1: none.
  TokenId find(std::string_view bytes) const { return by_bytes_.find(bytes); }

 private:
  struct Slot {
    std::uint64_t pair = kNoPair;
    std::uint32_t rank = kNoRank;
    TokenId result = 0;
  };
  static constexpr std::uint64_t kNoPair = ~std::uint64_t{0};
  static constexpr std::uint32_t kNoRank = ~std::uint32_t{0};

  // What merging gives for the bytes of a whole token.
  enum Whole : std::uint8_t { kUnknown, kItself, kSeveral };

  void add_merges(std::span<const Merge> merges);
  const Slot& find_merge(TokenId left, TokenId right) const;
  void encode_chunks(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
                     std::vector<TokenId>& ids) const;
  void encode_chunk(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
                    std::vector<TokenId>& ids) const;
  void merge(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
             std::vector<TokenId>& ids) const;
  void split(std::string_view text, std::size_t begin, std::size_t end,
             std::vector<BpeMemory::Part>& parts) const;
  void merge_few(std::vector<BpeMemory::Part>& parts) const;
  void merge_many(BpeMemory& memory) const;
  TokenId byte_token(char byte) const;

  BpeOptions options_;
  std::size_t tokens_;
  std::size_t longest_ = 0;  // ordinary token, in bytes
  TokenTable by_bytes_;
  TokenTable extra_;         // options_.characters
  std::vector<Slot> slots_;  // open addressing, a power of two
  Slot no_merge_;
  Seams seams_;
  // Filled as pieces come by; every thread would write the same value.
  std::unique_ptr<std::atomic<std::uint8_t>[]> whole_;
};

}  // namespace candor::engine
