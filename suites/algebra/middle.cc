// Level 3.
#include <numeric>

#include "suites/algebra/algebra.h"
#include "suites/counting/counting.h"

namespace candor::suites {
namespace {

MathsProblem quadratic(Random& r) {
  for (;;) {
    // (p x + q)(s x + t) with roots -q/p and -t/s.
    const int p = r.between(1, 4), q = nonzero(r, -9, 9), s = r.between(1, 3),
              t = nonzero(r, -9, 9);
    if (std::gcd(p, q) != 1 || std::gcd(s, t) != 1 || p * t == q * s || p * s == 1) continue;
    const Polynomial a = {q, p}, b = {t, s}, all = product(a, b);
    const bool first = -q * s > -t * p;  // -q/p > -t/s
    const Fraction larger = first ? Fraction(-q, p) : Fraction(-t, s);
    const Fraction smaller = first ? Fraction(-t, s) : Fraction(-q, p);
    return {"quadratic",
            both("What is the larger of the two solutions of {0} = 0? Give a whole number or a "
                 "fraction in lowest terms.",
                 "方程{0} = 0有两个解，其中较大的是多少？请用整数或最简分数表示答案。", text(all)),
            larger.text(),
            {step("{} = ({})({})", text(all), text(a), text(b)),
             both("the factors are zero at: {0} > {1}", "因式为零处：{0} > {1}", larger.text(),
                  smaller.text()),
             step("{}", larger.text())}};
  }
}

MathsProblem division(Random& r) {
  const Polynomial divisor = {nonzero(r, -6, 6), r.between(-5, 5), 1};
  const Polynomial quotient = {nonzero(r, -6, 6), r.between(1, 4)};
  const Polynomial rest = {nonzero(r, -12, 12), nonzero(r, -9, 9)};
  const Polynomial all = sum(product(divisor, quotient), rest);
  return {"division",
          both("What is the remainder when the polynomial {0} is divided by {1}?",
               "多项式{0}除以{1}的余式是什么？", text(all), text(divisor)),
          text(rest),
          {step("{} = ({})({}) {} {}", text(all), text(divisor), text(quotient),
                further(rest[1], "x"), further(rest[0])),
           step("{}", text(rest))}};
}

MathsProblem proportion(Random& r) {
  for (;;) {
    const int a = r.between(2, 12), b = nonzero(r, -9, 9), c = r.between(2, 12),
              d = nonzero(r, -9, 9);
    if (a == c || b == d) continue;
    // a (x + d) = c (x + b)
    const Fraction x(c * b - a * d, a - c);
    if (x == Fraction(-b) || x == Fraction(-d) || x == Fraction(0)) continue;
    const Fraction value_there = Fraction(a) / (x + Fraction(b));
    return {
        "proportion",
        both("Solve for x: {0}/(x {1}) = {2}/(x {3}). Give a whole number or a fraction in lowest "
             "terms.",
             "解方程：{0}/(x {1}) = {2}/(x {3})，求x。请用整数或最简分数表示答案。", a, further(b),
             c, further(d)),
        x.text(),
        {both("one solution: {0} - {1} = {2}", "只有一个解：{0} - {1} = {2}", a, c, a - c),
         step("{0}/(({1}) {2}) = {3} = {4}/(({1}) {5})", a, x.text(), further(b),
              value_there.text(), c, further(d)),
         step("x = {}", x.text())}};
  }
}

MathsProblem coefficient(Random& r) {
  const int n = r.between(4, 7), a = r.between(2, 4), b = nonzero(r, -4, 4),
            k = r.between(2, n - 2);
  std::int64_t answer = binomial(n, k);
  for (int i = 0; i < k; ++i) answer *= a;
  for (int i = 0; i < n - k; ++i) answer *= b;
  return {"coefficient",
          both("What is the coefficient of x^{0} in the expansion of ({1})^{2}?",
               "({1})^{2}的展开式中，x^{0}的系数是多少？", k, text(Polynomial{b, a}), n),
          fmt::format("{}", answer),
          {step("C({}, {}) = {}", n, k, binomial(n, k)),
           step("{} × {}^{} × {}^{} = {}", binomial(n, k), a, k, factor(b), n - k, answer)}};
}

}  // namespace

const std::vector<MathsTemplate>& algebra_level3() {
  static const std::vector<MathsTemplate> kTemplates = {quadratic, division, proportion,
                                                        coefficient};
  return kTemplates;
}

}  // namespace candor::suites
