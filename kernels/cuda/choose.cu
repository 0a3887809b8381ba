// The last step: logits made final, and a token of each row.
//
// A block of 1024 threads chooses for a row. It reads the row once for its extremes, once for the
// sums (collecting the likeliest tokens on the way), and again only where the draw leads far down
// the order of tokens; choice.cuh says how.
#include <stdexcept>

#include "kernels/cuda/choice.cuh"
#include "kernels/cuda/launchers.h"

namespace candor::kernels::cuda {
namespace {

using namespace choice;

constexpr unsigned kFinishThreads = 256;
constexpr unsigned kFinishValues = 8;  // of a thread

// grid: rows, parts of a row. Neighbouring threads take neighbouring values, whatever the address.
__global__ void __launch_bounds__(kFinishThreads) finish_kernel(FinishLogits op) {
  float* logits = op.logits + blockIdx.x * op.vocabulary;
  const std::uint64_t begin =
      blockIdx.y * std::uint64_t{kFinishThreads * kFinishValues} + threadIdx.x;
  CANDOR_UNROLL
  for (unsigned i = 0; i < kFinishValues; ++i) {
    const std::uint64_t at = begin + i * kFinishThreads;
    if (at >= op.vocabulary) continue;
    float value = logits[at];
    if (op.bias != nullptr) value += op.bias[at];
    if (op.softcap > 0) value = softcapped(value, op.softcap);
    logits[at] = value;
  }
}

CANDOR_DEVICE std::uint64_t bits_of_double(double value) {
#if defined(__CUDA_ARCH__)
  return static_cast<std::uint64_t>(__double_as_longlong(value));
#else
  std::uint64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
#endif
}
CANDOR_DEVICE double double_of_bits(std::uint64_t bits) {
#if defined(__CUDA_ARCH__)
  return __longlong_as_double(static_cast<long long>(bits));
#else
  double value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
#endif
}

// kernels::natural_log, operation for operation.
CANDOR_DEVICE double natural_log(double value) {
  const std::uint64_t bits = bits_of_double(value);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  double m = double_of_bits((bits & 0xFFFFFFFFFFFFFU) | 0x3FF0000000000000U);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double p = 1.0 / 19.0;
  CANDOR_UNROLL
  for (int k = 17; k >= 3; k -= 2) p = p * z + 1.0 / static_cast<double>(k);
  const double tail = 2.0 * s * (z * p);
  const double e = exponent;
  return e * 0x1.62e42fee00000p-1 + (2.0 * s + (tail + e * 0x1.a39ef35793c76p-33));
}

// Calls use(tile, values) with a thread's values of each tile in ascending order; two tiles are on
// their way at a time.
template <bool kVector, typename Use>
CANDOR_DEVICE void for_tiles(const Row& row, const Use& use) {
  for (unsigned tile = 0; tile < row.vocabulary; tile += 2 * kTile) {
    float first[kTileUnits][kUnit];
    float second[kTileUnits][kUnit];
    load_tile<kVector>(row, tile, first);
    load_tile<kVector>(row, tile + kTile, second);
    use(tile, first);
    use(tile + kTile, second);
  }
}

struct Extremes {
  bool finite;  // all of them
  float largest;
  float least;
  unsigned best;  // the lowest token with the largest logit
};

template <bool kVector>
CANDOR_DEVICE Extremes extremes(const Row& row, Shared& shared) {
  bool finite = true;
  float largest = -kInfinity;
  float least = kInfinity;
  unsigned best = 0xFFFFFFFFU;
  const auto look_at = [&](unsigned tile, const float(&v)[kTileUnits][kUnit]) {
    CANDOR_UNROLL
    for (int u = 0; u < kTileUnits; ++u) {
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) {
        const bool there = token_at(tile, u, kVector ? 0 : i) < row.vocabulary;
        finite = finite && (!there || fabsf(v[u][i]) < kInfinity);
        least = there && v[u][i] < least ? v[u][i] : least;
        const bool better = v[u][i] > largest;  // minus infinity never is
        largest = better ? v[u][i] : largest;
        best = better ? token_at(tile, u, i) : best;
      }
    }
  };
  for_tiles<kVector>(row, look_at);
  std::uint64_t key = key_of(largest, best);
  for (int step = 16; step > 0; step /= 2) {
    key = min(key, __shfl_xor_sync(kWholeWarp, key, step));
    least = fminf(least, __shfl_xor_sync(kWholeWarp, least, step));
  }
  const bool warp_finite = __all_sync(kWholeWarp, finite ? 1 : 0) != 0;
  if (threadIdx.x % 32 == 0) {
    const unsigned warp = threadIdx.x / 32;
    shared.keys[warp] = key;
    shared.counts[warp] = warp_finite ? 1U : 0U;
    shared.counts[kWarps + warp] = bits_of(least);
  }
  __syncthreads();
  key = shared.keys[0];
  least = float_of_bits(shared.counts[kWarps]);
  unsigned all = shared.counts[0];
  for (unsigned warp = 1; warp < kWarps; ++warp) {
    key = min(key, shared.keys[warp]);
    least = fminf(least, float_of_bits(shared.counts[kWarps + warp]));
    all &= shared.counts[warp];
  }
  __syncthreads();
  return {all != 0, logit_of(key), least, token_of(key)};
}

// sum(exp(logits - largest)): the normaliser without a temperature.
template <bool kVector>
CANDOR_DEVICE double exp_sum(const Row& row, float largest, Shared& shared) {
  double sums[1] = {};
  unsigned counts[1] = {};
  const auto add = [&](unsigned, const float(&v)[kTileUnits][kUnit]) {
    CANDOR_UNROLL
    for (int u = 0; u < kTileUnits; ++u) {
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) sums[0] += static_cast<double>(exp_f32(v[u][i] - largest));
    }
  };
  for_tiles<kVector>(row, add);
  block_sums(sums, counts, shared);
  return sums[0];
}

