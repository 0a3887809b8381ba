// How a block finds its way in the order of a row's tokens (logit descending, id ascending) without
// sorting the row.
//
// What the rules of engine/sample/sampler.h ask is always the first place of that order where the
// running sum of weights passes some bound, or a count is reached. `Order::locate` finds it: the
// range of logits in which the place must lie is cut into kParts, each part's tokens are counted
// and their weights added, and the part with the place is cut again until its tokens fit into
// shared memory, are sorted, and their running sums looked through. Where too many tokens have the
// same logit their numbers are cut in the same way. Nearly always the first range, down to weights
// of e^-8, fits at once: it is collected while the row's weights are summed.
//
// Weights are float32 and sums float64, of one fixed shape: a thread its own tokens in ascending
// order, a tree over lanes, warps in ascending order. Sums of weights that are all above e^-8 are
// exact whatever their order: multiples of 2^-35 below 2^18. Beyond that they may differ from the
// processor's in the last bits, as operations.h allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/cuda/language.cuh"
#include "kernels/cuda/math.cuh"
#include "kernels/cuda/rows.cuh"

namespace candor::kernels::cuda::choice {

inline constexpr unsigned kThreads = 1024;
inline constexpr unsigned kWarps = kThreads / 32;
inline constexpr unsigned kRoom = 4096;  // tokens that are sorted at most
inline constexpr int kParts = 8;
inline constexpr int kTileUnits = 2;  // of a thread, in a tile
inline constexpr int kTileValues = kTileUnits * kUnit;
inline constexpr unsigned kTile = kThreads * kTileValues;
// Cuts of ranges. The first are into equal parts of what logits span, the others into equal numbers
// of floats, so that 11 of those leave one logit whatever the logits are; then 4 leave at most
// kRoom of its tokens. With those that only find the depth it is never more than kMostCuts.
inline constexpr int kEvenCuts = 4;
inline constexpr int kMostCuts = 24;
inline constexpr std::uint64_t kMostTokens = 1U << 24;  // whose numbers float32 holds
inline constexpr float kFirstDepth = 8.0F;
inline constexpr float kDeepest = 40.0F;

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

struct Shared {
  std::uint64_t keys[kRoom];
  double sums[kWarps * kParts];
  double sum_totals[kParts];
  unsigned counts[kWarps * kParts];
  unsigned count_totals[kParts];
  unsigned tile_counts[2 * kWarps];
  double found_sum;
  float edges[kParts + 1];
};

// Whole numbers in the order of floats, and back. A negative zero is a zero.
CANDOR_DEVICE std::uint32_t rank_of(float value) {
  const std::uint32_t bits = bits_of(value == 0.0F ? 0.0F : value);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}
CANDOR_DEVICE float value_of(std::uint32_t rank) {
  return float_of_bits((rank & 0x80000000U) != 0 ? rank & 0x7FFFFFFFU : ~rank);
}

// Ascending keys are the order of tokens.
CANDOR_DEVICE std::uint64_t key_of(float logit, unsigned token) {
  return (static_cast<std::uint64_t>(~rank_of(logit)) << 32) | token;
}
CANDOR_DEVICE float logit_of(std::uint64_t key) {
  return value_of(~static_cast<std::uint32_t>(key >> 32));
}
CANDOR_DEVICE unsigned token_of(std::uint64_t key) { return static_cast<unsigned>(key); }

struct Row {
  const float* logits;
  unsigned vocabulary;
};

// The token of a thread's value in the tile that begins at `tile`.
CANDOR_DEVICE unsigned token_at(unsigned tile, int unit, int i) {
  return tile + (static_cast<unsigned>(unit) * kThreads + threadIdx.x) * kUnit +
         static_cast<unsigned>(i);
}

// A thread's values of a tile; minus infinity beyond the vocabulary. With kVector a unit is within
// it as a whole or not at all.
template <bool kVector>
CANDOR_DEVICE void load_tile(const Row& row, unsigned tile, float (&v)[kTileUnits][kUnit]) {
  CANDOR_UNROLL
  for (int u = 0; u < kTileUnits; ++u) {
    const unsigned first = token_at(tile, u, 0);
    if (!kVector || first < row.vocabulary) {
      load_unit<kVector>(row.logits, first, row.vocabulary, v[u], -kInfinity);
    } else {
      CANDOR_UNROLL
      for (int i = 0; i < kUnit; ++i) v[u][i] = -kInfinity;
    }
  }
}

CANDOR_DEVICE double warp_sum(double value) {
  for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(kWholeWarp, value, step);
  return value;
}
CANDOR_DEVICE unsigned warp_sum(unsigned value) {
  for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(kWholeWarp, value, step);
  return value;
}

// Sums over the block, the same bits in every thread.
template <int kCount>
CANDOR_DEVICE void block_sums(double (&sums)[kCount], unsigned (&counts)[kCount], Shared& shared) {
  static_assert(kCount <= kParts);
  const unsigned warp = threadIdx.x / 32;
  CANDOR_UNROLL
  for (int i = 0; i < kCount; ++i) {
    sums[i] = warp_sum(sums[i]);
    counts[i] = warp_sum(counts[i]);
    if (threadIdx.x % 32 == 0) {
      shared.sums[warp * kCount + static_cast<unsigned>(i)] = sums[i];
      shared.counts[warp * kCount + static_cast<unsigned>(i)] = counts[i];
    }
  }
  __syncthreads();
  if (threadIdx.x < kCount) {
    double sum = 0;
    unsigned count = 0;
    for (unsigned w = 0; w < kWarps; ++w) {
      sum += shared.sums[w * kCount + threadIdx.x];
      count += shared.counts[w * kCount + threadIdx.x];
    }
    shared.sum_totals[threadIdx.x] = sum;
    shared.count_totals[threadIdx.x] = count;
  }
  __syncthreads();
  CANDOR_UNROLL
  for (int i = 0; i < kCount; ++i) {
    sums[i] = shared.sum_totals[i];
    counts[i] = shared.count_totals[i];
  }
}

// Tokens that follow each other in the order: with a logit in [lowest, below), and where these have
// one logit only, perhaps only those with minus their number in [number_lowest, number_below).
struct Range {
  float lowest;
  float below;
  bool by_number;
  float number_lowest;
  float number_below;
};
CANDOR_DEVICE float minus_number(unsigned token) { return -static_cast<float>(token); }
CANDOR_DEVICE bool holds(const Range& range, float logit, unsigned token) {
  const bool by_logit = logit >= range.lowest && logit < range.below;
  if (!range.by_number) return by_logit;
  const float number = minus_number(token);
  return by_logit && number >= range.number_lowest && number < range.number_below;
}

// Writes the keys of a tile's tokens in the range behind the `used` ones that are there, as far as
// there is room, and counts them all. `parity` alternates from tile to tile.
CANDOR_DEVICE void collect_tile(const float (&v)[kTileUnits][kUnit], unsigned tile,
                                const Range& range, unsigned parity, unsigned& used,
                                Shared& shared) {
  const unsigned lane = threadIdx.x % 32;
  const unsigned warp = threadIdx.x / 32;
  unsigned own = 0;
  CANDOR_UNROLL
  for (int u = 0; u < kTileUnits; ++u) {
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) own += holds(range, v[u][i], token_at(tile, u, i)) ? 1U : 0U;
  }
  unsigned through = own;  // of the lanes up to this one
  for (unsigned step = 1; step < 32; step *= 2) {
    const unsigned other = __shfl_up_sync(kWholeWarp, through, step);
    if (lane >= step) through += other;
  }
  if (lane == 31) shared.tile_counts[parity * kWarps + warp] = through;
  __syncthreads();
  const unsigned of_lane_warp = shared.tile_counts[parity * kWarps + lane];
  const unsigned before = warp_sum(lane < warp ? of_lane_warp : 0U);
  const unsigned all = warp_sum(of_lane_warp);
  unsigned place = used + before + through - own;
  used += all;
  if (own == 0) return;
  CANDOR_UNROLL
  for (int u = 0; u < kTileUnits; ++u) {
    CANDOR_UNROLL
    for (int i = 0; i < kUnit; ++i) {
      if (!holds(range, v[u][i], token_at(tile, u, i))) continue;
      if (place < kRoom) shared.keys[place] = key_of(v[u][i], token_at(tile, u, i));
      ++place;
    }
  }
}

