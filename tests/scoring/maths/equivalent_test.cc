// The rules of maths equivalence, one table a rule. Each pair is judged in both directions.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "scoring/maths/maths.h"

namespace candor::scoring {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void expect_all(const Pairs& pairs, const std::string& verdict) {
  for (const auto& [a, b] : pairs) {
    EXPECT_EQ(maths::equivalent(a, b).verdict, verdict) << a << "   against   " << b;
    EXPECT_EQ(maths::equivalent(b, a).verdict, verdict) << b << "   against   " << a;
  }
}
void expect_equal(const Pairs& pairs) { expect_all(pairs, "equal"); }
void expect_unequal(const Pairs& pairs) { expect_all(pairs, "unequal"); }

TEST(MathsEquivalence, NumbersAreExactRationals) {
  expect_equal({{"0.5", R"(\frac{1}{2})"},
                {R"(\frac12)", "1/2"},
                {"1e3", "1000"},
                {"1,000", "1000"},
                {R"(12,\!345)", "12345"},
                {"1{,}000", "1000"},
                {R"(7 \frac{3}{4})", "7.75"},
                {"7 3/4", "31/4"},
                {"-0", "0"},
                {".5", "0.50"},
                {R"(0.\overline{3})", "1/3"},
                {R"(0.1\overline{6})", "1/6"},
                {"3万", "30000"},
                {"１８", "18"},
                {"百分之20", "20%"},
                {"3分之1", "1/3"}});
  expect_unequal({{"0.333", "1/3"},
                  {"0.33333333", "1/3"},
                  {"3.14", R"(\pi)"},
                  {"12", "12.0001"},
                  {"32, 349", "32349"},
                  {"十八", "18"},
                  {R"(12_{5})", "12"}});
}

TEST(MathsEquivalence, ADecimalPrintedToDoublePrecisionStandsForWhatItRounds) {
  expect_equal({{"0.0833333333333333", R"(\frac{1}{12})"}, {"0.6666666666666666", "2/3"}});
  expect_unequal({{"0.0833333333333343", R"(\frac{1}{12})"},
                  {"0.666666666666666666666", "0.666666666666666666667"}});
}

TEST(MathsEquivalence, RootsAreSimplifiedExactly) {
  expect_equal({{R"(2\sqrt{3})", R"(\sqrt{12})"},
                {R"(\frac{\sqrt{2}}{2})", R"(\frac{1}{\sqrt{2}})"},
                {R"(\sqrt{2}\cdot\sqrt{3})", R"(\sqrt6)"},
                {R"(\sqrt[3]{-8})", "-2"},
                {R"(\sqrt{3+2\sqrt{2}})", R"(1+\sqrt2)"},
                {R"(\frac{1}{\sqrt{5}-2})", R"(\sqrt5+2)"},
                {R"(\sqrt{10.5})", R"(\frac{\sqrt{42}}{2})"},
                {"8^{2/3}", "4"},
                {R"(\sqrt{-4})", "2i"},
                {"√12", "2√3"}});
  expect_unequal({{R"(\sqrt{2})", "1.41421356"},
                  {R"(\sqrt{2}+\sqrt{3})", R"(\sqrt{5})"},
                  {R"(18{3})", R"(18\sqrt{3})"}});
}

TEST(MathsEquivalence, PolynomialsAreExpanded) {
  expect_equal({{"x^2+2x+1", "(x+1)^2"},
                {"7x(x-1)(x-2)", "7x^3-21x^2+14x"},
                {R"(\frac{x}{7}+\frac27)", R"(\frac{x+2}{7})"},
                {R"(\frac{x^2-1}{x-1})", "x+1"},
                {"2ab", "2ba"},
                {"2^{x+2}", R"(4\cdot 2^x)"},
                {"(a+b)(a-b)", "a^2-b^2"}});
  expect_unequal({{"x^2+2x+1", "y^2+2y+1"}, {"x+1", "x+2n+1"}, {"2ab", "2"}});
}

TEST(MathsEquivalence, FunctionsFollowTheirIdentities) {
  expect_equal({{R"(\sec^2(y))", R"(\tan^2(y)+1)"},
                {R"(\sin 2x)", R"(2\sin x\cos x)"},
                {R"(\cos\frac{\pi}{3})", R"(\frac12)"},
                {R"(\cos 60^\circ)", "0.5"},
                {R"(\sin 77^\circ)", R"(\cos 13^\circ)"},
                {R"(\ln 8)", R"(3\ln 2)"},
                {R"(\log_2 8)", "3"},
                {R"(e^{i\pi})", "-1"},
                {R"(\binom{5}{2})", "10"},
                {"5!", "120"},
                {"|-3|", "3"},
                {R"(\lfloor 2.7 \rfloor)", "2"}});
  expect_unequal({{R"(\sin x)", R"(\cos x)"}, {R"(\ln 2)", R"(\ln 3)"}});
}

TEST(MathsEquivalence, MarksThatPeopleLeaveOutAreReadBothWays) {
  expect_equal(
      {{R"(28\%)", "28"}, {R"(50\%)", "0.5"}, {R"(90^\circ)", "90"}, {"28 percent", "28%"}});
  expect_unequal({{R"(28\%)", "29"}, {R"(50\%)", R"(5\%)"}, {R"(50\%)", R"(0.5\%)"}});
}

TEST(MathsEquivalence, UnitsAreDroppedUnlessBothAreKnownAndDiffer) {
  expect_equal({{R"(5 \text{ cm})", "5"},
                {"18 dollars", R"(\$18)"},
                {R"(15\mbox{ cm}^2)", "15"},
                {R"(15\mbox{ cm}^2)", "15 square centimeters"},
                {"25元", "25"},
                {"3 hours", "3 hrs"}});
  expect_unequal(
      {{"5 cm", "5 km"}, {R"(\text{4:30 p.m.})", R"(\text{4:30 a.m.})"}, {"18 dollars", "19"}});
}

TEST(MathsEquivalence, CollectionsKeepOrWaiveOrder) {
  expect_equal({{"1,2,3", "3,2,1"},
                {R"(\{1,2\})", R"(\{2,1\})"},
                {R"(\{1,2\})", "1,2"},
                {"(1,4.5)", R"((1,\frac{9}{2}))"},
                {R"(\pm 2)", "2,-2"},
                {R"(3 \pm 2\sqrt2)", R"(3-2\sqrt2, 3+2\sqrt2)"},
                {R"(12\text{ and }13)", "13, 12"},
                {R"(\emptyset)", R"(\{\})"},
                {"{1,3}", "(1,3)"}});
  expect_unequal({{"(1,2)", "(2,1)"},
                  {"1,2", "1,3"},
                  {"1,2", "1,2,3"},
                  {R"(\{1,2\})", "(1,2)"},
                  {"n=1, 2, 3", "n=2, 3, 4"}});
}

TEST(MathsEquivalence, IntervalsAndInequalities) {
  expect_equal({{"[0,1)", "[0, 1)"},
                {R"((-\infty, 3])", R"(x \le 3)"},
                {R"(x \in [-2,7])", "[-2,7]"},
                {"0<f(x)<1", "(0,1)"},
                {R"(5 \geq x)", R"(x \leq 5)"},
                {"-x > -1", "x < 1"},
                {R"((-\infty,-5]\cup[5,\infty))", R"([5,\infty)\cup(-\infty,-5])"},
                {R"(\left(-\infty,-\frac 12\right)\cup(0,1))", R"((-\infty,-0.5) \cup (0,1))"}});
  expect_unequal({{"[0,1)", "(0,1)"},
                  {"[0,1)", "[0,9)"},
                  {"x > 5", "x < 5"},
                  {"x > -1", "x < 1"},
                  {R"(x \leq 5)", "x < 5"}});
}

TEST(MathsEquivalence, EquationsAndLabels) {
  expect_equal({{"x=3", "3"},
                {"y = 2x + 3", "2x+3"},
                {"-34x-45y+20z-100=0", "34x+45y-20z+100=0"},
                {"x = 5+5+1 = 11", "11"},
                {R"(x = 1/3 \approx 0.33)", "1/3"},
                {"a_{37} = 19, a_3 = 2", "a_3 = 2, a_{37} = 19"},
                {"7:32", "S_{MBCN}:S=7:32"},
                {"6:2", "3:1"},
                {"y=2x+3", "2x - y + 3 = 0"}});
  expect_unequal({{"11a+c", "7 = 11a+c"}, {"0", "a+3z=0"}, {"1:00", "12:00"}, {"x=3", "x=4"}});
}

TEST(MathsEquivalence, MatricesElementByElement) {
  expect_equal({{R"(\begin{pmatrix}1&2\\3&4\end{pmatrix})",
                 R"(\left[\begin{array}{cc}1 & 2 \\3 & \frac{8}{2}\end{array}\right])"},
                {R"(\begin{pmatrix}1&0\\0&1\end{pmatrix}\begin{pmatrix}5\\6\end{pmatrix})",
                 R"(\begin{bmatrix}5\\6\end{bmatrix})"}});
  expect_unequal({{R"(\begin{pmatrix}1\\2\end{pmatrix})", R"(\begin{pmatrix}2\\1\end{pmatrix})"},
                  {R"(\begin{pmatrix}1\\2\end{pmatrix})", R"(\begin{pmatrix}1&2\end{pmatrix})"}});
}

TEST(MathsEquivalence, WordsAreComparedAsWords) {
  expect_equal({{R"(\text{Evelyn})", "Evelyn"},
                {R"(\text{(C)})", "C"},
                {"monday", R"(\text{Monday})"},
                {R"(\text{A,C,F})", R"(\text{C, F, A})"}});
  expect_unequal({{"A", "B"}, {R"(\text{even})", R"(\text{odd})"}, {"Evelyn", "5"}});
}

TEST(MathsEquivalence, WhatCannotBeProvenIsUndecided) {
  for (const auto& [a, b] : Pairs{{"9^{9^{9^9}}", "5"},
                                  {R"(\int_0^1 f)", R"(\int_0^2 f)"},
                                  {R"(\begin{pmatrix}1\\2\end{pmatrix})", "(1,2)"},
                                  {R"(\sum_{k=0}^n k)", R"(\frac{n(n+1)}{2})"}}) {
    EXPECT_EQ(maths::equivalent(a, b).verdict, "undecided") << a << " against " << b;
  }
}

TEST(MathsEquivalence, NothingIsEqualToNothing) {
  EXPECT_EQ(maths::equivalent("", "0").verdict, "unequal");
  EXPECT_EQ(maths::equivalent("", "").verdict, "unequal");
}

TEST(MathsEquivalence, DivisionByZeroIsNoValue) {
  EXPECT_NE(maths::equivalent("1/0", "2/0").verdict, "equal");
  EXPECT_NE(maths::equivalent(R"(\frac{1}{x-x})", "5").verdict, "equal");
}

}  // namespace
}  // namespace candor::scoring
