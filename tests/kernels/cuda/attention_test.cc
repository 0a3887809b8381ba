#include "kernels/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "kernels/cuda/attention.cuh"
#include "tests/kernels/cuda/attention_testing.h"

namespace candor::kernels::cuda {
namespace {

using kernels::testing::first_difference;
using testing::attend;
using testing::cuda_backend;
using testing::Heads;
using testing::How;
using testing::row_of;
using testing::run_of;
using testing::Sequence;
using testing::Step;
using testing::Token;
using testing::World;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

struct Exact {
  double value;
  double tolerance;  // of a float32 result
};

// Attention of one token and head in float64, and how far a right result may be from it.
std::vector<Exact> exact_row(const World& world, const Token& token, std::size_t head) {
  const Heads& heads = world.heads();
  const Sequence& s = world.sequence(token.sequence);
  const std::size_t dim = heads.head_dim;
  const std::size_t kv = head / heads.group();
  const auto seen = static_cast<std::size_t>(token.position) + 1;
  const auto window = static_cast<std::size_t>(heads.window);
  const std::size_t first = window > 0 && seen > window ? seen - window : 0;
  std::vector<double> weights;
  double score_size = 0.0;
  for (std::size_t t = first; t < seen; ++t) {
    double score = 0.0;
    double size = 0.0;
    for (std::size_t d = 0; d < dim; ++d) {
      const double term = static_cast<double>(s.q[((seen - 1) * heads.heads + head) * dim + d]) *
                          static_cast<double>(heads.used_scale()) *
                          s.k[(t * heads.kv_heads + kv) * dim + d];
      score += term;
      size += std::fabs(term);
    }
    if (heads.softcap > 0) {
      // Its slope is at most 1, and what it adds is a few roundings of the cap.
      score = heads.softcap * std::tanh(score / heads.softcap);
      size += 4.0 * heads.softcap;
    }
    weights.push_back(score);
    score_size = std::max(score_size, size);
  }
  double largest = *std::max_element(weights.begin(), weights.end());
  double total = 0.0;
  if (heads.sinks) {
    const double sink = world.sinks()[head];
    largest = std::max(largest, sink);
    total = std::exp(sink - largest);
  }
  for (double& weight : weights) total += weight = std::exp(weight - largest);
  // A score is off by a rounding (the tensor cores cut off instead: two) of each of its terms and a
  // few more: the weights by that factor. The sums over t by a rounding a step. Weights are rounded
  // to bf16 above and below the fraction line: what that moves is the difference of a value from
  // the result.
  const double step = heads.scalar == Scalar::kF32 ? 0x1p-24 : 0x1p-23;
  const double relative = 2.0 * (static_cast<double>(dim) + 4.0) * step * score_size +
                          (static_cast<double>(weights.size()) + 20.0) * 2.0 * step;
  const double rounding = heads.scalar == Scalar::kF32 ? 0.0 : 0x1p-8;
  std::vector<Exact> row;
  for (std::size_t d = 0; d < dim; ++d) {
    const auto value = [&](std::size_t t) {
      return static_cast<double>(s.v[(t * heads.kv_heads + kv) * dim + d]);
    };
    double exact = 0.0;
    double size = 0.0;
    for (std::size_t t = first; t < seen; ++t) {
      exact += weights[t - first] / total * value(t);
      size += weights[t - first] / total * std::fabs(value(t));
    }
    double moved = 0.0;
    for (std::size_t t = first; t < seen; ++t) {
      moved += weights[t - first] / total * std::fabs(value(t) - exact);
    }
    row.push_back({exact, relative * size + rounding * moved + 1e-30});
  }
  return row;
}

// Half a step of the format at this value.
double rounding_of(Scalar scalar, double value) {
  if (scalar == Scalar::kBF16) return std::fabs(value) * 0x1p-8 + 1e-38;
  return scalar == Scalar::kF16 ? std::fabs(value) * 0x1p-11 + 0x1p-25 : 0.0;
}

void expect_exact(const World& world, const std::vector<Token>& tokens,
                  const std::vector<float>& out, Scalar scalar = Scalar::kF32) {
  const std::size_t dim = world.heads().head_dim;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].position < 0) continue;
    for (std::size_t head = 0; head < world.heads().heads; ++head) {
      const std::vector<Exact> exact = exact_row(world, tokens[i], head);
      for (std::size_t d = 0; d < dim; ++d) {
        ASSERT_NEAR(out[(i * world.heads().heads + head) * dim + d], exact[d].value,
                    exact[d].tolerance + rounding_of(scalar, exact[d].value))
            << "token " << i << " at " << tokens[i].position << ", head " << head << ", column "
            << d;
      }
    }
  }
}

