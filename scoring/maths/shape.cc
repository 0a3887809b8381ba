#include "scoring/maths/shape.h"

#include <algorithm>

#include "scoring/maths/reader.h"

namespace candor::scoring::maths {

namespace {

using List = std::vector<Expression>;

bool any_node(const Expression& e, const auto& test) {
  return test(e) || std::any_of(e.args.begin(), e.args.end(),
                                [&](const Expression& arg) { return any_node(arg, test); });
}

bool upper_case_name(const Expression& e) {
  if (e.kind == Kind::kSymbol) return !e.name.empty() && e.name[0] >= 'A' && e.name[0] <= 'Z';
  return e.kind == Kind::kText;
}

Expression choose_sign(const Expression& e, bool plus) {
  Expression result = e;
  for (Expression& arg : result.args) arg = choose_sign(arg, plus);
  if (result.kind != Kind::kPlusMinus) return result;
  Expression last = std::move(result.args.back());
  if (!plus) last = make(Kind::kNegate, {std::move(last)});
  if (result.args.size() == 1) return last;
  Expression first = std::move(result.args.front());
  return make(Kind::kAdd, {std::move(first), std::move(last)});
}

Expression infinity(bool negative) {
  Expression result = symbol("\\infty");
  return negative ? make(Kind::kNegate, {std::move(result)}) : result;
}

Expression interval(Expression low, bool low_open, Expression high, bool high_open) {
  return make(Kind::kBracket, {std::move(low), std::move(high)},
              std::string(low_open ? "(" : "[") + (high_open ? ")" : "]"));
}

Expression all_reals() { return interval(infinity(true), true, infinity(false), true); }

Expression all_but(const Expression& hole) {
  return make(Kind::kUnion, {interval(infinity(true), true, hole, true),
                             interval(hole, true, infinity(false), true)});
}

// Inequalities about one thing, joined by "or".
std::optional<Expression> union_of(const Expression& list) {
  if (list.kind != Kind::kList || list.names.empty() || list.names[0] != "or") return std::nullopt;
  Expression result = make(Kind::kUnion, {});
  std::string label;
  for (const Expression& item : list.args) {
    const auto part = interval_of(item);
    if (!part || part->value.kind != Kind::kBracket) return std::nullopt;
    if (!result.args.empty() && part->label != label) return std::nullopt;
    label = part->label;
    result.args.push_back(part->value);
  }
  return result;
}

// Sums and products of matrices written out; nothing when there is none to do.
std::optional<Expression> matrix_product(const Expression& a, const Expression& b, Budget& budget) {
  if (a.kind != Kind::kMatrix && b.kind != Kind::kMatrix) return std::nullopt;
  List rows;
  if (a.kind == Kind::kMatrix && b.kind == Kind::kMatrix) {
    for (const Expression& row : a.args) {
      if (row.args.size() != b.args.size()) return std::nullopt;
      List out;
      for (std::size_t column = 0; column < b.args[0].args.size(); ++column) {
        List terms;
        for (std::size_t i = 0; i < row.args.size(); ++i) {
          budget.spend(10);
          if (column >= b.args[i].args.size()) return std::nullopt;
          terms.push_back(make(Kind::kMultiply, {row.args[i], b.args[i].args[column]}));
        }
        out.push_back(make(Kind::kAdd, std::move(terms)));
      }
      rows.push_back(make(Kind::kList, std::move(out)));
    }
    return make(Kind::kMatrix, std::move(rows));
  }
  const Expression& matrix = a.kind == Kind::kMatrix ? a : b;
  const Expression& scale = a.kind == Kind::kMatrix ? b : a;
  for (const Expression& row : matrix.args) {
    List out;
    for (const Expression& entry : row.args) out.push_back(make(Kind::kMultiply, {scale, entry}));
    rows.push_back(make(Kind::kList, std::move(out)));
  }
  return make(Kind::kMatrix, std::move(rows));
}

}  // namespace

bool contains(const Expression& expression, Kind kind) {
  return any_node(expression, [kind](const Expression& e) { return e.kind == kind; });
}

bool contains_symbol(const Expression& expression, std::string_view name) {
  return any_node(expression, [name](const Expression& e) {
    return e.kind == Kind::kSymbol && e.name == name;
  });
}

bool has_variables(const Expression& expression) {
  return any_node(expression, [](const Expression& e) {
    if (e.kind == Kind::kText) return true;
    if (e.kind == Kind::kSymbol) return e.name != "\\pi" && e.name != "e" && e.name != "i";
    return e.kind == Kind::kCall && e.name.size() <= 2 && e.name != "ln";
  });
}

std::optional<std::string> label_of(const Expression& e) {
  switch (e.kind) {
    case Kind::kSymbol:
      if (e.name == "\\pi" || e.name == "\\infty") return std::nullopt;
      return e.name;
    case Kind::kText:
      return plain_words(e.name);
    case Kind::kCall: {
      static constexpr std::string_view kFunctions = "fghFGHW";
      if (e.name.empty() || kFunctions.find(e.name[0]) == std::string_view::npos ||
          (e.name.size() > 1 && e.name[1] != '_' && e.name[1] != '\'')) {
        return std::nullopt;
      }
      // f(x) labels a function, f(2) one of its values.
      const bool of_variables = std::all_of(e.args.begin(), e.args.end(), [](const Expression& x) {
        return x.kind == Kind::kSymbol;
      });
      if (of_variables) return e.name;
      if (e.args.size() == 1 && e.args[0].kind == Kind::kNumber) {
        return e.name + "(" + e.args[0].value.str() + ")";
      }
      return std::nullopt;
    }
    case Kind::kMultiply: {
      // "P(A)", "y(x)": a letter and one symbol; "AB", "\triangle ABC": names of points.
      std::string name;
      const bool call = e.args.size() == 2 && e.args[0].kind == Kind::kSymbol &&
                        (e.args[1].kind == Kind::kSymbol || e.args[1].kind == Kind::kText) &&
                        upper_case_name(e.args[0]);
      const bool points = std::all_of(e.args.begin(), e.args.end(), [](const Expression& x) {
        return upper_case_name(x) || (x.kind == Kind::kSymbol && x.name.starts_with("\\"));
      });
      if (!call && !points) return std::nullopt;
      for (const Expression& arg : e.args) name += arg.name;
      return name;
    }
    case Kind::kBracket:
    case Kind::kRatio:
    case Kind::kList: {
      std::string name = "(";
      for (const Expression& arg : e.args) {
        const auto part = label_of(arg);
        if (!part) return std::nullopt;
        name += *part + ",";
      }
      return name;
    }
    default:
      return std::nullopt;
  }
}

std::optional<Labelled> labelled_value(const Expression& relation) {
  if (relation.kind != Kind::kRelation) return std::nullopt;
  std::size_t last = 0;
  for (std::size_t i = 0; i < relation.names.size(); ++i) {
    const std::string& sign = relation.names[i];
    if (sign == "~" && i > 0) break;  // "= 1/3 ≈ 0.33": the exact side counts
    if (sign != "=" && sign != "~" && sign != "in") return std::nullopt;
    last = i + 1;
  }
  if (const auto label = label_of(relation.args[0])) return Labelled{*label, relation.args[last]};
  // "1/2 \cdot 4 = 2": a computation; its result is the answer.
  const bool closed = std::none_of(relation.args.begin(), relation.args.end(), has_variables);
  if (closed) return Labelled{"", relation.args[last]};
  // "5 = x"
  if (last == 1 && !has_variables(relation.args[0])) {
    if (const auto label = label_of(relation.args[1])) return Labelled{*label, relation.args[0]};
  }
  return std::nullopt;
}

std::optional<Labelled> interval_of(const Expression& relation) {
  if (relation.kind != Kind::kRelation) return std::nullopt;
  const auto& signs = relation.names;
  if (signs.size() == 1 && signs[0] == "in") {
    const auto label = label_of(relation.args[0]);
    if (!label) return std::nullopt;
    return Labelled{*label, relation.args[1]};
  }
  if (signs.size() == 1 && signs[0] == "!=") {
    const auto label = label_of(relation.args[0]);
    if (!label) return std::nullopt;
    return Labelled{*label, all_but(relation.args[1])};
  }
  for (const std::string& sign : signs) {
    if ((sign[0] != '<' && sign[0] != '>') || sign[0] != signs[0][0]) return std::nullopt;
  }
  const bool up = signs[0][0] == '<';
  const auto open = [](const std::string& sign) { return sign.size() == 1; };
  if (signs.size() == 1) {
    const bool left = label_of(relation.args[0]).has_value();
    const auto label = label_of(relation.args[left ? 0 : 1]);
    if (!label) return std::nullopt;
    const Expression& bound = relation.args[left ? 1 : 0];
    const bool upper = up == left;
    if (upper) return Labelled{*label, interval(infinity(true), true, bound, open(signs[0]))};
    return Labelled{*label, interval(bound, open(signs[0]), infinity(false), true)};
  }
  if (signs.size() != 2) return std::nullopt;
  const auto label = label_of(relation.args[1]);
  if (!label) return std::nullopt;
  const Expression& low = relation.args[up ? 0 : 2];
  const Expression& high = relation.args[up ? 2 : 0];
  return Labelled{*label, interval(low, open(signs[up ? 0 : 1]), high, open(signs[up ? 1 : 0]))};
}

Expression without_plus_minus(const Expression& expression) {
  if (expression.kind == Kind::kList || expression.kind == Kind::kSet) {
    Expression result = make(expression.kind, {});
    for (const Expression& arg : expression.args) {
      Expression item = without_plus_minus(arg);
      if (item.kind == Kind::kList && arg.kind != Kind::kList) {
        for (Expression& part : item.args) result.args.push_back(std::move(part));
      } else {
        result.args.push_back(std::move(item));
      }
    }
    return result;
  }
  if (!contains(expression, Kind::kPlusMinus)) return expression;
  return make(Kind::kList, {choose_sign(expression, true), choose_sign(expression, false)});
}

Expression unwrapped(const Expression& expression, Budget& budget) {
  if (expression.kind == Kind::kText && expression.names.size() == 2) {
    if (auto again = read_expression(expression.names[1], budget)) return *again;
  }
  if (expression.kind == Kind::kSymbol && expression.name == "mathbb R") return all_reals();
  if (auto alternatives = union_of(expression)) return *alternatives;
  if (expression.kind == Kind::kDifference && expression.args[0].name == "mathbb R" &&
      expression.args[1].kind == Kind::kSet && expression.args[1].args.size() == 1) {
    return all_but(expression.args[1].args[0]);
  }
  if (expression.kind == Kind::kMultiply && contains(expression, Kind::kMatrix)) {
    std::optional<Expression> product = expression.args[0];
    for (std::size_t i = 1; i < expression.args.size() && product; ++i) {
      product = matrix_product(*product, expression.args[i], budget);
    }
    if (product) return *product;
  }
  if (expression.kind == Kind::kDivide && expression.args[0].kind == Kind::kMatrix) {
    const Expression scale = make(Kind::kDivide, {number(1), expression.args[1]});
    if (auto product = matrix_product(scale, expression.args[0], budget)) return *product;
  }
  if (expression.kind == Kind::kNegate && expression.args[0].kind == Kind::kMatrix) {
    if (auto product = matrix_product(number(-1), expression.args[0], budget)) return *product;
  }
  return expression;
}

}  // namespace candor::scoring::maths
