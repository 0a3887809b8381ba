#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/kernels/cuda/rows_testing.h"

namespace candor::kernels::cuda {
namespace {

using namespace testing;

std::vector<double> frequencies(std::size_t half) {
  std::vector<double> values(half);
  for (std::size_t j = 0; j < half; ++j) {
    values[j] = std::pow(1e6, -static_cast<double>(j) / static_cast<double>(half));
  }
  return values;
}

TEST(CudaRopeAngles, HaveTheBitsOfTheProcessor) {
  const std::vector<std::int32_t> positions = {0,     1,     2,      3,      5,       64,     1000,
                                               32767, 99999, 131071, 500000, 1048575, 777777, -1};
  for (const std::size_t half : {1U, 13U, 32U, 64U, 300U}) {
    for (const float factor : {1.0F, 1.3465736F}) {
      SCOPED_TRACE(half);
      const std::vector<double> inverse = frequencies(half);
      DeviceArray<std::int32_t> device_positions(positions);
      DeviceArray<double> device_inverse(inverse);
      DeviceArray<float> cos(positions.size() * half);
      DeviceArray<float> sin(positions.size() * half);
      cuda_backend().rope_angles({.positions = device_positions.data(),
                                  .rows = positions.size(),
                                  .inverse_frequencies = device_inverse.data(),
                                  .half = half,
                                  .factor = factor,
                                  .cos = cos.data(),
                                  .sin = sin.data()});
      const std::vector<float> got_cos = cos.values();
      const std::vector<float> got_sin = sin.values();
      std::vector<float> expected_cos(half);
      std::vector<float> expected_sin(half);
      for (std::size_t r = 0; r + 1 < positions.size(); ++r) {  // the last is padding
        kernels::rope_angles(inverse, positions[r], factor, expected_cos.data(),
                             expected_sin.data());
        EXPECT_EQ(first_difference(row_of(got_cos, r, half), expected_cos), -1) << positions[r];
        EXPECT_EQ(first_difference(row_of(got_sin, r, half), expected_sin), -1) << positions[r];
      }
    }
  }
}

struct Case {
  std::uint32_t heads = 3;
  std::uint32_t kv_heads = 1;
  std::uint32_t head_dim = 64;
  std::uint32_t stored_dim = 64;
  std::uint32_t rotated = 64;
  RopePairing pairing = RopePairing::kHalves;
  Scalar in = Scalar::kF32;
  Scalar kept = Scalar::kF32;
  bool bias = false;
  bool norm = false;
  std::uint32_t padding = 0;  // values between rows beyond what is needed
  std::vector<std::int32_t> positions = {70, 0, -1, 63, 200};
  std::vector<std::uint32_t> pages = {2, 0, 1, 0, 3};
};
constexpr std::uint32_t kPages = 4;
constexpr float kEpsilon = 1e-6F;

struct Inputs {
  std::vector<float> q, k, v, q_bias, k_bias, v_bias, q_norm, k_norm, cos, sin;
};
struct Strides {
  std::size_t q, kv;
};
Strides strides(const Case& c) {
  return {c.heads * c.head_dim + c.padding, c.kv_heads * c.head_dim + c.padding};
}

Inputs random_inputs(const Case& c, unsigned seed) {
  std::mt19937 rng(seed);
  const std::size_t rows = c.positions.size();
  const Strides stride = strides(c);
  Inputs in;
  in.q = rounded(c.in, random_floats(rows * stride.q, rng));
  in.k = rounded(c.in, random_floats(rows * stride.kv, rng));
  in.v = rounded(c.in, random_floats(rows * stride.kv, rng));
  in.q_bias = random_floats(c.heads * c.head_dim, rng);
  in.k_bias = random_floats(c.kv_heads * c.head_dim, rng);
  in.v_bias = random_floats(c.kv_heads * c.head_dim, rng);
  in.q_norm = random_floats(c.head_dim, rng);
  in.k_norm = random_floats(c.head_dim, rng);
  const std::size_t half = c.rotated / 2;
  in.cos.resize(rows * half);
  in.sin.resize(rows * half);
  const std::vector<double> inverse = frequencies(half);
  for (std::size_t r = 0; r < rows; ++r) {
    kernels::rope_angles(inverse, std::abs(c.positions[r]), 1.0F, in.cos.data() + r * half,
                         in.sin.data() + r * half);
  }
  return in;
}

struct Outputs {
  std::vector<float> q, pages;
};

Outputs run(const Case& c, const Inputs& in) {
  const std::size_t rows = c.positions.size();
  const Strides stride = strides(c);
  DeviceValues q(c.in, in.q);
  DeviceValues k(c.in, in.k);
  DeviceValues v(c.in, in.v);
  DeviceArray<float> q_bias(in.q_bias);
  DeviceArray<float> k_bias(in.k_bias);
  DeviceArray<float> v_bias(in.v_bias);
  DeviceArray<float> q_norm(in.q_norm);
  DeviceArray<float> k_norm(in.k_norm);
  DeviceArray<float> cos(in.cos);
  DeviceArray<float> sin(in.sin);
  DeviceArray<std::int32_t> positions(c.positions);
  DeviceArray<std::uint32_t> pages(c.pages);
  DeviceValues q_out(c.kept, rows * c.heads * c.stored_dim);
  DeviceValues base(c.kept, kPages * 2 * c.kv_heads * kPageTokens * c.stored_dim);
  cuda_backend().rope_store({.q = q.data(),
                             .k = k.data(),
                             .v = v.data(),
                             .q_stride = stride.q,
                             .k_stride = stride.kv,
                             .v_stride = stride.kv,
                             .in = c.in,
                             .q_bias = c.bias ? q_bias.data() : nullptr,
                             .k_bias = c.bias ? k_bias.data() : nullptr,
                             .v_bias = c.bias ? v_bias.data() : nullptr,
                             .q_norm = c.norm ? q_norm.data() : nullptr,
                             .k_norm = c.norm ? k_norm.data() : nullptr,
                             .epsilon = kEpsilon,
                             .heads = c.heads,
                             .rows = rows,
                             .rotated = c.rotated,
                             .pairing = c.pairing,
                             .cos = cos.data(),
                             .sin = sin.data(),
                             .positions = positions.data(),
                             .pages = pages.data(),
                             .q_out = q_out.data(),
                             .layer = {.base = base.data(),
                                       .scalar = c.kept,
                                       .kv_heads = c.kv_heads,
                                       .head_dim = c.head_dim,
                                       .stored_dim = c.stored_dim}});
  return {q_out.values(), base.values()};
}

// One head on the processor; `weight` null: no norm, `rotated` 0: no rotation.
std::vector<float> head_on_the_processor(const Case& c, const Inputs& in, std::size_t row,
                                         const float* values, const float* bias,
                                         const float* weight, std::uint32_t rotated) {
  std::vector<float> head(values, values + c.head_dim);
  if (bias != nullptr) {
    for (std::size_t i = 0; i < c.head_dim; ++i) head[i] += bias[i];
  }
  if (weight != nullptr) rms_norm_row(head.data(), weight, kEpsilon, c.head_dim, head.data());
  const std::size_t half = c.rotated / 2;
  rope_rotate(head.data(), 1, c.head_dim, rotated, c.pairing, in.cos.data() + row * half,
              in.sin.data() + row * half);
  head.resize(c.stored_dim, 0.0F);
  return head;
}

void expect_head(const Case& c, const Inputs& in, std::size_t row, const std::vector<float>& got,
                 const float* values, const float* bias, const float* weight,
                 std::uint32_t rotated) {
  const auto expected = head_on_the_processor(c, in, row, values, bias, weight, rotated);
  if (weight == nullptr) {
    ASSERT_EQ(first_difference(got, rounded(c.kept, expected)), -1) << "row " << row;
    return;
  }
  // Sums of squares of at most 256 values in another order, then up to two products of a pair: the
  // error is relative to the larger of the pair, at most to the largest of the head.
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::fabs(value));
  for (std::size_t i = 0; i < c.stored_dim; ++i) {
    ASSERT_NEAR(got[i], expected[i],
                40 * 0x1p-24F * largest + 1.01F * rounding_of(c.kept, expected[i]))
        << "row " << row << ", " << i;
  }
}

void expect_all(const Case& c, const Inputs& in, const Outputs& got) {
  const Strides stride = strides(c);
  const std::size_t page_heads = 2 * c.kv_heads;
  std::vector<bool> written(kPages * page_heads * kPageTokens, false);
  for (std::size_t r = 0; r < c.positions.size(); ++r) {
    for (std::size_t h = 0; h < c.heads; ++h) {
      const std::vector<float> q = row_of(got.q, r * c.heads + h, c.stored_dim);
      if (c.positions[r] < 0) {
        ASSERT_EQ(first_difference(q, std::vector<float>(c.stored_dim, 0.0F)), -1);
        continue;
      }
      expect_head(c, in, r, q, in.q.data() + r * stride.q + h * c.head_dim,
                  c.bias ? in.q_bias.data() + h * c.head_dim : nullptr,
                  c.norm ? in.q_norm.data() : nullptr, c.rotated);
    }
    if (c.positions[r] < 0) continue;
    for (std::size_t h = 0; h < c.kv_heads; ++h) {
      const std::size_t slot = static_cast<std::size_t>(c.positions[r]) % kPageTokens;
      const std::size_t k_row = (c.pages[r] * page_heads + h) * kPageTokens + slot;
      const std::size_t v_row = k_row + c.kv_heads * kPageTokens;
      written[k_row] = written[v_row] = true;
      const std::size_t from = r * stride.kv + h * c.head_dim;
      expect_head(c, in, r, row_of(got.pages, k_row, c.stored_dim), in.k.data() + from,
                  c.bias ? in.k_bias.data() + h * c.head_dim : nullptr,
                  c.norm ? in.k_norm.data() : nullptr, c.rotated);
      expect_head(c, in, r, row_of(got.pages, v_row, c.stored_dim), in.v.data() + from,
                  c.bias ? in.v_bias.data() + h * c.head_dim : nullptr, nullptr, 0);
    }
  }
  for (std::size_t place = 0; place < written.size(); ++place) {
    if (written[place]) continue;
    for (const float value : row_of(got.pages, place, c.stored_dim)) {
      ASSERT_TRUE(std::isnan(value)) << "written where nobody's position is: " << place;
    }
  }
}

std::string describe(const Case& c) {
  return "heads " + std::to_string(c.heads) + " / " + std::to_string(c.kv_heads) + " of " +
         std::to_string(c.head_dim) + " in " + std::to_string(c.stored_dim) + ", rotated " +
         std::to_string(c.rotated) + ", pairing " + std::to_string(static_cast<int>(c.pairing)) +
         ", bias " + std::to_string(c.bias) + ", norm " + std::to_string(c.norm) + ", padding " +
         std::to_string(c.padding);
}

struct Shape {
  std::uint32_t heads, kv_heads, head_dim, stored_dim, rotated;
};
constexpr Shape kShapes[] = {
    {3, 1, 32, 32, 32},   {5, 2, 64, 64, 64},  {28, 4, 128, 128, 128}, {4, 2, 80, 96, 32},
    {2, 1, 256, 256, 64}, {3, 3, 96, 96, 96},  {7, 1, 40, 64, 40},     {2, 1, 24, 32, 12},
    {2, 2, 18, 32, 10},   {1, 1, 133, 256, 6}, {4, 1, 64, 64, 0},
};

TEST(CudaRopeStore, PutsTheHeadsWhereAttentionReadsThem) {
  struct Kinds {
    Scalar in, kept;
  };
  unsigned seed = 1;
  for (const Shape& shape : kShapes) {
    for (const RopePairing pairing : {RopePairing::kHalves, RopePairing::kInterleaved}) {
      for (const Kinds kinds :
           {Kinds{Scalar::kF32, Scalar::kF32}, Kinds{Scalar::kBF16, Scalar::kBF16},
            Kinds{Scalar::kF32, Scalar::kBF16}}) {
        for (const bool parts : {false, true}) {
          const Case c = {.heads = shape.heads,
                          .kv_heads = shape.kv_heads,
                          .head_dim = shape.head_dim,
                          .stored_dim = shape.stored_dim,
                          .rotated = shape.rotated,
                          .pairing = pairing,
                          .in = kinds.in,
                          .kept = kinds.kept,
                          .bias = parts,
                          .norm = parts && seed % 4 < 2,
                          .padding = seed % 3 == 0 ? 3U : 8U};
          SCOPED_TRACE(describe(c));
          const Inputs in = random_inputs(c, seed++);
          ASSERT_NO_FATAL_FAILURE(expect_all(c, in, run(c, in)));
        }
      }
    }
  }
}

// With many rows a block computes all heads of a row, with few its heads are spread over blocks.
TEST(CudaRopeStore, GivesARowTheSameBitsAloneAndAmongMany) {
  const std::size_t rows = 8 * static_cast<std::size_t>(cuda_backend().info().processors) + 3;
  Case c = {.heads = 9, .kv_heads = 2, .head_dim = 128, .stored_dim = 128, .rotated = 128};
  c.bias = c.norm = true;
  c.positions.assign(rows, -1);
  c.pages.assign(rows, 0);
  const std::array<std::size_t, 3> real = {0, 7, rows - 1};
  for (std::size_t i = 0; i < real.size(); ++i) {
    c.positions[real[i]] = static_cast<std::int32_t>(300 + 65 * i);
    c.pages[real[i]] = static_cast<std::uint32_t>(i);
  }
  const Inputs in = random_inputs(c, 5);
  const Outputs many = run(c, in);
  ASSERT_NO_FATAL_FAILURE(expect_all(c, in, many));
  const Strides stride = strides(c);
  for (const std::size_t r : real) {
    Case one = c;
    one.positions = {c.positions[r]};
    one.pages = {c.pages[r]};
    Inputs own = in;
    own.q = row_of(in.q, r, stride.q);
    own.k = row_of(in.k, r, stride.kv);
    own.v = row_of(in.v, r, stride.kv);
    own.cos = row_of(in.cos, r, c.rotated / 2);
    own.sin = row_of(in.sin, r, c.rotated / 2);
    const Outputs alone = run(one, own);
    const std::size_t q_width = c.heads * c.stored_dim;
    EXPECT_EQ(first_difference(alone.q, row_of(many.q, r, q_width)), -1);
    const std::size_t page_width = 2 * c.kv_heads * kPageTokens * c.stored_dim;
    const std::vector<float> page = row_of(many.pages, c.pages[r], page_width);
    const std::vector<float> page_alone = row_of(alone.pages, c.pages[r], page_width);
    for (std::size_t i = 0; i < page_width; ++i) {
      ASSERT_TRUE(same_bits(page[i], page_alone[i])) << i;
    }
  }
}

// The same values at addresses and strides where units can be loaded whole and where they cannot.
TEST(CudaRopeStore, GivesTheSameBitsWhateverTheStrides) {
  Case c = {.head_dim = 128, .stored_dim = 128, .rotated = 128, .norm = true};
  c.positions = {9};
  c.pages = {1};
  const Inputs in = random_inputs(c, 8);
  const Outputs even = run(c, in);
  c.padding = 3;
  Inputs moved = in;
  for (std::vector<float>* values : {&moved.q, &moved.k, &moved.v}) {
    values->insert(values->end(), 3, kNan);
  }
  const Outputs odd = run(c, moved);
  EXPECT_EQ(first_difference(odd.q, even.q), -1);
  EXPECT_EQ(
      first_difference(row_of(odd.pages, 2 * 64 + 9, 128), row_of(even.pages, 2 * 64 + 9, 128)),
      -1);
}

TEST(CudaRopeStore, RefusesHeadsItCannotKeep) {
  DeviceArray<float> memory(64);
  RopeStore store = {
      .heads = 1, .rows = 1, .layer = {.kv_heads = 1, .head_dim = 300, .stored_dim = 320}};
  EXPECT_THROW(cuda_backend().rope_store(store), std::runtime_error);
  store.layer.head_dim = store.layer.stored_dim = 32;
  store.rotated = 64;
  EXPECT_THROW(cuda_backend().rope_store(store), std::runtime_error);
  store.rotated = 32;
  store.in = Scalar::kF16;
  EXPECT_THROW(cuda_backend().rope_store(store), std::runtime_error);
}

TEST(CudaCopyPage, CopiesThePageOfEveryLayerAndNothingElse) {
  std::mt19937 rng(4);
  for (const std::size_t page_floats : {64U, 5000U, 7U}) {
    SCOPED_TRACE(page_floats);
    constexpr std::size_t kLayers = 3;
    const std::size_t layer_floats = 4 * page_floats + 4;
    const std::vector<float> before = random_floats(kLayers * layer_floats, rng);
    DeviceArray<float> base(before);
    cuda_backend().copy_page({.base = base.data(),
                              .page_bytes = page_floats * 4,
                              .layer_stride = layer_floats * 4,
                              .layers = kLayers,
                              .from = 3,
                              .to = 1});
    std::vector<float> expected = before;
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
      for (std::size_t i = 0; i < page_floats; ++i) {
        expected[layer * layer_floats + page_floats + i] =
            before[layer * layer_floats + 3 * page_floats + i];
      }
    }
    EXPECT_EQ(first_difference(base.values(), expected), -1);
  }
}

}  // namespace
}  // namespace candor::kernels::cuda
