#include "kernels/matrix.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "kernels/cpu/bf16_pairs.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/packed.h"
#include "kernels/cpu/unpack.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {
namespace {

Storage storage_of(BlockFormat format, std::size_t cols, Precision precision) {
  switch (format) {
    case BlockFormat::kF32:
      return Storage::kF32;
    case BlockFormat::kF16:
      return Storage::kF16;
    case BlockFormat::kBF16:
      return precision == Precision::kFloat32 ? Storage::kBF16 : Storage::kBF16Pairs;
    default:
      break;
  }
  if (precision == Precision::kInt8 && cols > 0) return Storage::kWide;
  switch (group_kind(format)) {
    case GroupKind::kScaleMin:
      return Storage::kScaleMin;
    case GroupKind::kTwoScales:
      return Storage::kTwoScales;
    default:
      return Storage::kScale;
  }
}

std::size_t stored_tile_bytes(Storage storage, std::size_t cols) {
  return storage == Storage::kWide ? wide_tile_bytes(cols) : tile_bytes(storage, cols);
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

// What one tile packs at a time: a whole number of blocks of every format and of groups, small
// enough for the first-level cache together with the chunks it goes to.
constexpr std::size_t kSpan = 2 * kWideGroup;

// `rows` rows from `bytes` on, rounded to int8 groups, as a tile of a stripe whose tiles lie group
// by group.
void pack_wide_tile(const KernelSet& kernels, BlockFormat format, std::span<const std::byte> bytes,
                    std::size_t rows, std::size_t cols, std::size_t tile, std::size_t tiles,
                    std::byte* stripe) {
  const BlockLayout& layout = block_layout(format);
  const std::size_t row_bytes = cols / layout.elements * layout.bytes;
  const std::size_t groups = wide_groups(cols);
  float values[kSpan];
  std::int8_t q[kTileRows][kSpan] = {};
  for (std::size_t begin = 0; begin < cols; begin += kSpan) {
    const std::size_t count = std::min(cols - begin, kSpan);
    const std::size_t offset = begin / layout.elements * layout.bytes;
    // The end of a last group that is not full stays zero.
    if (count < kSpan) std::memset(q, 0, sizeof q);
    const auto chunk = [&](std::size_t first) {
      const std::size_t g = first / kWideGroup;
      return stripe + g * tiles * kWideChunk +
             tile * wide_chunk_bytes(g + 1 == groups ? wide_last_quads(cols) : kWideQuads);
    };
    for (std::size_t lane = 0; lane < rows; ++lane) {
      dequantize(format,
                 bytes.subspan(lane * row_bytes + offset, count / layout.elements * layout.bytes),
                 std::span(values, count));
      for (std::size_t i = 0; i < count; i += kWideGroup) {
        auto* const header = reinterpret_cast<WideHeader*>(chunk(begin + i));
        kernels.round_weights(values + i, std::min(count - i, kWideGroup), &header->scale[lane],
                              &header->sum[lane], q[lane] + i);
      }
    }
    for (std::size_t i = 0; i < count; i += kWideGroup) {
      const std::size_t quads = begin + i + kWideGroup >= cols ? wide_last_quads(cols) : kWideQuads;
      std::byte* to = chunk(begin + i) + sizeof(WideHeader);
      for (std::size_t quad = 0; quad < quads; ++quad, to += 4 * kTileRows) {
        for (std::size_t lane = 0; lane < kTileRows; ++lane) {
          std::memcpy(to + 4 * lane, q[lane] + i + 4 * quad, 4);
        }
      }
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
  state_->grouped_ready = state_->wide_ready = state_->split_ready = false;
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
std::span<const std::byte> Matrix::packed() const {
  return {std::as_const(state_->data).data(), state_->data.size()};
}

std::size_t Matrix::packed_size(BlockFormat format, std::size_t rows, std::size_t cols,
                                Precision precision) {
  const std::size_t tiles = (rows + kTileRows - 1) / kTileRows;
  return tiles * stored_tile_bytes(storage_of(format, cols, precision), cols);
}

Matrix Matrix::borrow(BlockFormat format, std::span<const std::byte> packed, std::size_t rows,
                      std::size_t cols, Precision precision, std::shared_ptr<const void> owner) {
  const std::size_t size = packed_size(format, rows, cols, precision);
  if (packed.size() != size) {
    fail("a {} matrix of {} x {} is packed in {} bytes, not {}", block_layout(format).name, rows,
         cols, size, packed.size());
  }
  auto state = std::make_unique<State>();
  state->rows = rows;
  state->cols = cols;
  state->storage = storage_of(format, cols, precision);
  state->precision = precision;
  state->data = AlignedBuffer(packed, std::move(owner));
  return Matrix(std::move(state));
}

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
  state->storage = storage_of(format, cols, precision);
  state->precision = precision;
  const Storage storage = state->storage;
  const bool wide = storage == Storage::kWide;
  const std::size_t stride = stored_tile_bytes(storage, cols);
  state->data = AlignedBuffer(state->tiles() * stride);
  std::byte* const data = state->data.data();
  const KernelSet& kernels = kernel_set(active_isa());
  pool.run(state->tiles(), [&](std::size_t tile, int) {
    const std::size_t tile_rows = std::min(kTileRows, rows - tile * kTileRows);
    const auto from = bytes.subspan(tile * kTileRows * row_bytes, tile_rows * row_bytes);
    if (wide) {
      const std::size_t stripe = tile / kStripeTiles;
      pack_wide_tile(kernels, format, from, tile_rows, cols, tile % kStripeTiles,
                     state->tiles_in_stripe(stripe), data + stripe * kStripeTiles * stride);
      return;
    }
    std::byte* const to = data + tile * stride;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
      const std::byte* const row = from.data() + lane * row_bytes;
      if (is_grouped(storage)) {
        pack_quantized_row(format, storage, row, cols, lane, to);
      } else if (storage == Storage::kF32) {
        pack_float_row<4>(row, cols, lane, to);
      } else if (storage == Storage::kBF16Pairs) {
        pack_bf16_pairs(row, cols, lane, to);
      } else {
        pack_float_row<2>(row, cols, lane, to);
      }
    }
  });
  return Matrix(std::move(state));
}

namespace {

WideGroup* wide_block(Activations::State& x, std::size_t row) {
  return reinterpret_cast<WideGroup*>(x.wide_buffer.data()) +
         row / kWideBlockRows * wide_groups(x.cols);
}

SplitGroup* split_block(Activations::State& x, std::size_t row) {
  return reinterpret_cast<SplitGroup*>(x.split_buffer.data()) +
         row / kSplitBlockRows * split_groups(x.cols);
}

void reserve(Activations::State& x, Quantized kind) {
  if (kind == Quantized::kGrouped) {
    x.grouped_buffer.reserve(x.blocks() * x.groups() * sizeof(ActivationGroup));
  } else if (kind == Quantized::kWide) {
    const std::size_t blocks = (x.rows + kWideBlockRows - 1) / kWideBlockRows;
    x.wide_buffer.reserve(blocks * wide_groups(x.cols) * sizeof(WideGroup));
  } else if (kind == Quantized::kSplit) {
    x.split_buffer.reserve(split_bytes(x.rows, x.cols));
  }
}

// Rows of one block of kBlockRows.
void quantize_rows(const KernelSet& kernels, Activations::State& x, Quantized kind,
                   std::size_t block) {
  if (kind == Quantized::kGrouped) {
    kernels.quantize_block(x, block, x.block(block));
  } else if (kind != Quantized::kNone) {
    for (std::size_t i = 0; i < x.rows_in_block(block); ++i) {
      const std::size_t row = block * kBlockRows + i;
      const float* const values = x.values + row * x.cols;
      if (kind == Quantized::kWide) {
        kernels.quantize_wide(values, x.cols, row % kWideBlockRows, wide_block(x, row));
      } else {
        kernels.split_row(values, x.cols, row % kSplitBlockRows, split_block(x, row));
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
  pool.run(x.blocks(), [&](std::size_t block, int) { quantize_rows(kernels, x, kind, block); });
  ready(x, kind) = true;
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

}  // namespace

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
  State& x = *state_;
  x.value_buffer.reserve(rows * cols * sizeof(float));
  auto* const values = reinterpret_cast<float*>(x.value_buffer.data());
  assign(values, rows, cols);
  Quantized kind = Quantized::kNone;
  if (cols % kGroupSize == 0 && precision == Precision::kInt8) kind = Quantized::kWide;
  if (cols % kGroupSize == 0 && precision == Precision::kExact) kind = Quantized::kGrouped;
  reserve(x, kind);
  const KernelSet& kernels = kernel_set(active_isa());
  pool.run(x.blocks(), [&](std::size_t block, int) {
    for (std::size_t i = 0; i < x.rows_in_block(block); ++i) {
      const std::size_t row = block * kBlockRows + i;
      make(row, values + row * cols);
    }
    quantize_rows(kernels, x, kind, block);
  });
  if (kind != Quantized::kNone) ready(x, kind) = true;
}

void multiply_with(Isa isa, std::span<const Product> products, Activations& activations,
                   ThreadPool& pool) {
  const KernelSet& kernels = kernel_set(isa);
  Activations::State& x = activations.state();
  std::size_t stripes = 0;
  for (const Product& product : products) {
    const Matrix::State& weights = product.weights->state();
    if (weights.cols != x.cols) {
      fail("a matrix of {} columns cannot multiply rows of {}", weights.cols, x.cols);
    }
    stripes += weights.stripes();
  }
  if (x.rows == 0) return;
  for (const Product& product : products) {
    prepare(kernels, x, product.weights->state().multiplies(), pool);
  }
  // Neighbouring stripes go to one thread: each fetches the next one ahead.
  const std::size_t threads = static_cast<std::size_t>(pool.threads());
  const std::size_t run =
      std::max<std::size_t>(1, std::min<std::size_t>(8, stripes / (8 * threads)));
  pool.run((stripes + run - 1) / run, [&](std::size_t task, int) {
    for (std::size_t i = task * run; i < std::min(stripes, (task + 1) * run); ++i) {
      std::size_t stripe = i;
      const Product* product = products.data();
      while (stripe >= product->weights->state().stripes()) {
        stripe -= product->weights->state().stripes();
        ++product;
      }
      const Matrix::State& weights = product->weights->state();
      multiply_of(kernels, weights.multiplies())(weights, x, stripe,
                                                 {.bias = product->bias,
                                                  .y = product->y,
                                                  .y_stride = product->y_stride,
                                                  .add = product->add});
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
