#include "engine/tokenizer/bpe.h"

#include <algorithm>
#include <bit>
#include <queue>

#include "data/base/error.h"

namespace candor::engine {
namespace {

std::uint64_t pair_key(TokenId left, TokenId right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

// Multiplicative hashing; the upper half of the product depends on all bits of the key.
std::size_t slot_of(std::uint64_t key, std::size_t mask) {
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 32) & mask;
}

// A part of the piece while it is being merged. Parts are linked by index, -1 at the ends.
struct Part {
  TokenId token;
  std::int32_t before;
  std::int32_t after;
};

struct Candidate {
  std::uint32_t rank;
  std::int32_t at;  // of the left part
  TokenId left;     // as they were when the candidate was found: it is stale when they changed
  TokenId right;
  TokenId result;

  bool operator>(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

}  // namespace

Bpe::Bpe(std::span<const std::string> tokens, const std::vector<bool>& ordinary,
         std::span<const Merge> merges, bool whole_pieces)
    : by_bytes_(tokens.size()), whole_pieces_(whole_pieces) {
  byte_tokens_.fill(-1);
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!ordinary[id] || tokens[id].empty()) continue;
    by_bytes_.insert(tokens[id], static_cast<TokenId>(id));
    if (tokens[id].size() == 1) {
      byte_tokens_[static_cast<unsigned char>(tokens[id][0])] = static_cast<TokenId>(id);
    }
  }
  whole_ = std::make_unique<std::atomic<std::uint8_t>[]>(tokens.size());
  slots_.resize(std::bit_ceil(merges.size() * 2 + 2));
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const Merge& merge = merges[rank];
    const std::uint64_t key = pair_key(merge.left, merge.right);
    std::size_t at = slot_of(key, mask);
    while (slots_[at].pair != kNoPair && slots_[at].pair != key) at = (at + 1) & mask;
    if (slots_[at].pair == key) continue;  // the first of two equal merges is the one that counts
    slots_[at] = {key, static_cast<std::uint32_t>(rank), merge.result};
  }
}

const Bpe::Slot* Bpe::find_merge(TokenId left, TokenId right) const {
  const std::uint64_t key = pair_key(left, right);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = slot_of(key, mask);; at = (at + 1) & mask) {
    if (slots_[at].pair == key) return &slots_[at];
    if (slots_[at].pair == kNoPair) return nullptr;
  }
}

void Bpe::encode(std::string_view piece, std::vector<TokenId>& ids) const {
  const TokenId token = find(piece);
  if (token < 0) return merge(piece, ids);
  if (whole_pieces_) {
    ids.push_back(token);
    return;
  }
  // Most pieces are one token. Whether merging arrives at it is found out once for each.
  std::atomic<std::uint8_t>& whole = whole_[static_cast<std::size_t>(token)];
  if (whole.load(std::memory_order_relaxed) == kItself) {
    ids.push_back(token);
    return;
  }
  const std::size_t before = ids.size();
  merge(piece, ids);
  const bool itself = ids.size() == before + 1 && ids.back() == token;
  whole.store(itself ? kItself : kSeveral, std::memory_order_relaxed);
}

void Bpe::merge(std::string_view piece, std::vector<TokenId>& ids) const {
  std::vector<Part> parts;
  parts.reserve(piece.size());
  for (const char byte : piece) {
    const TokenId token = byte_tokens_[static_cast<unsigned char>(byte)];
    if (token < 0) {
      fail("tokenizer: the vocabulary has no token for byte 0x{:02x}, the text cannot be encoded",
           static_cast<unsigned char>(byte));
    }
    const auto at = static_cast<std::int32_t>(parts.size());
    parts.push_back({token, at - 1, at + 1});
  }
  if (parts.empty()) return;
  parts.back().after = -1;

  const auto part = [&parts](std::int32_t at) -> Part& {
    return parts[static_cast<std::size_t>(at)];
  };
  std::vector<Candidate> heap;
  heap.reserve(parts.size());
  const auto candidate_at = [&](std::int32_t at) {
    const Part& left = part(at);
    if (left.after < 0) return;
    const Part& right = part(left.after);
    const Slot* found = find_merge(left.token, right.token);
    if (found == nullptr) return;
    heap.push_back({found->rank, at, left.token, right.token, found->result});
    std::ranges::push_heap(heap, std::greater<>());
  };
  for (std::int32_t at = 0; part(at).after >= 0; ++at) candidate_at(at);

  constexpr TokenId kMergedAway = -1;
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, std::greater<>());
    const Candidate best = heap.back();
    heap.pop_back();
    Part& left = part(best.at);
    if (left.token != best.left || left.after < 0) continue;
    Part& right = part(left.after);
    if (right.token != best.right) continue;
    left.token = best.result;
    right.token = kMergedAway;
    left.after = right.after;
    if (left.after >= 0) part(left.after).before = best.at;
    if (left.before >= 0) candidate_at(left.before);
    candidate_at(best.at);
  }
  for (std::int32_t at = 0; at >= 0; at = part(at).after) ids.push_back(part(at).token);
}

}  // namespace candor::engine
