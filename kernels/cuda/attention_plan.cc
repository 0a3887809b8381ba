#include "kernels/cuda/attention_plan.h"

#include <algorithm>
#include <bit>

#include "data/base/error.h"

namespace candor::kernels::cuda {
namespace {

// A tile is whole where it is at most one of so many equal parts of a multiprocessor's work: the
// longest block must not be what the others wait for. A single token's splits stream keys, many
// blocks at a time; a prompt's tiles compute, and their partial results are large.
constexpr std::uint64_t kSingleParts = 8;
constexpr std::uint64_t kTileParts = 2;

constexpr std::uint32_t kNoGroup = UINT32_MAX;

std::uint32_t last_split(std::int32_t position) {
  return static_cast<std::uint32_t>(position) / kSplitKeys;
}
std::uint32_t splits_seen(std::int32_t position, std::int32_t window) {
  return last_split(position) - attention_first_split(position, window) + 1;
}

std::uint64_t mixed(std::uint64_t hash, std::uint32_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 29);
}

}  // namespace

void AttentionPlan::clear() {
  items.clear();
  queries.clear();
  merges.clear();
  page_tables.clear();
  partials = 0;
  most_queries = 0;
}

void AttentionPlanner::plan(const AttentionStep& step, AttentionPlan& plan) {
  if (step.kv_heads == 0 || step.heads == 0 || step.heads % step.kv_heads != 0) {
    fail("attention: {} query heads for {} key heads", step.heads, step.kv_heads);
  }
  const std::uint32_t group = step.heads / step.kv_heads;
  if (group > kAttentionRows) {
    fail("attention: {} query heads for a key head, at most {} are supported", group,
         kAttentionRows);
  }
  plan.clear();
  step_ = &step;
  plan_ = &plan;
  tile_tokens_ = kAttentionRows / group;
  make_tiles();
  find_groups();
  choose_whole();
  put_whole_items();
  put_partial_queries();
  put_shared_items();
  put_split_items();
  step_ = nullptr;
  plan_ = nullptr;
}

void AttentionPlanner::make_tiles() {
  tiles_.clear();
  const std::span<const AttentionToken> tokens = step_->tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const AttentionToken& token = tokens[i];
    if (token.position < 0) continue;
    if (token.sequence >= step_->pages.size() ||
        static_cast<std::uint32_t>(token.position) / kPageTokens >=
            step_->pages[token.sequence].size()) {
      fail("attention: no page for position {} of sequence {}", token.position, token.sequence);
    }
    const bool follows = i > 0 && !tiles_.empty() && tokens[i - 1].sequence == token.sequence &&
                         tokens[i - 1].position >= 0 &&
                         tokens[i - 1].position == token.position - 1;
    if (!follows || tiles_.back().tokens == tile_tokens_) {
      Tile tile;
      tile.first_token = static_cast<std::uint32_t>(i);
      tile.first_split = attention_first_split(token.position, step_->window);
      tiles_.push_back(tile);
    }
    Tile& tile = tiles_.back();
    ++tile.tokens;
    tile.splits = last_split(token.position) - tile.first_split + 1;
  }
}

bool AttentionPlanner::sees_page(const Tile& tile, std::uint32_t page) const {
  const std::int64_t window = step_->window;
  const std::int64_t first = step_->tokens[tile.first_token].position;
  const std::int64_t last = first + tile.tokens - 1;
  const std::int64_t start = static_cast<std::int64_t>(page) * kPageTokens;
  return start <= last && (window == 0 || start + kPageTokens - 1 > first - window);
}

std::uint32_t AttentionPlanner::page_of(const Tile& tile, std::uint32_t page) const {
  const auto table = step_->pages[step_->tokens[tile.first_token].sequence];
  return page < table.size() ? table[page] : kNoPage;
}

