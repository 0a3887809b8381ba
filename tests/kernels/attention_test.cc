#include "kernels/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>

#include "data/base/error.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/kernel_set.h"
#include "tests/kernels/kernels_testing.h"

namespace candor::kernels {
namespace {

using testing::first_difference;
using testing::random_floats;
using testing::supported_isas;

// One sequence: its keys [length, kv_heads, head_dim] and values [length, kv_heads, value_width] as
// written, and its pages.
struct Sequence {
  Sequence(const AttentionShape& shape, std::size_t length, std::mt19937& rng)
      : k(random_floats(length * shape.kv_heads * shape.head_dim, rng)),
        v(random_floats(length * shape.kv_heads * shape.value_width(), rng)) {
    for (std::size_t position = 0; position < length; ++position) {
      if (position % kPageTokens == 0) {
        // Unused slots hold NaN in either format: what is not seen must not be used.
        storage.push_back(std::make_unique<std::byte[]>(page_bytes(shape)));
        std::memset(storage.back().get(), 0xFF, page_bytes(shape));
        pages.push_back(storage.back().get());
      }
      const std::size_t token = position * shape.kv_heads;
      store_kv(shape, storage.back().get(), position % kPageTokens,
               k.data() + token * shape.head_dim, v.data() + token * shape.value_width());
    }
  }
  std::vector<float> k;
  std::vector<float> v;
  std::vector<std::unique_ptr<std::byte[]>> storage;
  std::vector<const std::byte*> pages;
};

double stored(const AttentionShape& shape, float value) {
  return shape.format == KvFormat::kF32 ? value : half_to_float(float_to_half(value));
}

std::vector<float> attend(Isa isa, const AttentionShape& shape, std::vector<AttentionRow> rows,
                          ThreadPool& pool) {
  const std::size_t width = shape.heads * shape.value_width();
  std::vector<float> out(rows.size() * width, -1.0F);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].out = out.data() + i * width;
  attention_with(isa, shape, rows, pool);
  return out;
}

AttentionRow row_at(const AttentionShape& shape, const Sequence& sequence,
                    const std::vector<float>& q, std::size_t index, std::size_t position,
                    std::int64_t window = 0) {
  return {q.data() + index * shape.heads * shape.head_dim, nullptr, sequence.pages.data(),
          static_cast<std::int64_t>(position), window};
}

constexpr float kSinks[] = {0.5F, -3.0F, 4.0F, 0.0F, 11.0F, -50.0F, 1.0F, 2.0F};

const AttentionShape kShapes[] = {
    {14, 2, 64, 0.125F, KvFormat::kF16},
    {14, 2, 64, 0.125F, KvFormat::kF32},
    {9, 3, 64, 0.125F, KvFormat::kF16},
    {4, 4, 128, 0.0884F, KvFormat::kF16},
    {2, 1, 8, 0.35F, KvFormat::kF32},
    {12, 1, 20, 0.2F, KvFormat::kF16},
    {8, 4, 96, 0.1F, KvFormat::kF32},
    // Latent attention: values that are a part of the keys' width, many heads for one kv head.
    {40, 1, 72, 0.12F, KvFormat::kF16, 56},
    {20, 1, 576, 0.07F, KvFormat::kF32, 512},
    {2, 2, 16, 0.25F, KvFormat::kF32, 24},
    {6, 2, 32, 0.2F, KvFormat::kF16, 0, 5.0F},
    {8, 2, 32, 0.2F, KvFormat::kF16, 0, 0.0F, kSinks},
    {3, 1, 16, 0.2F, KvFormat::kF32, 20, 3.0F, kSinks},
};

std::string label(const AttentionShape& shape) {
  return std::to_string(shape.heads) + "/" + std::to_string(shape.kv_heads) + " heads of " +
         std::to_string(shape.head_dim) + (shape.format == KvFormat::kF16 ? " f16" : " f32") +
         ", values of " + std::to_string(shape.value_width()) +
         (shape.sinks != nullptr ? ", sinks" : "") + (shape.softcap > 0 ? ", capped" : "");
}

TEST(Attention, IsSoftmaxOfScoresTimesValues) {
  std::mt19937 rng(31);
  ThreadPool pool(1);
  for (const AttentionShape& shape : kShapes) {
    SCOPED_TRACE(label(shape));
    const Sequence sequence(shape, 200, rng);
    for (const std::size_t position : {0U, 1U, 62U, 63U, 64U, 127U, 150U, 199U}) {
      for (const std::int64_t window : {0, 1, 16, 64, 100, 1000}) {
        const std::vector<float> q = random_floats(shape.heads * shape.head_dim, rng);
        const std::vector<float> out =
            attend(active_isa(), shape, {row_at(shape, sequence, q, 0, position, window)}, pool);
        const std::size_t seen = position + 1;
        const std::size_t first = window > 0 && seen > static_cast<std::size_t>(window)
                                      ? seen - static_cast<std::size_t>(window)
                                      : 0;
        for (std::size_t h = 0; h < shape.heads; ++h) {
          const std::size_t kv = h / (shape.heads / shape.kv_heads);
          const auto at = [&](const std::vector<float>& from, std::size_t t, std::size_t d) {
            const std::size_t dim = &from == &sequence.k ? shape.head_dim : shape.value_width();
            return stored(shape, from[(t * shape.kv_heads + kv) * dim + d]);
          };
          std::vector<double> scores;
          double score_size = 0.0;
          for (std::size_t t = first; t < seen; ++t) {
            double score = 0.0;
            double size = 0.0;
            for (std::size_t d = 0; d < shape.head_dim; ++d) {
              const double term = q[h * shape.head_dim + d] * static_cast<double>(shape.scale) *
                                  at(sequence.k, t, d);
              score += term;
              size += std::fabs(term);
            }
            if (shape.softcap > 0) {
              // Its slope is at most 1, and what it adds is a rounding of the cap.
              score = shape.softcap * std::tanh(score / shape.softcap);
              size += 4.0 * shape.softcap;
            }
            scores.push_back(score);
            score_size = std::max(score_size, size);
          }
          double largest = *std::max_element(scores.begin(), scores.end());
          double total = 0.0;
          if (shape.sinks != nullptr) {
            const double sink = shape.sinks[h];
            largest = std::max(largest, sink);
            total = std::exp(sink - largest);
          }
          for (double& score : scores) total += score = std::exp(score - largest);
          // A score is off by (head_dim + 1) roundings of its terms and one of the difference: the
          // weights by that factor twice (numerator and denominator); the sums over t by a rounding
          // a step, their rescaling by one a page.
          const double step = 0x1p-24;
          const double weight_error =
              2.0 * (static_cast<double>(shape.head_dim) + 3.0) * step * score_size;
          const double relative =
              weight_error + (static_cast<double>(scores.size()) + 20.0) * 2.0 * step;
          for (std::size_t d = 0; d < shape.value_width(); ++d) {
            double exact = 0.0;
            double size = 0.0;
            for (std::size_t t = first; t < seen; ++t) {
              const double term = scores[t - first] / total * at(sequence.v, t, d);
              exact += term;
              size += std::fabs(term);
            }
            ASSERT_NEAR(out[h * shape.value_width() + d], exact, relative * size + 1e-30)
                << "position " << position << ", window " << window << ", head " << h;
          }
        }
      }
    }
  }
}

TEST(Attention, GivesTheSameBitsOnEveryInstructionSet) {
  std::mt19937 rng(32);
  ThreadPool pool(1);
  for (const AttentionShape& shape : kShapes) {
    SCOPED_TRACE(label(shape));
    const Sequence sequence(shape, 150, rng);
    const std::vector<float> q = random_floats(20 * shape.heads * shape.head_dim, rng);
    for (const std::int64_t window : {0, 70}) {
      std::vector<AttentionRow> rows;
      for (std::size_t i = 0; i < 20; ++i) {
        rows.push_back(row_at(shape, sequence, q, i, 120 + i, window));
      }
      const std::vector<float> expected = attend(Isa::kPortable, shape, rows, pool);
      for (const Isa isa : supported_isas()) {
        EXPECT_EQ(first_difference(attend(isa, shape, rows, pool), expected), -1) << name(isa);
      }
    }
  }
}

TEST(Attention, ARowHasTheSameBitsAloneInAPromptAndInABatch) {
  std::mt19937 rng(33);
  for (const AttentionShape& shape : kShapes) {
    SCOPED_TRACE(label(shape));
    const Sequence a(shape, 180, rng);
    const Sequence b(shape, 180, rng);
    const std::vector<float> q = random_floats(180 * shape.heads * shape.head_dim, rng);
    const std::size_t width = shape.heads * shape.value_width();
    for (const std::int64_t window : {0, 50}) {
      ThreadPool one(1);
      std::vector<AttentionRow> prompt;
      for (std::size_t i = 0; i < 180; ++i) prompt.push_back(row_at(shape, a, q, i, i, window));
      for (const Isa isa : supported_isas()) {
        if (isa == Isa::kPortable) continue;
        const std::vector<float> whole = attend(isa, shape, prompt, one);
        const auto expected = [&](std::size_t i) {
          const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(i * width);
          return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(width));
        };
        for (const std::size_t i : {0U, 1U, 40U, 63U, 64U, 65U, 127U, 128U, 179U}) {
          EXPECT_EQ(first_difference(attend(isa, shape, {prompt[i]}, one), expected(i)), -1) << i;
          // Between rows of another sequence, on three threads, in a run that starts elsewhere.
          ThreadPool three(3);
          std::vector<AttentionRow> mixed = {row_at(shape, b, q, 3, 100, window), prompt[i]};
          if (i + 1 < 180) mixed.push_back(prompt[i + 1]);
          mixed.push_back(row_at(shape, b, q, 9, 101, window));
          const std::vector<float> out = attend(isa, shape, mixed, three);
          const auto begin = out.begin() + static_cast<std::ptrdiff_t>(width);
          EXPECT_EQ(first_difference(
                        std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(width)),
                        expected(i)),
                    -1)
              << name(isa) << ", row " << i;
        }
      }
    }
  }
}