// Bitonic (Batcher 1968), ascending. Steps that stay within the 64 keys of a warp need no barrier
// of the block.
CANDOR_DEVICE void sort_keys(unsigned count, Shared& shared) {
  unsigned size = 2;
  while (size < count) size *= 2;
  __syncthreads();
  for (unsigned i = count + threadIdx.x; i < size; i += kThreads)
    shared.keys[i] = ~std::uint64_t{0};
  __syncthreads();
  for (unsigned run = 2; run <= size; run *= 2) {
    for (unsigned gap = run / 2; gap > 0; gap /= 2) {
      for (unsigned pair = threadIdx.x; pair < size / 2; pair += kThreads) {
        const unsigned low = 2 * pair - (pair & (gap - 1));
        const std::uint64_t a = shared.keys[low];
        const std::uint64_t b = shared.keys[low + gap];
        if ((a > b) == ((low & run) == 0)) {
          shared.keys[low] = b;
          shared.keys[low + gap] = a;
        }
      }
      const unsigned next_gap = gap > 1 ? gap / 2 : run;
      if (gap > 32 || next_gap > 32) {
        __syncthreads();
      } else {
        __syncwarp();
      }
    }
  }
  __syncthreads();
}

// What is asked of the order: the least n >= 1 for which the first n tokens' weights add up to at
// least `bound` (or, strictly, to more), or `limit` if that is less.
struct Question {
  double bound;
  bool strict;
  unsigned limit;
};
CANDOR_DEVICE bool is_answer(const Question& q, unsigned n, double sum) {
  return n >= q.limit || (q.strict ? sum > q.bound : sum >= q.bound);
}
struct Place {
  bool found;
  unsigned count;  // n
  double sum;      // of the first n weights
  unsigned token;  // the last of them
};

