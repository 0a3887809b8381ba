#include "kernels/cuda/attention_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "data/base/error.h"

namespace candor::kernels::cuda {
namespace {

// A step that owns its lists.
struct Step {
  std::vector<AttentionToken> tokens;
  std::vector<std::vector<std::uint32_t>> tables;
  std::uint32_t heads = 8;
  std::uint32_t kv_heads = 2;
  std::int32_t window = 0;
  std::uint32_t processors = 132;
  bool share = true;
  std::uint32_t most_partials = UINT32_MAX;

  // Adds a sequence whose tokens are `first` … `last` and whose table begins with `prefix`.
  std::uint32_t add(std::int32_t first, std::int32_t last,
                    const std::vector<std::uint32_t>& prefix = {}) {
    const auto sequence = static_cast<std::uint32_t>(tables.size());
    std::vector<std::uint32_t> table = prefix;
    while (table.size() * kPageTokens <= static_cast<std::size_t>(last)) table.push_back(next_++);
    tables.push_back(std::move(table));
    for (std::int32_t p = first; p <= last; ++p) {
      tokens.push_back({static_cast<std::uint32_t>(tokens.size()), p, sequence});
    }
    return sequence;
  }
  std::vector<std::uint32_t> fresh_pages(std::size_t count) {
    std::vector<std::uint32_t> pages;
    while (pages.size() < count) pages.push_back(next_++);
    return pages;
  }
  AttentionPlan plan() const {
    AttentionPlanner planner;
    AttentionPlan plan;
    run(planner, plan);
    return plan;
  }
  void run(AttentionPlanner& planner, AttentionPlan& plan) const {
    std::vector<std::span<const std::uint32_t>> pages(tables.begin(), tables.end());
    planner.plan({.tokens = tokens,
                  .pages = pages,
                  .heads = heads,
                  .kv_heads = kv_heads,
                  .window = window,
                  .processors = processors,
                  .share_prefixes = share,
                  .most_partials = most_partials},
                 plan);
  }

