// What exact normal forms leave open: balls refute it, the root bound proves it, agreement is only
// trusted where chance is excluded. And the speed of ordinary verdicts.
#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "scoring/maths/maths.h"

namespace candor::scoring {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void expect_verdict(const Pairs& pairs, const std::string& verdict, const std::string& reason) {
  for (const auto& [a, b] : pairs) {
    const MathsVerdict found = maths::equivalent(a, b);
    EXPECT_EQ(found.verdict, verdict) << a << "   against   " << b;
    EXPECT_NE(found.reason.find(reason), std::string::npos) << a << ": " << found.reason;
    EXPECT_EQ(maths::equivalent(b, a).verdict, verdict) << b << "   against   " << a;
  }
}

TEST(MathsZero, AlgebraicNumbersAreProvenByTheRootBound) {
  expect_verdict({{R"(\sqrt[3]{2+\sqrt5}+\sqrt[3]{2-\sqrt5})", "1"},
                  {R"(\sqrt[3]{7+5\sqrt2})", R"(1+\sqrt2)"},
                  {R"(\cos\frac{\pi}{7}-\cos\frac{2\pi}{7}+\cos\frac{3\pi}{7})", R"(\frac12)"},
                  {R"(\cos 36^\circ)", R"(\frac{1+\sqrt5}{4})"},
                  {R"(\sqrt{10+\sqrt{24}+\sqrt{40}+\sqrt{60}})", R"(\sqrt2+\sqrt3+\sqrt5)"}},
                 "equal", "root bound");
}

TEST(MathsZero, ShortAnalyticExpressionsMayAgree) {
  expect_verdict({{R"(\arctan\frac12+\arctan\frac13)", R"(\frac{\pi}{4})"},
                  {R"(4\arctan\frac15-\arctan\frac1{239})", R"(\frac{\pi}4)"},
                  {R"(\ln(x^2-1))", R"(\ln(x-1)+\ln(x+1))"},
                  {R"(2^{\log_2 7})", "7"}},
                 "equal", "agree to 300 digits");
}

TEST(MathsZero, NearMissesAreRefuted) {
  expect_verdict({{R"(e^{\pi\sqrt{163}})", "262537412640768744"},
                  {R"(\pi+10^{-390})", R"(\pi)"},
                  {R"(\sqrt[3]{7+5\sqrt2})", R"(1+\sqrt2+10^{-60})"},
                  {R"(\arctan x+\arctan\frac1x)", R"(\frac\pi2)"},
                  {"|x|", "x"}},
                 "unequal", "differ");
}

TEST(MathsZero, WhatPointsMayMissIsNeverCalledEqual) {
  for (const auto& [a, b] :
       Pairs{{R"(\cos(e^{-e^{8}}))", "1"},
             {R"(\cos(e^{-200\pi}))", "1"},
             {R"(\cos(e^{-\pi^6}))", "1"},
             {R"(\cos(1-\cos(1-\cos(10^{-40}))))", "1"},
             {R"(\ln(1+10^{-390}))", "0"},
             {R"(\sqrt{x^2-2000x+1000000})", "1000-x"},
             {R"(|x-1000000|)", "1000000-x"},
             {R"(\arctan(x-1000)+\arctan\frac{1}{x-1000})", R"(-\frac\pi2)"}}) {
    EXPECT_NE(maths::equivalent(a, b).verdict, "equal") << a << " against " << b;
  }
}

TEST(MathsZero, NewNotationsAreRead) {
  expect_verdict({{R"(\{x\mid x>2\})", R"((2,\infty))"},
                  {R"(0.\dot{1}\dot{2})", "4/33"},
                  {"1.234.567", "1234567"},
                  {R"(\sum_{k=1}^{10}k)", "55"},
                  {R"(\prod_{k=1}^{5}k)", "120"},
                  {"C_5^2", "10"},
                  {R"(\operatorname{lcm}(4,6))", "12"},
                  {R"(\max(2,3))", "3"},
                  {R"(\lg 100)", "2"},
                  {R"(\lfloor\sqrt{10}\rfloor)", "3"},
                  {R"(\frac{n(n+1)}{2})", R"(\binom{n+1}{2})"},
                  {"n!", R"(n\cdot(n-1)!)"},
                  {R"(\sinh x)", R"(\frac{e^x-e^{-x}}{2})"},
                  {R"(\sqrt{x^2+2x+1})", "|x+1|"},
                  {"3:4", R"(\frac34)"}},
                 "equal", "");
  expect_verdict({{R"(\{x\mid x>2\})", R"([2,\infty))"},
                  {"1.234", "1234"},
                  {R"(\sum_{k=1}^{10}k)", "45"},
                  {"C_5^2", "20"},
                  {"3:4", R"(\frac43)"}},
                 "unequal", "");
}

// Prints the speed; the floor is a tenth of what the contract asks for, as machines are shared.
TEST(MathsSpeed, OrdinaryVerdictsAreQuick) {
  const Pairs pairs = {{R"(The answer is $\boxed{\frac{14}{3}}$.)", R"(\frac{14}{3})"},
                       {"so she pays 25 dollars in total.\n#### 25", "25"},
                       {R"(\boxed{2\sqrt{3}})", R"(\sqrt{12})"},
                       {R"(\boxed{x^2+2x+1})", "(x+1)^2"},
                       {R"(\boxed{(1, \frac{9}{2})})", "(1,4.5)"},
                       {"所以答案是25元。", "26"},
                       {R"(\boxed{\frac{\pi}{4}})", R"(\frac{\pi}{3})"}};
  constexpr int kRounds = 500;
  const std::clock_t start = std::clock();
  int equal = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& [answer, gold] : pairs) {
      equal += judge_maths(answer, gold).verdict == "equal" ? 1 : 0;
    }
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double rate = static_cast<double>(kRounds * pairs.size()) / seconds;
  EXPECT_EQ(equal, kRounds * 5);
  RecordProperty("verdicts_per_second", std::to_string(rate));
  std::printf("maths verdicts a second on one core: %.0f\n", rate);
  EXPECT_GT(rate, 1000);
}

}  // namespace
}  // namespace candor::scoring
