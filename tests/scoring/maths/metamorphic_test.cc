// Expressions made at random, written again in forms that mean the same and in forms that do not.
// The first must be called equal; the second never.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "scoring/maths/maths.h"

namespace candor::scoring {
namespace {

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // A value as a small tree, written in LaTeX with fixed choices so that a rewriter can vary them.
  struct Value {
    enum class Type { kInteger, kFraction, kSurd, kPi, kSymbol, kSum, kProduct } type;
    int a = 0, b = 1;
    std::vector<Value> parts;
  };

  Value value(int depth) {
    const int kind = depth > 0 ? below(7) : below(5);
    switch (kind) {
      case 0:
        return {Value::Type::kInteger, below(400) - 200, 1, {}};
      case 1:
        return {Value::Type::kFraction, below(60) + 1, below(30) + 2, {}};
      case 2:
        return {Value::Type::kSurd, below(9) + 1, below(30) + 2, {}};
      case 3:
        return {Value::Type::kPi, below(12) + 1, below(9) + 1, {}};
      case 4:
        return {Value::Type::kSymbol, below(3), 1, {}};
      case 5:
        return {Value::Type::kSum, 0, 1, {value(depth - 1), value(depth - 1)}};
      default:
        return {Value::Type::kProduct, 0, 1, {value(depth - 1), value(depth - 1)}};
    }
  }

  std::string blank() { return below(3) == 0 ? " " : ""; }

  std::string fraction(const std::string& top, const std::string& bottom) {
    switch (below(4)) {
      case 0:
        return fmt::format("\\frac{{{}}}{{{}}}", top, bottom);
      case 1:
        return fmt::format("\\dfrac{{{}}}{{{}}}", top, bottom);
      case 2:
        return fmt::format("\\tfrac {{{}}} {{{}}}", top, bottom);
      default:
        return fmt::format("({}{}/{}{})", top, blank(), blank(), bottom);
    }
  }

  // One of the ways to write the value.
  std::string written(const Value& v) {
    switch (v.type) {
      case Value::Type::kInteger:
        if (v.a < 0) return fmt::format("({})", v.a);
        return below(4) == 0 ? fmt::format("{}.0", v.a) : fmt::format("{}", v.a);
      case Value::Type::kFraction: {
        const int scale = below(3) == 0 ? below(5) + 2 : 1;
        return fraction(std::to_string(v.a * scale), std::to_string(v.b * scale));
      }
      case Value::Type::kSurd:
        switch (below(4)) {
          case 0:
            return fmt::format("{}\\sqrt{{{}}}", v.a, v.b);
          case 1:
            return fmt::format("\\sqrt{{{}}}", v.a * v.a * v.b);
          case 2:
            return fmt::format("{}*sqrt({})", v.a, v.b);
          default:
            return fmt::format("{}√{}", v.a, v.b);
        }
      case Value::Type::kPi:
        switch (below(3)) {
          case 0:
            return fraction(fmt::format("{}\\pi", v.a), std::to_string(v.b));
          case 1:
            return fmt::format("{}\\pi", fraction(std::to_string(v.a), std::to_string(v.b)));
          default:
            return fmt::format("({}π/{})", v.a, v.b);
        }
      case Value::Type::kSymbol:
        return std::string(1, "xyz"[v.a]);
      case Value::Type::kSum: {
        const bool swap = below(2) == 0;
        return fmt::format("({}{}{}{}{})", written(v.parts[swap ? 1 : 0]), blank(),
                           below(5) == 0 ? "＋" : "+", blank(), written(v.parts[swap ? 0 : 1]));
      }
      case Value::Type::kProduct: {
        const bool swap = below(2) == 0;
        static constexpr const char* kSigns[] = {"*", " \\cdot ", " \\times ", "×"};
        return fmt::format("{}{}{}", written(v.parts[swap ? 1 : 0]), kSigns[below(4)],
                           written(v.parts[swap ? 0 : 1]));
      }
    }
    return {};
  }

