#include "scoring/maths/numerals.h"

#include <charconv>

namespace candor::scoring::maths {

namespace {

constexpr int kMaxExponent = 400;  // of "1e3": beyond it no answer is written this way
constexpr std::size_t kMaxDigits = 20'000;

// Digits alone, most significant first; false for anything else.
bool read_integer(std::string_view text, Integer& value) {
  if (text.size() > kMaxDigits) throw Budget::Exhausted{"a number with too many digits"};
  value = 0;
  // In pieces of 18 digits, which fit 64 bits.
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, 18);
    std::uint64_t part = 0;
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), part);
    if (error != std::errc() || end != piece.data() + piece.size()) return false;
    value = value * power_of_ten(static_cast<unsigned>(piece.size())) + part;
    text.remove_prefix(piece.size());
  }
  return true;
}

}  // namespace

Integer power_of_ten(unsigned n) { return boost::multiprecision::pow(Integer(10), n); }

bool read_decimal(std::string_view text, Rational& value, int& digits) {
  int exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view tail = text.substr(e + 1);
    if (tail.starts_with('+')) tail.remove_prefix(1);
    const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
    if (error != std::errc() || end != tail.data() + tail.size()) return false;
    if (exponent > kMaxExponent || exponent < -kMaxExponent) return false;
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() && part.empty()) return false;
  Integer top;
  if (!read_integer(std::string(whole) + std::string(part), top)) return false;
  digits = 0;
  if (!part.empty()) {
    const std::string all = std::string(whole) + std::string(part);
    const std::size_t first = all.find_first_not_of('0');
    digits = first == std::string::npos ? 1 : static_cast<int>(all.size() - first);
  }
  exponent -= static_cast<int>(part.size());
  if (exponent >= 0) {
    value = Rational(top * power_of_ten(static_cast<unsigned>(exponent)));
  } else {
    value = Rational(top, power_of_ten(static_cast<unsigned>(-exponent)));
  }
  return true;
}

std::optional<Rational> number_in_base(std::string_view digits, const Rational& base) {
  if (denominator(base) != 1 || base < 2 || base > 36) return std::nullopt;
  Integer value = 0;
  for (const char c : digits) {
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'A' && c <= 'Z') digit = c - 'A' + 10;
    if (digit < 0 || digit >= base) return std::nullopt;
    value = value * numerator(base) + digit;
  }
  return Rational(value);
}

std::optional<Rational> repeating_decimal(std::string_view start, std::string_view period) {
  Rational value;
  int digits = 0;
  Integer repeated;
  if (period.empty() || period.size() > 200 || !read_integer(period, repeated)) return std::nullopt;
  std::string head(start);
  if (head.ends_with('.')) head += '0';
  if (!read_decimal(head, value, digits)) return std::nullopt;
  const std::size_t point = start.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  const auto places = static_cast<unsigned>(start.size() - point - 1);
  const Integer nines = power_of_ten(static_cast<unsigned>(period.size())) - 1;
  return value + Rational(repeated, nines * power_of_ten(places));
}

}  // namespace candor::scoring::maths
