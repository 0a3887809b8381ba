#include "scoring/maths/reader.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "data/text/unicode.h"
#include "scoring/maths/lexer.h"
#include "scoring/maths/numerals.h"
#include "scoring/maths/units.h"

namespace candor::scoring::maths {

namespace {

using Type = Token::Type;
using List = std::vector<Expression>;

// Deeper nesting than any answer has; it bounds the recursion here and in all that walks the tree.
constexpr int kMaxDepth = 120;

struct NotRead {};

bool is_function(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "ln", "log", "exp"};
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

bool is_or(const Token& token) {
  if (token.command("or")) return true;
  if (token.type != Type::kText) return false;
  const std::string words = plain_words(token.text);
  return words == "or" || words == "或";
}

bool is_conjunction(const Token& token) {
  if (token.command("and") || token.command("or")) return true;
  if (token.type != Type::kText) return false;
  const std::string words = plain_words(token.text);
  return words == "and" || words == "or" || words == "和" || words == "或" || words.empty();
}

class Reader {
 public:
  Reader(std::vector<Token> tokens, Budget& budget) : tokens_(std::move(tokens)), budget_(budget) {}

  Expression whole() {
    Expression result = list();
    if (token().type != Type::kEnd) throw NotRead{};
    return result;
  }

 private:
  class Level {
   public:
    explicit Level(Reader& reader) : reader_(reader) {
      reader_.budget_.spend(1);
      if (++reader_.depth_ > kMaxDepth) throw Budget::Exhausted{"nested too deeply"};
    }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Reader& reader_;
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

  bool closes() const {
    const Token& t = token();
    return t.type == Type::kEnd || t.mark(")") || t.mark("]") || t.mark("}") || t.command("}") ||
           t.mark("&") || t.command("\\") || t.command("end") || t.command("rangle");
  }

  Expression list() {
    const Level level(*this);
    List items;
    bool alternatives = false;
    while (!closes()) {
      items.push_back(relation());
      bool more = false;
      while (token().mark(",") || token().mark(";") || is_conjunction(token())) {
        more = true;
        alternatives = alternatives || is_or(token());
        next();
      }
      if (!more) break;
    }
    if (items.empty()) throw NotRead{};
    if (items.size() == 1) return std::move(items[0]);
    Expression result = make(Kind::kList, std::move(items));
    if (alternatives) result.names.push_back("or");
    return result;
  }

  std::string relation_sign() const {
    const Token& t = token();
    if (t.mark("=") || t.mark("<") || t.mark(">")) return t.text;
    if (t.command("le")) return "<=";
    if (t.command("ge")) return ">=";
    if (t.command("ne")) return "!=";
    if (t.command("approx") || t.command("simeq") || t.command("cong")) return "~";
    if (t.command("in")) return "in";
    if (t.command("equiv")) return "=";
    return {};
  }

  Expression relation() {
    const Level level(*this);
    List sides{ratio()};
    std::vector<std::string> signs;
    for (std::string sign = relation_sign(); !sign.empty(); sign = relation_sign()) {
      next();
      signs.push_back(std::move(sign));
      sides.push_back(ratio());
    }
    if (signs.empty()) return std::move(sides[0]);
    Expression result = make(Kind::kRelation, std::move(sides));
    result.names = std::move(signs);
    return result;
  }

  Expression ratio() {
    List parts{union_of_sets()};
    while (take_mark(":")) parts.push_back(union_of_sets());
    if (parts.size() == 1) return std::move(parts[0]);
    return make(Kind::kRatio, std::move(parts));
  }

  Expression union_of_sets() {
    Expression left = sum();
    while (true) {
      Kind kind = Kind::kUnion;
      const bool letter_u = token().is(Type::kLetter, "U") &&
                            (left.kind == Kind::kBracket || left.kind == Kind::kUnion);
      if (token().command("cap")) kind = Kind::kIntersection;
      if (token().command("setminus")) kind = Kind::kDifference;
      if (kind == Kind::kUnion && !token().command("cup") && !letter_u) return left;
      next();
      Expression right = sum();
      if (left.kind == kind && kind != Kind::kDifference) {
        left.args.push_back(std::move(right));
      } else {
        List both;
        both.push_back(std::move(left));
        both.push_back(std::move(right));
        left = make(kind, std::move(both));
      }
    }
  }

