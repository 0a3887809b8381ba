// A weight matrix W [rows = out features, cols = in features], packed once for y = x W^T.
//
// Precision::kInt8 unpacks every quantised block format to int8 groups exactly (the format's group
// scales and minimums are kept) and multiplies with int8 activations in groups of 32: integer sums
// are exact in any order and the float32 group sums are added in ascending k, so the instruction
// set, the batch and the threads do not change a bit. Matrices stored as F32, F16 or BF16, and any
// matrix whose cols are not a multiple of 32, are multiplied in float32. Precision::kFloat32
// dequantises everything to float32: the reference mode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/block_format.h"
#include "kernels/thread_pool.h"

namespace candor::kernels {

enum class Precision { kInt8, kFloat32 };

// Rows of activations [rows, cols] in float32, and quantised to int8 on first need: groups of 32
// along cols, scale = max|x| / 127, q = x * (127 / max|x|) rounded to nearest even. A row's bits
// depend on that row alone; a group with a NaN or infinity makes all products of its row NaN.
// Buffers are reused by `assign`.
class Activations {
 public:
  Activations();
  ~Activations();

  // Copies nothing: `values` [rows, cols] contiguous must stay alive and unchanged while used.
  void assign(const float* values, std::size_t rows, std::size_t cols);
  std::size_t rows() const;
  std::size_t cols() const;

  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

class Matrix {
 public:
  // `bytes` is rows * cols values in `format`, row after row; it is not needed afterwards.
  static Matrix pack(BlockFormat format, std::span<const std::byte> bytes, std::size_t rows,
                     std::size_t cols, Precision precision, ThreadPool& pool);
  Matrix(Matrix&&) noexcept;
  Matrix& operator=(Matrix&&) noexcept;
  ~Matrix();

  std::size_t rows() const;
  std::size_t cols() const;
  std::size_t bytes() const;  // of memory held

  struct State;
  const State& state() const { return *state_; }

 private:
  explicit Matrix(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// y[m, n] = sum_k x[m, k] * W[n, k] (+ bias[n]); y is [x.rows(), y_stride], bias may be null.
// Any number of matrices may share one Activations (q, k, v; gate, up): it is quantised once.
void multiply(const Matrix& weights, Activations& x, const float* bias, float* y,
              std::size_t y_stride, ThreadPool& pool);

}  // namespace candor::kernels
