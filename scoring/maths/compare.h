// Whether two expression trees state the same answer: equations, inequalities, sets, tuples,
// intervals, matrices and quantities, down to the exact arithmetic of algebra.h.
#pragma once

#include <string>

#include "scoring/maths/algebra.h"
#include "scoring/maths/expression.h"
#include "scoring/maths/tolerance.h"

namespace candor::scoring::maths {

enum class Same { kYes, kNo, kUnknown };

class Comparison {
 public:
  explicit Comparison(Budget& budget, const Tolerance& tolerance = {});

  // May throw Budget::Exhausted.
  Same same(const Expression& a, const Expression& b);

  // What a kYes rests on besides exact arithmetic (zero.h).
  bool by_root_bound() const { return by_root_bound_; }
  bool by_agreement() const { return by_agreement_; }
  bool by_tolerance() const { return by_tolerance_; }

 private:
  using List = std::vector<Expression>;

  Same relations(const Expression& a, const Expression& b);
  Same relation_and_value(const Expression& relation, const Expression& value);
  Same equations(const Expression& a, const Expression& b);
  Same inequalities(const Expression& a, const Expression& b);
  Same ordered(const List& a, const List& b);
  Same unordered(const List& a, const List& b);
  List without_repeats(const List& items);
  Same matrices(const Expression& a, const Expression& b);
  Same ratios(const Expression& a, const Expression& b);
  Same quantities(const Expression& a, const Expression& b);
  // Whether two real constants that differ are within the tolerance of each other, for certain.
  bool tolerable(Algebra& algebra, const Fraction& difference, const Fraction& a,
                 const Fraction& b);
  Same arithmetic(const Expression& a, const Expression& b, bool percent, bool degree);

  Budget& budget_;
  bool by_root_bound_ = false;
  bool by_agreement_ = false;
  bool by_tolerance_ = false;
  Tolerance::Kind tolerance_;
  Rational amount_;  // the largest error; relative: the part of the larger value
};

}  // namespace candor::scoring::maths
