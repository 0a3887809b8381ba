// Prompts that were computed, page by page, so that what the next prompt has in common with them is
// not computed again.
//
// A node is a page: up to 64 tokens that follow those of its parent. Keys and values at a position
// depend on the tokens up to it and on nothing else, so a page found here holds the bits that would
// be computed. Whole pages are shared by reference. Of a page that agrees only in part (the end of
// a prompt, where repeats go their own ways) the caller takes a copy, so nobody ever writes to a
// page that another reads. Tokens are compared one by one; there are no hashes. The children of a
// node are in the order of their tokens and the leaves in that of their last use, so that a tree of
// many thousands of pages costs no more to search than one of a few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/cache/page_pool.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

class PrefixTree {
 public:
  using NodeId = std::uint32_t;
  static constexpr NodeId kRoot = 0;

  explicit PrefixTree(PagePool& pool);
  ~PrefixTree();
  PrefixTree(const PrefixTree&) = delete;
  PrefixTree& operator=(const PrefixTree&) = delete;

  struct Match {
    std::vector<PageId> pages;   // whole pages, from the first
    NodeId node = kRoot;         // of the last of them
    std::optional<PageId> tail;  // a page that agrees in its first `tail_tokens`
    std::size_t tail_tokens = 0;
    std::size_t tokens() const;  // agreeing tokens in all
  };

  // The longest known start of `tokens`. No reference is taken: the caller retains what it uses
  // before it allocates.
  Match match(std::span<const TokenId> tokens);

  // Makes `page` known as what follows `parent`: `tokens` are its first 1 … 64. Whole pages may
  // become parents. Where an equal node is there already, that one is returned and `page` is not
  // kept.
  NodeId insert(NodeId parent, std::span<const TokenId> tokens, PageId page);
  PageId page(NodeId node) const { return nodes_[node].page; }

  std::size_t size() const { return size_; }
  std::size_t evictable() const { return pool_.kept_alone(); }  // pages that no sequence uses
  // Drops the least recently used page that no sequence uses and no other follows; false: none.
  bool evict();
  void clear();

 private:
  struct Node {
    NodeId parent = kRoot;
    PageId page = 0;
    std::vector<TokenId> tokens;
    std::vector<NodeId> children;  // in lexicographic order of their tokens
    std::uint64_t used = 0;        // when
    bool alive = false;
  };

  // Where `tokens` would stand among the children of `parent`.
  std::size_t place_of(NodeId parent, std::span<const TokenId> tokens) const;
  void touch(NodeId id);
  void drop(NodeId id);

  PagePool& pool_;
  std::vector<Node> nodes_;
  std::vector<NodeId> unused_;
  std::set<std::pair<std::uint64_t, NodeId>>
      leaves_;  // last use and node, of those without children
  std::size_t size_ = 0;
  std::uint64_t clock_ = 0;
};

}  // namespace candor::engine
