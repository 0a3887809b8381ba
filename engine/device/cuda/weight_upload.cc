#include "engine/device/cuda/weight_upload.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/cpu/half.h"

namespace candor::engine {

namespace {

namespace cuda = kernels::cuda;
using kernels::BlockFormat;

constexpr std::size_t kWindowBytes = std::size_t{32} << 20U;

std::size_t row_bytes(BlockFormat format, std::size_t cols) {
  const kernels::BlockLayout& layout = kernels::block_layout(format);
  return cols / layout.elements * layout.bytes;
}

// A row of values as float32, float16 or bf16.
void encode(std::span<const float> values, BlockFormat format, std::byte* to) {
  if (format == BlockFormat::kF32) {
    std::memcpy(to, values.data(), values.size_bytes());
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = format == BlockFormat::kF16 ? kernels::float_to_half(values[i])
                                                           : kernels::float_to_bfloat(values[i]);
    std::memcpy(to + 2 * i, &bits, sizeof bits);
  }
}

}  // namespace

WeightUpload::WeightUpload(cuda::Backend& backend, kernels::ThreadPool& pool, bool float32)
    : backend_(backend),
      pool_(pool),
      float32_(float32),
      windows_{PinnedBuffer(backend, kWindowBytes), PinnedBuffer(backend, kWindowBytes)} {}

BlockFormat WeightUpload::stored_format(const kernels::MatrixRows& rows) const {
  const BlockFormat format = rows.format();
  if (float32_) return BlockFormat::kF32;
  if (format == BlockFormat::kBF16 || format == BlockFormat::kF16) return format;
  return cuda::is_block_format_on_device(format) && rows.has_blocks() ? format : BlockFormat::kBF16;
}

UploadedMatrix WeightUpload::matrix(std::span<const kernels::MatrixRows* const> parts) {
  UploadedMatrix uploaded;
  cuda::DeviceMatrix& whole = uploaded.matrix;
  whole.format = stored_format(*parts.front());
  whole.cols = parts.front()->cols();
  whole.pitch = (row_bytes(whole.format, whole.cols) + 15) / 16 * 16;
  for (const kernels::MatrixRows* part : parts) whole.rows += part->rows();
  uploaded.memory = DeviceBuffer(backend_, whole.rows * whole.pitch);
  whole.data = uploaded.memory.as<std::byte>();
  std::size_t first = 0;
  for (const kernels::MatrixRows* part : parts) {
    send(*part, whole.part(first, part->rows()));
    first += part->rows();
  }
  return uploaded;
}

void WeightUpload::send(const kernels::MatrixRows& rows, const cuda::DeviceMatrix& to) {
  const std::size_t at_a_time = std::max<std::size_t>(1, kWindowBytes / to.pitch);
  const bool as_they_are = rows.has_blocks() && rows.format() == to.format;
  const std::size_t bytes = row_bytes(to.format, to.cols);
  auto* const base = static_cast<std::byte*>(const_cast<void*>(to.data));
  for (std::size_t first = 0; first < to.rows; first += at_a_time) {
    const std::size_t count = std::min<std::size_t>(at_a_time, to.rows - first);
    const int window = std::exchange(next_, 1 - next_);
    if (sent_[window]) backend_.wait(*sent_[window]);
    std::byte* const staged = windows_[window].data();
    // In runs of rows: a task a row costs more than copying it.
    constexpr std::size_t kRun = 64;
    pool_.run((count + kRun - 1) / kRun, [&](std::size_t run, int) {
      std::vector<std::byte> scratch;
      std::vector<float> values(as_they_are ? 0 : to.cols);
      for (std::size_t r = run * kRun; r < std::min(count, (run + 1) * kRun); ++r) {
        std::byte* const row = staged + r * to.pitch;
        if (as_they_are) {
          std::memcpy(row, rows.blocks(first + r, scratch).data(), bytes);
        } else {
          rows.values(first + r, 0, values);
          encode(values, to.format, row);
        }
        std::memset(row + bytes, 0, to.pitch - bytes);
      }
    });
    backend_.upload(base + first * to.pitch, staged, count * to.pitch);
    sent_[window] = backend_.mark();
  }
}

DeviceBuffer WeightUpload::floats(std::span<const float> values) {
  if (values.empty()) return {};
  DeviceBuffer buffer(backend_, values.size_bytes());
  backend_.upload(buffer.as<float>(), values.data(), values.size_bytes());
  return buffer;
}

DeviceBuffer WeightUpload::doubles(std::span<const double> values) {
  if (values.empty()) return {};
  DeviceBuffer buffer(backend_, values.size_bytes());
  backend_.upload(buffer.as<double>(), values.data(), values.size_bytes());
  return buffer;
}

}  // namespace candor::engine