template <bool kVector>
class Order {
 public:
  CANDOR_DEVICE Order(const Row& row, float largest, float least, float temperature, Shared& shared)
      : row_(row), shared_(shared), largest_(largest), least_(least), temperature_(temperature) {}

  CANDOR_DEVICE float weight(float logit) const {
    return exp_f32((logit - largest_) / temperature_);
  }
  // The lowest logit whose weight is about e^-depth.
  CANDOR_DEVICE float lowest_at(float depth) const {
    const float logit = largest_ - depth * temperature_;
    return depth > kDeepest || !(logit > least_) ? least_ : logit;
  }

  // The keys of the first `count` tokens of the order are in shared memory.
  CANDOR_DEVICE void collected(unsigned count) { open_window(count, 0, 0.0); }

  CANDOR_DEVICE Place locate(const Question& q) {
    Place place = {false, 0, 0.0, 0};
    const bool earlier = window_before_ > 0 && is_answer(q, window_before_, window_sum_);
    if (window_count_ > 0 && !earlier && look_through_window(q, place)) return place;

    float depth = kFirstDepth;
    Range range = {lowest_at(depth), kInfinity, false, 0.0F, 0.0F};
    bool within = false;  // the place is known to be in the range
    unsigned before = 0;
    double sum_before = 0;
    for (int cut = 0; cut < kMostCuts; ++cut) {
      cut_range(range, cut < kEvenCuts || range.by_number);
      double sums[kParts] = {};
      unsigned counts[kParts] = {};
      if (range.by_number) {
        measure_parts<true>(range, sums, counts);
      } else {
        measure_parts<false>(range, sums, counts);
      }
      block_sums(sums, counts, shared_);

      int last = -1;  // that has any token
      CANDOR_UNROLL
      for (int part = 0; part < kParts; ++part) last = counts[part] > 0 ? part : last;
      int chosen = -1;
      unsigned part_count = 0;
      CANDOR_UNROLL
      for (int part = 0; part < kParts; ++part) {
        if (chosen >= 0) continue;
        // The sums of a range and of its parts may differ in a last bit just at the bound.
        const bool must_be = within && part == last;
        if (must_be ||
            (counts[part] > 0 && is_answer(q, before + counts[part], sum_before + sums[part]))) {
          chosen = part;
          part_count = counts[part];
        } else {
          before += counts[part];
          sum_before += sums[part];
        }
      }
      if (chosen < 0) {
        depth *= 4.0F;
        range = {lowest_at(depth), range.lowest, false, 0.0F, 0.0F};
        continue;
      }
      within = true;
      (range.by_number ? range.number_below : range.below) = shared_.edges[chosen];
      (range.by_number ? range.number_lowest : range.lowest) = shared_.edges[chosen + 1];
      if (part_count <= kRoom) {
        collect(range);
        open_window(part_count, before, sum_before);
        look_through_window(q, place);
        place.found = true;  // if only the last of them, as above
        return place;
      }
      if (!range.by_number && is_one_logit(range)) {
        range.by_number = true;
        range.number_lowest = minus_number(row_.vocabulary - 1);
        range.number_below = 1.0F;
      }
    }
    return place;
  }

