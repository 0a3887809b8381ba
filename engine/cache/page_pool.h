// Which pages of keys and values are in use, and by how many. It knows numbers only; the memory is
// the device's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/step_plan.h"

namespace candor::engine {

class PagePool {
 public:
  explicit PagePool(std::size_t pages) : total_(pages) {}

  std::size_t total() const { return total_; }
  std::size_t free() const { return total_ - used_; }

  std::optional<PageId> allocate();  // with one reference; nothing when all are in use
  void retain(PageId page);
  void release(PageId page);  // the last one frees it
  std::uint32_t references(PageId page) const { return references_[page]; }

  // References of one holder that would give its pages up (the prefix tree): it takes and drops
  // them by these, and `kept_alone` counts the pages that nobody else refers to.
  void keep(PageId page);
  void unkeep(PageId page);
  std::size_t kept_alone() const { return kept_alone_; }

 private:
  bool is_kept_alone(PageId page) const { return kept_[page] > 0 && references_[page] == 1; }

  std::size_t total_;
  std::size_t used_ = 0;
  std::vector<std::uint32_t> references_;  // of the pages that were ever used
  std::vector<std::uint32_t> kept_;        // how many of these are the holder's
  std::size_t kept_alone_ = 0;
  std::vector<PageId> freed_;  // the last one freed is reused first: its memory is warm
};

}  // namespace candor::engine
