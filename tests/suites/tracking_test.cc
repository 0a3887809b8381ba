// The steps carried out again from the text of both languages by simulators that share nothing with
// the generators, and the programs run by Python.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "suites/suites.h"

namespace candor::suites {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

template <typename... Args>
bool match(const std::string& text, const std::string& pattern, Args... args) {
  static std::map<std::string, std::unique_ptr<RE2>> compiled;
  std::unique_ptr<RE2>& re = compiled[pattern];
  if (re == nullptr) re = std::make_unique<RE2>(pattern);
  return RE2::FullMatch(text, *re, args...);
}

// The texts of the numbered lines "1. …".
Lines steps_of(const std::string& text) {
  Lines steps;
  for (const std::string& line : lines_of(text)) {
    std::string step;
    if (match(line, "\\d+\\. (.+)", &step)) steps.push_back(step);
  }
  return steps;
}

std::string answer_of(const data::Question& q) {
  return std::string(q.reference.at("answer").as_string());
}

void check_swaps(const data::Question& q) {
  const std::string& text = q.messages[0].content;
  std::map<std::string, std::string> holds;  // person -> colour
  std::string opening = text.substr(0, text.find('\n'));
  std::string who, ball;
  re2::StringPiece rest(opening);
  const RE2 part(q.language == "en" ? "([A-Z][a-z]+(?: [A-Z][a-z]+)?) (?:has )?the (\\w+) one"
                                    : "(?:：|，)([^，：]+?)拿着(.)球");
  while (RE2::FindAndConsume(&rest, part, &who, &ball)) holds[who] = ball;
  const std::string name = "(.+?)";
  for (const std::string& step : steps_of(text)) {
    std::array<std::string, 5> n;
    if (match(step, name + " and " + name + " swap their balls\\.", &n[0], &n[1]) ||
        match(step, name + "和" + name + "交换手中的球。", &n[0], &n[1])) {
      if (step.find("如果") == std::string::npos) {
        std::swap(holds.at(n[0]), holds.at(n[1]));
        continue;
      }
    }
    if (match(step, "At the same moment (.+) gives a ball to (.+), .+ to (.+) and .+ to .+\\.",
              &n[0], &n[1], &n[2]) ||
        match(step, "(.+)把球给(.+)，同时.+把球给(.+)，.+把球给.+。", &n[0], &n[1], &n[2])) {
      const auto before = holds;
      holds.at(n[1]) = before.at(n[0]);
      holds.at(n[2]) = before.at(n[1]);
      holds.at(n[0]) = before.at(n[2]);
      continue;
    }
    std::string holder;
    ASSERT_TRUE(match(step,
                      "If (.+) now holds the (.+) ball, (.+) and (.+) swap their balls; otherwise "
                      "(.+) and (.+) do\\.",
                      &holder, &ball, &n[0], &n[1], &n[2], &n[3]) ||
                match(step,
                      "如果此时(.+)拿着(.)球，(.+)和(.+)交换手中的球；否则(.+)和(.+)交换手中的球。",
                      &holder, &ball, &n[0], &n[1], &n[2], &n[3]))
        << step;
    const std::size_t pair = holds.at(holder) == ball ? 0 : 2;
    std::swap(holds.at(n[pair]), holds.at(n[pair + 1]));
  }
  std::string asked, letter;
  std::map<std::string, std::string> options;
  for (const std::string& line : lines_of(text)) {
    match(line, "Who holds the (\\w+) ball at the end\\?", &asked);
    match(line, "最后谁拿着(.)球？", &asked);
    if (match(line, "([A-G])\\. (.+)", &letter, &who)) options[letter] = who;
  }
  ASSERT_EQ(options.size(), holds.size());
  EXPECT_EQ(holds.at(options.at(answer_of(q))), asked) << text;
  // The last state of the proof.
  std::string state = data::proof_of(q).back();
  for (const auto& [person, colour] : holds) {
    EXPECT_NE(state.find(q.language == "en" ? person + " " + colour : person + colour),
              std::string::npos)
        << state;
  }
}

void check_boxes(const data::Question& q) {
  const std::string& text = q.messages[0].content;
  std::map<std::string, int> boxes;
  std::string opening = text.substr(0, text.find('\n'));
  std::string a, b;
  int n = 0;
  re2::StringPiece rest(opening);
  const RE2 part(q.language == "en" ? "box ([A-E])(?: holds)? (\\d+)" : "([A-E])盒中有(\\d+)颗");
  while (RE2::FindAndConsume(&rest, part, &a, &n)) boxes[a] = n;
  std::size_t number = 0;
  const std::vector<std::string> proof = data::proof_of(q);
  for (const std::string& step : steps_of(text)) {
    ++number;
    if (match(step, "(\\d+) marbles are moved from box (.) to box (.)\\.", &n, &a, &b) ||
        match(step, "从(.)盒中拿出(\\d+)颗弹珠放进(.)盒。", &a, &n, &b)) {
      boxes.at(a) -= n;
      boxes.at(b) += n;
    } else if (match(step, "(\\d+) new marbles are put into box (.)\\.", &n, &a) ||
               match(step, "往(.)盒中新放入(\\d+)颗弹珠。", &a, &n)) {
      boxes.at(a) += n;
    } else if (match(step, "Half of the marbles in box (.) are moved to box (.)\\.", &a, &b) ||
               match(step, "把(.)盒中一半的弹珠放进(.)盒。", &a, &b)) {
      ASSERT_EQ(boxes.at(a) % 2, 0);
      boxes.at(b) += boxes.at(a) / 2;
      boxes.at(a) -= boxes.at(a) / 2;
    } else if (match(step, "As many new marbles are put into box (.) as .+", &a) ||
               match(step, "(.)盒中现有多少颗弹珠，就再往里新放入多少颗。", &a)) {
      boxes.at(a) += boxes.at(a);
    } else if (match(step, "The whole contents of box (.) and box (.) are exchanged\\.", &a, &b) ||
               match(step, "把(.)盒和(.)盒中的弹珠全部对调。", &a, &b)) {
      std::swap(boxes.at(a), boxes.at(b));
    } else {
      ASSERT_TRUE(
          match(step, "If box (.) now holds more marbles than box (.), (\\d+) marbles .+", &a, &b,
                &n) ||
          match(step, "如果此时(.)盒中的弹珠比(.)盒多，就从.盒中拿出(\\d+)颗扔掉；.+", &a, &b, &n))
          << step;
      boxes.at(boxes.at(a) > boxes.at(b) ? a : b) -= n;
    }
    for (const auto& [box, count] : boxes) {
      ASSERT_GE(count, 0) << text;
      EXPECT_NE((proof[number] + ",").find(box + " = " + std::to_string(count) + ","),
                std::string::npos)
          << proof[number];
    }
  }
  std::string asked;
  ASSERT_TRUE(RE2::PartialMatch(text, "How many marbles are in box (.) at the end", &asked) ||
              RE2::PartialMatch(text, "最后(.)盒中有多少颗弹珠", &asked));
  EXPECT_EQ(answer_of(q), std::to_string(boxes.at(asked))) << text;
}

void check_walk(const data::Question& q) {
  const std::string& text = q.messages[0].content;
  int x = 0, y = 0, n = 0, m = 0, k = 0;
  std::string facing;
  ASSERT_TRUE(
      RE2::PartialMatch(text, "point \\((-?\\d+), (-?\\d+)\\) and faces (\\w+)", &x, &y, &facing) ||
      RE2::PartialMatch(text, "站在点\\((-?\\d+), (-?\\d+)\\)处，面向(.)方", &x, &y, &facing));
  const std::map<std::string, std::pair<int, int>> directions = {
      {"north", {0, 1}}, {"east", {1, 0}}, {"south", {0, -1}}, {"west", {-1, 0}},
      {"北", {0, 1}},    {"东", {1, 0}},   {"南", {0, -1}},    {"西", {-1, 0}}};
  auto [dx, dy] = directions.at(facing);
  const auto right = [&] { std::tie(dx, dy) = std::pair{dy, -dx}; };
  const auto left = [&] { std::tie(dx, dy) = std::pair{-dy, dx}; };
  const auto go = [&](int steps) {
    x += dx * steps;
    y += dy * steps;
  };
  for (const std::string& step : steps_of(text)) {
    if (match(step, "Go (\\d+) steps forward\\.", &n) || match(step, "向前走(\\d+)步。", &n)) {
      go(n);
    } else if (match(step, "Go (\\d+) steps backward without turning\\.", &n) ||
               match(step, "不转身，向后退(\\d+)步。", &n)) {
      go(-n);
    } else if (step == "Turn left by 90 degrees." || step == "向左转90度。") {
      left();
    } else if (step == "Turn right by 90 degrees." || step == "向右转90度。") {
      right();
    } else if (step == "Turn around by 180 degrees." || step == "转身180度。") {
      right();
      right();
    } else if (match(step,
                     "Do this three times: .+ go (\\d+) steps, the second time (\\d+), the third "
                     "time (\\d+)\\.",
                     &n, &m, &k) ||
               match(step, "重复三次：.+第一次走(\\d+)步，第二次走(\\d+)步，第三次走(\\d+)步。", &n,
                     &m, &k)) {
      for (const int steps : {n, m, k}) {
        go(steps);
        right();
      }
    } else {
      ASSERT_TRUE(step.starts_with("If your x-coordinate is now greater than") ||
                  step.starts_with("如果此时x坐标大于y坐标，就向左转90度，否则向右"))
          << step;
      if (x > y) {
        left();
      } else {
        right();
      }
    }
  }
  const std::string there = "(" + std::to_string(x) + ", " + std::to_string(y) + ")";
  EXPECT_EQ(answer_of(q), there) << text;
  EXPECT_NE(data::proof_of(q).back().find(there), std::string::npos);
}

TEST(TrackingTest, SimulatorsOfTheTextsAgree) {
  std::map<std::string, int> checked;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const data::Question& q :
         load_suite("tracking", {.seed = seed, .languages = {}, .count = 100}).questions) {
      ++checked[q.topic];
      if (q.topic == "swaps") check_swaps(q);
      if (q.topic == "boxes") check_boxes(q);
      if (q.topic == "walk") check_walk(q);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_EQ(checked.size(), 4u);
  for (const auto& [topic, count] : checked) EXPECT_EQ(count, 1000) << topic;
}

TEST(TrackingTest, PythonPrintsTheAnswersOfThePrograms) {
  if (std::system("python3 -c 'pass' >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "python3 is not installed";
  }
  const std::filesystem::path script =
      std::filesystem::path(testing::TempDir()) / "candor_tracking.py";
  std::ofstream file(script);
  file << "import io, contextlib\n"
          "def run(source, answer):\n    out = io.StringIO()\n"
          "    with contextlib.redirect_stdout(out):\n        exec(source, {})\n"
          "    assert out.getvalue() == answer + '\\n', (source, out.getvalue(), answer)\n";
  int programs = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const data::Question& q :
         load_suite("tracking", {.seed = seed, .languages = {"zh"}, .count = 100}).questions) {
      if (q.topic != "program") continue;
      const std::string& text = q.messages[0].content;
      const std::size_t begin = text.find("```python\n") + 10;
      file << "run("
           << boost::json::serialize(
                  boost::json::string(text.substr(begin, text.find("```", begin) - begin)))
           << ", '" << answer_of(q) << "')\n";
      EXPECT_NE(data::proof_of(q).back().find("= " + answer_of(q)), std::string::npos);
      ++programs;
    }
  }
  file.close();
  EXPECT_EQ(programs, 500);
  EXPECT_EQ(std::system(("python3 -I '" + script.string() + "'").c_str()), 0) << script;
  if (!HasFailure()) std::filesystem::remove(script);
}

}  // namespace
}  // namespace candor::suites
