#include "engine/model/weight_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/files/file_error.h"

namespace candor::engine {

namespace {

std::size_t table_rows(const TensorView& tensor) {
  std::size_t rows = 1;
  for (std::size_t i = 0; i + 1 < tensor.shape.size(); ++i) rows *= tensor.shape[i];
  return rows;
}

[[noreturn]] void misshapen(const TensorView& tensor, const std::string& file,
                            const std::string& expected) {
  fail_in_file(file, fmt::format("tensor '{}'", tensor.name),
               fmt::format("has shape [{}], expected {}", fmt::join(tensor.shape, ", "), expected));
}

void check_part(const TensorView& tensor, const RowPart& part, std::size_t rows,
                const std::string& file) {
  const bool fits =
      part.rows > 0 && part.first < rows &&
      (part.rows - 1) <= (rows - 1 - part.first) / std::max<std::size_t>(part.step, 1);
  if (!fits) {
    misshapen(tensor, file, fmt::format("a part of {} rows from row {} on", part.rows, part.first));
  }
}

}  // namespace

TensorRows::TensorRows(const TensorView& tensor, RowPart part, const std::string& file)
    : tensor_(tensor), part_(part) {
  if (tensor.shape.empty() || tensor.shape.back() == 0) misshapen(tensor, file, "rows and columns");
  cols_ = tensor.shape.back();
  const std::size_t rows = table_rows(tensor);
  check_part(tensor, part, rows, file);
  const kernels::BlockLayout& layout = kernels::block_layout(tensor.format);
  if (cols_ % layout.elements != 0) {
    misshapen(tensor, file,
              fmt::format("rows of whole {} blocks of {}", layout.name, layout.elements));
  }
  row_bytes_ = tensor.bytes.size() / rows;
}

std::span<const std::byte> TensorRows::blocks(std::size_t row, std::vector<std::byte>&) const {
  return tensor_.bytes.subspan((part_.first + row * part_.step) * row_bytes_, row_bytes_);
}

void TensorRows::values(std::size_t row, std::size_t begin, std::span<float> out) const {
  const kernels::BlockLayout& layout = kernels::block_layout(tensor_.format);
  const std::size_t at =
      (part_.first + row * part_.step) * row_bytes_ + begin / layout.elements * layout.bytes;
  kernels::dequantize(tensor_.format,
                      tensor_.bytes.subspan(at, out.size() / layout.elements * layout.bytes), out);
}

ScaledRows::ScaledRows(const TensorView& tensor, const TensorView& scales, std::size_t block_rows,
                       std::size_t block_cols, const std::string& file)
    : codes_(tensor, {.first = 0, .rows = table_rows(tensor)}, file),
      block_rows_(block_rows),
      block_cols_(block_cols),
      scale_cols_((codes_.cols() + block_cols - 1) / block_cols) {
  const std::array shape{(codes_.rows() + block_rows - 1) / block_rows, scale_cols_};
  if (!std::ranges::equal(scales.shape, shape)) {
    misshapen(
        scales, file,
        fmt::format("[{}] for blocks of {} x {}", fmt::join(shape, ", "), block_rows, block_cols));
  }
  scales_.resize(shape[0] * shape[1]);
  kernels::dequantize(scales.format, scales.bytes, scales_);
}

void ScaledRows::values(std::size_t row, std::size_t begin, std::span<float> out) const {
  codes_.values(row, begin, out);
  const float* const scales = scales_.data() + row / block_rows_ * scale_cols_;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= scales[(begin + i) / block_cols_];
}

Mxfp4Rows::Mxfp4Rows(const TensorView& blocks, const TensorView& scales, RowPart part,
                     const std::string& file)
    : blocks_(blocks.bytes), scales_(scales.bytes), part_(part) {
  if (blocks.shape.size() != 4 || blocks.shape[3] != 16 ||
      blocks.format != kernels::BlockFormat::kU8) {
    misshapen(blocks, file, "[experts, out, in / 32, 16] of U8");
  }
  const std::vector<std::size_t> shape(blocks.shape.begin(), blocks.shape.end() - 1);
  if (scales.shape != shape || scales.format != kernels::BlockFormat::kU8) {
    misshapen(scales, file, fmt::format("[{}] of U8", fmt::join(shape, ", ")));
  }
  groups_ = shape[2];
  check_part(blocks, part, shape[0] * shape[1], file);
}

// GGUF's block: the scale, then 16 bytes whose low nibbles are values 0 … 15 and whose high ones
// are 16 … 31. Here byte j holds values 2j and 2j + 1.
void Mxfp4Rows::convert(std::size_t row, std::size_t group, std::size_t count,
                        std::byte* out) const {
  const std::size_t first = (part_.first + row * part_.step) * groups_ + group;
  for (std::size_t g = first; g < first + count; ++g, out += 17) {
    const std::byte* const in = blocks_.data() + g * 16;
    out[0] = scales_[g];
    for (std::size_t i = 0; i < 16; ++i) {
      const auto nibble = [&](std::size_t value) {
        const std::byte pair = in[value / 2];
        return value % 2 == 0 ? pair & std::byte{15} : pair >> 4;
      };
      out[1 + i] = nibble(i) | nibble(i + 16) << 4;
    }
  }
}

std::span<const std::byte> Mxfp4Rows::blocks(std::size_t row,
                                             std::vector<std::byte>& scratch) const {
  scratch.resize(groups_ * 17);
  convert(row, 0, groups_, scratch.data());
  return scratch;
}

void Mxfp4Rows::values(std::size_t row, std::size_t begin, std::span<float> out) const {
  std::array<std::byte, 17> block;
  for (std::size_t i = 0; i < out.size(); i += 32) {
    convert(row, (begin + i) / 32, 1, block.data());
    kernels::dequantize(format(), block, out.subspan(i, 32));
  }
}

void TransposedRows::gather() const {
  values_.resize(rows() * cols());
  std::vector<float> line(of_->cols());
  for (std::size_t k = 0; k < cols(); ++k) {
    of_->values(k, 0, line);
    for (std::size_t r = 0; r < rows(); ++r) {
      values_[r * cols() + k] = line[columns_.first + r * columns_.step];
    }
  }
}

void TransposedRows::values(std::size_t row, std::size_t begin, std::span<float> out) const {
  std::call_once(gathered_, [&] { gather(); });
  std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(row * cols() + begin), out.size(),
              out.begin());
}

}  // namespace candor::engine
