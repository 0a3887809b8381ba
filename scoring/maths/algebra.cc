#include "scoring/maths/algebra.h"

#include "scoring/maths/balls.h"
#include "scoring/maths/zero.h"

namespace candor::scoring::maths {

namespace {

constexpr unsigned kMaxFactorial = 2100;  // 2100! has 6,000 digits; larger ones stay unevaluated

Integer factorial(unsigned n, Budget& budget) {
  Integer result = 1;
  for (unsigned i = 2; i <= n; ++i) {
    budget.spend(1 + static_cast<long>(i / 64));
    result *= i;
  }
  return result;
}

Expression substituted(const Expression& e, const std::string& name, const Expression& value,
                       Budget& budget) {
  budget.spend(1);
  if (e.kind == Kind::kSymbol && e.name == name) return value;
  Expression result = e;
  for (Expression& arg : result.args) arg = substituted(arg, name, value, budget);
  return result;
}

bool small_natural(const Fraction& a, unsigned limit, unsigned& value) {
  if (!Algebra::is_constant(a.top) || !Algebra::is_constant(a.bottom)) return false;
  const Rational x = Algebra::constant_of(a.top) / Algebra::constant_of(a.bottom);
  if (denominator(x) != 1 || x < 0 || x > limit) return false;
  value = numerator(x).convert_to<unsigned>();
  return true;
}

}  // namespace

int Algebra::symbol_atom(Atom::Type type, const std::string& name) {
  for (std::size_t i = 0; i < atoms_.size(); ++i) {
    if (atoms_[i].type == type && atoms_[i].name == name) return static_cast<int>(i);
  }
  Atom atom;
  atom.type = type;
  atom.name = name;
  atoms_.push_back(std::move(atom));
  return static_cast<int>(atoms_.size()) - 1;
}

int Algebra::imaginary() {
  const int atom = symbol_atom(Atom::Type::kImaginary, "i");
  atoms_[static_cast<std::size_t>(atom)].degree = 2;
  atoms_[static_cast<std::size_t>(atom)].rule = {{Monomial{}, Rational(-1)}};
  return atom;
}

int Algebra::function_atom(const std::string& name, const Fraction& argument) {
  for (std::size_t i = 0; i < atoms_.size(); ++i) {
    budget_.spend(1);
    if (atoms_[i].type == Atom::Type::kFunction && atoms_[i].name == name &&
        equal(atoms_[i].argument, argument)) {
      return static_cast<int>(i);
    }
  }
  Atom atom;
  atom.type = Atom::Type::kFunction;
  atom.name = name;
  atom.argument = argument;
  atoms_.push_back(std::move(atom));
  return static_cast<int>(atoms_.size()) - 1;
}

int Algebra::root_atom(int degree, const Fraction& base) {
  for (std::size_t i = 0; i < atoms_.size(); ++i) {
    budget_.spend(1);
    if (atoms_[i].type == Atom::Type::kRoot && atoms_[i].degree == degree &&
        equal(atoms_[i].argument, base)) {
      return static_cast<int>(i);
    }
  }
  Atom atom;
  atom.type = Atom::Type::kRoot;
  atom.argument = base;
  atom.degree = degree;
  atom.rule = base.top;  // the caller has cleared the denominator
  atoms_.push_back(std::move(atom));
  return static_cast<int>(atoms_.size()) - 1;
}

int Algebra::power_atom(const Fraction& base, const Fraction& exponent) {
  for (std::size_t i = 0; i < atoms_.size(); ++i) {
    budget_.spend(1);
    if (atoms_[i].type == Atom::Type::kPower && equal(atoms_[i].argument, base) &&
        equal(atoms_[i].exponent, exponent)) {
      return static_cast<int>(i);
    }
  }
  Atom atom;
  atom.type = Atom::Type::kPower;
  atom.argument = base;
  atom.exponent = exponent;
  atoms_.push_back(std::move(atom));
  return static_cast<int>(atoms_.size()) - 1;
}

// Known to be positive wherever it is defined: pi, e and roots of positive integers.
bool Algebra::positive_atom(int index) const {
  const Atom& atom = atoms_[static_cast<std::size_t>(index)];
  if (atom.type == Atom::Type::kPi) return true;
  if (atom.type == Atom::Type::kSymbol) return atom.name == "e";
  return atom.type == Atom::Type::kRoot && is_constant(atom.argument.top) &&
         constant_of(atom.argument.top) > 0;
}

Fraction Algebra::atom_power(int atom, int exponent) {
  Fraction result = constant(1);
  if (exponent == 0) return result;
  Polynomial factor;
  add_product(factor, Monomial{{atom, exponent < 0 ? -exponent : exponent}}, Rational(1));
  (exponent < 0 ? result.bottom : result.top) = std::move(factor);
  return tidy(std::move(result));
}

Fraction Algebra::evaluate(const Expression& e) {
  budget_.spend(4);
  switch (e.kind) {
    case Kind::kNumber:
      return constant(e.value);
    case Kind::kSymbol:
      if (e.name == "\\infty" || e.name.starts_with("mathbb")) throw NotArithmetic{};
      if (e.name == "\\pi") return atom_power(symbol_atom(Atom::Type::kPi, e.name), 1);
      if (e.name == "i") return atom_power(imaginary(), 1);
      return atom_power(symbol_atom(Atom::Type::kSymbol, e.name), 1);
    case Kind::kText: {
      // A word that may be a product of letters: "abc", "xy".
      if (e.names.empty() || e.names[0] != "word" || e.name.size() > 4) throw NotArithmetic{};
      Fraction product = constant(1);
      for (const char c : e.name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter) throw NotArithmetic{};
        product = multiply(product, evaluate(symbol(std::string(1, c))));
      }
      return product;
    }
    case Kind::kAdd: {
      Fraction sum = evaluate(e.args[0]);
      for (std::size_t i = 1; i < e.args.size(); ++i) sum = add(sum, evaluate(e.args[i]));
      return sum;
    }
    case Kind::kMultiply: {
      Fraction product = evaluate(e.args[0]);
      for (std::size_t i = 1; i < e.args.size(); ++i) {
        product = multiply(product, evaluate(e.args[i]));
      }
      return product;
    }
    case Kind::kDivide:
      return multiply(evaluate(e.args[0]), inverse(evaluate(e.args[1])));
    case Kind::kNegate:
      return negate(evaluate(e.args[0]));
    case Kind::kPower:
      return power(evaluate(e.args[0]), evaluate(e.args[1]));
    case Kind::kRoot: {
      unsigned degree = 0;
      if (!small_natural(evaluate(e.args[0]), 32, degree) || degree < 2) throw NotArithmetic{};
      return root(static_cast<int>(degree), evaluate(e.args[1]));
    }
    case Kind::kCall:
      return call(e);
    case Kind::kPercent: {
      const Rational part = reading_.percent_is_hundredth ? Rational(1, 100) : Rational(1);
      return multiply(evaluate(e.args[0]), constant(part));
    }
    case Kind::kDegree: {
      const Fraction angle = evaluate(e.args[0]);
      if (!reading_.degree_is_angle) return angle;
      const Fraction pi = atom_power(symbol_atom(Atom::Type::kPi, "\\pi"), 1);
      return multiply(angle, multiply(pi, constant(Rational(1, 180))));
    }
    case Kind::kUnit:
      return evaluate(e.args[0]);
    default:
      throw NotArithmetic{};
  }
}

