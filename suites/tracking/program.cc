// A short Python program over whole numbers, carried out while it is written. Division is Python's:
// it rounds down, and a remainder has the sign of the divisor.
#include <map>
#include <optional>
#include <set>

#include "suites/tracking/tracking.h"

namespace candor::suites {
namespace {

struct Expression {
  std::string op;  // "" for an operand, else + - * // % == > <
  std::string operand;
  std::vector<Expression> args;
};

Expression operand(const std::string& text) { return {"", text, {}}; }
Expression operand(int number) { return operand(fmt::format("{}", number)); }
Expression join(Expression a, const std::string& op, Expression b) {
  return {op, "", {std::move(a), std::move(b)}};
}

struct Node {
  enum class Kind { kAssign, kIf, kFor, kWhile };
  Kind kind = Kind::kAssign;
  std::string variable;             // of kAssign and kFor
  std::optional<Expression> value;  // of kAssign; the condition of kIf and kWhile
  std::vector<int> items;           // of kFor
  std::vector<Node> body = {};
  std::vector<Node> otherwise = {};
};
using Program = std::vector<Node>;

std::string text(const Expression& e, bool inside = false) {
  if (e.op.empty()) return e.operand;
  const std::string plain =
      fmt::format("{} {} {}", text(e.args[0], true), e.op, text(e.args[1], true));
  return inside ? "(" + plain + ")" : plain;
}

std::string text(const Program& program, int depth) {
  const std::string margin(static_cast<std::size_t>(depth) * 4, ' ');
  std::string out;
  for (const Node& node : program) {
    switch (node.kind) {
      case Node::Kind::kAssign:
        out += fmt::format("{}{} = {}\n", margin, node.variable, text(*node.value));
        break;
      case Node::Kind::kIf:
        out += fmt::format("{}if {}:\n{}", margin, text(*node.value), text(node.body, depth + 1));
        if (!node.otherwise.empty()) {
          out += fmt::format("{}else:\n{}", margin, text(node.otherwise, depth + 1));
        }
        break;
      case Node::Kind::kFor:
        out += fmt::format("{}for {} in [{}]:\n{}", margin, node.variable,
                           fmt::join(node.items, ", "), text(node.body, depth + 1));
        break;
      case Node::Kind::kWhile:
        out +=
            fmt::format("{}while {}:\n{}", margin, text(*node.value), text(node.body, depth + 1));
        break;
    }
  }
  return out;
}

constexpr std::int64_t kLargest = 5000;
constexpr int kMostRounds = 24;

// Carries a program out and writes down its variables: after every top-level statement, and after
// every round of the innermost loops. `ok` turns false when numbers or rounds become too many.
class Machine {
 public:
  void run(const Program& program) { run(program, true); }
  bool ok() const { return ok_; }
  std::int64_t value(const std::string& name) const { return variables_.at(name); }
  const std::vector<Bilingual>& trace() const { return trace_; }
  int rounds() const { return rounds_; }
  bool both_ways() const { return taken_.contains(true) && taken_.contains(false); }

 private:
  std::int64_t eval(const Expression& e) {
    if (e.op.empty()) {
      const auto found = variables_.find(e.operand);
      return found != variables_.end() ? found->second : std::stoll(e.operand);
    }
    const std::int64_t a = eval(e.args[0]), b = eval(e.args[1]);
    if (e.op == "+") return a + b;
    if (e.op == "-") return a - b;
    if (e.op == "*") return a * b;
    if (e.op == "==") return a == b ? 1 : 0;
    if (e.op == ">") return a > b ? 1 : 0;
    if (e.op == "<") return a < b ? 1 : 0;
    const std::int64_t rest = (a % b + b) % b;  // b is a positive literal
    return e.op == "%" ? rest : (a - rest) / b;
  }

  void note(bool round) {
    std::string line;
    for (const std::string& name : order_) {
      line += fmt::format("{}{} = {}", line.empty() ? "" : ", ", name, variables_.at(name));
    }
    trace_.push_back(round ? both("round {0}: {1}", "第{0}轮：{1}", rounds_, line)
                           : Bilingual{line, line});
  }

  void end_round(const Program& body) {
    run(body, false);
    ++rounds_;
    if (rounds_ > kMostRounds) ok_ = false;
    bool innermost = true;
    for (const Node& node : body) {
      innermost &= node.kind != Node::Kind::kFor && node.kind != Node::Kind::kWhile;
    }
    if (innermost) {
      note(true);
    } else {
      --rounds_;
    }
  }

  void run(const Program& program, bool top) {
    for (const Node& node : program) {
      if (!ok_) return;
      switch (node.kind) {
        case Node::Kind::kAssign: {
          const std::int64_t result = eval(*node.value);
          if (!variables_.contains(node.variable)) order_.push_back(node.variable);
          variables_[node.variable] = result;
          if (result > kLargest || result < -kLargest) ok_ = false;
          break;
        }
        case Node::Kind::kIf: {
          const bool yes = eval(*node.value) != 0;
          taken_.insert(yes);
          run(yes ? node.body : node.otherwise, false);
          break;
        }
        case Node::Kind::kFor:
          order_.push_back(node.variable);
          for (const int item : node.items) {
            variables_[node.variable] = item;
            end_round(node.body);
          }
          std::erase(order_, node.variable);
          break;
        case Node::Kind::kWhile:
          while (ok_ && eval(*node.value) != 0) end_round(node.body);
          break;
      }
      if (top && node.kind != Node::Kind::kFor && node.kind != Node::Kind::kWhile) note(false);
    }
  }

