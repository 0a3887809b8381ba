// Numbers of JSON as people write them. Boost.JSON's own writer has 5E-1 for 0.5.
#pragma once

#include <string>

namespace candor::data {

// The fewest digits that give the number again, without an exponent: 0.5, 5, 0.00001. Throws Error
// for what is not finite.
std::string plain_decimal(double value);

}  // namespace candor::data
