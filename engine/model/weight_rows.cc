#include "engine/model/weight_rows.h"

#include <algorithm>
#include <array>

namespace candor::engine {

ScaledRows::ScaledRows(kernels::BlockRows codes, const TensorView& scales, std::size_t block_rows,
                       std::size_t block_cols)
    : codes_(codes),
      block_rows_(block_rows),
      block_cols_(block_cols),
      scale_cols_(scales.shape.back()),
      scales_(scales.shape[0] * scales.shape[1]) {
  kernels::dequantize(scales.format, scales.bytes, scales_);
}

void ScaledRows::values(std::size_t row, std::size_t begin, std::span<float> out) const {
  codes_.values(row, begin, out);
  const float* const scales = scales_.data() + row / block_rows_ * scale_cols_;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= scales[(begin + i) / block_cols_];
}

Mxfp4Rows::Mxfp4Rows(const TensorView& blocks, const TensorView& scales)
    : blocks_(blocks.bytes),
      scales_(scales.bytes),
      rows_(blocks.shape[0] * blocks.shape[1]),
      groups_(blocks.shape[2]) {}

// GGUF's block: the scale, then 16 bytes whose low nibbles are values 0 … 15 and whose high ones
// are 16 … 31. Here byte j holds values 2j and 2j + 1.
void Mxfp4Rows::convert(std::size_t row, std::size_t group, std::size_t count,
                        std::byte* out) const {
  const std::size_t first = row * groups_ + group;
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