  Expression sum() {
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

  static Expression added(List terms) {
    if (terms.size() == 1) return std::move(terms[0]);
    return make(Kind::kAdd, std::move(terms));
  }

  static Expression negated(Expression expression) {
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

  // Whether an atom may begin here without an operator before it.
  bool begins_factor() const {
    const Token& t = token();
    switch (t.type) {
      case Type::kNumber:
      case Type::kLetter:
        return true;
      case Type::kWord:
        return !unit_here();
      case Type::kCommand:
        return t.text == "frac" || t.text == "sqrt" || t.text == "binom" || t.text == "{" ||
               t.text == "lfloor" || t.text == "lceil" || t.text == "begin" || t.text == "mathbb" ||
               t.text == "emptyset" || is_function(t.text) || is_symbol_command(t.text) ||
               is_decoration(t.text);
      case Type::kMark:
        return t.text == "(" || t.text == "[" || t.text == "{" || (t.text == "|" && bars_ == 0);
      default:
        return false;
    }
  }

  Expression term() {
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

  static List two(Expression a, Expression b) {
    List both;
    both.push_back(std::move(a));
    both.push_back(std::move(b));
    return both;
  }

  static Expression product(Expression a, Expression b) {
    if (a.kind == Kind::kMultiply) {
      a.args.push_back(std::move(b));
      return a;
    }
    return make(Kind::kMultiply, two(std::move(a), std::move(b)));
  }

  Expression signed_factor() {
    const Level level(*this);
    if (take_mark("-")) return negated(signed_factor());
    if (take_mark("+")) return signed_factor();
    return factor();
  }

  // Two factors side by side: a product, or a mixed number as in "7 \frac{3}{4}" and "7 3/4".
  Expression juxtaposed(Expression left) {
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

  static bool proper_fraction(const Expression& e) {
    if (e.kind != Kind::kDivide) return false;
    const Expression& top = e.args[0];
    const Expression& bottom = e.args[1];
    return top.kind == Kind::kNumber && bottom.kind == Kind::kNumber && top.digits == 0 &&
           bottom.digits == 0 && top.value > 0 && top.value < bottom.value;
  }

  Expression factor() {
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

  Expression raised(Expression base) {
    if (take_command("circ")) return make(Kind::kDegree, {std::move(base)});
    if (token().mark("{") && token(1).command("circ") && token(2).mark("}")) {
      next(), next(), next();
      return make(Kind::kDegree, {std::move(base)});
    }
    if (ordinal_suffix()) return base;
    Expression exponent =
        token().mark("-") || token().mark("+") ? signed_factor_without_power() : argument(true);
    return make(Kind::kPower, two(std::move(base), std::move(exponent)));
  }

  Expression signed_factor_without_power() {
    const bool minus = token().mark("-");
    next();
    Expression value = argument(true);
    return minus ? negated(std::move(value)) : value;
  }

  // "20^{th}", "3^\text{rd}".
  bool ordinal_suffix() {
    const std::size_t skip = token().mark("{") ? 1 : 0;
    const Token& t = token(skip);
    if (t.type != Type::kText && t.type != Type::kWord) return false;
    const std::string words = plain_words(t.text);
    if (words != "th" && words != "st" && words != "nd" && words != "rd") return false;
    for (std::size_t i = 0; i < 2 * skip + 1; ++i) next();
    return true;
  }

  // A group in braces or one token; of a number only the first digit, as TeX takes it, unless
  // `whole_number`.
  Expression argument(bool whole_number) {
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

  Expression atom() {
    const Level level(*this);
    const Token t = token();
    switch (t.type) {
      case Type::kNumber:
        next();
        return number_with_suffix(t);
      case Type::kLetter:
        next();
        return letter(t.text);
      case Type::kWord:
      case Type::kText:
        return words();
      case Type::kMark:
        return marked(t);
      case Type::kCommand:
        return command(t);
      default:
        throw NotRead{};
    }
  }

  Expression number_with_suffix(const Token& t) {
    if (token().mark("_")) {
      next();
      const Expression base = argument(true);
      if (base.kind != Kind::kNumber) throw NotRead{};
      const auto value = number_in_base(t.text, base.value);
      if (!value) throw NotRead{};
      Expression result = number(*value);
      result.names.push_back("base");
      return result;
    }
    // "0.\overline{12}": the digits under the bar repeat.
    if (token().command("overline") && t.text.find('.') != std::string::npos) return repeating(t);
    Expression result;
    result.kind = Kind::kNumber;
    if (!read_decimal(t.text, result.value, result.digits)) throw NotRead{};
    if (t.text.find_first_of("eE") != std::string::npos) result.digits = 0;
    if (const std::size_t point = t.text.find('.'); point != std::string::npos) {
      result.places = static_cast<int>(t.text.size() - point - 1);
    }
    budget_.spend(static_cast<long>(t.text.size()));
    return result;
  }

  Expression repeating(const Token& t) {
    next();
    need_mark("{");
    const Token period = token();
    if (period.type != Type::kNumber) throw NotRead{};
    next();
    need_mark("}");
    const auto value = repeating_decimal(t.text, period.text);
    if (!value) throw NotRead{};
    return number(*value);
  }

  Expression letter(const std::string& name) {
    Expression result = symbol(name);
    subscript(result.name);
    while (take_mark("'")) result.name += "'";
    static constexpr std::string_view kFunctions = "fghFGHW";
    if (kFunctions.find(name) != std::string_view::npos && token().mark("(") &&
        !token().space_before) {
      Expression inside = atom();
      if (inside.kind == Kind::kBracket)
        return make(Kind::kCall, std::move(inside.args), result.name);
      return make(Kind::kCall, {std::move(inside)}, result.name);
    }
    return result;
  }

  // Takes "_…" into the name, as it is written.
  void subscript(std::string& name) {
    if (!take_mark("_")) return;
    name += '_';
    int depth = 0;
    do {
      const Token& t = token();
      if (t.type == Type::kEnd) throw NotRead{};
      if (t.mark("{")) {
        ++depth;
      } else if (t.mark("}")) {
        --depth;
      } else {
        name += t.text;
      }
      next();
    } while (depth > 0);
  }

  // Words in a row are one text; a word alone may be a product of letters, which the arithmetic
  // decides.
  Expression words() {
    std::string text;
    std::size_t tokens = 0;
    const Token first = token();
    const bool one_word = token().type == Type::kWord && token(1).type != Type::kWord;
    const bool one_letter = token().type == Type::kText && plain_words(token().text).size() == 1;
    while (token().type == Type::kWord || token().type == Type::kText) {
      if (!text.empty() && is_conjunction(token())) break;
      if (!text.empty()) text += ' ';
      text += token().text;
      ++tokens;
      next();
    }
    if (one_letter) return letter(plain_words(text));
    Expression result = make(Kind::kText, {}, one_word ? text : plain_words(text));
    if (one_word) result.names.push_back("word");
    // The words of one \\text group may be more than words ("(C)", "4:30 p.m."): kept as written.
    if (!one_word && tokens == 1 && first.type == Type::kText) {
      result.names.push_back("text");
      result.names.push_back(first.text);
    }
    if (one_word && token().mark("_")) subscript(result.name);
    return result;
  }

  Expression marked(const Token& t) {
    if (t.text == "(" || t.text == "[") return bracketed(t.text[0]);
    if (t.text == "{") {
      next();
      Expression inside = list();
      need_mark("}");
      return inside;
    }
    if (t.text == "|") {
      next();
      ++bars_;
      Expression inside = sum();
      --bars_;
      need_mark("|");
      return make(Kind::kCall, {std::move(inside)}, "abs");
    }
    throw NotRead{};
  }

  Expression bracketed(char open) {
    next();
    const int bars = bars_;
    bars_ = 0;
    Expression inside = list();
    bars_ = bars;
    const char close = token().mark(")") ? ')' : ']';
    if (!token().mark(")") && !token().mark("]")) throw NotRead{};
    next();
    if (inside.kind != Kind::kList) return inside;
    inside.kind = Kind::kBracket;
    inside.name = {open, close};
    return inside;
  }

  Expression command(const Token& t) {
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
    if (t.text == "{") return set();
    if (t.text == "emptyset") return make(Kind::kSet, {});
    if (t.text == "begin") return matrix();
    if (t.text == "mathbb") return symbol("mathbb " + argument(true).name);
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

  Expression enclosed(std::string_view close, std::string name) {
    Expression inside = sum();
    if (!take_command(close)) throw NotRead{};
    return make(Kind::kCall, {std::move(inside)}, std::move(name));
  }

  Expression root(bool whole_number) {
    Expression index = number(Rational(2));
    if (token().mark("[")) {
      next();
      index = sum();
      need_mark("]");
    }
    return make(Kind::kRoot, two(std::move(index), argument(whole_number)));
  }

  Expression set() {
    Expression result = make(Kind::kSet, {});
    if (take_command("}")) return result;
    Expression inside = list();
    if (!take_command("}")) throw NotRead{};
    if (inside.kind == Kind::kList) {
      result.args = std::move(inside.args);
    } else {
      result.args.push_back(std::move(inside));
    }
    return result;
  }

  std::string environment() {
    need_mark("{");
    std::string name = token().text;
    next();
    need_mark("}");
    return name;
  }

  Expression matrix() {
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

  Expression function(std::string name) {
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

  // "\sin 3x" takes the product up to the next function, "\sin(3x)" the bracket.
  Expression function_argument() {
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

  // Whether the word here is a unit of measure after a quantity: a known one, or a longer word set
  // apart by a blank ("18 dollars").
  bool unit_here() const {
    const Token& t = token();
    if (t.type == Type::kText) return !is_conjunction(t);
    if (t.type != Type::kWord) return false;
    if (is_known_unit(plain_words(t.text)) || data::has_han(t.text)) return true;
    return t.space_before && t.text.size() >= 4;
  }

  Expression with_unit(Expression quantity) {
    if (quantity.kind == Kind::kText || !unit_here()) return quantity;
    std::string name;
    while (unit_here() || (!name.empty() && token().type == Type::kWord)) {
      if (!name.empty()) name += ' ';
      name += plain_words(token().text);
      next();
      if (take_mark("^")) {
        const Expression power = argument(true);
        if (power.kind != Kind::kNumber) throw NotRead{};
        name += "^" + power.value.str();
      }
      if (token().mark("/") && token(1).type != Type::kNumber) {
        next();
        name += " per";
        if (token().type == Type::kLetter) {
          name += ' ' + token().text;
          next();
        }
      }
    }
    return make(Kind::kUnit, {std::move(quantity)}, unit_name(name));
  }

  std::vector<Token> tokens_;
  Budget& budget_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int bars_ = 0;  // open "|" of absolute values
};

}  // namespace

std::optional<Expression> read_expression(std::string_view text, Budget& budget) {
  try {
    return Reader(tokens_of(text, budget), budget).whole();
  } catch (const NotRead&) {
    return std::nullopt;
  }
}

std::string plain_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '~' || c == '$';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  constexpr std::string_view kEnds = " .,;:!?*\"'`_";
  const std::size_t begin = out.find_first_not_of(kEnds);
  if (begin == std::string::npos) return {};
  out = out.substr(begin, out.find_last_not_of(kEnds) - begin + 1);
  return out.size() == 1 ? out : data::lower_case(out);
}

}  // namespace candor::scoring::maths
