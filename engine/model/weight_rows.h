// The matrices of a model as rows, whichever way a checkpoint holds them: as a tensor of their own,
// as a part of a larger one, with block scales apart, transposed, or as MXFP4 blocks. Nothing is
// computed from a family's name and nothing is copied before it is packed.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/files/weights.h"
#include "kernels/matrix.h"

namespace candor::engine {

// Which rows of a larger table a matrix takes: first, first + step, …
struct RowPart {
  std::size_t first = 0;
  std::size_t rows = 0;
  std::size_t step = 1;
};

// Values that are multiplied by a scale for each block of rows and columns (FP8 of DeepSeek-V3,
// technical report, section 3.3.2; model-facts, section 3.3).
class ScaledRows final : public kernels::MatrixRows {
 public:
  // `scales`: [ceil(rows / block_rows), ceil(cols / block_cols)].
  ScaledRows(kernels::BlockRows codes, const TensorView& scales, std::size_t block_rows,
             std::size_t block_cols);
  std::size_t rows() const override { return codes_.rows(); }
  std::size_t cols() const override { return codes_.cols(); }
  kernels::BlockFormat format() const override { return codes_.format(); }
  bool has_blocks() const override { return false; }
  std::span<const std::byte> blocks(std::size_t, std::vector<std::byte>&) const override {
    return {};
  }
  void values(std::size_t row, std::size_t begin, std::span<float> out) const override;

 private:
  kernels::BlockRows codes_;
  std::size_t block_rows_, block_cols_;
  std::size_t scale_cols_;
  std::vector<float> scales_;
};

// MXFP4 as published with gpt-oss: "_blocks" [experts, out, in / 32, 16], in whose bytes neighbours
// share a byte, and "_scales" [experts, out, in / 32]. Rows are put into GGUF's order of nibbles.
class Mxfp4Rows final : public kernels::MatrixRows {
 public:
  // Shapes as above; rows are those of all experts, one after the other.
  Mxfp4Rows(const TensorView& blocks, const TensorView& scales);
  std::size_t rows() const override { return rows_; }
  std::size_t cols() const override { return groups_ * 32; }
  kernels::BlockFormat format() const override { return kernels::BlockFormat::kMXFP4; }
  bool has_blocks() const override { return true; }
  std::span<const std::byte> blocks(std::size_t row,
                                    std::vector<std::byte>& scratch) const override;
  void values(std::size_t row, std::size_t begin, std::span<float> out) const override;

 private:
  void convert(std::size_t row, std::size_t group, std::size_t count, std::byte* out) const;

  std::span<const std::byte> blocks_;
  std::span<const std::byte> scales_;
  std::size_t rows_;
  std::size_t groups_;
};

// Some columns of another matrix as rows. They are gathered when first read, and kept: let it go
// once it is packed.
class TransposedRows final : public kernels::MatrixRows {
 public:
  TransposedRows(std::unique_ptr<const kernels::MatrixRows> of, RowPart columns)
      : of_(std::move(of)), columns_(columns) {}
  std::size_t rows() const override { return columns_.rows; }
  std::size_t cols() const override { return of_->rows(); }
  kernels::BlockFormat format() const override { return of_->format(); }
  bool has_blocks() const override { return false; }
  std::span<const std::byte> blocks(std::size_t, std::vector<std::byte>&) const override {
    return {};
  }
  void values(std::size_t row, std::size_t begin, std::span<float> out) const override;

 private:
  void gather() const;

  std::unique_ptr<const kernels::MatrixRows> of_;
  RowPart columns_;
  mutable std::once_flag gathered_;
  mutable std::vector<float> values_;  // [rows, cols]
};

// Some rows of another matrix.
class PartRows final : public kernels::MatrixRows {
 public:
  PartRows(std::unique_ptr<const kernels::MatrixRows> of, RowPart part)
      : of_(std::move(of)), part_(part) {}
  std::size_t rows() const override { return part_.rows; }
  std::size_t cols() const override { return of_->cols(); }
  kernels::BlockFormat format() const override { return of_->format(); }
  bool has_blocks() const override { return of_->has_blocks(); }
  std::span<const std::byte> blocks(std::size_t row,
                                    std::vector<std::byte>& scratch) const override {
    return of_->blocks(part_.first + row * part_.step, scratch);
  }
  void values(std::size_t row, std::size_t begin, std::span<float> out) const override {
    of_->values(part_.first + row * part_.step, begin, out);
  }

 private:
  std::unique_ptr<const kernels::MatrixRows> of_;
  RowPart part_;
};

}  // namespace candor::engine
