#include "engine/tokenizer/bpe.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "data/base/error.h"
#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

// Up to so many symbols, looking through all of them for each merge is faster than a heap.
constexpr std::size_t kFew = 40;

std::uint64_t pair_key(TokenId left, TokenId right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

// Multiplicative hashing; the upper half of the product depends on all bits of the key.
std::size_t slot_of(std::uint64_t key, std::size_t mask) {
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 32) & mask;
}

}  // namespace

BpeMemory::BpeMemory() : entries_(std::make_unique<Entry[]>(kEntries)) {}

void BpeMemory::shrink(std::size_t bytes) {
  if (parts_.capacity() * sizeof(Part) > bytes) parts_ = {};
  if (heap_.capacity() * sizeof(Candidate) > bytes) heap_ = {};
}

BpeMemory::Key BpeMemory::key_of(std::string_view text, std::size_t begin, std::size_t end) {
  Key key;
  key.length = static_cast<std::uint32_t>(end - begin);
  if (begin + kMostBytes > text.size()) {
    std::memcpy(key.words.data(), text.data() + begin, end - begin);
    return key;
  }
  std::memcpy(key.words.data(), text.data() + begin, kMostBytes);
  for (std::size_t i = 0; i < key.words.size(); ++i) {
    if (key.length <= 8 * i) {
      key.words[i] = 0;
    } else if (key.length < 8 * i + 8) {
      key.words[i] &= (std::uint64_t{1} << 8 * (key.length - 8 * i)) - 1;
    }
  }
  return key;
}

std::size_t BpeMemory::place_of(const Key& key) {
  static_assert(std::has_single_bit(kEntries));
  std::uint64_t hash = key.length;
  for (const std::uint64_t word : key.words) {
    hash = (std::rotl(hash, 25) ^ word) * 0x9E3779B97F4A7C15U;
  }
  return static_cast<std::size_t>(hash >> 40) & (kEntries - 1);
}

Bpe::Bpe(std::span<const std::string> tokens, const std::vector<bool>& ordinary,
         std::span<const Merge> merges, BpeOptions options)
    : options_(std::move(options)),
      tokens_(tokens.size()),
      by_bytes_(tokens.size()),
      extra_(options_.characters.size()) {
  if (!options_.from_characters) options_.byte_tokens.fill(-1);
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!ordinary[id] || tokens[id].empty()) continue;
    by_bytes_.insert(tokens[id], static_cast<TokenId>(id));
    longest_ = std::max(longest_, tokens[id].size());
    if (!options_.from_characters && tokens[id].size() == 1) {
      options_.byte_tokens[static_cast<unsigned char>(tokens[id][0])] = static_cast<TokenId>(id);
    }
  }
  for (std::size_t i = 0; i < options_.characters.size(); ++i) {
    extra_.insert(options_.characters[i], static_cast<TokenId>(tokens_ + i));
  }
  whole_ = std::make_unique<std::atomic<std::uint8_t>[]>(tokens.size());
  add_merges(merges);
  const auto bytes_of = [&](TokenId symbol) -> std::string_view {
    const auto at = static_cast<std::size_t>(symbol);
    return at < tokens.size() ? tokens[at] : options_.characters[at - tokens.size()];
  };
  for (const Merge& merge : merges) {
    seams_.add_merge(bytes_of(merge.left), bytes_of(merge.right));
  }
}

void Bpe::add_merges(std::span<const Merge> merges) {
  slots_.resize(std::bit_ceil(merges.size() * 2 + 2));
  const std::size_t mask = slots_.size() - 1;
  for (const Merge& merge : merges) {
    const std::uint64_t key = pair_key(merge.left, merge.right);
    std::size_t at = slot_of(key, mask);
    while (slots_[at].pair != kNoPair && slots_[at].pair != key) at = (at + 1) & mask;
    if (slots_[at].pair == key) continue;  // the first of two equal merges is the one that counts
    slots_[at] = {key, merge.rank, merge.result};
  }
}

