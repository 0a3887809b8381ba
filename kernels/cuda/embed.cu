// Rows of an embedding table, a block a row; of quantised tables the float32 values that
// kernels::dequantize gives. A token outside the table gives zeros: only padding can have one.
#include <stdexcept>

#include "kernels/cuda/launchers.h"
#include "kernels/cuda/quantized_decode.cuh"
#include "kernels/cuda/rows.cuh"

namespace candor::kernels::cuda {
namespace {

constexpr unsigned kThreads = 256;

struct TableRow {
  const std::uint8_t* from;
  bool known;
};
CANDOR_DEVICE TableRow table_row(const Embed& op) {
  const std::int32_t token = op.tokens[blockIdx.x];
  const bool known = token >= 0 && static_cast<std::uint64_t>(token) < op.table.rows;
  const auto place = static_cast<std::uint64_t>(known ? token : 0);
  return {static_cast<const std::uint8_t*>(op.table.data) + place * op.table.pitch, known};
}

template <typename T, bool kVector>
__global__ void __launch_bounds__(kThreads) embed_kernel(Embed op) {
  const TableRow row = table_row(op);
  const T* from = reinterpret_cast<const T*>(row.from);
  float* to = op.x + blockIdx.x * op.table.cols;
  for (std::uint64_t first = threadIdx.x * std::uint64_t{kUnit}; first < op.table.cols;
       first += kThreads * kUnit) {
    float v[kUnit] = {};
    if (row.known) load_unit<kVector>(from, first, op.table.cols, v);
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) v[i] = row.known ? op.scale * v[i] : 0.0F;
    store_unit<kVector>(to, first, op.table.cols, v);
  }
}

// A thread decodes 8 values at a time.
template <BlockFormat Format, bool kVector>
__global__ void __launch_bounds__(kThreads) embed_blocks_kernel(Embed op) {
  using D = Decoder<Format>;
  constexpr std::uint64_t kGroups = D::kElements / 32;  // of a block
  const TableRow row = table_row(op);
  float* to = op.x + blockIdx.x * op.table.cols;
  for (std::uint64_t eight = threadIdx.x; eight < op.table.cols / 8; eight += kThreads) {
    const std::uint64_t group = eight / 4;
    const Bytes block = row.from + group / kGroups * D::kBytes;
    const auto g = static_cast<int>(group % kGroups);
    float values[8] = {};
    if (row.known) {
      decode8<Format>(block, g, static_cast<int>(eight % 4), D::scales(block, g), values);
    }
    CANDOR_UNROLL
    for (int half = 0; half < 2; ++half) {
      float v[kUnit];
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) {
        v[i] = row.known ? op.scale * values[half * kUnit + i] : 0.0F;
      }
      store_unit<kVector>(to, eight * 8 + static_cast<unsigned>(half) * kUnit, op.table.cols, v);
    }
  }
}

template <typename T>
void launch_floats(const Embed& op, const Queue& queue) {
  const bool vector = op.table.cols % kUnit == 0 && unit_aligned(op.table.data, sizeof(T)) &&
                      op.table.pitch % (kUnit * sizeof(T)) == 0 &&
                      unit_aligned(op.x, sizeof(float));
  const auto kernel = vector ? &embed_kernel<T, true> : &embed_kernel<T, false>;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(op.rows)), dim3(kThreads), 0, queue.stream, op);
}

void launch_blocks(const Embed& op, const Queue& queue) {
  const bool known = with_format(op.table.format, [&](auto tag) {
    constexpr BlockFormat kFormat = decltype(tag)::kFormat;
    const auto kernel = unit_aligned(op.x, sizeof(float)) ? &embed_blocks_kernel<kFormat, true>
                                                          : &embed_blocks_kernel<kFormat, false>;
    CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(op.rows)), dim3(kThreads), 0, queue.stream,
                  op);
  });
  if (!known) throw std::runtime_error("embed: a table of a format that is not supported");
}

}  // namespace

void launch(const Embed& embed, const Queue& queue) {
  if (embed.rows == 0 || embed.table.cols == 0) return;
  switch (embed.table.format) {
    case BlockFormat::kF32:
      launch_floats<float>(embed, queue);
      break;
    case BlockFormat::kF16:
      launch_floats<F16>(embed, queue);
      break;
    case BlockFormat::kBF16:
      launch_floats<Bf16>(embed, queue);
      break;
    default:
      launch_blocks(embed, queue);
  }
  check_launch("embed");
}

}  // namespace candor::kernels::cuda
