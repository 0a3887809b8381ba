// Levels 1 and 2.
#include "suites/algebra/algebra.h"

namespace candor::suites {
namespace {

MathsProblem linear(Random& r) {
  for (;;) {
    const int a = nonzero(r, -9, 12), c = nonzero(r, -9, 12), x = nonzero(r, -12, 15);
    const int b = nonzero(r, -30, 30), d = a * x + b - c * x;
    if (a == c || d == 0 || b == d) continue;
    return {
        "linear",
        both("Solve for x: {0} = {1}", "解方程：{0} = {1}，求x。", text(Polynomial{b, a}),
             text(Polynomial{d, c})),
        fmt::format("{}", x),
        {both("one solution: {0} - {1} = {2}", "只有一个解：{0} - {1} = {2}", a, factor(c), a - c),
         step("{} × {} + {} = {} = {} × {} + {}", factor(a), factor(x), factor(b), a * x + b,
              factor(c), factor(x), factor(d)),
         step("x = {}", x)}};
  }
}

MathsProblem expand(Random& r) {
  const Polynomial a = {nonzero(r, -9, 9), r.between(1, 4)},
                   b = {nonzero(r, -9, 9), r.between(1, 3)};
  const int c = nonzero(r, -9, 9);
  const Polynomial result = sum(product(a, b), {0, c});
  const std::string given = fmt::format("({})({}) {}", text(a), text(b), further(c, "x"));
  return {"expand",
          both("Expand and simplify: {0}", "展开并化简：{0}", given),
          text(result),
          {step("({})({}) = {}", text(a), text(b), text(product(a, b))),
           step("{} = {}", given, text(result))}};
}

MathsProblem evaluate(Random& r) {
  const Polynomial f = {nonzero(r, -20, 20), nonzero(r, -9, 9), nonzero(r, -5, 6)};
  const int x = nonzero(r, -8, 9);
  return {"evaluate",
          both("Let f(x) = {0}. What is f({1})?", "设f(x) = {0}，求f({1})的值。", text(f), x),
          fmt::format("{}", value(f, x)),
          {step("{}^2 = {}", factor(x), x * x),
           step("{} × {} + {} × {} + {} = {}", factor(f[2]), x * x, factor(f[1]), factor(x),
                factor(f[0]), value(f, x))}};
}

MathsProblem undo(Random& r) {
  const int a = r.between(2, 9), x = r.between(3, 25), b = nonzero(r, -15, 20), c = r.between(2, 6);
  return {"brackets",
          both("Solve for x: {0}(x {1}) {2} = {3}", "解方程：{0}(x {1}) {2} = {3}，求x。", a,
               further(b), further(-c * a), a * (x + b) - c * a),
          fmt::format("{}", x),
          {step("{} × ({} + {}) - {} = {}", a, x, factor(b), c * a, a * (x + b) - c * a),
           step("x = {}", x)}};
}

MathsProblem two_unknowns(Random& r) {
  for (;;) {
    const int a = nonzero(r, -7, 9), b = nonzero(r, -7, 9), c = nonzero(r, -7, 9),
              d = nonzero(r, -7, 9);
    const int x = nonzero(r, -9, 12), y = nonzero(r, -9, 12);
    const int det = a * d - b * c;
    if (det == 0 || x == y) continue;
    const int e = a * x + b * y, f = c * x + d * y;
    const auto left = [](int p, int q) {
      return fmt::format("{} {}", leading(p, "x"), further(q, "y"));
    };
    return {
        "two-unknowns",
        both("Solve the system {0} = {1}, {2} = {3}. Give the pair (x, y).",
             "解方程组：{0} = {1}，{2} = {3}。请写成(x, y)的形式。", left(a, b), e, left(c, d), f),
        fmt::format("({}, {})", x, y),
        {both("one solution: {0} × {1} - {2} × {3} = {4}",
              "只有一个解：{0} × {1} - {2} × {3} = {4}", factor(a), factor(d), factor(b), factor(c),
              det),
         step("{} × {} + {} × {} = {}", factor(a), factor(x), factor(b), factor(y), e),
         step("{} × {} + {} × {} = {}", factor(c), factor(x), factor(d), factor(y), f),
         step("x = {}", x), step("y = {}", y)}};
  }
}

MathsProblem with_fractions(Random& r) {
  for (;;) {
    const int p = r.between(2, 9), q = r.between(2, 9), a = nonzero(r, -9, 9),
              b = nonzero(r, -9, 9);
    const int c = nonzero(r, -8, 12);
    // (x + a)/p + (x + b)/q = c
    const Fraction x = Fraction(c * p * q - a * q - b * p, p + q);
    if (p == q || a == b) continue;
    return {
        "fractions",
        both("Solve for x: (x {0})/{1} + (x {2})/{3} = {4}. Give a whole number or a fraction in "
             "lowest terms.",
             "解方程：(x {0})/{1} + (x {2})/{3} = {4}，求x。请用整数或最简分数表示答案。",
             further(a), p, further(b), q, c),
        x.text(),
        {both("coefficient of x: 1/{0} + 1/{1} = {2}", "x的系数：1/{0} + 1/{1} = {2}", p, q,
              (Fraction(1, p) + Fraction(1, q)).text()),
         step("(({0}) {1})/{2} + (({0}) {3})/{4} = {5}", x.text(), further(a), p, further(b), q, c),
         step("x = {}", x.text())}};
  }
}

MathsProblem difference(Random& r) {
  const Polynomial a = {nonzero(r, -9, 9), r.between(2, 6)},
                   b = {nonzero(r, -9, 9), r.between(2, 5)},
                   c = {nonzero(r, -7, 7), r.between(2, 4)};
  const Polynomial result = sum(product(a, b), product(c, c), -1);
  const std::string given = fmt::format("({})({}) - ({})^2", text(a), text(b), text(c));
  return {
      "expand-square",
      both("Expand and simplify: {0}", "展开并化简：{0}", given),
      text(result),
      {step("({})({}) = {}", text(a), text(b), text(product(a, b))),
       step("({})^2 = {}", text(c), text(product(c, c))), step("{} = {}", given, text(result))}};
}

MathsProblem composition(Random& r) {
  const Polynomial f = {nonzero(r, -9, 9), nonzero(r, -6, 6), nonzero(r, -3, 4)},
                   g = {nonzero(r, -7, 7), nonzero(r, -4, 5)};
  const Polynomial square = product(g, g);
  Polynomial result = sum({f[0]}, g, f[1]);
  result = sum(result, square, f[2]);
  return {"composition",
          both("Let f(x) = {0} and g(x) = {1}. Write f(g(x)) as an expanded polynomial in x.",
               "设f(x) = {0}，g(x) = {1}。把f(g(x))展开成关于x的多项式。", text(f), text(g)),
          text(result),
          {step("({})^2 = {}", text(g), text(square)),
           step("{}({}) + {}({}) + {} = {}", factor(f[2]), text(square), factor(f[1]), text(g),
                factor(f[0]), text(result))}};
}

}  // namespace

const std::vector<MathsTemplate>& algebra_level1() {
  static const std::vector<MathsTemplate> kTemplates = {linear, expand, evaluate, undo};
  return kTemplates;
}

const std::vector<MathsTemplate>& algebra_level2() {
  static const std::vector<MathsTemplate> kTemplates = {two_unknowns, with_fractions, difference,
                                                        composition};
  return kTemplates;
}

}  // namespace candor::suites
