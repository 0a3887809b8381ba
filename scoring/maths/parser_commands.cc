// LaTeX commands: fractions, roots, sets, matrices, functions.
#include <algorithm>
#include <array>
#include <unordered_set>

#include "scoring/maths/parser.h"

namespace candor::scoring::maths {

bool is_function(std::string_view name) {
  static constexpr std::array<std::string_view, 15> kNames = {
      "sinh", "cosh",   "tanh",   "sin",    "cos", "tan", "cot", "sec",
      "csc",  "arcsin", "arccos", "arctan", "ln",  "log", "exp"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_symbol_command(std::string_view name) {
  static const auto* set = new std::unordered_set<std::string_view>{
      "pi",     "theta", "alpha",  "beta",   "gamma", "delta", "epsilon", "varepsilon", "zeta",
      "eta",    "iota",  "kappa",  "lambda", "mu",    "nu",    "xi",      "rho",        "sigma",
      "tau",    "phi",   "varphi", "chi",    "psi",   "omega", "Gamma",   "Delta",      "Theta",
      "Lambda", "Pi",    "Sigma",  "Phi",    "Psi",   "Omega", "infty",   "ell",        "hbar"};
  return set->contains(name);
}

bool is_decoration(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "overline", "overrightarrow", "vec", "hat", "angle", "triangle", "widehat", "bar", "tilde"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Expression Parser::command(const Token& t) {
  next();
  if (t.text == "frac") {
    Expression top = argument(false);
    return make(Kind::kDivide, two(std::move(top), argument(false)));
  }
  if (t.text == "binom") {
    Expression n = argument(false);
    return make(Kind::kCall, two(std::move(n), argument(false)), "binom");
  }
  if (t.text == "sqrt") return root(t.bare);
  if (t.text == "cbrt") return make(Kind::kRoot, two(number(3), argument(true)));
  if (t.text == "{") return set();
  if (t.text == "emptyset") return make(Kind::kSet, {});
  if (t.text == "begin") return matrix();
  if (t.text == "mathbb") return symbol("mathbb " + argument(true).name);
  if (t.text == "sum" || t.text == "prod") return series(t.text);
  if (t.text == "gcd" || t.text == "lcm" || t.text == "max" || t.text == "min") {
    Expression inside = token().command("{") ? set() : atom();
    if (inside.args.empty() || inside.kind == Kind::kDivide) throw NotRead{};
    return make(Kind::kCall, std::move(inside.args), t.text);
  }
  if (t.text == "lfloor") return enclosed("rfloor", "floor");
  if (t.text == "lceil") return enclosed("rceil", "ceil");
  if (t.text == "langle") {
    Expression inside = list();
    if (!take_command("rangle")) throw NotRead{};
    if (inside.kind != Kind::kList) throw NotRead{};
    inside.kind = Kind::kBracket;
    inside.name = "()";
    return inside;
  }
  if (t.text == "abs" || t.text == "floor" || t.text == "ceil") {
    return make(Kind::kCall, {atom()}, t.text);
  }
  if (is_function(t.text)) return function(t.text);
  if (is_symbol_command(t.text)) {
    Expression result = symbol("\\" + t.text);
    subscript(result.name);
    return result;
  }
  if (is_decoration(t.text)) {
    const Expression inside = argument(true);
    return symbol("\\" + t.text + " " + inside.name);
  }
  throw NotRead{};
}

Expression Parser::enclosed(std::string_view close, std::string name) {
  Expression inside = sum();
  if (!take_command(close)) throw NotRead{};
  return make(Kind::kCall, {std::move(inside)}, std::move(name));
}

Expression Parser::root(bool whole_number) {
  Expression index = number(Rational(2));
  if (token().mark("[")) {
    next();
    index = sum();
    need_mark("]");
  }
  return make(Kind::kRoot, two(std::move(index), argument(whole_number)));
}

// "\sum_{k=1}^{n} term": the call sum(k, 1, n, term). The term ends at the next plus or minus.
Expression Parser::series(std::string name) {
  need_mark("_");
  need_mark("{");
  if (token().type != Type::kLetter) throw NotRead{};
  List args{symbol(token().text)};
  next();
  need_mark("=");
  args.push_back(sum());
  need_mark("}");
  need_mark("^");
  args.push_back(argument(true));
  args.push_back(term());
  return make(Kind::kCall, std::move(args), std::move(name));
}

// Whether "x |", "x \in \mathbb{R} :", "(x, y) |" stands here: the head of a set given by a
// condition. Tokens to skip, the bar included; else 0.
std::size_t Parser::set_builder_head() const {
  if (token().type != Type::kLetter && !token().mark("(")) return 0;
  for (std::size_t i = 1; i < 16; ++i) {
    const Token& t = token(i);
    if (t.mark("|") || t.mark(":")) return i + 1;
    const bool name = t.type == Type::kLetter || t.mark(",") || t.mark(")") || t.mark("{") ||
                      t.mark("}") || t.mark("_") || t.command("in") || t.command("mathbb");
    if (!name) return 0;
  }
  return 0;
}

Expression Parser::set() {
  Expression result = make(Kind::kSet, {});
  if (take_command("}")) return result;
  // The set of the x with a condition says what the condition says.
  if (const std::size_t head = set_builder_head(); head > 0) {
    for (std::size_t i = 0; i < head; ++i) next();
    Expression condition = list();
    if (!take_command("}")) throw NotRead{};
    const auto relation = [](const Expression& e) { return e.kind == Kind::kRelation; };
    const bool relations = relation(condition) ||
                           (condition.kind == Kind::kList &&
                            std::all_of(condition.args.begin(), condition.args.end(), relation));
    if (!relations) throw NotRead{};
    return condition;
  }
  Expression inside = list();
  if (!take_command("}")) throw NotRead{};
  if (inside.kind == Kind::kList) {
    result.args = std::move(inside.args);
  } else {
    result.args.push_back(std::move(inside));
  }
  return result;
}

std::string Parser::environment() {
  need_mark("{");
  std::string name = token().text;
  next();
  need_mark("}");
  return name;
}

Expression Parser::matrix() {
  const std::string name = environment();
  static constexpr std::array<std::string_view, 6> kKnown = {"pmatrix", "bmatrix", "matrix",
                                                             "array",   "Bmatrix", "smallmatrix"};
  if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) throw NotRead{};
  if (name == "array" && token().mark("{")) {
    while (!token().mark("}") && token().type != Type::kEnd) next();
    next();
  }
  List rows;
  while (!take_command("end")) {
    List row;
    do {
      row.push_back(sum());
    } while (take_mark("&"));
    rows.push_back(make(Kind::kList, std::move(row)));
    if (!take_command("\\") && !token().command("end")) throw NotRead{};
  }
  if (environment() != name || rows.empty()) throw NotRead{};
  return make(Kind::kMatrix, std::move(rows));
}

Expression Parser::function(std::string name) {
  Expression power;
  bool has_power = false;
  Expression base;
  bool has_base = false;
  while (token().mark("^") || (name == "log" && token().mark("_"))) {
    const bool is_power = token().mark("^");
    next();
    (is_power ? power : base) = argument(true);
    (is_power ? has_power : has_base) = true;
  }
  List args{function_argument()};
  if (has_base) args.push_back(std::move(base));
  const bool inverse =
      has_power && power.kind == Kind::kNumber && power.value == -1 && name.size() == 3;
  if (inverse) return make(Kind::kCall, std::move(args), "arc" + name);
  Expression call = make(Kind::kCall, std::move(args), std::move(name));
  if (!has_power) return call;
  return make(Kind::kPower, two(std::move(call), std::move(power)));
}

Expression Parser::function_argument() {
  if (token().mark("(")) return atom();
  if (token().mark("-")) {
    next();
    return negated(function_argument());
  }
  Expression left = factor();
  while (begins_factor() && !(token().type == Type::kCommand && is_function(token().text)) &&
         !token().mark("(")) {
    left = product(std::move(left), factor());
  }
  return left;
}

}  // namespace candor::scoring::maths
