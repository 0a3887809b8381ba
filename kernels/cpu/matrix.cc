#include "kernels/matrix.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "kernels/cpu/bf16_pairs.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/packed.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {
namespace {

static_assert(kRowAlignment % kWideBlockRows == 0 && kRowAlignment % kSplitBlockRows == 0 &&
              kRowAlignment % kBlockRows == 0);

void reserve(Activations::State& x, Quantized kind) {
  const std::size_t rows = x.all.rows;
  const std::size_t cols = x.all.cols;
  if (kind == Quantized::kGrouped) {
    x.grouped_buffer.reserve(x.all.blocks() * x.all.groups() * sizeof(ActivationGroup));
    x.all.grouped = x.grouped_buffer.data();
  } else if (kind == Quantized::kWide) {
    const std::size_t blocks = (rows + kWideBlockRows - 1) / kWideBlockRows;
    x.wide_buffer.reserve(blocks * wide_groups(cols) * sizeof(WideGroup));
    x.all.wide = x.wide_buffer.data();
  } else if (kind == Quantized::kSplit) {
    x.split_buffer.reserve(split_bytes(rows, cols));
    x.all.split = x.split_buffer.data();
  }
}

// Rows of one block of kBlockRows, the first `rows` of them.
void quantize_rows(const KernelSet& kernels, Activations::State& x, Quantized kind,
                   std::size_t block, std::size_t rows) {
  const std::size_t cols = x.all.cols;
  if (kind == Quantized::kGrouped) {
    kernels.quantize_block(
        x.all, block, rows,
        reinterpret_cast<ActivationGroup*>(x.grouped_buffer.data()) + block * x.all.groups());
  } else if (kind != Quantized::kNone) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = block * kBlockRows + i;
      const float* const values = x.all.values + row * cols;
      if (kind == Quantized::kWide) {
        kernels.quantize_wide(values, cols, row % kWideBlockRows,
                              reinterpret_cast<WideGroup*>(x.wide_buffer.data()) +
                                  row / kWideBlockRows * wide_groups(cols));
      } else {
        kernels.split_row(values, cols, row % kSplitBlockRows,
                          reinterpret_cast<SplitGroup*>(x.split_buffer.data()) +
                              row / kSplitBlockRows * split_groups(cols));
      }
    }
  }
}

bool& ready(Activations::State& x, Quantized kind) {
  if (kind == Quantized::kSplit) return x.split_ready;
  return kind == Quantized::kGrouped ? x.grouped_ready : x.wide_ready;
}

void prepare(const KernelSet& kernels, Activations::State& x, Quantized kind, ThreadPool& pool) {
  if (kind == Quantized::kNone || ready(x, kind)) return;
  if (kind == Quantized::kSplit && kernels.split_row == nullptr) return;
  reserve(x, kind);
  pool.run(x.all.blocks(), [&](std::size_t block, int) {
    quantize_rows(kernels, x, kind, block, x.all.rows_in_block(block));
  });
  ready(x, kind) = true;
}

// Rows [first, first + rows), the first at the beginning of a block of every kind.
ActivationRows part_of(const ActivationRows& all, std::size_t first, std::size_t rows) {
  ActivationRows part = all;
  part.rows = rows;
  part.values += first * all.cols;
  if (part.grouped != nullptr) {
    part.grouped += first / kBlockRows * all.groups() * sizeof(ActivationGroup);
  }
  if (part.wide != nullptr) {
    part.wide += first / kWideBlockRows * wide_groups(all.cols) * sizeof(WideGroup);
  }
  if (part.split != nullptr) {
    part.split += first / kSplitBlockRows * split_groups(all.cols) * sizeof(SplitGroup);
  }
  return part;
}

KernelSet::Multiply multiply_of(const KernelSet& kernels, Quantized kind) {
  switch (kind) {
    case Quantized::kWide:
      return kernels.multiply_wide;
    case Quantized::kGrouped:
      return kernels.multiply_grouped;
    case Quantized::kSplit:
      return kernels.multiply_pairs;
    default:
      return kernels.multiply_float;
  }
}

// A product with the rows it concerns.
struct Job {
  const Product* product;
  ActivationRows x;
  std::size_t first_stripe;  // among those of all jobs
};

std::vector<Job> jobs_of(std::span<const Product> products, const ActivationRows& all) {
  std::vector<Job> jobs;
  jobs.reserve(products.size());
  std::size_t stripes = 0;
  for (const Product& product : products) {
    const std::size_t cols = product.weights->cols();
    if (cols != all.cols) {
      fail("a matrix of {} columns cannot multiply rows of {}", cols, all.cols);
    }
    const std::size_t first = product.first_row;
    const std::size_t left = first <= all.rows ? all.rows - first : 0;
    const std::size_t rows = product.rows == Product::kAllRows ? left : product.rows;
    if (first % kRowAlignment != 0 || first > all.rows || rows > left) {
      fail("rows {} to {} cannot be multiplied: there are {}", first, first + rows, all.rows);
    }
    if (rows == 0) continue;
    jobs.push_back({&product, part_of(all, first, rows), stripes});
    stripes += product.weights->state().stripes();
  }
  return jobs;
}

}  // namespace

