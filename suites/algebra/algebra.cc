#include "suites/algebra/algebra.h"

#include <algorithm>

#include "suites/bundled.h"

namespace candor::suites {

Polynomial product(const Polynomial& a, const Polynomial& b) {
  Polynomial out(a.size() + b.size() - 1, 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) out[i + j] += a[i] * b[j];
  }
  return out;
}

Polynomial sum(const Polynomial& a, const Polynomial& b, std::int64_t times_b) {
  Polynomial out(std::max(a.size(), b.size()), 0);
  for (std::size_t i = 0; i < a.size(); ++i) out[i] += a[i];
  for (std::size_t i = 0; i < b.size(); ++i) out[i] += times_b * b[i];
  return out;
}

std::int64_t value(const Polynomial& p, std::int64_t x) {
  std::int64_t sum_so_far = 0;
  for (std::size_t i = p.size(); i-- > 0;) sum_so_far = sum_so_far * x + p[i];
  return sum_so_far;
}

std::string leading(std::int64_t coefficient, std::string_view symbol) {
  if (symbol.empty()) return fmt::format("{}", coefficient);
  if (coefficient == 1) return std::string(symbol);
  if (coefficient == -1) return fmt::format("-{}", symbol);
  return fmt::format("{}{}", coefficient, symbol);
}

std::string further(std::int64_t coefficient, std::string_view symbol) {
  const std::int64_t size = coefficient < 0 ? -coefficient : coefficient;
  return fmt::format("{} {}", coefficient < 0 ? "-" : "+", leading(size, symbol));
}

std::string factor(std::int64_t number) {
  return number < 0 ? fmt::format("({})", number) : fmt::format("{}", number);
}

std::string text(const Polynomial& p, std::string_view variable) {
  std::string out;
  for (std::size_t i = p.size(); i-- > 0;) {
    if (p[i] == 0) continue;
    const std::string symbol = i == 0   ? std::string()
                               : i == 1 ? std::string(variable)
                                        : fmt::format("{}^{}", variable, i);
    out += out.empty() ? leading(p[i], symbol) : " " + further(p[i], symbol);
  }
  return out.empty() ? "0" : out;
}

int nonzero(Random& random, int lo, int hi) {
  int drawn = 0;
  while (drawn == 0) drawn = random.between(lo, hi);
  return drawn;
}

std::vector<data::Question> algebra_questions(const SuiteOptions& options) {
  return maths_questions("algebra", options,
                         {&algebra_level1(), &algebra_level2(), &algebra_level3(),
                          &algebra_level4(), &algebra_level5()});
}

}  // namespace candor::suites
