// Who has what. Each kind of thing is given to the people one to one; an assignment is a
// permutation a kind, owner[kind][thing], and all combinations are gone through.
#include <algorithm>
#include <numeric>

#include "suites/logic/grid_clues.h"
#include "suites/logic/logic.h"

namespace candor::suites {
namespace {

struct Kind {
  std::vector<Bilingual> things;
  Bilingual has;      // {0} the thing: "has the {0}"
  Bilingual has_not;  // "does not have the {0}"
  Bilingual owner;    // "the person who has the {0}"
};

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> kKinds = {
      {{{"cat", "猫"}, {"dog", "狗"}, {"rabbit", "兔子"}, {"parrot", "鹦鹉"}, {"turtle", "乌龟"}},
       {"keeps the {0}", "养{0}"},
       {"does not keep the {0}", "不养{0}"},
       {"The person who keeps the {0}", "养{0}的人"}},
      {{{"tea", "茶"},
        {"coffee", "咖啡"},
        {"milk", "牛奶"},
        {"cocoa", "可可"},
        {"lemonade", "柠檬水"}},
       {"drinks {0}", "喝{0}"},
       {"does not drink {0}", "不喝{0}"},
       {"The person who drinks {0}", "喝{0}的人"}},
      {{{"baker", "面包师"},
        {"doctor", "医生"},
        {"teacher", "教师"},
        {"painter", "画家"},
        {"pilot", "飞行员"}},
       {"is the {0}", "是{0}"},
       {"is not the {0}", "不是{0}"},
       {"The {0}", "{0}"}},
      {{{"violin", "小提琴"},
        {"piano", "钢琴"},
        {"flute", "长笛"},
        {"drums", "鼓"},
        {"guitar", "吉他"}},
       {"plays the {0}", "会演奏{0}"},
       {"does not play the {0}", "不会演奏{0}"},
       {"The person who plays the {0}", "会演奏{0}的人"}},
  };
  return kKinds;
}

std::vector<Assignment> all_assignments(std::size_t people, std::size_t kinds) {
  std::vector<Assignment> all = {{}};
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    std::vector<Assignment> longer;
    for (const Assignment& start : all) {
      std::vector<std::size_t> owners(people);
      std::iota(owners.begin(), owners.end(), std::size_t{0});
      do {
        longer.push_back(start);
        longer.back().push_back(owners);
      } while (std::next_permutation(owners.begin(), owners.end()));
    }
    all = std::move(longer);
  }
  return all;
}

struct Puzzle {
  std::vector<Bilingual> people;
  std::vector<Kind> kinds;
};

Bilingual say(const Bilingual& phrase, const Bilingual& thing) {
  return both(phrase.en, phrase.zh, thing);
}

Bilingual text(const GridClue& clue, const Puzzle& puzzle) {
  const Kind& kind = puzzle.kinds[clue.a.kind];
  const Bilingual has = say(kind.has, kind.things[clue.a.thing]);
  const Bilingual has_not = say(kind.has_not, kind.things[clue.a.thing]);
  const Bilingual owner = say(kind.owner, kind.things[clue.a.thing]);
  const Bilingual& person = puzzle.people[clue.person];
  const Kind& kind_b = puzzle.kinds[clue.b.kind];
  switch (clue.form) {
    case GridClue::Form::kHas:
      return both("{0} {1}.", "{0}{1}。", person, has);
    case GridClue::Form::kHasNot:
      return both("{0} {1}.", "{0}{1}。", person, has_not);
    case GridClue::Form::kEither:
      return both("Either {0} or {1} {2}.", "{0}和{1}当中有一个人{2}。", person,
                  puzzle.people[clue.other], has);
    case GridClue::Form::kSame:
      return both("{0} {1}.", "{0}{1}。", owner, say(kind_b.has, kind_b.things[clue.b.thing]));
    case GridClue::Form::kNotSame:
      return both("{0} {1}.", "{0}{1}。", owner, say(kind_b.has_not, kind_b.things[clue.b.thing]));
  }
  return {};
}

std::vector<GridClue> true_clues(const Puzzle& puzzle, int level, const Assignment& solution) {
  std::vector<GridClue> clues;
  const auto add = [&](const GridClue& clue) {
    if (clue.holds(solution)) clues.push_back(clue);
  };
  const std::size_t n = puzzle.people.size();
  for (std::size_t kind = 0; kind < puzzle.kinds.size(); ++kind) {
    for (std::size_t thing = 0; thing < n; ++thing) {
      const GridFact a{kind, thing};
      for (std::size_t person = 0; person < n; ++person) {
        if (level < 3) add({GridClue::Form::kHas, a, {0, 0}, person, 0});
        add({GridClue::Form::kHasNot, a, {0, 0}, person, 0});
        for (std::size_t other = person + 1; other < n; ++other) {
          add({GridClue::Form::kEither, a, {0, 0}, person, other});
        }
      }
      for (std::size_t kind_b = kind + 1; kind_b < puzzle.kinds.size(); ++kind_b) {
        for (std::size_t thing_b = 0; thing_b < n; ++thing_b) {
          add({GridClue::Form::kSame, a, {kind_b, thing_b}, 0, 0});
          add({GridClue::Form::kNotSame, a, {kind_b, thing_b}, 0, 0});
        }
      }
    }
  }
  return clues;
}

