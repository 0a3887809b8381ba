// What the tests of attention on the GPU share: sequences in scattered pages full of NaN, the lists
// of a step on the device, and what attention is in float64.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/cuda/attention_plan.h"
#include "kernels/cuda/scalars.cuh"
#include "tests/kernels/kernels_testing.h"
#include "tests/support/cuda.h"

namespace candor::kernels::cuda::testing {

using candor::tests::cuda_backend;
using candor::tests::DeviceArray;

struct Heads {
  std::uint32_t heads;
  std::uint32_t kv_heads;
  std::uint32_t head_dim;
  Scalar scalar = Scalar::kBF16;
  std::int32_t window = 0;
  float softcap = 0;
  bool sinks = false;
  float scale = 0;  // 0: head_dim^-0.5

  std::uint32_t group() const { return heads / kv_heads; }
  std::uint32_t stored_dim() const {
    for (const std::uint32_t stored : kStoredDims) {
      if (stored >= head_dim) return stored;
    }
    return 0;
  }
  float used_scale() const {
    return scale > 0 ? scale : 1.0F / std::sqrt(static_cast<float>(head_dim));
  }
};

inline std::string label(const Heads& h) {
  return std::to_string(h.heads) + "/" + std::to_string(h.kv_heads) + " heads of " +
         std::to_string(h.head_dim) + (h.scalar == Scalar::kF32 ? " f32" : " bf16") + ", window " +
         std::to_string(h.window) + (h.softcap > 0 ? ", capped" : "") + (h.sinks ? ", sinks" : "");
}

// One sequence's queries, keys and values, each rounded to what the device holds.
struct Sequence {
  std::vector<float> q, k, v;  // [length, heads, head_dim]
  std::vector<std::uint32_t> pages;
};

class World {
 public:
  World(const Heads& heads, std::uint32_t seed) : heads_(heads), rng_(seed) {
    for (std::uint32_t h = 0; h < heads.heads; ++h) {
      sinks_.push_back(h % 3 == 0 ? 3.0F : h % 3 == 1 ? -2.0F : 9.0F);
    }
    for (std::uint32_t page = 0; page < kPages; ++page) free_.push_back(page);
    std::shuffle(free_.begin(), free_.end(), rng_);
    storage_.assign(kPages * page_elements() * scalar_bytes(heads.scalar), std::byte{0xFF});
  }

  const Heads& heads() const { return heads_; }
  const Sequence& sequence(std::size_t i) const { return sequences_[i]; }
  const std::vector<float>& sinks() const { return sinks_; }

  // Adds a sequence that shares the first `shared` pages with `with`.
  std::uint32_t add(std::size_t length, std::size_t shared = 0, std::size_t with = 0) {
    Sequence s;
    s.q = values(length * heads_.heads);
    s.k = values(length * heads_.kv_heads);
    s.v = values(length * heads_.kv_heads);
    const std::size_t row = std::size_t{heads_.kv_heads} * heads_.head_dim;
    if (shared > 0) {
      const Sequence& other = sequences_[with];
      std::copy_n(other.k.begin(), shared * kPageTokens * row, s.k.begin());
      std::copy_n(other.v.begin(), shared * kPageTokens * row, s.v.begin());
      s.pages.assign(other.pages.begin(),
                     other.pages.begin() + static_cast<std::ptrdiff_t>(shared));
    }
    for (std::size_t position = shared * kPageTokens; position < length; ++position) {
      if (position % kPageTokens == 0) {
        s.pages.push_back(free_.back());
        free_.pop_back();
      }
      store(s, position);
    }
    sequences_.push_back(std::move(s));
    return static_cast<std::uint32_t>(sequences_.size() - 1);
  }

  // The key of a position becomes NaN, in the pages alone.
  void poison(std::size_t sequence, std::size_t position) {
    const std::size_t stored = heads_.stored_dim();
    const std::size_t page = sequences_[sequence].pages[position / kPageTokens];
    for (std::size_t h = 0; h < heads_.kv_heads; ++h) {
      const std::size_t row =
          (page * 2 * heads_.kv_heads + h) * kPageTokens + position % kPageTokens;
      put(row * stored, std::numeric_limits<float>::quiet_NaN());
    }
  }
  // After the last change.
  const void* device_pages() {
    if (pages_ == nullptr) pages_ = std::make_unique<DeviceArray<std::byte>>(storage_);
    return pages_->data();
  }

 private:
  static constexpr std::uint32_t kPages = 96;

