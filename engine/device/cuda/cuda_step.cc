#include "engine/device/cuda/cuda_step.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace candor::engine {

namespace cuda = kernels::cuda;

namespace {

// Blocks of attention compute 16, 32 or 64 rows: queries are rounded up to what fills one.
std::uint32_t rounded_queries(std::uint32_t queries, std::uint32_t group) {
  std::uint32_t rows = 16;
  while (rows < queries * group && rows < cuda::kAttentionRows) rows *= 2;
  return std::max(queries, rows / group);
}

template <typename T>
void put(std::byte* block, std::size_t offset, const std::vector<T>& values) {
  if (!values.empty()) std::memcpy(block + offset, values.data(), values.size() * sizeof(T));
}

}  // namespace

std::vector<std::int32_t> distinct_windows(const ArchSpec& spec) {
  std::vector<std::int32_t> windows;
  for (const LayerSpec& layer : spec.layers) {
    const auto window = static_cast<std::int32_t>(layer.window);
    if (std::find(windows.begin(), windows.end(), window) == windows.end()) {
      windows.push_back(window);
    }
  }
  return windows;
}

std::uint32_t rounded_size(std::uint32_t count) {
  if (count <= 8) return count;
  const std::uint32_t step = std::bit_floor(count - 1) / 8;
  return (count + step - 1) / step * step;
}

StepLayout::StepLayout(const StepShape& shape) {
  const auto take = [this](std::size_t count, std::size_t size) {
    const std::size_t offset = bytes;
    bytes = (bytes + count * size + 15) / 16 * 16;
    return offset;
  };
  tokens = take(shape.rows, sizeof(std::int32_t));
  positions = take(shape.rows, sizeof(std::int32_t));
  pages = take(shape.rows, sizeof(std::uint32_t));
  logit_rows = take(shape.gathered ? shape.logit_rows : 0, sizeof(std::uint32_t));
  for (const StepShape::Lists& lists : shape.windows) {
    Lists at;
    at.counts = take(2, sizeof(std::uint32_t));
    at.items = take(lists.items, sizeof(cuda::AttentionItem));
    at.queries = take(lists.queries, sizeof(cuda::AttentionQuery));
    at.merges = take(lists.merges, sizeof(cuda::AttentionMerge));
    at.tables = take(lists.tables, sizeof(std::uint32_t));
    windows.push_back(at);
  }
}

CudaStep::CudaStep(const ArchSpec& spec, int processors, std::uint32_t most_partials)
    : spec_(spec),
      processors_(processors),
      most_partials_(most_partials),
      windows_(distinct_windows(spec)),
      attention_(windows_.size()) {}

void CudaStep::plan(const StepPlan& plan) {
  plan_ = &plan;
  decode_ = plan.rows.size() == plan.pages.size() && plan.logit_rows.size() == plan.rows.size();
  tokens_.clear();
  for (std::uint32_t r = 0; r < plan.rows.size(); ++r) {
    tokens_.push_back({.row = r,
                       .position = static_cast<std::int32_t>(plan.rows[r].position),
                       .sequence = plan.rows[r].sequence});
  }
  pages_.assign(plan.pages.begin(), plan.pages.end());
  for (std::size_t w = 0; w < windows_.size(); ++w) {
    planner_.plan({.tokens = tokens_,
                   .pages = pages_,
                   .heads = static_cast<std::uint32_t>(spec_.attention.heads),
                   .kv_heads = static_cast<std::uint32_t>(spec_.attention.kv_heads),
                   .window = windows_[w],
                   .processors = static_cast<std::uint32_t>(processors_),
                   .most_partials = most_partials_},
                  attention_[w]);
  }
}

StepShape CudaStep::shape(bool rounded) const {
  const auto size = [rounded](std::size_t count) {
    const auto n = static_cast<std::uint32_t>(count);
    return rounded ? rounded_size(n) : n;
  };
  const auto group = static_cast<std::uint32_t>(spec_.attention.heads / spec_.attention.kv_heads);
  StepShape shape;
  shape.rows = size(plan_->rows.size());
  shape.gathered = !decode_;
  shape.logit_rows = decode_ ? shape.rows : static_cast<std::uint32_t>(plan_->logit_rows.size());
  for (const cuda::AttentionPlan& lists : attention_) {
    shape.windows.push_back({.items = size(lists.items.size()),
                             .queries = size(lists.queries.size()),
                             .merges = size(lists.merges.size()),
                             .tables = size(lists.page_tables.size()),
                             .most_queries = rounded_queries(lists.most_queries, group)});
  }
  return shape;
}

void CudaStep::write(const StepShape& shape, const StepLayout& layout, std::byte* block) const {
  std::memset(block, 0, layout.bytes);
  const auto at = [block](std::size_t offset, std::size_t index, auto value) {
    std::memcpy(block + offset + index * sizeof value, &value, sizeof value);
  };
  for (std::size_t r = 0; r < shape.rows; ++r) {
    if (r >= plan_->rows.size()) {
      at(layout.positions, r, std::int32_t{-1});
      continue;
    }
    const StepPlan::Row& row = plan_->rows[r];
    const auto page = static_cast<std::size_t>(row.position) / cuda::kPageTokens;
    at(layout.tokens, r, static_cast<std::int32_t>(row.token));
    at(layout.positions, r, static_cast<std::int32_t>(row.position));
    at(layout.pages, r, static_cast<std::uint32_t>(plan_->pages[row.sequence][page]));
  }
  if (shape.gathered) put(block, layout.logit_rows, plan_->logit_rows);
  for (std::size_t w = 0; w < attention_.size(); ++w) {
    const cuda::AttentionPlan& lists = attention_[w];
    at(layout.windows[w].counts, 0, static_cast<std::uint32_t>(lists.items.size()));
    at(layout.windows[w].counts, 1, static_cast<std::uint32_t>(lists.merges.size()));
    put(block, layout.windows[w].items, lists.items);
    put(block, layout.windows[w].queries, lists.queries);
    put(block, layout.windows[w].merges, lists.merges);
    put(block, layout.windows[w].tables, lists.page_tables);
  }
}

}  // namespace candor::engine
