// A weight matrix W [rows = out features, cols = in features], packed once for y = x W^T.
//
// Precision::kInt8, the default, rounds every quantised block format to int8 in groups of 128 along
// cols (scale = largest magnitude / 127, rounded up to bf16) and multiplies with int8 activations
// in the same groups: one kernel for all formats. Precision::kExact keeps the file's own groups of
// 16 or 32, with their scales and minimums, and quantises activations in groups of 32. In both,
// integer sums are exact in any order and the float32 group sums are added in ascending k, so the
// instruction set, the batch and the threads do not change a bit. Matrices stored as F32, F16 or
// BF16 are multiplied with float32 activations: in float32, but BF16 on AMX through its bf16 tiles,
// as accurate and as independent of batch and threads, with other bits than the other instruction
// sets. Precision::kFloat32 dequantises everything to float32: the reference mode, the same bits
// everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "kernels/block_format.h"
#include "kernels/thread_pool.h"

namespace candor::kernels {

// The version of the packed bytes: whatever changes them (a layout, a rounding) changes this
// number, so that bytes kept in files are not taken for what they no longer are.
inline constexpr std::uint32_t kPackedVersion = 2;

enum class Precision { kInt8, kExact, kFloat32 };
const char* name(Precision precision);  // "int8", "exact", "float32"

// Rows of activations that are multiplied by different matrices (experts, heads) begin at multiples
// of this.
inline constexpr std::size_t kRowAlignment = 16;

// Rows of activations [rows, cols] in float32, quantised on first need (scale = max|x| / 127 of a
// group, q = x * (127 / max|x|) rounded to nearest even). A row's bits depend on that row alone; a
// group with a NaN or infinity makes all products of its row NaN. Buffers are used again.
class Activations {
 public:
  Activations();
  ~Activations();
  Activations(Activations&&) noexcept;
  Activations& operator=(Activations&&) noexcept;

  // Copies nothing: `values` [rows, cols] contiguous must stay alive and unchanged while used.
  void assign(const float* values, std::size_t rows, std::size_t cols);

  // Rows that `make(row, out)` writes (out: [cols]; called once a row, on any thread), quantised at
  // once for matrices that were packed with `precision`.
  using MakeRow = std::function<void(std::size_t row, float* out)>;
  void fill(std::size_t rows, std::size_t cols, Precision precision, const MakeRow& make,
            ThreadPool& pool);
  // The same for ranges that ascend and begin at multiples of kRowAlignment; rows between them hold
  // anything.
  struct RowRange {
    std::size_t first = 0;
    std::size_t rows = 0;
  };
  void fill(std::span<const RowRange> ranges, std::size_t cols, Precision precision,
            const MakeRow& make, ThreadPool& pool);

  std::size_t rows() const;
  std::size_t cols() const;
  const float* row(std::size_t index) const;  // its values: [cols]

  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// The rows of a matrix as a checkpoint holds them, for packing. Safe to read from several threads.
class MatrixRows {
 public:
  virtual ~MatrixRows() = default;
  virtual std::size_t rows() const = 0;
  virtual std::size_t cols() const = 0;
  // What the values are stored as in the checkpoint: decides what they are packed to.
  virtual BlockFormat format() const = 0;
  // Whether rows can be had as blocks of format(), row after row of the same size.
  virtual bool has_blocks() const = 0;
  // The blocks of a row, in place or in `scratch`, valid until the next call with that scratch.
  virtual std::span<const std::byte> blocks(std::size_t row,
                                            std::vector<std::byte>& scratch) const = 0;
  // Values [begin, begin + out.size()) of a row. `begin` and the end are multiples of 256, or the
  // end is that of the row.
  virtual void values(std::size_t row, std::size_t begin, std::span<float> out) const = 0;
};

// Rows that lie one after the other, in memory that must outlive this.
class BlockRows final : public MatrixRows {
 public:
  // Throws Error where `bytes` is not rows * cols values of whole blocks.
  BlockRows(BlockFormat format, std::span<const std::byte> bytes, std::size_t rows,
            std::size_t cols);
  std::size_t rows() const override { return rows_; }
  std::size_t cols() const override { return cols_; }
  BlockFormat format() const override { return format_; }
  bool has_blocks() const override { return true; }
  std::span<const std::byte> blocks(std::size_t row,
                                    std::vector<std::byte>& scratch) const override;
  void values(std::size_t row, std::size_t begin, std::span<float> out) const override;

 private:
  BlockFormat format_;
  std::span<const std::byte> bytes_;
  std::size_t rows_;
  std::size_t cols_;
  std::size_t row_bytes_ = 0;
};

class Matrix {
 public:
  static Matrix pack(const MatrixRows& rows, Precision precision, ThreadPool& pool);
  // `bytes` is rows * cols values in `format`, row after row; it is not needed afterwards.
  static Matrix pack(BlockFormat format, std::span<const std::byte> bytes, std::size_t rows,
                     std::size_t cols, Precision precision, ThreadPool& pool);
  // What `pack` makes of such a matrix depends on the values, the format and the precision alone,
  // not on the processor: bytes that were packed before may be used again. `packed` is what
  // packed() gave, aligned to 64 bytes and never written to; `owner` keeps it alive. Error when its
  // size is not packed_size().
  static Matrix borrow(const MatrixRows& rows, std::span<const std::byte> packed,
                       Precision precision, std::shared_ptr<const void> owner);
  static std::size_t packed_size(const MatrixRows& rows, Precision precision);
  std::span<const std::byte> packed() const;
  Matrix();  // of no rows, to be assigned to
  Matrix(Matrix&&) noexcept;
  Matrix& operator=(Matrix&&) noexcept;
  ~Matrix();

  std::size_t rows() const;
  std::size_t cols() const;
  std::size_t bytes() const;  // of memory held or borrowed

  struct State;
  const State& state() const { return *state_; }

 private:
  explicit Matrix(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// y[m, n] (+)= sum_k x[first_row + m, k] * W[n, k] (+ bias[n]) for m in [0, rows); y is [rows,
// y_stride], bias may be null.
struct Product {
  const Matrix* weights;
  const float* bias;
  float* y;
  std::size_t y_stride;
  bool add = false;           // to what is in y
  std::size_t first_row = 0;  // of the activations: a multiple of kRowAlignment
  std::size_t rows = kAllRows;

  static constexpr std::size_t kAllRows = ~std::size_t{0};  // from first_row on
};
// All products of the same activations (q, k, v; gate, up; the experts of a layer), the work of all
// of them shared out together.
void multiply(std::span<const Product> products, Activations& x, ThreadPool& pool);
void multiply(const Matrix& weights, Activations& x, const float* bias, float* y,
              std::size_t y_stride, ThreadPool& pool);

}  // namespace candor::kernels
