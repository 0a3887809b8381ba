#include "engine/cache/prefix_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "engine/cache/kv_cache.h"

namespace candor::engine {
namespace {

std::vector<TokenId> counting(TokenId first, std::size_t count) {
  std::vector<TokenId> tokens(count);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

// Puts a prompt's pages into the tree and lets go of them, as a finished sequence does.
PrefixTree::NodeId remember(KvCache& cache, const std::vector<TokenId>& tokens) {
  PrefixTree::NodeId node = PrefixTree::kRoot;
  for (std::size_t at = 0; at < tokens.size(); at += 64) {
    const PageId page = cache.allocate().value();
    node = cache.prefixes().insert(
        node, std::span(tokens).subspan(at, std::min<std::size_t>(64, tokens.size() - at)), page);
    cache.pool().release(page);
  }
  return node;
}

TEST(PrefixTree, FindsWholePagesAndTheAgreeingPartOfTheNext) {
  KvCache cache(10);
  const std::vector<TokenId> prompt = counting(0, 150);
  remember(cache, prompt);
  EXPECT_EQ(cache.prefixes().match(prompt).tokens(), 150U);
  EXPECT_EQ(cache.prefixes().match(prompt).pages.size(), 2U);
  EXPECT_EQ(cache.prefixes().match(std::span(prompt).first(100)).tokens(), 100U);

  std::vector<TokenId> other = prompt;
  other[70] = 999;
  const PrefixTree::Match match = cache.prefixes().match(other);
  EXPECT_EQ(match.pages.size(), 1U);
  EXPECT_EQ(match.tail_tokens, 6U);
  EXPECT_TRUE(match.tail.has_value());

  other[0] = 999;
  EXPECT_EQ(cache.prefixes().match(other).tokens(), 0U);
}

TEST(PrefixTree, PrefersTheLongestAgreement) {
  KvCache cache(10);
  remember(cache, counting(0, 30));
  remember(cache, counting(0, 50));
  EXPECT_EQ(cache.prefixes().match(counting(0, 60)).tail_tokens, 50U);
}

TEST(PrefixTree, TheSamePageIsKeptOnce) {
  KvCache cache(10);
  const auto first = remember(cache, counting(0, 64));
  EXPECT_EQ(remember(cache, counting(0, 64)), first);
  EXPECT_EQ(cache.prefixes().size(), 1U);
  EXPECT_EQ(cache.pool().free(), 9U);
}

TEST(PrefixTree, EvictsTheLeastRecentlyUsedLeafAndNothingInUse) {
  KvCache cache(4);
  remember(cache, counting(0, 128));  // two pages, one behind the other
  remember(cache, counting(1000, 64));
  const auto used = cache.prefixes().match(counting(1000, 64));
  cache.pool().retain(used.pages.at(0));
  EXPECT_EQ(cache.available(), 1U + 2U);
  ASSERT_TRUE(cache.prefixes().evict());
  EXPECT_EQ(cache.prefixes().match(counting(0, 128)).tokens(), 64U) << "the leaf goes first";
  ASSERT_TRUE(cache.prefixes().evict());
  EXPECT_FALSE(cache.prefixes().evict()) << "what is in use stays";
  EXPECT_EQ(cache.prefixes().match(counting(1000, 64)).tokens(), 64U);
}

// Prompts of two different tokens agree in all manner of ways.
TEST(PrefixTree, FindsWhatTheMostAgreeingPromptHasInCommonAndCountsWhatCanBeDropped) {
  std::mt19937 random(11);
  const auto prompt = [&random] {
    std::vector<TokenId> tokens(1 + random() % 200);
    // Long runs, so that agreements are long as well.
    const TokenId token = static_cast<TokenId>(random() % 2);
    std::fill(tokens.begin(), tokens.end(), token);
    for (int change = 0; change < 3; ++change) tokens[random() % tokens.size()] = 1 - token;
    return tokens;
  };
  KvCache cache(2000);
  std::vector<std::vector<TokenId>> known;
  std::vector<PageId> in_use;
  for (int round = 0; round < 300; ++round) {
    const std::vector<TokenId> wanted = prompt();
    std::size_t longest = 0;
    for (const std::vector<TokenId>& other : known) {
      const auto ends = std::ranges::mismatch(wanted, other);
      longest = std::max(longest, static_cast<std::size_t>(ends.in1 - wanted.begin()));
    }
    const PrefixTree::Match match = cache.prefixes().match(wanted);
    ASSERT_EQ(match.tokens(), longest) << "round " << round;
    if (round % 3 == 0 && match.tail) {
      cache.pool().retain(*match.tail);
      in_use.push_back(*match.tail);
    }
    remember(cache, wanted);
    known.push_back(wanted);
    const std::set<PageId> used(in_use.begin(), in_use.end());
    ASSERT_EQ(cache.prefixes().evictable(), cache.prefixes().size() - used.size());
  }
  EXPECT_GT(in_use.size(), 20U);
  for (const PageId page : in_use) cache.pool().release(page);
  while (cache.prefixes().evict()) {
    ASSERT_EQ(cache.prefixes().evictable(), cache.prefixes().size());
  }
  EXPECT_EQ(cache.prefixes().size(), 0U);
  EXPECT_EQ(cache.pool().free(), 2000U);
}

TEST(KvCache, AllocationTakesKeptPagesWhenNoneIsFree) {
  KvCache cache(3);
  remember(cache, counting(0, 192));
  EXPECT_EQ(cache.pool().free(), 0U);
  std::vector<PageId> pages;
  while (const auto page = cache.allocate()) pages.push_back(*page);
  EXPECT_EQ(pages.size(), 3U);
  EXPECT_EQ(cache.prefixes().size(), 0U);
}

TEST(PagePool, FreesAPageWithItsLastReference) {
  PagePool pool(1);
  const PageId page = pool.allocate().value();
  pool.retain(page);
  EXPECT_FALSE(pool.allocate().has_value());
  pool.release(page);
  EXPECT_EQ(pool.free(), 0U);
  pool.release(page);
  EXPECT_EQ(pool.free(), 1U);
  EXPECT_TRUE(pool.allocate().has_value());
}

}  // namespace
}  // namespace candor::engine