struct Sums {
  double exponentials;  // as exp_sum
  double weights;       // of all tokens
  double heavy;         // of those with at least min_p times the largest weight
  unsigned heavy_count;
  unsigned collected;  // tokens within the first depth, whose keys are in shared memory if they fit
};

template <bool kVector>
CANDOR_DEVICE Sums sums_and_keys(const Row& row, const Order<kVector>& order, float largest,
                                 float temperature, double min_p, Shared& shared) {
  const float lowest = order.lowest_at(kFirstDepth);
  const bool tempered = temperature != 1.0F;
  const bool weighs = min_p > 0;
  double sums[3] = {};
  unsigned counts[3] = {};
  unsigned used = 0;
  unsigned parity = 0;
  float v[kTileUnits][kUnit];
  load_tile<kVector>(row, 0, v);
  for (unsigned tile = 0; tile < row.vocabulary; tile += kTile) {
    // On their way while this tile is computed and the block waits for its last thread.
    float next[kTileUnits][kUnit];
    load_tile<kVector>(row, tile + kTile, next);
    CANDOR_UNROLL
    for (int u = 0; u < kTileUnits; ++u) {
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) {
        const float plain = exp_f32(v[u][i] - largest);
        const auto weight = static_cast<double>(tempered ? order.weight(v[u][i]) : plain);
        sums[0] += static_cast<double>(plain);
        sums[1] += weight;
        if (weighs && weight >= min_p) {
          sums[2] += weight;
          ++counts[2];
        }
      }
    }
    collect_tile(v, tile, {lowest, kInfinity, false, 0.0F, 0.0F}, parity, used, shared);
    parity ^= 1U;
    CANDOR_UNROLL
    for (int u = 0; u < kTileUnits; ++u) {
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) v[u][i] = next[u][i];
    }
  }
  block_sums(sums, counts, shared);
  return {sums[0], sums[1], sums[2], counts[2], used};
}

