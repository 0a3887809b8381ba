// People in a row. An assignment is a permutation: place[p] is where person p is, 0 first.
#include <algorithm>
#include <numeric>

#include "suites/logic/logic.h"

namespace candor::suites {
namespace {

using Places = std::vector<int>;

struct Setting {
  Bilingual opening;  // {0} number of people, {1} their names
  Bilingual before, right_before, next_to, not_at, at, between;
  Bilingual question;  // {0} the place
};

// One way of speaking a setting: "before" is always nearer to the first place.
const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings = {
      {{"{0} people ran a race, and no two of them finished at the same time: {1}.",
        "{0}个人参加赛跑，没有人同时到达终点：{1}。"},
       {"{0} finished before {1}.", "{0}比{1}先到达终点。"},
       {"{0} finished immediately before {1}.", "{0}到达后，紧接着到达的就是{1}。"},
       {"Nobody finished between {0} and {1}.", "{0}和{1}的名次相邻。"},
       {"{0} was not number {1}.", "{0}不是第{1}名。"},
       {"{0} was number {1}.", "{0}是第{1}名。"},
       {"Exactly {2} people finished between {0} and {1}.", "{0}和{1}之间恰好隔着{2}个人。"},
       {"Who was number {0}?", "谁是第{0}名？"}},
      {{"{0} people stand in a queue, one behind the other: {1}. Place 1 is at the front.",
        "{0}个人前后排成一队：{1}。队伍最前面是第1位。"},
       {"{0} stands somewhere ahead of {1}.", "{0}排在{1}前面（不一定相邻）。"},
       {"{0} stands directly ahead of {1}.", "{0}紧挨着排在{1}前面。"},
       {"{0} and {1} stand next to each other.", "{0}和{1}前后相邻。"},
       {"{0} is not in place {1}.", "{0}不在第{1}位。"},
       {"{0} is in place {1}.", "{0}在第{1}位。"},
       {"Exactly {2} people stand between {0} and {1}.", "{0}和{1}之间恰好隔着{2}个人。"},
       {"Who is in place {0}?", "谁在第{0}位？"}},
      {{"{0} people give talks one after the other: {1}. Talk 1 is the first.",
        "{0}个人依次作报告：{1}。最先作的是第1场报告。"},
       {"{0} speaks some time before {1}.", "{0}作报告的时间早于{1}（不一定相邻）。"},
       {"{0} speaks right before {1}.", "{0}的报告一结束就轮到{1}。"},
       {"The talks of {0} and {1} follow each other, in one order or the other.",
        "{0}和{1}的报告前后相邻，先后不定。"},
       {"{0} does not give talk {1}.", "{0}作的不是第{1}场报告。"},
       {"{0} gives talk {1}.", "{0}作第{1}场报告。"},
       {"Exactly {2} people speak between {0} and {1}.", "{0}和{1}之间恰好有{2}个人作报告。"},
       {"Who gives talk {0}?", "谁作第{0}场报告？"}},
  };
  return kSettings;
}

struct Clue {
  Bilingual text;
  std::vector<bool> holds;  // by permutation
};

template <typename Test>
void add_if_true(std::vector<Clue>& clues, const std::vector<Places>& all, const Places& solution,
                 const Bilingual& text, Test test) {
  if (!test(solution)) return;
  Clue clue{text, {}};
  for (const Places& places : all) clue.holds.push_back(test(places));
  clues.push_back(std::move(clue));
}

// Every true clue of the setting; the direct ones ("is in place 3") only where the level allows.
std::vector<Clue> true_clues(const Setting& s, const std::vector<Bilingual>& people, int level,
                             const std::vector<Places>& all, const Places& solution) {
  std::vector<Clue> clues;
  const std::size_t n = people.size();
  for (std::size_t a = 0; a < n; ++a) {
    for (int at = 0; at < static_cast<int>(n); ++at) {
      add_if_true(clues, all, solution, both(s.not_at.en, s.not_at.zh, people[a], at + 1),
                  [=](const Places& p) { return p[a] != at; });
      if (level == 1) {
        add_if_true(clues, all, solution, both(s.at.en, s.at.zh, people[a], at + 1),
                    [=](const Places& p) { return p[a] == at; });
      }
    }
    for (std::size_t b = 0; b < n; ++b) {
      if (a == b) continue;
      const auto say = [&](const Bilingual& text, int number = 0) {
        return both(text.en, text.zh, people[a], people[b], number);
      };
      add_if_true(clues, all, solution, say(s.before),
                  [=](const Places& p) { return p[a] < p[b]; });
      if (level < 3) {
        add_if_true(clues, all, solution, say(s.right_before),
                    [=](const Places& p) { return p[a] + 1 == p[b]; });
      }
      if (a > b) continue;  // the other clues are symmetric
      add_if_true(clues, all, solution, say(s.next_to),
                  [=](const Places& p) { return std::abs(p[a] - p[b]) == 1; });
      for (int k = 2; k + 2 <= static_cast<int>(n); ++k) {
        add_if_true(clues, all, solution, say(s.between, k),
                    [=](const Places& p) { return std::abs(p[a] - p[b]) == k + 1; });
      }
    }
  }
  return clues;
}

}  // namespace

