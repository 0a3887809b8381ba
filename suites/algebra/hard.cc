// Levels 4 and 5.
#include <array>

#include "suites/algebra/algebra.h"

namespace candor::suites {
namespace {

MathsProblem three_unknowns(Random& r) {
  for (;;) {
    std::array<std::array<int, 3>, 3> m{};
    std::array<int, 3> x{}, v{};
    for (int& unknown : x) unknown = nonzero(r, -8, 9);
    for (auto& row : m) {
      for (int& entry : row) entry = nonzero(r, -5, 6);
    }
    const int det = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                    m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                    m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    if (det == 0 || (x[0] == x[1] && x[1] == x[2])) continue;
    std::array<std::string, 3> lines;
    std::vector<Bilingual> proof = {
        both("one solution: {0} × ({4} × {8} - {5} × {7}) - {1} × ({3} × {8} - {5} × {6}) + {2} × "
             "({3} × "
             "{7} - {4} × {6}) = {9}",
             "只有一个解：{0} × ({4} × {8} - {5} × {7}) - {1} × ({3} × {8} - {5} × {6}) + {2} × "
             "({3} × {7} "
             "- {4} × {6}) = {9}",
             factor(m[0][0]), factor(m[0][1]), factor(m[0][2]), factor(m[1][0]), factor(m[1][1]),
             factor(m[1][2]), factor(m[2][0]), factor(m[2][1]), factor(m[2][2]), det)};
    for (std::size_t i = 0; i < 3; ++i) {
      v[i] = m[i][0] * x[0] + m[i][1] * x[1] + m[i][2] * x[2];
      lines[i] = fmt::format("{} {} {} = {}", leading(m[i][0], "x"), further(m[i][1], "y"),
                             further(m[i][2], "z"), v[i]);
      proof.push_back(step("{} × {} + {} × {} + {} × {} = {}", factor(m[i][0]), factor(x[0]),
                           factor(m[i][1]), factor(x[1]), factor(m[i][2]), factor(x[2]), v[i]));
    }
    for (std::size_t i = 0; i < 3; ++i) {
      proof.push_back(step("{} = {}", static_cast<char>('x' + i), x[i]));
    }
    return {"three-unknowns",
            both("Solve the system {0}, {1}, {2}. Give the triple (x, y, z).",
                 "解方程组：{0}，{1}，{2}。请写成(x, y, z)的形式。", lines[0], lines[1], lines[2]),
            fmt::format("({}, {}, {})", x[0], x[1], x[2]), proof};
  }
}

bool has_square_factor(int n) {
  for (int k = 2; k * k <= n; ++k) {
    if (n % (k * k) == 0) return true;
  }
  return false;
}

MathsProblem irrational(Random& r) {
  for (;;) {
    const int centre = nonzero(r, -9, 9), under = r.between(2, 60), a = r.between(1, 4);
    if (has_square_factor(under)) continue;
    // a ((x - centre)^2 - under)
    const Polynomial all = {a * (centre * centre - under), -2 * a * centre, a};
    if (all[0] == 0) continue;
    return {"irrational-roots",
            both("What is the larger of the two solutions of {0} = 0? Give the exact value, with a "
                 "square root.",
                 "方程{0} = 0有两个解，其中较大的是多少？请用根式写出精确值。", text(all)),
            fmt::format("{} + \\sqrt{{{}}}", centre, under),
            {step("{} = {}((x {})^2 - {})", text(all), a, further(-centre), under),
             both("So (x {0})^2 is {1}, and the larger x is {2} + √{1}.",
                  "所以(x {0})^2等于{1}，较大的x是{2} + √{1}。", further(-centre), under, centre)}};
  }
}

MathsProblem cubes_of_roots(Random& r) {
  const int s = nonzero(r, -7, 9), p = nonzero(r, -9, 9);
  const std::int64_t answer = s * s * s - 3 * p * s;
  return {"symmetric",
          both("Let u and v be the two (real or complex) solutions of {0} = 0. What is u^3 + v^3?",
               "设u和v是方程{0} = 0的两个根（实根或虚根），求u^3 + v^3的值。",
               text(Polynomial{p, -s, 1})),
          fmt::format("{}", answer),
          {step("u^3 + v^3 = (u + v)^3 - 3 × (u v) × (u + v)"),
           both("Here u + v is {0} and u v is {1}.", "这里u + v等于{0}，u v等于{1}。", s, p),
           step("{0}^3 - 3 × {1} × {0} = {2}", factor(s), factor(p), answer)}};
}

MathsProblem interpolation(Random& r) {
  const Polynomial f = {nonzero(r, -9, 9), nonzero(r, -8, 8), nonzero(r, -4, 5)};
  const int x = r.between(-4, 1);
  const int y = x + r.between(1, 3), z = y + r.between(1, 3), asked = z + r.between(2, 6);
  return {
      "interpolation",
      both("A quadratic polynomial f has the values f({0}) = {1}, f({2}) = {3} and f({4}) = {5}. "
           "What is f({6})?",
           "二次多项式f满足f({0}) = {1}，f({2}) = {3}，f({4}) = {5}。求f({6})的值。", x,
           value(f, x), y, value(f, y), z, value(f, z), asked),
      fmt::format("{}", value(f, asked)),
      {both("f(x) is {0}, the only one of degree 2 or less with these values.",
            "f(x)就是{0}，次数不超过2、取这些值的多项式只有它一个。", text(f)),
       step("{0} × {1}^2 + {2} × {1} + {3} = {4}", factor(f[2]), factor(x), factor(f[1]),
            factor(f[0]), value(f, x)),
       step("{0} × {1}^2 + {2} × {1} + {3} = {4}", factor(f[2]), factor(y), factor(f[1]),
            factor(f[0]), value(f, y)),
       step("{0} × {1}^2 + {2} × {1} + {3} = {4}", factor(f[2]), factor(z), factor(f[1]),
            factor(f[0]), value(f, z)),
       step("{0} × {1}^2 + {2} × {1} + {3} = {4}", factor(f[2]), factor(asked), factor(f[1]),
            factor(f[0]), value(f, asked))}};
}

MathsProblem power_sum(Random& r) {
  // e1, e2, e3 of x^3 - e1 x^2 + e2 x - e3; Newton's identities.
  const std::int64_t e1 = nonzero(r, -5, 6), e2 = nonzero(r, -6, 7), e3 = nonzero(r, -6, 7);
  const std::int64_t p1 = e1, p2 = e1 * p1 - 2 * e2, p3 = e1 * p2 - e2 * p1 + 3 * e3;
  const std::int64_t p4 = e1 * p3 - e2 * p2 + e3 * p1;
  return {"power-sum",
          both("Let u, v and w be the three (real or complex) solutions of {0} = 0. What is "
               "u^4 + v^4 + w^4?",
               "设u、v、w是方程{0} = 0的三个根（实根或虚根），求u^4 + v^4 + w^4的值。",
               text(Polynomial{-e3, e2, -e1, 1})),
          fmt::format("{}", p4),
          {both("u + v + w: {0} = {0}", "u + v + w：{0} = {0}", e1),
           both("u^2 + v^2 + w^2: {0} × {0} - 2 × {1} = {2}",
                "u^2 + v^2 + w^2：{0} × {0} - 2 × {1} = {2}", factor(e1), factor(e2), p2),
           both("u^3 + v^3 + w^3: {0} × {1} - {2} × {3} + 3 × {4} = {5}",
                "u^3 + v^3 + w^3：{0} × {1} - {2} × {3} + 3 × {4} = {5}", factor(e1), factor(p2),
                factor(e2), factor(p1), factor(e3), p3),
           both("u^4 + v^4 + w^4: {0} × {1} - {2} × {3} + {4} × {5} = {6}",
                "u^4 + v^4 + w^4：{0} × {1} - {2} × {3} + {4} × {5} = {6}", factor(e1), factor(p3),
                factor(e2), factor(p2), factor(e3), factor(p1), p4)}};
}

MathsProblem fifth_powers(Random& r) {
  for (;;) {
    const std::int64_t s = nonzero(r, -6, 7), p = nonzero(r, -8, 9), squares = s * s - 2 * p;
    std::vector<std::int64_t> sums = {2, s};
    std::vector<Bilingual> proof = {step("x y = ((x + y)^2 - (x^2 + y^2)) / 2"),
                                    step("({}^2 - {}) / 2 = {}", factor(s), factor(squares), p)};
    for (int n = 2; n <= 5; ++n) {
      const std::int64_t a = sums[sums.size() - 1], b = sums[sums.size() - 2];
      sums.push_back(s * a - p * b);
      proof.push_back(both("x^{0} + y^{0}: {1} × {2} - {3} × {4} = {5}",
                           "x^{0} + y^{0}：{1} × {2} - {3} × {4} = {5}", n, factor(s), factor(a),
                           factor(p), factor(b), sums.back()));
    }
    if (sums.back() == 0) continue;
    return {
        "fifth-powers",
        both("The (real or complex) numbers x and y satisfy x + y = {0} and x^2 + y^2 = {1}. What "
             "is x^5 + y^5?",
             "（实或复）数x和y满足x + y = {0}，x^2 + y^2 = {1}。求x^5 + y^5的值。", s, squares),
        fmt::format("{}", sums.back()), proof};
  }
}

std::int64_t power(std::int64_t base, int exponent) {
  std::int64_t out = 1;
  for (int i = 0; i < exponent; ++i) out *= base;
  return out;
}

MathsProblem power_remainder(Random& r) {
  for (;;) {
    const int a = nonzero(r, -4, 4), b = nonzero(r, -4, 5), n = r.between(6, 10);
    if (a >= b) continue;
    const std::int64_t at_a = power(a, n), at_b = power(b, n);
    const std::int64_t slope = (at_b - at_a) / (b - a), constant = at_a - slope * a;
    const Polynomial divisor = product({-a, 1}, {-b, 1});
    if (slope == 0) continue;
    return {
        "power-remainder",
        both("What is the remainder when the polynomial x^{0} is divided by {1}? Give it as an "
             "expression in x.",
             "多项式x^{0}除以{1}的余式是什么？请写成关于x的式子。", n, text(divisor)),
        text(Polynomial{constant, slope}),
        {step("{} = ({})({})", text(divisor), text(Polynomial{-a, 1}), text(Polynomial{-b, 1})),
         both("at {0}: {1}^{2} = {3} = {4} × {1} + {5}", "在{0}处：{1}^{2} = {3} = {4} × {1} + {5}",
              a, factor(a), n, at_a, factor(slope), factor(constant)),
         both("at {0}: {1}^{2} = {3} = {4} × {1} + {5}", "在{0}处：{1}^{2} = {3} = {4} × {1} + {5}",
              b, factor(b), n, at_b, factor(slope), factor(constant)),
         step("{}", text(Polynomial{constant, slope}))}};
  }
}

MathsProblem partial_fractions(Random& r) {
  for (;;) {
    std::array<int, 3> root{}, part{};
    for (int& value_of : root) value_of = r.between(-6, 6);
    for (int& value_of : part) value_of = nonzero(r, -7, 8);
    if (root[0] >= root[1] || root[1] >= root[2]) continue;
    std::array<Polynomial, 3> others;
    Polynomial top = {0};
    for (std::size_t i = 0; i < 3; ++i) {
      others[i] = product({-root[(i + 1) % 3], 1}, {-root[(i + 2) % 3], 1});
      top = sum(top, others[i], part[i]);
    }
    const auto minus = [](int number) {
      return number == 0 ? std::string("x") : fmt::format("(x {})", further(-number));
    };
    if (top[2] == 0) continue;
    return {
        "partial-fractions",
        both("Find the numbers A, B and C with ({0})/({1}{2}{3}) = A/{1} + B/{2} + C/{3} for all "
             "x where both sides are defined. Give the triple (A, B, C).",
             "求数A、B、C，使得对两边都有意义的所有x，({0})/({1}{2}{3}) = A/{1} + B/{2} + C/{3}"
             "成立。请写成(A, B, C)的形式。",
             text(top), minus(root[0]), minus(root[1]), minus(root[2])),
        fmt::format("({}, {}, {})", part[0], part[1], part[2]),
        {step("{} = {}({}) + {}({}) + {}({})", text(top), factor(part[0]), text(others[0]),
              factor(part[1]), text(others[1]), factor(part[2]), text(others[2])),
         step("A = {}", part[0]), step("B = {}", part[1]), step("C = {}", part[2])}};
  }
}

}  // namespace

const std::vector<MathsTemplate>& algebra_level4() {
  static const std::vector<MathsTemplate> kTemplates = {three_unknowns, irrational, cubes_of_roots,
                                                        interpolation};
  return kTemplates;
}

const std::vector<MathsTemplate>& algebra_level5() {
  static const std::vector<MathsTemplate> kTemplates = {power_sum, fifth_powers, power_remainder,
                                                        partial_fractions};
  return kTemplates;
}

}  // namespace candor::suites
