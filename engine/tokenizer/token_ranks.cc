#include "engine/tokenizer/token_ranks.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

// Characters of ordinary tokens that are no ordinary tokens themselves.
std::vector<std::string> lone_characters(std::span<const std::string> tokens,
                                         const std::vector<bool>& ordinary,
                                         const TokenTable& table) {
  std::vector<std::string> lone;
  std::unordered_set<std::string_view> seen;
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!ordinary[id]) continue;
    const std::string_view token = tokens[id];
    for (std::size_t at = 0; at < token.size();) {
      const CodePoint c = decode_utf8(token, at);
      const std::string_view character = token.substr(at, c.length);
      at += c.length;
      if (c.value == kBadUtf8 || table.find(character) >= 0) continue;
      if (seen.insert(character).second) lone.emplace_back(character);
    }
  }
  return lone;
}

}  // namespace

std::vector<std::uint32_t> ranks_of_scores(std::span<const double> scores) {
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order,
                           [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  std::vector<std::uint32_t> ranks(scores.size());
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && scores[order[i]] != scores[order[i - 1]]) ++rank;
    ranks[order[i]] = rank;
  }
  return ranks;
}

std::vector<Merge> merges_of_ranks(std::span<const std::string> tokens,
                                   const std::vector<bool>& ordinary,
                                   std::span<const std::uint32_t> ranks,
                                   std::vector<std::string>* characters) {
  TokenTable table(tokens.size());
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (ordinary[id] && !tokens[id].empty()) table.insert(tokens[id], static_cast<TokenId>(id));
  }
  if (characters != nullptr) *characters = lone_characters(tokens, ordinary, table);
  TokenTable lone(characters == nullptr ? 0 : characters->size());
  for (std::size_t i = 0; characters != nullptr && i < characters->size(); ++i) {
    lone.insert((*characters)[i], static_cast<TokenId>(tokens.size() + i));
  }
  const auto find = [&](std::string_view bytes) {
    const TokenId id = table.find(bytes);
    return id < 0 && bytes.size() <= 4 ? lone.find(bytes) : id;
  };

  std::vector<Merge> merges;
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!ordinary[id]) continue;
    const std::string_view token = tokens[id];
    for (std::size_t cut = 1; cut < token.size(); ++cut) {
      const TokenId left = find(token.substr(0, cut));
      if (left < 0) continue;
      const TokenId right = find(token.substr(cut));
      if (right >= 0) merges.push_back({left, right, static_cast<TokenId>(id), ranks[id]});
    }
  }
  return merges;
}

}  // namespace candor::engine