  bool ok_ = true;
  int rounds_ = 0;
  std::map<std::string, std::int64_t> variables_;
  std::vector<std::string> order_;
  std::set<bool> taken_;
  std::vector<Bilingual> trace_;
};

Node assign(const std::string& variable, Expression value) {
  return {Node::Kind::kAssign, variable, std::move(value), {}};
}

// A change of `v` that also reads `w`.
Node draw_update(Random& r, const std::string& v, const std::string& w, bool bounded) {
  const Expression a = operand(v), b = operand(w);
  switch (r.between(0, bounded ? 3 : 4)) {
    case 0:
      return assign(v, join(a, "+", b));
    case 1:
      return assign(v, join(a, "-", b));
    case 2: {
      const int factor = r.between(2, 4), modulus = r.between(11, 29);
      return assign(v, join(join(join(a, "*", operand(factor)), "+", b), "%", operand(modulus)));
    }
    case 3: {
      const int more = r.between(1, 9);
      return assign(v, join(join(a, "//", operand(2)), "+", operand(more)));
    }
    default: {
      const int factor = r.between(2, 4), less = r.between(1, 9);
      return assign(v, join(join(b, "*", operand(factor)), "-", operand(less)));
    }
  }
}

Expression draw_condition(Random& r, const std::string& v, const std::string& w) {
  if (r.one_in(2)) return join(operand(v), ">", operand(w));
  const int divisor = r.between(2, 3);
  return join(join(operand(v), "%", operand(divisor)), "==", operand(r.between(0, divisor - 1)));
}

Node draw_if(Random& r, const std::vector<std::string>& names, bool bounded) {
  Node node;
  node.kind = Node::Kind::kIf;
  node.value = draw_condition(r, names[0], names[1]);
  node.body = {draw_update(r, names[1], names[0], bounded)};
  node.otherwise = {draw_update(r, names[0], names.back(), bounded)};
  return node;
}

std::vector<int> draw_items(Random& r, int count) {
  std::vector<int> items;
  while (static_cast<int>(items.size()) < count) items.push_back(r.between(1, 12));
  return items;
}

Program draw_program(Random& r, int level) {
  std::vector<std::string> names = {"a", "b"};
  if (level >= 2) names.push_back("c");
  Program program;
  for (const std::string& name : names) program.push_back(assign(name, operand(r.between(2, 15))));
  const auto shuffled = [&] {
    std::vector<std::string> order = names;
    r.shuffle(order);
    return order;
  };
  const auto add_update = [&](Program& to, bool bounded) {
    const std::vector<std::string> order = shuffled();
    to.push_back(draw_update(r, order[0], order[1], bounded));
  };
  if (level == 1) {
    for (int i = 0; i < 4; ++i) add_update(program, false);
  } else if (level == 2) {
    for (int i = 0; i < 3; ++i) {
      add_update(program, false);
      if (i > 0) program.push_back(draw_if(r, shuffled(), false));
    }
  } else {
    Node loop;
    loop.kind = Node::Kind::kFor;
    loop.variable = "n";
    loop.items = draw_items(r, level == 3 ? 4 : level == 4 ? 6 : 3);
    std::vector<std::string> order = shuffled();
    loop.body.push_back(draw_update(r, order[0], "n", true));
    loop.body.push_back(draw_if(r, shuffled(), true));
    if (level == 4) loop.body.push_back(draw_if(r, shuffled(), true));
    if (level == 5) {
      Node inner;
      inner.kind = Node::Kind::kFor;
      inner.variable = "k";
      inner.items = draw_items(r, 3);
      order = shuffled();
      inner.body.push_back(draw_update(r, order[0], "k", true));
      inner.body.push_back(draw_if(r, shuffled(), true));
      loop.body.push_back(inner);
    }
    program.push_back(loop);
    if (level == 5) {
      // Ends: the variable loses at least one a round.
      Node countdown;
      countdown.kind = Node::Kind::kWhile;
      order = shuffled();
      const int limit = r.between(1, 6), loss = r.between(3, 8);
      countdown.value = join(operand(order[0]), ">", operand(limit));
      countdown.body.push_back(assign(order[0], join(operand(order[0]), "-", operand(loss))));
      countdown.body.push_back(draw_update(r, order[1], order[2], true));
      program.push_back(countdown);
    }
  }
  return program;
}

}  // namespace

Draft program_puzzle(int level, Random& random) {
  for (;;) {
    const Program program = draw_program(random, level);
    const std::string printed = random.pick(std::vector<std::string>{"a", "b"});
    Machine machine;
    machine.run(program);
    if (!machine.ok()) continue;
    if (level >= 3 && (!machine.both_ways() || machine.rounds() < level)) continue;
    const std::string first =
        text(*program[printed == "a" ? std::size_t{0} : std::size_t{1}].value);
    const std::string answer = fmt::format("{}", machine.value(printed));
    if (answer == first) continue;  // right without following a step
    Draft draft;
    draft.topic = "program";
    const std::string source = text(program, 0) + fmt::format("print({})\n", printed);
    draft.prompt = both("What does this Python program print?\n\n```python\n{0}```\n",
                        "下面的Python程序输出什么？\n\n```python\n{0}```\n", source);
    draft.proof = machine.trace();
    draft.proof.push_back(both("printed: {0} = {1}", "输出：{0} = {1}", printed, answer));
    ask_boxed(draft, answer);
    return draft;
  }
}

}  // namespace candor::suites
