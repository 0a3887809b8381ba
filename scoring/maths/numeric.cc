#include "scoring/maths/numeric.h"

#include <boost/math/constants/constants.hpp>
#include <functional>

namespace candor::scoring::maths {

namespace {

// 50 digits carried; sums of reasonable size lose few of them. What lies below is noise.
const Real kNoise("1e-30");
const Real kHuge("1e40");

// A value for a symbol, without simple relations between symbols: between 0.4 and 2.4 at first,
// then larger and smaller ones, where sqrt(x - 3) or ln(ln x) is real.
constexpr int kTrials = 6;
Real symbol_value(const std::string& name, std::size_t index, int trial) {
  const std::size_t hash =
      std::hash<std::string>{}(name)*31 + index * 7919 + static_cast<std::size_t>(trial) * 104'729;
  static constexpr int kScale[kTrials] = {10, 10, 90, 1, 400, 3000};  // tenths
  return (Real(2) / 5 + Real(static_cast<double>(hash % 199'933)) / 99'991) * kScale[trial] / 10;
}

class Evaluator {
 public:
  Evaluator(const Algebra& algebra, int trial)
      : algebra_(algebra), trial_(trial), known_(algebra.atoms().size()) {}

  struct Undefined {};

  Real polynomial(const Polynomial& p, Real* size = nullptr) {
    Real sum = 0;
    Real magnitude = 0;
    for (const auto& [monomial, coefficient] : p) {
      Real term = Real(numerator(coefficient)) / Real(denominator(coefficient));
      for (const auto& [index, exponent] : monomial) term *= pow(atom(index), exponent);
      sum += term;
      magnitude += abs(term);
    }
    if (!(magnitude < kHuge)) throw Undefined{};
    if (size != nullptr) *size = magnitude;
    return sum;
  }

  Real fraction(const Fraction& f) {
    const Real bottom = polynomial(f.bottom);
    if (abs(bottom) < kNoise) throw Undefined{};
    return polynomial(f.top) / bottom;
  }

  bool used_symbol() const { return used_symbol_; }

 private:
  Real atom(int index) {
    auto& slot = known_[static_cast<std::size_t>(index)];
    if (!slot) slot = compute(index);
    return *slot;
  }

  Real compute(int index) {
    const Atom& a = algebra_.atoms()[static_cast<std::size_t>(index)];
    switch (a.type) {
      case Atom::Type::kPi:
        return boost::math::constants::pi<Real>();
      case Atom::Type::kImaginary:
        throw Undefined{};
      case Atom::Type::kSymbol:
        if (a.name == "e") return boost::math::constants::e<Real>();
        used_symbol_ = true;
        return symbol_value(a.name, 0, trial_);
      case Atom::Type::kRoot: {
        const Real base = fraction(a.argument);
        if (base < 0 && a.degree % 2 == 0) throw Undefined{};
        const Real root = pow(abs(base), Real(1) / a.degree);
        return base < 0 ? -root : root;
      }
      case Atom::Type::kPower: {
        const Real base = fraction(a.argument);
        const Real exponent = fraction(a.exponent);
        if (base <= 0 || abs(exponent) > 1000) throw Undefined{};
        return pow(base, exponent);
      }
      case Atom::Type::kFunction:
        return function(a, static_cast<std::size_t>(index));
    }
    throw Undefined{};
  }

  Real function(const Atom& a, std::size_t index) {
    const Real x = fraction(a.argument);
    if (abs(x) > 1'000'000) throw Undefined{};  // sines lose their digits
    if (a.name == "sin") return sin(x);
    if (a.name == "cos") return cos(x);
    if (a.name == "abs") return abs(x);
    if (a.name == "arctan") return atan(x);
    if (a.name == "arcsin" || a.name == "arccos") {
      if (abs(x) > 1) throw Undefined{};
      return a.name == "arcsin" ? asin(x) : acos(x);
    }
    if (a.name == "ln" || a.name == "log") {
      if (x <= 0) throw Undefined{};
      return a.name == "ln" ? log(x) : log10(x);
    }
    // An unknown function: any value does, as equal arguments share one atom.
    used_symbol_ = true;
    return symbol_value(a.name, index, trial_);
  }

  const Algebra& algebra_;
  int trial_;
  bool used_symbol_ = false;
  std::vector<std::optional<Real>> known_;
};

}  // namespace

std::optional<Real> value_of(const Algebra& algebra, const Polynomial& polynomial, int trial) {
  try {
    return Evaluator(algebra, trial).polynomial(polynomial);
  } catch (const Evaluator::Undefined&) {
    return std::nullopt;
  }
}

bool refuted(const Algebra& algebra, const Polynomial& polynomial) {
  const auto [real, imaginary] = algebra.real_and_imaginary(polynomial);
  for (int trial = 0; trial < kTrials; ++trial) {
    for (const Polynomial* part : {&real, &imaginary}) {
      if (part->empty()) continue;
      try {
        Real size = 0;
        const Real value = Evaluator(algebra, trial).polynomial(*part, &size);
        if (abs(value) > kNoise * (1 + size)) return true;
      } catch (const Evaluator::Undefined&) {
        continue;
      }
    }
  }
  return false;
}

int sign_of(const Algebra& algebra, const Fraction& fraction) {
  try {
    Evaluator evaluator(algebra, 0);
    const Real value = evaluator.fraction(fraction);
    if (evaluator.used_symbol() || abs(value) < kNoise) return 0;
    return value > 0 ? 1 : -1;
  } catch (const Evaluator::Undefined&) {
    return 0;
  }
}

}  // namespace candor::scoring::maths
