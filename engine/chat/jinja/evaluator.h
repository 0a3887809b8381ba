// Walks the syntax tree: statements write to the output, expressions give values.
#pragma once

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/runtime.h"
#include "engine/chat/jinja/scope.h"

namespace candor::engine::jinja {

class Evaluator {
 public:
  explicit Evaluator(Runtime& runtime) : runtime_(runtime), scopes_(runtime.budget) {}

  // Renders a template with these variables beside the global functions. Throws Problem; `line` is
  // then where it happened.
  Text render(const Body& body, std::vector<std::pair<std::string_view, Value>> variables);
  int line() const { return line_; }

 private:
  enum class Flow { kNext, kBreak, kContinue };

  // Statements (statements.cc).
  Flow execute(const Body& body);
  Flow execute(const Statement& statement);
  Flow run_if(const Statement& statement);
  Flow run_scoped(const Statement& statement);
  void run_for(const Statement& statement, Value iterable, Scope* around, std::size_t depth);
  void filter_items(const Statement& statement, Scope* around, std::vector<Value>& items);
  void run_set_block(const Statement& statement);
  void run_call_block(const Statement& statement);
  Text capture(const Body& body);
  void assign(const Expr& target, const Value& value);
  Callable* make_macro(const MacroBody& macro);
  Value call_macro(const MacroBody& macro, Scope* closure, Arguments& arguments);
  void bind_parameters(const MacroBody& macro, Scope& scope, Arguments& arguments);

  // Expressions (expressions.cc).
  Value evaluate(const Expr& expr);
  Value evaluate_name(const Expr& expr);
  Value evaluate_list(const Expr& expr);
  Value evaluate_dict(const Expr& expr);
  Value evaluate_item(const Expr& expr);
  Value evaluate_call(const Expr& expr, Callable* caller = nullptr);
  Value evaluate_filter(const Expr& expr);
  Value evaluate_test(const Expr& expr);
  Value evaluate_concat(const Expr& expr);
  Value evaluate_compare(const Expr& expr);
  Value evaluate_conditional(const Expr& expr);
  Arguments evaluate_arguments(const CallArguments& arguments);

  Runtime& runtime_;
  Scopes scopes_;
  TextBuilder* out_ = nullptr;
  Value block_text_;  // what the first filter of a block is applied to
  int line_ = 1;
};

}  // namespace candor::engine::jinja
