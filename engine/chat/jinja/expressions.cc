#include "engine/chat/jinja/arithmetic.h"
#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/evaluator.h"

namespace candor::engine::jinja {

using Kind = Expr::Kind;

Value Evaluator::evaluate(const Expr& expr) {
  const Budget::Level level(runtime_.budget);
  line_ = expr.line;
  runtime_.budget.step();
  switch (expr.kind) {
    case Kind::kConstant:
      return expr.constant;
    case Kind::kName:
      return evaluate_name(expr);
    case Kind::kList:
    case Kind::kTuple:
      return evaluate_list(expr);
    case Kind::kDict:
      return evaluate_dict(expr);
    case Kind::kAttribute: {
      const Value owner = evaluate(*expr.parts[0]);
      line_ = expr.line;
      return get_attribute(runtime_, owner, expr.name);
    }
    case Kind::kItem:
      return evaluate_item(expr);
    case Kind::kSlice:
      problem("a slice stands alone");
    case Kind::kCall:
      return evaluate_call(expr);
    case Kind::kFilter:
      return evaluate_filter(expr);
    case Kind::kTest:
      return evaluate_test(expr);
    case Kind::kNot:
      return Value::boolean(!truth(evaluate(*expr.parts[0])));
    case Kind::kNegative:
      return negative(evaluate(*expr.parts[0]));
    case Kind::kPositive:
      return negative(negative(evaluate(*expr.parts[0])));
    case Kind::kArithmetic: {
      const Value left = evaluate(*expr.parts[0]);
      const Value right = evaluate(*expr.parts[1]);
      line_ = expr.line;
      return arithmetic(runtime_, expr.operators[0], left, right);
    }
    case Kind::kConcat:
      return evaluate_concat(expr);
    case Kind::kCompare:
      return evaluate_compare(expr);
    case Kind::kAnd: {
      Value left = evaluate(*expr.parts[0]);
      return truth(left) ? evaluate(*expr.parts[1]) : left;
    }
    case Kind::kOr: {
      Value left = evaluate(*expr.parts[0]);
      return truth(left) ? left : evaluate(*expr.parts[1]);
    }
    case Kind::kConditional:
      return evaluate_conditional(expr);
  }
  return Value();
}

Value Evaluator::evaluate_name(const Expr& expr) {
  const Value* found = scopes_.current()->find(runtime_.budget, expr.name);
  if (found != nullptr) return *found;
  return Value::undefined(fmt::format("'{}' is undefined", expr.name.substr(0, 100)));
}

Value Evaluator::evaluate_list(const Expr& expr) {
  std::vector<Value> items;
  items.reserve(expr.parts.size());
  for (const auto& part : expr.parts) items.push_back(evaluate(*part));
  const bool is_list = expr.kind == Kind::kList;
  return is_list ? runtime_.list(std::move(items)) : runtime_.tuple(std::move(items));
}

Value Evaluator::evaluate_dict(const Expr& expr) {
  Dict* dict = runtime_.make<Dict>();
  for (std::size_t i = 0; i < expr.parts.size(); i += 2) {
    const Value key = evaluate(*expr.parts[i]);
    dict->set(runtime_, key, evaluate(*expr.parts[i + 1]));
  }
  return dict;
}

Value Evaluator::evaluate_item(const Expr& expr) {
  const Value owner = evaluate(*expr.parts[0]);
  const Expr& key = *expr.parts[1];
  if (key.kind != Kind::kSlice) {
    const Value value = evaluate(key);
    line_ = expr.line;
    return get_item(runtime_, owner, value);
  }
  Value bounds[3];
  for (std::size_t i = 0; i < 3; ++i) {
    if (key.parts[i] != nullptr) bounds[i] = evaluate(*key.parts[i]);
  }
  line_ = expr.line;
  return get_slice(runtime_, owner, bounds[0], bounds[1], bounds[2]);
}

Arguments Evaluator::evaluate_arguments(const CallArguments& given) {
  Arguments arguments;
  arguments.positional.reserve(given.positional.size());
  for (const auto& expr : given.positional) arguments.positional.push_back(evaluate(*expr));
  for (const auto& [name, expr] : given.named) arguments.named.emplace_back(name, evaluate(*expr));
  if (given.spread != nullptr) {
    Items items(runtime_, evaluate(*given.spread));
    for (const Value& item : items.values()) arguments.positional.push_back(item);
  }
  if (given.spread_named != nullptr) {
    const Value names = evaluate(*given.spread_named);
    need_defined(names);
    Dict* dict = names.as<Dict>();
    if (dict == nullptr) problem("the value after ** must be a mapping");
    for (const auto& [key, value] : dict->entries) {
      runtime_.budget.step();
      arguments.named.emplace_back(need_text(key, "a name after **").view(), value);
    }
  }
  return arguments;
}

Value Evaluator::evaluate_call(const Expr& expr, Callable* caller) {
  const Expr& callee = *expr.parts[0];
  if (callee.kind == Kind::kAttribute) {
    // A method is called at once, without becoming a value of its own.
    const Value owner = evaluate(*callee.parts[0]);
    line_ = expr.line;
    need_defined(owner);
    if (const Native* method = find_method(owner, callee.name)) {
      const Arguments arguments = evaluate_arguments(*expr.arguments);
      line_ = expr.line;
      return method->run(runtime_, owner, arguments);
    }
    const Value function = get_attribute(runtime_, owner, callee.name);
    Arguments arguments = evaluate_arguments(*expr.arguments);
    if (caller != nullptr) arguments.named.emplace_back("caller", caller);
    line_ = expr.line;
    return call(runtime_, function, arguments);
  }
  const Value function = evaluate(callee);
  Arguments arguments = evaluate_arguments(*expr.arguments);
  if (caller != nullptr) arguments.named.emplace_back("caller", caller);
  line_ = expr.line;
  return call(runtime_, function, arguments);
}

Value Evaluator::evaluate_filter(const Expr& expr) {
  const Value input =
      expr.parts[0] == nullptr ? std::exchange(block_text_, Value()) : evaluate(*expr.parts[0]);
  const Arguments arguments = evaluate_arguments(*expr.arguments);
  line_ = expr.line;
  if (expr.native == nullptr) problem("there is no filter '{}'", expr.name.substr(0, 60));
  return expr.native->run(runtime_, input, arguments);
}

Value Evaluator::evaluate_test(const Expr& expr) {
  const Value input = evaluate(*expr.parts[0]);
  const Arguments arguments = evaluate_arguments(*expr.arguments);
  line_ = expr.line;
  if (expr.native == nullptr) problem("there is no test '{}'", expr.name.substr(0, 60));
  return expr.native->run(runtime_, input, arguments);
}

Value Evaluator::evaluate_concat(const Expr& expr) {
  TextBuilder out(runtime_.budget);
  for (const auto& part : expr.parts) out.append(to_text(runtime_, evaluate(*part)));
  return out.finish();
}

Value Evaluator::evaluate_compare(const Expr& expr) {
  Value left = evaluate(*expr.parts[0]);
  for (std::size_t i = 0; i < expr.operators.size(); ++i) {
    Value right = evaluate(*expr.parts[i + 1]);
    line_ = expr.line;
    bool holds = false;
    switch (expr.operators[i]) {
      case Operator::kEqual:
        holds = equal(runtime_, left, right);
        break;
      case Operator::kNotEqual:
        holds = !equal(runtime_, left, right);
        break;
      case Operator::kLess:
        holds = compare(runtime_, left, right, "<") < 0;
        break;
      case Operator::kLessEqual:
        holds = compare(runtime_, left, right, "<=") <= 0;
        break;
      case Operator::kGreater:
        holds = compare(runtime_, left, right, ">") > 0;
        break;
      case Operator::kGreaterEqual:
        holds = compare(runtime_, left, right, ">=") >= 0;
        break;
      case Operator::kIn:
        holds = contains(runtime_, right, left);
        break;
      default:
        holds = !contains(runtime_, right, left);
    }
    if (!holds) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

Value Evaluator::evaluate_conditional(const Expr& expr) {
  if (truth(evaluate(*expr.parts[0]))) return evaluate(*expr.parts[1]);
  if (expr.parts[2] != nullptr) return evaluate(*expr.parts[2]);
  return Value::undefined("an 'if' without 'else' was false");
}

}  // namespace candor::engine::jinja
