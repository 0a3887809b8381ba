// Matrices of any format that a product takes, expanded to bf16: a thread 8 values, so that what
// neighbours write follows each other.
#include <stdexcept>

#include "kernels/cuda/product_kernels.h"
#include "kernels/cuda/quantized_decode.cuh"

namespace candor::kernels::cuda {
namespace {

constexpr unsigned kThreads = 256;

struct ExpandArgs {
  const unsigned char* w;  // the first row
  std::uint64_t pitch;
  std::uint64_t units;  // of 8 values
  std::uint32_t row_units;
  unsigned char* out;
};

template <BlockFormat Format>
__global__ void __launch_bounds__(kThreads) expand_kernel(ExpandArgs args) {
  using D = Decoder<Format>;
  const std::uint64_t unit = blockIdx.x * static_cast<std::uint64_t>(kThreads) + threadIdx.x;
  if (unit >= args.units) return;
  const std::uint64_t row = unit / args.row_units;
  const auto in_row = static_cast<std::uint32_t>(unit % args.row_units);
  const std::uint32_t group = in_row / 4;
  constexpr std::uint32_t kGroups = D::kElements / 32;
  const Bytes block = args.w + row * args.pitch + group / kGroups * D::kBytes;
  const auto g = static_cast<int>(group % kGroups);
  float values[8];
  decode8<Format>(block, g, static_cast<int>(in_row % 4), D::scales(block, g), values);
  uint4 chunk;
  chunk.x = rounded_pair(values[0], values[1]);
  chunk.y = rounded_pair(values[2], values[3]);
  chunk.z = rounded_pair(values[4], values[5]);
  chunk.w = rounded_pair(values[6], values[7]);
  *reinterpret_cast<uint4*>(args.out + 16 * unit) = chunk;
}

template <typename Value>
__global__ void __launch_bounds__(kThreads) expand_plain_kernel(ExpandArgs args) {
  const std::uint64_t unit = blockIdx.x * static_cast<std::uint64_t>(kThreads) + threadIdx.x;
  if (unit >= args.units) return;
  const std::uint64_t row = unit / args.row_units;
  const auto* const from =
      reinterpret_cast<const Value*>(args.w + row * args.pitch) + unit % args.row_units * 8;
  auto* const out = reinterpret_cast<std::uint32_t*>(args.out + 16 * unit);
  CANDOR_UNROLL
  for (int i = 0; i < 4; ++i) {
    out[i] = rounded_pair(to_float(from[2 * i]), to_float(from[2 * i + 1]));
  }
}

template <typename Kernel>
void allow(Kernel kernel) {
  check_call(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, 0),
             "loading the expansion of matrices");
}

}  // namespace

void allow_expansions() {
  for (const BlockFormat format : block_formats_on_device()) {
    with_format(format, [](auto tag) { allow(expand_kernel<decltype(tag)::kFormat>); });
  }
  allow(expand_plain_kernel<Bf16>);
  allow(expand_plain_kernel<F16>);
  allow(expand_plain_kernel<float>);
}

void launch_expand(const DeviceMatrix& w, std::uint64_t first, std::uint64_t count, void* out,
                   const Queue& queue) {
  const std::uint64_t row_units = w.cols / 8;
  ExpandArgs args = {};
  args.w = static_cast<const unsigned char*>(w.data) + first * w.pitch;
  args.pitch = w.pitch;
  args.units = count * row_units;
  args.row_units = static_cast<std::uint32_t>(row_units);
  args.out = static_cast<unsigned char*>(out);
  if (args.units == 0) return;
  const std::uint64_t blocks = (args.units + kThreads - 1) / kThreads;
  if (blocks > 0x7FFFFFFFU) throw std::runtime_error("expansion: too large for one launch");
  const dim3 grid(static_cast<unsigned>(blocks));
  const auto plain = [&](auto kernel) {
    CANDOR_LAUNCH(kernel, grid, dim3(kThreads), 0, queue.stream, args);
  };
  switch (w.format) {
    case BlockFormat::kBF16:
      plain(expand_plain_kernel<Bf16>);
      break;
    case BlockFormat::kF16:
      plain(expand_plain_kernel<F16>);
      break;
    case BlockFormat::kF32:
      plain(expand_plain_kernel<float>);
      break;
    default:
      if (!with_format(w.format, [&](auto tag) {
            const auto kernel = expand_kernel<decltype(tag)::kFormat>;
            CANDOR_LAUNCH(kernel, grid, dim3(kThreads), 0, queue.stream, args);
          })) {
        throw std::runtime_error("expansion: a format that is not kept on the device");
      }
  }
  check_launch("expansion of a matrix");
}

}  // namespace candor::kernels::cuda
