#include "kernels/matrix.h"

#include <cstring>

#include "data/base/error.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/packed.h"
#include "kernels/cpu/unpack.h"

namespace candor::kernels {
namespace {

Storage storage_of(BlockFormat format) {
  switch (format) {
    case BlockFormat::kF32:
      return Storage::kF32;
    case BlockFormat::kF16:
      return Storage::kF16;
    case BlockFormat::kBF16:
      return Storage::kBF16;
    default:
      break;
  }
  switch (group_kind(format)) {
    case GroupKind::kScaleMin:
      return Storage::kScaleMin;
    case GroupKind::kTwoScales:
      return Storage::kTwoScales;
    default:
      return Storage::kScale;
  }
}

void pack_group(Storage storage, const Group& group, std::size_t lane, std::byte* chunk) {
  auto* header = reinterpret_cast<float*>(chunk);
  header[lane] = group.scale[0];
  if (storage == Storage::kScaleMin) header[kTileRows + lane] = group.minimum;
  if (storage == Storage::kTwoScales) header[kTileRows + lane] = group.scale[1];
  std::byte* quads = chunk + chunk_header_bytes(storage);
  for (std::size_t quad = 0; quad < 8; ++quad) {
    std::memcpy(quads + 64 * quad + 4 * lane, group.biased + 4 * quad, 4);
  }
}

void pack_quantized_row(BlockFormat format, Storage storage, const std::byte* row, std::size_t cols,
                        std::size_t lane, std::byte* tile) {
  const BlockLayout& layout = block_layout(format);
  const std::size_t groups_per_block = layout.elements / kGroupSize;
  Group groups[8];
  for (std::size_t b = 0; b < cols / layout.elements; ++b) {
    unpack_block(format, row + b * layout.bytes, groups);
    for (std::size_t g = 0; g < groups_per_block; ++g) {
      pack_group(storage, groups[g], lane,
                 tile + (b * groups_per_block + g) * chunk_bytes(storage));
    }
  }
}

template <std::size_t Bytes>
void pack_float_row(const std::byte* row, std::size_t cols, std::size_t lane, std::byte* tile) {
  for (std::size_t k = 0; k < cols; ++k) {
    std::memcpy(tile + (k * kTileRows + lane) * Bytes, row + k * Bytes, Bytes);
  }
}

}  // namespace

Activations::Activations() : state_(std::make_unique<State>()) {}
Activations::~Activations() = default;

void Activations::assign(const float* values, std::size_t rows, std::size_t cols) {
  state_->values = values;
  state_->rows = rows;
  state_->cols = cols;
  state_->quantized = false;
}

std::size_t Activations::rows() const { return state_->rows; }
std::size_t Activations::cols() const { return state_->cols; }

Matrix::Matrix(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matrix::Matrix(Matrix&&) noexcept = default;
Matrix& Matrix::operator=(Matrix&&) noexcept = default;
Matrix::~Matrix() = default;

std::size_t Matrix::rows() const { return state_->rows; }
std::size_t Matrix::cols() const { return state_->cols; }
std::size_t Matrix::bytes() const { return state_->data.size(); }

Matrix Matrix::pack(BlockFormat format, std::span<const std::byte> bytes, std::size_t rows,
                    std::size_t cols, Precision precision, ThreadPool& pool) {
  const BlockLayout& layout = block_layout(format);
  if (cols % layout.elements != 0) {
    fail("a row of {} values is not a whole number of {} blocks of {}", cols, layout.name,
         layout.elements);
  }
  const std::size_t row_bytes = cols / layout.elements * layout.bytes;
  if (bytes.size() != rows * row_bytes) {
    fail("a {} matrix of {} x {} takes {} bytes, not {}", layout.name, rows, cols, rows * row_bytes,
         bytes.size());
  }
  auto state = std::make_unique<State>();
  state->rows = rows;
  state->cols = cols;
  state->storage = storage_of(format);
  state->precision = precision;
  const std::size_t stride = tile_bytes(state->storage, cols);
  state->data = AlignedBuffer(state->tiles() * stride);
  std::byte* data = state->data.data();
  const Storage storage = state->storage;
  pool.run(state->tiles(), [&](std::size_t tile, int) {
    std::byte* to = data + tile * stride;
    for (std::size_t lane = 0; lane < kTileRows && tile * kTileRows + lane < rows; ++lane) {
      const std::byte* row = bytes.data() + (tile * kTileRows + lane) * row_bytes;
      if (is_grouped(storage)) {
        pack_quantized_row(format, storage, row, cols, lane, to);
      } else if (storage == Storage::kF32) {
        pack_float_row<4>(row, cols, lane, to);
      } else {
        pack_float_row<2>(row, cols, lane, to);
      }
    }
  });
  return Matrix(std::move(state));
}

void multiply_with(Isa isa, const Matrix& weights, Activations& x, const float* bias, float* y,
                   std::size_t y_stride, ThreadPool& pool) {
  const KernelSet& kernels = kernel_set(isa);
  const Matrix::State& matrix = weights.state();
  Activations::State& activations = x.state();
  if (matrix.cols != activations.cols) {
    fail("a matrix of {} columns cannot multiply rows of {}", matrix.cols, activations.cols);
  }
  if (activations.rows == 0) return;
  if (matrix.uses_int8() && !activations.quantized) {
    activations.buffer.reserve(activations.blocks() * activations.groups() *
                               sizeof(ActivationGroup));
    pool.run(activations.blocks(), [&](std::size_t block, int) {
      kernels.quantize_block(activations, block, activations.block(block));
    });
    activations.quantized = true;
  }
  const auto kernel = matrix.uses_int8() ? kernels.multiply_int8 : kernels.multiply_float;
  const std::size_t stripes = (matrix.tiles() + kStripeTiles - 1) / kStripeTiles;
  pool.run(stripes, [&](std::size_t stripe, int) {
    kernel(matrix, activations, stripe, bias, y, y_stride);
  });
}

void multiply(const Matrix& weights, Activations& x, const float* bias, float* y,
              std::size_t y_stride, ThreadPool& pool) {
  multiply_with(active_isa(), weights, x, bias, y, y_stride, pool);
}

}  // namespace candor::kernels
