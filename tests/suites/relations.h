// Reads and checks the derivations of suites/maths_problem.h: a label, then a chain of relations,
// each of them true exactly. Letters stand for any number: the relation must hold at sixteen points
// whose values have nothing to do with the line, which for the small degrees there are is a proof.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace candor::suites {

using Rational = boost::multiprecision::cpp_rational;
using Letters = std::map<std::string, Rational>;

// "3x^2 - (x + 1)/2", with letters; throws std::runtime_error where it is no expression.
class ExpressionReader {
 public:
  ExpressionReader(std::string_view text, const Letters& letters)
      : text_(text), letters_(letters) {}

  Rational whole() {
    const Rational value = sum();
    skip();
    if (at_ != text_.size()) bad("something is left");
    return value;
  }

 private:
  using Integer = boost::multiprecision::cpp_int;

  [[noreturn]] void bad(const std::string& what) const {
    throw std::runtime_error(what + " at " + std::to_string(at_) + ": " + std::string(text_));
  }
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  Rational sum() {
    Rational value = product();
    for (;;) {
      if (take("+")) {
        value += product();
      } else if (take("-")) {
        value -= product();
      } else {
        return value;
      }
    }
  }
  Rational product() {
    Rational value = signed_power();
    for (;;) {
      if (take("×")) {
        value *= signed_power();
      } else if (take("/")) {
        const Rational divisor = signed_power();
        if (divisor == 0) bad("division by zero");
        value /= divisor;
      } else {
        skip();
        // "2x", "(x + 1)(x - 1)"
        const char c = at_ < text_.size() ? text_[at_] : ' ';
        if (c != '(' && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z')) return value;
        value *= power();
      }
    }
  }
  Rational signed_power() { return take("-") ? Rational(-signed_power()) : power(); }
  Rational power() {
    Rational value = atom();
    while (take("!")) {
      Integer factorial = 1;
      for (Integer i = 2; i <= whole_number(value); ++i) factorial *= i;
      value = factorial;
    }
    if (!take("^")) return value;
    const auto exponent = static_cast<unsigned>(whole_number(atom()));
    Rational result = 1;
    for (unsigned i = 0; i < exponent; ++i) result *= value;
    return result;
  }
  Integer whole_number(const Rational& value) const {
    if (denominator(value) != 1 || value < 0) bad("not a whole number");
    return numerator(value);
  }
  Rational atom() {
    if (take("(")) {
      const Rational value = sum();
      if (!take(")")) bad("missing )");
      return value;
    }
    for (const std::string name : {"gcd", "lcm", "C", "floor"}) {
      if (!text_.substr(at_).starts_with(name + "(")) continue;
      at_ += name.size() + 1;
      std::vector<Rational> values = {sum()};
      while (take(",")) values.push_back(sum());
      if (!take(")") || values.size() != (name == "floor" ? 1u : 2u)) bad("arguments");
      return call(name, values);
    }
    std::string digits;
    std::size_t places = 0;
    while (at_ < text_.size() && ((text_[at_] >= '0' && text_[at_] <= '9') ||
                                  (text_[at_] == '.' && !digits.empty() && places == 0))) {
      if (text_[at_] == '.') {
        places = 1;
      } else {
        digits += text_[at_];
        if (places > 0) ++places;
      }
      ++at_;
    }
    if (!digits.empty()) {
      Rational value{Integer(digits.substr(digits.find_first_not_of('0') == std::string::npos
                                               ? digits.size() - 1
                                               : digits.find_first_not_of('0')))};
      for (std::size_t i = 1; i < places; ++i) value /= 10;
      return value;
    }
    if (at_ < text_.size()) {
      const auto letter = letters_.find(std::string(1, text_[at_]));
      if (letter != letters_.end()) {
        ++at_;
        return letter->second;
      }
    }
    bad("no number");
  }
  Rational call(const std::string& name, const std::vector<Rational>& values) const {
    if (name == "floor") {
      const Integer n = numerator(values[0]), d = denominator(values[0]);
      return n >= 0 ? Rational(Integer(n / d)) : Rational(Integer(-((-n + d - 1) / d)));
    }
    const Integer a = whole_number(values[0]), b = whole_number(values[1]);
    if (name == "gcd") return Rational(boost::multiprecision::gcd(a, b));
    if (name == "lcm") return Rational(boost::multiprecision::lcm(a, b));
    Integer result = 1;
    for (Integer i = 1; i <= b; ++i) result = result * (a - b + i) / i;
    return a < b ? Rational(0) : Rational(result);
  }

  std::string_view text_;
  const Letters& letters_;
  std::size_t at_ = 0;
};

inline Rational value_of(std::string_view text, const Letters& letters = {}) {
  return ExpressionReader(text, letters).whole();
}

// What stands behind the label; empty for a remark, a sentence that ends in a full stop.
inline std::string relation_of(const std::string& line) {
  if (line.ends_with(".") || line.ends_with("。")) return "";
  std::size_t begin = 0;
  for (const std::string end : {": ", "："}) {
    const std::size_t at = line.rfind(end);
    if (at != std::string::npos) begin = std::max(begin, at + end.size());
  }
  return line.substr(begin);
}

struct Relation {
  std::vector<std::string> sides;
  std::vector<std::string> signs;
  std::string modulus;
};

inline Relation read_relation(std::string text) {
  Relation relation;
  const std::size_t mod = text.find(" (mod ");
  if (mod != std::string::npos) {
    relation.modulus = text.substr(mod + 6, text.size() - mod - 7);
    text.erase(mod);
  }
  std::string side;
  for (std::size_t i = 0; i < text.size();) {
    std::string sign;
    for (const std::string candidate : {" <= ", " >= ", " = ", " < ", " > ", " ≡ "}) {
      if (text.compare(i, candidate.size(), candidate) == 0) sign = candidate;
    }
    if (sign.empty()) {
      side += text[i++];
      continue;
    }
    relation.sides.push_back(side);
    relation.signs.push_back(sign.substr(1, sign.size() - 2));
    side.clear();
    i += sign.size();
  }
  relation.sides.push_back(side);
  return relation;
}

// Empty when every relation holds; else what is wrong. "x = 5" (a letter alone on the left and no
// letter behind it) is a name for a result and always right.
inline std::string wrong_in(const std::string& line) {
  const std::string text = relation_of(line);
  if (text.empty()) return "";
  const Relation relation = read_relation(text);
  const std::string& first = relation.sides.front();
  const bool naming = relation.signs.size() == 1 && relation.signs[0] == "=" && first.size() == 1 &&
                      (first[0] < '0' || first[0] > '9');
  try {
    for (int point = 0; point < 16; ++point) {
      Letters letters;
      for (char c = 'a'; c <= 'z'; ++c) {
        letters[std::string(1, c)] = Rational(7 * point + 3 * (c - 'a') + 11, 13 + point);
      }
      for (const char c : {'A', 'B', 'C'}) letters[std::string(1, c)] = Rational(point + 2 + c, 7);
      std::vector<Rational> values;
      for (const std::string& side : relation.sides) values.push_back(value_of(side, letters));
      for (std::size_t i = 0; i < relation.signs.size() && !naming; ++i) {
        const Rational &a = values[i], &b = values[i + 1];
        const std::string& sign = relation.signs[i];
        bool holds = sign == "="    ? a == b
                     : sign == "<"  ? a < b
                     : sign == "<=" ? a <= b
                     : sign == ">"  ? a > b
                                    : a >= b;
        if (sign == "≡") {
          const Rational quotient = (a - b) / value_of(relation.modulus);
          holds = denominator(quotient) == 1;
        }
        if (!holds) return "not true: " + line;
      }
    }
  } catch (const std::exception& error) {
    return std::string(error.what()) + " in: " + line;
  }
  return "";
}

}  // namespace candor::suites
