// Exact arithmetic on expressions: every expression becomes a quotient of two polynomials with
// rational coefficients over *atoms*: symbols, pi, i, roots, sines, logarithms, powers with a
// symbolic exponent. Two expressions are equal when the difference of their quotients has the zero
// polynomial on top.
//
// An atom may carry a rule "atom^degree = polynomial in atoms before it" (sqrt(2)^2 = 2, i^2 = -1,
// sin(x)^2 = 1 - cos(x)^2) which every product applies, so polynomials are always reduced. Roots of
// integers are split into roots of primes, which are linearly independent over the rationals
// (Besicovitch 1940); there the zero test is complete. For nested roots it is not: a difference
// that is zero may keep a form that is not, and zero.h then decides.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scoring/maths/expression.h"

namespace candor::scoring::maths {

using Monomial = std::vector<std::pair<int, int>>;  // (atom, exponent >= 1), by atom
using Polynomial = std::map<Monomial, Rational>;    // no zero coefficients; empty is zero

struct Fraction {
  Polynomial top;
  Polynomial bottom;  // never zero
};

struct Atom {
  enum class Type { kSymbol, kPi, kImaginary, kRoot, kPower, kFunction };
  Type type = Type::kSymbol;
  std::string name;   // symbol or function: "sin", "cos", "ln", "log", "abs", "f", …
  Fraction argument;  // of kRoot, kFunction; base of kPower
  Fraction exponent;  // of kPower
  int degree = 0;     // > 0: atom^degree = rule
  Polynomial rule;
};

// How marks that people leave out are read.
struct Reading {
  bool percent_is_hundredth = false;  // else "28%" is 28
  bool degree_is_angle = false;       // else "60°" is 60
};

class Algebra {
 public:
  struct NotArithmetic {};  // thrown: text, sets, infinity, division by zero, …

  Algebra(Budget& budget, Reading reading) : budget_(budget), reading_(reading) {}

  Fraction evaluate(const Expression& expression);

  Fraction subtract(const Fraction& a, const Fraction& b);
  bool equal(const Fraction& a, const Fraction& b) { return subtract(a, b).top.empty(); }

  const std::vector<Atom>& atoms() const { return atoms_; }
  // The polynomial as A + iB with A and B free of the imaginary unit.
  std::pair<Polynomial, Polynomial> real_and_imaginary(const Polynomial& polynomial) const;

  static Fraction constant(Rational value);
  static bool is_constant(const Polynomial& p);      // rational, zero included
  static Rational constant_of(const Polynomial& p);  // of a constant polynomial

  Polynomial add(const Polynomial& a, const Polynomial& b, const Rational& scale = 1);
  Polynomial multiply(const Polynomial& a, const Polynomial& b);

 private:
  Fraction add(const Fraction& a, const Fraction& b);
  Fraction multiply(const Fraction& a, const Fraction& b);
  Fraction inverse(const Fraction& a);
  Fraction tidy(Fraction a);
  Fraction integer_power(const Fraction& base, const Integer& exponent);
  Fraction atom_power(int atom, int exponent);
  Fraction negate(const Fraction& a) { return subtract(constant(0), a); }

  int symbol_atom(Atom::Type type, const std::string& name);
  int function_atom(const std::string& name, const Fraction& argument);
  int root_atom(int degree, const Fraction& base);
  int power_atom(const Fraction& base, const Fraction& exponent);
  bool positive_atom(int atom) const;
  int imaginary();

  Fraction call(const Expression& expression);
  Fraction power(const Fraction& base, const Fraction& exponent);
  Fraction symbolic_power(const Fraction& base, const Fraction& exponent);
  Fraction exponential_of_imaginary(const Fraction& exponent, bool& done);
  Fraction root(int degree, const Fraction& base);
  Fraction root_of_rational(int degree, Rational value);
  bool square_of_sum(const Polynomial& p, Fraction& result);
  bool denest(const Polynomial& p, Fraction& result);
  Fraction logarithm(const std::string& name, const Fraction& argument);
  Fraction absolute(const Fraction& argument);
  Fraction symbolic_factorial(const Fraction& argument);
  Fraction hyperbolic(const std::string& name, const Fraction& argument);
  Fraction of_several(const Expression& expression);
  Fraction series(const Expression& expression);
  std::pair<Fraction, Fraction> cosine_and_sine(const Fraction& angle);
  std::pair<Fraction, Fraction> of_pi(Rational turns);
  std::pair<Fraction, Fraction> base_angle(const Fraction& angle);
  std::pair<Fraction, Fraction> rotated(const std::pair<Fraction, Fraction>& a,
                                        const std::pair<Fraction, Fraction>& b);

  void add_term(Polynomial& sum, const Monomial& monomial, const Rational& value);
  void add_product(Polynomial& sum, Monomial monomial, const Rational& value);

  Budget& budget_;
  Reading reading_;
  std::vector<Atom> atoms_;
};

// Prime factors with exponents by trial division, as far as it is cheap; what is left over is the
// last factor (it may be composite).
std::vector<std::pair<Integer, int>> factors_of(Integer n, Budget& budget);

}  // namespace candor::scoring::maths