 private:
  CANDOR_DEVICE bool is_one_logit(const Range& range) const {
    return range.lowest >= largest_ || rank_of(range.below) - rank_of(range.lowest) == 1U;
  }

  // Shared edges[0] = end of the range >= … >= edges[kParts] = its lowest, of logits or of minus
  // the numbers; between equal ones there is nobody. In the first range the largest logit alone is
  // a part.
  CANDOR_DEVICE void cut_range(const Range& range, bool evenly) {
    __syncthreads();  // the last edges have been read
    if (threadIdx.x == 0) {
      const float below = range.by_number ? range.number_below : range.below;
      const float lowest = range.by_number ? range.number_lowest : range.lowest;
      const bool open = !range.by_number && below > largest_;
      const float top = open ? largest_ : below;
      const std::uint32_t span = rank_of(top) - rank_of(lowest);
      shared_.edges[0] = below;
      for (int i = 1; i < kParts; ++i) {
        const int step = open ? i - 1 : i;
        float edge = 0;
        if (evenly) {
          const float share = static_cast<float>(step) / static_cast<float>(kParts);
          // Two products: the difference of two logits may be beyond float32.
          edge = top * (1.0F - share) + lowest * share;
        } else {
          const std::uint64_t down = std::uint64_t{span} * static_cast<unsigned>(step) / kParts;
          edge = value_of(rank_of(top) - static_cast<std::uint32_t>(down));
        }
        edge = edge > lowest ? edge : lowest;
        const float above = shared_.edges[i - 1];
        shared_.edges[i] = edge < above ? edge : above;
      }
      shared_.edges[kParts] = lowest;
    }
    __syncthreads();
  }

  template <bool kByNumber>
  CANDOR_DEVICE void measure_parts(const Range& whole, double (&sums)[kParts],
                                   unsigned (&counts)[kParts]) const {
    Range range = whole;
    range.by_number = kByNumber;
    for (unsigned tile = 0; tile < row_.vocabulary; tile += kTile) {
      float v[kTileUnits][kUnit];
      load_tile<kVector>(row_, tile, v);
      CANDOR_UNROLL
      for (int u = 0; u < kTileUnits; ++u) {
        CANDOR_UNROLL
        for (int i = 0; i < kUnit; ++i) {
          const float logit = v[u][i];
          const unsigned token = token_at(tile, u, i);
          if (!holds(range, logit, token)) continue;
          const float coordinate = kByNumber ? minus_number(token) : logit;
          const auto w = static_cast<double>(weight(logit));
          bool above = false;
          CANDOR_UNROLL
          for (int part = 0; part < kParts; ++part) {
            const bool reached = coordinate >= shared_.edges[part + 1];
            if (reached && !above) {
              sums[part] += w;
              ++counts[part];
            }
            above = reached;
          }
        }
      }
    }
  }

