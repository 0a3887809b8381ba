// Lists, relations, ratios and unions: what stands around quantities.
#include "scoring/maths/parser.h"
#include "scoring/maths/reader.h"

namespace candor::scoring::maths {

bool is_or(const Token& token) {
  if (token.command("or")) return true;
  if (token.type != Token::Type::kText) return false;
  const std::string words = plain_words(token.text);
  return words == "or" || words == "或";
}

bool is_conjunction(const Token& token) {
  if (token.command("and") || token.command("or")) return true;
  if (token.type != Token::Type::kText) return false;
  const std::string words = plain_words(token.text);
  return words == "and" || words == "or" || words == "和" || words == "或" || words.empty();
}

Expression Parser::whole() {
  Expression result = list();
  if (token().type != Type::kEnd) throw NotRead{};
  return result;
}

bool Parser::closes() const {
  const Token& t = token();
  return t.type == Type::kEnd || t.mark(")") || t.mark("]") || t.mark("}") || t.command("}") ||
         t.mark("&") || t.command("\\") || t.command("end") || t.command("rangle");
}

Expression Parser::list() {
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

std::string Parser::relation_sign() const {
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

Expression Parser::relation() {
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

Expression Parser::ratio() {
  List parts{union_of_sets()};
  while (take_mark(":")) parts.push_back(union_of_sets());
  if (parts.size() == 1) return std::move(parts[0]);
  // "2:00 pm" is 2 pm.
  const bool hour = parts.size() == 2 && parts[0].kind == Kind::kNumber &&
                    parts[1].kind == Kind::kUnit &&
                    (parts[1].name == "am" || parts[1].name == "pm") &&
                    parts[1].args[0].kind == Kind::kNumber && parts[1].args[0].value == 0;
  if (hour) {
    parts[1].args[0] = std::move(parts[0]);
    return std::move(parts[1]);
  }
  return make(Kind::kRatio, std::move(parts));
}

Expression Parser::union_of_sets() {
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

}  // namespace candor::scoring::maths