const Heads kShapes[] = {
    {2, 2, 16},
    {4, 2, 32},
    {3, 1, 64},
    {7, 1, 64, Scalar::kBF16, 100},
    {8, 2, 80},
    {8, 1, 96, Scalar::kBF16, 64, 0.0F, true},
    {7, 1, 128},
    {2, 1, 128, Scalar::kBF16, 0, 20.0F, true},
    {4, 4, 48, Scalar::kBF16, 300},
    {20, 1, 32},
    {2, 1, 256, Scalar::kBF16, 70},
    {24, 1, 256},
    {3, 1, 112, Scalar::kBF16, 0, 0.0F, false, 1.5F},
    {2, 2, 16, Scalar::kF32},
    {3, 1, 80, Scalar::kF32, 70, 0.0F, true},
    {2, 1, 128, Scalar::kF32, 0, 15.0F},
    {1, 1, 256, Scalar::kF32, 300},
};

// Around the edges of pages and splits.
constexpr std::int32_t kPositions[] = {0, 63, 64, 255, 256, 257, 700};

TEST(CudaAttention, IsSoftmaxOfScoresTimesValues) {
  std::uint32_t seed = 61;
  for (const Heads& heads : kShapes) {
    SCOPED_TRACE(label(heads));
    World world(heads, ++seed);
    world.add(701);
    std::vector<Token> tokens;
    for (const std::int32_t position : kPositions) tokens.push_back({0, position});
    expect_exact(world, tokens, attend(world, tokens));
    expect_exact(world, tokens, attend(world, tokens, {.split = true}));
    if (HasFatalFailure()) return;
  }
}

TEST(CudaAttention, PromptsAreComputedInTilesOfTokens) {
  std::uint32_t seed = 161;
  for (const Heads& heads : kShapes) {
    SCOPED_TRACE(label(heads));
    World world(heads, ++seed);
    world.add(301);
    for (const auto& tokens : {run_of(0, 0, 10), run_of(0, 240, 264)}) {
      expect_exact(world, tokens, attend(world, tokens));
    }
    const auto tokens = run_of(0, 250, 260);
    expect_exact(world, tokens, attend(world, tokens, {.split = true}));
    if (HasFatalFailure()) return;
  }
}

TEST(CudaAttention, AgreesWithTheProcessor) {
  std::uint32_t seed = 261;
  ThreadPool pool(1);
  for (const Heads& heads : kShapes) {
    SCOPED_TRACE(label(heads));
    World world(heads, ++seed);
    world.add(301);
    const AttentionShape shape{.heads = heads.heads,
                               .kv_heads = heads.kv_heads,
                               .head_dim = heads.head_dim,
                               .scale = heads.used_scale(),
                               .format = KvFormat::kF32,
                               .softcap = heads.softcap,
                               .sinks = heads.sinks ? world.sinks().data() : nullptr};
    const Sequence& s = world.sequence(0);
    std::vector<std::vector<std::byte>> storage;
    std::vector<const std::byte*> pages;
    const std::size_t row = std::size_t{heads.kv_heads} * heads.head_dim;
    for (std::size_t p = 0; p < 301; ++p) {
      if (p % kPageTokens == 0) storage.emplace_back(page_bytes(shape));
      store_kv(shape, storage.back().data(), p % kPageTokens, s.k.data() + p * row,
               s.v.data() + p * row);
    }
    for (const auto& page : storage) pages.push_back(page.data());
    const std::vector<Token> tokens = {{0, 5}, {0, 130}, {0, 300}};
    const std::size_t width = std::size_t{heads.heads} * heads.head_dim;
    std::vector<float> expected(tokens.size() * width);
    std::vector<AttentionRow> rows;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      rows.push_back({s.q.data() + static_cast<std::size_t>(tokens[i].position) * width,
                      expected.data() + i * width, pages.data(), tokens[i].position, heads.window});
    }
    kernels::attention(shape, rows, pool);
    const std::vector<float> out = attend(world, tokens);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      for (std::size_t head = 0; head < heads.heads; ++head) {
        const auto exact = exact_row(world, tokens[i], head);
        for (std::size_t d = 0; d < heads.head_dim; ++d) {
          const std::size_t at = i * width + head * heads.head_dim + d;
          ASSERT_NEAR(out[at], expected[at], 2.0 * exact[d].tolerance) << "row " << i;
        }
      }
    }
  }
}

