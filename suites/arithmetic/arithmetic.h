// Maths word problems of several steps in everyday settings. Level 1 has two or three steps with
// whole numbers, level 2 three to five with percentages, rates and ratios, level 3 needs equations,
// fractions or several conditions at once, and its answer may be a fraction or a decimal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "suites/bilingual.h"
#include "suites/random.h"

namespace candor::suites {

// An exact fraction in lowest terms with a positive denominator.
class Fraction {
 public:
  Fraction(std::int64_t numerator, std::int64_t denominator = 1);
  std::string text() const;  // "42", "7/3"
  // "12.5"; only where the denominator has no prime factors but 2 and 5 (checked).
  std::string decimal_text() const;
  bool is_decimal() const;
  bool is_whole() const { return denominator_ == 1; }

  friend Fraction operator+(const Fraction& a, const Fraction& b);
  friend Fraction operator-(const Fraction& a, const Fraction& b);
  friend Fraction operator*(const Fraction& a, const Fraction& b);
  friend Fraction operator/(const Fraction& a, const Fraction& b);

 private:
  std::int64_t numerator_;
  std::int64_t denominator_;
};

struct WordProblem {
  std::string topic;
  Bilingual text;
  std::string answer;  // exact: a whole number, a fraction "7/3" or a decimal "12.5"
};

using WordProblemTemplate = WordProblem (*)(Random&);

const std::vector<WordProblemTemplate>& arithmetic_level1();
const std::vector<WordProblemTemplate>& arithmetic_level2();
const std::vector<WordProblemTemplate>& arithmetic_level3();

}  // namespace candor::suites
