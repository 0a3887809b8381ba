#include "engine/cache/page_pool.h"

namespace candor::engine {

std::optional<PageId> PagePool::allocate() {
  PageId page = 0;
  if (!freed_.empty()) {
    page = freed_.back();
    freed_.pop_back();
  } else if (references_.size() < total_) {
    page = static_cast<PageId>(references_.size());
    references_.push_back(0);
    kept_.push_back(0);
  } else {
    return std::nullopt;
  }
  references_[page] = 1;
  ++used_;
  return page;
}

void PagePool::retain(PageId page) {
  if (is_kept_alone(page)) --kept_alone_;
  ++references_[page];
}

void PagePool::release(PageId page) {
  if (--references_[page] > 0) {
    if (is_kept_alone(page)) ++kept_alone_;
    return;
  }
  freed_.push_back(page);
  --used_;
}

void PagePool::keep(PageId page) {
  retain(page);
  ++kept_[page];
}

void PagePool::unkeep(PageId page) {
  if (is_kept_alone(page)) --kept_alone_;
  --kept_[page];
  release(page);
}

}  // namespace candor::engine