  std::size_t page_elements() const {
    return std::size_t{2} * heads_.kv_heads * kPageTokens * heads_.stored_dim();
  }
  std::vector<float> values(std::size_t rows) {
    std::vector<float> out = kernels::testing::random_floats(rows * heads_.head_dim, rng_);
    if (heads_.scalar == Scalar::kBF16) {
      for (float& value : out) value = to_float(to_bf16(value));
    }
    return out;
  }
  void put(std::size_t element, float value) {
    if (heads_.scalar == Scalar::kF32) {
      std::memcpy(storage_.data() + element * 4, &value, 4);
    } else {
      const std::uint16_t bits = to_bf16(value).bits;
      std::memcpy(storage_.data() + element * 2, &bits, 2);
    }
  }
  void store(const Sequence& s, std::size_t position) {
    const std::size_t stored = heads_.stored_dim();
    for (std::size_t part = 0; part < 2; ++part) {
      const std::vector<float>& from = part == 0 ? s.k : s.v;
      for (std::size_t h = 0; h < heads_.kv_heads; ++h) {
        const std::size_t tile = (std::size_t{s.pages.back()} * 2 + part) * heads_.kv_heads + h;
        const std::size_t to = (tile * kPageTokens + position % kPageTokens) * stored;
        for (std::size_t d = 0; d < stored; ++d) {
          put(to + d, d < heads_.head_dim
                          ? from[(position * heads_.kv_heads + h) * heads_.head_dim + d]
                          : 0.0F);
        }
      }
    }
  }

  Heads heads_;
  std::mt19937 rng_;
  std::vector<float> sinks_;
  std::vector<std::uint32_t> free_;
  std::vector<Sequence> sequences_;
  std::vector<std::byte> storage_;
  std::unique_ptr<DeviceArray<std::byte>> pages_;
};

struct Token {
  std::uint32_t sequence;
  std::int32_t position;
};

struct How {
  bool split = false;  // as much as there is; otherwise all is whole
  bool share = false;
  bool keep_pages = false;        // also those that no token of the sequence sees any more
  std::uint32_t extra_items = 0;  // launched beyond those that there are
  Scalar out = Scalar::kF32;
};

inline std::vector<Token> run_of(std::uint32_t sequence, std::int32_t first, std::int32_t last) {
  std::vector<Token> tokens;
  for (std::int32_t p = first; p <= last; ++p) tokens.push_back({sequence, p});
  return tokens;
}

// A step on the device, from its plan on.
class Step {
 public:
  Step(World& world, const std::vector<Token>& tokens, const How& how)
      : world_(world), tokens_(tokens), how_(how) {
    plan();
    upload();
  }

  const AttentionPlan& lists() const { return plan_; }
  Attention operation() {
    const Heads& heads = world_.heads();
    Attention a;
    a.layer = {.base = const_cast<void*>(world_.device_pages()),
               .scalar = heads.scalar,
               .kv_heads = heads.kv_heads,
               .head_dim = heads.head_dim,
               .stored_dim = heads.stored_dim()};
    a.q = q_->data();
    a.heads = heads.heads;
    a.scale = heads.used_scale();
    a.softcap = heads.softcap;
    a.window = heads.window;
    a.sinks = heads.sinks ? sinks_->data() : nullptr;
    a.items = items_->data();
    a.queries = queries_->data();
    a.merges = merges_->data();
    a.page_tables = page_tables_->data();
    a.counts = counts_->data();
    a.items_launched = static_cast<std::uint32_t>(plan_.items.size()) + how_.extra_items;
    a.merges_launched = static_cast<std::uint32_t>(plan_.merges.size()) + how_.extra_items;
    a.most_queries = plan_.most_queries;
    a.partial_values = values_->data();
    a.partial_sums = sums_->data();
    a.out = out_->data();
    a.out_scalar = how_.out;
    return a;
  }
  // [tokens, heads, head_dim]; what was not written is NaN.
  std::vector<float> outputs() const {
    const std::size_t count = tokens_.size() * world_.heads().heads * world_.heads().head_dim;
    const std::vector<std::byte> bytes = out_->values();
    std::vector<float> out(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t half = 0;
      switch (how_.out) {
        case Scalar::kF32:
          std::memcpy(&out[i], bytes.data() + i * 4, 4);
          break;
        case Scalar::kF16:
          std::memcpy(&half, bytes.data() + i * 2, 2);
          out[i] = to_float(F16{half});
          break;
        case Scalar::kBF16:
          std::memcpy(&half, bytes.data() + i * 2, 2);
          out[i] = to_float(Bf16{half});
          break;
      }
    }
    return out;
  }

