// Rewrites of expression trees by form alone, without arithmetic: what stands left of an equals
// sign, what an inequality says as an interval, what "±" stands for.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "scoring/maths/expression.h"

namespace candor::scoring::maths {

bool contains(const Expression& expression, Kind kind);
bool contains_symbol(const Expression& expression, std::string_view name);
bool has_variables(const Expression& expression);  // any symbol but pi, e, i; any word; any f(…)

// The name that an expression only labels its value with: "x", "f(x)", "\angle ABC", "AB", "(p,q)",
// "S_1 : S". Nothing for anything that could itself be a value to compare.
std::optional<std::string> label_of(const Expression& expression);

// "x = 5 = 2 + 3", "1/2 + 1/2 = 1", "x \in A", "x ≈ 3.1": label (may be empty) and value. Nothing
// for an equation such as a + 3z = 0.
struct Labelled {
  std::string label;
  Expression value;
};
std::optional<Labelled> labelled_value(const Expression& relation);

// "x < 3", "2 <= f(x) < 5" as label and interval.
std::optional<Labelled> interval_of(const Expression& relation);

// "1 ± x" as the list "1 + x, 1 - x"; all signs of one expression go together.
Expression without_plus_minus(const Expression& expression);

// Words of a \text group that are more than words, read again; a matrix product multiplied out; all
// real numbers as an interval; "x < 2 or x > 3" as a union.
Expression unwrapped(const Expression& expression, Budget& budget);

}  // namespace candor::scoring::maths
