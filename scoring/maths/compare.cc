#include "scoring/maths/compare.h"

#include <algorithm>
#include <utility>

#include "scoring/maths/algebra.h"
#include "scoring/maths/numerals.h"
#include "scoring/maths/reader.h"
#include "scoring/maths/shape.h"
#include "scoring/maths/units.h"
#include "scoring/maths/zero.h"

namespace candor::scoring::maths {

namespace {

// A decimal printed to the full precision of a double stands for the number it rounds.
constexpr int kDoubleDigits = 15;

bool is_collection(Kind kind) { return kind == Kind::kList || kind == Kind::kSet; }

bool is_scalar(const Expression& e) {
  switch (e.kind) {
    case Kind::kText:
    case Kind::kBracket:
    case Kind::kSet:
    case Kind::kList:
    case Kind::kMatrix:
    case Kind::kRelation:
    case Kind::kRatio:
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kDifference:
      return false;
    default:
      return true;
  }
}

// +1 or -1 for plus or minus infinity, else 0.
int infinite(const Expression& e) {
  if (e.kind == Kind::kSymbol && e.name == "\\infty") return 1;
  if (e.kind == Kind::kNegate) return -infinite(e.args[0]);
  return 0;
}

// "CD" of "\overline{CD}" and of the bare word: the name of a segment, two points or more. A bar
// over one letter is a conjugate or a mean.
std::string segment_name(const Expression& e) {
  std::string_view name = e.name;
  const bool barred = e.kind == Kind::kSymbol && name.starts_with("\\overline ");
  if (barred) name.remove_prefix(10);
  const bool word = e.kind == Kind::kText || barred;
  const bool points = word && name.size() >= 2 && std::all_of(name.begin(), name.end(), [](char c) {
                        return c >= 'A' && c <= 'Z';
                      });
  return points ? std::string(name) : std::string();
}

Expression ratio_of(const Expression& quotient) { return make(Kind::kRatio, quotient.args); }

bool full_double(const Expression& e) {
  return e.kind == Kind::kNumber && e.digits >= kDoubleDigits;
}

bool identical(const Expression& a, const Expression& b) {
  return a.kind == b.kind && a.name == b.name && a.value == b.value && a.names == b.names &&
         std::equal(a.args.begin(), a.args.end(), b.args.begin(), b.args.end(), identical);
}

// Of a tuple or of a matrix, row by row.
std::vector<Expression> entries(const Expression& e) {
  if (e.kind != Kind::kMatrix) return e.args;
  std::vector<Expression> all;
  for (const Expression& row : e.args) all.insert(all.end(), row.args.begin(), row.args.end());
  return all;
}

// Whether the decimal is the exact value rounded to the places it shows, or the double nearest to
// it as programs print it (within one part in 2^52).
bool rounds(const Expression& decimal, const Rational& exact) {
  const Rational error = abs(decimal.value - exact);
  const unsigned places = static_cast<unsigned>(std::min(decimal.places, 60));
  if (2 * error * Rational(power_of_ten(places)) <= 1) return true;
  return error * Rational(Integer(1) << 52) <= abs(exact);
}

}  // namespace

Comparison::Comparison(Budget& budget, const Tolerance& tolerance)
    : budget_(budget), tolerance_(tolerance.kind) {
  if (tolerance_ == Tolerance::Kind::kExact) return;
  int digits = 0;
  // tolerance_of() has read it before.
  if (!read_decimal(tolerance.amount, amount_, digits)) tolerance_ = Tolerance::Kind::kExact;
  if (tolerance_ == Tolerance::Kind::kPlaces) {
    amount_ = Rational(1, 2 * power_of_ten(numerator(amount_).convert_to<unsigned>()));
  }
}

Same Comparison::same(const Expression& left, const Expression& right) {
  budget_.spend(10);
  const Expression a = without_plus_minus(unwrapped(left, budget_));
  const Expression b = without_plus_minus(unwrapped(right, budget_));
  if (a.kind == Kind::kUnit && b.kind == Kind::kUnit && !units_agree(a.name, b.name)) {
    const bool halves = a.name == "am" || a.name == "pm" || b.name == "am" || b.name == "pm";
    // 100 cm may be 1 m: units are not converted, only the same number of both is told apart.
    return halves || same(a.args[0], b.args[0]) == Same::kYes ? Same::kNo : Same::kUnknown;
  }
  if (a.kind == Kind::kUnit) return same(a.args[0], b);
  if (b.kind == Kind::kUnit) return same(a, b.args[0]);
  if (a.kind == Kind::kRelation && b.kind == Kind::kRelation) return relations(a, b);
  if (a.kind == Kind::kRelation) return relation_and_value(a, b);
  if (b.kind == Kind::kRelation) return relation_and_value(b, a);
  if (a.kind == Kind::kText && b.kind == Kind::kText) {
    return plain_words(a.name) == plain_words(b.name) ? Same::kYes : Same::kNo;
  }
  if (is_collection(a.kind) && is_collection(b.kind)) return unordered(a.args, b.args);
  // The solution set {3} and the solution 3; "1, 3" for the pair (1, 3).
  for (const auto& [x, y] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    if (x->kind == Kind::kSet && x->args.size() == 1 && is_scalar(*y)) return same(x->args[0], *y);
    if (x->kind == Kind::kList && y->kind == Kind::kBracket && y->name == "()") {
      return ordered(x->args, y->args);
    }
  }
  if (a.kind == Kind::kBracket && b.kind == Kind::kBracket) {
    return a.name == b.name ? ordered(a.args, b.args) : Same::kNo;
  }
  if (a.kind == Kind::kMatrix && b.kind == Kind::kMatrix) return matrices(a, b);
  if (a.kind == Kind::kRatio && b.kind == Kind::kRatio) return ratios(a, b);
  // "3:4" and the fraction 3/4.
  for (const auto& [x, y] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    if (x->kind == Kind::kRatio && x->args.size() == 2 && y->kind == Kind::kDivide) {
      return ordered(x->args, y->args) == Same::kYes ? Same::kYes : ratios(*x, ratio_of(*y));
    }
  }
  if (a.kind == b.kind && (a.kind == Kind::kUnion || a.kind == Kind::kIntersection)) {
    return unordered(a.args, b.args) == Same::kYes ? Same::kYes : Same::kUnknown;
  }
  if (a.kind == Kind::kDifference && b.kind == Kind::kDifference) {
    return ordered(a.args, b.args) == Same::kYes ? Same::kYes : Same::kUnknown;
  }
  if (segment_name(a) == segment_name(b) && !segment_name(a).empty()) return Same::kYes;
  if (infinite(a) != 0 || infinite(b) != 0) {
    return infinite(a) == infinite(b) ? Same::kYes : Same::kNo;
  }
  const bool words =
      (a.kind == Kind::kText && is_scalar(b)) || (b.kind == Kind::kText && is_scalar(a));
  if ((is_scalar(a) && is_scalar(b)) || words) return quantities(a, b);
  // A column is a vector as a tuple is, and sets have many spellings: not the same form proves
  // nothing there. Elsewhere a different form is a different answer.
  const auto set_like = [](const Expression& e) {
    return e.kind == Kind::kUnion || e.kind == Kind::kDifference || e.kind == Kind::kIntersection ||
           (e.kind == Kind::kSymbol && e.name.starts_with("mathbb"));
  };
  const auto vector_like = [](const Expression& e) {
    return e.kind == Kind::kMatrix || e.kind == Kind::kBracket;
  };
  const auto any_set = [&](const Expression& e) {
    return set_like(e) || e.kind == Kind::kBracket || is_collection(e.kind);
  };
  if (vector_like(a) && vector_like(b)) {
    return ordered(entries(a), entries(b)) == Same::kNo ? Same::kNo : Same::kUnknown;
  }
  if ((set_like(a) && any_set(b)) || (set_like(b) && any_set(a))) return Same::kUnknown;
  return Same::kNo;
}

Same Comparison::ordered(const List& a, const List& b) {
  if (a.size() != b.size()) return Same::kNo;
  Same all = Same::kYes;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Same one = same(a[i], b[i]);
    if (one == Same::kNo) return Same::kNo;
    if (one == Same::kUnknown) all = Same::kUnknown;
  }
  return all;
}

