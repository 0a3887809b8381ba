// The answers tried in the equations of the English text, and found again by other ways: companion
// matrices for the sums of powers of roots, interpolation, division at large numbers.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <functional>
#include <map>
#include <set>

#include "suites/suites.h"
#include "tests/suites/relations.h"

namespace candor::suites {
namespace {

using Groups = std::vector<std::string>;

// The groups of the only match; the test fails where there is none.
Groups find(const std::string& text, const std::string& pattern) {
  const RE2 re(pattern);
  Groups groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()));
  std::vector<RE2::Arg> args(groups.size());
  std::vector<const RE2::Arg*> pointers;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    args[i] = &groups[i];
    pointers.push_back(&args[i]);
  }
  EXPECT_TRUE(RE2::PartialMatchN(text, re, pointers.data(), static_cast<int>(pointers.size())))
      << pattern << "\n"
      << text;
  return groups;
}

Rational at(const std::string& expression, const Rational& x) {
  return value_of(expression, {{"x", x}});
}

bool equation_holds(const std::string& equation, const Letters& letters) {
  const std::size_t sign = equation.find(" = ");
  return value_of(equation.substr(0, sign), letters) ==
         value_of(equation.substr(sign + 3), letters);
}

bool same(const std::string& a, const std::string& b) {
  for (int x = -8; x <= 8; ++x) {
    if (at(a, x) != at(b, x)) return false;
  }
  return true;
}

std::vector<Rational> numbers_of(const std::string& tuple) {  // "(1, -2)"
  std::vector<Rational> numbers;
  std::string rest = tuple.substr(1, tuple.size() - 2) + ",";
  for (std::size_t comma; (comma = rest.find(',')) != std::string::npos; rest.erase(0, comma + 1)) {
    numbers.push_back(value_of(rest.substr(0, comma)));
  }
  return numbers;
}

// The coefficients of a polynomial of degree `degree`, the constant first, from its values.
std::vector<Rational> coefficients(const std::string& polynomial, int degree) {
  // Newton's divided differences at 0, 1, 2, …, then expanded.
  std::vector<Rational> d;
  for (int i = 0; i <= degree; ++i) d.push_back(at(polynomial, i));
  for (int k = 1; k <= degree; ++k) {
    for (int i = degree; i >= k; --i) {
      const auto here = static_cast<std::size_t>(i);
      d[here] = (d[here] - d[here - 1]) / k;
    }
  }
  std::vector<Rational> out = {0};
  for (int i = degree; i >= 0; --i) {
    std::vector<Rational> next(out.size() + 1, 0);
    for (std::size_t j = 0; j < out.size(); ++j) {
      next[j + 1] += out[j];
      next[j] -= out[j] * i;
    }
    next[0] += d[static_cast<std::size_t>(i)];
    out = next;
  }
  out.resize(static_cast<std::size_t>(degree) + 1);
  return out;
}

// The sum of the k-th powers of the roots: the trace of the k-th power of the companion matrix.
Rational power_sum(const std::vector<Rational>& monic, int k) {
  const std::size_t n = monic.size() - 1;
  std::vector<std::vector<Rational>> power(n, std::vector<Rational>(n, 0));
  for (std::size_t i = 0; i < n; ++i) power[i][i] = 1;
  std::vector<std::vector<Rational>> c(n, std::vector<Rational>(n, 0));
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) c[i][i - 1] = 1;
    c[i][n - 1] = -monic[i];
  }
  for (int step = 0; step < k; ++step) {
    std::vector<std::vector<Rational>> next(n, std::vector<Rational>(n, 0));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t m = 0; m < n; ++m) next[i][j] += power[i][m] * c[m][j];
      }
    }
    power = next;
  }
  Rational trace = 0;
  for (std::size_t i = 0; i < n; ++i) trace += power[i][i];
  return trace;
}

