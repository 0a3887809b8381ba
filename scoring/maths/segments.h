// Where formulas, numbers and prose are in an answer text. The text is in plain notation
// (lexer.h). Helpers of extract().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring::maths {

struct Segment {
  std::size_t begin = 0;  // of the delimiter
  std::size_t end = 0;    // behind the closing delimiter
  std::string_view content;
};

// Formulas in $…$, $$…$$, \(…\), \[…\]; a dollar sign before an amount of money opens none, nor
// does a lone "$" on a line of its own.
std::vector<Segment> formulas_in(std::string_view text);

// Whether the text is an expression (perhaps with a unit) and not a sentence.
bool is_expression_text(std::string_view text);

// Whether the text is a few words that may be an answer ("no solution") and not a sentence.
bool is_short_statement(std::string_view text);

// Up to the end of the first sentence or line; a decimal point or a point inside a formula ends
// none.
std::string_view first_sentence(std::string_view text);

// The last formula or number of the text, one with a digit before one without; empty: none. Values
// of the same name, or of "the solutions are", that only "and", "or", commas join are one list.
std::string last_value(std::string_view text);

// The formula or number that the text begins with, else the last one.
std::string leading_or_last_value(std::string_view text);

}  // namespace candor::scoring::maths
