// The syntax tree of a template: plain structs, made once by the parser, read by every render.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/chat/jinja/text.h"
#include "engine/chat/jinja/value.h"

namespace candor::engine::jinja {

struct Native;  // builtins.h
struct Expr;
struct Statement;
using ExprPtr = std::unique_ptr<Expr>;
using Body = std::vector<std::unique_ptr<Statement>>;

struct CallArguments {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr spread;        // *values
  ExprPtr spread_named;  // **names
};

enum class Operator {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn,
};

struct Expr {
  enum class Kind {
    kConstant,     // constant
    kName,         // name
    kList,         // parts
    kTuple,        // parts
    kDict,         // parts: key, value, key, value, …
    kAttribute,    // parts[0] . name; as a target: the namespace's name and attribute
    kItem,         // parts[0] [ parts[1] ]
    kSlice,        // inside kItem: start, stop, step, each may be null
    kCall,         // parts[0] ( arguments )
    kFilter,       // parts[0] | name ( arguments ); parts[0] is null in front of a block's text
    kTest,         // parts[0] is name ( arguments )
    kNot,          // parts[0]
    kNegative,     // parts[0]
    kPositive,     // parts[0]
    kArithmetic,   // parts[0] operators[0] parts[1]
    kConcat,       // parts joined as text
    kCompare,      // parts[0] operators[0] parts[1] operators[1] parts[2] …
    kAnd,          // parts[0], parts[1]
    kOr,           // parts[0], parts[1]
    kConditional,  // test, then, else (may be null)
  };

  Expr(Kind the_kind, int the_line) : kind(the_kind), line(the_line) {}

  Kind kind;
  int line;
  int chain = 1;  // levels of the tree below and including this one
  std::string name;
  Value constant;
  std::vector<ExprPtr> parts;
  std::vector<Operator> operators;
  std::unique_ptr<CallArguments> arguments;
  const Native* native = nullptr;  // of a filter or test; null when there is none of that name
};

struct Parameter {
  std::string name;
  ExprPtr fallback;  // null: none
};

// What a macro and a call block have in common.
struct MacroBody {
  std::string name;
  std::vector<Parameter> parameters;
  Body body;
  // The names that let a macro take what it does not declare, where its body uses them.
  bool uses_varargs = false;
  bool uses_kwargs = false;
  bool uses_caller = false;
};

struct Statement {
  enum class Kind {
    kData,         // data
    kPrint,        // expr
    kIf,           // branches; an `else` is a branch without test
    kFor,          // target in expr if test: body, otherwise
    kSet,          // target = expr
    kSetBlock,     // target = body through expr (a chain of filters, or null)
    kMacro,        // macro
    kCallBlock,    // expr is the call, macro the caller
    kFilterBlock,  // body through expr
    kWith,         // bindings, body
    kScope,        // body with names of its own (generation, block)
    kBreak,
    kContinue,
  };
  struct Branch {
    ExprPtr test;
    Body body;
  };

  Statement(Kind the_kind, int the_line) : kind(the_kind), line(the_line) {}

  Kind kind;
  int line;
  Text data;
  ExprPtr expr;
  ExprPtr target;
  ExprPtr test;
  bool recursive = false;
  Body body;
  Body otherwise;
  std::vector<Branch> branches;
  std::vector<std::pair<ExprPtr, ExprPtr>> bindings;
  std::unique_ptr<MacroBody> macro;
};

}  // namespace candor::engine::jinja