void AttentionPlanner::find_groups() {
  groups_.clear();
  uses_.clear();
  if (!step_->share_prefixes) return;
  std::size_t uses = 0;
  std::size_t candidates = 0;
  for (Tile& tile : tiles_) {
    tile.may_share = tile.splits > 1 && tile.tokens * 2 <= tile_tokens_;
    if (!tile.may_share) continue;
    uses += tile.splits;
    ++candidates;
  }
  if (candidates < 2) {
    for (Tile& tile : tiles_) tile.may_share = false;
    return;
  }
  uses_.assign(uses, kNoGroup);
  slots_.assign(std::bit_ceil(2 * uses), 0);
  order_.clear();
  std::uint32_t next_use = 0;
  for (std::uint32_t index = 0; index < tiles_.size(); ++index) {
    if (!tiles_[index].may_share) continue;
    tiles_[index].first_use = next_use;
    next_use += tiles_[index].splits;
    order_.push_back(index);
  }
  for (std::uint32_t i = 0; !order_.empty(); ++i) {
    for (const std::uint32_t index : order_) {
      const Tile& tile = tiles_[index];
      const std::uint32_t group = group_of(tile, tile.first_split + i);
      ++groups_[group].tiles;
      uses_[tile.first_use + i] = group;
    }
    // Keys depend on all that stands before them, so that who shares a split shares those before
    // it: without windows all begin with the first one, and who is alone there stays alone.
    std::erase_if(order_, [&](std::uint32_t index) {
      const Tile& tile = tiles_[index];
      return i + 1 == tile.splits ||
             (step_->window == 0 && groups_[uses_[tile.first_use + i]].tiles == 1);
    });
  }
}

bool AttentionPlanner::is_shared(const Tile& tile, std::uint32_t split) const {
  if (!tile.may_share) return false;
  const std::uint32_t group = uses_[tile.first_use + split - tile.first_split];
  return group != kNoGroup && groups_[group].tiles > 1;
}

std::uint32_t AttentionPlanner::group_of(const Tile& tile, std::uint32_t split) {
  Group group;
  group.split = split;
  std::uint64_t hash = mixed(0, split);
  for (std::uint32_t j = 0; j < kSplitPages; ++j) {
    group.pages[j] = page_of(tile, split * kSplitPages + j);
    hash = mixed(hash, group.pages[j]);
  }
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const Group& other = groups_[slots_[slot] - 1];
    if (other.split == split && std::ranges::equal(other.pages, group.pages)) {
      return slots_[slot] - 1;
    }
    slot = (slot + 1) & mask;
  }
  groups_.push_back(group);
  slots_[slot] = static_cast<std::uint32_t>(groups_.size());
  return slots_[slot] - 1;
}

bool AttentionPlanner::shares(const Tile& tile) const {
  for (std::uint32_t i = 0; i < tile.splits; ++i) {
    if (is_shared(tile, tile.first_split + i)) return true;
  }
  return false;
}

void AttentionPlanner::leave_groups(const Tile& tile) {
  for (std::uint32_t i = 0; i < tile.splits; ++i) {
    const std::uint32_t group = uses_[tile.first_use + i];
    if (group != kNoGroup) --groups_[group].tiles;
  }
}

void AttentionPlanner::choose_whole() {
  std::uint64_t work = 0;  // splits, over all blocks
  for (const Tile& tile : tiles_) work += std::uint64_t{tile.splits} * step_->kv_heads;
  std::uint64_t partials = 0;
  for (Tile& tile : tiles_) {
    const std::uint64_t parts = tile.tokens == 1 ? kSingleParts : kTileParts;
    const bool small = parts * tile.splits * step_->processors <= work;
    tile.whole = tile.splits == 1 || (small && !shares(tile));
    if (!tile.whole) {
      std::uint64_t needed = 0;
      for (std::uint32_t t = 0; t < tile.tokens; ++t) {
        needed += splits_seen(step_->tokens[tile.first_token + t].position, step_->window);
      }
      tile.whole = partials + needed > step_->most_partials;
      if (!tile.whole) partials += needed;
    }
    if (tile.whole && tile.may_share) {
      leave_groups(tile);
      tile.may_share = false;
    }
  }
}

void AttentionPlanner::put_item(const AttentionItem& item) {
  plan_->items.push_back(item);
  plan_->most_queries = std::max(plan_->most_queries, item.queries);
}

void AttentionPlanner::put_whole_items() {
  order_.clear();
  for (std::uint32_t i = 0; i < tiles_.size(); ++i) {
    if (tiles_[i].whole) order_.push_back(i);
  }
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    return tiles_[a].splits != tiles_[b].splits ? tiles_[a].splits > tiles_[b].splits : a < b;
  });
  for (const std::uint32_t index : order_) {
    const Tile& tile = tiles_[index];
    put_item({.first_query = static_cast<std::uint32_t>(plan_->queries.size()),
              .queries = tile.tokens,
              .first_split = tile.first_split,
              .splits = tile.splits,
              .pages = static_cast<std::uint32_t>(plan_->page_tables.size()),
              .whole = 1});
    const std::uint32_t first = tile.first_split * kSplitPages;
    for (std::uint32_t page = first; page < first + tile.splits * kSplitPages; ++page) {
      plan_->page_tables.push_back(sees_page(tile, page) ? page_of(tile, page) : kNoPage);
    }
    for (std::uint32_t t = 0; t < tile.tokens; ++t) {
      const AttentionToken& token = step_->tokens[tile.first_token + t];
      plan_->queries.push_back(
          {.row = token.row,
           .position = token.position,
           .partial = 0,
           .first_split = attention_first_split(token.position, step_->window)});
    }
  }
}

