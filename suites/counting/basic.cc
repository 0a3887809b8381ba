// Levels 1 and 2.
#include <numeric>

#include "suites/counting/counting.h"

namespace candor::suites {
namespace {

MathsProblem bouquets(Random& r) {
  for (;;) {
    const int unit = r.between(3, 15), a = unit * r.between(3, 12), b = unit * r.between(3, 12);
    const int groups = std::gcd(a, b);
    if (a <= b || a % b == 0) continue;
    std::vector<Bilingual> proof;
    for (int x = a, y = b; y != 0;) {
      proof.push_back(step("{} = {} × {} + {}", x, x / y, y, x % y));
      x = std::exchange(y, x % y);
    }
    proof.push_back(step("gcd({}, {}) = {}", a, b, groups));
    return {
        "greatest-divisor",
        both("A florist has {0} roses and {1} tulips and ties bouquets that are all alike, with "
             "no flower left over. How many bouquets are there at most?",
             "花店有{0}枝玫瑰和{1}枝郁金香，要全部用完，扎成完全相同的花束。最多能扎成多少束？", a,
             b),
        fmt::format("{}", groups), proof};
  }
}

MathsProblem remainder(Random& r) {
  const int a = r.between(23, 98), b = r.between(12, 79), c = r.between(5, 60);
  const int m = r.between(7, 29), value = a * b + c;
  return {"remainder",
          both("What is the remainder when {0} × {1} + {2} is divided by {3}?",
               "{0} × {1} + {2}除以{3}的余数是多少？", a, b, c, m),
          fmt::format("{}", value % m),
          {step("{} × {} + {} = {} = {} × {} + {}", a, b, c, value, value / m, m, value % m),
           step("0 <= {} < {}", value % m, m), step("{}", value % m)}};
}

MathsProblem multiples(Random& r) {
  const int low = r.between(20, 150), high = low + r.between(80, 400), m = r.between(3, 17);
  const int count = high / m - (low - 1) / m;
  return {"multiples",
          both("How many whole numbers from {0} to {1}, both included, are divisible by {2}?",
               "从{0}到{1}（含两端）的整数中，有多少个能被{2}整除？", low, high, m),
          fmt::format("{}", count),
          {step("floor({} / {}) = {}", high, m, high / m),
           step("floor({} / {}) = {}", low - 1, m, (low - 1) / m),
           step("{} - {} = {}", high / m, (low - 1) / m, count)}};
}

MathsProblem outfits(Random& r) {
  const int a = r.between(3, 9), b = r.between(3, 8), c = r.between(2, 6), d = r.between(2, 5);
  const Bilingual name = draw_people(r, 1)[0];
  return {"product",
          both("{0} has {1} shirts, {2} pairs of trousers, {3} pairs of shoes and {4} hats. For a "
               "party {0} chooses one shirt, one pair of trousers and one pair of shoes, and wears "
               "either one of the hats or none. In how many ways can {0} dress?",
               "{0}有{1}件衬衫、{2}条裤子、{3}双鞋和{4}顶帽子。参加聚会时，{0}"
               "选一件衬衫、一条裤子、一双鞋，帽子可以戴一顶，也可以不戴。一共有多少种搭配方式？",
               name, a, b, c, d),
          fmt::format("{}", a * b * c * (d + 1)),
          {step("{} + 1 = {}", d, d + 1),
           step("{} × {} × {} × {} = {}", a, b, c, d + 1, a * b * c * (d + 1))}};
}

MathsProblem handshakes(Random& r) {
  const int n = r.between(12, 45), m = r.between(3, 10);
  const std::int64_t count = binomial(n, 2) - binomial(m, 2);
  return {"pairs",
          both("{0} people meet. Everybody shakes hands once with everybody else, but {1} of them, "
               "who came together, do not shake hands with one another. How many handshakes are "
               "there?",
               "{0}人参加聚会，每两人之间握手一次，但其中{1}"
               "人是一起来的，他们彼此之间不握手。一共握了多少次手？",
               n, m),
          fmt::format("{}", count),
          {step("C({}, 2) = {} × {} / 2 = {}", n, n, n - 1, binomial(n, 2)),
           step("C({}, 2) = {} × {} / 2 = {}", m, m, m - 1, binomial(m, 2)),
           step("{} - {} = {}", binomial(n, 2), binomial(m, 2), count)}};
}

MathsProblem either_divisor(Random& r) {
  for (;;) {
    const int n = r.stepped(200, 2000, 50), a = r.between(3, 14), b = r.between(4, 21);
    if (a >= b || b % a == 0) continue;
    const int both_of = std::lcm(a, b), count = n / a + n / b - n / both_of;
    return {
        "union",
        both("How many of the whole numbers from 1 to {0} are divisible by {1} or by {2} (or by "
             "both)?",
             "从1到{0}的整数中，能被{1}或{2}整除（包括能被两者同时整除）的有多少个？", n, a, b),
        fmt::format("{}", count),
        {step("floor({} / {}) = {}", n, a, n / a), step("floor({} / {}) = {}", n, b, n / b),
         step("lcm({}, {}) = {}", a, b, both_of),
         step("floor({} / {}) = {}", n, both_of, n / both_of),
         step("{} + {} - {} = {}", n / a, n / b, n / both_of, count)}};
  }
}

MathsProblem divisors(Random& r) {
  for (;;) {
    std::vector<int> primes = {2, 3, 5, 7, 11, 13};
    r.shuffle(primes);
    int n = 1, count = 1;
    std::string factors, counts;
    for (int i = 0; i < 3; ++i) {
      const int prime = primes[static_cast<std::size_t>(i)], exponent = r.between(1, 4);
      for (int k = 0; k < exponent; ++k) n *= prime;
      if (n > 20000) break;
      count *= exponent + 1;
      factors += fmt::format("{}{}^{}", i == 0 ? "" : " × ", prime, exponent);
      counts += fmt::format("{}({} + 1)", i == 0 ? "" : " × ", exponent);
    }
    if (n > 20000 || n < 100) continue;
    return {"divisors",
            both("How many positive divisors does {0} have, 1 and {0} included?",
                 "{0}有多少个正约数（包括1和{0}）？", n),
            fmt::format("{}", count),
            {step("{} = {}", n, factors), step("{} = {}", counts, count)}};
  }
}

MathsProblem committee(Random& r) {
  const int n = r.between(8, 16), k = r.between(3, 5);
  const std::int64_t choices = binomial(n, k), count = choices * k * (k - 1);
  return {
      "committee",
      both("A club of {0} members elects a committee of {1}, and from this committee a chair and "
           "a treasurer, who are not the same person. In how many ways can this be done?",
           "一个有{0}名会员的俱乐部选出{1}"
           "人组成委员会，再从委员会中选出主席和司库各一名，两职不能由同一人担任。一共有多少种选法"
           "？",
           n, k),
      fmt::format("{}", count),
      {step("C({}, {}) = {}", n, k, choices), step("{} × {} = {}", k, k - 1, k * (k - 1)),
       step("{} × {} = {}", choices, k * (k - 1), count)}};
}

MathsProblem last_digit(Random& r) {
  const int tens = r.between(1, 9), base = 10 * tens + r.between(2, 9),
            exponent = r.between(15, 90);
  std::int64_t digit = 0;
  std::vector<Bilingual> proof = power_steps(base, exponent, 10, digit);
  proof.push_back(step("{}", digit));
  return {"last-digit",
          both("What is the last digit of {0}^{1}?", "{0}^{1}的个位数字是多少？", base, exponent),
          fmt::format("{}", digit), proof};
}

}  // namespace

const std::vector<MathsTemplate>& counting_level1() {
  static const std::vector<MathsTemplate> kTemplates = {bouquets, remainder, multiples, outfits};
  return kTemplates;
}

const std::vector<MathsTemplate>& counting_level2() {
  static const std::vector<MathsTemplate> kTemplates = {handshakes, either_divisor, divisors,
                                                        committee, last_digit};
  return kTemplates;
}

}  // namespace candor::suites