// Whether `rest` is the remainder of `all` by a divisor of degree 2 with the leading coefficient 1:
// at a large number a rest of lower degree would leave a small fraction.
bool is_remainder(const std::string& all, const std::string& divisor, const std::string& rest) {
  for (int i = 0; i < 3; ++i) {
    const Rational x = Rational(1'000'000'007) * 1'000'003 + i;
    if (denominator(Rational((at(all, x) - at(rest, x)) / at(divisor, x))) != 1) return false;
  }
  return rest.find("x^") == std::string::npos;
}

using Check = std::function<bool(const std::string& text, const std::string& answer)>;

bool solves_one(const std::string& text, const std::string& answer) {
  const std::string equation = find(text, "Solve for x: (.+?)(?:\\. Give.*)?\n")[0];
  const Rational x = value_of(answer);
  // A linear equation that does not hold everywhere has one solution.
  return equation_holds(equation, {{"x", x}}) && !equation_holds(equation, {{"x", x + 1}});
}

bool expands(const std::string& text, const std::string& answer) {
  return answer.find('(') == std::string::npos &&
         same(find(text, "Expand and simplify: (.+)\n")[0], answer);
}

bool solves_system(const std::string& text, const std::string& answer) {
  std::string system = find(text, "Solve the system (.+)\\. Give")[0] + ", ";
  const std::vector<Rational> x = numbers_of(answer);
  Letters letters = {{"x", x[0]}, {"y", x[1]}, {"z", x.back()}};
  bool holds = true;
  for (std::size_t comma; (comma = system.find(", ")) != std::string::npos;
       system.erase(0, comma + 2)) {
    holds &= equation_holds(system.substr(0, comma), letters);
  }
  return holds;
}

const std::map<std::string, Check>& checks() {
  using T = const std::string&;
  static const std::map<std::string, Check> kChecks = {
      {"linear", solves_one},
      {"brackets", solves_one},
      {"fractions", solves_one},
      {"proportion", solves_one},
      {"expand", expands},
      {"expand-square", expands},
      {"two-unknowns", solves_system},
      {"three-unknowns", solves_system},
      {"evaluate",
       [](T text, T answer) {
         const Groups g = find(text, "f\\(x\\) = (.+)\\. What is f\\((-?\\d+)\\)");
         return at(g[0], value_of(g[1])) == value_of(answer);
       }},
      {"composition",
       [](T text, T answer) {
         const Groups g = find(text, "f\\(x\\) = (.+) and g\\(x\\) = (.+)\\. Write");
         for (int x = -6; x <= 6; ++x) {
           if (at(g[0], at(g[1], x)) != at(answer, x)) return false;
         }
         return true;
       }},
      {"quadratic",
       [](T text, T answer) {
         const auto c = coefficients(find(text, "solutions of (.+) = 0")[0], 2);
         const Rational x = value_of(answer), other = -c[1] / c[2] - x;
         return c[2] * x * x + c[1] * x + c[0] == 0 && other < x;
       }},
      {"irrational-roots",
       [](T text, T answer) {
         const auto c = coefficients(find(text, "solutions of (.+) = 0")[0], 2);
         const Groups g = find(answer, "^(-?\\d+) \\+ \\\\sqrt\\{(\\d+)\\}$");
         const Rational centre = value_of(g[0]), under = value_of(g[1]);
         return c[1] == -2 * centre * c[2] && c[0] == c[2] * (centre * centre - under);
       }},
      {"division",
       [](T text, T answer) {
         const Groups g = find(text, "polynomial (.+) is divided by (.+)\\?");
         return is_remainder(g[0], g[1], answer);
       }},
      {"power-remainder",
       [](T text, T answer) {
         const Groups g = find(text, "polynomial (.+) is divided by (.+)\\?");
         return is_remainder(g[0], g[1], answer);
       }},
      {"coefficient",
       [](T text, T answer) {
         const Groups g =
             find(text, "coefficient of x\\^(\\d+) in the expansion of \\((.+)\\)\\^(\\d+)");
         const int n = std::stoi(g[2]);
         return coefficients("(" + g[1] + ")^" + g[2], n)[std::stoul(g[0])] == value_of(answer);
       }},
      {"symmetric",
       [](T text, T answer) {
         return power_sum(coefficients(find(text, "solutions of (.+) = 0")[0], 2), 3) ==
                value_of(answer);
       }},
      {"power-sum",
       [](T text, T answer) {
         return power_sum(coefficients(find(text, "solutions of (.+) = 0")[0], 3), 4) ==
                value_of(answer);
       }},
      {"fifth-powers",
       [](T text, T answer) {
         const Groups g = find(text, "x \\+ y = (-?\\d+) and x\\^2 \\+ y\\^2 = (-?\\d+)\\.");
         const Rational s = value_of(g[0]), p = (s * s - value_of(g[1])) / 2;
         return power_sum({p, -s, 1}, 5) == value_of(answer);
       }},
      {"interpolation",
       [](T text, T answer) {
         const Groups g = find(text,
                               "f\\((-?\\d+)\\) = (-?\\d+), f\\((-?\\d+)\\) = (-?\\d+) and "
                               "f\\((-?\\d+)\\) = (-?\\d+)\\. What is f\\((-?\\d+)\\)");
         const Rational t = value_of(g[6]);
         Rational sum = 0;
         for (std::size_t i = 0; i < 3; ++i) {
           Rational term = value_of(g[2 * i + 1]);
           for (std::size_t j = 0; j < 3; ++j) {
             if (j == i) continue;
             term *= (t - value_of(g[2 * j])) / (value_of(g[2 * i]) - value_of(g[2 * j]));
           }
           sum += term;
         }
         return sum == value_of(answer);
       }},
      {"partial-fractions",
       [](T text, T answer) {
         const std::string equation = find(text, "with (.+) for all")[0];
         const auto parts = numbers_of(answer);
         for (int i = 1; i <= 8; ++i) {
           const Letters letters = {
               {"x", Rational(i, 11)}, {"A", parts[0]}, {"B", parts[1]}, {"C", parts[2]}};
           if (!equation_holds(equation, letters)) return false;
         }
         return true;
       }},
  };
  return kChecks;
}

TEST(AlgebraTest, AnswersSolveWhatIsAsked) {
  std::set<std::string> topics;
  int checked = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const data::Question& q :
         load_suite("algebra", {.seed = seed, .languages = {"en"}, .count = 100}).questions) {
      const auto check = checks().find(q.topic);
      ASSERT_NE(check, checks().end()) << q.topic;
      topics.insert(q.topic);
      const std::string answer(q.reference.at("answer").as_string());
      EXPECT_TRUE(check->second(q.messages[0].content, answer)) << q.messages[0].content << "\n"
                                                                << answer;
      ++checked;
    }
  }
  EXPECT_EQ(topics.size(), checks().size()) << "a template never came up";
  EXPECT_EQ(checked, 2000);
}

}  // namespace
}  // namespace candor::suites
