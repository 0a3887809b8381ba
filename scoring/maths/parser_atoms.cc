// Numbers, letters, words, brackets, and the units behind a quantity.
#include "data/text/unicode.h"
#include "scoring/maths/numerals.h"
#include "scoring/maths/parser.h"
#include "scoring/maths/reader.h"
#include "scoring/maths/units.h"

namespace candor::scoring::maths {

Expression Parser::atom() {
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

Expression Parser::number_with_suffix(const Token& t) {
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
  if (token().command("dot") && t.text.find('.') != std::string::npos) return dotted(t);
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

Expression Parser::repeating(const Token& t) {
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

// "0.1\dot{2}3\dot{4}": the digits from the first dot to the last repeat.
Expression Parser::dotted(const Token& t) {
  std::string period;
  int dots = 0;
  while (true) {
    if (take_command("dot")) {
      const Expression digit = argument(false);
      const bool one = digit.kind == Kind::kNumber && digit.value >= 0 && digit.value <= 9;
      if (!one || ++dots > 2) throw NotRead{};
      period += digit.value.str();
    } else if (dots == 1 && token().type == Type::kNumber) {
      period += token().text;
      next();
    } else {
      break;
    }
  }
  const auto value = repeating_decimal(t.text, period);
  if (!value) throw NotRead{};
  return number(*value);
}

Expression Parser::letter(const std::string& name) {
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

void Parser::subscript(std::string& name) {
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

Expression Parser::words() {
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

Expression Parser::marked(const Token& t) {
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

Expression Parser::bracketed(char open) {
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

bool Parser::unit_here() const {
  const Token& t = token();
  if (t.type == Type::kText) return !is_conjunction(t);
  if (t.type != Type::kWord) return false;
  if (is_known_unit(plain_words(t.text)) || data::has_han(t.text)) return true;
  return t.space_before && t.text.size() >= 4;
}

Expression Parser::with_unit(Expression quantity) {
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

}  // namespace candor::scoring::maths