TEST(CudaAttention, ARowHasTheSameBitsWhicheverBlockComputesIt) {
  std::uint32_t seed = 361;
  for (const Heads& heads : kShapes) {
    SCOPED_TRACE(label(heads));
    World world(heads, ++seed);
    world.add(565);
    world.add(80);
    // At the edge of a page and a split, and beyond one.
    const std::int32_t position = seed % 2 == 0 ? 256 : 530;
    std::map<std::pair<std::uint32_t, std::int32_t>, std::vector<float>> alone;
    const auto expect_same = [&](const std::vector<Token>& tokens, const How& how,
                                 const char* what) {
      const std::vector<float> out = attend(world, tokens, how);
      // Of a prompt the first, which does not see the last pages, and the last, which may not see
      // the first.
      for (const std::size_t i : {std::size_t{0}, tokens.size() / 2, tokens.size() - 1}) {
        std::vector<float>& expected = alone[{tokens[i].sequence, tokens[i].position}];
        if (expected.empty()) expected = attend(world, {tokens[i]});
        EXPECT_EQ(first_difference(row_of(world, out, i), expected), -1)
            << what << ", position " << tokens[i].position;
      }
    };
    expect_same({{0, position}}, {.split = true}, "split");
    expect_same({{0, position}}, {.split = true, .extra_items = 500}, "many launched");
    expect_same({{1, 79}, {0, position}, {1, 3}}, {.extra_items = 7},
                "in a batch, and more launched");
    expect_same({{1, 79}, {0, position}, {1, 3}}, {.split = true}, "in a batch, split");
    // Of many rows, with blocks that have few beside them.
    for (const std::uint32_t rows : {24U, 64U}) {
      const auto count = static_cast<std::int32_t>(std::max(2U, rows / heads.group()));
      const auto prompt = run_of(0, position - count / 2, position - count / 2 + count - 1);
      expect_same(prompt, {}, "of a prompt");
      if (rows == 24U) continue;
      auto mixed = prompt;
      mixed.push_back({1, 79});
      expect_same(mixed, {.split = true}, "of a prompt, split, and a token");
    }
    if (HasFailure()) return;
  }
}

TEST(CudaAttention, ASharedPrefixGivesTheSameBits) {
  std::uint32_t seed = 461;
  for (const Heads& heads : {Heads{4, 2, 64}, Heads{7, 1, 128}, Heads{2, 2, 32, Scalar::kBF16, 300},
                             Heads{8, 1, 96, Scalar::kBF16, 0, 0.0F, true}, Heads{2, 1, 256},
                             Heads{2, 1, 64, Scalar::kF32}}) {
    SCOPED_TRACE(label(heads));
    World world(heads, ++seed);
    world.add(420);
    std::vector<Token> tokens = {{0, 419}};
    for (std::int32_t s = 1; s < 10; ++s) {
      const std::int32_t length = 390 + 13 * s;
      world.add(static_cast<std::size_t>(length), s % 2 == 0 ? 6 : 5, 0);
      tokens.push_back({static_cast<std::uint32_t>(s), length - 1});
    }
    Step shared(world, tokens, {.split = true, .share = true});
    EXPECT_GE(shared.lists().most_queries, 5U);
    cuda_backend().attention(shared.operation());
    const std::vector<float> out = shared.outputs();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      EXPECT_EQ(first_difference(row_of(world, out, i), attend(world, {tokens[i]})), -1)
          << "row " << i;
    }
  }
}

