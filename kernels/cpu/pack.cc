// From the rows of a checkpoint to the layouts that the kernels multiply (packed.h, wide.h).
#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "kernels/cpu/bf16_pairs.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/packed.h"
#include "kernels/cpu/unpack.h"
#include "kernels/cpu/wide.h"
#include "kernels/matrix.h"

namespace candor::kernels {
namespace {

Storage group_storage(GroupKind kind) {
  switch (kind) {
    case GroupKind::kScaleMin:
      return Storage::kScaleMin;
    case GroupKind::kTwoScales:
      return Storage::kTwoScales;
    default:
      return Storage::kScale;
  }
}

Storage storage_of(const MatrixRows& rows, Precision precision) {
  const BlockFormat format = rows.format();
  switch (format) {
    case BlockFormat::kF32:
    case BlockFormat::kF64:
      return Storage::kF32;
    case BlockFormat::kF16:
      return Storage::kF16;
    case BlockFormat::kBF16:
      return precision == Precision::kFloat32 ? Storage::kBF16 : Storage::kBF16Pairs;
    default:
      break;
  }
  if (!is_quantized(format)) {
    fail("a matrix of type {} is not one of weights", block_layout(format).name);
  }
  if (precision == Precision::kInt8 && rows.cols() > 0 && rows.cols() % kGroupSize == 0) {
    return Storage::kWide;
  }
  // Formats without groups of one kind are kept as what they stand for.
  if (!rows.has_blocks() || group_kind(format) == GroupKind::kNone) return Storage::kF32;
  return group_storage(group_kind(format));
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

void pack_grouped_row(BlockFormat format, Storage storage, const std::byte* row, std::size_t cols,
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
static_assert(kSpan == 256, "what MatrixRows::values promises");

// Rows from `first` on, rounded to int8 groups, as a tile of a stripe whose tiles lie group by
// group.
void pack_wide_tile(const KernelSet& kernels, const MatrixRows& matrix, std::size_t first,
                    std::size_t rows, std::size_t tile, std::size_t tiles, std::byte* stripe) {
  const std::size_t cols = matrix.cols();
  const std::size_t groups = wide_groups(cols);
  float values[kSpan];
  std::int8_t q[kTileRows][kSpan] = {};
  for (std::size_t begin = 0; begin < cols; begin += kSpan) {
    const std::size_t count = std::min(cols - begin, kSpan);
    // The end of a last group that is not full stays zero.
    if (count < kSpan) std::memset(q, 0, sizeof q);
    const auto chunk = [&](std::size_t column) {
      const std::size_t g = column / kWideGroup;
      return stripe + g * tiles * kWideChunk +
             tile * wide_chunk_bytes(g + 1 == groups ? wide_last_quads(cols) : kWideQuads);
    };
    for (std::size_t lane = 0; lane < rows; ++lane) {
      matrix.values(first + lane, begin, std::span(values, count));
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

// The row in the type of a float storage: as it stands, or made of its values, which that type
// holds exactly.
std::span<const std::byte> float_row(const MatrixRows& matrix, Storage storage, std::size_t row,
                                     std::vector<std::byte>& scratch) {
  const bool same = storage != Storage::kF32 || matrix.format() == BlockFormat::kF32;
  if (matrix.has_blocks() && same) return matrix.blocks(row, scratch);
  std::vector<float> values(matrix.cols());
  matrix.values(row, 0, values);
  scratch.resize(values.size() * (storage == Storage::kF32 ? 4 : 2));
  if (storage == Storage::kF32) {
    if (!values.empty()) std::memcpy(scratch.data(), values.data(), scratch.size());
    return scratch;
  }
  auto* out = reinterpret_cast<std::uint16_t*>(scratch.data());
  for (std::size_t k = 0; k < values.size(); ++k) {
    out[k] = storage == Storage::kF16
                 ? float_to_half(values[k])
                 : static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(values[k]) >> 16);
  }
  return scratch;
}

void pack_row(const MatrixRows& matrix, Storage storage, std::size_t row, std::size_t lane,
              std::vector<std::byte>& scratch, std::byte* tile) {
  const std::size_t cols = matrix.cols();
  if (is_grouped(storage)) {
    pack_grouped_row(matrix.format(), storage, matrix.blocks(row, scratch).data(), cols, lane,
                     tile);
    return;
  }
  const std::byte* const values = float_row(matrix, storage, row, scratch).data();
  if (storage == Storage::kF32) {
    pack_float_row<4>(values, cols, lane, tile);
  } else if (storage == Storage::kBF16Pairs) {
    pack_bf16_pairs(values, cols, lane, tile);
  } else {
    pack_float_row<2>(values, cols, lane, tile);
  }
}

}  // namespace

BlockRows::BlockRows(BlockFormat format, std::span<const std::byte> bytes, std::size_t rows,
                     std::size_t cols)
    : format_(format), bytes_(bytes), rows_(rows), cols_(cols) {
  const BlockLayout& layout = block_layout(format);
  if (cols % layout.elements != 0) {
    fail("a row of {} values is not a whole number of {} blocks of {}", cols, layout.name,
         layout.elements);
  }
  row_bytes_ = cols / layout.elements * layout.bytes;
  if (bytes.size() != rows * row_bytes_) {
    fail("a {} matrix of {} x {} takes {} bytes, not {}", layout.name, rows, cols,
         rows * row_bytes_, bytes.size());
  }
}

std::span<const std::byte> BlockRows::blocks(std::size_t row, std::vector<std::byte>&) const {
  return bytes_.subspan(row * row_bytes_, row_bytes_);
}

void BlockRows::values(std::size_t row, std::size_t begin, std::span<float> out) const {
  const BlockLayout& layout = block_layout(format_);
  dequantize(format_,
             bytes_.subspan(row * row_bytes_ + begin / layout.elements * layout.bytes,
                            out.size() / layout.elements * layout.bytes),
             out);
}

Matrix::Matrix() = default;
Matrix::Matrix(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matrix::Matrix(Matrix&&) noexcept = default;
Matrix& Matrix::operator=(Matrix&&) noexcept = default;
Matrix::~Matrix() = default;

std::size_t Matrix::rows() const { return state_ ? state_->rows : 0; }
std::size_t Matrix::cols() const { return state_ ? state_->cols : 0; }
std::size_t Matrix::bytes() const { return state_ ? state_->data.size() : 0; }
std::span<const std::byte> Matrix::packed() const {
  return {std::as_const(state_->data).data(), state_->data.size()};
}

std::size_t Matrix::packed_size(const MatrixRows& rows, Precision precision) {
  const std::size_t tiles = (rows.rows() + kTileRows - 1) / kTileRows;
  return tiles * stored_tile_bytes(storage_of(rows, precision), rows.cols());
}

Matrix Matrix::borrow(const MatrixRows& rows, std::span<const std::byte> packed,
                      Precision precision, std::shared_ptr<const void> owner) {
  const std::size_t size = packed_size(rows, precision);
  if (packed.size() != size) {
    fail("a {} matrix of {} x {} is packed in {} bytes, not {}", block_layout(rows.format()).name,
         rows.rows(), rows.cols(), size, packed.size());
  }
  auto state = std::make_unique<State>();
  state->rows = rows.rows();
  state->cols = rows.cols();
  state->storage = storage_of(rows, precision);
  state->precision = precision;
  state->data = AlignedBuffer(packed, std::move(owner));
  return Matrix(std::move(state));
}

Matrix Matrix::pack(const MatrixRows& rows, Precision precision, ThreadPool& pool) {
  auto state = std::make_unique<State>();
  state->rows = rows.rows();
  state->cols = rows.cols();
  state->storage = storage_of(rows, precision);
  state->precision = precision;
  const Storage storage = state->storage;
  const std::size_t stride = stored_tile_bytes(storage, rows.cols());
  state->data = AlignedBuffer(state->tiles() * stride);
  std::byte* const data = state->data.data();
  const KernelSet& kernels = kernel_set(active_isa());
  pool.run(state->tiles(), [&](std::size_t tile, int) {
    const std::size_t first = tile * kTileRows;
    const std::size_t tile_rows = std::min(kTileRows, rows.rows() - first);
    if (storage == Storage::kWide) {
      const std::size_t stripe = tile / kStripeTiles;
      pack_wide_tile(kernels, rows, first, tile_rows, tile % kStripeTiles,
                     state->tiles_in_stripe(stripe), data + stripe * kStripeTiles * stride);
      return;
    }
    std::vector<std::byte> scratch;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
      pack_row(rows, storage, first + lane, lane, scratch, data + tile * stride);
    }
  });
  return Matrix(std::move(state));
}

Matrix Matrix::pack(BlockFormat format, std::span<const std::byte> bytes, std::size_t rows,
                    std::size_t cols, Precision precision, ThreadPool& pool) {
  return pack(BlockRows(format, bytes, rows, cols), precision, pool);
}

}  // namespace candor::kernels
