#include "suites/counting/counting.h"

#include "suites/bundled.h"

namespace candor::suites {

std::int64_t binomial(int n, int k) {
  if (k < 0 || k > n) return 0;
  std::int64_t result = 1;
  for (int i = 1; i <= k; ++i) result = result * (n - k + i) / i;
  return result;
}

std::vector<Bilingual> power_steps(std::int64_t base, int exponent, int modulus,
                                   std::int64_t& result) {
  std::vector<Bilingual> lines;
  std::string product;
  std::int64_t square = base % modulus;
  int factors = 0;
  result = 1;
  for (int bit = 1; bit <= exponent; bit *= 2) {
    if (bit == 1) {
      if (square != base) lines.push_back(step("{} ≡ {} (mod {})", base, square, modulus));
    } else {
      const std::int64_t next = square * square % modulus;
      lines.push_back(step("{}^{} ≡ {}^2 ≡ {} (mod {})", base, bit, square, next, modulus));
      square = next;
    }
    if ((exponent & bit) != 0) {
      product += fmt::format("{}{}", product.empty() ? "" : " × ", square);
      result = result * square % modulus;
      ++factors;
    }
  }
  if (factors > 1) {
    lines.push_back(step("{}^{} ≡ {} ≡ {} (mod {})", base, exponent, product, result, modulus));
  }
  return lines;
}

std::vector<data::Question> counting_questions(const SuiteOptions& options) {
  return maths_questions("counting", options,
                         {&counting_level1(), &counting_level2(), &counting_level3(),
                          &counting_level4(), &counting_level5()});
}

}  // namespace candor::suites