Comparison::List Comparison::without_repeats(const List& items) {
  List kept;
  // Two items near each other are two items.
  const Tolerance::Kind stated = std::exchange(tolerance_, Tolerance::Kind::kExact);
  for (const Expression& item : items) {
    const bool seen = std::any_of(kept.begin(), kept.end(), [&](const Expression& other) {
      return same(item, other) == Same::kYes;
    });
    if (!seen) kept.push_back(item);
  }
  tolerance_ = stated;
  return kept;
}

Same Comparison::unordered(const List& left, const List& right) {
  const List a = without_repeats(left);
  const List b = without_repeats(right);
  bool unknown = false;
  // Equality is transitive and neither side repeats itself: the first match is the match.
  std::vector<bool> taken(b.size(), false);
  std::size_t matched = 0;
  for (const Expression& item : a) {
    for (std::size_t i = 0; i < b.size(); ++i) {
      if (taken[i]) continue;
      const Same one = same(item, b[i]);
      if (one == Same::kUnknown) unknown = true;
      if (one != Same::kYes) continue;
      taken[i] = true;
      ++matched;
      break;
    }
  }
  if (matched == a.size() && matched == b.size()) return Same::kYes;
  return unknown ? Same::kUnknown : Same::kNo;
}

Same Comparison::matrices(const Expression& a, const Expression& b) {
  if (a.args.size() != b.args.size()) return Same::kNo;
  Same all = Same::kYes;
  for (std::size_t row = 0; row < a.args.size(); ++row) {
    const Same one = ordered(a.args[row].args, b.args[row].args);
    if (one == Same::kNo) return Same::kNo;
    if (one == Same::kUnknown) all = Same::kUnknown;
  }
  return all;
}

