#include "suites/deduction/rules.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace candor::suites {

bool holds(const Literal& literal, unsigned given_case) {
  return ((given_case >> literal.atom & 1u) != 0) == literal.positive;
}

bool holds(const Rule& rule, unsigned given_case) {
  const bool a = holds(rule.a, given_case), b = holds(rule.b, given_case),
             c = holds(rule.c, given_case);
  switch (rule.form) {
    case Rule::Form::kFact:
      return a;
    case Rule::Form::kIf:
    case Rule::Form::kOnlyIf:
      return !a || b;
    case Rule::Form::kIfBoth:
      return !(a && b) || c;
    case Rule::Form::kIfOr:
      return !a || b || c;
    case Rule::Form::kOr:
      return a || b;
    case Rule::Form::kNotBoth:
      return !(a && b);
    case Rule::Form::kOneOf:
      return a != b;
    case Rule::Form::kSameTime:
      return a == b;
  }
  return false;
}

std::vector<Literal> literals(const Rule& rule) {
  if (rule.form == Rule::Form::kFact) return {rule.a};
  if (rule.form == Rule::Form::kIfBoth || rule.form == Rule::Form::kIfOr) {
    return {rule.a, rule.b, rule.c};
  }
  return {rule.a, rule.b};
}

std::vector<unsigned> cases_of(const std::vector<Rule>& rules, int atoms) {
  std::vector<unsigned> left;
  for (unsigned one = 0; one < 1u << atoms; ++one) {
    if (std::all_of(rules.begin(), rules.end(), [&](const Rule& r) { return holds(r, one); })) {
      left.push_back(one);
    }
  }
  return left;
}

std::vector<std::size_t> conflict(const std::vector<Rule>& rules,
                                  const std::vector<Literal>& assumed, int atoms) {
  std::vector<std::size_t> used(rules.size());
  for (std::size_t i = 0; i < used.size(); ++i) used[i] = i;
  const auto possible = [&](std::size_t without) {
    std::vector<Rule> some;
    for (const Literal& literal : assumed) some.push_back({Rule::Form::kFact, literal, {}, {}});
    for (const std::size_t i : used) {
      if (i != without) some.push_back(rules[i]);
    }
    return !cases_of(some, atoms).empty();
  };
  if (possible(rules.size())) std::abort();  // the caller's promise
  for (std::size_t i = rules.size(); i-- > 0;) {
    if (!possible(i)) std::erase(used, i);
  }
  return used;
}

namespace {

// What is known of each atom: 1 true, 0 false, -1 open.
using Known = std::vector<int>;

class Deriver {
 public:
  Deriver(const std::vector<Rule>& rules, const std::vector<std::size_t>& used,
          const std::vector<int>& numbers, const std::function<Bilingual(const Literal&)>& say)
      : rules_(rules), used_(used), numbers_(numbers), say_(say) {}

  Derivation take() { return std::move(derivation_); }

  void run(Known known, int depth) {
    const std::string margin(static_cast<std::size_t>(depth) * 2, ' ');
    for (bool more = true; more;) {
      more = false;
      for (const std::size_t i : used_) {
        const auto [broken, next] = look(rules_[i], known);
        if (broken) {
          add(margin, both("Contradiction with {0}.", "与{0}矛盾。", numbers_[i]));
          return;
        }
        if (!next) continue;
        known[static_cast<std::size_t>(next->atom)] = next->positive ? 1 : 0;
        add(margin, both("By {0}: {1}.", "由{0}得：{1}。", numbers_[i], say_(*next)));
        more = true;
      }
    }
    ++derivation_.splits;
    const Literal split = open_literal(known);
    for (const Literal& side : {split, !split}) {
      Known with = known;
      with[static_cast<std::size_t>(side.atom)] = side.positive ? 1 : 0;
      add(margin, both("Case: {0}.", "情况：{0}。", say_(side)));
      run(with, depth + 1);
    }
  }

 private:
  struct Look {
    bool broken = false;
    std::optional<Literal> next;
  };

  // Whether the rule is broken whatever the open atoms are; if not, a literal that it forces.
  static Look look(const Rule& rule, const Known& known) {
    const std::vector<Literal> parts = literals(rule);
    std::vector<int> open;
    unsigned base = 0;
    for (const Literal& part : parts) {
      const int value = known[static_cast<std::size_t>(part.atom)];
      if (value == 1) base |= 1u << part.atom;
      if (value < 0 && std::find(open.begin(), open.end(), part.atom) == open.end()) {
        open.push_back(part.atom);
      }
    }
    unsigned all_true = ~0u, all_false = ~0u;
    bool any = false;
    for (unsigned choice = 0; choice < 1u << open.size(); ++choice) {
      unsigned one = base;
      for (std::size_t k = 0; k < open.size(); ++k) {
        if ((choice >> k & 1u) != 0) one |= 1u << open[k];
      }
      if (!holds(rule, one)) continue;
      any = true;
      all_true &= one;
      all_false &= ~one;
    }
    if (!any) return {true, std::nullopt};
    for (const int atom : open) {
      if ((all_true >> atom & 1u) != 0) return {false, Literal{atom, true}};
      if ((all_false >> atom & 1u) != 0) return {false, Literal{atom, false}};
    }
    return {};
  }

  Literal open_literal(const Known& known) const {
    for (const std::size_t i : used_) {
      for (const Literal& part : literals(rules_[i])) {
        if (known[static_cast<std::size_t>(part.atom)] < 0) return part;
      }
    }
    std::abort();  // everything is known and nothing is broken: there was no contradiction
  }

  void add(const std::string& margin, const Bilingual& line) {
    derivation_.lines.push_back({margin + line.en, margin + line.zh});
  }

  const std::vector<Rule>& rules_;
  const std::vector<std::size_t>& used_;
  const std::vector<int>& numbers_;
  const std::function<Bilingual(const Literal&)>& say_;
  Derivation derivation_;
};

}  // namespace

Derivation derive_conflict(const std::vector<Rule>& rules, const std::vector<std::size_t>& used,
                           const std::vector<int>& numbers, const std::vector<Literal>& assumed,
                           int atoms, const std::function<Bilingual(const Literal&)>& say) {
  Known known(static_cast<std::size_t>(atoms), -1);
  for (const Literal& literal : assumed) {
    known[static_cast<std::size_t>(literal.atom)] = literal.positive ? 1 : 0;
  }
  Deriver deriver(rules, used, numbers, say);
  deriver.run(std::move(known), 0);
  return deriver.take();
}

}  // namespace candor::suites