const Bpe::Slot& Bpe::find_merge(TokenId left, TokenId right) const {
  if (left < 0 || right < 0) return no_merge_;
  const std::uint64_t key = pair_key(left, right);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = slot_of(key, mask);; at = (at + 1) & mask) {
    if (slots_[at].pair == key) return slots_[at];
    if (slots_[at].pair == kNoPair) return no_merge_;
  }
}

template <typename Encode>
void BpeMemory::remember(Key key, std::vector<TokenId>& ids, Encode&& encode) {
  Entry& entry = entries_[place_of(key)];
  if (entry.key == key) {
    ids.insert(ids.end(), entry.ids.begin(), entry.ids.begin() + entry.count);
    return;
  }
  const std::size_t before = ids.size();
  encode();
  const std::size_t count = ids.size() - before;
  if (count > entry.ids.size()) return;
  entry.key = key;
  entry.count = static_cast<std::uint32_t>(count);
  std::copy(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end(), entry.ids.begin());
}

void Bpe::encode(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
                 std::vector<TokenId>& ids) const {
  if (!options_.whole_pieces) return encode_chunks(text, begin, end, memory, ids);
  const auto encode_anew = [&] {
    const TokenId token = end - begin <= longest_ ? find(text.substr(begin, end - begin)) : -1;
    if (token >= 0) {
      ids.push_back(token);
    } else {
      encode_chunks(text, begin, end, memory, ids);
    }
  };
  if (end - begin > BpeMemory::kMostBytes) return encode_anew();
  BpeMemory::Key key = BpeMemory::key_of(text, begin, end);
  key.length |= BpeMemory::kWholePiece;
  memory.remember(key, ids, encode_anew);
}

void Bpe::encode_chunks(std::string_view text, std::size_t begin, std::size_t end,
                        BpeMemory& memory, std::vector<TokenId>& ids) const {
  while (begin < end) {
    const std::size_t seam = seams_.next(text, begin, end);
    const auto encode_anew = [&] { encode_chunk(text, begin, seam, memory, ids); };
    if (seam - begin > BpeMemory::kMostBytes) {
      encode_anew();
    } else {
      memory.remember(BpeMemory::key_of(text, begin, seam), ids, encode_anew);
    }
    begin = seam;
  }
}

void Bpe::encode_chunk(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
                       std::vector<TokenId>& ids) const {
  const TokenId token = end - begin <= longest_ ? find(text.substr(begin, end - begin)) : -1;
  if (token < 0) return merge(text, begin, end, memory, ids);
  // Most chunks are one token. Whether merging arrives at it is found out once for each.
  std::atomic<std::uint8_t>& whole = whole_[static_cast<std::size_t>(token)];
  if (whole.load(std::memory_order_relaxed) == kItself) {
    ids.push_back(token);
    return;
  }
  const std::size_t before = ids.size();
  merge(text, begin, end, memory, ids);
  const bool itself = ids.size() == before + 1 && ids.back() == token;
  whole.store(itself ? kItself : kSeveral, std::memory_order_relaxed);
}

TokenId Bpe::byte_token(char byte) const {
  const TokenId token = options_.byte_tokens[static_cast<unsigned char>(byte)];
  if (token < 0) {
    fail("tokenizer: the vocabulary has no token for byte 0x{:02x}, the text cannot be encoded",
         static_cast<unsigned char>(byte));
  }
  return token;
}

void Bpe::split(std::string_view text, std::size_t begin, std::size_t end,
                std::vector<BpeMemory::Part>& parts) const {
  parts.clear();
  const auto add = [&parts](TokenId symbol, std::size_t at) {
    const auto index = static_cast<std::int32_t>(parts.size());
    parts.push_back({symbol, static_cast<std::uint32_t>(at), index - 1, index + 1});
  };
  if (!options_.from_characters) {
    for (std::size_t at = begin; at < end; ++at) add(byte_token(text[at]), at);
  } else {
    const std::string_view piece = text.substr(0, end);
    for (std::size_t at = begin; at < end;) {
      const CodePoint c = decode_utf8(piece, at);
      TokenId symbol = -1;
      if (c.value != kBadUtf8) {
        symbol = by_bytes_.find(piece.substr(at, c.length));
        if (symbol < 0) symbol = extra_.find(piece.substr(at, c.length));
      }
      add(symbol, at);
      at += c.length;
    }
  }
  parts.back().after = -1;
}