// Part by part (so that 1:00 is not 12:00), else proportional for ratios of two numbers.
Same Comparison::ratios(const Expression& a, const Expression& b) {
  const Same parts = ordered(a.args, b.args);
  if (parts == Same::kYes || a.args.size() != 2 || b.args.size() != 2) return parts;
  const auto positive = [](const Expression& e) { return e.kind == Kind::kNumber && e.value > 0; };
  for (const Expression* side : {&a, &b}) {
    if (!positive(side->args[0]) || !positive(side->args[1])) return parts;
  }
  const Rational cross = a.args[0].value * b.args[1].value - a.args[1].value * b.args[0].value;
  return cross == 0 ? Same::kYes : Same::kNo;
}

Same Comparison::relation_and_value(const Expression& relation, const Expression& value) {
  if (const auto labelled = labelled_value(relation)) return same(labelled->value, value);
  if (value.kind == Kind::kBracket || value.kind == Kind::kUnion || value.kind == Kind::kSet) {
    if (const auto interval = interval_of(relation)) return same(interval->value, value);
    return Same::kUnknown;
  }
  return Same::kNo;
}

Same Comparison::relations(const Expression& a, const Expression& b) {
  const auto left = labelled_value(a);
  const auto right = labelled_value(b);
  if (left && right &&
      (left->label == right->label || left->label.empty() || right->label.empty())) {
    const Same values = same(left->value, right->value);
    if (values != Same::kNo) return values;
  }
  const bool equation = a.names.size() == 1 && a.names[0] == "=";
  if (equation && b.names == a.names) return equations(a, b);
  if (left && right) return Same::kNo;
  const auto interval = interval_of(a);
  const auto other = interval_of(b);
  if (interval && other && interval->label == other->label) {
    return same(interval->value, other->value);
  }
  if (a.names.size() == 1 && b.names.size() == 1 && !left && !right) return inequalities(a, b);
  // Chains side by side, in either direction.
  if (a.names == b.names) return ordered(a.args, b.args);
  return Same::kNo;
}

Same Comparison::equations(const Expression& a, const Expression& b) {
  try {
    Algebra algebra(budget_, {});
    const Fraction left =
        algebra.subtract(algebra.evaluate(a.args[0]), algebra.evaluate(a.args[1]));
    const Fraction right =
        algebra.subtract(algebra.evaluate(b.args[0]), algebra.evaluate(b.args[1]));
    // The same zero set for certain when one is a constant multiple of the other.
    if (left.top.empty() || right.top.empty()) {
      return left.top.empty() == right.top.empty() ? Same::kYes : Same::kNo;
    }
    const bool whole = Algebra::is_constant(left.bottom) && Algebra::is_constant(right.bottom);
    const auto lead = left.top.rbegin();
    const auto match = right.top.find(lead->first);
    if (match == right.top.end()) return whole ? Same::kNo : Same::kUnknown;
    const Polynomial rest = algebra.add(left.top, right.top, -lead->second / match->second);
    if (rest.empty()) return whole ? Same::kYes : Same::kUnknown;
    if (zero_test(algebra, rest, budget_) == Zero::kNo) return Same::kNo;
    return Same::kUnknown;
  } catch (const Algebra::NotArithmetic&) {
    return ordered(a.args, b.args) == Same::kYes ? Same::kYes : Same::kUnknown;
  }
}

