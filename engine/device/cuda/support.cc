#include "engine/device/cuda/support.h"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/cuda/operations.h"

namespace candor::engine {

namespace {

bool is_fp8(kernels::BlockFormat format) {
  return format == kernels::BlockFormat::kF8_E4M3 || format == kernels::BlockFormat::kF8_E5M2;
}

// Products read 16 bytes of activations at a time.
constexpr std::size_t kColumns = 8;

}  // namespace

std::string unsupported_on_gpu(const ArchSpec& spec, const WeightSource& source) {
  namespace cuda = kernels::cuda;
  const AttentionSpec& attention = spec.attention;
  if (attention.latent) return "latent attention does not run on GPUs yet";
  if (spec.experts) return "mixtures of experts do not run on GPUs yet";
  for (const TensorView& tensor : source.tensors()) {
    if (is_fp8(tensor.format)) {
      return fmt::format("FP8 weights (tensor '{}') do not run on GPUs yet", tensor.name);
    }
  }
  if (attention.head_dim > *std::rbegin(cuda::kStoredDims)) {
    return fmt::format("heads of {} values are wider than the {} that GPUs run", attention.head_dim,
                       *std::rbegin(cuda::kStoredDims));
  }
  if (attention.head_dim % 2 != 0) {
    return fmt::format("heads of {} values do not run on GPUs: the number must be even",
                       attention.head_dim);
  }
  const std::size_t group = attention.heads / attention.kv_heads;
  if (group > cuda::kAttentionRows) {
    return fmt::format("{} query heads share a key head, and GPUs run at most {}", group,
                       cuda::kAttentionRows);
  }
  for (const std::size_t columns :
       {spec.width, spec.ffn.width, attention.heads * attention.head_dim}) {
    if (columns % kColumns != 0) {
      return fmt::format("rows of {} weights do not run on GPUs: they must be multiples of {}",
                         columns, kColumns);
    }
  }
  return {};
}

}  // namespace candor::engine