Activations::Activations() : state_(std::make_unique<State>()) {}
Activations::~Activations() = default;
Activations::Activations(Activations&&) noexcept = default;
Activations& Activations::operator=(Activations&&) noexcept = default;

void Activations::assign(const float* values, std::size_t rows, std::size_t cols) {
  state_->all = {.values = values, .rows = rows, .cols = cols};
  state_->grouped_ready = state_->wide_ready = state_->split_ready = false;
}

std::size_t Activations::rows() const { return state_->all.rows; }
std::size_t Activations::cols() const { return state_->all.cols; }
const float* Activations::row(std::size_t index) const {
  return state_->all.values + index * state_->all.cols;
}

const char* name(Precision precision) {
  switch (precision) {
    case Precision::kInt8:
      return "int8";
    case Precision::kExact:
      return "exact";
    case Precision::kFloat32:
      return "float32";
  }
  return "unknown";
}

void Activations::fill(std::size_t rows, std::size_t cols, Precision precision, const MakeRow& make,
                       ThreadPool& pool) {
  const RowRange all{0, rows};
  fill({&all, 1}, cols, precision, make, pool);
}

void Activations::fill(std::span<const RowRange> ranges, std::size_t cols, Precision precision,
                       const MakeRow& make, ThreadPool& pool) {
  State& x = *state_;
  std::size_t end = 0;
  std::vector<RowRange> blocks;
  for (const RowRange& range : ranges) {
    if (range.first % kRowAlignment != 0 || range.first < end) {
      fail("rows from {} on cannot be filled after {}", range.first, end);
    }
    end = range.first + range.rows;
    for (std::size_t row = range.first; row < end; row += kBlockRows) {
      blocks.push_back({row, std::min(kBlockRows, end - row)});
    }
  }
  x.value_buffer.reserve(end * cols * sizeof(float));
  auto* const values = reinterpret_cast<float*>(x.value_buffer.data());
  assign(values, end, cols);
  Quantized kind = Quantized::kNone;
  if (cols % kGroupSize == 0 && precision == Precision::kInt8) kind = Quantized::kWide;
  if (cols % kGroupSize == 0 && precision == Precision::kExact) kind = Quantized::kGrouped;
  reserve(x, kind);
  const KernelSet& kernels = kernel_set(active_isa());
  pool.run(blocks.size(), [&](std::size_t i, int) {
    const RowRange& block = blocks[i];
    for (std::size_t row = block.first; row < block.first + block.rows; ++row) {
      make(row, values + row * cols);
    }
    quantize_rows(kernels, x, kind, block.first / kBlockRows, block.rows);
  });
  if (kind != Quantized::kNone) ready(x, kind) = true;
}

void multiply_with(Isa isa, std::span<const Product> products, Activations& activations,
                   ThreadPool& pool) {
  const KernelSet& kernels = kernel_set(isa);
  Activations::State& x = activations.state();
  if (x.all.rows == 0) return;
  for (const Product& product : products) {
    prepare(kernels, x, product.weights->state().multiplies(), pool);
  }
  const std::vector<Job> jobs = jobs_of(products, x.all);
  if (jobs.empty()) return;
  const std::size_t stripes =
      jobs.back().first_stripe + jobs.back().product->weights->state().stripes();
  // Neighbouring stripes go to one thread: each fetches the next one ahead.
  const std::size_t threads = static_cast<std::size_t>(pool.threads());
  const std::size_t run =
      std::max<std::size_t>(1, std::min<std::size_t>(8, stripes / (8 * threads)));
  pool.run((stripes + run - 1) / run, [&](std::size_t task, int) {
    const std::size_t begin = task * run;
    auto job = std::upper_bound(jobs.begin(), jobs.end(), begin,
                                [](std::size_t stripe, const Job& other) {
                                  return stripe < other.first_stripe;
                                }) -
               1;
    for (std::size_t i = begin; i < std::min(stripes, begin + run); ++i) {
      while (job + 1 != jobs.end() && (job + 1)->first_stripe <= i) ++job;
      const Product& product = *job->product;
      const Matrix::State& weights = product.weights->state();
      multiply_of(kernels, weights.multiplies())(
          weights, job->x, i - job->first_stripe,
          {.bias = product.bias, .y = product.y, .y_stride = product.y_stride, .add = product.add});
    }
  });
}

void multiply(std::span<const Product> products, Activations& x, ThreadPool& pool) {
  multiply_with(active_isa(), products, x, pool);
}

void multiply(const Matrix& weights, Activations& x, const float* bias, float* y,
              std::size_t y_stride, ThreadPool& pool) {
  const Product product{.weights = &weights, .bias = bias, .y = y, .y_stride = y_stride};
  multiply({&product, 1}, x, pool);
}

}  // namespace candor::kernels
