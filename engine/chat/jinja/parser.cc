#include "engine/chat/jinja/parser.h"

#include <initializer_list>

#include "engine/chat/jinja/expression_parser.h"

namespace candor::engine::jinja {
namespace {

using Kind = Statement::Kind;
using StatementPtr = std::unique_ptr<Statement>;

class Parser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  Body parse_template() { return parse_body({}); }

 private:
  // Statements up to the block tag that begins with one of `ends`, which stays (its `{%` is taken).
  // Without `ends`: up to the end of the template.
  Body parse_body(std::initializer_list<std::string_view> ends) {
    const Nesting nesting(*this);
    const int opened = current().line;
    Body body;
    for (;;) {
      const int line = current().line;
      if (is(Token::Kind::kEnd)) {
        if (ends.size() == 0) return body;
        problem_at(opened, "the template ends before '{{% {} %}}'", *(ends.end() - 1));
      }
      if (is(Token::Kind::kData)) {
        auto data = std::make_unique<Statement>(Kind::kData, line);
        data->data = Text::literal(take().text);
        body.push_back(std::move(data));
      } else if (is(Token::Kind::kPrintBegin)) {
        take();
        auto print = std::make_unique<Statement>(Kind::kPrint, line);
        print->expr = parse_tuple(true, "", false);
        expect(Token::Kind::kPrintEnd, "'}}'");
        body.push_back(std::move(print));
      } else {
        expect(Token::Kind::kBlockBegin, "a tag");
        for (const std::string_view end : ends) {
          if (is_name(end)) return body;
        }
        body.push_back(parse_statement());
        expect(Token::Kind::kBlockEnd, "'%}'");
      }
    }
  }

  // The body of a statement whose tag has just been read up to its `%}`.
  Body parse_block(std::initializer_list<std::string_view> ends) {
    skip_operator(":");
    expect(Token::Kind::kBlockEnd, "'%}'");
    return parse_body(ends);
  }

  Body parse_whole_block(std::string_view end) {
    Body body = parse_block({end});
    take();
    return body;
  }

  StatementPtr parse_statement() {
    const int line = current().line;
    const std::string tag = expect_name("the name of a tag");
    if (tag == "if") return parse_if(line);
    if (tag == "for") return parse_for(line);
    if (tag == "set") return parse_set(line);
    if (tag == "macro") return parse_macro(line);
    if (tag == "call") return parse_call_block(line);
    if (tag == "filter") return parse_filter_block(line);
    if (tag == "with") return parse_with(line);
    if (tag == "print") return parse_print(line);
    if (tag == "generation") return parse_scope(line, "endgeneration");
    if (tag == "break" || tag == "continue") {
      if (loops_ == 0) problem_at(line, "'{}' outside of a loop", tag);
      return std::make_unique<Statement>(tag == "break" ? Kind::kBreak : Kind::kContinue, line);
    }
    if (tag == "include" || tag == "import" || tag == "from" || tag == "extends" ||
        tag == "block") {
      problem_at(line, "'{}' is not allowed: a chat template is one file of its own", tag);
    }
    problem_at(line, "unknown tag '{}'", tag.substr(0, 60));
  }

  StatementPtr parse_if(int line) {
    auto statement = std::make_unique<Statement>(Kind::kIf, line);
    for (;;) {
      Statement::Branch branch;
      branch.test = parse_tuple(false, "", false);
      branch.body = parse_block({"elif", "else", "endif"});
      statement->branches.push_back(std::move(branch));
      if (skip_name("elif")) continue;
      if (skip_name("else")) {
        statement->branches.push_back({nullptr, parse_whole_block("endif")});
      } else {
        skip_name("endif");
      }
      return statement;
    }
  }

  StatementPtr parse_for(int line) {
    auto statement = std::make_unique<Statement>(Kind::kFor, line);
    statement->target = parse_target(false, "in");
    if (!skip_name("in")) unexpected("'in'");
    statement->expr = parse_tuple(false, "recursive", false);
    if (skip_name("if")) statement->test = parse_expression();
    statement->recursive = skip_name("recursive");
    ++loops_;
    statement->body = parse_block({"else", "endfor"});
    --loops_;
    if (skip_name("else")) {
      statement->otherwise = parse_whole_block("endfor");
    } else {
      skip_name("endfor");
    }
    return statement;
  }