 private:
  std::uint32_t next_ = 1000;
};

std::int64_t first_key(const Step& step, std::int32_t position) {
  return step.window > 0 ? std::max<std::int64_t>(0, std::int64_t{position} - step.window + 1) : 0;
}

// Everything that operations.h says of the lists.
void expect_covers(const Step& step, const AttentionPlan& plan) {
  const std::uint32_t most = kAttentionRows / (step.heads / step.kv_heads);
  std::map<std::uint32_t, const AttentionToken*> tokens;
  for (const AttentionToken& token : step.tokens) {
    if (token.position >= 0) tokens[token.row] = &token;
  }
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> merged;  // row: partial, splits
  std::set<std::uint32_t> partials;
  for (const AttentionMerge& merge : plan.merges) {
    ASSERT_TRUE(merged.emplace(merge.row, std::pair(merge.partial, merge.splits)).second);
    for (std::uint32_t i = 0; i < merge.splits; ++i) {
      ASSERT_TRUE(partials.insert(merge.partial + i).second) << "two queries share a partial";
    }
  }
  ASSERT_EQ(partials.size(), plan.partials);
  if (plan.partials > 0) {
    ASSERT_EQ(*partials.rbegin(), plan.partials - 1);
  }
  ASSERT_LE(plan.partials, step.most_partials);

  std::set<std::pair<std::uint32_t, std::uint32_t>> covered;  // row, split
  std::set<std::uint32_t> whole_rows;
  std::uint32_t most_queries = 0;
  for (const AttentionItem& item : plan.items) {
    ASSERT_GT(item.queries, 0U);
    ASSERT_GT(item.splits, 0U);
    ASSERT_LE(item.queries, most);
    ASSERT_LE(item.first_query + item.queries, plan.queries.size());
    ASSERT_LE(item.pages + item.splits * kSplitPages, plan.page_tables.size());
    most_queries = std::max(most_queries, item.queries);
    std::vector<bool> needed(item.splits * kSplitPages, false);
    for (std::uint32_t q = 0; q < item.queries; ++q) {
      const AttentionQuery& query = plan.queries[item.first_query + q];
      ASSERT_TRUE(tokens.contains(query.row));
      const AttentionToken& token = *tokens[query.row];
      const std::int64_t first = first_key(step, token.position);
      const auto first_split = static_cast<std::uint32_t>(first / kSplitKeys);
      const auto last_split = static_cast<std::uint32_t>(token.position) / kSplitKeys;
      ASSERT_EQ(query.position, token.position);
      ASSERT_EQ(query.first_split, first_split);
      if (item.whole != 0) {
        ASSERT_TRUE(whole_rows.insert(query.row).second);
        ASSERT_LE(item.first_split, first_split);
        ASSERT_GT(item.first_split + item.splits, last_split);
        ASSERT_FALSE(merged.contains(query.row));
      } else {
        ASSERT_TRUE(merged.contains(query.row));
        ASSERT_EQ(merged[query.row].first, query.partial);
        ASSERT_EQ(merged[query.row].second, last_split - first_split + 1);
      }
      for (std::uint32_t i = 0; i < item.splits; ++i) {
        const std::uint32_t split = item.first_split + i;
        const bool sees = split >= first_split && split <= last_split;
        if (item.whole == 0) {
          ASSERT_TRUE(sees) << "a query is in an item of a split that it does not see";
        }
        if (sees) {
          ASSERT_TRUE(covered.emplace(query.row, split).second) << "computed twice";
        }
        for (std::uint32_t j = 0; j < kSplitPages; ++j) {
          const std::int64_t page = split * kSplitPages + j;
          const bool sees_page =
              page * kPageTokens <= token.position && page * kPageTokens + kPageTokens - 1 >= first;
          if (!sees_page) continue;
          needed[i * kSplitPages + j] = true;
          ASSERT_EQ(plan.page_tables[item.pages + i * kSplitPages + j],
                    step.tables[token.sequence][static_cast<std::size_t>(page)]);
        }
      }
    }
    for (std::size_t i = 0; i < needed.size(); ++i) {
      if (!needed[i]) {
        ASSERT_EQ(plan.page_tables[item.pages + i], kNoPage);
      }
    }
  }
  ASSERT_EQ(most_queries, plan.most_queries);
  std::size_t expected = 0;
  for (const auto& [row, token] : tokens) {
    const auto last_split = static_cast<std::uint32_t>(token->position) / kSplitKeys;
    const std::uint32_t first_split = attention_first_split(token->position, step.window);
    expected += last_split - first_split + 1;
    ASSERT_EQ(whole_rows.contains(row), !merged.contains(row)) << "row " << row;
  }
  ASSERT_EQ(covered.size(), expected);
  for (const auto& [row, split] : covered) {
    ASSERT_GE(split, attention_first_split(tokens[row]->position, step.window));
  }
}

bool same(const AttentionPlan& a, const AttentionPlan& b) {
  const auto items = [](const AttentionItem& x, const AttentionItem& y) {
    return x.first_query == y.first_query && x.queries == y.queries &&
           x.first_split == y.first_split && x.splits == y.splits && x.pages == y.pages &&
           x.whole == y.whole;
  };
  const auto queries = [](const AttentionQuery& x, const AttentionQuery& y) {
    return x.row == y.row && x.position == y.position && x.partial == y.partial &&
           x.first_split == y.first_split;
  };
  const auto merges = [](const AttentionMerge& x, const AttentionMerge& y) {
    return x.row == y.row && x.partial == y.partial && x.splits == y.splits;
  };
  return std::ranges::equal(a.items, b.items, items) &&
         std::ranges::equal(a.queries, b.queries, queries) &&
         std::ranges::equal(a.merges, b.merges, merges) && a.page_tables == b.page_tables &&
         a.partials == b.partials && a.most_queries == b.most_queries;
}

TEST(CudaAttentionPlan, FirstSplitIsThatOfTheFirstVisibleKey) {
  for (const std::int32_t window : {0, 1, 2, 63, 64, 255, 256, 257, 300, 1000}) {
    for (std::int32_t position = 0; position < 1200; ++position) {
      std::int32_t key = 0;
      while (window > 0 && key <= position - window) ++key;
      ASSERT_EQ(attention_first_split(position, window), static_cast<std::uint32_t>(key) / 256)
          << position << ", window " << window;
    }
  }
}

TEST(CudaAttentionPlan, CoversEverySplitOfEveryQueryOnce) {
  std::mt19937 rng(41);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(rng() % n); };
  AttentionPlanner planner;
  AttentionPlan plan;
  for (int round = 0; round < 600; ++round) {
    Step step;
    step.kv_heads = 1 + below(8);
    step.heads = step.kv_heads * std::vector<std::uint32_t>{1, 2, 3, 7, 8, 16, 33, 64}[below(8)];
    step.window = std::vector<std::int32_t>{0, 0, 1, 64, 128, 300, 4096}[below(7)];
    step.processors = std::vector<std::uint32_t>{1, 4, 132}[below(3)];
    step.share = below(4) > 0;
    if (below(3) == 0) step.most_partials = below(40);
    const std::vector<std::uint32_t> prompt = step.fresh_pages(below(12));
    const std::uint32_t sequences = 1 + below(12);
    for (std::uint32_t s = 0; s < sequences; ++s) {
      if (below(5) == 0) {
        step.tokens.push_back({static_cast<std::uint32_t>(step.tokens.size()), -1, 0});
      }
      const bool shared = below(2) == 0;
      const auto start = static_cast<std::int32_t>((shared ? prompt.size() * kPageTokens : 0) +
                                                   below(below(3) == 0 ? 1500 : 100));
      const auto count = static_cast<std::int32_t>(below(2) == 0 ? 1 : 1 + below(200));
      step.add(start, start + count - 1, shared ? prompt : std::vector<std::uint32_t>{});
    }
    step.run(planner, plan);
    SCOPED_TRACE("round " + std::to_string(round));
    expect_covers(step, plan);
    if (::testing::Test::HasFatalFailure()) return;
    ASSERT_TRUE(same(plan, step.plan())) << "another plan from a planner that was used before";
  }
}

TEST(CudaAttentionPlan, ASharedPromptIsReadByOneItemForAsManyQueriesAsFit) {
  Step step;                                 // 16 tokens an item
  const auto prompt = step.fresh_pages(10);  // two splits and a half
  for (int s = 0; s < 20; ++s) step.add(700 + s, 700 + s, prompt);
  const AttentionPlan plan = step.plan();
  expect_covers(step, plan);
  std::map<std::uint32_t, std::vector<std::uint32_t>> sizes;
  for (const AttentionItem& item : plan.items) sizes[item.first_split].push_back(item.queries);
  EXPECT_EQ(sizes[0], (std::vector<std::uint32_t>{16, 4}));
  EXPECT_EQ(sizes[1], (std::vector<std::uint32_t>{16, 4}));
  EXPECT_EQ(sizes[2], std::vector<std::uint32_t>(20, 1)) << "its last pages are each one's own";

  step.share = false;
  const AttentionPlan apart = step.plan();
  expect_covers(step, apart);
  EXPECT_EQ(apart.items.size(), 60U);
}

TEST(CudaAttentionPlan, ShortEndsOfPromptsShareTheirPrefixToo) {
  Step step;  // 16 tokens an item
  const auto prompt = step.fresh_pages(4);
  for (int s = 0; s < 4; ++s) step.add(256, 259, prompt);
  const AttentionPlan plan = step.plan();
  expect_covers(step, plan);
  const auto shared = std::ranges::count_if(
      plan.items, [](const AttentionItem& item) { return item.queries == 16; });
  EXPECT_EQ(shared, 1);
}

TEST(CudaAttentionPlan, TheSamePagesAtAnotherSplitAreNotShared) {
  Step step;
  const auto prompt = step.fresh_pages(4);
  auto later = step.fresh_pages(4);
  later.insert(later.end(), prompt.begin(), prompt.end());
  step.add(300, 300, prompt);
  step.add(700, 700, later);
  const AttentionPlan plan = step.plan();
  expect_covers(step, plan);
  EXPECT_EQ(plan.most_queries, 1U);
}

TEST(CudaAttentionPlan, PromptsAreTilesOfNeighbouringTokens) {
  Step step;
  step.processors = 4;
  step.add(100, 139);  // 16 + 16 + 8
  const AttentionPlan plan = step.plan();
  expect_covers(step, plan);
  ASSERT_EQ(plan.items.size(), 3U);
  EXPECT_EQ(plan.items[0].queries, 16U);
  EXPECT_EQ(plan.items[1].queries, 16U);
  EXPECT_EQ(plan.items[2].queries, 8U);
  EXPECT_TRUE(std::ranges::all_of(plan.items, [](const auto& item) { return item.whole == 1; }));
  EXPECT_TRUE(plan.merges.empty());
}

TEST(CudaAttentionPlan, FewLongTilesAreSplitAndManyAreNot) {
  const auto whole_items = [](const AttentionPlan& plan) {
    return std::ranges::count_if(plan.items, [](const auto& item) { return item.whole == 1; });
  };
  Step one;
  one.add(1000, 1063);
  const AttentionPlan split = one.plan();
  expect_covers(one, split);
  EXPECT_EQ(whole_items(split), 0) << "4 tiles of 5 splits do not fill 132 multiprocessors";
  EXPECT_EQ(split.items.size(), 4U * 4U + 3U) << "positions below 1024 see four splits";

  Step many;
  for (int s = 0; s < 40; ++s) many.add(1000, 1063);
  const AttentionPlan whole = many.plan();
  expect_covers(many, whole);
  EXPECT_EQ(whole_items(whole), 160);
  EXPECT_TRUE(whole.merges.empty());

  // One long one among many short ones.
  for (int s = 0; s < 100; ++s) many.add(1000, 1063);
  many.add(30000, 30015);
  const AttentionPlan mixed = many.plan();
  expect_covers(many, mixed);
  EXPECT_EQ(whole_items(mixed), 560);
  EXPECT_EQ(mixed.merges.size(), 16U);
}

TEST(CudaAttentionPlan, WhatHasMostWorkComesFirst) {
  Step step;
  step.processors = 1;
  for (int s = 0; s < 50; ++s) step.add(100 + 37 * (s * 7 % 50), 100 + 37 * (s * 7 % 50));
  const AttentionPlan plan = step.plan();
  expect_covers(step, plan);
  EXPECT_TRUE(std::ranges::is_sorted(
      plan.items, [](const auto& a, const auto& b) { return a.splits > b.splits; }));
}

TEST(CudaAttentionPlan, WithoutRoomForPartialsTilesAreWhole) {
  Step step;
  const auto prompt = step.fresh_pages(8);
  for (int s = 0; s < 6; ++s) step.add(600, 600, prompt);
  for (const std::uint32_t most : {0U, 1U, 3U, 8U, 17U, 18U}) {
    step.most_partials = most;
    const AttentionPlan plan = step.plan();
    expect_covers(step, plan);
    EXPECT_EQ(plan.partials, most / 3 * 3);
  }
}

TEST(CudaAttentionPlan, PaddingGetsNothing) {
  Step step;
  step.add(5, 7);
  for (std::uint32_t row = 3; row < 9; ++row) step.tokens.push_back({row, -1, 0});
  const AttentionPlan plan = step.plan();
  expect_covers(step, plan);
  EXPECT_EQ(plan.queries.size(), 3U);

  Step nothing;
  nothing.tokens.push_back({0, -1, 0});
  EXPECT_TRUE(nothing.plan().items.empty());
}

TEST(CudaAttentionPlan, RefusesWhatItCannotCompute) {
  Step step;
  step.add(0, 0);
  step.heads = 65;
  step.kv_heads = 1;
  EXPECT_THROW(step.plan(), Error);
  step.heads = 64;
  EXPECT_EQ(step.plan().most_queries, 1U);
  step.heads = 9;
  step.kv_heads = 2;
  EXPECT_THROW(step.plan(), Error);
  step.kv_heads = 0;
  EXPECT_THROW(step.plan(), Error);
  step.kv_heads = 3;
  step.tokens.push_back({1, 64, 0});
  EXPECT_THROW(step.plan(), Error) << "its table has one page";
  step.tokens.back() = {1, 3, 1};
  EXPECT_THROW(step.plan(), Error) << "there is one sequence";
}

TEST(CudaAttentionPlan, PlansALargeStepInLittleTime) {
  for (const bool shared : {false, true}) {
    Step step;
    step.heads = 28;
    step.kv_heads = 4;
    const auto prompt = step.fresh_pages(64);
    for (int s = 0; s < 256; ++s) {
      step.add(8000 + s % 100, 8000 + s % 100, shared ? prompt : std::vector<std::uint32_t>{});
    }
    AttentionPlanner planner;
    AttentionPlan plan;
    double best = 1.0;
    for (int round = 0; round < 20; ++round) {
      const auto start = std::chrono::steady_clock::now();
      step.run(planner, plan);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      best = std::min(best, taken.count());
    }
    std::cout << "256 sequences of 32 splits" << (shared ? ", 16 of them shared: " : ": ")
              << best * 1e6 << " us, " << plan.items.size() << " items\n";
    expect_covers(step, plan);
  }
}

}  // namespace
}  // namespace candor::kernels::cuda