  std::string full_width(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c >= '0' && c <= '9') {
        out += {'\xEF', '\xBC', static_cast<char>('\x90' + (c - '0'))};
      } else {
        out += c;
      }
    }
    return out;
  }

  // What stands around an answer.
  std::string dressed(const std::string& text) {
    switch (below(9)) {
      case 0:
        return fmt::format("$\\boxed{{{}}}$", text);
      case 1:
        return fmt::format("The answer is ${}$.", text);
      case 2:
        return fmt::format("答案是 ${}$。", text);
      case 3:
        return fmt::format("We had 7 before. Final Answer: \\[ {} \\]", text);
      case 4:
        return fmt::format("<answer>${}$</answer>", text);
      case 5:
        return fmt::format("\\({}\\)", text);
      case 6:
        return full_width(text);
      case 7:
        return fmt::format("所以最终答案为：\\boxed{{{}}}", full_width(text));
      default:
        return text;
    }
  }

  // Another value: one number of it is changed.
  bool perturb(Value& v) {
    if (!v.parts.empty()) return perturb(v.parts[static_cast<std::size_t>(below(2))]);
    v.a += v.type == Value::Type::kSymbol ? 3 : below(5) + 1;
    return v.type != Value::Type::kSymbol;
  }

 private:
  std::mt19937 random_;
};

// Whether a factor is zero, so that a change elsewhere may not matter.
bool has_zero(const Maker::Value& v) {
  if (v.type == Maker::Value::Type::kInteger) return v.a == 0;
  for (const auto& part : v.parts) {
    if (has_zero(part)) return true;
  }
  return false;
}

TEST(MathsMetamorphic, RewritingsThatMeanTheSameAreEqual) {
  Maker maker(20261123);
  for (int round = 0; round < 1500; ++round) {
    const auto value = maker.value(round % 3);
    const std::string gold = maker.written(value);
    const std::string answer = maker.dressed(maker.written(value));
    const MathsVerdict found = judge_maths(answer, gold);
    ASSERT_EQ(found.verdict, "equal") << answer << "\n  against " << gold << "\n  read "
                                      << found.extracted << ": " << found.reason;
  }
}

TEST(MathsMetamorphic, ChangedValuesAreNeverEqual) {
  Maker maker(77);
  int compared = 0;
  for (int round = 0; round < 1500; ++round) {
    const auto value = maker.value(round % 3);
    auto other = value;
    // A product of sums may vanish or a change cancel only where a factor is zero.
    if (!maker.perturb(other) || has_zero(value) || has_zero(other)) continue;
    const std::string gold = maker.written(value);
    const std::string answer = maker.dressed(maker.written(other));
    const MathsVerdict found = judge_maths(answer, gold);
    ++compared;
    EXPECT_NE(found.verdict, "equal") << answer << "\n  against " << gold;
  }
  EXPECT_GT(compared, 800);
}

TEST(MathsMetamorphic, TheVerdictIsTheSameInBothDirections) {
  Maker maker(5);
  for (int round = 0; round < 600; ++round) {
    const std::string a = maker.written(maker.value(2));
    const std::string b = maker.written(maker.value(round % 2));
    EXPECT_EQ(maths::equivalent(a, b).verdict, maths::equivalent(b, a).verdict) << a << " , " << b;
  }
}

TEST(MathsMetamorphic, NumbersInEveryDress) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    const int n = static_cast<int>(random() % 9'000'000) + 1000;
    const std::string plain = std::to_string(n);
    std::string grouped;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      if (i > 0 && (plain.size() - i) % 3 == 0) grouped += ',';
      grouped += plain[i];
    }
    const std::string latex = [&] {
      std::string out;
      for (const char c : grouped) out += c == ',' ? std::string("{,}") : std::string(1, c);
      return out;
    }();
    for (const std::string& form :
         {grouped, latex, "$" + grouped + "$", grouped + ".00", "**" + grouped + "**",
          grouped + " dollars", "共" + plain + "元", "It is " + grouped + ".", "-" + grouped}) {
      const bool negative = form[0] == '-';
      EXPECT_EQ(judge_maths(form, plain).verdict, negative ? "unequal" : "equal") << form;
      EXPECT_NE(judge_maths(form, std::to_string(n + 1)).verdict, "equal") << form;
    }
    const int tenths = n % 1000;
    const std::string part = fmt::format("{}.{}", tenths / 10, tenths % 10);
    EXPECT_EQ(judge_maths(part + "%", fmt::format("{}/1000", tenths)).verdict, "equal") << part;
    EXPECT_EQ(judge_maths(part, fmt::format("\\frac{{{}}}{{10}}", tenths)).verdict, "equal")
        << part;
  }
}

}  // namespace
}  // namespace candor::scoring
