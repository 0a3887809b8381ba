// What a mathematical answer says, as a tree: what the reader (reader.h) makes of LaTeX or plain
// text and what equivalence (equivalent.h) compares. Plain values without behaviour; nothing is
// evaluated here.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <vector>

namespace candor::scoring::maths {

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

enum class Kind {
  kNumber,     // value; digits > 0 when it was written as a decimal fraction
  kSymbol,     // name: "x", "a_{3}", "\\pi", "\\infty"
  kText,       // name: words, in lower case without punctuation unless a single letter
  kAdd,        // args
  kMultiply,   // args
  kDivide,     // args[0] / args[1]
  kPower,      // args[0] ^ args[1]
  kRoot,       // args[0]-th root (an integer) of args[1]
  kNegate,     // -args[0]
  kPlusMinus,  // args[0] ± args[1], or ± args[0]
  kCall,       // name(args): "sin", "log" (args: x, base), "abs", "factorial", "f", …
  kPercent,    // args[0] per cent
  kDegree,     // args[0] degrees
  kBracket,    // name: the two bracket characters, "()", "[)"; args: the items
  kSet,        // {args}
  kList,       // args, as in "1, 2 and 3": their order says nothing; names: {"or"} if so joined
  kMatrix,     // rows in args, each a kList
  kRelation,   // args[0] names[0] args[1] names[1] …: "=", "<", "<=", ">", ">=", "!=", "~", "in"
  kRatio,      // args[0] : args[1] (: …)
  kUnion,      // args
  kIntersection,
  kDifference,  // args[0] \ args[1]
  kUnit,        // args[0] of the unit `name`
};

struct Expression {
  Kind kind = Kind::kText;
  Rational value;
  int digits = 0;  // significant digits as written, for decimal fractions
  int places = 0;  // of them after the decimal point
  std::string name;
  std::vector<std::string> names;
  std::vector<Expression> args;
};

inline Expression make(Kind kind, std::vector<Expression> args, std::string name = {}) {
  Expression expression;
  expression.kind = kind;
  expression.args = std::move(args);
  expression.name = std::move(name);
  return expression;
}

inline Expression number(Rational value) {
  Expression expression;
  expression.kind = Kind::kNumber;
  expression.value = std::move(value);
  return expression;
}

inline Expression symbol(std::string name) { return make(Kind::kSymbol, {}, std::move(name)); }

// Work that one verdict may cost. Each step of the reader and the arithmetic spends from it, so no
// answer, however deep or large, can hang a run; the verdict is then "undecided".
class Budget {
 public:
  struct Exhausted {
    const char* what;
  };

  explicit Budget(long steps) : left_(steps) {}
  void spend(long steps) {
    left_ -= steps;
    if (left_ < 0) throw Exhausted{"step limit reached"};
  }

 private:
  long left_;
};

}  // namespace candor::scoring::maths