Same Comparison::inequalities(const Expression& a, const Expression& b) {
  // Both as "difference > 0" or ">= 0".
  const auto direction = [](const std::string& sign) {
    return sign[0] == '>' ? 1 : sign[0] == '<' ? -1 : 0;
  };
  const int da = direction(a.names[0]);
  const int db = direction(b.names[0]);
  const bool both_not_equal = a.names[0] == "!=" && b.names[0] == "!=";
  if (!both_not_equal && (da == 0 || db == 0)) return Same::kNo;
  if (a.names[0].size() != b.names[0].size()) return Same::kNo;
  try {
    Algebra algebra(budget_, {});
    const Fraction left =
        algebra.subtract(algebra.evaluate(a.args[0]), algebra.evaluate(a.args[1]));
    const Fraction right =
        algebra.subtract(algebra.evaluate(b.args[0]), algebra.evaluate(b.args[1]));
    if (!Algebra::is_constant(left.bottom) || !Algebra::is_constant(right.bottom)) {
      return Same::kUnknown;
    }
    if (left.top.empty() || right.top.empty()) return Same::kUnknown;
    const auto lead = left.top.rbegin();
    const auto match = right.top.find(lead->first);
    if (match == right.top.end()) return Same::kNo;
    const Rational ratio = lead->second / match->second;
    if (!algebra.add(left.top, right.top, -ratio).empty()) return Same::kNo;
    const bool same_way = both_not_equal || (ratio > 0) == (da == db);
    return same_way ? Same::kYes : Same::kNo;
  } catch (const Algebra::NotArithmetic&) {
    return da == db && ordered(a.args, b.args) == Same::kYes ? Same::kYes : Same::kUnknown;
  }
}

// Under each reading of the marks that only one side writes: "28%" may be meant as 28 or 0.28.
Same Comparison::quantities(const Expression& a, const Expression& b) {
  const bool percent = contains(a, Kind::kPercent) != contains(b, Kind::kPercent);
  const bool degree = contains(a, Kind::kDegree) || contains(b, Kind::kDegree);
  Same result = Same::kNo;
  for (const bool hundredth : {false, true}) {
    for (const bool angle : {false, true}) {
      if ((hundredth && !percent) || (angle && !degree)) continue;
      const Same one = arithmetic(a, b, hundredth, angle);
      if (one == Same::kYes) return one;
      if (one == Same::kUnknown) result = one;
    }
  }
  return result;
}

bool Comparison::tolerable(Algebra& algebra, const Fraction& difference, const Fraction& a,
                           const Fraction& b) {
  if (tolerance_ == Tolerance::Kind::kExact) return false;
  const auto not_negative = [&](const Fraction& x) {
    if (Algebra::is_constant(x.top) && Algebra::is_constant(x.bottom)) {
      return Algebra::constant_of(x.top) / Algebra::constant_of(x.bottom) >= 0;
    }
    return sign_of(algebra, x, budget_) > 0;
  };
  const Fraction minus = algebra.subtract(Algebra::constant(0), difference);
  const auto within = [&](const Fraction& bound) {
    return not_negative(algebra.subtract(bound, difference)) &&
           not_negative(algebra.subtract(bound, minus));
  };
  if (tolerance_ != Tolerance::Kind::kRelative) return within(Algebra::constant(amount_));
  // A negative bound contains nothing, so both signs of a value may be tried.
  for (const Fraction* value : {&a, &b}) {
    for (const Rational& scale : {amount_, Rational(-amount_)}) {
      if (within({algebra.add({}, value->top, scale), value->bottom})) return true;
    }
  }
  return false;
}

Same Comparison::arithmetic(const Expression& a, const Expression& b, bool percent, bool degree) {
  Algebra algebra(budget_, {percent, degree});
  Fraction left;
  Fraction right;
  try {
    left = algebra.evaluate(a);
  } catch (const Algebra::NotArithmetic&) {
    if (identical(a, b)) return Same::kYes;
    return a.kind == Kind::kText ? Same::kNo : Same::kUnknown;
  }
  try {
    right = algebra.evaluate(b);
  } catch (const Algebra::NotArithmetic&) {
    return b.kind == Kind::kText ? Same::kNo : Same::kUnknown;
  }
  const Fraction difference = algebra.subtract(left, right);
  if (difference.top.empty()) {
    return well_defined(algebra, difference, budget_) ? Same::kYes : Same::kUnknown;
  }
  for (const auto& [decimal, exact] : {std::pair(&a, &right), std::pair(&b, &left)}) {
    const Expression& other = decimal == &a ? b : a;
    if (full_double(*decimal) && !full_double(other) && Algebra::is_constant(exact->top) &&
        Algebra::is_constant(exact->bottom) && rounds(*decimal, Algebra::constant_of(exact->top))) {
      return Same::kYes;
    }
  }
  const Zero zero = zero_test(algebra, difference.top, budget_);
  if ((zero == Zero::kNo || zero == Zero::kUnknown) &&
      tolerable(algebra, difference, left, right)) {
    by_tolerance_ = true;
    return Same::kYes;
  }
  switch (zero) {
    case Zero::kNo:
      return Same::kNo;
    case Zero::kUnknown:
      return Same::kUnknown;
    case Zero::kAgrees:
      by_agreement_ = true;
      break;
    case Zero::kProven:
      by_root_bound_ = true;
      break;
  }
  return well_defined(algebra, difference, budget_) ? Same::kYes : Same::kUnknown;
}

}  // namespace candor::scoring::maths
