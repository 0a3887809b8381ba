// Knights and knaves (Smullyan, "What Is the Name of This Book?", 1978). An assignment is a bit
// mask of the knights; a puzzle is a statement a person, and an assignment fits when exactly the
// knights' statements are true.
#include "suites/logic/logic.h"

namespace candor::suites {
namespace {

struct Atom {
  int person = 0;
  bool knight = true;
};

struct Statement {
  enum class Form { kAtom, kAnd, kOr, kIf, kSame, kExactly, kAtLeast };
  Form form = Form::kAtom;
  Atom a;
  Atom b;
  int number = 0;  // of kExactly and kAtLeast: knights among all
};

bool holds(const Atom& atom, unsigned knights) {
  return ((knights >> atom.person & 1u) != 0) == atom.knight;
}

bool holds(const Statement& s, unsigned knights) {
  switch (s.form) {
    case Statement::Form::kAtom:
      return holds(s.a, knights);
    case Statement::Form::kAnd:
      return holds(s.a, knights) && holds(s.b, knights);
    case Statement::Form::kOr:
      return holds(s.a, knights) || holds(s.b, knights);
    case Statement::Form::kIf:
      return !holds(s.a, knights) || holds(s.b, knights);
    case Statement::Form::kSame:
      return (knights >> s.a.person & 1u) == (knights >> s.b.person & 1u);
    case Statement::Form::kExactly:
      return __builtin_popcount(knights) == s.number;
    case Statement::Form::kAtLeast:
      return __builtin_popcount(knights) >= s.number;
  }
  return false;
}

Statement draw_statement(Random& r, int level, int people, int speaker) {
  using Form = Statement::Form;
  static const std::vector<Form> kForms[5] = {
      {Form::kAtom, Form::kAtom, Form::kSame, Form::kAnd},
      {Form::kAtom, Form::kSame, Form::kAnd, Form::kOr, Form::kIf, Form::kExactly},
      {Form::kSame, Form::kAnd, Form::kOr, Form::kIf, Form::kIf, Form::kExactly, Form::kAtLeast},
      {Form::kSame, Form::kAnd, Form::kOr, Form::kIf, Form::kIf, Form::kExactly, Form::kAtLeast},
      {Form::kSame, Form::kOr, Form::kIf, Form::kIf, Form::kExactly, Form::kAtLeast}};
  Statement s;
  s.form = r.pick(kForms[level - 1]);
  s.a = {r.between(0, people - 1), r.one_in(2)};
  // A claim about the speaker alone says nothing ("I am a knight") or cannot be made at all.
  while (s.form == Statement::Form::kAtom && s.a.person == speaker) {
    s.a.person = r.between(0, people - 1);
  }
  do {
    s.b = {r.between(0, people - 1), r.one_in(2)};
  } while (s.b.person == s.a.person);
  s.number = r.between(2, people - 1);
  return s;
}

Bilingual text(const Atom& atom, int speaker, const std::vector<Bilingual>& people) {
  const Bilingual kind = atom.knight ? Bilingual{"a knight", "骑士"} : Bilingual{"a knave", "无赖"};
  if (atom.person == speaker) return both("I am {0}", "我是{0}", kind);
  return both("{0} is {1}", "{0}是{1}", people[static_cast<std::size_t>(atom.person)], kind);
}

Bilingual text(const Statement& s, int speaker, const std::vector<Bilingual>& people) {
  const Bilingual a = text(s.a, speaker, people), b = text(s.b, speaker, people);
  const auto who = [&](const Atom& atom) {
    return atom.person == speaker ? Bilingual{"I", "我"}
                                  : people[static_cast<std::size_t>(atom.person)];
  };
  switch (s.form) {
    case Statement::Form::kAtom:
      return a;
    case Statement::Form::kAnd:
      return both("{0}, and {1}", "{0}，并且{1}", a, b);
    case Statement::Form::kOr:
      return both("{0}, or {1}, or both", "{0}，或者{1}，或者两者都成立", a, b);
    case Statement::Form::kIf:
      return both("If {0}, then {1}", "如果{0}，那么{1}", a, b);
    case Statement::Form::kSame:
      // "I" comes last in English.
      return s.a.person == speaker ? both("{0} and {1} are of the same kind", "{1}和{0}是同一类人",
                                          who(s.b), who(s.a))
                                   : both("{0} and {1} are of the same kind", "{0}和{1}是同一类人",
                                          who(s.a), who(s.b));
    case Statement::Form::kExactly:
      return both("Exactly {0} of us are knights", "我们当中恰好有{0}个骑士", s.number);
    case Statement::Form::kAtLeast:
      return both("At least {0} of us are knights", "我们当中至少有{0}个骑士", s.number);
  }
  return {};
}

// Whether `knights` is the only assignment that fits when the statement of `without` is unknown
// (-1: when all are known).
bool unique(const std::vector<Statement>& statements, unsigned knights, int without) {
  const int people = static_cast<int>(statements.size());
  for (unsigned other = 0; other < 1u << people; ++other) {
    if (other == knights) continue;
    bool fits = true;
    for (int i = 0; i < people && fits; ++i) {
      fits = i == without ||
             holds(statements[static_cast<std::size_t>(i)], other) == ((other >> i & 1u) != 0);
    }
    if (fits) return false;
  }
  return true;
}

bool every_statement_needed(const std::vector<Statement>& statements, unsigned knights) {
  for (int i = 0; i < static_cast<int>(statements.size()); ++i) {
    if (unique(statements, knights, i)) return false;
  }
  return true;
}

// Assumptions about some of the people; the others are open.
struct Assumed {
  unsigned who = 0;
  unsigned knights = 0;  // among `who`
};

// Somebody whose statement fits no way of filling in the open ones; -1: nobody's is like that.
int refuting(const std::vector<Statement>& statements, const Assumed& assumed) {
  const int people = static_cast<int>(statements.size());
  for (int i = 0; i < people; ++i) {
    bool fits = false;
    for (unsigned all = 0; all < 1u << people && !fits; ++all) {
      fits = (all & assumed.who) == assumed.knights &&
             holds(statements[static_cast<std::size_t>(i)], all) == ((all >> i & 1u) != 0);
    }
    if (!fits) return i;
  }
  return -1;
}

// Assumptions that exclude one another and cover everything, each with the statement that refutes
// it; the last one left fits. The person who settles most comes first.
void refute(const std::vector<Statement>& statements, const std::vector<Bilingual>& people,
            const Assumed& assumed, std::vector<Bilingual>& proof) {
  const int count = static_cast<int>(people.size());
  const int against = assumed.who == 0 ? -1 : refuting(statements, assumed);
  if (against >= 0 || assumed.who == (1u << count) - 1u) {
    Bilingual line;
    for (int i = 0; i < count; ++i) {
      if ((assumed.who >> i & 1u) == 0) continue;
      const Bilingual kind = (assumed.knights >> i & 1u) != 0 ? Bilingual{"knight", "骑士"}
                                                              : Bilingual{"knave", "无赖"};
      line +=
          both(line.en.empty() ? "{0} {1}" : ", {0} {1}", line.zh.empty() ? "{0}{1}" : "，{0}{1}",
               people[static_cast<std::size_t>(i)], kind);
    }
    proof.push_back(against < 0 ? both("{0}: everything fits.", "{0}：全部符合。", line)
                                : both("{0}: what {1} says does not fit.", "{0}：{1}的话不符。",
                                       line, people[static_cast<std::size_t>(against)]));
    return;
  }
  int best = -1, most = -1;
  for (int i = 0; i < count; ++i) {
    const unsigned bit = 1u << i;
    if ((assumed.who & bit) != 0) continue;
    const int settled =
        (refuting(statements, {assumed.who | bit, assumed.knights | bit}) >= 0 ? 1 : 0) +
        (refuting(statements, {assumed.who | bit, assumed.knights}) >= 0 ? 1 : 0);
    if (settled > most) {
      most = settled;
      best = i;
    }
  }
  const unsigned bit = 1u << best;
  refute(statements, people, {assumed.who | bit, assumed.knights | bit}, proof);
  refute(statements, people, {assumed.who | bit, assumed.knights}, proof);
}

}  // namespace

Draft knights_puzzle(int level, Random& random) {
  const int count = level + 2;
  const std::vector<Bilingual> people = draw_people(random, count);
  std::vector<Statement> statements(static_cast<std::size_t>(count));
  unsigned knights = 0;
  do {
    knights = static_cast<unsigned>(random.between(1, (1 << count) - 2));  // both kinds occur
    for (int i = 0; i < count; ++i) {
      Statement& statement = statements[static_cast<std::size_t>(i)];
      do {
        statement = draw_statement(random, level, count, i);
      } while (holds(statement, knights) != ((knights >> i & 1u) != 0));
    }
  } while (!unique(statements, knights, -1) ||
           (level >= 3 && !every_statement_needed(statements, knights)));

  Bilingual names = people[0];
  for (int i = 1; i < count; ++i) {
    names += both(i == count - 1 ? " and {0}" : ", {0}", i == count - 1 ? "和{0}" : "、{0}",
                  people[static_cast<std::size_t>(i)]);
  }
  Draft draft;
  draft.topic = "knights";
  draft.prompt = both(
      "On an island there are only knights, who always tell the truth, and knaves, who always lie. "
      "You meet {0} of its people: {1}.\n",
      "一座岛上只住着骑士和无赖：骑士永远说真话，无赖永远说假话。你遇到了{0}位岛民：{1}。\n", count,
      names);
  std::vector<std::pair<Bilingual, Bilingual>> cells;
  const Bilingual kKnight{"knight", "骑士"}, kKnave{"knave", "无赖"};
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    draft.prompt += both("{0} says: \"{1}.\"\n", "{0}说：“{1}。”\n", people[at],
                         text(statements[at], i, people));
    cells.emplace_back(people[at], (knights >> i & 1u) != 0 ? kKnight : kKnave);
  }
  draft.prompt +=
      {"Who is a knight and who is a knave? Think it through in two or three short sentences "
       "and end with one line for each person, in the form \"Name: knight\" or \"Name: knave\".",
       "谁是骑士，谁是无赖？请用两三句话推理，最后每人写一行，格式为“姓名：骑士”或“姓名：无赖”。"};
  set_cells(draft, cells,
            {{kKnight, {{"truth-teller", "说真话的人"}}}, {kKnave, {{"liar", "骗子"}}}});
  refute(statements, people, {}, draft.proof);
  return draft;
}

}  // namespace candor::suites