TEST(Attention, NeighboursWithOtherPagesWindowsOrPositionsKeepTheirOwn) {
  std::mt19937 rng(35);
  ThreadPool pool(1);
  const AttentionShape shape{3, 3, 32, 0.2F, KvFormat::kF32};
  const Sequence a(shape, 100, rng);
  const Sequence b(shape, 100, rng);
  const std::vector<float> q = random_floats(6 * shape.heads * shape.head_dim, rng);
  // Taken as one run, each pair would lose the pages that only one of the two sees.
  const std::vector<AttentionRow> rows = {
      row_at(shape, a, q, 0, 90, 20), row_at(shape, a, q, 1, 91, 0), row_at(shape, b, q, 2, 92, 0),
      row_at(shape, b, q, 3, 10, 0),  row_at(shape, b, q, 4, 99, 0), row_at(shape, a, q, 5, 98, 0)};
  const std::vector<float> together = attend(active_isa(), shape, rows, pool);
  const std::size_t width = shape.heads * shape.head_dim;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<float> alone = attend(active_isa(), shape, {rows[i]}, pool);
    const auto begin = together.begin() + static_cast<std::ptrdiff_t>(i * width);
    EXPECT_EQ(first_difference(
                  std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(width)), alone),
              -1)
        << i;
  }
}

TEST(Attention, PagesBeforeTheWindowAreNotTouched) {
  std::mt19937 rng(34);
  ThreadPool pool(1);
  const AttentionShape shape{2, 1, 64, 0.125F, KvFormat::kF16};
  const Sequence sequence(shape, 200, rng);
  const std::vector<float> q = random_floats(shape.heads * shape.head_dim, rng);
  const std::vector<float> expected =
      attend(active_isa(), shape, {row_at(shape, sequence, q, 0, 199, 30)}, pool);
  Sequence released(shape, 0, rng);
  released.pages = {nullptr, nullptr, sequence.pages[2], sequence.pages[3]};
  const std::vector<float> out =
      attend(active_isa(), shape, {row_at(shape, released, q, 0, 199, 30)}, pool);
  EXPECT_EQ(first_difference(out, expected), -1);
}

TEST(Attention, RefusesAHeadThatDoesNotFitItsBuffers) {
  EXPECT_THROW(page_bytes({1, 1, 656, 1.0F, KvFormat::kF16}), Error);
}

}  // namespace
}  // namespace candor::kernels
