// Number theory and counting: problems whose answer is a whole number that brute force can find,
// and whose derivation is a few exact relations. The numbers of a problem stand in its text in the
// same order in both languages.
#pragma once

#include "suites/maths_problem.h"

namespace candor::suites {

const std::vector<MathsTemplate>& counting_level1();  // one idea: divisor, remainder, product
const std::vector<MathsTemplate>& counting_level2();  // two: union, divisors, choice
const std::vector<MathsTemplate>& counting_level3();  // powers, two remainders, repeated letters
const std::vector<MathsTemplate>& counting_level4();  // inverse, conditions, what is left out
const std::vector<MathsTemplate>& counting_level5();  // towers, bounds, recurrences, exclusion

std::int64_t binomial(int n, int k);

// The lines of square-and-multiply: base^(2^i) for each bit of the exponent, then their product.
// The last one is "base^exponent ≡ r (mod m)". `result` is r.
std::vector<Bilingual> power_steps(std::int64_t base, int exponent, int modulus,
                                   std::int64_t& result);

}  // namespace candor::suites
