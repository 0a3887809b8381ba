#include "scoring/maths/zero.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "scoring/maths/balls.h"

namespace candor::scoring::maths {

namespace {

constexpr long kLowBits = 128;      // decides nearly everything
constexpr long kHighBits = 1024;    // 308 digits: what kAgrees rests on
constexpr long kMostBits = 12'000;  // a proof that needs more is not tried

constexpr int kMostSigns = 60;    // of an expression that may be kAgrees
constexpr int kDeepest = 2;       // functions within functions, of the same
constexpr int kFewestPoints = 3;  // that must agree where there are symbols
constexpr double kMostDegree = 4096;

double log2_of(const Rational& value) {
  const Integer& top = numerator(value);
  if (top == 0) return 0;
  return static_cast<double>(msb(abs(top))) + 1;
}

// For an algebraic number x: `house` >= log2 of its largest conjugate, `scale` >= log2 of a whole s
// that makes s x an algebraic integer.
struct Size {
  double house = 0;
  double scale = 0;
};

// Degree and size of an algebraic number from the atoms it is made of.
class AlgebraicBound {
 public:
  struct NotAlgebraic {};

  AlgebraicBound(const Algebra& algebra, Budget& budget) : algebra_(algebra), budget_(budget) {}

  Size size_of(const Polynomial& p) {
    Integer denominators = 1;
    double house = 0;
    std::vector<std::pair<int, int>> highest;
    for (const auto& [monomial, coefficient] : p) {
      budget_.spend(2);
      denominators = lcm(denominators, denominator(coefficient));
      double log2_term = log2_of(coefficient);
      for (const auto& [index, exponent] : monomial) {
        log2_term += std::max(0.0, atom(index).house) * exponent;
        const auto same = [index = index](const auto& one) { return one.first == index; };
        const auto at = std::find_if(highest.begin(), highest.end(), same);
        if (at == highest.end()) {
          highest.emplace_back(index, exponent);
        } else {
          at->second = std::max(at->second, exponent);
        }
      }
      house = std::max(house, log2_term);
    }
    Size size;
    size.house = house + std::log2(static_cast<double>(std::max<std::size_t>(p.size(), 1))) + 1;
    size.scale = static_cast<double>(msb(denominators)) + 1;
    for (const auto& [index, exponent] : highest) size.scale += atom(index).scale * exponent;
    return size;
  }

  // Of the field that all atoms seen so far lie in.
  double degree() const {
    double degree = degree_;
    if (imaginary_ && turns_ == 1) degree *= 2;
    // cos and sin of pi a / b lie in the cyclotomic field of order 4 b; its degree is below the
    // order.
    if (turns_ > 1) degree *= 4.0 * static_cast<double>(turns_);
    return degree;
  }

 private:
  Size atom(int index) {
    const auto at = static_cast<std::size_t>(index);
    if (known_.size() <= at) known_.resize(algebra_.atoms().size());
    if (!known_[at]) known_[at] = compute(algebra_.atoms()[at]);
    return *known_[at];
  }

