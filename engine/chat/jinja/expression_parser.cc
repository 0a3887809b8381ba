#include "engine/chat/jinja/expression_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/chat/jinja/builtins.h"

namespace candor::engine::jinja {

using Kind = Expr::Kind;

ExpressionParser::Nesting::Nesting(ExpressionParser& parser) : parser_(parser) {
  if (++parser_.nesting_ > kLimits.nesting) {
    --parser_.nesting_;
    problem_at(parser_.current().line, "nested more than {} levels deep", kLimits.nesting);
  }
}

Token ExpressionParser::take() {
  Token token = std::move(tokens_[at_]);
  tokens_[at_].kind = token.kind;
  tokens_[at_].line = token.line;
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool ExpressionParser::is_name(std::string_view name) const {
  return is(Token::Kind::kName) && current().text == name;
}

bool ExpressionParser::is_operator(std::string_view text) const {
  return is(Token::Kind::kOperator) && current().text == text;
}

bool ExpressionParser::skip_name(std::string_view name) {
  if (!is_name(name)) return false;
  take();
  return true;
}

bool ExpressionParser::skip_operator(std::string_view text) {
  if (!is_operator(text)) return false;
  take();
  return true;
}

void ExpressionParser::expect_operator(std::string_view text) {
  if (!skip_operator(text)) unexpected(fmt::format("'{}'", text));
}

void ExpressionParser::expect(Token::Kind kind, std::string_view what) {
  if (!is(kind)) unexpected(what);
  take();
}

std::string ExpressionParser::expect_name(std::string_view what) {
  if (!is(Token::Kind::kName)) unexpected(what);
  return take().text;
}

std::string ExpressionParser::expect_dotted_name(std::string_view what) {
  std::string name = expect_name(what);
  while (skip_operator(".")) name.append(".").append(expect_name(what));
  return name;
}

void ExpressionParser::unexpected(std::string_view wanted) const {
  problem_at(current().line, "expected {}, found {}", wanted, describe(current()));
}

ExprPtr ExpressionParser::node(Kind kind, int line, ExprPtr first, ExprPtr second) {
  auto made = std::make_unique<Expr>(kind, line);
  if (first) add_part(*made, std::move(first));
  if (second) add_part(*made, std::move(second));
  return made;
}

void ExpressionParser::add_part(Expr& parent, ExprPtr part) {
  if (part) parent.chain = std::max(parent.chain, part->chain + 1);
  if (parent.chain > kLimits.chain) {
    problem_at(parent.line, "an expression of more than {} levels", kLimits.chain);
  }
  parent.parts.push_back(std::move(part));
}

ExprPtr ExpressionParser::parse_expression(bool with_conditional) {
  const Nesting nesting(*this);
  if (!with_conditional) return parse_or();
  int line = current().line;
  ExprPtr value = parse_or();
  while (skip_name("if")) {
    ExprPtr conditional = node(Kind::kConditional, line, parse_or(), std::move(value));
    add_part(*conditional, skip_name("else") ? parse_expression() : nullptr);
    value = std::move(conditional);
    line = current().line;
  }
  return value;
}

ExprPtr ExpressionParser::parse_or() {
  ExprPtr left = parse_and();
  while (is_name("or")) {
    const int line = take().line;
    left = node(Kind::kOr, line, std::move(left), parse_and());
  }
  return left;
}

ExprPtr ExpressionParser::parse_and() {
  ExprPtr left = parse_not();
  while (is_name("and")) {
    const int line = take().line;
    left = node(Kind::kAnd, line, std::move(left), parse_not());
  }
  return left;
}

ExprPtr ExpressionParser::parse_not() {
  if (!is_name("not")) return parse_compare();
  const Nesting nesting(*this);
  const int line = take().line;
  return node(Kind::kNot, line, parse_not());
}

// Takes a comparison's sign if one stands here.
bool ExpressionParser::comparison(Operator* op) {
  static constexpr std::array<std::pair<std::string_view, Operator>, 6> kSigns = {{
      {"==", Operator::kEqual},
      {"!=", Operator::kNotEqual},
      {"<", Operator::kLess},
      {"<=", Operator::kLessEqual},
      {">", Operator::kGreater},
      {">=", Operator::kGreaterEqual},
  }};
  for (const auto& [sign, meaning] : kSigns) {
    if (skip_operator(sign)) {
      *op = meaning;
      return true;
    }
  }
  if (skip_name("in")) {
    *op = Operator::kIn;
    return true;
  }
  if (is_name("not") && look().kind == Token::Kind::kName && look().text == "in") {
    take();
    take();
    *op = Operator::kNotIn;
    return true;
  }
  return false;
}

ExprPtr ExpressionParser::parse_compare() {
  const int line = current().line;
  ExprPtr first = parse_sum();
  Operator op{};
  if (!comparison(&op)) return first;
  ExprPtr compare = node(Kind::kCompare, line, std::move(first));
  do {
    compare->operators.push_back(op);
    add_part(*compare, parse_sum());
  } while (comparison(&op));
  return compare;
}

ExprPtr ExpressionParser::parse_sum() {
  ExprPtr left = parse_concat();
  while (is_operator("+") || is_operator("-")) {
    const Token sign = take();
    left = node(Kind::kArithmetic, sign.line, std::move(left), parse_concat());
    left->operators = {sign.text == "+" ? Operator::kAdd : Operator::kSubtract};
  }
  return left;
}

ExprPtr ExpressionParser::parse_concat() {
  const int line = current().line;
  ExprPtr first = parse_product();
  if (!is_operator("~")) return first;
  ExprPtr concat = node(Kind::kConcat, line, std::move(first));
  while (skip_operator("~")) add_part(*concat, parse_product());
  return concat;
}

ExprPtr ExpressionParser::parse_product() {
  ExprPtr left = parse_power();
  while (is_operator("*") || is_operator("/") || is_operator("//") || is_operator("%")) {
    const Token sign = take();
    left = node(Kind::kArithmetic, sign.line, std::move(left), parse_power());
    left->operators = {sign.text == "*"    ? Operator::kMultiply
                       : sign.text == "/"  ? Operator::kDivide
                       : sign.text == "//" ? Operator::kFloorDivide
                                           : Operator::kModulo};
  }
  return left;
}

ExprPtr ExpressionParser::parse_power() {
  ExprPtr left = parse_unary();
  while (is_operator("**")) {
    const int line = take().line;
    left = node(Kind::kArithmetic, line, std::move(left), parse_unary());
    left->operators = {Operator::kPower};
  }
  return left;
}

ExprPtr ExpressionParser::parse_unary(bool with_filters) {
  const int line = current().line;
  ExprPtr value;
  if (is_operator("-") || is_operator("+")) {
    const Nesting nesting(*this);
    const bool minus = take().text == "-";
    value = node(minus ? Kind::kNegative : Kind::kPositive, line, parse_unary(false));
  } else {
    value = parse_primary();
  }
  value = parse_postfix(std::move(value));
  return with_filters ? parse_filters_and_tests(std::move(value)) : std::move(value);
}

ExprPtr ExpressionParser::parse_primary() {
  const int line = current().line;
  switch (current().kind) {
    case Token::Kind::kName:
      return parse_name();
    case Token::Kind::kString: {
      std::string text = take().text;
      while (is(Token::Kind::kString)) text += take().text;
      ExprPtr constant = node(Kind::kConstant, line);
      constant->constant = Text::literal(std::move(text));
      return constant;
    }
    case Token::Kind::kInteger:
    case Token::Kind::kFloat:
      return parse_number();
    default:
      break;
  }
  if (skip_operator("(")) {
    ExprPtr inside = parse_tuple(true, "", true);
    expect_operator(")");
    return inside;
  }
  if (is_operator("[")) return parse_list();
  if (is_operator("{")) return parse_dict();
  unexpected("an expression");
}

ExprPtr ExpressionParser::parse_name() {
  const Token token = take();
  ExprPtr constant = node(Kind::kConstant, token.line);
  if (token.text == "true" || token.text == "True") {
    constant->constant = Value::boolean(true);
  } else if (token.text == "false" || token.text == "False") {
    constant->constant = Value::boolean(false);
  } else if (token.text != "none" && token.text != "None") {
    saw_varargs_ = saw_varargs_ || token.text == "varargs";
    saw_kwargs_ = saw_kwargs_ || token.text == "kwargs";
    saw_caller_ = saw_caller_ || token.text == "caller";
    constant->kind = Kind::kName;
    constant->name = token.text;
  }
  return constant;
}

ExprPtr ExpressionParser::parse_number() {
  const Token token = take();
  ExprPtr constant = node(Kind::kConstant, token.line);
  const char* begin = token.text.data();
  const char* end = begin + token.text.size();
  std::from_chars_result read{};
  if (token.kind == Token::Kind::kFloat) {
    double value = 0;
    read = std::from_chars(begin, end, value);
    constant->constant = Value::floating(value);
  } else {
    const char letter = token.text.size() > 2 ? static_cast<char>(token.text[1] | 0x20) : '0';
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    std::int64_t value = 0;
    read = std::from_chars(begin + (base == 10 ? 0 : 2), end, value, base);
    constant->constant = Value::integer(value);
  }
  if (read.ec != std::errc() || read.ptr != end) {
    problem_at(token.line, "the number {} is malformed or beyond 64 bits", describe(token));
  }
  return constant;
}

bool ExpressionParser::tuple_ends(std::string_view end_name) const {
  return is(Token::Kind::kPrintEnd) || is(Token::Kind::kBlockEnd) || is_operator(")") ||
         (!end_name.empty() && is_name(end_name));
}

ExprPtr ExpressionParser::parse_tuple(bool with_conditional, std::string_view end_name,
                                      bool allow_empty) {
  const int line = current().line;
  if (tuple_ends(end_name)) {
    if (!allow_empty) unexpected("an expression");
    return node(Kind::kTuple, line);
  }
  ExprPtr first = parse_expression(with_conditional);
  if (!is_operator(",")) return first;
  ExprPtr tuple = node(Kind::kTuple, line, std::move(first));
  while (skip_operator(",") && !tuple_ends(end_name)) {
    add_part(*tuple, parse_expression(with_conditional));
  }
  return tuple;
}

ExprPtr ExpressionParser::target_primary(bool with_namespace) {
  const Nesting nesting(*this);
  const int line = current().line;
  if (skip_operator("(")) {
    ExprPtr inside = parse_target(with_namespace, "");
    expect_operator(")");
    return inside;
  }
  ExprPtr name = node(Kind::kName, line);
  name->name = expect_name("a name to assign to");
  static constexpr std::array<std::string_view, 6> kConstants = {"true", "false", "none",
                                                                 "True", "False", "None"};
  if (std::find(kConstants.begin(), kConstants.end(), name->name) != kConstants.end()) {
    problem_at(line, "cannot assign to {}", name->name);
  }
  if (!with_namespace || !skip_operator(".")) return name;
  ExprPtr attribute = node(Kind::kAttribute, line, std::move(name));
  attribute->name = expect_name("the name of an attribute");
  return attribute;
}

ExprPtr ExpressionParser::parse_target(bool with_namespace, std::string_view end_name) {
  const int line = current().line;
  ExprPtr first = target_primary(with_namespace);
  if (!is_operator(",")) return first;
  ExprPtr tuple = node(Kind::kTuple, line, std::move(first));
  while (skip_operator(",")) {
    if (tuple_ends(end_name) || is_operator("=")) break;
    add_part(*tuple, target_primary(with_namespace));
  }
  return tuple;
}

ExprPtr ExpressionParser::parse_list() {
  ExprPtr list = node(Kind::kList, take().line);
  while (!is_operator("]")) {
    add_part(*list, parse_expression());
    if (!skip_operator(",")) break;
  }
  expect_operator("]");
  return list;
}

ExprPtr ExpressionParser::parse_dict() {
  ExprPtr dict = node(Kind::kDict, take().line);
  while (!is_operator("}")) {
    add_part(*dict, parse_expression());
    expect_operator(":");
    add_part(*dict, parse_expression());
    if (!skip_operator(",")) break;
  }
  expect_operator("}");
  return dict;
}

ExprPtr ExpressionParser::parse_postfix(ExprPtr value) {
  for (;;) {
    if (is_operator(".")) {
      value = parse_attribute(std::move(value));
    } else if (is_operator("[")) {
      value = parse_subscript(std::move(value));
    } else if (is_operator("(")) {
      value = parse_call(std::move(value));
    } else {
      return value;
    }
  }
}

ExprPtr ExpressionParser::parse_filters_and_tests(ExprPtr value) {
  for (;;) {
    if (is_operator("|")) {
      value = parse_filters(std::move(value), false);
    } else if (is_name("is")) {
      value = parse_test(std::move(value));
    } else if (is_operator("(")) {
      value = parse_call(std::move(value));
    } else {
      return value;
    }
  }
}

ExprPtr ExpressionParser::parse_attribute(ExprPtr value) {
  const int line = take().line;
  if (is(Token::Kind::kInteger)) return node(Kind::kItem, line, std::move(value), parse_number());
  ExprPtr attribute = node(Kind::kAttribute, line, std::move(value));
  attribute->name = expect_name("the name of an attribute");
  return attribute;
}

ExprPtr ExpressionParser::parse_subscript(ExprPtr value) {
  const int line = take().line;
  ExprPtr index = parse_slice_or_expression();
  if (is_operator(",")) {
    index = node(Kind::kTuple, line, std::move(index));
    while (skip_operator(",")) add_part(*index, parse_expression());
  }
  expect_operator("]");
  return node(Kind::kItem, line, std::move(value), std::move(index));
}

ExprPtr ExpressionParser::parse_slice_or_expression() {
  const int line = current().line;
  ExprPtr start = is_operator(":") ? nullptr : parse_expression();
  if (!is_operator(":")) return start;
  ExprPtr slice = node(Kind::kSlice, line);
  add_part(*slice, std::move(start));
  for (int part = 0; part < 2; ++part) {
    const bool given = skip_operator(":") && !is_operator(":") && !is_operator("]");
    add_part(*slice, given ? parse_expression() : nullptr);
  }
  return slice;
}

std::unique_ptr<CallArguments> ExpressionParser::parse_arguments() {
  auto arguments = std::make_unique<CallArguments>();
  expect_operator("(");
  while (!is_operator(")")) {
    const int line = current().line;
    const bool open = !arguments->spread && !arguments->spread_named;
    bool in_order = true;
    if (skip_operator("*")) {
      in_order = open;
      arguments->spread = parse_expression();
    } else if (skip_operator("**")) {
      in_order = !arguments->spread_named;
      arguments->spread_named = parse_expression();
    } else if (is(Token::Kind::kName) && look().kind == Token::Kind::kOperator &&
               look().text == "=") {
      in_order = !arguments->spread_named;
      std::string name = take().text;
      take();
      arguments->named.emplace_back(std::move(name), parse_expression());
    } else {
      in_order = open && arguments->named.empty();
      arguments->positional.push_back(parse_expression());
    }
    if (!in_order) problem_at(line, "the arguments of a call are in the wrong order");
    if (!skip_operator(",")) break;
  }
  expect_operator(")");
  return arguments;
}

ExprPtr ExpressionParser::parse_call(ExprPtr callee) {
  const Nesting nesting(*this);
  ExprPtr call = node(Kind::kCall, current().line, std::move(callee));
  call->arguments = parse_arguments();
  return call;
}

ExprPtr ExpressionParser::parse_filters(ExprPtr input, bool inline_name) {
  while (inline_name || is_operator("|")) {
    if (!inline_name) take();
    inline_name = false;
    ExprPtr filter = node(Kind::kFilter, current().line);
    add_part(*filter, std::move(input));
    filter->name = expect_dotted_name("the name of a filter");
    filter->native = find_filter(filter->name);
    filter->arguments = is_operator("(") ? parse_arguments() : std::make_unique<CallArguments>();
    input = std::move(filter);
  }
  return input;
}

ExprPtr ExpressionParser::parse_test(ExprPtr value) {
  const int line = take().line;
  const bool negated = skip_name("not");
  ExprPtr test = node(Kind::kTest, line, std::move(value));
  test->name = expect_dotted_name("the name of a test");
  test->native = find_test(test->name);
  test->arguments = std::make_unique<CallArguments>();
  const bool word = is(Token::Kind::kName) && !is_name("else") && !is_name("or") && !is_name("and");
  if (is_operator("(")) {
    test->arguments = parse_arguments();
  } else if (word || is(Token::Kind::kString) || is(Token::Kind::kInteger) ||
             is(Token::Kind::kFloat) || is_operator("[") || is_operator("{")) {
    if (is_name("is")) problem_at(current().line, "tests cannot be chained with 'is'");
    test->arguments->positional.push_back(parse_postfix(parse_primary()));
  }
  return negated ? node(Kind::kNot, line, std::move(test)) : std::move(test);
}

}  // namespace candor::engine::jinja