TEST(CudaAttention, SharersWhoseWindowsLeaveAGapGiveTheSameBits) {
  // Both see keys of the second split, the first page and the last; those between are not read.
  World world({2, 1, 64, Scalar::kBF16, 64}, 77);
  world.add(521);
  world.add(521, 8, 0);
  const std::vector<Token> tokens = {{0, 520}, {1, 260}};
  Step shared(world, tokens, {.split = true, .share = true, .keep_pages = true});
  EXPECT_EQ(shared.lists().most_queries, 2U);
  EXPECT_GT(std::ranges::count(shared.lists().page_tables, kNoPage), 0);
  cuda_backend().attention(shared.operation());
  const std::vector<float> out = shared.outputs();
  expect_exact(world, tokens, out);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    EXPECT_EQ(first_difference(row_of(world, out, i), attend(world, {tokens[i]})), -1) << i;
  }
}

TEST(CudaAttention, LongContextsHaveManySplits) {
  for (const Heads& heads :
       {Heads{2, 1, 32}, Heads{18, 1, 32}, Heads{1, 1, 256}, Heads{2, 1, 32, Scalar::kF32}}) {
    SCOPED_TRACE(label(heads));
    World world(heads, 78);
    world.add(2400);
    const std::vector<Token> tokens = {{0, 2399}, {0, 2303}};  // ten splits, nine
    const std::vector<float> whole = attend(world, tokens);
    expect_exact(world, tokens, whole);
    EXPECT_EQ(first_difference(attend(world, tokens, {.split = true}), whole), -1);
  }
}

TEST(CudaAttention, ANotANumberAmongTheKeysIsNotHidden) {
  World world({3, 1, 64}, 79);
  world.add(400);
  world.poison(0, 130);
  const std::vector<Token> tokens = {{0, 129}, {0, 130}, {0, 399}};
  for (const bool split : {false, true}) {
    const std::vector<float> out = attend(world, tokens, {.split = split});
    for (const float value : row_of(world, out, 0)) EXPECT_FALSE(std::isnan(value));
    for (const float value : row_of(world, out, 1)) EXPECT_TRUE(std::isnan(value));
    for (const float value : row_of(world, out, 2)) EXPECT_TRUE(std::isnan(value));
  }
}

TEST(CudaAttention, OutputsAreRoundedToTheirFormat) {
  for (const Heads& heads : {Heads{4, 2, 32}, Heads{3, 1, 80}, Heads{2, 2, 16, Scalar::kF32}}) {
    SCOPED_TRACE(label(heads));
    World world(heads, 91);
    world.add(300);
    const std::vector<Token> tokens = {{0, 3}, {0, 299}};
    const std::vector<float> exact = attend(world, tokens);
    for (const bool split : {false, true}) {
      const auto halves = attend(world, tokens, {.split = split, .out = Scalar::kF16});
      const auto brains = attend(world, tokens, {.split = split, .out = Scalar::kBF16});
      for (std::size_t i = 0; i < exact.size(); ++i) {
        ASSERT_EQ(halves[i], to_float(to_f16(exact[i])));
        ASSERT_EQ(brains[i], to_float(to_bf16(exact[i])));
      }
    }
  }
}

TEST(CudaAttention, PaddingRowsAreNotWritten) {
  World world({4, 2, 48}, 92);
  world.add(100);
  const std::vector<Token> tokens = {{0, 10}, {0, -1}, {0, 99}, {0, -1}};
  const std::vector<float> out = attend(world, tokens);
  expect_exact(world, tokens, out);
  for (const std::size_t row : {1U, 3U}) {
    for (const float value : row_of(world, out, row)) EXPECT_TRUE(std::isnan(value));
  }
}

