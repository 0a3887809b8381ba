// The recursive descent behind read_expression (reader.h has the grammar): one token at a time, no
// backtracking, every step paid from the budget. Not used outside the reader.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scoring/maths/expression.h"
#include "scoring/maths/lexer.h"

namespace candor::scoring::maths {

class Parser {
 public:
  struct NotRead {};  // thrown where the text follows no rule of the grammar

  Parser(std::vector<Token> tokens, Budget& budget) : tokens_(std::move(tokens)), budget_(budget) {}

  // All tokens as one expression. Throws NotRead, Budget::Exhausted.
  Expression whole();

 private:
  using Type = Token::Type;
  using List = std::vector<Expression>;

  // Deeper nesting than any answer has; it bounds the recursion here and in all that walks the
  // tree.
  static constexpr int kMaxDepth = 120;

  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      parser_.budget_.spend(1);
      if (++parser_.depth_ > kMaxDepth) throw Budget::Exhausted{"nested too deeply"};
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  const Token& token(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  void next() {
    budget_.spend(1);
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool take_mark(std::string_view mark) {
    if (!token().mark(mark)) return false;
    next();
    return true;
  }
  bool take_command(std::string_view name) {
    if (!token().command(name)) return false;
    next();
    return true;
  }
  void need_mark(std::string_view mark) {
    if (!take_mark(mark)) throw NotRead{};
  }

  // Lists, relations, ratios and unions: what stands around quantities.
  bool closes() const;
  Expression list();
  std::string relation_sign() const;
  Expression relation();
  Expression ratio();
  Expression union_of_sets();

  // Sums, products, powers and the arguments of commands.
  Expression sum();
  static Expression added(List terms);
  static Expression negated(Expression expression);
  // Whether an atom may begin here without an operator before it.
  bool begins_factor() const;
  Expression term();
  static List two(Expression a, Expression b);
  static Expression product(Expression a, Expression b);
  Expression signed_factor();
  // Two factors side by side: a product, or a mixed number as in "7 \frac{3}{4}" and "7 3/4".
  Expression juxtaposed(Expression left);
  static bool proper_fraction(const Expression& e);
  Expression factor();
  Expression raised(Expression base);
  Expression signed_factor_without_power();
  // "20^{th}", "3^\text{rd}".
  bool ordinal_suffix();
  // A group in braces or one token; of a number only the first digit, as TeX takes it, unless
  // `whole_number`.
  Expression argument(bool whole_number);

  // Numbers, letters, words, brackets, and the units behind a quantity.
  Expression atom();
  Expression number_with_suffix(const Token& t);
  Expression repeating(const Token& t);
  Expression dotted(const Token& t);
  Expression letter(const std::string& name);
  // Takes "_…" into the name, as it is written.
  void subscript(std::string& name);
  // Words in a row are one text; a word alone may be a product of letters, which the arithmetic
  // decides.
  Expression words();
  Expression marked(const Token& t);
  Expression bracketed(char open);
  // Whether the word here is a unit of measure after a quantity: a known one, or a longer word set
  // apart by a blank ("18 dollars").
  bool unit_here() const;
  Expression with_unit(Expression quantity);

  // LaTeX commands: fractions, roots, sets, matrices, functions.
  Expression command(const Token& t);
  Expression enclosed(std::string_view close, std::string name);
  Expression root(bool whole_number);
  Expression set();
  Expression series(std::string name);
  std::size_t set_builder_head() const;
  std::string environment();
  Expression matrix();
  Expression function(std::string name);
  // "\sin 3x" takes the product up to the next function, "\sin(3x)" the bracket.
  Expression function_argument();

  std::vector<Token> tokens_;
  Budget& budget_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int bars_ = 0;  // open "|" of absolute values
};

// Names of commands by what they are.
bool is_function(std::string_view name);        // sin, ln, …
bool is_symbol_command(std::string_view name);  // alpha, infty, …
bool is_decoration(std::string_view name);      // overline, vec, …: part of a name

// "and", "or", "和": between the items of a list.
bool is_or(const Token& token);
bool is_conjunction(const Token& token);

}  // namespace candor::scoring::maths