Draft ordering_puzzle(int level, Random& random) {
  const int count = level + 3;
  const std::vector<Bilingual> people = draw_people(random, count);
  const Setting& setting = random.pick(settings());
  Places order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::vector<Places> all;
  do {
    all.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  const Places& solution = random.pick(all);

  std::vector<Clue> clues = true_clues(setting, people, level, all, solution);
  random.shuffle(clues);
  std::vector<std::vector<bool>> holds;
  for (const Clue& clue : clues) holds.push_back(clue.holds);
  const std::vector<std::size_t> chosen = choose_clues(holds, level >= 2);

  Bilingual names = people[0];
  for (std::size_t i = 1; i < people.size(); ++i) names += both(", {0}", "、{0}", people[i]);
  Draft draft;
  draft.topic = "ordering";
  draft.prompt = both(setting.opening.en + "\n", setting.opening.zh + "\n", count, names);
  for (const std::size_t clue : chosen) {
    draft.prompt += both("- {0}\n", "- {0}\n", clues[clue].text);
  }
  const int place = random.between(0, count - 1);
  draft.prompt += both(setting.question.en + "\n", setting.question.zh + "\n", place + 1);
  std::vector<int> options(people.size());
  std::iota(options.begin(), options.end(), 0);
  random.shuffle(options);
  std::string letters, answer;
  for (const int person : options) {
    const std::string letter(1, static_cast<char>('A' + letters.size()));
    letters += letter;
    if (solution[static_cast<std::size_t>(person)] == place) answer = letter;
    draft.prompt +=
        both("{0}. {1}\n", "{0}. {1}\n", letter, people[static_cast<std::size_t>(person)]);
  }
  draft.prompt += {
      "Think it through in two or three short sentences and end with the line \"Answer: X\", where "
      "X is the letter of the right option.",
      "请用两三句话推理，最后一行写“答案：X”，X为正确选项的字母。"};
  add_counts(draft, holds, chosen);
  Bilingual row;
  for (int at = 0; at < count; ++at) {
    const auto person = std::find(solution.begin(), solution.end(), at) - solution.begin();
    row += both(at == 0 ? "{0}" : ", {0}", at == 0 ? "{0}" : "、{0}",
                people[static_cast<std::size_t>(person)]);
  }
  draft.proof.push_back(both("This one: {0}.", "就是：{0}。", row));
  draft.judge = "choice";
  draft.reference_en = {{"options", letters}, {"answer", answer}};
  draft.reference_zh = draft.reference_en;
  return draft;
}

}  // namespace candor::suites