  CANDOR_DEVICE void collect(const Range& range) {
    __syncthreads();  // the last window has been read
    unsigned used = 0;
    unsigned parity = 0;
    for (unsigned tile = 0; tile < row_.vocabulary; tile += kTile) {
      float v[kTileUnits][kUnit];
      load_tile<kVector>(row_, tile, v);
      collect_tile(v, tile, range, parity, used, shared_);
      parity ^= 1U;
    }
  }

  CANDOR_DEVICE void open_window(unsigned count, unsigned before, double sum_before) {
    window_count_ = count;
    window_before_ = before;
    window_sum_ = sum_before;
    sort_keys(count, shared_);
  }

  // False when the answer lies behind the window.
  CANDOR_DEVICE bool look_through_window(const Question& q, Place& place) {
    constexpr unsigned kEach = kRoom / kThreads;
    const unsigned lane = threadIdx.x % 32;
    const unsigned warp = threadIdx.x / 32;
    double weights[kEach];
    double own = 0;
    CANDOR_UNROLL
    for (unsigned i = 0; i < kEach; ++i) {
      const unsigned at = threadIdx.x * kEach + i;
      weights[i] = 0;
      if (at < window_count_) {
        weights[i] = static_cast<double>(weight(logit_of(shared_.keys[at])));
      }
      own += weights[i];
    }
    double through = own;
    for (unsigned step = 1; step < 32; step *= 2) {
      const double other = __shfl_up_sync(kWholeWarp, through, step);
      if (lane >= step) through += other;
    }
    double lanes_before = __shfl_up_sync(kWholeWarp, through, 1);
    if (lane == 0) lanes_before = 0;
    if (lane == 31) shared_.sums[warp] = through;
    __syncthreads();
    double sum = window_sum_;
    for (unsigned w = 0; w < warp; ++w) sum += shared_.sums[w];
    sum += lanes_before;

    unsigned first = kRoom;
    double first_sum = 0;
    CANDOR_UNROLL
    for (unsigned i = 0; i < kEach; ++i) {
      const unsigned at = threadIdx.x * kEach + i;
      sum += weights[i];
      if (first == kRoom && at < window_count_ && is_answer(q, window_before_ + at + 1, sum)) {
        first = at;
        first_sum = sum;
      }
    }
    unsigned least = first;
    for (int step = 16; step > 0; step /= 2) {
      least = min(least, __shfl_xor_sync(kWholeWarp, least, step));
    }
    if (lane == 0) shared_.counts[warp] = least;
    __syncthreads();
    least = shared_.counts[lane];
    for (int step = 16; step > 0; step /= 2) {
      least = min(least, __shfl_xor_sync(kWholeWarp, least, step));
    }
    if (least < kRoom && first == least) shared_.found_sum = first_sum;
    // Where there is none: the sum of the whole window, in case it has to be taken.
    if (least == kRoom && threadIdx.x == kThreads - 1) shared_.found_sum = sum;
    __syncthreads();
    place.sum = shared_.found_sum;
    const unsigned at = least < kRoom ? least : window_count_ - 1;
    place.count = window_before_ + at + 1;
    place.token = token_of(shared_.keys[at]);
    place.found = least < kRoom;
    __syncthreads();
    return place.found;
  }

  const Row& row_;
  Shared& shared_;
  float largest_;
  float least_;
  float temperature_;
  unsigned window_count_ = 0;   // tokens whose keys are in shared memory, in order
  unsigned window_before_ = 0;  // tokens before them in the order
  double window_sum_ = 0;       // and the sum of their weights
};

}  // namespace candor::kernels::cuda::choice
