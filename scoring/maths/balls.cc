#include "scoring/maths/balls.h"

#include <cstdint>

namespace candor::scoring::maths {

namespace {

// Larger arguments cost sines and powers all their digits.
constexpr long kLargestArgument = 1 << 20;

void set_integer(fmpz_t out, const Integer& value) {
  if (value >= -(Integer(1) << 62) && value <= (Integer(1) << 62)) {
    fmpz_set_si(out, value.convert_to<std::int64_t>());
  } else {
    fmpz_set_str(out, value.str(0, std::ios_base::dec).c_str(), 10);
  }
}

void set_rational(acb_t out, const Rational& value, long bits) {
  fmpz_t top;
  fmpz_t bottom;
  fmpz_init(top);
  fmpz_init(bottom);
  set_integer(top, numerator(value));
  set_integer(bottom, denominator(value));
  acb_set_fmpz(out, top);
  if (fmpz_is_one(bottom) == 0) acb_div_fmpz(out, out, bottom, bits);
  fmpz_clear(top);
  fmpz_clear(bottom);
}

// splitmix64 (Steele, Lea, Flood 2014): the same points in every run.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

bool larger_than(long limit, arb_srcptr x) {
  arf_t bound;
  arf_init(bound);
  arb_get_abs_ubound_arf(bound, x, 30);
  const bool large = arf_cmpabs_ui(bound, static_cast<unsigned long>(limit)) > 0;
  arf_clear(bound);
  return large;
}

}  // namespace

Ball Evaluator::polynomial(const Polynomial& p) {
  Ball sum;
  Ball term;
  Ball factor;
  for (const auto& [monomial, coefficient] : p) {
    budget_.spend(2 + bits_ / 256);
    set_rational(term.get(), coefficient, bits_);
    for (const auto& [index, exponent] : monomial) {
      budget_.spend(1 + bits_ / 256);
      acb_pow_ui(factor.get(), atom(index).get(), static_cast<unsigned long>(exponent), bits_);
      acb_mul(term.get(), term.get(), factor.get(), bits_);
    }
    acb_add(sum.get(), sum.get(), term.get(), bits_);
  }
  if (acb_is_finite(sum.get()) == 0) throw Undefined{};
  return sum;
}

Ball Evaluator::fraction(const Fraction& f) {
  Ball value = polynomial(f.top);
  if (Algebra::is_constant(f.bottom) && Algebra::constant_of(f.bottom) == 1) return value;
  const Ball bottom = polynomial(f.bottom);
  if (bottom.contains_zero()) throw Undefined{};
  acb_div(value.get(), value.get(), bottom.get(), bits_);
  return value;
}

const Ball& Evaluator::atom(int index) {
  const auto at = static_cast<std::size_t>(index);
  if (known_.size() <= at) known_.resize(algebra_.atoms().size());
  if (!known_[at]) {
    budget_.spend(4 + bits_ / 32);
    Ball value = compute(index);
    known_[at] = value;
  }
  return *known_[at];
}

// Random in size, without simple relations: between 0.4 and 2.4 at first, then larger and smaller
// ones, where sqrt(x - 3) or ln(ln x) is real, then negative ones.
void Evaluator::set_symbol(Ball& ball, const std::string& name, int index) {
  used_symbol_ = true;
  std::uint64_t hash =
      mixed(static_cast<std::uint64_t>(point_) * 1'000 + static_cast<std::uint64_t>(index));
  for (const char c : name) hash = mixed(hash ^ static_cast<unsigned char>(c));
  static constexpr long kTenths[kPoints] = {10, 10, 90, 1, 400, 3000, -10, -70};
  // (2/5 + 2 h / 2^62) * tenths / 10
  acb_set_ui(ball.get(), static_cast<unsigned long>(hash >> 2));
  acb_mul_2exp_si(ball.get(), ball.get(), -61);
  Ball shift;
  set_rational(shift.get(), Rational(2, 5), bits_);
  acb_add(ball.get(), ball.get(), shift.get(), bits_);
  acb_mul_si(ball.get(), ball.get(), kTenths[point_], bits_);
  acb_div_si(ball.get(), ball.get(), 10, bits_);
}

Ball Evaluator::compute(int index) {
  const Atom& a = algebra_.atoms()[static_cast<std::size_t>(index)];
  Ball value;
  switch (a.type) {
    case Atom::Type::kPi:
      acb_const_pi(value.get(), bits_);
      return value;
    case Atom::Type::kImaginary:
      acb_onei(value.get());
      return value;
    case Atom::Type::kSymbol:
      if (a.name == "e") {
        arb_const_e(acb_realref(value.get()), bits_);
      } else {
        set_symbol(value, a.name, 0);
      }
      return value;
    case Atom::Type::kRoot:
      return root(a);
    case Atom::Type::kPower: {
      const Ball base = fraction(a.argument);
      const Ball exponent = fraction(a.exponent);
      const bool fine = base.is_real() && arb_is_positive(base.real()) != 0 && exponent.is_real() &&
                        !larger_than(kLargestArgument, exponent.real());
      if (!fine) throw Undefined{};
      if (larger_than(8, exponent.real())) moderate_ = false;
      arb_pow(acb_realref(value.get()), base.real(), exponent.real(), bits_);
      return value;
    }
    case Atom::Type::kFunction:
      return function(a, index);
  }
  throw Undefined{};
}

// Real where there is a real root (of a negative number for an odd degree, too), else the principal
// one. With symbols in it a root that is not real has no value: roots of symbols are meant real.
Ball Evaluator::root(const Atom& a) {
  const bool symbols_before = used_symbol_;
  used_symbol_ = false;
  const Ball base = fraction(a.argument);
  const bool symbols = used_symbol_;
  used_symbol_ = used_symbol_ || symbols_before;
  Ball value;
  const auto degree = static_cast<unsigned long>(a.degree);
  if (base.is_real() && arb_is_positive(base.real()) != 0) {
    arb_root_ui(acb_realref(value.get()), base.real(), degree, bits_);
    return value;
  }
  if (base.is_real() && arb_is_negative(base.real()) != 0 && a.degree % 2 == 1) {
    arb_neg(acb_realref(value.get()), base.real());
    arb_root_ui(acb_realref(value.get()), acb_realref(value.get()), degree, bits_);
    acb_neg(value.get(), value.get());
    return value;
  }
  if (symbols || base.contains_zero()) throw Undefined{};
  acb_root_ui(value.get(), base.get(), degree, bits_);
  return value;
}

Ball Evaluator::function(const Atom& a, int index) {
  const Ball x = fraction(a.argument);
  if (!x.is_real() || larger_than(kLargestArgument, x.real())) throw Undefined{};
  Ball value;
  arb_ptr out = acb_realref(value.get());
  if (a.name == "sin") {
    arb_sin(out, x.real(), bits_);
  } else if (a.name == "cos") {
    arb_cos(out, x.real(), bits_);
  } else if (a.name == "abs") {
    arb_abs(out, x.real());
  } else if (a.name == "arctan") {
    arb_atan(out, x.real(), bits_);
  } else if (a.name == "arcsin") {
    arb_asin(out, x.real(), bits_);
  } else if (a.name == "arccos") {
    arb_acos(out, x.real(), bits_);
  } else if (a.name == "ln" || a.name == "log") {
    if (arb_is_positive(x.real()) == 0) throw Undefined{};
    if (a.name == "ln") {
      arb_log(out, x.real(), bits_);
    } else {
      arb_log_base_ui(out, x.real(), 10, bits_);
    }
  } else if (a.name == "floor" || a.name == "ceil") {
    (a.name == "floor" ? arb_floor : arb_ceil)(out, x.real(), bits_);
  } else {
    // An unknown function: any value does, as equal arguments share one atom.
    set_symbol(value, a.name, index + 1);
  }
  if (arb_is_finite(out) == 0) throw Undefined{};
  return value;
}

std::optional<Integer> floor_of(const Algebra& algebra, const Fraction& fraction, Budget& budget) {
  constexpr long kBits = 1024;  // enough for numbers of 300 digits
  try {
    Evaluator evaluator(algebra, 0, kBits, budget);
    const Ball value = evaluator.fraction(fraction);
    if (evaluator.used_symbol() || !value.is_real()) return std::nullopt;
    Ball whole;
    arb_floor(acb_realref(whole.get()), value.real(), kBits);
    fmpz_t integer;
    fmpz_init(integer);
    std::optional<Integer> result;
    if (arb_get_unique_fmpz(integer, whole.real()) != 0) {
      char* digits = fmpz_get_str(nullptr, 10, integer);
      result = Integer(digits);
      flint_free(digits);
    }
    fmpz_clear(integer);
    return result;
  } catch (const Evaluator::Undefined&) {
    return std::nullopt;
  }
}

}  // namespace candor::scoring::maths
