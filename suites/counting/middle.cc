// Level 3.
#include <numeric>

#include "suites/counting/counting.h"

namespace candor::suites {
namespace {

MathsProblem power(Random& r) {
  for (;;) {
    const int base = r.between(2, 19), exponent = r.between(20, 120), modulus = r.between(11, 59);
    if (base % modulus < 2) continue;
    std::int64_t rest = 0;
    std::vector<Bilingual> proof = power_steps(base, exponent, modulus, rest);
    if (rest < 2) continue;
    proof.push_back(step("{}", rest));
    return {"power",
            both("What is the remainder when {0}^{1} is divided by {2}?",
                 "{0}^{1}除以{2}的余数是多少？", base, exponent, modulus),
            fmt::format("{}", rest), proof};
  }
}

MathsProblem two_remainders(Random& r) {
  for (;;) {
    const int a = r.between(5, 17), b = r.between(6, 23);
    if (a >= b || std::gcd(a, b) != 1) continue;
    const int n = r.between(b + 1, a * b - 1);
    if (n % a == 0 || n % b == 0 || n % a == n % b) continue;
    return {"two-remainders",
            both("What is the smallest positive whole number that leaves the remainder {1} when "
                 "divided by {0} and the remainder {3} when divided by {2}?",
                 "一个正整数除以{0}余{1}，除以{2}余{3}。满足条件的最小的数是多少？", a, n % a, b,
                 n % b),
            fmt::format("{}", n),
            {step("{} = {} × {} + {}", n, n / a, a, n % a),
             step("{} = {} × {} + {}", n, n / b, b, n % b),
             both("two such numbers differ by a multiple of: lcm({0}, {1}) = {2} > {3}",
                  "任意两个这样的数之差是下列数的倍数：lcm({0}, {1}) = {2} > {3}", a, b, a * b, n),
             step("{}", n)}};
  }
}

MathsProblem letters(Random& r) {
  for (;;) {
    std::vector<int> times;
    int n = 0;
    const int kinds = r.between(3, 4);
    for (int i = 0; i < kinds; ++i) {
      times.push_back(r.between(1, 4));
      n += times.back();
    }
    if (n < 6 || n > 9) continue;
    std::vector<std::string> alphabet = {"A", "B", "D", "E", "K", "M", "N", "R", "S", "T"};
    r.shuffle(alphabet);
    std::vector<std::string> cards;
    std::int64_t count = 1;
    std::string parts;
    for (int i = 0, left = n; i < kinds; ++i) {
      const int k = times[static_cast<std::size_t>(i)];
      for (int j = 0; j < k; ++j) cards.push_back(alphabet[static_cast<std::size_t>(i)]);
      count *= binomial(left, k);
      left -= k;
      parts += fmt::format("{}{}!", i == 0 ? "" : " × ", k);
    }
    r.shuffle(cards);
    std::int64_t orders = 1;
    for (int i = 2; i <= n; ++i) orders *= i;
    return {
        "letters",
        both("{0} cards bear one letter each: {1}. How many different words, meaningful or not, "
             "can be laid with all of these cards in a row?",
             "{0}张卡片上各写着一个字母：{1}"
             "。把这些卡片全部排成一行，能得到多少种不同的字母串（不必有意义）？",
             n, fmt::format("{}", fmt::join(cards, " "))),
        fmt::format("{}", count),
        {step("{}! = {}", n, orders), step("{} = {}", parts, orders / count),
         step("{} / {} = {}", orders, orders / count, count)}};
  }
}

MathsProblem via_point(Random& r) {
  const int a = r.between(2, 5), b = r.between(2, 5), c = r.between(2, 5), d = r.between(2, 5);
  const std::int64_t first = binomial(a + b, a), second = binomial(c + d, c);
  return {"paths",
          both("On a map of streets in squares one walks from the corner (0, 0) to the corner "
               "({2}, {3}), each block to the east or to the north, and must pass the corner "
               "({0}, {1}). How many different ways are there?",
               "街道呈方格状，从路口(0, 0)出发，每次只能向东或向北走一格，必须经过路口({0}, "
               "{1})，最后走到"
               "路口({2}, {3})。一共有多少条不同的路线？",
               a, b, a + c, b + d),
          fmt::format("{}", first * second),
          {step("C({}, {}) = {}", a + b, a, first), step("C({}, {}) = {}", c + d, c, second),
           step("{} × {} = {}", first, second, first * second)}};
}

MathsProblem digits(Random& r) {
  const int highest = r.between(5, 9), length = r.between(3, 4);
  // Digits 0..highest, no leading zero, none twice.
  std::int64_t count = highest;
  std::string product = fmt::format("{}", highest);
  for (int i = 1; i < length; ++i) {
    count *= highest + 1 - i;
    product += fmt::format(" × {}", highest + 1 - i);
  }
  // Those that end in 0 or 5 are the multiples of 5.
  std::int64_t with_zero = 1, with_five = 1;
  std::string zero = "1", five = "1";
  for (int i = 1; i < length; ++i) {
    with_zero *= highest + 1 - i;
    zero += fmt::format(" × {}", highest + 1 - i);
  }
  for (int i = 1; i < length; ++i) {
    // First digit: not 0, not 5; then 0 is allowed again.
    const int choices = i == 1 ? highest - 1 : highest + 1 - i;
    with_five *= choices;
    five += fmt::format(" × {}", choices);
  }
  const std::int64_t multiples = with_zero + with_five;
  return {"digits",
          both("How many numbers with {0} digits can be written with the digits 0 to {1}, no digit "
               "occurring twice and the first one not being 0, that are not divisible by 5?",
               "用数字0到{1}组成没有重复数字的{0}位数（首位不能是0），其中不能被5整除的有多少个？",
               length, highest),
          fmt::format("{}", count - multiples),
          {both("all: {0} = {1}", "全部：{0} = {1}", product, count),
           both("last digit 0: {0} = {1}", "末位是0：{0} = {1}", zero, with_zero),
           both("last digit 5: {0} = {1}", "末位是5：{0} = {1}", five, with_five),
           step("{} - {} - {} = {}", count, with_zero, with_five, count - multiples)}};
}

}  // namespace

const std::vector<MathsTemplate>& counting_level3() {
  static const std::vector<MathsTemplate> kTemplates = {power, two_remainders, letters, via_point,
                                                        digits};
  return kTemplates;
}

}  // namespace candor::suites
