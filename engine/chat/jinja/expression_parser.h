// The expressions of a template, by recursive descent with the grammar and precedence of Jinja 3.1:
// or < and < not < comparisons < + - < ~ < * / // % < ** < unary sign < filters and tests <
// postfix.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/lexer.h"

namespace candor::engine::jinja {

class ExpressionParser {
 public:
  explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

 protected:
  // One level of nesting of the source, for as long as it is held.
  class Nesting {
   public:
    explicit Nesting(ExpressionParser& parser);
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    ExpressionParser& parser_;
  };

  const Token& current() const { return tokens_[at_]; }
  const Token& look() const { return tokens_[at_ + (at_ + 1 < tokens_.size() ? 1 : 0)]; }
  Token take();
  bool is(Token::Kind kind) const { return current().kind == kind; }
  bool is_name(std::string_view name) const;
  bool is_operator(std::string_view text) const;
  bool skip_name(std::string_view name);
  bool skip_operator(std::string_view text);
  void expect_operator(std::string_view text);
  void expect(Token::Kind kind, std::string_view what);
  std::string expect_name(std::string_view what);
  std::string expect_dotted_name(std::string_view what);  // of filters and tests
  [[noreturn]] void unexpected(std::string_view wanted) const;

  ExprPtr parse_expression(bool with_conditional = true);
  // One or more expressions with commas between: a tuple where there is a comma. `end_name` is a
  // word that may end it. `allow_empty`: inside parentheses `()` is the empty tuple.
  ExprPtr parse_tuple(bool with_conditional, std::string_view end_name, bool allow_empty);
  ExprPtr parse_target(bool with_namespace, std::string_view end_name);
  // `| name(…) | name(…)`, or with `inline_name` first a filter's name without the bar.
  ExprPtr parse_filters(ExprPtr input, bool inline_name);

  // Whether the names that open up a macro's signature were seen since these were last reset.
  bool saw_varargs_ = false;
  bool saw_kwargs_ = false;
  bool saw_caller_ = false;

 private:
  ExprPtr parse_or();
  ExprPtr parse_and();
  ExprPtr parse_not();
  ExprPtr parse_compare();
  ExprPtr parse_sum();
  ExprPtr parse_concat();
  ExprPtr parse_product();
  ExprPtr parse_power();
  ExprPtr parse_unary(bool with_filters = true);
  ExprPtr parse_primary();
  ExprPtr parse_name();
  ExprPtr parse_number();
  ExprPtr parse_list();
  ExprPtr parse_dict();
  ExprPtr parse_postfix(ExprPtr node);
  ExprPtr parse_filters_and_tests(ExprPtr node);
  ExprPtr parse_attribute(ExprPtr node);
  ExprPtr parse_subscript(ExprPtr node);
  ExprPtr parse_slice_or_expression();
  ExprPtr parse_call(ExprPtr callee);
  ExprPtr parse_test(ExprPtr node);
  std::unique_ptr<CallArguments> parse_arguments();
  bool comparison(Operator* op);
  ExprPtr target_primary(bool with_namespace);
  bool tuple_ends(std::string_view end_name) const;

  // Makes a node over its parts; throws when the chain of operators gets too long.
  ExprPtr node(Expr::Kind kind, int line, ExprPtr first = nullptr, ExprPtr second = nullptr);
  void add_part(Expr& parent, ExprPtr part);

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace candor::engine::jinja
