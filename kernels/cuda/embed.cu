// Rows of an embedding table, a block a row. A token outside the table gives zeros: only padding
// can have one.
#include <stdexcept>

#include "kernels/cuda/launchers.h"
#include "kernels/cuda/rows.cuh"

namespace candor::kernels::cuda {
namespace {

constexpr unsigned kThreads = 256;

template <typename T, bool kVector>
__global__ void __launch_bounds__(kThreads) embed_kernel(Embed op) {
  const std::int32_t token = op.tokens[blockIdx.x];
  const bool known = token >= 0 && static_cast<std::uint64_t>(token) < op.table.rows;
  const auto place = static_cast<std::uint64_t>(known ? token : 0);
  const T* from = reinterpret_cast<const T*>(static_cast<const std::uint8_t*>(op.table.data) +
                                             place * op.table.pitch);
  float* to = op.x + blockIdx.x * op.table.cols;
  for (std::uint64_t first = threadIdx.x * std::uint64_t{kUnit}; first < op.table.cols;
       first += kThreads * kUnit) {
    float v[kUnit] = {};
    if (known) load_unit<kVector>(from, first, op.table.cols, v);
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) v[i] = known ? op.scale * v[i] : 0.0F;
    store_unit<kVector>(to, first, op.table.cols, v);
  }
}

template <typename T>
void launch_floats(const Embed& op, const Queue& queue) {
  const bool vector = op.table.cols % kUnit == 0 && unit_aligned(op.table.data, sizeof(T)) &&
                      op.table.pitch % (kUnit * sizeof(T)) == 0 &&
                      unit_aligned(op.x, sizeof(float));
  const auto kernel = vector ? &embed_kernel<T, true> : &embed_kernel<T, false>;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(op.rows)), dim3(kThreads), 0, queue.stream, op);
  check_launch("embed");
}

}  // namespace

void launch(const Embed& embed, const Queue& queue) {
  if (embed.rows == 0 || embed.table.cols == 0) return;
  switch (embed.table.format) {
    case BlockFormat::kF32:
      return launch_floats<float>(embed, queue);
    case BlockFormat::kF16:
      return launch_floats<F16>(embed, queue);
    case BlockFormat::kBF16:
      return launch_floats<Bf16>(embed, queue);
    default:
      throw std::runtime_error("embed: a table of a format that is not supported");
  }
}

}  // namespace candor::kernels::cuda
