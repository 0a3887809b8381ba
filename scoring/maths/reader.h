// Tokens to an expression tree, by recursive descent. It reads the LaTeX and plain text in which
// answers are written, not all of LaTeX: what it does not know it reports as not read, it never
// guesses.
//
//   list      = relation ("," | ";" | "and" | "or") …
//   relation  = ratio ("=" | "<" | "\le" | "\in" | …) …
//   ratio     = union (":" union) …
//   union     = sum ("\cup" | "\cap" | "\setminus") …
//   sum       = ["-"] term ("+" | "-" | "\pm") …
//   term      = factor ("*" | "/" | nothing) …  [unit]
//   factor    = atom ("^" exponent | "!" | "%" | degrees) …
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scoring/maths/expression.h"

namespace candor::scoring::maths {

// Nothing when the text is not understood. Throws Budget::Exhausted.
std::optional<Expression> read_expression(std::string_view text, Budget& budget);

// Words to their comparable form: lower case (a single letter keeps its case), inner white space to
// one blank, no punctuation at the ends.
std::string plain_words(std::string_view text);

}  // namespace candor::scoring::maths
