// No answer may hang or crash the judge, whatever it holds.
#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <string>

#include "scoring/maths/maths.h"

namespace candor::scoring {
namespace {

std::string repeated(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

void expect_quick(const std::string& answer, const std::string& gold) {
  const std::clock_t start = std::clock();
  const MathsVerdict verdict = judge_maths(answer, gold);
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_NE(verdict.verdict, "equal") << answer.substr(0, 60);
  // Processor time: some tens of milliseconds in an optimised build, and room for sanitizers.
  EXPECT_LT(took, 5.0) << answer.substr(0, 60);
}

TEST(MathsLimits, HugeAndDeepAnswersEndSoon) {
  const int kMany = 100'000;
  for (const std::string& answer : {std::string("9^9^9^9"),
                                    std::string("9^{9^{9^9}}"),
                                    std::string("(1+x)^{100000}"),
                                    std::string("((x+y+z+w)^{60})^{60}"),
                                    std::string("100000!"),
                                    std::string("1e999999999"),
                                    std::string("2^{1/99999}"),
                                    std::string(R"(\binom{100000}{50000})"),
                                    std::string(R"(\sqrt{\sqrt{\sqrt{7+x}+x}+x}^{63})"),
                                    repeated("(", kMany),
                                    repeated("{", kMany),
                                    repeated("\\frac{1}{", kMany),
                                    repeated("\\sqrt", kMany),
                                    repeated("-", kMany),
                                    repeated("x+", kMany),
                                    repeated("9", kMany),
                                    repeated("1,", kMany),
                                    repeated("$", kMany),
                                    repeated("\\boxed{", kMany),
                                    repeated("\\[", kMany),
                                    "answer is " + repeated("$a$", kMany),
                                    repeated("answer is ", kMany / 10),
                                    repeated("|", kMany),
                                    repeated("a ", kMany),
                                    repeated("数", kMany),
                                    repeated("(1,", 2000) + repeated(")", 2000),
                                    repeated("\xFF", kMany),
                                    repeated("1 ", kMany),
                                    repeated("\\text{", kMany),
                                    repeated("x^", kMany),
                                    repeated("(a+b)", 200),
                                    repeated("\\pm 1", 40),
                                    repeated("\\{1,2\\},", 500)}) {
    expect_quick(answer, "123456789");
    expect_quick("\\boxed{" + answer + "}", "x+1");
    expect_quick(answer, R"(\frac{x+1}{y})");
  }
}

TEST(MathsLimits, RandomTextNeverThrows) {
  std::mt19937 random(20261122);
  const std::string pieces[] = {"1",
                                "x",
                                "\\frac",
                                "{",
                                "}",
                                "(",
                                ")",
                                "[",
                                "]",
                                ",",
                                "^",
                                "_",
                                "\\sqrt",
                                "+",
                                "-",
                                "=",
                                "\\pm",
                                "\\%",
                                "$",
                                "\\text{a}",
                                "\\sin",
                                "\\pi",
                                "|",
                                "/",
                                "\\cup",
                                "<",
                                "e",
                                "i",
                                ".",
                                "!",
                                " ",
                                "\\\\",
                                "\\begin{pmatrix}",
                                "&",
                                "\\end{pmatrix}",
                                "\\boxed{",
                                "答案是",
                                "\\infty",
                                ":",
                                "0",
                                "\\left",
                                "\\log"};
  constexpr std::size_t kPieces = sizeof(pieces) / sizeof(pieces[0]);
  for (int round = 0; round < 3000; ++round) {
    std::string a;
    std::string b;
    for (unsigned i = 0; i < 1 + random() % 12; ++i) a += pieces[random() % kPieces];
    for (unsigned i = 0; i < 1 + random() % 12; ++i) b += pieces[random() % kPieces];
    const std::string there = judge_maths(a, b).verdict;
    EXPECT_TRUE(there == "equal" || there == "unequal" || there == "undecided");
  }
}

}  // namespace
}  // namespace candor::scoring
