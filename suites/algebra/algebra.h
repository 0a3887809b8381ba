// Equations, systems and polynomials. The answer is a number or an expression for the maths judge;
// the proof is a check by substitution together with what makes the solution the only one, or an
// identity of polynomials.
#pragma once

#include "suites/maths_problem.h"

namespace candor::suites {

const std::vector<MathsTemplate>& algebra_level1();  // one linear step, one product
const std::vector<MathsTemplate>& algebra_level2();  // two unknowns, fractions, composition
const std::vector<MathsTemplate>& algebra_level3();  // quadratics, division, binomials
const std::vector<MathsTemplate>& algebra_level4();  // three unknowns, irrational roots, symmetry
const std::vector<MathsTemplate>& algebra_level5();  // cubics, power sums, remainders of powers

// A polynomial with whole coefficients, the constant first.
using Polynomial = std::vector<std::int64_t>;

Polynomial product(const Polynomial& a, const Polynomial& b);
Polynomial sum(const Polynomial& a, const Polynomial& b, std::int64_t times_b = 1);
std::int64_t value(const Polynomial& p, std::int64_t x);
// "x^2 - 3x + 2"; "0" for nothing.
std::string text(const Polynomial& p, std::string_view variable = "x");
// "+ 3y", "- y": a term behind others. The coefficient is not 0.
std::string further(std::int64_t coefficient, std::string_view symbol = "");
// "3y", "-y": a term that begins.
std::string leading(std::int64_t coefficient, std::string_view symbol = "");
// A factor: the number, in parentheses when it is negative.
std::string factor(std::int64_t number);
// From lo..hi, but not 0.
int nonzero(Random& random, int lo, int hi);

}  // namespace candor::suites