// The token that `request` draws; minus one where too many take part.
template <bool kVector>
CANDOR_DEVICE std::int32_t draw(Order<kVector>& order, const ChoiceRequest& request,
                                const Sums& sums, unsigned vocabulary) {
  const bool bounded = request.top_k > 0 && static_cast<unsigned>(request.top_k) < vocabulary;
  unsigned kept = vocabulary;
  double total = sums.weights;
  std::int32_t token = -1;
  // top_k, top_p, the draw.
  for (int step = 0; step < 3; ++step) {
    Question question = {};
    if (step == 0) {
      if (!bounded) continue;
      question = {kUnbounded, false, static_cast<unsigned>(request.top_k)};
    } else if (step == 1) {
      if (!(request.top_p < 1.0)) continue;
      question = {request.top_p * total, false, kept};
    } else {
      if (request.min_p > 0 && sums.heavy_count < kept) {
        kept = sums.heavy_count;
        total = sums.heavy;
      }
      question = {request.uniform * total, true, kept};
    }
    const Place place = order.locate(question);
    if (!place.found) return -1;
    if (step < 2) {
      kept = place.count;
      total = place.sum;
    } else {
      token = static_cast<std::int32_t>(place.token);
    }
  }
  return token;
}

template <bool kVector>
__global__ void __launch_bounds__(kThreads) choose_kernel(Choose op) {
  Shared& shared = *shared_memory<Shared>();
  const Row row = {op.logits + blockIdx.x * op.stride, static_cast<unsigned>(op.vocabulary)};
  const ChoiceRequest request = op.requests[blockIdx.x];
  ChoiceResult result;
  const Extremes of_row = extremes<kVector>(row, shared);
  if (!of_row.finite) {
    result.status = ChoiceResult::kNotFinite;
    if (threadIdx.x == 0) op.results[blockIdx.x] = result;
    return;
  }
  result.token = static_cast<std::int32_t>(of_row.best);
  double exponentials = 0;
  std::int32_t spoken_of = result.token;
  if (request.judged >= 0 || !(request.temperature > 0)) {
    exponentials = exp_sum<kVector>(row, of_row.largest, shared);
    if (request.judged >= 0) spoken_of = request.judged;
  } else {
    Order<kVector> order(row, of_row.largest, of_row.least, request.temperature, shared);
    const Sums sums = sums_and_keys<kVector>(row, order, of_row.largest, request.temperature,
                                             request.min_p, shared);
    exponentials = sums.exponentials;
    if (sums.collected <= kRoom) order.collected(sums.collected);
    result.token = draw(order, request, sums, row.vocabulary);
    spoken_of = result.token;
    if (result.token < 0) result.status = ChoiceResult::kTooWide;
  }
  if (threadIdx.x != 0) return;
  if (spoken_of >= 0) {
    result.log_probability = -kInfinity;
    if (static_cast<unsigned>(spoken_of) < row.vocabulary) {
      const double normaliser = static_cast<double>(of_row.largest) + natural_log(exponentials);
      result.log_probability =
          static_cast<float>(static_cast<double>(row.logits[spoken_of]) - normaliser);
    }
  }
  op.results[blockIdx.x] = result;
}

}  // namespace

void launch(const FinishLogits& finish, const Queue& queue) {
  if (finish.rows == 0 || finish.vocabulary == 0) return;
  if (finish.bias == nullptr && !(finish.softcap > 0)) return;
  constexpr std::uint64_t kPart = kFinishThreads * kFinishValues;
  const auto parts = static_cast<unsigned>((finish.vocabulary + kPart - 1) / kPart);
  CANDOR_LAUNCH(finish_kernel, dim3(static_cast<unsigned>(finish.rows), parts),
                dim3(kFinishThreads), 0, queue.stream, finish);
  check_launch("finish_logits");
}

void launch(const Choose& choose, const Queue& queue) {
  if (choose.rows == 0) return;
  if (choose.vocabulary == 0 || choose.vocabulary > kMostTokens) {
    throw std::runtime_error("choose: no logits, or more than 2^24 of them");
  }
  const bool vector = choose.vocabulary % kUnit == 0 && choose.stride % kUnit == 0 &&
                      unit_aligned(choose.logits, sizeof(float));
  const auto kernel = vector ? &choose_kernel<true> : &choose_kernel<false>;
  CANDOR_LAUNCH(kernel, dim3(static_cast<unsigned>(choose.rows)), dim3(kThreads), sizeof(Shared),
                queue.stream, choose);
  check_launch("choose");
}

}  // namespace candor::kernels::cuda