struct Chosen {
  Assignment solution;
  std::vector<GridClue> clues;
};

// Every assignment listed, and every clue tried on each of them.
Chosen from_list(const Puzzle& puzzle, int level, Random& random, Draft& draft) {
  const std::vector<Assignment> all = all_assignments(puzzle.people.size(), puzzle.kinds.size());
  Chosen chosen;
  chosen.solution = random.pick(all);
  std::vector<GridClue> clues = true_clues(puzzle, level, chosen.solution);
  random.shuffle(clues);
  std::vector<std::vector<bool>> fits(clues.size());
  for (std::size_t i = 0; i < clues.size(); ++i) {
    for (const Assignment& assignment : all) fits[i].push_back(clues[i].holds(assignment));
  }
  const std::vector<std::size_t> picked = choose_clues(fits, level >= 2);
  add_counts(draft, fits, picked);
  for (const std::size_t clue : picked) chosen.clues.push_back(clues[clue]);
  return chosen;
}

// The same where the assignments are too many to list.
Chosen from_tables(const Puzzle& puzzle, int level, Random& random, Draft& draft) {
  const GridCounter counter(puzzle.people.size());
  Chosen chosen;
  for (std::size_t kind = 0; kind < puzzle.kinds.size(); ++kind) {
    chosen.solution.push_back(random.pick(counter.orders()));
  }
  std::vector<GridClue> clues = true_clues(puzzle, level, chosen.solution);
  random.shuffle(clues);
  chosen.clues = counter.choose(clues);
  for (std::size_t number = 0; number <= chosen.clues.size(); ++number) {
    const std::vector<GridClue> first(chosen.clues.begin(),
                                      chosen.clues.begin() + static_cast<std::ptrdiff_t>(number));
    draft.proof.push_back(count_line(number, counter.count(first)));
  }
  return chosen;
}

}  // namespace

Draft grid_puzzle(int level, Random& random) {
  const std::size_t count = level == 1 ? 3 : level <= 3 ? 4 : 5;
  const std::size_t kinds = level == 3 || level == 5 ? 3 : 2;
  Puzzle puzzle;
  puzzle.people = draw_people(random, static_cast<int>(count));
  puzzle.kinds = all_kinds();
  random.shuffle(puzzle.kinds);
  puzzle.kinds.resize(kinds);
  for (Kind& kind : puzzle.kinds) {
    random.shuffle(kind.things);
    kind.things.resize(count);
  }
  Draft draft;
  draft.topic = "grid";
  const Chosen chosen = level < 5 ? from_list(puzzle, level, random, draft)
                                  : from_tables(puzzle, level, random, draft);
  const Assignment& solution = chosen.solution;
  Bilingual names = puzzle.people[0];
  for (std::size_t i = 1; i < count; ++i) {
    names += both(i + 1 == count ? " and {0}" : ", {0}", i + 1 == count ? "和{0}" : "、{0}",
                  puzzle.people[i]);
  }
  draft.prompt = both("This is known about {0}:\n", "关于{0}，已知：\n", names);
  std::vector<std::pair<Bilingual, Bilingual>> cells;
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    const Kind& k = puzzle.kinds[kind];
    Bilingual line;
    for (std::size_t thing = 0; thing < count; ++thing) {
      const bool last = thing + 1 == count;
      line += thing == 0 ? say(k.has, k.things[thing])
                         : both(last ? " and one {0}" : ", one {0}",
                                last ? "，还有一人{0}" : "，一人{0}", say(k.has, k.things[thing]));
      cells.emplace_back(k.things[thing], puzzle.people[solution[kind][thing]]);
    }
    draft.prompt += both("- One of them {0}.\n", "- 他们当中一人{0}。\n", line);
  }
  for (const GridClue& clue : chosen.clues) {
    draft.prompt += both("- {0}\n", "- {0}\n", text(clue, puzzle));
  }
  Bilingual things = cells[0].first;
  for (std::size_t i = 1; i < cells.size(); ++i) things += both(", {0}", "、{0}", cells[i].first);
  draft.prompt += both(
      "Who is it in each case? Think it through in two or three short sentences and end with one "
      "line for each of these words: {0}. Write it in the form \"word: name\".",
      "分别是谁？请用两三句话推理，最后为下列每个词写一行：{0}。格式为“词：姓名”。", things);
  set_cells(draft, cells);
  return draft;
}

}  // namespace candor::suites
