// Who is in which club. What is said of all pupils are rules about one pupil (an atom a club); what
// is said of some pupil, and that no club is empty, is a list of literals that somebody satisfies.
// So "somebody is L" must be true when one of these pupils cannot but be L, and must be false when
// no pupil can be L.
#include <algorithm>
#include <array>

#include "suites/deduction/deduction.h"
#include "suites/deduction/rules.h"

namespace candor::suites {
namespace {

using Form = Rule::Form;

struct Size {
  int clubs;
  int rules;  // about all
  int some;   // statements about some pupil
  std::size_t needed;
  std::vector<Form> forms;
};

const Size& size_of(int level) {
  static const std::array<Size, 5> kSizes = {{
      {3, 2, 1, 2, {Form::kIf}},
      {4, 3, 1, 2, {Form::kIf}},
      {5, 5, 2, 3, {Form::kIf, Form::kIf, Form::kIfBoth}},
      {6, 6, 2, 4, {Form::kIf, Form::kIf, Form::kIfBoth, Form::kIfOr}},
      {6, 8, 2, 5, {Form::kIf, Form::kIfBoth, Form::kIfOr, Form::kIfOr, Form::kOr}},
  }};
  return kSizes[static_cast<std::size_t>(level - 1)];
}

const std::vector<Bilingual>& all_clubs() {
  static const std::vector<Bilingual> kClubs = {
      {"chess club", "象棋社"},  {"choir", "合唱团"},         {"drama club", "话剧社"},
      {"film club", "电影社"},   {"hiking club", "登山社"},   {"swimming team", "游泳队"},
      {"orchestra", "管弦乐队"}, {"debating team", "辩论队"}, {"photography club", "摄影社"}};
  return kClubs;
}

using Clubs = std::vector<Bilingual>;
using Pupil = std::vector<Literal>;  // what is known of somebody

const Bilingual& name(const Clubs& clubs, const Literal& literal) {
  return clubs[static_cast<std::size_t>(literal.atom)];
}

Bilingual text(const Clubs& clubs, const Rule& rule) {
  const Bilingual& a = name(clubs, rule.a);
  const Bilingual& b = name(clubs, rule.b);
  const Bilingual& c = name(clubs, rule.c);
  switch (rule.form) {
    case Form::kIf:
      return rule.b.positive
                 ? both("Every member of the {0} is also in the {1}.",
                        "{0}的所有成员都是{1}的成员。", a, b)
                 : both("No member of the {0} is in the {1}.", "{0}的成员都不是{1}的成员。", a, b);
    case Form::kIfBoth:
      return rule.c.positive
                 ? both("Everyone who is in both the {0} and the {1} is also in the {2}.",
                        "同时参加{0}和{1}的学生都是{2}的成员。", a, b, c)
                 : both("Nobody who is in both the {0} and the {1} is in the {2}.",
                        "同时参加{0}和{1}的学生都不是{2}的成员。", a, b, c);
    case Form::kIfOr:
      return both("Every member of the {0} is in the {1} or in the {2} (or in both).",
                  "{0}的每个成员都至少参加了{1}和{2}中的一个。", a, b, c);
    default:
      return both("Every pupil is in the {0} or in the {1} (or in both).",
                  "每个学生都至少参加了{0}和{1}中的一个。", a, b);
  }
}

Bilingual text(const Clubs& clubs, const Pupil& some) {
  const Bilingual& a = name(clubs, some[0]);
  const Bilingual& b = name(clubs, some[1]);
  if (some.size() == 3) {
    return both("Some member of the {0} is neither in the {1} nor in the {2}.",
                "{0}中有的成员既不是{1}的成员，也不是{2}的成员。", a, b, name(clubs, some[2]));
  }
  return some[1].positive
             ? both("Some member of the {0} is in the {1}.", "{0}中有的成员也是{1}的成员。", a, b)
             : both("Some member of the {0} is not in the {1}.", "{0}中有的成员不是{1}的成员。", a,
                    b);
}

// "Nobody is this", in the words that fit.
Bilingual nobody(const Clubs& clubs, const Pupil& some) {
  return text(clubs, Rule{Form::kIf, some[0], !some[1], {}});
}

bool is(const Pupil& some, unsigned one) {
  return std::all_of(some.begin(), some.end(), [&](const Literal& l) { return holds(l, one); });
}

Rule draw_rule(Random& random, const Size& size) {
  std::vector<int> atoms;
  for (int i = 0; i < size.clubs; ++i) atoms.push_back(i);
  random.shuffle(atoms);
  Rule rule;
  rule.form = random.pick(size.forms);
  rule.a = {atoms[0], true};
  rule.b = {atoms[1], true};
  rule.c = {atoms[2], true};
  if (rule.form == Form::kIf) rule.b.positive = !random.one_in(3);
  if (rule.form == Form::kIfBoth) rule.c.positive = random.one_in(2);
  return rule;
}

Pupil draw_some(Random& random, int level, const Size& size) {
  std::vector<int> atoms;
  for (int i = 0; i < size.clubs; ++i) atoms.push_back(i);
  random.shuffle(atoms);
  if (level >= 4 && random.one_in(2))
    return {{atoms[0], true}, {atoms[1], false}, {atoms[2], false}};
  return {{atoms[0], true}, {atoms[1], random.one_in(2)}};
}

struct World {
  std::vector<Rule> rules;
  std::vector<Pupil> some;      // first those that are stated, then a member of each club
  std::vector<unsigned> cases;  // what a pupil may be
};

// Every statement about some pupil can be true.
bool possible(const World& world) {
  return std::all_of(world.some.begin(), world.some.end(), [&](const Pupil& some) {
    return std::any_of(world.cases.begin(), world.cases.end(),
                       [&](unsigned one) { return is(some, one); });
  });
}

// The first pupil who cannot but be `goal`, or none (the number of pupils).
std::size_t witness(const World& world, const Pupil& goal) {
  for (std::size_t i = 0; i < world.some.size(); ++i) {
    if (std::all_of(world.cases.begin(), world.cases.end(),
                    [&](unsigned one) { return !is(world.some[i], one) || is(goal, one); })) {
      return i;
    }
  }
  return world.some.size();
}

Bilingual pupils_text(const Clubs& clubs, const std::vector<unsigned>& pupils) {
  Bilingual list;
  for (const unsigned one : pupils) {
    Bilingual member;
    for (int club = 0; club < static_cast<int>(clubs.size()); ++club) {
      if ((one >> club & 1u) == 0) continue;
      const bool first = member.en.empty();
      member += both(first ? "{0}" : ", {0}", first ? "{0}" : "、{0}", name(clubs, {club, true}));
    }
    list += both(list.en.empty() ? "({0})" : " ({0})", "（{0}）", member);
  }
  return list;
}

// Two groups of pupils that fit all statements, one without and one with somebody who is `goal`.
std::vector<Bilingual> two_groups(const World& world, const Clubs& clubs, const Pupil& goal) {
  std::vector<unsigned> pupils;
  for (const Pupil& some : world.some) {
    const auto one = std::find_if(world.cases.begin(), world.cases.end(),
                                  [&](unsigned c) { return is(some, c) && !is(goal, c); });
    if (std::find(pupils.begin(), pupils.end(), *one) == pupils.end()) pupils.push_back(*one);
  }
  const Bilingual words{"Possible, each pupil's clubs: {0}.",
                        "可能的情况，各学生参加的社团：{0}。"};
  std::vector<Bilingual> lines = {both(words.en, words.zh, pupils_text(clubs, pupils))};
  pupils.push_back(*std::find_if(world.cases.begin(), world.cases.end(),
                                 [&](unsigned c) { return is(goal, c); }));
  lines.push_back(both(words.en, words.zh, pupils_text(clubs, pupils)));
  return lines;
}

}  // namespace

Draft clubs_puzzle(int level, Random& random) {
  const Size& size = size_of(level);
  const auto wanted = static_cast<Answer>(random.between(0, 2));
  const bool ask_some = random.one_in(2);
  for (;;) {
    World world;
    while (static_cast<int>(world.rules.size()) < size.rules) {
      const Rule rule = draw_rule(random, size);
      if (std::find(world.rules.begin(), world.rules.end(), rule) == world.rules.end()) {
        world.rules.push_back(rule);
      }
    }
    for (int i = 0; i < size.some; ++i) world.some.push_back(draw_some(random, level, size));
    const std::size_t stated = world.some.size();
    for (int club = 0; club < size.clubs; ++club) world.some.push_back({{club, true}});
    world.cases = cases_of(world.rules, size.clubs);
    if (!possible(world)) continue;

    std::vector<int> atoms = {0, 1, 2};
    random.shuffle(atoms);
    const Pupil goal = {{atoms[0], true}, {atoms[1], random.one_in(2)}};
    const std::size_t by = witness(world, goal);
    const bool somebody = by < world.some.size();
    const bool none = std::none_of(world.cases.begin(), world.cases.end(),
                                   [&](unsigned one) { return is(goal, one); });
    const Answer answer = somebody ? (ask_some ? Answer::kTrue : Answer::kFalse)
                          : none   ? (ask_some ? Answer::kFalse : Answer::kTrue)
                                   : Answer::kUnknown;
    if (answer != wanted) continue;

    Clubs clubs = all_clubs();
    random.shuffle(clubs);
    clubs.resize(static_cast<std::size_t>(size.clubs));
    // The statements in random order; number[i] is that of rule i, then of the stated pupils.
    std::vector<std::size_t> order(world.rules.size() + stated);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    random.shuffle(order);
    std::vector<int> numbers(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) numbers[order[i]] = static_cast<int>(i) + 1;
    const auto statement = [&](std::size_t i) {
      return i < world.rules.size() ? text(clubs, world.rules[i])
                                    : text(clubs, world.some[i - world.rules.size()]);
    };
    const auto about_one = [&](const Literal& literal) {
      return literal.positive
                 ? both("this pupil is in the {0}", "此人是{0}的成员", name(clubs, literal))
                 : both("this pupil is not in the {0}", "此人不是{0}的成员", name(clubs, literal));
    };
    const auto add_derivation = [&](Draft& draft, const std::vector<Rule>& rules,
                                    const std::vector<std::size_t>& used,
                                    const std::vector<int>& rule_numbers, const Pupil& assumed) {
      Bilingual known;
      for (const Literal& literal : assumed) {
        known += both(known.en.empty() ? "{0}" : "; {0}", known.zh.empty() ? "{0}" : "；{0}",
                      about_one(literal));
      }
      draft.proof.push_back(both("Of this pupil is known: {0}.", "关于此人已知：{0}。", known));
      const Derivation derivation =
          derive_conflict(rules, used, rule_numbers, assumed, size.clubs, about_one);
      draft.proof.insert(draft.proof.end(), derivation.lines.begin(), derivation.lines.end());
    };

    Draft draft;
    draft.topic = "clubs";
    if (answer == Answer::kUnknown) {
      draft.proof = two_groups(world, clubs, goal);
    } else if (none) {
      const std::vector<std::size_t> used = conflict(world.rules, goal, size.clubs);
      if (used.size() < size.needed) continue;
      draft.proof.push_back(both("Suppose: {0}", "假设：{0}", text(clubs, goal)));
      add_derivation(draft, world.rules, used, numbers, goal);
    } else {
      // That nobody is the goal is one more rule, number 0.
      std::vector<Rule> rules = world.rules;
      rules.push_back({Form::kIf, goal[0], !goal[1], {}});
      std::vector<int> rule_numbers(numbers.begin(),
                                    numbers.begin() + static_cast<long>(world.rules.size()));
      rule_numbers.push_back(0);
      const Pupil& known = world.some[by];
      const std::vector<std::size_t> used = conflict(rules, known, size.clubs);
      // The supposed rule does not count, the stated pupil does.
      if (used.size() - 1 + (by < stated ? 1 : 0) < size.needed) continue;
      draft.proof.push_back(both("Suppose (0): {0}", "假设（0）：{0}", nobody(clubs, goal)));
      draft.proof.push_back(by < stated ? both("Take a pupil as in {0}.", "取{0}中所说的一个学生。",
                                               numbers[world.rules.size() + by])
                                        : both("Take a member of the {0}.", "取{0}的一个成员。",
                                               name(clubs, known[0])));
      add_derivation(draft, rules, used, rule_numbers, known);
    }
    Bilingual names;
    for (std::size_t i = 0; i < clubs.size(); ++i) {
      names += both(i == 0 ? "{0}" : ", {0}", i == 0 ? "{0}" : "、{0}", clubs[i]);
    }
    draft.prompt = both(
        "At a school there are these clubs: {0}. Every one of them has at least one member. A "
        "pupil "
        "may be in several of them or in none. This is known:\n",
        "一所学校有下面这些社团：{0}"
        "。每个社团至少有一名成员，一个学生可以参加多个社团，也可以都不参"
        "加。已知：\n",
        names);
    for (std::size_t i = 0; i < order.size(); ++i) {
      draft.prompt += both("{0}. {1}\n", "{0}. {1}\n", i + 1, statement(order[i]));
    }
    ask_whether(draft, ask_some ? text(clubs, goal) : nobody(clubs, goal), answer, random);
    return draft;
  }
}

}  // namespace candor::suites
