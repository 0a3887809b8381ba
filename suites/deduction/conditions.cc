// Conditions among a few propositions that are spoken of people or lamps.
#include <algorithm>
#include <array>
#include <map>

#include "suites/deduction/deduction.h"
#include "suites/deduction/rules.h"

namespace candor::suites {
namespace {

using Form = Rule::Form;

struct Size {
  int atoms;
  int rules;
  std::size_t needed;  // rules that the derivation cannot do without
  int facts;           // at most
  std::vector<Form> forms;
};

const Size& size_of(int level) {
  static const std::array<Size, 5> kSizes = {{
      {4, 4, 2, 1, {Form::kIf}},
      {5, 6, 3, 1, {Form::kIf, Form::kIf, Form::kOnlyIf, Form::kNotBoth}},
      {6, 8, 4, 1, {Form::kIf, Form::kOnlyIf, Form::kNotBoth, Form::kIfBoth, Form::kOr}},
      {7, 9, 5, 1, {Form::kIf, Form::kOnlyIf, Form::kIfBoth, Form::kIfOr, Form::kOr, Form::kOneOf}},
      {8,
       10,
       6,
       0,
       {Form::kIf, Form::kIfBoth, Form::kIfOr, Form::kOr, Form::kOneOf, Form::kSameTime}},
  }};
  return kSizes[static_cast<std::size_t>(level - 1)];
}

struct Words {
  Bilingual opening;  // {0} the names
  std::vector<Bilingual> names;
  Bilingual yes, no;  // what is said of a name
};

Words draw_words(Random& random, int atoms) {
  Words words;
  if (random.one_in(2)) {
    words.names = draw_people(random, atoms);
    words.opening = {"These people may or may not come to a party: {0}.",
                     "下面这些人可能来参加聚会，也可能不来：{0}。"};
    words.yes = {"comes", "来"};
    words.no = {"does not come", "不来"};
  } else {
    words.names = {{"the red lamp", "红灯"},    {"the blue lamp", "蓝灯"},
                   {"the green lamp", "绿灯"},  {"the yellow lamp", "黄灯"},
                   {"the white lamp", "白灯"},  {"the orange lamp", "橙灯"},
                   {"the violet lamp", "紫灯"}, {"the pink lamp", "粉灯"}};
    random.shuffle(words.names);
    words.names.resize(static_cast<std::size_t>(atoms));
    words.opening = {"On a panel there are these lamps, each of them on or off: {0}.",
                     "控制面板上有下面几盏灯，每盏灯或者亮，或者不亮：{0}。"};
    words.yes = {"is on", "亮"};
    words.no = {"is off", "不亮"};
  }
  return words;
}

Bilingual say(const Words& words, const Literal& literal) {
  return both("{0} {1}", "{0}{1}", words.names[static_cast<std::size_t>(literal.atom)],
              literal.positive ? words.yes : words.no);
}

Bilingual sentence(Bilingual text) {
  text.en[0] = static_cast<char>(text.en[0] >= 'a' && text.en[0] <= 'z' ? text.en[0] - 'a' + 'A'
                                                                        : text.en[0]);
  return {text.en + ".", text.zh + "。"};
}

Bilingual text(const Words& words, const Rule& rule) {
  const Bilingual a = say(words, rule.a), b = say(words, rule.b), c = say(words, rule.c);
  switch (rule.form) {
    case Form::kFact:
      return sentence(a);
    case Form::kIf:
      return sentence(both("if {0}, then {1}", "如果{0}，那么{1}", a, b));
    case Form::kOnlyIf:
      // In Chinese 才 stands behind the subject.
      return sentence(both("{0} only if {1}", "只有{1}，{2}才{3}", a, b,
                           words.names[static_cast<std::size_t>(rule.a.atom)], words.yes));
    case Form::kIfBoth:
      return sentence(both("if {0} and {1}, then {2}", "如果{0}并且{1}，那么{2}", a, b, c));
    case Form::kIfOr:
      return sentence(both("if {0}, then {1} or {2} (or both)",
                           "如果{0}，那么{1}或者{2}（也可能两者都成立）", a, b, c));
    case Form::kOr:
      return sentence(both("{0} or {1} (or both)", "{0}或者{1}（也可能两者都成立）", a, b));
    case Form::kNotBoth:
      return sentence(
          both("it is not the case that both {0} and {1}", "{0}、{1}这两种情况不会同时出现", a, b));
    case Form::kOneOf:
      return sentence(
          both("either {0} or {1}, but not both", "要么{0}，要么{1}，二者恰有一个成立", a, b));
    case Form::kSameTime:
      return sentence(both("{0} if and only if {1}", "当且仅当{1}时，{0}", a, b));
  }
  return {};
}

Rule draw_rule(Random& random, const Size& size, bool fact) {
  std::vector<int> atoms;
  for (int i = 0; i < size.atoms; ++i) atoms.push_back(i);
  random.shuffle(atoms);
  Rule rule;
  rule.form = fact ? Form::kFact : random.pick(size.forms);
  rule.a = {atoms[0], random.one_in(2)};
  rule.b = {atoms[1], random.one_in(2)};
  rule.c = {atoms[2], random.one_in(2)};
  if (rule.form == Form::kOnlyIf || rule.form == Form::kNotBoth) rule.a.positive = true;
  if (rule.form == Form::kNotBoth) rule.b.positive = true;
  return rule;
}

bool mentions(const Rule& rule, int atom) {
  const std::vector<Literal> parts = literals(rule);
  return std::any_of(parts.begin(), parts.end(), [&](const Literal& l) { return l.atom == atom; });
}

std::vector<Bilingual> two_cases(const std::vector<unsigned>& cases, const Literal& goal,
                                 const Words& words) {
  std::vector<Bilingual> lines;
  for (const bool wanted : {true, false}) {
    const auto one = std::find_if(cases.begin(), cases.end(),
                                  [&](unsigned c) { return holds(goal, c) == wanted; });
    Bilingual list;
    for (int atom = 0; atom < static_cast<int>(words.names.size()); ++atom) {
      const Bilingual part = say(words, {atom, (*one >> atom & 1u) != 0});
      list += both(atom == 0 ? "{0}" : "; {0}", atom == 0 ? "{0}" : "；{0}", part);
    }
    lines.push_back(both("Possible: {0}.", "可能的情况：{0}。", list));
  }
  return lines;
}

}  // namespace

Draft conditions_puzzle(int level, Random& random) {
  const Size& size = size_of(level);
  const auto wanted = static_cast<Answer>(random.between(0, 2));
  for (;;) {
    std::vector<Rule> rules;
    const int facts = random.between(0, size.facts);
    while (static_cast<int>(rules.size()) < size.rules) {
      const Rule rule = draw_rule(random, size, static_cast<int>(rules.size()) < facts);
      if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
    }
    random.shuffle(rules);
    const std::vector<unsigned> cases = cases_of(rules, size.atoms);
    if (cases.empty()) continue;
    const Literal goal{random.between(0, size.atoms - 1), random.one_in(2)};
    const auto in =
        std::count_if(cases.begin(), cases.end(), [&](unsigned c) { return holds(goal, c); });
    const Answer answer = in == 0                                 ? Answer::kFalse
                          : in == static_cast<long>(cases.size()) ? Answer::kTrue
                                                                  : Answer::kUnknown;
    if (answer != wanted) continue;
    if (std::count_if(rules.begin(), rules.end(),
                      [&](const Rule& r) { return mentions(r, goal.atom); }) < 2) {
      continue;
    }
    const Words words = draw_words(random, size.atoms);
    Draft draft;
    draft.topic = "conditions";
    if (answer == Answer::kUnknown) {
      // Something else is settled: the rules are no easier to see through than where it follows.
      unsigned always = ~0u, never = ~0u;
      for (const unsigned one : cases) {
        always &= one;
        never &= ~one;
      }
      const unsigned settled = (always | never) & ((1u << size.atoms) - 1u);
      if (settled == 0) continue;
      draft.proof = two_cases(cases, goal, words);
    } else {
      const Literal assumed = answer == Answer::kTrue ? !goal : goal;
      const std::vector<std::size_t> used = conflict(rules, {assumed}, size.atoms);
      if (used.size() < size.needed) continue;
      std::vector<int> numbers;
      for (std::size_t i = 0; i < rules.size(); ++i) numbers.push_back(static_cast<int>(i) + 1);
      draft.proof.push_back(both("Suppose: {0}.", "假设：{0}。", say(words, assumed)));
      const Derivation derivation =
          derive_conflict(rules, used, numbers, {assumed}, size.atoms,
                          [&](const Literal& literal) { return say(words, literal); });
      draft.proof.insert(draft.proof.end(), derivation.lines.begin(), derivation.lines.end());
    }
    Bilingual names;
    for (std::size_t i = 0; i < words.names.size(); ++i) {
      names += both(i == 0 ? "{0}" : ", {0}", i == 0 ? "{0}" : "、{0}", words.names[i]);
    }
    draft.prompt =
        both(words.opening.en + " This is known:\n", words.opening.zh + "已知：\n", names);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      draft.prompt += both("{0}. {1}\n", "{0}. {1}\n", i + 1, text(words, rules[i]));
    }
    ask_whether(draft, sentence(say(words, goal)), answer, random);
    return draft;
  }
}

}  // namespace candor::suites
