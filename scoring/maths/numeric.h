// Values of exact expressions to 50 digits, to refute an equality or to find a sign. A number here
// never proves that two things are equal.
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <optional>

#include "scoring/maths/algebra.h"

namespace candor::scoring::maths {

using Real = boost::multiprecision::cpp_bin_float_50;

// With a positive value in place of each symbol, chosen by `trial` (0 to 5). Nothing where the
// value is not real or not defined, or is too large to tell.
std::optional<Real> value_of(const Algebra& algebra, const Polynomial& polynomial, int trial);

// True when the polynomial is certainly not identically zero: at some trial its value, real or
// imaginary part, is far above the rounding errors.
bool refuted(const Algebra& algebra, const Polynomial& polynomial);

// +1 or -1 for a real constant (no symbols) whose sign is certain, else 0.
int sign_of(const Algebra& algebra, const Fraction& fraction);

}  // namespace candor::scoring::maths
