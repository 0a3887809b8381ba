// Digits to exact numbers: decimals, other bases, repeating decimals.
#pragma once

#include <optional>
#include <string_view>

#include "scoring/maths/expression.h"

namespace candor::scoring::maths {

// "12", "0.125", ".5", "1.5e3" to a rational. `digits` becomes the number of significant digits
// when a decimal point is written, else 0. False when it is no such number or its exponent is over
// 400.
bool read_decimal(std::string_view text, Rational& value, int& digits);

// Digits 0-9, A-Z in a base from 2 to 36; nothing when a digit does not belong to the base.
std::optional<Rational> number_in_base(std::string_view digits, const Rational& base);

// "0.1" with the period "23" is 0.1232323…
std::optional<Rational> repeating_decimal(std::string_view start, std::string_view period);

// 10^n as an integer.
Integer power_of_ten(unsigned n);

}  // namespace candor::scoring::maths
