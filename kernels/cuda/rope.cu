// Rotary positions (Su et al. 2021), what is made of q, k and v before attention, and copies of
// pages.
//
// Angles are the float64 formulae of kernels/cpu/angles.cc operation for operation. They and the
// rotation have the bits of the processor only while nothing is contracted: --fmad=false here,
// -ffp-contract=off there.
//
// A head is computed by 8, 16 or 32 lanes of a warp, each with its units of the head in registers:
// how many follows from stored_dim alone. Which warp computes a head changes nothing.
#include <stdexcept>

#include "kernels/cuda/launchers.h"
#include "kernels/cuda/rows.cuh"

namespace candor::kernels::cuda {
namespace {

CANDOR_DEVICE double sine(double r) {
  const double z = r * r;
  double p = -1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800.0;
  p = p * z + 1.0 / 362880.0;
  p = p * z - 1.0 / 5040.0;
  p = p * z + 1.0 / 120.0;
  p = p * z - 1.0 / 6.0;
  return r + r * (z * p);
}

CANDOR_DEVICE double cosine(double r) {
  const double z = r * r;
  double p = 1.0 / 20922789888000.0;
  p = p * z - 1.0 / 87178291200.0;
  p = p * z + 1.0 / 479001600.0;
  p = p * z - 1.0 / 3628800.0;
  p = p * z + 1.0 / 40320.0;
  p = p * z - 1.0 / 720.0;
  p = p * z + 1.0 / 24.0;
  return 1.0 - (0.5 * z - z * (z * p));
}

// A block a row.
__global__ void angles_kernel(RopeAngles op) {
  const std::uint64_t row = blockIdx.x;
  const auto position = static_cast<double>(op.positions[row]);
  const auto factor = static_cast<double>(op.factor);
  for (std::uint64_t j = threadIdx.x; j < op.half; j += blockDim.x) {
    const double angle = position * op.inverse_frequencies[j];
    const double n = (angle * 0x1.45f306dc9c883p-1 + 6755399441055744.0) - 6755399441055744.0;
    const double r = ((angle - n * 0x1.921fb544p+0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2ep-69 -
                     n * 0x1.b839a252049c1p-104;
    const double s = sine(r);
    const double c = cosine(r);
    const auto quadrant = static_cast<std::uint64_t>(static_cast<std::int64_t>(n)) & 3U;
    const double turned_cos = quadrant % 2 == 0 ? c : s;
    const double turned_sin = quadrant % 2 == 0 ? s : c;
    const double cos = quadrant == 1 || quadrant == 2 ? -turned_cos : turned_cos;
    const double sin = quadrant >= 2 ? -turned_sin : turned_sin;
    op.cos[row * op.half + j] = static_cast<float>(cos * factor);
    op.sin[row * op.half + j] = static_cast<float>(sin * factor);
  }
}

constexpr unsigned kStoreThreads = 256;
constexpr unsigned kStoreWarps = kStoreThreads / 32;
constexpr unsigned kMostStored = 256;                    // values of a head
constexpr int kUnitsALane = kMostStored / (32 * kUnit);  // at most
// Values of the heads that a warp computes at a time: 4 of 32, 2 of 64, else 1.
constexpr unsigned kWarpValues = kMostStored;

struct StoreArgs {
  RopeStore op;
  unsigned lanes;  // that compute a head
};

// What a lane has to know to rotate its unit: out = own * cos + partner * sin, the sign within sin
// (a * c - b * s is a * c + b * -s to the bit).
struct Turn {
  float cos[kUnit];
  float sin[kUnit];
};

template <bool kVector>
CANDOR_DEVICE Turn turn_of(const RopeStore& op, std::uint64_t row, unsigned first) {
  Turn turn = {};
  const unsigned half = op.rotated / 2;
  const float* cos = op.cos + row * half;
  const float* sin = op.sin + row * half;
  if (first >= 2 * half) return turn;
  if (kVector && op.pairing == RopePairing::kHalves) {
    const bool low = first < half;
    load_unit(cos + (low ? first : first - half), turn.cos);
    load_unit(sin + (low ? first : first - half), turn.sin);
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) turn.sin[i] = low ? -turn.sin[i] : turn.sin[i];
    return turn;
  }
  CANDOR_UNROLL
  for (int i = 0; i < kUnit; ++i) {
    const unsigned place = first + static_cast<unsigned>(i);
    if (place >= 2 * half) continue;
    const bool halves = op.pairing == RopePairing::kHalves;
    const bool low = halves ? place < half : place % 2 == 0;
    const unsigned j = halves ? (low ? place : place - half) : place / 2;
    turn.cos[i] = cos[j];
    turn.sin[i] = low ? -sin[j] : sin[j];
  }
  return turn;
}

// `head`: the values of the whole head.
template <bool kVector>
CANDOR_DEVICE void rotate(const RopeStore& op, const float* head, unsigned first, const Turn& turn,
                          float (&v)[kUnit]) {
  const unsigned half = op.rotated / 2;
  if (first >= 2 * half) return;
  float partner[kUnit];
  if (kVector && op.pairing == RopePairing::kHalves) {
    load_unit(head + (first < half ? first + half : first - half), partner);
  } else if (kVector) {
    partner[0] = v[1];
    partner[1] = v[0];
    partner[2] = v[3];
    partner[3] = v[2];
  } else {
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) {
      const unsigned place = first + static_cast<unsigned>(i);
      const bool halves = op.pairing == RopePairing::kHalves;
      const unsigned other = halves ? (place < half ? place + half : place - half) : place ^ 1U;
      partner[i] = place < 2 * half ? head[other] : 0.0F;
    }
  }
  CANDOR_UNROLL
  for (int i = 0; i < kUnit; ++i) {
    const float turned = v[i] * turn.cos[i] + partner[i] * turn.sin[i];
    if (first + static_cast<unsigned>(i) < 2 * half) v[i] = turned;
  }
}

// The heads of a row in the order q, k, v.
struct Head {
  bool there;
  bool key_or_value;
  bool value;
  unsigned index;
};
CANDOR_DEVICE Head head_of(const RopeStore& op, unsigned slot) {
  const unsigned kv_heads = op.layer.kv_heads;
  if (slot < op.heads) return {true, false, false, slot};
  if (slot < op.heads + kv_heads) return {true, true, false, slot - op.heads};
  if (slot < op.heads + 2 * kv_heads) return {true, true, true, slot - op.heads - kv_heads};
  return {false, false, false, 0};
}

// grid: rows, and blocks that share a row's heads.
template <typename In, typename Out, bool kVector>
__global__ void __launch_bounds__(kStoreThreads) store_kernel(StoreArgs args) {
  const RopeStore& op = args.op;
  const std::uint64_t row = blockIdx.x;
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  const unsigned part = lane % args.lanes;
  const unsigned heads_a_warp = 32 / args.lanes;
  const unsigned head_dim = op.layer.head_dim;
  const unsigned stored_dim = op.layer.stored_dim;
  const std::int32_t position = op.positions[row];
  const bool real = position >= 0;
  const bool norms = op.q_norm != nullptr || op.k_norm != nullptr;
  float* shared = shared_memory<float>() + warp * kWarpValues + lane / args.lanes * stored_dim;

  Turn turns[kUnitsALane] = {};
  CANDOR_UNROLL
  for (int u = 0; u < kUnitsALane; ++u) {
    const unsigned first = (static_cast<unsigned>(u) * args.lanes + part) * kUnit;
    if (real && first < stored_dim) turns[u] = turn_of<kVector>(op, row, first);
  }

  const unsigned slots = op.heads + 2 * op.layer.kv_heads;
  const unsigned at_a_time = gridDim.y * kStoreWarps * heads_a_warp;
  // The same number of times for all lanes of a warp.
  for (unsigned slot = (blockIdx.y * kStoreWarps + warp) * heads_a_warp; slot < slots;
       slot += at_a_time) {
    const Head head = head_of(op, slot + lane / args.lanes);
    const void* source = !head.key_or_value ? op.q : head.value ? op.v : op.k;
    const std::uint64_t stride = !head.key_or_value ? op.q_stride
                                 : head.value       ? op.v_stride
                                                    : op.k_stride;
    const float* bias = !head.key_or_value ? op.q_bias : head.value ? op.v_bias : op.k_bias;
    const float* norm = !head.key_or_value ? op.q_norm : head.value ? nullptr : op.k_norm;
    const In* in = static_cast<const In*>(source) + row * stride +
                   static_cast<std::uint64_t>(head.index) * head_dim;

    float v[kUnitsALane][kUnit] = {};
    float squares = 0.0F;
    CANDOR_UNROLL
    for (int u = 0; u < kUnitsALane; ++u) {
      const unsigned first = (static_cast<unsigned>(u) * args.lanes + part) * kUnit;
      if (!real || !head.there || first >= head_dim) continue;
      load_unit<kVector>(in, first, head_dim, v[u]);
      if (bias != nullptr) {
        float b[kUnit];
        load_unit<kVector>(bias + static_cast<std::uint64_t>(head.index) * head_dim, first,
                           head_dim, b);
        CANDOR_UNROLL
        for (int i = 0; i < kUnit; ++i) v[u][i] += b[i];
      }
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) squares = fmaf(v[u][i], v[u][i], squares);
    }
    if (norms) {
      const float mean = warp_sum(squares, args.lanes) / static_cast<float>(head_dim);
      const float inverse = 1.0F / sqrtf(mean + op.epsilon);
      CANDOR_UNROLL
      for (int u = 0; u < kUnitsALane; ++u) {
        const unsigned first = (static_cast<unsigned>(u) * args.lanes + part) * kUnit;
        if (norm == nullptr || !real || first >= head_dim) continue;
        float weight[kUnit];
        load_unit<kVector>(norm, first, head_dim, weight);
        CANDOR_UNROLL
        for (int i = 0; i < kUnit; ++i) v[u][i] = v[u][i] * inverse * weight[i];
      }
    }

    CANDOR_UNROLL
    for (int u = 0; u < kUnitsALane; ++u) {
      const unsigned first = (static_cast<unsigned>(u) * args.lanes + part) * kUnit;
      if (first < stored_dim) store_unit(shared + first, v[u]);
    }
    __syncwarp();
    Out* out = nullptr;
    if (!head.key_or_value) {
      out = static_cast<Out*>(op.q_out) +
            (row * op.heads + head.index) * static_cast<std::uint64_t>(stored_dim);
    } else if (real) {
      const std::uint64_t block =
          (2 * static_cast<std::uint64_t>(op.pages[row]) + (head.value ? 1U : 0U)) *
              op.layer.kv_heads +
          head.index;
      const auto place = static_cast<unsigned>(position) % kPageTokens;
      out = static_cast<Out*>(op.layer.base) + (block * kPageTokens + place) * stored_dim;
    }
    CANDOR_UNROLL
    for (int u = 0; u < kUnitsALane; ++u) {
      const unsigned first = (static_cast<unsigned>(u) * args.lanes + part) * kUnit;
      if (first >= stored_dim) continue;
      if (!head.value) rotate<kVector>(op, shared, first, turns[u], v[u]);
      if (head.there && (real || !head.key_or_value)) {
        store_unit<kVector>(out, first, stored_dim, v[u]);
      }
    }
    __syncwarp();
  }
}

template <typename In, typename Out>
void launch_store(const RopeStore& op, const Queue& queue) {
  const unsigned units = op.layer.stored_dim / kUnit;
  const StoreArgs args = {op, units <= 8 ? 8U : units <= 16 ? 16U : 32U};
  const unsigned half = op.rotated / 2;
  bool vector = op.layer.head_dim % kUnit == 0 && op.q_stride % kUnit == 0 &&
                op.k_stride % kUnit == 0 && op.v_stride % kUnit == 0 && half % 2 == 0 &&
                (op.pairing == RopePairing::kInterleaved || half % kUnit == 0);
  for (const void* in : {op.q, op.k, op.v}) vector = vector && unit_aligned(in, sizeof(In));
  for (const float* f : {op.q_bias, op.k_bias, op.v_bias, op.q_norm, op.k_norm, op.cos, op.sin}) {
    vector = vector && unit_aligned(f, sizeof(float));
  }
  vector =
      vector && unit_aligned(op.q_out, sizeof(Out)) && unit_aligned(op.layer.base, sizeof(Out));
  const auto kernel = vector ? &store_kernel<In, Out, true> : &store_kernel<In, Out, false>;

  // With few rows their heads are spread over blocks, with many a block computes a row.
  const unsigned slots = op.heads + 2 * op.layer.kv_heads;
  const unsigned slots_a_block = kStoreWarps * (32 / args.lanes);
  const bool few = op.rows < 8 * static_cast<std::uint64_t>(queue.processors);
  const unsigned blocks = few ? (slots + slots_a_block - 1) / slots_a_block : 1;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(op.rows), blocks), dim3(kStoreThreads),
                kStoreWarps * kWarpValues * sizeof(float), queue.stream, args);
  check_launch("rope_store");
}