  StatementPtr parse_set(int line) {
    auto statement = std::make_unique<Statement>(Kind::kSet, line);
    statement->target = parse_target(true, "");
    if (skip_operator("=")) {
      statement->expr = parse_tuple(true, "", false);
      return statement;
    }
    statement->kind = Kind::kSetBlock;
    statement->expr = parse_filters(nullptr, false);
    statement->body = parse_own_body("endset");
    return statement;
  }

  // A body that `break` cannot leave: it is rendered on its own.
  Body parse_own_body(std::string_view end) {
    const int loops = std::exchange(loops_, 0);
    Body body = parse_whole_block(end);
    loops_ = loops;
    return body;
  }

  std::vector<Parameter> parse_signature() {
    std::vector<Parameter> parameters;
    expect_operator("(");
    while (!is_operator(")")) {
      Parameter parameter;
      const int line = current().line;
      parameter.name = expect_name("the name of a parameter");
      if (skip_operator("=")) {
        parameter.fallback = parse_expression();
      } else if (!parameters.empty() && parameters.back().fallback) {
        problem_at(line, "a parameter without a default follows one with a default");
      }
      parameters.push_back(std::move(parameter));
      if (!skip_operator(",")) break;
    }
    expect_operator(")");
    return parameters;
  }

  std::unique_ptr<MacroBody> parse_macro_body(std::string name, bool with_signature,
                                              std::string_view end, ExprPtr* call) {
    auto macro = std::make_unique<MacroBody>();
    macro->name = std::move(name);
    if (with_signature) macro->parameters = parse_signature();
    if (call != nullptr) *call = parse_expression();
    const bool varargs = std::exchange(saw_varargs_, false);
    const bool kwargs = std::exchange(saw_kwargs_, false);
    const bool caller = std::exchange(saw_caller_, false);
    macro->body = parse_own_body(end);
    macro->uses_varargs = saw_varargs_;
    macro->uses_kwargs = saw_kwargs_;
    macro->uses_caller = saw_caller_;
    saw_varargs_ = saw_varargs_ || varargs;
    saw_kwargs_ = saw_kwargs_ || kwargs;
    saw_caller_ = saw_caller_ || caller;
    return macro;
  }

  StatementPtr parse_macro(int line) {
    auto statement = std::make_unique<Statement>(Kind::kMacro, line);
    std::string name = expect_name("the name of the macro");
    statement->macro = parse_macro_body(std::move(name), true, "endmacro", nullptr);
    return statement;
  }

  StatementPtr parse_call_block(int line) {
    auto statement = std::make_unique<Statement>(Kind::kCallBlock, line);
    statement->macro = parse_macro_body("caller", is_operator("("), "endcall", &statement->expr);
    if (statement->expr->kind != Expr::Kind::kCall) problem_at(line, "'call' needs a call");
    return statement;
  }

  StatementPtr parse_filter_block(int line) {
    auto statement = std::make_unique<Statement>(Kind::kFilterBlock, line);
    statement->expr = parse_filters(nullptr, true);
    statement->body = parse_own_body("endfilter");
    return statement;
  }

  StatementPtr parse_with(int line) {
    auto statement = std::make_unique<Statement>(Kind::kWith, line);
    while (!is(Token::Kind::kBlockEnd)) {
      ExprPtr target = parse_target(false, "");
      expect_operator("=");
      statement->bindings.emplace_back(std::move(target), parse_expression());
      if (!skip_operator(",")) break;
    }
    statement->body = parse_whole_block("endwith");
    return statement;
  }

  StatementPtr parse_print(int line) {
    auto statement = std::make_unique<Statement>(Kind::kPrint, line);
    statement->expr = parse_expression();
    return statement;
  }

  StatementPtr parse_scope(int line, std::string_view end) {
    auto statement = std::make_unique<Statement>(Kind::kScope, line);
    statement->body = parse_own_body(end);
    return statement;
  }

  int loops_ = 0;  // loops around the current statement that `break` can leave
};

}  // namespace

Body parse(std::string_view source) { return Parser(tokenize(source)).parse_template(); }

}  // namespace candor::engine::jinja