void Bpe::merge(std::string_view text, std::size_t begin, std::size_t end, BpeMemory& memory,
                std::vector<TokenId>& ids) const {
  std::vector<BpeMemory::Part>& parts = memory.parts_;
  split(text, begin, end, parts);
  if (parts.size() <= kFew) {
    merge_few(parts);
  } else {
    merge_many(memory);
  }
  for (std::int32_t at = 0; at >= 0;) {
    const BpeMemory::Part& part = parts[static_cast<std::size_t>(at)];
    at = part.after;
    if (part.symbol >= 0 && static_cast<std::size_t>(part.symbol) < tokens_) {
      ids.push_back(part.symbol);
      continue;
    }
    const std::size_t stop = at < 0 ? end : parts[static_cast<std::size_t>(at)].begin;
    for (std::size_t i = part.begin; i < stop; ++i) ids.push_back(byte_token(text[i]));
  }
}

void Bpe::merge_few(std::vector<BpeMemory::Part>& parts) const {
  std::array<const Slot*, kFew> pairs;  // of each part with the one behind it
  std::size_t count = parts.size();
  const auto pair_at = [&](std::size_t i) {
    return i + 1 < count ? &find_merge(parts[i].symbol, parts[i + 1].symbol) : &no_merge_;
  };
  for (std::size_t i = 0; i < count; ++i) pairs[i] = pair_at(i);
  for (;;) {
    std::size_t best = 0;
    std::uint32_t rank = pairs[0]->rank;
    for (std::size_t i = 1; i < count; ++i) {
      if (pairs[i]->rank < rank) {
        rank = pairs[i]->rank;
        best = i;
      }
    }
    if (rank == kNoRank) break;
    parts[best].symbol = pairs[best]->result;
    for (std::size_t i = best + 2; i < count; ++i) {
      parts[i - 1].symbol = parts[i].symbol;
      parts[i - 1].begin = parts[i].begin;
      pairs[i - 1] = pairs[i];
    }
    --count;
    pairs[best] = pair_at(best);
    if (best > 0) pairs[best - 1] = pair_at(best - 1);
  }
  parts[count - 1].after = -1;
}

void Bpe::merge_many(BpeMemory& memory) const {
  const auto part = [&memory](std::int32_t at) -> BpeMemory::Part& {
    return memory.parts_[static_cast<std::size_t>(at)];
  };
  std::vector<BpeMemory::Candidate>& heap = memory.heap_;
  heap.clear();
  const auto find_candidate = [&](std::int32_t at) {
    const BpeMemory::Part& left = part(at);
    if (left.after < 0) return false;
    const BpeMemory::Part& right = part(left.after);
    const Slot& found = find_merge(left.symbol, right.symbol);
    if (found.rank == kNoRank) return false;
    heap.push_back({found.rank, at, left.symbol, right.symbol, found.result});
    return true;
  };
  const auto add_candidate = [&](std::int32_t at) {
    if (find_candidate(at)) std::ranges::push_heap(heap, std::greater<>());
  };
  for (std::int32_t at = 0; part(at).after >= 0; ++at) find_candidate(at);
  std::ranges::make_heap(heap, std::greater<>());

  constexpr TokenId kMergedAway = -1;
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, std::greater<>());
    const BpeMemory::Candidate best = heap.back();
    heap.pop_back();
    BpeMemory::Part& left = part(best.at);
    if (left.symbol != best.left || left.after < 0) continue;
    BpeMemory::Part& right = part(left.after);
    if (right.symbol != best.right) continue;
    left.symbol = best.result;
    right.symbol = kMergedAway;
    left.after = right.after;
    if (left.after >= 0) part(left.after).before = best.at;
    if (left.before >= 0) add_candidate(left.before);
    add_candidate(best.at);
  }
}

}  // namespace candor::engine
