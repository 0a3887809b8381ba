// Attention: which kernel computes which items, and the merge of what was split.
//
// - attention_team.cuh: steps whose items have at most 16 rows (queries times query heads of a kv
//   head).
// - attention_rows.cuh: steps with items of up to 64.
// - attention_float.cuh: float32 pages.
#include <stdexcept>
#include <string>

#include "kernels/cuda/attention_float.cuh"
#include "kernels/cuda/attention_rows.cuh"
#include "kernels/cuda/launchers.h"

namespace candor::kernels::cuda {
namespace {

// Merges a query's splits, a warp a head. They are read ahead in groups, and merged in order.
constexpr int kMergeWarps = 4;
template <int kDim>
__global__ void __launch_bounds__(kMergeWarps * 32) merge_splits(const Attention attention) {
  constexpr int kColumns = kDim / 32;
  constexpr std::uint32_t kAhead = kDim > 128 ? 4 : 8;
  if (blockIdx.x >= attention.counts[1]) return;
  const AttentionMerge merge = attention.merges[blockIdx.x];
  const std::uint32_t head = blockIdx.y * kMergeWarps + threadIdx.x / 32;
  if (head >= attention.heads) return;
  const auto lane = threadIdx.x % 32;
  SoftmaxSums all{minus_infinity(), 0.0F};
  float o[kColumns] = {};
  for (std::uint32_t from = 0; from < merge.splits; from += kAhead) {
    float values[kAhead][kColumns];
    SoftmaxSums sums[kAhead];
    CANDOR_UNROLL
    for (std::uint32_t i = 0; i < kAhead; ++i) {
      if (from + i >= merge.splits) continue;
      const std::uint64_t place =
          (std::uint64_t{merge.partial} + from + i) * attention.heads + head;
      sums[i] = {attention.partial_sums[2 * place], attention.partial_sums[2 * place + 1]};
      CANDOR_UNROLL
      for (int c = 0; c < kColumns; ++c) {
        values[i][c] =
            attention.partial_values[place * kDim + static_cast<std::uint32_t>(c) * 32 + lane];
      }
    }
    CANDOR_UNROLL
    for (std::uint32_t i = 0; i < kAhead; ++i) {
      if (from + i >= merge.splits) continue;
      const MergeFactors factors = merge_sums(all, sums[i]);
      CANDOR_UNROLL
      for (int c = 0; c < kColumns; ++c) o[c] = merged(o[c], values[i][c], factors);
    }
  }
  const float* sink = attention.sinks == nullptr ? nullptr : attention.sinks + head;
  const float factor = finish_factor(all, sink);
  store_columns(attention, merge.row, head, o, factor);
}

// How much shared memory launches of a kernel may ask for, always the same: a graph that was
// recorded earlier goes by it too.
template <typename Arguments>
cudaError_t allow_shared(void (*kernel)(Arguments), int bytes) {
  // As much of the first-level cache as there is: more blocks side by side.
  const cudaError_t status =
      cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout, 100);
  if (status != cudaSuccess) return status;
  return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
}

template <typename Arguments>
void launch_items(void (*kernel)(Arguments), int shared_bytes, const Attention& attention,
                  const Arguments& arguments, const Queue& queue) {
  CANDOR_LAUNCH(kernel, dim3(attention.items_launched, attention.layer.kv_heads),
                dim3(kAttentionThreads), static_cast<std::size_t>(shared_bytes), queue.stream,
                arguments);
  check_launch("attention");
}

template <int kDim>
void launch_few_rows(const Attention& attention, const Queue& queue) {
  // Few blocks: each has a multiprocessor's shared memory for itself, where there is that much, and
  // asks for a whole split at once.
  int slots = 4;
  if (kDim <= 128 &&
      allow_shared(attend_few_rows<kDim>, TeamBlock<kDim>::shared_bytes(8)) == cudaSuccess) {
    const std::uint64_t blocks = std::uint64_t{attention.items_launched} * attention.layer.kv_heads;
    if (blocks <= static_cast<std::uint64_t>(queue.processors)) slots = 8;
  } else {
    cudaGetLastError();  // forgotten: it is found out here whether that much is there
    check_call(allow_shared(attend_few_rows<kDim>, TeamBlock<kDim>::shared_bytes(4)), "attention");
  }
  launch_items(attend_few_rows<kDim>, TeamBlock<kDim>::shared_bytes(slots), attention,
               TeamArguments{attention, slots}, queue);
}

template <int kDim>
void launch_stored(const Attention& attention, const Queue& queue) {
  const std::uint32_t rows = attention.most_queries * (attention.heads / attention.layer.kv_heads);
  if (attention.items_launched > 0) {
    if (attention.layer.scalar == Scalar::kF32) {
      launch_items(attend_float<kDim>, 0, attention, attention, queue);
    } else if (rows <= kTeamRows) {
      launch_few_rows<kDim>(attention, queue);
    } else {
      constexpr int kBytes = MixedBlock<kDim>::kSharedBytes;
      check_call(allow_shared(attend_many_rows<kDim>, kBytes), "attention");
      launch_items(attend_many_rows<kDim>, kBytes, attention, attention, queue);
    }
  }
  if (attention.merges_launched > 0) {
    void (*merge)(Attention) = merge_splits<kDim>;
    CANDOR_LAUNCH(
        merge, dim3(attention.merges_launched, (attention.heads + kMergeWarps - 1) / kMergeWarps),
        dim3(kMergeWarps * 32), 0, queue.stream, attention);
    check_launch("attention: merge of splits");
  }
}

}  // namespace

void launch(const Attention& attention, const Queue& queue) {
  const KvLayer& layer = attention.layer;
  if (layer.kv_heads == 0 || attention.heads % layer.kv_heads != 0 ||
      layer.head_dim > layer.stored_dim || layer.head_dim % 2 != 0 ||
      layer.scalar == Scalar::kF16 ||
      std::uint64_t{attention.most_queries} * (attention.heads / layer.kv_heads) > kAttentionRows) {
    throw std::runtime_error("attention: such heads are not supported");
  }
  switch (layer.stored_dim) {
    case 32:
      return launch_stored<32>(attention, queue);
    case 64:
      return launch_stored<64>(attention, queue);
    case 96:
      return launch_stored<96>(attention, queue);
    case 128:
      return launch_stored<128>(attention, queue);
    case 256:
      return launch_stored<256>(attention, queue);
    default:
      throw std::runtime_error("attention: no kernel for heads of " +
                               std::to_string(layer.stored_dim));
  }
}

}  // namespace candor::kernels::cuda