TEST(CudaAttention, ScoresFarApartNeitherOverflowNorVanish) {
  // Scores up to some thousands: between tiles and splits weights are exactly 0 or exactly 1.
  for (const Scalar scalar : {Scalar::kBF16, Scalar::kF32}) {
    World world({2, 1, 64, scalar, 0, 0.0F, false, 40.0F}, 93);
    world.add(600);
    const std::vector<Token> tokens = {{0, 255}, {0, 599}};
    const auto whole = attend(world, tokens);
    expect_exact(world, tokens, whole);
    EXPECT_EQ(first_difference(attend(world, tokens, {.split = true}), whole), -1);
  }
}

TEST(CudaAttention, ARecordedGraphServesLaterListsThatFitIt) {
  World world({4, 2, 64}, 94);
  world.add(600);
  const std::vector<Token> first = {{0, 40}, {0, 599}, {0, 300}};
  const How how{.split = true, .extra_items = 5};
  Step step(world, first, how);
  const Attention operation = step.operation();
  cuda_backend().begin_graph();
  cuda_backend().attention(operation);
  const auto graph = cuda_backend().end_graph();
  cuda_backend().launch(*graph);
  EXPECT_EQ(first_difference(step.outputs(), attend(world, first)), -1);
  // None of the items and merges: nothing is written.
  cuda_backend().upload(const_cast<std::uint32_t*>(operation.counts),
                        std::vector<std::uint32_t>{0, 0}.data(), 8);
  cuda_backend().fill_zero(operation.out, step.outputs().size() * 4);
  cuda_backend().launch(*graph);
  for (const float value : step.outputs()) ASSERT_EQ(value, 0.0F);
}

TEST(CudaAttention, RefusesHeadsThatNoKernelIsFor) {
  World world({4, 2, 64}, 95);
  world.add(10);
  Step step(world, {{0, 9}}, {});
  for (const auto& change :
       {+[](Attention& a) { a.layer.stored_dim = 80; },
        +[](Attention& a) { a.layer.scalar = Scalar::kF16; }, +[](Attention& a) { a.heads = 5; },
        +[](Attention& a) { a.most_queries = 33; }, +[](Attention& a) { a.layer.head_dim = 65; }}) {
    Attention attention = step.operation();
    change(attention);
    EXPECT_THROW(cuda_backend().attention(attention), std::runtime_error);
  }
}

TEST(CudaAttention, DifferencesHaveTheExponentialsOfAllElse) {
  const auto bits = [](float x) { return bits_of(x); };
  for (std::uint32_t i = 0; i < 0x43000000U; i += 1009) {  // to -128
    const float x = -float_of_bits(i);
    ASSERT_EQ(bits(exp_of_difference(x)), bits(exp_f32(x))) << x;
  }
  for (const float x : {0.0F, -0.0F, -87.3F, std::nextafter(-87.3F, -88.0F),
                        std::nextafter(-87.3F, -87.0F), -1e30F, kMinusInfinity}) {
    EXPECT_EQ(bits(exp_of_difference(x)), bits(exp_f32(x))) << x;
  }
  EXPECT_TRUE(std::isnan(exp_of_difference(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(exp_of_difference(-std::numeric_limits<float>::quiet_NaN())));
}

TEST(CudaAttention, MergingOneSplitChangesNothing) {
  SoftmaxSums all{kMinusInfinity, 0.0F};
  const SoftmaxSums split{3.25F, 17.5F};
  const MergeFactors factors = merge_sums(all, split);
  EXPECT_EQ(all.largest, 3.25F);
  EXPECT_EQ(all.sum, 17.5F);
  EXPECT_EQ(merged(0.0F, -1.375F, factors), -1.375F);
  // And a split of which nothing is seen.
  const MergeFactors nothing = merge_sums(all, {kMinusInfinity, 0.0F});
  EXPECT_EQ(all.largest, 3.25F);
  EXPECT_EQ(all.sum, 17.5F);
  EXPECT_EQ(merged(-1.375F, 0.0F, nothing), -1.375F);
}

}  // namespace
}  // namespace candor::kernels::cuda
