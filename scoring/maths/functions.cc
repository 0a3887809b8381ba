// Roots, powers, logarithms and angles of the exact arithmetic in algebra.h.
#include <algorithm>
#include <numeric>

#include "scoring/maths/algebra.h"
#include "scoring/maths/zero.h"

namespace candor::scoring::maths {

namespace {

using Pair = std::pair<Fraction, Fraction>;

bool rational_value(const Fraction& f, Rational& value) {
  if (!Algebra::is_constant(f.top) || !Algebra::is_constant(f.bottom)) return false;
  value = Algebra::constant_of(f.top) / Algebra::constant_of(f.bottom);
  return true;
}

// The square root of a rational square; false for anything else.
bool exact_square_root(const Rational& value, Rational& result) {
  if (value < 0) return false;
  const Integer top = sqrt(numerator(value));
  const Integer bottom = sqrt(denominator(value));
  if (top * top != numerator(value) || bottom * bottom != denominator(value)) return false;
  result = Rational(top, bottom);
  return true;
}

// The positive rational that divides all coefficients and leaves coprime integers.
Rational content_of(const Polynomial& p) {
  Integer top = 0;
  Integer bottom = 1;
  for (const auto& [monomial, value] : p) {
    top = gcd(top, abs(numerator(value)));
    bottom = lcm(bottom, denominator(value));
  }
  return Rational(top, bottom);
}

}  // namespace

Fraction Algebra::root_of_rational(int degree, Rational value) {
  if (value == 0) return constant(0);
  Fraction result = constant(1);
  if (value < 0) {
    if (degree % 2 == 1) {
      result = constant(-1);
    } else if (degree == 2) {
      result = atom_power(imaginary(), 1);
    } else {
      throw NotArithmetic{};
    }
    value = -value;
  }
  // (t/b)^(1/q) = (t b^(q-1))^(1/q) / b; taken factor by factor.
  const auto take = [&](const Integer& n, bool above) {
    for (const auto& [prime, exponent] : factors_of(n, budget_)) {
      Integer base = prime;
      int times = exponent;
      // A cofactor too large to factor may still be a square.
      if (const Integer half = sqrt(prime); times == 1 && half * half == prime) {
        base = half;
        times = 2;
      }
      const int whole = times / degree;
      int rest = times % degree;
      Fraction part = integer_power(constant(Rational(base)), whole);
      if (rest != 0) {
        const int common = std::gcd(rest, degree);
        const int atom = root_atom(degree / common, constant(Rational(base)));
        part = multiply(part, atom_power(atom, rest / common));
      }
      result = multiply(result, above ? part : inverse(part));
    }
  };
  take(numerator(value), true);
  // 1/sqrt(3) = sqrt(3)/3 keeps the bottom rational.
  const Integer& bottom = denominator(value);
  if (bottom != 1) {
    take(boost::multiprecision::pow(bottom, static_cast<unsigned>(degree - 1)), true);
    result = multiply(result, constant(Rational(1, bottom)));
  }
  return result;
}

// sqrt(a + b sqrt(n)) = sqrt((a+s)/2) ± sqrt((a-s)/2) where s^2 = a^2 - b^2 n is a rational square.
bool Algebra::denest(const Polynomial& p, Fraction& result) {
  if (p.size() != 2) return false;
  const auto constant_term = p.find(Monomial{});
  if (constant_term == p.end()) return false;
  const auto& other = p.begin() == constant_term ? *std::next(p.begin()) : *p.begin();
  const Polynomial squared = multiply({other}, {other});
  if (!is_constant(squared)) return false;
  const Rational& a = constant_term->second;
  Rational s;
  if (a <= 0 || constant_of(squared) <= 0) return false;
  if (!exact_square_root(a * a - constant_of(squared), s)) return false;
  const Fraction first = root_of_rational(2, (a + s) / 2);
  const Fraction second = root_of_rational(2, (a - s) / 2);
  const int sign = sign_of(*this, Fraction{{other}, {{Monomial{}, Rational(1)}}}, budget_);
  if (sign == 0) return false;
  result = sign > 0 ? add(first, second) : subtract(first, second);
  return true;
}

// sqrt(a^2 ± 2 a b + b^2) = |a ± b| for one-term a and b.
bool Algebra::square_of_sum(const Polynomial& p, Fraction& result) {
  if (p.size() != 3) return false;
  std::vector<Polynomial> roots;
  Polynomial rest;
  for (const auto& [monomial, coefficient] : p) {
    Rational root;
    const bool even = std::all_of(monomial.begin(), monomial.end(),
                                  [](const auto& factor) { return factor.second % 2 == 0; });
    if (roots.size() < 2 && even && exact_square_root(coefficient, root)) {
      Monomial half = monomial;
      for (auto& factor : half) factor.second /= 2;
      roots.push_back({{std::move(half), root}});
    } else {
      rest.emplace(monomial, coefficient);
    }
  }
  if (roots.size() != 2 || rest.size() != 1) return false;
  const Polynomial product = multiply(roots[0], roots[1]);
  for (const int sign : {1, -1}) {
    if (!add(rest, product, Rational(-2 * sign)).empty()) continue;
    result = absolute({add(roots[0], roots[1], Rational(sign)), {{Monomial{}, Rational(1)}}});
    return true;
  }
  return false;
}

Fraction Algebra::root(int degree, const Fraction& base) {
  budget_.spend(8);
  Rational value;
  if (rational_value(base, value)) return root_of_rational(degree, value);
  // root(t/b) = root(t b^(q-1)) / b for an odd q, and for an even one where the root is real and b
  // positive; a bottom that may be negative stays inside as an atom of its own.
  if (!is_constant(base.bottom)) {
    const Fraction top = root(degree, {base.top, {{Monomial{}, Rational(1)}}});
    const Fraction bottom = root(degree, {base.bottom, {{Monomial{}, Rational(1)}}});
    return multiply(top, inverse(bottom));
  }
  const Rational content = content_of(base.top);
  Fraction result = root_of_rational(degree, content);
  Polynomial rest;
  for (const auto& [monomial, coefficient] : base.top)
    rest.emplace(monomial, coefficient / content);
  Fraction simpler;
  if (degree == 2 && (denest(rest, simpler) || square_of_sum(rest, simpler))) {
    return multiply(result, simpler);
  }
  if (rest.size() == 1 && rest.begin()->second == 1) {
    Monomial left;
    for (const auto& [atom, exponent] : rest.begin()->first) {
      const bool alone = rest.begin()->first.size() == 1 && (exponent % 2 == 1 || degree % 2 == 1);
      if (!positive_atom(atom) && !alone) {
        left.emplace_back(atom, exponent);
        continue;
      }
      result = multiply(result, atom_power(atom, exponent / degree));
      if (exponent % degree == 0) continue;
      const int common = std::gcd(exponent % degree, degree);
      const int inner = root_atom(degree / common, atom_power(atom, 1));
      result = multiply(result, atom_power(inner, exponent % degree / common));
    }
    if (left.empty()) return result;
    rest = {{left, Rational(1)}};
    if (left.size() == 1 && degree == 2 && left[0].second % 2 == 0) {
      const Fraction inside{{{Monomial{{left[0].first, left[0].second / 2}}, Rational(1)}},
                            {{Monomial{}, Rational(1)}}};
      return multiply(result, absolute(inside));
    }
  }
  const int atom = root_atom(degree, {rest, {{Monomial{}, Rational(1)}}});
  return multiply(result, atom_power(atom, 1));
}

Fraction Algebra::power(const Fraction& base, const Fraction& exponent) {
  Rational value;
  if (!rational_value(exponent, value)) return symbolic_power(base, exponent);
  if (denominator(value) == 1) {
    if (numerator(value) == 0 && base.top.empty()) throw NotArithmetic{};
    return integer_power(base, numerator(value));
  }
  if (denominator(value) > 32) throw NotArithmetic{};
  const int degree = denominator(value).convert_to<int>();
  return integer_power(root(degree, base), numerator(value));
}

// e^(a + ib) = e^a (cos b + i sin b).
Fraction Algebra::exponential_of_imaginary(const Fraction& exponent, bool& done) {
  auto [real, imaginary_part] = real_and_imaginary(exponent.top);
  if (imaginary_part.empty() || !is_constant(exponent.bottom)) return {};
  done = true;
  const Pair angle = cosine_and_sine(tidy({std::move(imaginary_part), exponent.bottom}));
  const Fraction turn = add(angle.first, multiply(atom_power(imaginary(), 1), angle.second));
  if (real.empty()) return turn;
  const Fraction e = atom_power(symbol_atom(Atom::Type::kSymbol, "e"), 1);
  return multiply(turn, power(e, tidy({std::move(real), exponent.bottom})));
}

// b^(sum of c m) = product of (b^(m/q))^p, with c = p/q, so that b^(x+2) = b^x b^2 and
// 4^x = (2^x)^2 hold by construction.
Fraction Algebra::symbolic_power(const Fraction& base, const Fraction& exponent) {
  budget_.spend(8);
  Rational value;
  if (rational_value(base, value) && value > 0) {
    Fraction result = constant(1);
    for (const bool above : {true, false}) {
      for (const auto& [prime, times] :
           factors_of(above ? numerator(value) : denominator(value), budget_)) {
        if (prime == value) break;  // a prime itself: below
        const Fraction scaled = multiply(exponent, constant(above ? times : -times));
        result = multiply(result, symbolic_power(constant(Rational(prime)), scaled));
      }
    }
    if (denominator(value) != 1 || factors_of(numerator(value), budget_).size() > 1 || value == 1 ||
        factors_of(numerator(value), budget_)[0].second > 1) {
      return result;
    }
  }
  const bool is_e = base.top.size() == 1 && is_constant(base.bottom) &&
                    base.top.begin()->second == 1 && base.top.begin()->first.size() == 1 &&
                    base.top.begin()->first[0].second == 1 &&
                    atoms_[static_cast<std::size_t>(base.top.begin()->first[0].first)].name == "e";
  if (is_e) {
    bool done = false;
    Fraction turned = exponential_of_imaginary(exponent, done);
    if (done) return turned;
  }
  if (!is_constant(exponent.bottom)) return atom_power(power_atom(base, exponent), 1);
  Fraction result = constant(1);
  for (const auto& [monomial, coefficient] : exponent.top) {
    if (monomial.empty()) {
      result = multiply(result, power(base, constant(coefficient)));
      continue;
    }
    if (abs(numerator(coefficient)) > 1000)
      throw Budget::Exhausted{"an exponent that is too large"};
    Fraction unit{{{monomial, Rational(1, denominator(coefficient))}}, {{Monomial{}, Rational(1)}}};
    const int atom = power_atom(base, unit);
    result = multiply(result, atom_power(atom, numerator(coefficient).convert_to<int>()));
  }
  return result;
}

// log(p^a q^b) = a log p + b log q over the primes; log e = 1 for the natural one. Holds in any
// base.
Fraction Algebra::logarithm(const std::string& name, const Fraction& x) {
  Rational value;
  if (rational_value(x, value)) {
    if (value <= 0) throw NotArithmetic{};
    Fraction sum = constant(0);
    for (const bool above : {true, false}) {
      for (const auto& [prime, times] :
           factors_of(above ? numerator(value) : denominator(value), budget_)) {
        const int atom = function_atom(name, constant(Rational(prime)));
        sum = add(sum, multiply(constant(above ? times : -times), atom_power(atom, 1)));
      }
    }
    return sum;
  }
  if (is_constant(x.bottom) && x.top.size() == 1 && x.top.begin()->first.size() == 1) {
    const auto [index, exponent] = x.top.begin()->first[0];
    if (positive_atom(index) && x.top.begin()->second > 0) {
      const Fraction rest = logarithm(name, constant(x.top.begin()->second));
      const Atom inner = atoms_[static_cast<std::size_t>(index)];
      Fraction of_atom;
      if (inner.type == Atom::Type::kRoot) {
        of_atom = multiply(logarithm(name, inner.argument), constant(Rational(1, inner.degree)));
      } else if (inner.name == "e" && name == "ln") {
        of_atom = constant(1);
      } else {
        of_atom = atom_power(function_atom(name, atom_power(index, 1)), 1);
      }
      return add(rest, multiply(of_atom, constant(exponent)));
    }
  }
  return atom_power(function_atom(name, x), 1);
}

// The angle sum formulae as a complex product.
Pair Algebra::rotated(const Pair& a, const Pair& b) {
  return {subtract(multiply(a.first, b.first), multiply(a.second, b.second)),
          add(multiply(a.first, b.second), multiply(a.second, b.first))};
}

Pair Algebra::base_angle(const Fraction& angle) {
  const bool flipped = !angle.top.empty() && angle.top.begin()->second < 0;
  const Fraction positive = flipped ? negate(angle) : angle;
  const int cosine = function_atom("cos", positive);
  const int sine = function_atom("sin", positive);
  Atom& atom = atoms_[static_cast<std::size_t>(sine)];
  atom.degree = 2;
  atom.rule = {{Monomial{}, Rational(1)}, {Monomial{{cosine, 2}}, Rational(-1)}};
  return {atom_power(cosine, 1), multiply(constant(flipped ? -1 : 1), atom_power(sine, 1))};
}

Pair Algebra::of_pi(Rational turns) {
  // Into [0, 2), then into a quadrant k and a rest in [0, 1/2).
  Integer whole = numerator(turns) / denominator(turns);
  if (Rational(whole) > turns) whole -= 1;
  const bool odd = whole % 2 != 0;
  turns -= Rational(whole);
  int quadrant = odd ? 2 : 0;
  if (turns >= Rational(1, 2)) {
    ++quadrant;
    turns -= Rational(1, 2);
  }
  const bool swapped = turns > Rational(1, 4);
  const Rational angle = swapped ? Rational(1, 2) - turns : turns;
  Pair pair;
  const auto half_root = [this](int n, int below) {
    return multiply(root_of_rational(2, Rational(n)), constant(Rational(1, below)));
  };
  if (angle == 0) {
    pair = {constant(1), constant(0)};
  } else if (angle == Rational(1, 6)) {
    pair = {half_root(3, 2), constant(Rational(1, 2))};
  } else if (angle == Rational(1, 4)) {
    pair = {half_root(2, 2), half_root(2, 2)};
  } else if (angle == Rational(1, 12)) {
    pair = {add(half_root(6, 4), half_root(2, 4)), subtract(half_root(6, 4), half_root(2, 4))};
  } else {
    const Fraction pi = atom_power(symbol_atom(Atom::Type::kPi, "\\pi"), 1);
    pair = base_angle(multiply(pi, constant(angle)));
  }
  if (swapped) std::swap(pair.first, pair.second);
  for (int i = 0; i < quadrant; ++i) pair = {negate(pair.second), pair.first};
  return pair;
}

Pair Algebra::cosine_and_sine(const Fraction& angle) {
  budget_.spend(8);
  if (!is_constant(angle.bottom)) return base_angle(angle);
  Pair result{constant(1), constant(0)};
  for (const auto& [monomial, coefficient] : angle.top) {
    const bool pi = monomial.size() == 1 && monomial[0].second == 1 &&
                    atoms_[static_cast<std::size_t>(monomial[0].first)].type == Atom::Type::kPi;
    if (pi) {
      result = rotated(result, of_pi(coefficient));
      continue;
    }
    const bool multiple = !monomial.empty() && abs(numerator(coefficient)) <= 8;
    const Rational unit = multiple ? Rational(1, denominator(coefficient)) : coefficient;
    Pair turn = base_angle({{{monomial, unit}}, {{Monomial{}, Rational(1)}}});
    if (multiple && coefficient < 0) turn.second = negate(turn.second);
    const int times = multiple ? abs(numerator(coefficient)).convert_to<int>() : 1;
    for (int i = 0; i < times; ++i) result = rotated(result, turn);
  }
  return result;
}

}  // namespace candor::scoring::maths
