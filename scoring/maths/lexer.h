// Cuts an expression in LaTeX, plain text or a mixture of both into tokens: numbers with their
// thousands separators resolved, letters, words, commands. Layout commands, dollar signs, currency
// signs and sizes of brackets are dropped here, so the reader never sees them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scoring/maths/expression.h"

namespace candor::scoring::maths {

struct Token {
  enum class Type { kNumber, kLetter, kWord, kCommand, kMark, kText, kEnd };
  Type type = Type::kEnd;
  std::string text;  // digits, letter(s), command name without backslash, mark, \text content
  bool space_before = false;  // white space came before it
  bool grouped = false;       // a number with plain-comma thousands separators: "12,345"
  bool bare = false;          // a command spelled without backslash: "sqrt"

  bool is(Type t, std::string_view value) const { return type == t && text == value; }
  bool mark(std::string_view value) const { return is(Type::kMark, value); }
  bool command(std::string_view value) const { return is(Type::kCommand, value); }
};

// Unicode to the ASCII and LaTeX that the lexer knows: full-width forms, superscripts, "×", "√",
// "≤", Chinese punctuation, "百分之20", "3分之1". ASCII text comes back unchanged.
std::string plain_notation(std::string_view text);

// `text` is in plain notation. The last token is kEnd.
std::vector<Token> tokens_of(std::string_view text, Budget& budget);

}  // namespace candor::scoring::maths
