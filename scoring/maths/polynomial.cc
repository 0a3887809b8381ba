#include <algorithm>

#include "scoring/maths/algebra.h"

namespace candor::scoring::maths {

namespace {

// Numbers past this size belong to no answer, and their arithmetic costs more than a step.
constexpr unsigned kMaxBits = 60'000;

void check_size(const Rational& value, Budget& budget) {
  const Integer& top = numerator(value);
  if (top == 0) return;
  const std::size_t bits = msb(abs(top)) + msb(denominator(value));
  if (bits > kMaxBits) throw Budget::Exhausted{"a number with too many digits"};
  budget.spend(1 + static_cast<long>(bits / 512));
}

}  // namespace

bool Algebra::is_constant(const Polynomial& p) {
  return p.empty() || (p.size() == 1 && p.begin()->first.empty());
}

Rational Algebra::constant_of(const Polynomial& p) {
  return p.empty() ? Rational(0) : p.begin()->second;
}

Fraction Algebra::constant(Rational value) {
  Fraction result;
  if (value != 0) result.top.emplace(Monomial{}, std::move(value));
  result.bottom.emplace(Monomial{}, Rational(1));
  return result;
}

void Algebra::add_term(Polynomial& sum, const Monomial& monomial, const Rational& value) {
  check_size(value, budget_);
  const auto [at, inserted] = sum.try_emplace(monomial, value);
  if (inserted) return;
  at->second += value;
  if (at->second == 0) sum.erase(at);
}

Polynomial Algebra::add(const Polynomial& a, const Polynomial& b, const Rational& scale) {
  Polynomial sum = a;
  for (const auto& [monomial, value] : b) add_term(sum, monomial, value * scale);
  return sum;
}

// Adds value * monomial, with the rules of its atoms applied.
void Algebra::add_product(Polynomial& sum, Monomial monomial, const Rational& value) {
  for (std::size_t i = 0; i < monomial.size(); ++i) {
    const auto [atom, exponent] = monomial[i];
    const int degree = atoms_[static_cast<std::size_t>(atom)].degree;
    if (degree == 0 || exponent < degree) continue;
    // atom^exponent = rule^times * atom^rest. A rule speaks of earlier atoms only, so this ends.
    const int times = exponent / degree;
    const int rest = exponent % degree;
    if (times > 4096) throw Budget::Exhausted{"an exponent that is too large"};
    if (rest == 0) {
      monomial.erase(monomial.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      monomial[i].second = rest;
    }
    Polynomial product{{std::move(monomial), value}};
    const Polynomial rule = atoms_[static_cast<std::size_t>(atom)].rule;
    for (int n = 0; n < times; ++n) product = multiply(product, rule);
    for (const auto& [m, v] : product) add_term(sum, m, v);
    return;
  }
  add_term(sum, monomial, value);
}

Polynomial Algebra::multiply(const Polynomial& a, const Polynomial& b) {
  Polynomial product;
  for (const auto& [ma, va] : a) {
    for (const auto& [mb, vb] : b) {
      budget_.spend(2);
      Monomial monomial;
      monomial.reserve(ma.size() + mb.size());
      auto x = ma.begin();
      auto y = mb.begin();
      while (x != ma.end() || y != mb.end()) {
        if (y == mb.end() || (x != ma.end() && x->first < y->first)) {
          monomial.push_back(*x++);
        } else if (x == ma.end() || y->first < x->first) {
          monomial.push_back(*y++);
        } else {
          if (x->second > 1'000'000 || y->second > 1'000'000) {
            throw Budget::Exhausted{"an exponent that is too large"};
          }
          monomial.emplace_back(x->first, x->second + y->second);
          ++x, ++y;
        }
      }
      add_product(product, std::move(monomial), va * vb);
    }
  }
  return product;
}

Fraction Algebra::tidy(Fraction a) {
  if (a.bottom.empty()) throw NotArithmetic{};
  if (is_constant(a.bottom)) {
    const Rational value = constant_of(a.bottom);
    if (value != 1) {
      for (auto& [monomial, coefficient] : a.top) coefficient /= value;
      a.bottom = {{Monomial{}, Rational(1)}};
    }
  }
  return a;
}

Fraction Algebra::add(const Fraction& a, const Fraction& b) {
  if (a.bottom == b.bottom) return tidy({add(a.top, b.top), a.bottom});
  return tidy(
      {add(multiply(a.top, b.bottom), multiply(b.top, a.bottom)), multiply(a.bottom, b.bottom)});
}

Fraction Algebra::subtract(const Fraction& a, const Fraction& b) {
  if (a.bottom == b.bottom) return tidy({add(a.top, b.top, -1), a.bottom});
  return tidy({add(multiply(a.top, b.bottom), multiply(b.top, a.bottom), -1),
               multiply(a.bottom, b.bottom)});
}

Fraction Algebra::multiply(const Fraction& a, const Fraction& b) {
  return tidy({multiply(a.top, b.top), multiply(a.bottom, b.bottom)});
}

Fraction Algebra::inverse(const Fraction& a) {
  if (a.top.empty()) throw NotArithmetic{};
  return tidy({a.bottom, a.top});
}

Fraction Algebra::integer_power(const Fraction& base, const Integer& exponent) {
  if (exponent < 0) return integer_power(inverse(base), -exponent);
  if (exponent == 0) return constant(1);
  const bool one_term = base.top.size() <= 1 && base.bottom.size() <= 1;
  if (exponent > (one_term ? 100'000 : 64)) {
    if (is_constant(base.top) && is_constant(base.bottom)) {
      const Rational value = constant_of(base.top);  // tidy: the bottom is 1
      if (value == 0 || value == 1) return base;
      if (value == -1) return exponent % 2 == 0 ? constant(1) : base;
    }
    throw Budget::Exhausted{"an exponent that is too large"};
  }
  Fraction result = constant(1);
  Fraction square = base;
  for (auto left = exponent.convert_to<unsigned>(); left > 0; left /= 2) {
    if (left % 2 == 1) result = multiply(result, square);
    if (left > 1) square = multiply(square, square);
  }
  return result;
}

std::pair<Polynomial, Polynomial> Algebra::real_and_imaginary(const Polynomial& polynomial) const {
  std::pair<Polynomial, Polynomial> parts;
  for (const auto& [monomial, value] : polynomial) {
    Monomial rest = monomial;
    const auto at = std::find_if(rest.begin(), rest.end(), [this](const auto& factor) {
      return atoms_[static_cast<std::size_t>(factor.first)].type == Atom::Type::kImaginary;
    });
    if (at == rest.end()) {
      parts.first.emplace(std::move(rest), value);
    } else {
      rest.erase(at);
      parts.second.emplace(std::move(rest), value);
    }
  }
  return parts;
}

std::vector<std::pair<Integer, int>> factors_of(Integer n, Budget& budget) {
  constexpr unsigned kLargestDivisor = 20'000;
  std::vector<std::pair<Integer, int>> factors;
  const auto divide = [&](unsigned p) {
    int exponent = 0;
    while (n % p == 0) {
      n /= p;
      ++exponent;
    }
    if (exponent > 0) factors.emplace_back(p, exponent);
  };
  divide(2);
  for (unsigned p = 3; p <= kLargestDivisor && n > 1 && Integer(p) * p <= n; p += 2) {
    if (p % 64 == 1) budget.spend(1 + static_cast<long>(msb(n) / 32));
    divide(p);
  }
  if (n > 1) factors.emplace_back(n, 1);
  return factors;
}

}  // namespace candor::scoring::maths
