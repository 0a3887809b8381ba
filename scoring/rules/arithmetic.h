// The value of an arithmetic expression in ASCII, as an interpreter would compute it in double
// precision: "1/2", "(3+4)/5", "2**3/4". No names, no functions. For the rules that turn fractions
// into decimals before they compare.
#pragma once

#include <optional>
#include <string_view>

namespace candor::scoring::rules {

// None for what is no such expression, a division by zero, or nesting deeper than 100.
std::optional<double> arithmetic_value(std::string_view text);

}  // namespace candor::scoring::rules
