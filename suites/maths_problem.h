// A problem whose answer the maths judge compares, with the derivation of the answer; and exact
// fractions. Shared by the suites arithmetic, algebra and counting.
//
// A line of a derivation is a label that ends in ": " (may be missing) and a chain of relations,
// "2 weeks: 12 × 3 + 5 = 41 < 45": every relation in it is true, for all values of the letters in
// it where there are letters. Relations: = < <= > >= and ≡ (with "(mod m)" at the end). Terms: + -
// × / ^ ! juxtaposition ("2x", "(x + 1)(x - 1)") and gcd, lcm, C (binomial coefficient) and floor.
// tests/suites/relations.h reads and checks them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "suites/bilingual.h"
#include "suites/generate.h"
#include "suites/random.h"

namespace candor::suites {

// An exact fraction in lowest terms with a positive denominator. Numerator and denominator are
// kept below 2^63 by the templates, whose numbers are small.
class Fraction {
 public:
  Fraction(std::int64_t numerator, std::int64_t denominator = 1);
  std::string text() const;  // "42", "7/3"
  // "12.5"; only where the denominator has no prime factors but 2 and 5 (checked).
  std::string decimal_text() const;
  bool is_decimal() const;
  bool is_whole() const { return denominator_ == 1; }
  std::int64_t numerator() const { return numerator_; }
  std::int64_t denominator() const { return denominator_; }

  friend Fraction operator+(const Fraction& a, const Fraction& b);
  friend Fraction operator-(const Fraction& a, const Fraction& b);
  friend Fraction operator*(const Fraction& a, const Fraction& b);
  friend Fraction operator/(const Fraction& a, const Fraction& b);
  friend bool operator==(const Fraction& a, const Fraction& b) = default;

 private:
  std::int64_t numerator_;
  std::int64_t denominator_;
};

struct MathsProblem {
  std::string topic;
  Bilingual text;
  std::string answer;  // exact: a whole number, a fraction "7/3", a decimal "12.5", an expression
  std::vector<Bilingual> proof;  // the derivation; the last line ends with the answer's value
};

using MathsTemplate = MathsProblem (*)(Random&);
using MathsLevels = std::vector<const std::vector<MathsTemplate>*>;

// A line that reads the same in both languages.
template <typename... Args>
Bilingual step(std::string_view line, const Args&... args) {
  const std::string text = fmt::format(fmt::runtime(line), args...);
  return {text, text};
}

// The question for the maths judge: the text, then "Write only the calculation … \boxed{}".
Draft maths_draft(const MathsProblem& problem);

// The questions of a suite of templates, a list of them a level.
std::vector<data::Question> maths_questions(const std::string& suite, const SuiteOptions& options,
                                            const MathsLevels& levels);

}  // namespace candor::suites
