#include "data/stats/tables.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace candor::data {

namespace {

double log_choose(std::int64_t n, std::int64_t k) {
  const auto log_factorial = [](std::int64_t x) {
    return boost::math::lgamma(static_cast<double>(x) + 1);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// Calls visit(hits of the first, probability) for every table with these margins.
template <typename Visit>
void every_table(const TwoSamples& table, Visit visit) {
  const std::int64_t hits = table.first_hits + table.second_hits;
  const std::int64_t all = table.first_n + table.second_n;
  const double whole = log_choose(all, hits);
  const std::int64_t least = std::max<std::int64_t>(0, hits - table.second_n);
  const std::int64_t most = std::min(hits, table.first_n);
  for (std::int64_t first = least; first <= most; ++first) {
    visit(first, std::exp(log_choose(table.first_n, first) +
                          log_choose(table.second_n, hits - first) - whole));
  }
}

}  // namespace

double fisher_greater(const TwoSamples& table) {
  if (table.first_n == 0 || table.second_n == 0) return 1;
  double sum = 0;
  every_table(table, [&](std::int64_t first, double p) {
    if (first >= table.first_hits) sum += p;
  });
  return std::min(1.0, sum);
}

double fisher_two_sided(const TwoSamples& table) {
  if (table.first_n == 0 || table.second_n == 0) return 1;
  double own = 0;
  every_table(table, [&](std::int64_t first, double p) {
    if (first == table.first_hits) own = p;
  });
  constexpr double kRounding = 1 + 1e-7;  // tables of equal chance differ in the last digits
  double sum = 0;
  every_table(table, [&](std::int64_t, double p) {
    if (p <= own * kRounding) sum += p;
  });
  return std::min(1.0, sum);
}

}  // namespace candor::data
