#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/evaluator.h"

namespace candor::engine::jinja {

using Kind = Statement::Kind;

Text Evaluator::render(const Body& body,
                       std::vector<std::pair<std::string_view, Value>> variables) {
  const Scopes::Inside globals(scopes_, nullptr);
  for (auto& [name, value] : global_functions(runtime_)) {
    globals->set(runtime_.budget, name, std::move(value));
  }
  const Scopes::Inside top(scopes_, &*globals);
  for (auto& [name, value] : variables) top->set(runtime_.budget, name, std::move(value));
  TextBuilder out(runtime_.budget);
  out_ = &out;
  execute(body);
  return out.finish();
}

Evaluator::Flow Evaluator::execute(const Body& body) {
  for (const auto& statement : body) {
    const Flow flow = execute(*statement);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::execute(const Statement& statement) {
  const Budget::Level level(runtime_.budget);
  line_ = statement.line;
  runtime_.budget.step();
  switch (statement.kind) {
    case Kind::kData:
      out_->append(statement.data);
      break;
    case Kind::kPrint:
      out_->append(to_text(runtime_, evaluate(*statement.expr)));
      break;
    case Kind::kIf:
      return run_if(statement);
    case Kind::kFor:
      run_for(statement, evaluate(*statement.expr), scopes_.current(), 0);
      break;
    case Kind::kSet:
      assign(*statement.target, evaluate(*statement.expr));
      break;
    case Kind::kSetBlock:
    case Kind::kFilterBlock:
      run_set_block(statement);
      break;
    case Kind::kMacro:
      scopes_.current()->set(runtime_.budget, statement.macro->name, make_macro(*statement.macro));
      break;
    case Kind::kCallBlock:
      run_call_block(statement);
      break;
    case Kind::kWith:
    case Kind::kScope:
      return run_scoped(statement);
    case Kind::kBreak:
      return Flow::kBreak;
    case Kind::kContinue:
      return Flow::kContinue;
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::run_if(const Statement& statement) {
  for (const auto& branch : statement.branches) {
    if (branch.test == nullptr || truth(evaluate(*branch.test))) return execute(branch.body);
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::run_scoped(const Statement& statement) {
  std::vector<Value> values;  // all of them see the names around, not each other
  for (const auto& [target, expr] : statement.bindings) values.push_back(evaluate(*expr));
  const Scopes::Inside scope(scopes_, scopes_.current());
  for (std::size_t i = 0; i < values.size(); ++i) assign(*statement.bindings[i].first, values[i]);
  return execute(statement.body);
}

// Keeps the items for which the `if` of a loop holds.
void Evaluator::filter_items(const Statement& statement, Scope* around, std::vector<Value>& items) {
  const Scopes::Inside scope(scopes_, around);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    scope->clear(runtime_.budget);
    assign(*statement.target, items[i]);
    if (truth(evaluate(*statement.test))) items[kept++] = items[i];
  }
  items.resize(kept);
}

void Evaluator::run_for(const Statement& statement, Value iterable, Scope* around,
                        std::size_t depth) {
  Items items(runtime_, iterable);
  if (statement.test != nullptr) filter_items(statement, around, items.values());
  const Scopes::Inside scope(scopes_, around);
  if (items.values().empty()) {
    execute(statement.otherwise);
    return;
  }
  auto* loop = runtime_.make<Loop>();
  loop->items = &items.values();
  loop->depth = depth;
  if (statement.recursive) {
    loop->recurse = [this, &statement, around, depth](Runtime& runtime, Arguments& arguments) {
      const Value inner = *arguments.bind("loop", {"iterable"}, 1)[0];
      TextBuilder text(runtime.budget);
      TextBuilder* outer = std::exchange(out_, &text);
      run_for(statement, inner, around, depth + 1);
      out_ = outer;
      return Value(text.finish());
    };
  }
  for (; loop->index < items.values().size(); ++loop->index) {
    // What an iteration has set is gone in the next one.
    scope->clear(runtime_.budget);
    scope->set(runtime_.budget, "loop", loop);
    assign(*statement.target, items.values()[loop->index]);
    if (execute(statement.body) == Flow::kBreak) break;
  }
  loop->items = nullptr;
}

Text Evaluator::capture(const Body& body) {
  TextBuilder text(runtime_.budget);
  TextBuilder* outer = std::exchange(out_, &text);
  const Scopes::Inside scope(scopes_, scopes_.current());
  execute(body);
  out_ = outer;
  return text.finish();
}

void Evaluator::run_set_block(const Statement& statement) {
  Value value = capture(statement.body);
  if (statement.expr != nullptr) {
    block_text_ = std::move(value);
    value = evaluate(*statement.expr);
  }
  if (statement.kind == Kind::kFilterBlock) {
    out_->append(to_text(runtime_, value));
  } else {
    assign(*statement.target, value);
  }
}

void Evaluator::run_call_block(const Statement& statement) {
  Callable* caller = make_macro(*statement.macro);
  out_->append(to_text(runtime_, evaluate_call(*statement.expr, caller)));
}

void Evaluator::assign(const Expr& target, const Value& value) {
  if (target.kind == Expr::Kind::kName) {
    scopes_.current()->set(runtime_.budget, target.name, value);
    return;
  }
  if (target.kind == Expr::Kind::kAttribute) {
    const Value* holder = scopes_.current()->find(runtime_.budget, target.parts[0]->name);
    auto* space = holder == nullptr ? nullptr : holder->as<Namespace>();
    if (space == nullptr) {
      problem("cannot assign to '{}.{}': it is not a namespace", target.parts[0]->name,
              target.name);
    }
    space->attributes->set(runtime_, runtime_.text(target.name), value);
    return;
  }
  need_defined(value);
  Items items(runtime_, value);
  if (items.values().size() != target.parts.size()) {
    problem("cannot unpack {} values into {} names", items.values().size(), target.parts.size());
  }
  for (std::size_t i = 0; i < target.parts.size(); ++i) assign(*target.parts[i], items.values()[i]);
}

Callable* Evaluator::make_macro(const MacroBody& macro) {
  Scope* closure = scopes_.current();
  closure->capture();
  auto* callable =
      runtime_.make<Callable>(macro.name, [this, &macro, closure](Runtime&, Arguments& arguments) {
        return call_macro(macro, closure, arguments);
      });
  callable->takes_caller = macro.uses_caller;
  return callable;
}

Value Evaluator::call_macro(const MacroBody& macro, Scope* closure, Arguments& arguments) {
  const Budget::Level level(runtime_.budget);
  const Scopes::Inside scope(scopes_, closure);
  bind_parameters(macro, *scope, arguments);
  TextBuilder text(runtime_.budget);
  TextBuilder* outer = std::exchange(out_, &text);
  execute(macro.body);
  out_ = outer;
  return text.finish();
}

void Evaluator::bind_parameters(const MacroBody& macro, Scope& scope, Arguments& arguments) {
  Budget& budget = runtime_.budget;
  const std::size_t declared = macro.parameters.size();
  const std::size_t given = arguments.positional.size();
  budget.step(declared + declared * arguments.named.size() / 16);
  auto named = std::move(arguments.named);
  const auto take_named = [&](std::string_view name) -> const Value* {
    for (auto& [known, value] : named) {
      if (known == name) {
        known.clear();  // no argument is called that: it is used up
        return &value;
      }
    }
    return nullptr;
  };
  for (std::size_t i = 0; i < declared; ++i) {
    const Parameter& parameter = macro.parameters[i];
    const Value* by_name = take_named(parameter.name);
    if (i < given) {
      if (by_name != nullptr) {
        problem("macro '{}' got two values for '{}'", macro.name, parameter.name);
      }
      scope.set(budget, parameter.name, arguments.positional[i]);
    } else if (by_name != nullptr) {
      scope.set(budget, parameter.name, *by_name);
    } else if (parameter.fallback != nullptr) {
      scope.set(budget, parameter.name, evaluate(*parameter.fallback));
    } else {
      scope.set(budget, parameter.name,
                Value::undefined(fmt::format("parameter '{}' was not provided", parameter.name)));
    }
  }
  if (macro.uses_caller) {
    const Value* caller = take_named("caller");
    scope.set(budget, "caller",
              caller != nullptr ? *caller : Value::undefined("No caller defined"));
  }
  if (macro.uses_kwargs) {
    Dict* rest = runtime_.make<Dict>();
    for (auto& [name, value] : named) {
      if (!name.empty()) rest->set(runtime_, runtime_.text(name), value);
    }
    named.clear();
    scope.set(budget, "kwargs", rest);
  }
  for (const auto& [name, value] : named) {
    if (!name.empty()) problem("macro '{}' takes no argument '{}'", macro.name, name);
  }
  if (macro.uses_varargs) {
    const auto first =
        arguments.positional.begin() + static_cast<std::ptrdiff_t>(std::min(declared, given));
    scope.set(budget, "varargs", runtime_.tuple({first, arguments.positional.end()}));
  } else if (given > declared) {
    problem("macro '{}' takes {} arguments, {} were given", macro.name, declared, given);
  }
}

}  // namespace candor::engine::jinja
