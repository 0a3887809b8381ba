// A device that computes nothing but keeps books: every page remembers which token was put in which
// slot, and logits are a function of the tokens that a row can see through its page table. A page
// that is shared, copied or reused wrongly gives other tokens than a sequence alone would get.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "engine/device/device.h"
#include "kernels/attention.h"

namespace candor::tests {

class FakeDevice final : public engine::Device {
 public:
  using Next = std::function<std::vector<float>(const std::vector<engine::TokenId>& seen)>;

  // `next`: the logits after these tokens.
  FakeDevice(std::size_t vocabulary, std::size_t pages, Next next)
      : vocabulary_(vocabulary), pages_(pages), next_(std::move(next)), memory_(pages) {}

  std::size_t vocabulary() const override { return vocabulary_; }
  std::size_t page_count() const override { return pages_; }

  void run(const engine::StepPlan& plan) override {
    ++steps;
    rows += plan.rows.size();
    largest_step = std::max(largest_step, plan.rows.size());
    if (on_step) on_step(plan);
    std::map<engine::PageId, std::uint32_t> writer;
    for (const auto& row : plan.rows) {
      const auto position = static_cast<std::size_t>(row.position);
      const engine::PageId page = plan.pages.at(row.sequence).at(position / kernels::kPageTokens);
      EXPECT_EQ(writer.emplace(page, row.sequence).first->second, row.sequence)
          << "two sequences write to page " << page;
      memory_.at(page).at(position % kernels::kPageTokens) = row.token;
    }
    plan_ = plan;
  }

  std::span<const float> logits(std::size_t first, std::size_t count) override {
    buffer_.clear();
    for (std::size_t i = first; i < first + count; ++i) {
      const auto& row = plan_.rows.at(plan_.logit_rows.at(i));
      std::vector<engine::TokenId> seen;
      for (std::size_t p = 0; p <= static_cast<std::size_t>(row.position); ++p) {
        const engine::PageId page = plan_.pages.at(row.sequence).at(p / kernels::kPageTokens);
        seen.push_back(memory_.at(page).at(p % kernels::kPageTokens));
      }
      const std::vector<float> values = next_(seen);
      buffer_.insert(buffer_.end(), values.begin(), values.end());
    }
    return buffer_;
  }

  void copy_page(engine::PageId from, engine::PageId to) override {
    memory_.at(to) = memory_.at(from);
  }
  kernels::ThreadPool& threads() override { return threads_; }

  int steps = 0;
  std::size_t rows = 0;
  std::size_t largest_step = 0;
  std::function<void(const engine::StepPlan&)> on_step;  // may be empty

 private:
  std::size_t vocabulary_;
  std::size_t pages_;
  Next next_;
  std::vector<std::array<engine::TokenId, kernels::kPageTokens>> memory_;
  engine::StepPlan plan_;
  std::vector<float> buffer_;
  kernels::ThreadPool threads_{1};
};

// All mass on one token.
inline std::vector<float> only(std::size_t vocabulary, engine::TokenId token) {
  std::vector<float> logits(vocabulary, 0.0F);
  logits.at(static_cast<std::size_t>(token)) = 20.0F;
  return logits;
}

inline std::uint64_t hash_of(const std::vector<engine::TokenId>& seen) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const engine::TokenId id : seen) {
    hash = (hash ^ static_cast<std::uint64_t>(id)) * 1099511628211ULL;
  }
  return hash;
}

// A token that depends on every one before it.
inline FakeDevice::Next fingerprint(std::size_t vocabulary) {
  return [vocabulary](const std::vector<engine::TokenId>& seen) {
    return only(vocabulary, static_cast<engine::TokenId>((hash_of(seen) >> 20) % vocabulary));
  };
}

// Logits of ordinary sizes, every one of them dependent on every token before it.
inline FakeDevice::Next spread(std::size_t vocabulary) {
  return [vocabulary](const std::vector<engine::TokenId>& seen) {
    const std::uint64_t hash = hash_of(seen);
    std::vector<float> logits(vocabulary);
    for (std::size_t i = 0; i < vocabulary; ++i) {
      const std::uint64_t mixed = (hash ^ (i * 0x9E3779B97F4A7C15ULL)) * 0xD6E8FEB86659FD93ULL;
      logits[i] = static_cast<float>(mixed >> 40) * 0x1p-22F - 2.0F;
    }
    return logits;
  };
}

}  // namespace candor::tests
