// Which blocks attend to what in one step: the lists that Attention (operations.h) runs over, made
// on the host from positions and page tables. Plain C++ that needs no GPU. It decides who shares
// loads and who works beside whom, never a bit of a result.
//
// A query at position p sees the splits of kSplitKeys keys from attention_first_split(p, window) to
// p / kSplitKeys. Three kinds of items cover each of them once:
// - whole: up to kAttentionRows / group neighbouring tokens of a sequence with all their splits in
//   one block. Prompts, short contexts, and batches large enough to fill the device that way.
// - one split of such a tile: its results are partial and merged. Long contexts and small batches.
// - one split of several sequences whose pages of it are the same (a shared prompt, cascade
//   attention): its keys are loaded once for all of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cuda/operations.h"

namespace candor::kernels::cuda {

// The first split that holds one of the keys that a query at `position` sees.
constexpr std::uint32_t attention_first_split(std::int32_t position, std::int32_t window) {
  const std::int32_t hidden = window > 0 && position >= window ? position - window + 1 : 0;
  return static_cast<std::uint32_t>(hidden) / kSplitKeys;
}

struct AttentionToken {
  std::uint32_t row = 0;       // of q and out
  std::int32_t position = 0;   // negative: padding, which gets no attention
  std::uint32_t sequence = 0;  // index into `pages`
};

struct AttentionStep {
  // Tokens that stand together, of one sequence and at ascending neighbouring positions, are
  // computed together.
  std::span<const AttentionToken> tokens;
  // Of each sequence: page i holds positions [64 i, 64 i + 63]; it reaches at least to the last of
  // its tokens. Pages that no token sees may be any number.
  std::span<const std::span<const std::uint32_t>> pages;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0;
  std::int32_t window = 0;       // 0: all keys
  std::uint32_t processors = 1;  // multiprocessors of the device
  bool share_prefixes = true;
  // Room in partial_values and partial_sums. A tile that finds none is whole.
  std::uint32_t most_partials = UINT32_MAX;
};

struct AttentionPlan {
  std::vector<AttentionItem> items;  // those with the most work first
  std::vector<AttentionQuery> queries;
  std::vector<AttentionMerge> merges;
  std::vector<std::uint32_t> page_tables;  // kNoPage where no query of the item sees a key
  std::uint32_t partials = 0;
  std::uint32_t most_queries = 0;  // of an item

  void clear();
};
inline constexpr std::uint32_t kNoPage = UINT32_MAX;
inline constexpr std::uint32_t kSplitPages = kSplitKeys / kPageTokens;

// Keeps its scratch memory from step to step. The same step gives the same plan.
class AttentionPlanner {
 public:
  // Replaces what `plan` holds. Throws Error where heads is no multiple of kv_heads, a kv head has
  // more than kAttentionRows query heads, or a page table is too short.
  void plan(const AttentionStep& step, AttentionPlan& plan);

 private:
  // Neighbouring tokens of a sequence, and the splits that any of them sees.
  struct Tile {
    std::uint32_t first_token = 0;
    std::uint32_t tokens = 0;
    std::uint32_t first_split = 0;
    std::uint32_t splits = 0;
    std::uint32_t first_use = 0;    // into uses_, one a split, where it may share
    std::uint32_t first_query = 0;  // of its queries, once they are in the plan
    bool may_share = false;
    bool whole = true;
  };
  // A split with its four pages, and how many tiles use it.
  struct Group {
    std::uint32_t split = 0;
    std::uint32_t pages[kSplitPages] = {};
    std::uint32_t tiles = 0;
    std::uint32_t end = 0;  // of its tiles in members_
  };

  struct Range {
    std::uint32_t first = 0, end = 0;
  };

  Range viewers(const Tile& tile, std::uint32_t split) const;
  bool sees_page(const Tile& tile, std::uint32_t page) const;
  std::uint32_t page_of(const Tile& tile, std::uint32_t page) const;
  bool is_shared(const Tile& tile, std::uint32_t split) const;
  bool shares(const Tile& tile) const;

  void make_tiles();
  void find_groups();
  std::uint32_t group_of(const Tile& tile, std::uint32_t split);
  void choose_whole();
  void leave_groups(const Tile& tile);
  void put_whole_items();
  void put_partial_queries();
  void put_split_items();
  void put_shared_items();
  std::uint32_t put_shared_item(const Group& group, std::uint32_t next);
  void put_item(const AttentionItem& item);

  const AttentionStep* step_ = nullptr;  // while plan() runs
  AttentionPlan* plan_ = nullptr;
  std::uint32_t tile_tokens_ = 0;
  std::vector<Tile> tiles_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> uses_;     // of each split of the tiles that may share, its group
  std::vector<std::uint32_t> members_;  // tiles of the groups with several, group after group
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> slots_;  // hash table of groups, open addressing: index + 1, or 0
};

}  // namespace candor::kernels::cuda
