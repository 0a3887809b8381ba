// People who hold a ball each and swap them. holds[p] is the ball that person p holds.
#include <algorithm>
#include <array>
#include <numeric>

#include "suites/tracking/tracking.h"

namespace candor::suites {
namespace {

struct Size {
  int people;
  int steps;
};
constexpr std::array<Size, 5> kSizes = {{{3, 3}, {4, 6}, {5, 9}, {6, 13}, {7, 18}}};

const std::vector<Bilingual>& colours() {
  static const std::vector<Bilingual> kColours = {
      {"red", "红"},    {"blue", "蓝"},  {"green", "绿"}, {"yellow", "黄"},
      {"purple", "紫"}, {"white", "白"}, {"black", "黑"}};
  return kColours;
}

struct Step {
  enum class Form { kSwap, kCycle, kIf };
  Form form = Form::kSwap;
  std::vector<int> who;  // two who swap; three who pass on; of kIf the two pairs, then the holder
  int ball = 0;          // of kIf
};

// Draws people until they are `count` different ones.
std::vector<int> draw_some(Random& random, int people, int count) {
  std::vector<int> all(static_cast<std::size_t>(people));
  std::iota(all.begin(), all.end(), 0);
  random.shuffle(all);
  all.resize(static_cast<std::size_t>(count));
  return all;
}

Step draw_step(Random& random, int level, int people) {
  Step step;
  if (level >= 3 && random.one_in(4)) {
    step.form = Step::Form::kCycle;
    step.who = draw_some(random, people, 3);
  } else if (level >= 4 && random.one_in(3)) {
    step.form = Step::Form::kIf;
    step.who = draw_some(random, people, 4);
    step.who.push_back(random.between(0, people - 1));
    step.ball = random.between(0, people - 1);
  } else {
    step.who = draw_some(random, people, 2);
  }
  return step;
}

void carry_out(const Step& step, std::vector<int>& holds) {
  const auto at = [&](std::size_t i) -> int& {
    return holds[static_cast<std::size_t>(step.who[i])];
  };
  switch (step.form) {
    case Step::Form::kSwap:
      std::swap(at(0), at(1));
      break;
    case Step::Form::kCycle: {
      const int last = at(2);
      at(2) = at(1);
      at(1) = at(0);
      at(0) = last;
      break;
    }
    case Step::Form::kIf:
      if (at(4) == step.ball) {
        std::swap(at(0), at(1));
      } else {
        std::swap(at(2), at(3));
      }
      break;
  }
}

Bilingual text(const Step& step, const std::vector<Bilingual>& people,
               const std::vector<Bilingual>& balls) {
  const auto name = [&](std::size_t i) { return people[static_cast<std::size_t>(step.who[i])]; };
  switch (step.form) {
    case Step::Form::kSwap:
      return both("{0} and {1} swap their balls.", "{0}和{1}交换手中的球。", name(0), name(1));
    case Step::Form::kCycle:
      return both("At the same moment {0} gives a ball to {1}, {1} to {2} and {2} to {0}.",
                  "{0}把球给{1}，同时{1}把球给{2}，{2}把球给{0}。", name(0), name(1), name(2));
    case Step::Form::kIf:
      return both(
          "If {4} now holds the {5} ball, {0} and {1} swap their balls; otherwise {2} and {3} do.",
          "如果此时{4}拿着{5}球，{0}和{1}交换手中的球；否则{2}和{3}交换手中的球。", name(0),
          name(1), name(2), name(3), name(4), balls[static_cast<std::size_t>(step.ball)]);
  }
  return {};
}

Bilingual state(const std::vector<int>& holds, const std::vector<Bilingual>& people,
                const std::vector<Bilingual>& balls) {
  Bilingual line;
  for (std::size_t p = 0; p < people.size(); ++p) {
    line += both(p == 0 ? "{0} {1}" : ", {0} {1}", p == 0 ? "{0}{1}" : "，{0}{1}", people[p],
                 balls[static_cast<std::size_t>(holds[p])]);
  }
  return line;
}

}  // namespace

Draft swaps_puzzle(int level, Random& random) {
  const auto [count, steps] = kSizes[static_cast<std::size_t>(level - 1)];
  const std::vector<Bilingual> people = draw_people(random, count);
  std::vector<Bilingual> balls = colours();
  random.shuffle(balls);
  balls.resize(static_cast<std::size_t>(count));
  std::vector<int> holds(static_cast<std::size_t>(count));
  std::iota(holds.begin(), holds.end(), 0);

  Draft draft;
  draft.topic = "swaps";
  Bilingual start;
  for (std::size_t p = 0; p < people.size(); ++p) {
    const bool last = p + 1 == people.size();
    start += both(p == 0 ? "{0} has the {1} one"
                  : last ? " and {0} the {1} one"
                         : ", {0} the {1} one",
                  p == 0 ? "{0}拿着{1}球" : "，{0}拿着{1}球", people[p], balls[p]);
  }
  draft.prompt =
      both("{0} people hold one ball each: {1}. Then this happens, one after the other:\n",
           "{0}个人每人拿着一个球：{1}。然后依次发生下面的事：\n", count, start);
  draft.proof.push_back(both("0: {0}", "0：{0}", state(holds, people, balls)));
  Step before;
  for (int i = 1; i <= steps; ++i) {
    Step step = draw_step(random, level, count);
    // A swap that undoes the one before it is no step.
    while (step.form == before.form && std::is_permutation(step.who.begin(), step.who.end(),
                                                           before.who.begin(), before.who.end())) {
      step = draw_step(random, level, count);
    }
    before = step;
    carry_out(step, holds);
    draft.prompt += both("{0}. {1}\n", "{0}. {1}\n", i, text(step, people, balls));
    draft.proof.push_back(both("{0}: {1}", "{0}：{1}", i, state(holds, people, balls)));
  }
  const int ball = random.between(0, count - 1);
  draft.prompt += both("Who holds the {0} ball at the end?\n", "最后谁拿着{0}球？\n",
                       balls[static_cast<std::size_t>(ball)]);
  std::vector<int> options(people.size());
  std::iota(options.begin(), options.end(), 0);
  random.shuffle(options);
  std::string letters, answer;
  for (const int person : options) {
    const std::string letter(1, static_cast<char>('A' + letters.size()));
    letters += letter;
    if (holds[static_cast<std::size_t>(person)] == ball) answer = letter;
    draft.prompt +=
        both("{0}. {1}\n", "{0}. {1}\n", letter, people[static_cast<std::size_t>(person)]);
  }
  draft.prompt +=
      {"Write down briefly who holds what after each step and end with the line \"Answer: X\", "
       "where "
       "X is the letter of the right option.",
       "请简要写出每一步之后各人拿着什么球，最后一行写“答案：X”，X为正确选项的字母。"};
  draft.judge = "choice";
  draft.reference_en = {{"options", letters}, {"answer", answer}};
  draft.reference_zh = draft.reference_en;
  return draft;
}

}  // namespace candor::suites
