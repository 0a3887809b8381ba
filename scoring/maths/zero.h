// Whether an exact expression that no normal form made zero is zero all the same: refuted where a
// ball at some point excludes zero, proven where the expression is an algebraic number whose ball
// is smaller than any such number but zero can be.
#pragma once

#include "scoring/maths/algebra.h"

namespace candor::scoring::maths {

enum class Zero {
  kNo,       // a ball at one point excludes zero
  kProven,   // zero, by exact arithmetic or by the root bound
  kAgrees,   // not proven: zero to 300 digits at every point, in an expression too short for chance
  kUnknown,  // none of these
};

// The polynomial as a function of its symbols. The proof: an algebraic integer a of degree d whose
// conjugates are at most M in size is zero or has |a| >= M^(1-d), as the product of its conjugates
// is an integer (J. R. Liouville's argument; bounds by the structure of the expression: S. Landau,
// "Simplification of nested radicals", SIAM J. Comput. 21, 1992, for the degree). kAgrees is given
// only to short expressions (60 signs, two functions deep, exponents up to 8) of analytic
// functions, where a value that is not zero stays far above 10^(-270): 60 signs write nothing below
// 10^(-60), and two functions can at most square it twice. (The thought is that of D. Richardson,
// "The uniformity conjecture", CCA 2000.)
Zero zero_test(const Algebra& algebra, const Polynomial& polynomial, Budget& budget);

// Whether the bottom of the fraction is certainly not zero everywhere.
bool well_defined(const Algebra& algebra, const Fraction& fraction, Budget& budget);

// +1 or -1 for a real constant (no symbols) whose sign is certain, else 0.
int sign_of(const Algebra& algebra, const Fraction& fraction, Budget& budget);

}  // namespace candor::scoring::maths
