// Units of measure behind a quantity. By rule a unit that only one side of a comparison writes is
// dropped; two known units that differ make two answers differ.
#pragma once

#include <string>
#include <string_view>

namespace candor::scoring::maths {

// "cm", "minutes", "square inches" …, in lower case.
bool is_known_unit(std::string_view word);

// One spelling a unit: "centimeters" is "cm", "square inches" is "inch^2"; others as they are, in
// the singular.
std::string unit_name(std::string_view words);

// False only when both are known and name different things ("cm" and "m", "am" and "pm").
bool units_agree(std::string_view a, std::string_view b);

}  // namespace candor::scoring::maths
