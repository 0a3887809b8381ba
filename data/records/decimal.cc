#include "data/records/decimal.h"

#include <array>
#include <charconv>
#include <cmath>

#include "data/base/error.h"

namespace candor::data {

std::string plain_decimal(double value) {
  if (!std::isfinite(value)) fail("{} is no decimal number", value);
  std::array<char, 1100> digits;  // the smallest doubles have 1,074 places
  char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed)
          .ptr;
  return std::string(digits.data(), end);
}

}  // namespace candor::data