Fraction Algebra::call(const Expression& e) {
  if (e.args.empty()) throw NotArithmetic{};
  if (e.name == "sum" || e.name == "prod") return series(e);
  const Fraction x = evaluate(e.args[0]);
  const std::string& f = e.name;
  if (f == "sin") return cosine_and_sine(x).second;
  if (f == "cos") return cosine_and_sine(x).first;
  if (f == "tan" || f == "cot") {
    const auto [cosine, sine] = cosine_and_sine(x);
    return f == "tan" ? multiply(sine, inverse(cosine)) : multiply(cosine, inverse(sine));
  }
  if (f == "sec") return inverse(cosine_and_sine(x).first);
  if (f == "csc") return inverse(cosine_and_sine(x).second);
  if (f == "ln") return logarithm("ln", x);
  if (f == "log" && e.args.size() == 1) return logarithm("log", x);
  if (f == "log") {
    return multiply(logarithm("ln", x), inverse(logarithm("ln", evaluate(e.args[1]))));
  }
  if (f == "exp") return power(atom_power(symbol_atom(Atom::Type::kSymbol, "e"), 1), x);
  if (f == "abs") return absolute(x);
  unsigned n = 0;
  if (f == "factorial") {
    if (small_natural(x, kMaxFactorial, n)) return constant(Rational(factorial(n, budget_)));
    return symbolic_factorial(x);
  }
  if (f == "binom") {
    unsigned k = 0;
    if (e.args.size() != 2 || !small_natural(evaluate(e.args[1]), kMaxFactorial, k)) {
      throw NotArithmetic{};
    }
    if (!small_natural(x, kMaxFactorial, n)) {
      // n (n - 1) … (n - k + 1) / k!
      if (k > 20) throw NotArithmetic{};
      Fraction product = constant(Rational(1, factorial(k, budget_)));
      for (unsigned i = 0; i < k; ++i) {
        product = multiply(product, subtract(x, constant(Rational(i))));
      }
      return product;
    }
    if (k > n) return constant(0);
    Integer result = 1;
    for (unsigned i = 1; i <= k; ++i) {
      budget_.spend(1 + static_cast<long>(i / 64));
      result = result * (n - k + i) / i;
    }
    return constant(Rational(result));
  }
  if (f == "floor" || f == "ceil") {
    if (!is_constant(x.top) || !is_constant(x.bottom)) {
      const bool down = f == "floor";
      if (const auto whole = floor_of(*this, down ? x : negate(x), budget_)) {
        return constant(Rational(down ? *whole : -*whole));
      }
      return atom_power(function_atom(f, x), 1);
    }
    const Rational value = constant_of(x.top);
    Integer whole = numerator(value) / denominator(value);
    if (f == "floor" && Rational(whole) > value) whole -= 1;
    if (f == "ceil" && Rational(whole) < value) whole += 1;
    return constant(Rational(whole));
  }
  if (f == "sinh" || f == "cosh" || f == "tanh") return hyperbolic(f, x);
  if (f == "gcd" || f == "lcm" || f == "max" || f == "min") return of_several(e);
  if (e.args.size() != 1) throw NotArithmetic{};
  return atom_power(function_atom(f, x), 1);
}

