// A robot on a grid of coordinates: x grows to the east, y to the north.
#include <array>
#include <cstdlib>

#include "suites/tracking/tracking.h"

namespace candor::suites {
namespace {

constexpr std::array<int, 5> kSteps = {5, 7, 9, 11, 15};  // odd: the last one moves

struct Robot {
  int x = 0;
  int y = 0;
  int facing = 0;  // 0 north, 1 east, 2 south, 3 west
};

struct Step {
  enum class Form { kForward, kBack, kLeft, kRight, kAround, kSquare, kIf };
  Form form = Form::kForward;
  int number = 0;  // steps; of kSquare how often
};

void forward(Robot& robot, int steps) {
  static constexpr int kX[4] = {0, 1, 0, -1}, kY[4] = {1, 0, -1, 0};
  robot.x += kX[robot.facing] * steps;
  robot.y += kY[robot.facing] * steps;
}

void turn(Robot& robot, int quarters) { robot.facing = (robot.facing + quarters) % 4; }

void carry_out(const Step& step, Robot& robot) {
  switch (step.form) {
    case Step::Form::kForward:
      return forward(robot, step.number);
    case Step::Form::kBack:
      return forward(robot, -step.number);
    case Step::Form::kLeft:
      return turn(robot, 3);
    case Step::Form::kRight:
      return turn(robot, 1);
    case Step::Form::kAround:
      return turn(robot, 2);
    case Step::Form::kSquare:
      for (int i = 0; i < 3; ++i) {
        forward(robot, step.number + i);
        turn(robot, 1);
      }
      return;
    case Step::Form::kIf:
      return turn(robot, robot.x > robot.y ? 3 : 1);
  }
}

Bilingual text(const Step& step) {
  const int n = step.number;
  switch (step.form) {
    case Step::Form::kForward:
      return both("Go {0} steps forward.", "向前走{0}步。", n);
    case Step::Form::kBack:
      return both("Go {0} steps backward without turning.", "不转身，向后退{0}步。", n);
    case Step::Form::kLeft:
      return {"Turn left by 90 degrees.", "向左转90度。"};
    case Step::Form::kRight:
      return {"Turn right by 90 degrees.", "向右转90度。"};
    case Step::Form::kAround:
      return {"Turn around by 180 degrees.", "转身180度。"};
    case Step::Form::kSquare:
      return both(
          "Do this three times: go forward and then turn right by 90 degrees. The first time go "
          "{0} "
          "steps, the second time {1}, the third time {2}.",
          "重复三次：先向前走，再向右转90度。第一次走{0}步，第二次走{1}步，第三次走{2}步。", n,
          n + 1, n + 2);
    case Step::Form::kIf:
      return {
          "If your x-coordinate is now greater than your y-coordinate, turn left by 90 degrees, "
          "otherwise right by 90 degrees.",
          "如果此时x坐标大于y坐标，就向左转90度，否则向右转90度。"};
  }
  return {};
}

Step draw_step(Random& random, int level, bool must_turn) {
  using Form = Step::Form;
  static const std::vector<Form> kTurns[5] = {
      {Form::kLeft, Form::kRight},
      {Form::kLeft, Form::kRight},
      {Form::kLeft, Form::kRight, Form::kAround},
      {Form::kLeft, Form::kRight, Form::kAround, Form::kSquare},
      {Form::kLeft, Form::kRight, Form::kSquare, Form::kIf, Form::kIf}};
  Step step;
  if (must_turn) {
    step.form = random.pick(kTurns[level - 1]);
  } else {
    step.form = level >= 2 && random.one_in(4) ? Form::kBack : Form::kForward;
  }
  step.number = random.between(2, 9);
  return step;
}

Bilingual state(int number, const Robot& robot) {
  static const Bilingual kFacing[4] = {
      {"north", "北"}, {"east", "东"}, {"south", "南"}, {"west", "西"}};
  return both("{0}: ({1}, {2}), facing {3}", "{0}：({1}, {2})，面向{3}", number, robot.x, robot.y,
              kFacing[robot.facing]);
}

}  // namespace

Draft walk_puzzle(int level, Random& random) {
  for (;;) {
    Robot robot;
    Draft draft;
    draft.topic = "walk";
    robot.facing = random.between(0, 3);
    static const Bilingual kFacing[4] = {
        {"north", "北"}, {"east", "东"}, {"south", "南"}, {"west", "西"}};
    robot.x = random.between(-4, 4);
    robot.y = random.between(-4, 4);
    const Robot start = robot;
    draft.prompt = both(
        "A robot stands at the point ({0}, {1}) and faces {2}. One step is a distance of 1. The "
        "x-axis points east and the y-axis north. It carries out these commands in order:\n",
        "一个机器人站在点({0}, {1})处，面向{2}方，每步的长度为1。x轴指向东，y轴指向北。它依次执行"
        "下列指令：\n",
        robot.x, robot.y, kFacing[robot.facing]);
    draft.proof.push_back(state(0, robot));
    const int steps = kSteps[static_cast<std::size_t>(level - 1)];
    for (int i = 1; i <= steps; ++i) {
      const Step step = draw_step(random, level, i % 2 == 0);
      carry_out(step, robot);
      draft.prompt += both("{0}. {1}\n", "{0}. {1}\n", i, text(step));
      draft.proof.push_back(state(i, robot));
    }
    if (robot.x == start.x && robot.y == start.y) continue;
    draft.prompt += {"At which point does the robot stand at the end? Give the pair (x, y).",
                     "最后机器人站在哪一点？请写成(x, y)的形式。"};
    ask_boxed(draft, fmt::format("({}, {})", robot.x, robot.y));
    return draft;
  }
}

}  // namespace candor::suites