// The queries of the tiles that are not whole, and what merges them.
void AttentionPlanner::put_partial_queries() {
  for (Tile& tile : tiles_) {
    if (tile.whole) continue;
    tile.first_query = static_cast<std::uint32_t>(plan_->queries.size());
    for (std::uint32_t t = 0; t < tile.tokens; ++t) {
      const AttentionToken& token = step_->tokens[tile.first_token + t];
      const std::uint32_t splits = splits_seen(token.position, step_->window);
      plan_->queries.push_back(
          {.row = token.row,
           .position = token.position,
           .partial = plan_->partials,
           .first_split = attention_first_split(token.position, step_->window)});
      plan_->merges.push_back({.row = token.row, .partial = plan_->partials, .splits = splits});
      plan_->partials += splits;
    }
  }
}

// The tokens of a tile that see keys of a split stand together: later ones may be past it with
// their windows, earlier ones before it.
AttentionPlanner::Range AttentionPlanner::viewers(const Tile& tile, std::uint32_t split) const {
  Range range;
  while (range.first < tile.tokens &&
         last_split(step_->tokens[tile.first_token + range.first].position) < split) {
    ++range.first;
  }
  range.end = range.first;
  while (range.end < tile.tokens &&
         plan_->queries[tile.first_query + range.end].first_split <= split) {
    ++range.end;
  }
  return range;
}

// A split that only one tile reads.
void AttentionPlanner::put_split_items() {
  for (const Tile& tile : tiles_) {
    if (tile.whole) continue;
    for (std::uint32_t i = 0; i < tile.splits; ++i) {
      const std::uint32_t split = tile.first_split + i;
      if (is_shared(tile, split)) continue;
      const Range range = viewers(tile, split);
      put_item({.first_query = tile.first_query + range.first,
                .queries = range.end - range.first,
                .first_split = split,
                .splits = 1,
                .pages = static_cast<std::uint32_t>(plan_->page_tables.size()),
                .whole = 0});
      for (std::uint32_t j = 0; j < kSplitPages; ++j) {
        const std::uint32_t page = split * kSplitPages + j;
        plan_->page_tables.push_back(sees_page(tile, page) ? page_of(tile, page) : kNoPage);
      }
    }
  }
}

// A split that several tiles read: as few items as their queries fit into, in the tiles' order.
void AttentionPlanner::put_shared_items() {
  std::uint32_t end = 0;
  for (Group& group : groups_) {
    group.end = end;
    if (group.tiles > 1) end += group.tiles;
  }
  members_.resize(end);
  for (std::uint32_t index = 0; index < tiles_.size(); ++index) {
    const Tile& tile = tiles_[index];
    for (std::uint32_t i = 0; i < tile.splits; ++i) {
      if (!is_shared(tile, tile.first_split + i)) continue;
      members_[groups_[uses_[tile.first_use + i]].end++] = index;
    }
  }
  for (const Group& group : groups_) {
    if (group.tiles < 2) continue;
    std::uint32_t next = group.end - group.tiles;
    while (next < group.end) next = put_shared_item(group, next);
  }
}

std::uint32_t AttentionPlanner::put_shared_item(const Group& group, std::uint32_t next) {
  AttentionItem item{.first_query = static_cast<std::uint32_t>(plan_->queries.size()),
                     .queries = 0,
                     .first_split = group.split,
                     .splits = 1,
                     .pages = static_cast<std::uint32_t>(plan_->page_tables.size()),
                     .whole = 0};
  plan_->page_tables.resize(plan_->page_tables.size() + kSplitPages, kNoPage);
  for (; next < group.end; ++next) {
    const Tile& tile = tiles_[members_[next]];
    const Range range = viewers(tile, group.split);
    if (item.queries + range.end - range.first > tile_tokens_) break;
    for (std::uint32_t t = range.first; t < range.end; ++t) {
      plan_->queries.push_back(AttentionQuery(plan_->queries[tile.first_query + t]));
    }
    item.queries += range.end - range.first;
    for (std::uint32_t j = 0; j < kSplitPages; ++j) {
      if (sees_page(tile, group.split * kSplitPages + j)) {
        plan_->page_tables[item.pages + j] = group.pages[j];
      }
    }
  }
  put_item(item);
  return next;
}

}  // namespace candor::kernels::cuda
