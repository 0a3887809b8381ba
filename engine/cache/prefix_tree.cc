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

std::size_t PrefixTree::place_of(NodeId parent, std::span<const TokenId> tokens) const {
  const std::vector<NodeId>& children = nodes_[parent].children;
  const auto place =
      std::lower_bound(children.begin(), children.end(), tokens,
                       [this](NodeId child, std::span<const TokenId> wanted) {
                         return std::ranges::lexicographical_compare(nodes_[child].tokens, wanted);
                       });
  return static_cast<std::size_t>(place - children.begin());
}

void PrefixTree::touch(NodeId id) {
  Node& node = nodes_[id];
  if (node.children.empty()) leaves_.erase({node.used, id});
  node.used = ++clock_;
  if (node.children.empty()) leaves_.insert({node.used, id});
}

PrefixTree::Match PrefixTree::match(std::span<const TokenId> tokens) {
  Match found;
  while (true) {
    const std::span<const TokenId> rest = tokens.subspan(found.pages.size() * kernels::kPageTokens);
    const std::vector<NodeId>& children = nodes_[found.node].children;
    // In lexicographic order what agrees most stands beside the place of the wanted tokens.
    const std::size_t place = place_of(found.node, rest);
    NodeId best = kRoot;
    std::size_t agreeing = 0;
    for (std::size_t i = place > 0 ? place - 1 : 0; i < std::min(place + 1, children.size()); ++i) {
      const std::size_t n = common_prefix(nodes_[children[i]].tokens, rest);
      if (n > agreeing) {
        best = children[i];
        agreeing = n;
      }
    }
    if (agreeing == 0) return found;
    touch(best);
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
  const std::size_t place = place_of(parent, tokens);
  if (place < nodes_[parent].children.size()) {
    const NodeId there = nodes_[parent].children[place];
    if (std::ranges::equal(nodes_[there].tokens, tokens)) {
      touch(there);
      return there;
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
  std::vector<NodeId>& siblings = nodes_[parent].children;
  if (siblings.empty() && parent != kRoot) leaves_.erase({nodes_[parent].used, parent});
  siblings.insert(siblings.begin() + static_cast<std::ptrdiff_t>(place), id);
  leaves_.insert({nodes_[id].used, id});
  pool_.keep(page);
  ++size_;
  return id;
}

// A sequence that uses a page uses those before it too, so whatever follows a page that only the
// tree holds can be dropped before it: leaves are enough.
bool PrefixTree::evict() {
  const auto oldest = std::ranges::find_if(leaves_, [this](const auto& leaf) {
    return pool_.references(nodes_[leaf.second].page) == 1;
  });
  if (oldest == leaves_.end()) return false;
  drop(oldest->second);
  return true;
}

void PrefixTree::drop(NodeId id) {
  const NodeId parent = nodes_[id].parent;
  leaves_.erase({nodes_[id].used, id});
  std::erase(nodes_[parent].children, id);
  if (parent != kRoot && nodes_[parent].children.empty()) {
    leaves_.insert({nodes_[parent].used, parent});
  }
  pool_.unkeep(nodes_[id].page);
  nodes_[id] = {};
  unused_.push_back(id);
  --size_;
}

void PrefixTree::clear() {
  for (Node& node : nodes_) {
    if (node.alive) pool_.unkeep(node.page);
  }
  nodes_.assign(1, {});
  unused_.clear();
  leaves_.clear();
  size_ = 0;
}

}  // namespace candor::engine
