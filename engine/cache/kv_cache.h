// The pages of keys and values of one device: those that sequences use and those of earlier prompts
// that are kept as long as nobody needs the room.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/cache/page_pool.h"
#include "engine/cache/prefix_tree.h"

namespace candor::engine {

class KvCache {
 public:
  explicit KvCache(std::size_t pages) : pool_(pages), prefixes_(pool_) {}

  PagePool& pool() { return pool_; }
  PrefixTree& prefixes() { return prefixes_; }

  // A page with one reference; kept prompts make room. Nothing: sequences use all of them.
  std::optional<PageId> allocate() {
    auto page = pool_.allocate();
    if (!page && prefixes_.evict()) page = pool_.allocate();
    return page;
  }

  // Pages that `allocate` could still give.
  std::size_t available() const { return pool_.free() + prefixes_.evictable(); }

 private:
  PagePool pool_;
  PrefixTree prefixes_;
};

}  // namespace candor::engine
