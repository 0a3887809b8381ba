// Tools of the agreement test: Cohen's kappa, its interval by resampling questions, and a small
// softmax regression of the form that tests/audit/fit.py fits, so that agreement is measured on
// questions and models that were left out of the fit.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace candor::tests {

struct Pair {
  std::string truth;
  std::string found;
  std::string cluster;  // the question
};

// Cohen (1960): agreement beyond chance; 0 where nothing varies.
inline double kappa(const std::vector<Pair>& pairs) {
  std::map<std::string, double> truth;
  std::map<std::string, double> found;
  double same = 0;
  const auto n = static_cast<double>(pairs.size());
  for (const Pair& pair : pairs) {
    truth[pair.truth] += 1 / n;
    found[pair.found] += 1 / n;
    same += pair.truth == pair.found ? 1 / n : 0;
  }
  double chance = 0;
  for (const auto& [label, share] : truth) chance += share * found[label];
  return chance >= 1 ? 0 : (same - chance) / (1 - chance);
}

struct Interval {
  double low = 0;
  double high = 0;
};

// 95 % percentile interval of kappa, questions drawn with replacement.
inline Interval kappa_interval(const std::vector<Pair>& pairs) {
  std::map<std::string, std::vector<const Pair*>> clusters;
  for (const Pair& pair : pairs) clusters[pair.cluster].push_back(&pair);
  std::vector<const std::vector<const Pair*>*> list;
  for (const auto& [name, rows] : clusters) list.push_back(&rows);
  std::uint64_t state = 88172645463325252ULL;
  const auto next = [&state] {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  };
  std::vector<double> values;
  for (int draw = 0; draw < 500; ++draw) {
    std::vector<Pair> sample;
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (const Pair* pair : *list[next() % list.size()]) sample.push_back(*pair);
    }
    values.push_back(kappa(sample));
  }
  std::sort(values.begin(), values.end());
  return {values[12], values[487]};
}

// Softmax regression with an L2 penalty 1/(2 C) on the weights, on standardised features, by
// accelerated gradient descent (Nesterov 1983) with restarts.
template <std::size_t kInputs, std::size_t kClasses>
class Softmax {
 public:
  using Row = std::array<double, kInputs>;

  Softmax(const std::vector<Row>& rows, const std::vector<std::size_t>& labels, double c) {
    const auto n = static_cast<double>(rows.size());
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < kInputs; ++i) mean_[i] += row[i] / n;
    }
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < kInputs; ++i) {
        scale_[i] += (row[i] - mean_[i]) * (row[i] - mean_[i]) / n;
      }
    }
    for (double& s : scale_) s = s < 1e-12 ? 1.0 : std::sqrt(s);
    std::vector<Row> x;
    for (const Row& row : rows) x.push_back(standard(row));
    fit(x, labels, c);
  }

  std::array<double, kClasses> probabilities(const Row& row) const {
    return soften(scores(w_, standard(row)));
  }

 private:
  using Matrix = std::array<std::array<double, kInputs + 1>, kClasses>;  // the last column: bias

  Row standard(const Row& row) const {
    Row out;
    for (std::size_t i = 0; i < kInputs; ++i) out[i] = (row[i] - mean_[i]) / scale_[i];
    return out;
  }
  static std::array<double, kClasses> scores(const Matrix& w, const Row& x) {
    std::array<double, kClasses> s{};
    for (std::size_t k = 0; k < kClasses; ++k) {
      s[k] = std::inner_product(x.begin(), x.end(), w[k].begin(), w[k][kInputs]);
    }
    return s;
  }
  static std::array<double, kClasses> soften(std::array<double, kClasses> s) {
    const double top = *std::max_element(s.begin(), s.end());
    double sum = 0;
    for (double& v : s) sum += v = std::exp(v - top);
    for (double& v : s) v /= sum;
    return s;
  }

  void fit(const std::vector<Row>& x, const std::vector<std::size_t>& y, double c) {
    // The curvature is at most half the largest eigenvalue of X'X, found by power iteration.
    std::array<double, kInputs + 1> v;
    v.fill(1);
    double top = 1;
    for (int i = 0; i < 20; ++i) {
      std::array<double, kInputs + 1> next{};
      for (const Row& row : x) {
        const double p = std::inner_product(row.begin(), row.end(), v.begin(), v[kInputs]);
        for (std::size_t j = 0; j < kInputs; ++j) next[j] += p * row[j];
        next[kInputs] += p;
      }
      top = std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
      for (std::size_t j = 0; j <= kInputs; ++j) v[j] = next[j] / top;
    }
    const double step = 1 / (0.55 * top + 1 / c);
    Matrix look{};
    double momentum = 1;
    for (int iteration = 0; iteration < 300; ++iteration) {
      Matrix gradient{};
      for (std::size_t r = 0; r < x.size(); ++r) {
        auto p = soften(scores(look, x[r]));
        p[y[r]] -= 1;
        for (std::size_t k = 0; k < kClasses; ++k) {
          for (std::size_t j = 0; j < kInputs; ++j) gradient[k][j] += p[k] * x[r][j];
          gradient[k][kInputs] += p[k];
        }
      }
      const double next = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      for (std::size_t k = 0; k < kClasses; ++k) {
        for (std::size_t j = 0; j <= kInputs; ++j) {
          const double penalty = j < kInputs ? look[k][j] / c : 0;
          const double moved = look[k][j] - step * (gradient[k][j] + penalty);
          look[k][j] = moved + (momentum - 1) / next * (moved - w_[k][j]);
          w_[k][j] = moved;
        }
      }
      momentum = next;
    }
  }

  Row mean_{};
  Row scale_{};
  Matrix w_{};
};

}  // namespace candor::tests
