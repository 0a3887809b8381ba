// Sums, products, powers and the arguments of commands.
#include "scoring/maths/parser.h"
#include "scoring/maths/reader.h"

namespace candor::scoring::maths {

Expression Parser::sum() {
  const Level level(*this);
  List terms;
  while (true) {
    if (take_mark("+")) {
      terms.push_back(term());
    } else if (take_mark("-")) {
      terms.push_back(negated(term()));
    } else if (token().command("pm") || token().command("mp")) {
      next();
      List parts;
      if (!terms.empty()) parts.push_back(added(std::move(terms)));
      parts.push_back(term());
      terms.clear();
      terms.push_back(make(Kind::kPlusMinus, std::move(parts)));
    } else if (terms.empty()) {
      terms.push_back(term());
    } else {
      return added(std::move(terms));
    }
  }
}

Expression Parser::added(List terms) {
  if (terms.size() == 1) return std::move(terms[0]);
  return make(Kind::kAdd, std::move(terms));
}

Expression Parser::negated(Expression expression) {
  if (expression.kind == Kind::kNumber) {
    expression.value = -expression.value;
    return expression;
  }
  if (expression.kind == Kind::kUnit) {
    expression.args[0] = negated(std::move(expression.args[0]));
    return expression;
  }
  return make(Kind::kNegate, {std::move(expression)});
}

bool Parser::begins_factor() const {
  const Token& t = token();
  switch (t.type) {
    case Type::kNumber:
    case Type::kLetter:
      return true;
    case Type::kWord:
      return !unit_here();
    case Type::kCommand:
      return t.text == "frac" || t.text == "sum" || t.text == "prod" || t.text == "gcd" ||
             t.text == "lcm" || t.text == "max" || t.text == "min" || t.text == "sqrt" ||
             t.text == "cbrt" || t.text == "binom" || t.text == "{" || t.text == "lfloor" ||
             t.text == "lceil" || t.text == "begin" || t.text == "mathbb" || t.text == "emptyset" ||
             is_function(t.text) || is_symbol_command(t.text) || is_decoration(t.text);
    case Type::kMark:
      return t.text == "(" || t.text == "[" || t.text == "{" || (t.text == "|" && bars_ == 0);
    default:
      return false;
  }
}

Expression Parser::term() {
  const Level level(*this);
  // "3 U (…)" never means a product; the union level asks before this one.
  Expression left = signed_factor();
  while (true) {
    if (token().mark("*") || token().command("cdot") || token().command("times")) {
      next();
      left = product(std::move(left), signed_factor());
    } else if (token().mark("/") || token().command("div")) {
      next();
      left = make(Kind::kDivide, two(std::move(left), signed_factor()));
    } else if (token().is(Type::kLetter, "U") && left.kind == Kind::kBracket) {
      return left;
    } else if (begins_factor()) {
      left = juxtaposed(std::move(left));
    } else {
      break;
    }
  }
  return with_unit(std::move(left));
}

Parser::List Parser::two(Expression a, Expression b) {
  List both;
  both.push_back(std::move(a));
  both.push_back(std::move(b));
  return both;
}

Expression Parser::product(Expression a, Expression b) {
  if (a.kind == Kind::kMultiply) {
    a.args.push_back(std::move(b));
    return a;
  }
  return make(Kind::kMultiply, two(std::move(a), std::move(b)));
}

Expression Parser::signed_factor() {
  const Level level(*this);
  if (take_mark("-")) return negated(signed_factor());
  if (take_mark("+")) return signed_factor();
  return factor();
}

Expression Parser::juxtaposed(Expression left) {
  const bool whole = left.kind == Kind::kNumber && left.digits == 0 &&
                     denominator(left.value) == 1 && left.names.empty();
  if (whole && token().command("frac")) {
    Expression right = factor();
    if (proper_fraction(right)) {
      return number(left.value + right.args[0].value / right.args[1].value);
    }
    return product(std::move(left), std::move(right));
  }
  if (token().type == Type::kNumber) {
    // Two numbers side by side mean nothing but a mixed number.
    if (!whole || !token(1).mark("/") || token(2).type != Type::kNumber) throw NotRead{};
    Expression top = factor();
    next();
    Expression bottom = factor();
    Expression fraction = make(Kind::kDivide, two(std::move(top), std::move(bottom)));
    if (!proper_fraction(fraction)) throw NotRead{};
    return number(left.value + fraction.args[0].value / fraction.args[1].value);
  }
  return product(std::move(left), factor());
}

bool Parser::proper_fraction(const Expression& e) {
  if (e.kind != Kind::kDivide) return false;
  const Expression& top = e.args[0];
  const Expression& bottom = e.args[1];
  return top.kind == Kind::kNumber && bottom.kind == Kind::kNumber && top.digits == 0 &&
         bottom.digits == 0 && top.value > 0 && top.value < bottom.value;
}

Expression Parser::factor() {
  const Level level(*this);
  Expression base = atom();
  while (true) {
    if (token().mark("^")) {
      next();
      base = raised(std::move(base));
    } else if (take_mark("!")) {
      base = make(Kind::kCall, {std::move(base)}, "factorial");
    } else if (take_mark("%")) {
      base = make(Kind::kPercent, {std::move(base)});
    } else if (take_command("circ")) {
      base = make(Kind::kDegree, {std::move(base)});
    } else {
      return base;
    }
  }
}

Expression Parser::raised(Expression base) {
  if (take_command("circ")) return make(Kind::kDegree, {std::move(base)});
  if (token().mark("{") && token(1).command("circ") && token(2).mark("}")) {
    next(), next(), next();
    return make(Kind::kDegree, {std::move(base)});
  }
  if (ordinal_suffix()) return base;
  Expression exponent =
      token().mark("-") || token().mark("+") ? signed_factor_without_power() : argument(true);
  // "C_5^2": choose 2 of 5.
  if (base.kind == Kind::kSymbol && base.name.starts_with("C_") && base.name.size() <= 6 &&
      std::all_of(base.name.begin() + 2, base.name.end(),
                  [](char c) { return c >= '0' && c <= '9'; }) &&
      exponent.kind == Kind::kNumber && exponent.digits == 0) {
    return make(Kind::kCall, two(number(Rational(base.name.substr(2))), std::move(exponent)),
                "binom");
  }
  return make(Kind::kPower, two(std::move(base), std::move(exponent)));
}

Expression Parser::signed_factor_without_power() {
  const bool minus = token().mark("-");
  next();
  Expression value = argument(true);
  return minus ? negated(std::move(value)) : value;
}

bool Parser::ordinal_suffix() {
  const std::size_t skip = token().mark("{") ? 1 : 0;
  const Token& t = token(skip);
  if (t.type != Type::kText && t.type != Type::kWord) return false;
  const std::string words = plain_words(t.text);
  if (words != "th" && words != "st" && words != "nd" && words != "rd") return false;
  for (std::size_t i = 0; i < 2 * skip + 1; ++i) next();
  return true;
}

Expression Parser::argument(bool whole_number) {
  const Level level(*this);
  if (token().mark("{")) {
    next();
    Expression inside = list();
    need_mark("}");
    return inside;
  }
  if (token().type == Type::kNumber && !whole_number) {
    Token& t = tokens_[at_];
    const char digit = t.text[0];
    if (digit < '0' || digit > '9') throw NotRead{};
    if (t.text.size() == 1) {
      next();
    } else {
      t.text.erase(0, 1);
    }
    return number(Rational(digit - '0'));
  }
  return atom();
}

}  // namespace candor::scoring::maths
