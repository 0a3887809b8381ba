#include "engine/cache/prefix_tree.h"

#include <algorithm>

#include "kernels/attention.h"

namespace candor::engine {

namespace {

std::size_t common_prefix(std::span<const TokenId> a, std::span<const TokenId> b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t n = 0;
  while (n < most && a[n] == b[n]) ++n;
  return n;
}

}  // namespace

std::size_t PrefixTree::Match::tokens() const {
  return pages.size() * kernels::kPageTokens + tail_tokens;
}

PrefixTree::PrefixTree(PagePool& pool) : pool_(pool), nodes_(1) {}

PrefixTree::~PrefixTree() { clear(); }

PrefixTree::Match PrefixTree::match(std::span<const TokenId> tokens) {
  Match found;
  while (true) {
    const std::span<const TokenId> rest = tokens.subspan(found.pages.size() * kernels::kPageTokens);
    NodeId best = kRoot;
    std::size_t agreeing = 0;
    for (const NodeId child : nodes_[found.node].children) {
      const std::size_t n = common_prefix(nodes_[child].tokens, rest);
      if (n > agreeing) {
        best = child;
        agreeing = n;
      }
    }
    if (agreeing == 0) return found;
    nodes_[best].used = ++clock_;
    if (agreeing < kernels::kPageTokens) {
      found.tail = nodes_[best].page;
      found.tail_tokens = agreeing;
      return found;
    }
    found.pages.push_back(nodes_[best].page);
    found.node = best;
  }
}

PrefixTree::NodeId PrefixTree::insert(NodeId parent, std::span<const TokenId> tokens, PageId page) {
  for (const NodeId child : nodes_[parent].children) {
    if (std::ranges::equal(nodes_[child].tokens, tokens)) {
      nodes_[child].used = ++clock_;
      return child;
    }
  }
  NodeId id = static_cast<NodeId>(nodes_.size());
  if (unused_.empty()) {
    nodes_.emplace_back();
  } else {
    id = unused_.back();
    unused_.pop_back();
  }
  nodes_[id] = {.parent = parent,
                .page = page,
                .tokens = {tokens.begin(), tokens.end()},
                .children = {},
                .used = ++clock_,
                .alive = true};
  nodes_[parent].children.push_back(id);
  pool_.retain(page);
  ++size_;
  return id;
}

std::size_t PrefixTree::evictable() const {
  // A sequence that uses a page uses those before it too, so whatever follows a page that only the
  // tree holds can be dropped first.
  return static_cast<std::size_t>(std::count_if(
      nodes_.begin(), nodes_.end(),
      [&](const Node& node) { return node.alive && pool_.references(node.page) == 1; }));
}

bool PrefixTree::evict() {
  NodeId oldest = kRoot;
  for (NodeId id = 1; id < nodes_.size(); ++id) {
    const Node& node = nodes_[id];
    if (!node.alive || !node.children.empty() || pool_.references(node.page) > 1) continue;
    if (oldest == kRoot || node.used < nodes_[oldest].used) oldest = id;
  }
  if (oldest == kRoot) return false;
  drop(oldest);
  return true;
}

void PrefixTree::drop(NodeId id) {
  std::erase(nodes_[nodes_[id].parent].children, id);
  pool_.release(nodes_[id].page);
  nodes_[id] = {};
  unused_.push_back(id);
  --size_;
}

void PrefixTree::clear() {
  for (Node& node : nodes_) {
    if (node.alive) pool_.release(node.page);
  }
  nodes_.assign(1, {});
  unused_.clear();
  size_ = 0;
}

}  // namespace candor::engine