constexpr unsigned kCopyThreads = 256;

// grid: parts of a page, layers.
template <typename T>
__global__ void __launch_bounds__(kCopyThreads) copy_kernel(CopyPage op) {
  auto* layer = static_cast<std::uint8_t*>(op.base) + blockIdx.y * op.layer_stride;
  const T* from = reinterpret_cast<const T*>(layer + op.from * op.page_bytes);
  T* to = reinterpret_cast<T*>(layer + op.to * op.page_bytes);
  const std::uint64_t count = op.page_bytes / sizeof(T);
  const std::uint64_t threads = static_cast<std::uint64_t>(gridDim.x) * kCopyThreads;
  for (std::uint64_t i = blockIdx.x * std::uint64_t{kCopyThreads} + threadIdx.x; i < count;
       i += threads) {
    to[i] = from[i];
  }
}

}  // namespace

void launch(const RopeAngles& angles, const Queue& queue) {
  if (angles.rows == 0 || angles.half == 0) return;
  const auto threads = static_cast<unsigned>((angles.half + 31) / 32 * 32);
  CANDOR_LAUNCH(angles_kernel, dim3(static_cast<unsigned>(angles.rows)),
                dim3(threads < 256 ? threads : 256), 0, queue.stream, angles);
  check_launch("rope_angles");
}

