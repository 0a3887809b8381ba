// Steps as arrays: what the device reads is what the plan says, whatever room there is around it.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "engine/device/cuda/cuda_step.h"

namespace candor::engine {
namespace {

namespace cuda = kernels::cuda;

ArchSpec spec_with_windows(std::vector<std::int64_t> windows) {
  ArchSpec spec;
  spec.attention.heads = 4;
  spec.attention.kv_heads = 2;
  spec.attention.head_dim = 16;
  for (const std::int64_t window : windows) spec.layers.push_back({.window = window});
  return spec;
}

// Sequence s has one row at position 100 s + 70, in pages 10 s, 10 s + 1 ….
StepPlan decode_plan(std::uint32_t sequences) {
  StepPlan plan;
  for (std::uint32_t s = 0; s < sequences; ++s) {
    const std::int64_t position = 100 * s + 70;
    plan.rows.push_back(
        {.token = static_cast<TokenId>(7 + s), .position = position, .sequence = s});
    plan.logit_rows.push_back(s);
    plan.pages.emplace_back();
    for (std::int64_t p = 0; p <= position / 64; ++p) {
      plan.pages.back().push_back(static_cast<PageId>(10 * s + static_cast<std::uint32_t>(p)));
    }
  }
  return plan;
}

template <typename T>
T read(const std::vector<std::byte>& block, std::size_t offset, std::size_t index) {
  T value;
  std::memcpy(&value, block.data() + offset + index * sizeof value, sizeof value);
  return value;
}

std::vector<std::byte> written(const CudaStep& step, const StepShape& shape) {
  const StepLayout layout(shape);
  std::vector<std::byte> block(layout.bytes, std::byte{0xEE});
  step.write(shape, layout, block.data());
  return block;
}

TEST(CudaStep, RoundedSizesGrowByAnEighthAtMostAndCoverEveryCount) {
  std::set<std::uint32_t> sizes;
  for (std::uint32_t n = 1; n <= 4096; ++n) {
    const std::uint32_t size = rounded_size(n);
    ASSERT_GE(size, n);
    ASSERT_LE(size, n + std::max(1U, (n + 7) / 8)) << n;
    ASSERT_EQ(rounded_size(size), size);
    sizes.insert(size);
  }
  EXPECT_LT(sizes.size(), 90U);
  EXPECT_EQ(rounded_size(0), 0U);
}

TEST(CudaStep, ADecodingStepHasItsRowsAndPadsTheRest) {
  const ArchSpec spec = spec_with_windows({0, 0});
  CudaStep step(spec, 4, 1000);
  const StepPlan plan = decode_plan(9);
  step.plan(plan);
  EXPECT_TRUE(step.is_decode());
  const StepShape shape = step.shape(true);
  EXPECT_FALSE(shape.gathered);
  ASSERT_EQ(shape.windows.size(), 1U);
  ASSERT_GE(shape.rows, 9U);
  const StepLayout layout(shape);
  const std::vector<std::byte> block = written(step, shape);
  for (std::uint32_t r = 0; r < shape.rows; ++r) {
    const auto position = read<std::int32_t>(block, layout.positions, r);
    if (r >= 9) {
      EXPECT_EQ(position, -1);
      continue;
    }
    EXPECT_EQ(position, static_cast<std::int32_t>(100 * r + 70));
    EXPECT_EQ(read<std::int32_t>(block, layout.tokens, r), static_cast<std::int32_t>(7 + r));
    EXPECT_EQ(read<std::uint32_t>(block, layout.pages, r), 10 * r + (100 * r + 70) / 64);
  }
  const auto items = read<std::uint32_t>(block, layout.windows[0].counts, 0);
  EXPECT_GE(items, 1U);
  EXPECT_LE(items, shape.windows[0].items);
}

TEST(CudaStep, StepsOfNeighbouringSizesHaveOneShape) {
  const ArchSpec spec = spec_with_windows({0});
  CudaStep step(spec, 4, 1000);
  const StepPlan plan = decode_plan(33);
  step.plan(plan);
  const StepShape shape = step.shape(true);
  StepPlan next = plan;
  for (StepPlan::Row& row : next.rows) ++row.position;
  step.plan(next);
  EXPECT_TRUE(step.shape(true) == shape);
  const StepPlan smaller = decode_plan(20);
  step.plan(smaller);
  EXPECT_FALSE(step.shape(true) == shape);
}

TEST(CudaStep, PromptsHaveExactSizesAndTheirLogitRows) {
  const ArchSpec spec = spec_with_windows({0, 32, 0, 32});
  CudaStep step(spec, 4, 1000);
  StepPlan plan;
  plan.pages = {{3, 9}};
  for (std::int64_t p = 10; p < 110; ++p) plan.rows.push_back({.token = 1, .position = p});
  plan.logit_rows = {40, 99};
  step.plan(plan);
  EXPECT_FALSE(step.is_decode());
  const StepShape shape = step.shape(false);
  EXPECT_EQ(shape.rows, 100U);
  EXPECT_EQ(shape.logit_rows, 2U);
  EXPECT_TRUE(shape.gathered);
  ASSERT_EQ(shape.windows.size(), 2U);
  EXPECT_EQ(distinct_windows(spec), (std::vector<std::int32_t>{0, 32}));
  const StepLayout layout(shape);
  const std::vector<std::byte> block = written(step, shape);
  EXPECT_EQ(read<std::uint32_t>(block, layout.logit_rows, 0), 40U);
  EXPECT_EQ(read<std::uint32_t>(block, layout.logit_rows, 1), 99U);
  EXPECT_EQ(read<std::uint32_t>(block, layout.pages, 0), 3U);
  EXPECT_EQ(read<std::uint32_t>(block, layout.pages, 99), 9U);
}

TEST(CudaStep, ArraysDoNotOverlapAndBeginAtMultiplesOfSixteen) {
  StepShape shape;
  shape.rows = 13;
  shape.logit_rows = 3;
  shape.gathered = true;
  shape.windows = {{.items = 5, .queries = 7, .merges = 3, .tables = 11, .most_queries = 2},
                   {.items = 1, .queries = 1, .merges = 0, .tables = 4, .most_queries = 1}};
  const StepLayout layout(shape);
  std::vector<std::pair<std::size_t, std::size_t>> areas = {{layout.tokens, 13 * 4},
                                                            {layout.positions, 13 * 4},
                                                            {layout.pages, 13 * 4},
                                                            {layout.logit_rows, 3 * 4}};
  for (std::size_t w = 0; w < 2; ++w) {
    const auto& at = layout.windows[w];
    const auto& n = shape.windows[w];
    areas.insert(areas.end(), {{at.counts, 8},
                               {at.items, n.items * sizeof(cuda::AttentionItem)},
                               {at.queries, n.queries * sizeof(cuda::AttentionQuery)},
                               {at.merges, n.merges * sizeof(cuda::AttentionMerge)},
                               {at.tables, n.tables * 4}});
  }
  std::size_t end = 0;
  for (const auto& [offset, bytes] : areas) {
    EXPECT_EQ(offset % 16, 0U);
    EXPECT_GE(offset, end);
    end = offset + bytes;
  }
  EXPECT_LE(end, layout.bytes);
}

}  // namespace
}  // namespace candor::engine
