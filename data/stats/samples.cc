#include "data/stats/samples.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace candor::data {

namespace {

// Counts of subsets outgrow a double near n = 1,030; this type holds them up to n = 16,000.
using Count = long double;

constexpr std::int64_t kMostSamples = 4096;

Count choose(std::int64_t n, std::int64_t k) {
  if (k < 0 || k > n) return 0;
  Count value = 1;
  for (std::int64_t i = 1; i <= std::min(k, n - k); ++i) {
    value = value * static_cast<Count>(n - i + 1) / static_cast<Count>(i);
  }
  return value;
}

bool possible(std::int64_t n, std::int64_t c, std::int64_t k) {
  return k >= 1 && k <= n && c >= 0 && c <= n && n <= kMostSamples;
}

// The chance of at least `least` right ones among k drawn of n, of which c are right.
double at_least(std::int64_t n, std::int64_t c, std::int64_t k, std::int64_t least) {
  Count sum = 0;
  for (std::int64_t j = std::max<std::int64_t>(least, 0); j <= std::min(c, k); ++j) {
    sum += choose(c, j) * choose(n - c, k - j);
  }
  return static_cast<double>(sum / choose(n, k));
}

std::int64_t share_of(double share, std::int64_t k) {
  // 0.7 * 10 must be 7, not the 8 that the last bit of 0.7 would make of it.
  return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(k) - 1e-9));
}

// The subsets of the other answers by size and number of answers that have exactly `votes`, where
// none has more: ways[size][ties].
class Others {
 public:
  Others(std::int64_t votes, std::int64_t room)
      : votes_(votes), room_(room), most_ties_(room / votes), ways_(size(), 0) {
    at(0, 0) = 1;
  }

  void add(std::int64_t samples) {
    std::vector<Count> next(size(), 0);
    for (std::int64_t used = 0; used <= room_; ++used) {
      for (std::int64_t ties = 0; ties <= most_ties_; ++ties) {
        const Count ways = at(used, ties);
        if (ways == 0) continue;
        const std::int64_t most = std::min({samples, votes_, room_ - used});
        Count choices = 1;  // C(samples, taken)
        for (std::int64_t taken = 0; taken <= most; ++taken) {
          const std::int64_t now = ties + (taken == votes_ ? 1 : 0);
          next[place(used + taken, now)] += ways * choices;
          choices = choices * static_cast<Count>(samples - taken) / static_cast<Count>(taken + 1);
        }
      }
    }
    ways_ = std::move(next);
  }

  // Each subset counts 1 / (1 + ties); `silent` samples fill up what is left of the room.
  Count shared(std::int64_t silent) const {
    Count sum = 0;
    for (std::int64_t used = 0; used <= room_; ++used) {
      const Count fill = choose(silent, room_ - used);
      for (std::int64_t ties = 0; ties <= most_ties_; ++ties) {
        sum += ways_[place(used, ties)] * fill / static_cast<Count>(ties + 1);
      }
    }
    return sum;
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>((room_ + 1) * (most_ties_ + 1)); }
  std::size_t place(std::int64_t used, std::int64_t ties) const {
    return static_cast<std::size_t>(used * (most_ties_ + 1) + ties);
  }
  Count& at(std::int64_t used, std::int64_t ties) { return ways_[place(used, ties)]; }

  std::int64_t votes_;
  std::int64_t room_;
  std::int64_t most_ties_;
  std::vector<Count> ways_;
};

}  // namespace

std::optional<double> pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k) {
  if (k < 1 || k > n || c < 0 || c > n) return std::nullopt;
  if (n - c < k) return 1.0;
  double none = 1;  // the product form of the quotient: no large number is ever made
  for (std::int64_t i = n - c + 1; i <= n; ++i) {
    none *= 1.0 - static_cast<double>(k) / static_cast<double>(i);
  }
  return 1.0 - none;
}

std::optional<double> majority_at_k(std::int64_t right, std::span<const std::int64_t> others,
                                    std::int64_t silent, std::int64_t k) {
  if (right < 0 || silent < 0) return std::nullopt;
  std::int64_t n = right + silent;
  for (const std::int64_t count : others) {
    if (count < 0) return std::nullopt;
    n += count;
  }
  if (!possible(n, right, k)) return std::nullopt;
  Count sum = 0;
  for (std::int64_t votes = 1; votes <= std::min(right, k); ++votes) {
    Others rest(votes, k - votes);
    for (const std::int64_t count : others) rest.add(count);
    sum += choose(right, votes) * rest.shared(silent);
  }
  return std::min(1.0, static_cast<double>(sum / choose(n, k)));
}

std::optional<double> g_pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k, double share) {
  if (!possible(n, c, k) || !(share > 0) || share > 1) return std::nullopt;
  return std::min(1.0, at_least(n, c, k, std::max<std::int64_t>(1, share_of(share, k))));
}

std::optional<double> mean_g_pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k) {
  if (!possible(n, c, k)) return std::nullopt;
  double sum = 0;
  for (std::int64_t i = (k + 1) / 2 + 1; i <= k; ++i) sum += at_least(n, c, k, i);
  return std::min(1.0, 2 * sum / static_cast<double>(k));
}

Bounds bounds_of_rate(std::int64_t right, std::int64_t unknown, std::int64_t n, double confidence) {
  if (n <= 0) return {};
  const double size = static_cast<double>(n);
  return {static_cast<double>(right) / size,
          static_cast<double>(right + unknown) / size,
          {wilson(right, n, confidence).low, wilson(right + unknown, n, confidence).high}};
}

}  // namespace candor::data
