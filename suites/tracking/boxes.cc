// Marbles in boxes. Every step is possible: nothing is taken that is not there, and nothing is
// halved that is odd.
#include <array>

#include "suites/tracking/tracking.h"

namespace candor::suites {
namespace {

struct Size {
  int boxes;
  int steps;
};
constexpr std::array<Size, 5> kSizes = {{{2, 3}, {3, 5}, {3, 8}, {4, 11}, {5, 15}}};
constexpr int kMost = 60;  // marbles in a box

struct Step {
  enum class Form { kMove, kAdd, kHalf, kDouble, kExchange, kIfMore };
  Form form;
  std::size_t a;
  std::size_t b;
  int number;
};

bool possible(const Step& step, const std::vector<int>& boxes) {
  const int from = boxes[step.a], to = boxes[step.b];
  switch (step.form) {
    case Step::Form::kMove:
      return from >= step.number && to + step.number <= kMost;
    case Step::Form::kAdd:
      return from + step.number <= kMost;
    case Step::Form::kHalf:
      return from >= 4 && from % 2 == 0 && to + from / 2 <= kMost;
    case Step::Form::kDouble:
      return from >= 2 && 2 * from <= kMost;
    case Step::Form::kExchange:
      return from != to;
    case Step::Form::kIfMore:
      return from != to && from >= step.number && to >= step.number;
  }
  return false;
}

void carry_out(const Step& step, std::vector<int>& boxes) {
  int& from = boxes[step.a];
  int& to = boxes[step.b];
  switch (step.form) {
    case Step::Form::kMove:
      from -= step.number;
      to += step.number;
      break;
    case Step::Form::kAdd:
      from += step.number;
      break;
    case Step::Form::kHalf:
      to += from / 2;
      from /= 2;
      break;
    case Step::Form::kDouble:
      from *= 2;
      break;
    case Step::Form::kExchange:
      std::swap(from, to);
      break;
    case Step::Form::kIfMore:
      (from > to ? from : to) -= step.number;
      break;
  }
}

char box_name(std::size_t box) { return static_cast<char>('A' + box); }

Bilingual text(const Step& step) {
  const char a = box_name(step.a), b = box_name(step.b);
  switch (step.form) {
    case Step::Form::kMove:
      return both("{2} marbles are moved from box {0} to box {1}.",
                  "从{0}盒中拿出{2}颗弹珠放进{1}盒。", a, b, step.number);
    case Step::Form::kAdd:
      return both("{1} new marbles are put into box {0}.", "往{0}盒中新放入{1}颗弹珠。", a,
                  step.number);
    case Step::Form::kHalf:
      return both("Half of the marbles in box {0} are moved to box {1}.",
                  "把{0}盒中一半的弹珠放进{1}盒。", a, b);
    case Step::Form::kDouble:
      return both("As many new marbles are put into box {0} as there already are in it.",
                  "{0}盒中现有多少颗弹珠，就再往里新放入多少颗。", a);
    case Step::Form::kExchange:
      return both("The whole contents of box {0} and box {1} are exchanged.",
                  "把{0}盒和{1}盒中的弹珠全部对调。", a, b);
    case Step::Form::kIfMore:
      return both(
          "If box {0} now holds more marbles than box {1}, {2} marbles are taken out of box {0} "
          "and "
          "thrown away; otherwise {2} are taken out of box {1} and thrown away.",
          "如果此时{0}盒中的弹珠比{1}盒多，就从{0}盒中拿出{2}颗扔掉；否则从{1}盒中拿出{2}颗扔掉。",
          a, b, step.number);
  }
  return {};
}

Bilingual state(int number, const std::vector<int>& boxes) {
  std::string line;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    line += fmt::format("{}{} = {}", i == 0 ? "" : ", ", box_name(i), boxes[i]);
  }
  return both("{0}: {1}", "{0}：{1}", number, line);
}

Step draw_step(Random& random, int level, const std::vector<int>& boxes) {
  using Form = Step::Form;
  static const std::vector<Form> kForms[5] = {
      {Form::kMove, Form::kMove, Form::kAdd},
      {Form::kMove, Form::kMove, Form::kAdd, Form::kHalf},
      {Form::kMove, Form::kAdd, Form::kHalf, Form::kDouble, Form::kExchange},
      {Form::kMove, Form::kAdd, Form::kHalf, Form::kDouble, Form::kExchange, Form::kIfMore},
      {Form::kMove, Form::kHalf, Form::kDouble, Form::kExchange, Form::kIfMore, Form::kIfMore}};
  for (;;) {
    Step step{};
    step.form = random.pick(kForms[level - 1]);
    step.a = static_cast<std::size_t>(random.between(0, static_cast<int>(boxes.size()) - 1));
    do {
      step.b = static_cast<std::size_t>(random.between(0, static_cast<int>(boxes.size()) - 1));
    } while (step.b == step.a);
    step.number = random.between(2, 9);
    if (possible(step, boxes)) return step;
  }
}

}  // namespace

Draft boxes_puzzle(int level, Random& random) {
  const auto [count, steps] = kSizes[static_cast<std::size_t>(level - 1)];
  std::vector<int> boxes;
  Bilingual start;
  for (int i = 0; i < count; ++i) {
    boxes.push_back(random.between(8, 30));
    start += both(i == 0           ? "box {0} holds {1}"
                  : i + 1 == count ? " and box {0} {1}"
                                   : ", box {0} {1}",
                  i == 0 ? "{0}盒中有{1}颗" : "，{0}盒中有{1}颗",
                  box_name(static_cast<std::size_t>(i)), boxes.back());
  }
  Draft draft;
  draft.topic = "boxes";
  draft.prompt = both("There are {0} boxes with marbles: {1}. Then, one after the other:\n",
                      "有{0}个装弹珠的盒子：{1}。然后依次进行下列操作：\n", count, start);
  draft.proof.push_back(state(0, boxes));
  const std::vector<int> first = boxes;
  std::size_t touched = 0;
  for (int i = 1; i <= steps; ++i) {
    const Step step = draw_step(random, level, boxes);
    carry_out(step, boxes);
    touched = step.form == Step::Form::kMove || step.form == Step::Form::kHalf ? step.b : step.a;
    draft.prompt += both("{0}. {1}\n", "{0}. {1}\n", i, text(step));
    draft.proof.push_back(state(i, boxes));
  }
  // A box that still holds what it began with would be right without following a step.
  std::size_t asked = static_cast<std::size_t>(random.between(0, count - 1));
  if (boxes[asked] == first[asked]) asked = touched;
  draft.prompt += both("How many marbles are in box {0} at the end?", "最后{0}盒中有多少颗弹珠？",
                       box_name(asked));
  draft.proof.push_back(both("Box {0}: {1}", "{0}盒：{1}", box_name(asked), boxes[asked]));
  ask_boxed(draft, fmt::format("{}", boxes[asked]));
  return draft;
}

}  // namespace candor::suites