  Size compute(const Atom& a) {
    budget_.spend(4);
    if (a.type == Atom::Type::kImaginary) {
      imaginary_ = true;
      return {};
    }
    if (a.type == Atom::Type::kRoot) {
      const Size inner = size_of(a.argument.top);
      const Size below = size_of(a.argument.bottom);
      // A bottom other than 1 would need a bound from below.
      if (!Algebra::is_constant(a.argument.bottom) || below.house > 2) throw NotAlgebraic{};
      degree_ *= a.degree;
      return {std::max(0.0, inner.house) / a.degree, inner.scale};
    }
    const bool angle = a.type == Atom::Type::kFunction && (a.name == "sin" || a.name == "cos");
    if (!angle || !Algebra::is_constant(a.argument.bottom) || a.argument.top.size() != 1) {
      throw NotAlgebraic{};
    }
    const auto& [monomial, turns] = *a.argument.top.begin();
    const bool of_pi =
        monomial.size() == 1 && monomial[0].second == 1 &&
        algebra_.atoms()[static_cast<std::size_t>(monomial[0].first)].type == Atom::Type::kPi;
    if (!of_pi || denominator(turns) > 1000) throw NotAlgebraic{};
    turns_ = std::lcm(turns_, denominator(turns).convert_to<long>());
    if (turns_ > 100'000) throw NotAlgebraic{};
    return {0, 1};  // 2 cos and 2 sin are algebraic integers
  }

  const Algebra& algebra_;
  Budget& budget_;
  std::vector<std::optional<Size>> known_;
  double degree_ = 1;
  long turns_ = 1;
  bool imaginary_ = false;
};

// Bits below the point at which an algebraic number must be zero; 0 where there is no such bound.
long bits_of_proof(const Algebra& algebra, const Polynomial& p, Budget& budget) {
  try {
    AlgebraicBound bound(algebra, budget);
    const Size size = bound.size_of(p);
    const double degree = bound.degree();
    if (degree > kMostDegree) return 0;
    // s x is an algebraic integer with conjugates below 2^(house + scale).
    const double bits = (degree - 1) * (size.house + size.scale) + size.scale + 8;
    return bits < static_cast<double>(kMostBits) ? static_cast<long>(bits) + 1 : 0;
  } catch (const AlgebraicBound::NotAlgebraic&) {
    return 0;
  }
}

// Whether all monomials are squares with positive coefficients, a constant among them: a sum that
// vanishes nowhere on the reals.
bool positive_everywhere(const Polynomial& p) {
  bool constant = false;
  for (const auto& [monomial, coefficient] : p) {
    if (coefficient <= 0) return false;
    constant = constant || monomial.empty();
    for (const auto& [index, exponent] : monomial) {
      if (exponent % 2 != 0) return false;
    }
  }
  return constant;
}

// Counts the signs of an expression written out and the depth of its functions, and tells whether
// it is analytic wherever it has a value (roots of sums of symbols, absolute values and whole parts
// have branches that points may miss).
class Signs {
 public:
  explicit Signs(const Algebra& algebra) : algebra_(algebra) {}

  void count(const Polynomial& p) {
    for (const auto& [monomial, coefficient] : p) {
      const double bits = log2_of(coefficient) + static_cast<double>(msb(denominator(coefficient)));
      signs_ += 1 + static_cast<int>(bits / 3.3);
      for (const auto& [index, exponent] : monomial) {
        signs_ += exponent;
        count(algebra_.atoms()[static_cast<std::size_t>(index)]);
        if (signs_ > kMostSigns) return;
      }
    }
  }

  bool trusted() const { return analytic_ && signs_ <= kMostSigns && deepest_ <= kDeepest; }

 private:
  void count(const Fraction& f) {
    count(f.top);
    count(f.bottom);
  }

  // Counts the argument; whether it holds a symbol.
  bool symbol_in(const Fraction& argument) {
    const bool before = symbol_;
    symbol_ = false;
    count(argument);
    const bool found = symbol_;
    symbol_ = found || before;
    return found;
  }

  void count(const Atom& a) {
    switch (a.type) {
      case Atom::Type::kSymbol:
        symbol_ = symbol_ || a.name != "e";
        return;
      case Atom::Type::kRoot:
        if (symbol_in(a.argument) && a.argument.top.size() > 1 &&
            !positive_everywhere(a.argument.top)) {
          analytic_ = false;
        }
        return;
      case Atom::Type::kPower:
        deepest_ = std::max(deepest_, ++depth_);
        count(a.argument);
        count(a.exponent);
        --depth_;
        return;
      case Atom::Type::kFunction: {
        deepest_ = std::max(deepest_, ++depth_);
        const bool symbol = symbol_in(a.argument);
        --depth_;
        const bool whole = Algebra::is_constant(a.argument.bottom);
        const std::string& f = a.name;
        const bool fine = f == "sin" || f == "cos" || f == "ln" || f == "log" ||
                          (f == "arctan" && (whole || !symbol)) ||
                          ((f == "arcsin" || f == "arccos") && !symbol);
        analytic_ = analytic_ && fine;
        return;
      }
      default:
        return;
    }
  }