void launch(const RopeStore& store, const Queue& queue) {
  if (store.rows == 0) return;
  const KvLayer& layer = store.layer;
  if (layer.stored_dim > kMostStored || layer.stored_dim % 32 != 0 ||
      layer.head_dim > layer.stored_dim || store.rotated > layer.head_dim ||
      store.rotated % 2 != 0) {
    throw std::runtime_error("rope_store: a head of a size that is not supported");
  }
  const bool wide_in = store.in == Scalar::kF32;
  const bool wide_out = layer.scalar == Scalar::kF32;
  if (store.in == Scalar::kF16 || layer.scalar == Scalar::kF16 || (wide_out && !wide_in)) {
    throw std::runtime_error("rope_store: values of a kind that is not supported");
  }
  if (wide_out) return launch_store<float, float>(store, queue);
  wide_in ? launch_store<float, Bf16>(store, queue) : launch_store<Bf16, Bf16>(store, queue);
}

void launch(const CopyPage& copy, const Queue& queue) {
  if (copy.layers == 0 || copy.page_bytes == 0 || copy.from == copy.to) return;
  const bool vector = reinterpret_cast<std::uintptr_t>(copy.base) % 16 == 0 &&
                      copy.page_bytes % 16 == 0 && copy.layer_stride % 16 == 0;
  const std::uint64_t count = vector ? copy.page_bytes / 16 : copy.page_bytes;
  const std::uint64_t blocks = (count + 4 * kCopyThreads - 1) / (4 * kCopyThreads);
  const auto kernel = vector ? &copy_kernel<uint4> : &copy_kernel<std::uint8_t>;
  CANDOR_LAUNCH(kernel,
                dim3(static_cast<unsigned>(blocks < 1024 ? blocks : 1024),
                     static_cast<unsigned>(copy.layers)),
                dim3(kCopyThreads), 0, queue.stream, copy);
  check_launch("copy_page");
}

}  // namespace candor::kernels::cuda
