#include <fmt/format.h>

#include <cstdlib>
#include <numeric>

#include "suites/maths_problem.h"

namespace candor::suites {

Fraction::Fraction(std::int64_t numerator, std::int64_t denominator)
    : numerator_(numerator), denominator_(denominator) {
  if (denominator_ == 0) std::abort();  // a template divided by zero: a bug of ours
  const std::int64_t divisor = std::gcd(numerator_, denominator_) * (denominator_ < 0 ? -1 : 1);
  numerator_ /= divisor;
  denominator_ /= divisor;
}

std::string Fraction::text() const {
  return is_whole() ? fmt::format("{}", numerator_)
                    : fmt::format("{}/{}", numerator_, denominator_);
}

bool Fraction::is_decimal() const {
  std::int64_t rest = denominator_;
  while (rest % 2 == 0) rest /= 2;
  while (rest % 5 == 0) rest /= 5;
  return rest == 1;
}

std::string Fraction::decimal_text() const {
  if (!is_decimal()) std::abort();
  std::int64_t whole = numerator_ < 0 ? -numerator_ : numerator_;
  std::string digits = numerator_ < 0 ? "-" : "";
  digits += fmt::format("{}", whole / denominator_);
  std::int64_t rest = whole % denominator_;
  if (rest != 0) digits += '.';
  while (rest != 0) {
    rest *= 10;
    digits += static_cast<char>('0' + rest / denominator_);
    rest %= denominator_;
  }
  return digits;
}

Fraction operator+(const Fraction& a, const Fraction& b) {
  return {a.numerator_ * b.denominator_ + b.numerator_ * a.denominator_,
          a.denominator_ * b.denominator_};
}

Fraction operator-(const Fraction& a, const Fraction& b) {
  return {a.numerator_ * b.denominator_ - b.numerator_ * a.denominator_,
          a.denominator_ * b.denominator_};
}

Fraction operator*(const Fraction& a, const Fraction& b) {
  return {a.numerator_ * b.numerator_, a.denominator_ * b.denominator_};
}

Fraction operator/(const Fraction& a, const Fraction& b) {
  return {a.numerator_ * b.denominator_, a.denominator_ * b.numerator_};
}

}  // namespace candor::suites