  const Algebra& algebra_;
  int signs_ = 0;
  int depth_ = 0;
  int deepest_ = 0;
  bool analytic_ = true;
  bool symbol_ = false;
};

enum class At { kNotZero, kExactlyZero, kMaybe, kUndefined };

At value_at(const Algebra& algebra, const Polynomial& p, int point, long bits, long below,
            bool& symbols, bool& moderate, Budget& budget) {
  try {
    Evaluator evaluator(algebra, point, bits, budget);
    const Ball value = evaluator.polynomial(p);
    symbols = evaluator.used_symbol();
    moderate = evaluator.moderate();
    if (!value.contains_zero()) return At::kNotZero;
    if (below == 0) return At::kMaybe;
    mag_t bound;
    mag_init(bound);
    acb_get_mag(bound, value.get());
    const bool tiny = mag_cmp_2exp_si(bound, -below) < 0;
    mag_clear(bound);
    return tiny ? At::kExactlyZero : At::kMaybe;
  } catch (const Evaluator::Undefined&) {
    return At::kUndefined;
  }
}

}  // namespace

Zero zero_test(const Algebra& algebra, const Polynomial& p, Budget& budget) {
  if (p.empty()) return Zero::kProven;
  if (Algebra::is_constant(p)) return Zero::kNo;
  bool symbols = false;
  bool moderate = true;
  bool maybe = false;
  for (int point = 0; point < kPoints; ++point) {
    const At at = value_at(algebra, p, point, kLowBits, 0, symbols, moderate, budget);
    if (at == At::kNotZero) return Zero::kNo;
    maybe = maybe || at == At::kMaybe;
    if (at == At::kMaybe && !symbols) break;
  }
  if (!symbols) {
    if (const long bits = bits_of_proof(algebra, p, budget); bits > 0) {
      const At at = value_at(algebra, p, 0, bits + bits / 8 + 128, bits, symbols, moderate, budget);
      if (at == At::kNotZero) return Zero::kNo;
      if (at == At::kExactlyZero) return Zero::kProven;
    }
  }
  if (!maybe && symbols) return Zero::kUnknown;
  int agreed = 0;
  for (int point = 0; point < (symbols ? kPoints : 1); ++point) {
    // Agreement is a value that is zero to nearly all of its digits.
    const At at =
        value_at(algebra, p, point, kHighBits, kHighBits * 7 / 8, symbols, moderate, budget);
    if (at == At::kNotZero) return Zero::kNo;
    if (at == At::kExactlyZero && moderate) ++agreed;
    if (at == At::kMaybe) return Zero::kUnknown;
  }
  Signs signs(algebra);
  signs.count(p);
  const bool enough = agreed >= (symbols ? kFewestPoints : 1);
  return enough && signs.trusted() ? Zero::kAgrees : Zero::kUnknown;
}

bool well_defined(const Algebra& algebra, const Fraction& fraction, Budget& budget) {
  return zero_test(algebra, fraction.bottom, budget) == Zero::kNo;
}

int sign_of(const Algebra& algebra, const Fraction& fraction, Budget& budget) {
  for (const long bits : {kLowBits, kHighBits}) {
    try {
      Evaluator evaluator(algebra, 0, bits, budget);
      const Ball value = evaluator.fraction(fraction);
      if (evaluator.used_symbol() || !value.is_real()) return 0;
      if (arb_is_positive(value.real()) != 0) return 1;
      if (arb_is_negative(value.real()) != 0) return -1;
    } catch (const Evaluator::Undefined&) {
      continue;
    }
  }
  return 0;
}

}  // namespace candor::scoring::maths