// (x + c)! = x! (x + 1) … (x + c) for whole c, so that n! = n (n - 1)! holds by construction.
Fraction Algebra::symbolic_factorial(const Fraction& x) {
  const auto shift = x.top.find(Monomial{});
  Fraction result = constant(1);
  Fraction base = x;
  if (is_constant(x.bottom) && shift != x.top.end() && denominator(shift->second) == 1 &&
      abs(shift->second) <= 20) {
    const int c = numerator(shift->second).convert_to<int>();
    base = subtract(x, constant(Rational(c)));
    for (int i = 1; i <= c; ++i) result = multiply(result, add(base, constant(Rational(i))));
    for (int i = 0; i > c; --i) {
      result = multiply(result, inverse(add(base, constant(Rational(i)))));
    }
  }
  return multiply(result, atom_power(function_atom("factorial", base), 1));
}

Fraction Algebra::hyperbolic(const std::string& name, const Fraction& x) {
  const Fraction e = atom_power(symbol_atom(Atom::Type::kSymbol, "e"), 1);
  const Fraction up = power(e, x);
  const Fraction down = inverse(up);
  const Fraction half = constant(Rational(1, 2));
  if (name == "sinh") return multiply(half, subtract(up, down));
  if (name == "cosh") return multiply(half, add(up, down));
  return multiply(subtract(up, down), inverse(add(up, down)));
}

// Greatest common divisor, least common multiple, largest, least: of rational numbers only.
Fraction Algebra::of_several(const Expression& e) {
  std::vector<Rational> values;
  for (const Expression& arg : e.args) {
    const Fraction value = evaluate(arg);
    if (!is_constant(value.top) || !is_constant(value.bottom)) throw NotArithmetic{};
    values.push_back(constant_of(value.top));
  }
  Rational result = values[0];
  for (const Rational& value : values) {
    if (e.name == "max" || e.name == "min") {
      if ((value > result) == (e.name == "max")) result = value;
      continue;
    }
    if (denominator(value) != 1 || denominator(result) != 1 || value <= 0 || result <= 0) {
      throw NotArithmetic{};
    }
    const Integer common = gcd(numerator(result), numerator(value));
    result = e.name == "gcd" ? Rational(common)
                             : Rational(numerator(result) / common * numerator(value));
  }
  return constant(result);
}

// "\sum_{k=a}^{b}" and "\prod" with bounds that are numbers, written out; args: variable, from, to,
// body.
Fraction Algebra::series(const Expression& e) {
  constexpr int kMostTerms = 500;
  std::vector<int> bounds;
  for (const std::size_t at : {std::size_t{1}, std::size_t{2}}) {
    const Fraction bound = evaluate(e.args[at]);
    if (!is_constant(bound.top) || !is_constant(bound.bottom)) throw NotArithmetic{};
    const Rational value = constant_of(bound.top);
    if (denominator(value) != 1 || abs(value) > 1'000'000) throw NotArithmetic{};
    bounds.push_back(numerator(value).convert_to<int>());
  }
  if (bounds[1] - bounds[0] >= kMostTerms) throw Budget::Exhausted{"a sum of too many terms"};
  const bool sum = e.name == "sum";
  Fraction result = constant(sum ? 0 : 1);
  for (int k = bounds[0]; k <= bounds[1]; ++k) {
    const Fraction term = evaluate(substituted(e.args[3], e.args[0].name, number(k), budget_));
    result = sum ? add(result, term) : multiply(result, term);
  }
  return result;
}

Fraction Algebra::absolute(const Fraction& x) {
  const auto parts = real_and_imaginary(x.top);
  const auto below = real_and_imaginary(x.bottom);
  if (!parts.second.empty() || !below.second.empty()) {
    // |a + bi| = sqrt(a^2 + b^2), for top and bottom.
    const auto modulus = [this](const std::pair<Polynomial, Polynomial>& z) {
      Polynomial square = add(multiply(z.first, z.first), multiply(z.second, z.second));
      return root(2, tidy({std::move(square), {{Monomial{}, Rational(1)}}}));
    };
    return multiply(modulus(parts), inverse(modulus(below)));
  }
  if (is_constant(x.top) && is_constant(x.bottom)) return constant(abs(constant_of(x.top)));
  const int sign = sign_of(*this, x, budget_);
  if (sign > 0) return x;
  if (sign < 0) return negate(x);
  // |x| and |-x| are one atom: the one whose first coefficient is positive.
  const bool flipped = !x.top.empty() && x.top.begin()->second < 0;
  return atom_power(function_atom("abs", flipped ? negate(x) : x), 1);
}

}  // namespace candor::scoring::maths