 private:
  void plan() {
    const Heads& heads = world_.heads();
    std::vector<AttentionToken> rows;
    std::vector<std::vector<std::uint32_t>> tables;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      rows.push_back({static_cast<std::uint32_t>(i), tokens_[i].position, tokens_[i].sequence});
      while (tables.size() <= tokens_[i].sequence) {
        tables.push_back(world_.sequence(tables.size()).pages);
      }
    }
    // Pages that lie before all windows of a sequence were given back: any number.
    for (std::uint32_t s = 0; s < tables.size() && !how_.keep_pages; ++s) {
      std::int32_t first = std::numeric_limits<std::int32_t>::max();
      for (const Token& token : tokens_) {
        if (token.sequence != s || token.position < 0) continue;
        const std::int32_t hidden = heads.window > 0 ? token.position - heads.window + 1 : 0;
        first = std::min(first, std::max(hidden, 0));
      }
      for (std::size_t page = 0; page < tables[s].size(); ++page) {
        if ((page + 1) * kPageTokens <= static_cast<std::size_t>(first)) {
          tables[s][page] = 0x7FFFFFF0U;
        }
      }
    }
    const std::vector<std::span<const std::uint32_t>> pages(tables.begin(), tables.end());
    AttentionPlanner planner;
    planner.plan({.tokens = rows,
                  .pages = pages,
                  .heads = heads.heads,
                  .kv_heads = heads.kv_heads,
                  .window = heads.window,
                  .processors = how_.split ? 100000U : 1U,
                  .share_prefixes = how_.share,
                  .most_partials = how_.split ? UINT32_MAX : 0U},
                 plan_);
  }
  void upload() {
    const Heads& heads = world_.heads();
    const std::size_t stored = heads.stored_dim();
    const std::size_t row = std::size_t{heads.heads} * stored;
    std::vector<float> q(tokens_.size() * row, 0.0F);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].position < 0) continue;
      const Sequence& s = world_.sequence(tokens_[i].sequence);
      for (std::size_t h = 0; h < heads.heads; ++h) {
        const auto position = static_cast<std::size_t>(tokens_[i].position);
        std::copy_n(s.q.begin() +
                        static_cast<std::ptrdiff_t>((position * heads.heads + h) * heads.head_dim),
                    heads.head_dim, q.begin() + static_cast<std::ptrdiff_t>(i * row + h * stored));
      }
    }
    std::vector<std::byte> bytes(q.size() * scalar_bytes(heads.scalar));
    for (std::size_t i = 0; i < q.size(); ++i) {
      if (heads.scalar == Scalar::kF32) {
        std::memcpy(bytes.data() + i * 4, &q[i], 4);
      } else {
        const std::uint16_t half = to_bf16(q[i]).bits;
        std::memcpy(bytes.data() + i * 2, &half, 2);
      }
    }
    q_ = std::make_unique<DeviceArray<std::byte>>(bytes);
    sinks_ = std::make_unique<DeviceArray<float>>(world_.sinks());
    items_ = std::make_unique<DeviceArray<AttentionItem>>(plan_.items);
    queries_ = std::make_unique<DeviceArray<AttentionQuery>>(plan_.queries);
    merges_ = std::make_unique<DeviceArray<AttentionMerge>>(plan_.merges);
    page_tables_ = std::make_unique<DeviceArray<std::uint32_t>>(plan_.page_tables);
    counts_ = std::make_unique<DeviceArray<std::uint32_t>>(
        std::vector<std::uint32_t>{static_cast<std::uint32_t>(plan_.items.size()),
                                   static_cast<std::uint32_t>(plan_.merges.size())});
    values_ =
        std::make_unique<DeviceArray<float>>(std::size_t{plan_.partials} * heads.heads * stored);
    sums_ = std::make_unique<DeviceArray<float>>(std::size_t{plan_.partials} * heads.heads * 2);
    out_ = std::make_unique<DeviceArray<std::byte>>(tokens_.size() * heads.heads * heads.head_dim *
                                                    scalar_bytes(how_.out));
  }

  World& world_;
  std::vector<Token> tokens_;
  How how_;
  AttentionPlan plan_;
  std::unique_ptr<DeviceArray<std::byte>> q_, out_;
  std::unique_ptr<DeviceArray<float>> sinks_, values_, sums_;
  std::unique_ptr<DeviceArray<AttentionItem>> items_;
  std::unique_ptr<DeviceArray<AttentionQuery>> queries_;
  std::unique_ptr<DeviceArray<AttentionMerge>> merges_;
  std::unique_ptr<DeviceArray<std::uint32_t>> page_tables_, counts_;
};

inline std::vector<float> attend(World& world, const std::vector<Token>& tokens,
                                 const How& how = {}) {
  Step step(world, tokens, how);
  cuda_backend().attention(step.operation());
  return step.outputs();
}

// Of one row, from what attend() gave.
inline std::vector<float> row_of(const World& world, const std::vector<float>& out,
                                 std::size_t row) {
  const std::size_t width = std::size_t{world.heads().heads} * world.heads().head_dim;
  const auto from = out.begin() + static_cast<std::ptrdiff_t>(row * width);
  return {from, from + static_cast<std::ptrdiff_t>(width)};
}

}  // namespace candor::kernels::cuda::testing
