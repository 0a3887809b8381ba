#include "kernels/cuda/product_trial.h"
#include "kernels/cuda/scalars.cuh"

namespace candor::kernels::cuda {
namespace {

constexpr unsigned kThreads = 256;

struct FillArgs {
  void* out;
  std::uint64_t count;
  std::uint64_t seed;
  Scalar scalar;
};

CANDOR_DEVICE std::uint64_t mixed(std::uint64_t v) {  // Steele et al. 2014, SplitMix64
  v += 0x9E3779B97F4A7C15U;
  v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9U;
  v = (v ^ (v >> 27)) * 0x94D049BB133111EBU;
  return v ^ (v >> 31);
}

__global__ void fill_random_kernel(FillArgs args) {
  const std::uint64_t stride = static_cast<std::uint64_t>(gridDim.x) * blockDim.x;
  for (std::uint64_t i = blockIdx.x * static_cast<std::uint64_t>(blockDim.x) + threadIdx.x;
       i < args.count; i += stride) {
    const std::uint64_t bits = mixed((args.seed << 48) + i);
    // Four uniform numbers.
    const auto sum = static_cast<std::int32_t>((bits & 0xFFFFU) + (bits >> 16 & 0xFFFFU) +
                                               (bits >> 32 & 0xFFFFU) + (bits >> 48)) -
                     131070;
    const auto exponent = static_cast<std::uint32_t>(mixed((args.seed << 56) + i / 32) % 7);
    const float value =
        static_cast<float>(sum) * 0x1p-16F * float_of_bits((127U - 3U + exponent) << 23);
    if (args.scalar == Scalar::kF32) {
      static_cast<float*>(args.out)[i] = value;
    } else if (args.scalar == Scalar::kF16) {
      static_cast<std::uint16_t*>(args.out)[i] = to_f16(value).bits;
    } else {
      static_cast<std::uint16_t*>(args.out)[i] = to_bf16(value).bits;
    }
  }
}

struct CompareArgs {
  const std::uint16_t* a;
  const std::uint16_t* b;
  std::uint64_t count;
  std::uint32_t* differ;
};
__global__ void compare_kernel(CompareArgs args) {
  const std::uint64_t stride = static_cast<std::uint64_t>(gridDim.x) * blockDim.x;
  for (std::uint64_t i = blockIdx.x * static_cast<std::uint64_t>(blockDim.x) + threadIdx.x;
       i < args.count; i += stride) {
    if (args.a[i] != args.b[i]) *args.differ = 1;
  }
}

// Both kernels go round.
dim3 blocks(const Queue& queue) { return dim3(static_cast<unsigned>(8 * queue.processors)); }

}  // namespace

void fill_random(const Buffer& buffer, Scalar scalar, std::uint64_t seed, const Queue& queue) {
  const FillArgs args = {buffer.get(), buffer.bytes() / scalar_bytes(scalar), seed, scalar};
  CANDOR_LAUNCH(fill_random_kernel, blocks(queue), dim3(kThreads), 0, queue.stream, args);
  check_launch("random values");
}

bool Trial::equal(std::uint64_t m, const Queue& queue) const {
  check_call(cudaMemsetAsync(differ.get(), 0, differ.bytes(), queue.stream), "comparing products");
  const std::uint64_t words = product.w.rows * m * (product.store == Store::kBF16 ? 1 : 2);
  const CompareArgs args = {static_cast<const std::uint16_t*>(own.get()),
                            static_cast<const std::uint16_t*>(other.get()), words,
                            static_cast<std::uint32_t*>(differ.get())};
  CANDOR_LAUNCH(compare_kernel, blocks(queue), dim3(kThreads), 0, queue.stream, args);
  check_launch("comparing products");
  std::uint32_t found = 1;
  check_call(
      cudaMemcpyAsync(&found, differ.get(), sizeof found, cudaMemcpyDeviceToHost, queue.stream),
      "comparing products");
  check_call(cudaStreamSynchronize(queue.stream), "comparing products");
  return found == 0;
}

}  // namespace candor::kernels::cuda
