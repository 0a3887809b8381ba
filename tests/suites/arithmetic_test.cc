// The answers of the word problems, found again from their English text alone by stepping,
// searching or counting; no formula is shared with the templates.
#include "suites/arithmetic/arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "suites/suites.h"

namespace candor::suites {
namespace {

using Numbers = std::vector<double>;

// "1.5" is one number, "1/4" and "6:00" are two each.
Numbers numbers_in(const std::string& text) {
  Numbers numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] < '0' || text[i] > '9') {
      ++i;
      continue;
    }
    std::size_t used = 0;
    numbers.push_back(std::stod(text.substr(i), &used));
    i += used;
  }
  return numbers;
}

double value_of(const std::string& answer) {
  const std::size_t slash = answer.find('/');
  if (slash == std::string::npos) return std::stod(answer);
  return std::stod(answer.substr(0, slash)) / std::stod(answer.substr(slash + 1));
}

// The first whole number from `from` on for which `right` holds.
double search(int from, const std::function<bool(double)>& right) {
  for (int n = from; n < 1'000'000; ++n) {
    if (right(n)) return n;
  }
  return -1;
}

// Moves two trains in small steps, exactly enough for 1e-6 km: a bisection on the time of meeting.
double meeting_place(const Numbers& n) {
  double low = n[2], high = 1000;
  for (int i = 0; i < 200; ++i) {
    const double t = (low + high) / 2;
    (n[1] * t + n[3] * (t - n[2]) < n[0] ? low : high) = t;
  }
  return n[1] * low;
}

const std::map<std::string, std::function<double(const Numbers&)>>& solvers() {
  static const std::map<std::string, std::function<double(const Numbers&)>> kSolvers = {
      {"shopping", [](const Numbers& n) { return n[4] - n[0] * n[1] - n[2] * n[3]; }},
      {"sharing",
       [](const Numbers& n) {
         return search(0, [&](double each) { return each * n[2] + n[1] == n[0]; });
       }},
      {"buses",
       [](const Numbers& n) {
         return search(1, [&](double k) { return k * n[3] >= n[0] * n[1] + n[2]; });
       }},
      {"comparing", [](const Numbers& n) { return n[0] + n[0] * n[1] + (n[0] * n[1] - n[2]); }},
      {"reading",
       [](const Numbers& n) {
         double left = n[0];
         return search(1, [&](double day) { return (left -= day <= n[1] ? n[2] : n[3]) <= 0; });
       }},
      {"planting", [](const Numbers& n) { return n[0] * n[1] - n[2] + n[3]; }},
      {"passengers", [](const Numbers& n) { return n[0] - n[1] + n[2] - n[3] + n[4]; }},
      {"saving",
       [](const Numbers& n) {
         return search(0, [&](double weeks) { return n[0] + weeks * n[1] >= n[2]; });
       }},
      {"packing",
       [](const Numbers& n) {
         return search(0, [&](double k) { return (k + 1) * n[3] > n[0] + n[1] - n[2]; });
       }},
      {"ages", [](const Numbers& n) { return n[0] + n[2] + n[0] * n[1] + n[2]; }},
      {"discount", [](const Numbers& n) { return n[2] * (n[0] - n[0] * n[1] / 100) - n[3]; }},
      {"journey",
       [](const Numbers& n) {
         return n[0] + n[2] +
                search(1, [&](double h) { return h * n[4] == n[0] * n[1] + n[2] * n[3]; });
       }},
      {"filling",
       [](const Numbers& n) {
         double water = n[1];
         for (int i = 0; i < n[4]; ++i) water += n[2] - n[3];
         return search(1, [&](double) { return (water += n[2]) >= n[0]; });
       }},
      {"production",
       [](const Numbers& n) {
         double made = 0;
         for (int day = 1; day <= n[3]; ++day) made += day <= n[1] ? n[0] : n[0] * (1 + n[2] / 100);
         return made;
       }},
      {"ratio",
       [](const Numbers& n) {
         const double unit = search(1, [&](double u) { return u * (n[2] - n[0]) == n[3]; });
         return unit * (n[0] + n[1] + n[2]);
       }},
      {"average",
       [](const Numbers& n) {
         return search(0, [&](double x) { return n[0] * n[1] + n[2] + x == n[3] * (n[0] + 2); });
       }},
      {"heads-and-legs",
       [](const Numbers& n) {
         return n[4] * search(0, [&](double t) { return (n[0] - t) * n[1] + t * n[2] == n[3]; });
       }},
      {"profit", [](const Numbers& n) { return n[0] * (1 - n[2] / 100) * n[3] - n[0] * n[1]; }},
      {"area",
       [](const Numbers& n) {
         // Two long strips with the corners, two short ones without.
         return n[3] * (2 * n[2] * (n[0] + 2 * n[2]) + 2 * n[2] * n[1]);
       }},
      {"wages",
       [](const Numbers& n) {
         double pay = -n[4];
         for (int hour = 1; hour <= n[3]; ++hour)
           pay += hour <= n[1] ? n[0] : n[0] * (1 + n[2] / 100);
         return pay;
       }},
      {"work", [](const Numbers& n) { return (1 - n[2] / n[0] - n[2] / n[1]) * n[1]; }},
      {"mixture",
       [](const Numbers& n) { return (n[0] * n[1] + n[2] * n[3]) / (n[0] + n[2] + n[4]); }},
      {"meeting", meeting_place},
      {"timetable",
       [](const Numbers& n) {  // 6, 00, a, b, c, hours
         int times = 0;
         for (int minute = 1; minute <= n[5] * 60; ++minute) {
           times += minute % static_cast<int>(n[2]) == 0 && minute % static_cast<int>(n[3]) == 0 &&
                    minute % static_cast<int>(n[4]) == 0;
         }
         return static_cast<double>(times);
       }},
      {"working-backwards",
       [](const Numbers& n) {  // 1, a, 1, b, pages, rest
         return search(1, [&](double pages) {
           const double left = pages - pages / n[1];
           return std::abs(left - left / n[3] - n[4] - n[5]) < 1e-9;
         });
       }},
      {"remainders",
       [](const Numbers& n) {
         double found = -1;
         for (double x = n[0] + 1; x < n[1]; ++x) {
           if (std::fmod(x, n[2]) != n[3] || std::fmod(x, n[4]) != n[5] ||
               std::fmod(x, n[6]) != n[7]) {
             continue;
           }
           if (found >= 0) return -2.0;  // not unique
           found = x;
         }
         return found;
       }},
      {"percent-chain",
       [](const Numbers& n) { return n[0] * (1 + n[1] / 100) * (1 - n[2] / 100) + n[3] - n[0]; }},
      {"equations",
       [](const Numbers& n) {  // Cramer's rule
         const double d = n[1] * n[5] - n[2] * n[4];
         return n[6] * (n[0] * n[5] - n[2] * n[3]) / d + n[7] * (n[1] * n[3] - n[0] * n[4]) / d;
       }},
      {"series",
       [](const Numbers& n) {
         double income = 0;
         for (int row = 0; row < n[0]; ++row) {
           income += (n[1] + row * n[2]) * (row < n[3] ? n[4] : n[5]);
         }
         return income;
       }},
      {"probability",
       [](const Numbers& n) {
         std::vector<int> balls;
         for (int colour = 0; colour < 3; ++colour) {
           balls.insert(balls.end(), static_cast<std::size_t>(n[static_cast<std::size_t>(colour)]),
                        colour);
         }
         int same = 0, pairs = 0;
         for (std::size_t i = 0; i < balls.size(); ++i) {
           for (std::size_t j = 0; j < balls.size(); ++j) {
             pairs += i != j;
             same += i != j && balls[i] == balls[j];
           }
         }
         return static_cast<double>(same) / pairs;
       }},
  };
  return kSolvers;
}

// Stories of levels 4 and 5, whose events stand on numbered lines.
std::vector<std::string> events_of(const std::string& text) {
  std::vector<std::string> events;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line[0] >= '0' && line[0] <= '9') events.push_back(line.substr(line.find(". ") + 2));
  }
  return events;
}

double stock_after(const std::string& text, double stock) {
  for (const std::string& event : events_of(text)) {
    const Numbers n = numbers_in(event);
    if (event.starts_with("As many")) {
      stock += stock;
    } else if (event.starts_with("1/")) {
      stock -= stock / n[1];
    } else if (event.find('%') != std::string::npos) {
      stock *= 1 - n[0] / 100;
    } else if (event.find("a day") != std::string::npos) {
      for (int day = 0; day < n[1]; ++day) stock -= n[0];
    } else {
      stock += event.find("delivered") != std::string::npos ? n[0] : -n[0];
    }
  }
  return stock;
}

// The three friends, in the order in which they are listed.
std::vector<std::string> friends_of(const std::string& text) {
  std::string list = text.substr(text.find("in yuan: ") + 9);
  list = list.substr(0, list.find('.')) + ",";
  std::vector<std::string> names;
  for (std::size_t at = 0; at < list.size(); at = list.find(',', at) + 2) {
    const std::size_t digit = list.find_first_of("0123456789", at);
    names.push_back(list.substr(at, digit - 1 - at));
  }
  return names;
}

Numbers purses_after(const std::string& text, Numbers money) {
  const std::vector<std::string> names = friends_of(text);
  for (const std::string& event : events_of(text)) {
    std::size_t from = 0, to = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      if (event.starts_with(names[i] + " gives ")) from = i;
      if (event.find(" gives " + names[i] + " ") != std::string::npos) to = i;
    }
    const Numbers n = numbers_in(event);
    const double given = event.find("as much money") != std::string::npos ? money[to]
                         : event.find("1/") != std::string::npos          ? money[from] / n[1]
                                                                          : n[0];
    money[from] -= given;
    money[to] += given;
  }
  return money;
}

std::size_t asked_friend(const std::string& text) {
  const std::vector<std::string> names = friends_of(text);
  const std::string question = text.substr(text.rfind("How many yuan d"));
  for (std::size_t i = 0; i < 3; ++i) {
    if (question.find(" " + names[i] + " have ") != std::string::npos) return i;
  }
  return 3;
}

// The end depends on the beginning by a matrix and a vector, found by trying; solved by
// elimination.
double purses_before(const std::string& text) {
  const std::string state = text.substr(text.find("Afterwards"));
  const Numbers end = numbers_in(state.substr(0, state.find('?')));
  const Numbers zero = purses_after(text, {0, 0, 0});
  double m[3][4];
  for (std::size_t j = 0; j < 3; ++j) {
    Numbers one = {0, 0, 0};
    one[j] = 1;
    const Numbers column = purses_after(text, one);
    for (std::size_t i = 0; i < 3; ++i) m[i][j] = column[i] - zero[i];
  }
  for (std::size_t i = 0; i < 3; ++i) m[i][3] = end[i] - zero[i];
  for (std::size_t i = 0; i < 3; ++i) {
    std::size_t pivot = i;
    for (std::size_t k = i; k < 3; ++k)
      pivot = std::abs(m[k][i]) > std::abs(m[pivot][i]) ? k : pivot;
    std::swap(m[i], m[pivot]);
    for (std::size_t k = 0; k < 3; ++k) {
      const double times = k == i ? 0 : m[k][i] / m[i][i];
      for (std::size_t c = i; c < 4; ++c) m[k][c] -= times * m[i][c];
    }
  }
  const std::size_t asked = asked_friend(text);
  return m[asked][3] / m[asked][asked];
}

double bill(const Numbers& n, double use) {
  double yuan = n[0];
  for (int metre = 1; metre <= use; ++metre) {
    yuan += metre <= n[2] ? n[1] : metre <= n[4] ? n[3] : n[5];
  }
  return yuan;
}

double bisect(double low, double high, const std::function<bool(double)>& enough) {
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

using StorySolver = std::function<double(const Numbers&, const std::string&)>;

const std::map<std::string, StorySolver>& story_solvers() {
  using N = const Numbers&;
  using T = const std::string&;
  static const std::map<std::string, StorySolver> kSolvers = {
      {"stock", [](N n, T text) { return stock_after(text, n[0]); }},
      {"stock-backwards",
       [](N, T text) {
         const double end = numbers_in(text.substr(text.find("At the end")))[0];
         return search(
             1, [&](double start) { return std::abs(stock_after(text, start) - end) < 1e-7; });
       }},
      {"purses",
       [](N n, T text) {
         return purses_after(text, {n[0], n[1], n[2]})[asked_friend(text)];
       }},
      {"purses-backwards", [](N, T text) { return purses_before(text); }},
      {"tariff", [](N n, T) { return bill(n, n[6]) + bill(n, n[7]) + bill(n, n[8]); }},
      {"tariff-backwards",
       [](N n, T) {
         return search(0, [&](double use) {
           return bill(n, n[6]) + bill(n, n[7]) + bill(n, n[8]) + bill(n, use) == n[9];
         });
       }},
      {"average-speed",
       [](N n, T) {
         return (n[0] * n[1] + n[2] * n[3] + n[5]) / (n[0] + n[2] + n[4] / 60 + n[5] / n[6]);
       }},
      {"pursuit",
       [](N n, T) {  // u, pause, walked, late, v, mending
         return bisect(0, 10000, [&](double minutes) {
           const double clock = minutes + n[3];
           const double walking = clock < n[2] ? clock : std::max(n[2], clock - n[1]);
           return n[4] * std::max(0.0, minutes - n[5]) >= n[0] * walking;
         });
       }},
      {"crews",
       [](N n, T) {
         return bisect(0, 1000, [&](double more) {
           return (n[3] + more) / n[0] + (n[3] + n[4]) / n[1] + n[4] / n[2] >= 1;
         });
       }},
      {"crews-backwards",
       [](N n, T) {  // a, b; all three, a and c, b alone
         return 1 / bisect(0, 1, [&](double speed) {
                  return (n[2] + n[3]) / n[0] + (n[2] + n[4]) / n[1] + (n[2] + n[3]) * speed >= 1;
                });
       }},
  };
  return kSolvers;
}

class ArithmeticTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  Suite suite_ = load_suite("arithmetic", {.seed = GetParam(), .languages = {}, .count = 0});
};

TEST_P(ArithmeticTest, AnswersFollowFromTheText) {
  std::set<std::string> topics;
  for (const data::Question& question : suite_.questions) {
    if (question.language != "en") continue;
    topics.insert(question.topic);
    const auto solver = solvers().find(question.topic);
    const auto story_solver = story_solvers().find(question.topic);
    ASSERT_TRUE(solver != solvers().end() || story_solver != story_solvers().end())
        << question.topic;
    const std::string answer(question.reference.at("answer").as_string());
    const std::string& text = question.messages[0].content;
    const double expected = solver != solvers().end()
                                ? solver->second(numbers_in(text))
                                : story_solver->second(numbers_in(text), text);
    EXPECT_NEAR(value_of(answer), expected, 1e-6 * std::max(1.0, std::abs(expected)))
        << question.messages[0].content;
  }
  EXPECT_EQ(topics.size(), solvers().size() + story_solvers().size()) << "a template never came up";
}

TEST_P(ArithmeticTest, PairsHaveTheSameNumbersAndAnswer) {
  std::map<std::string, const data::Question*> english;
  for (const data::Question& question : suite_.questions) {
    if (question.language == "en") english[question.pair] = &question;
  }
  int pairs = 0;
  for (const data::Question& question : suite_.questions) {
    if (question.language != "zh") continue;
    ASSERT_TRUE(english.contains(question.pair));
    const data::Question& other = *english[question.pair];
    Numbers a = numbers_in(question.messages[0].content), b = numbers_in(other.messages[0].content);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    EXPECT_EQ(a, b) << question.messages[0].content << "\n" << other.messages[0].content;
    EXPECT_EQ(question.reference.at("answer"), other.reference.at("answer"));
    for (const Bilingual& name : all_people()) {
      EXPECT_EQ(question.messages[0].content.find(name.zh) != std::string::npos,
                other.messages[0].content.find(name.en) != std::string::npos)
          << name.en << ": " << other.messages[0].content;
    }
    ++pairs;
  }
  EXPECT_EQ(pairs, 120);
}

TEST_P(ArithmeticTest, AnswersAreInExactForm) {
  for (const data::Question& question : suite_.questions) {
    const std::string answer(question.reference.at("answer").as_string());
    EXPECT_EQ(answer.find_first_not_of("-0123456789./"), std::string::npos) << answer;
    if (question.level < 3) {
      EXPECT_EQ(answer.find_first_not_of("0123456789"), std::string::npos)
          << "levels 1 and 2 have whole, positive answers: " << answer;
    }
    EXPECT_NE(question.messages[0].content.find("\\boxed{}"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ArithmeticTest, testing::Values(1, 2, 3, 20261122));

TEST(FractionTest, ReducesAndWritesExactDecimals) {
  EXPECT_EQ(Fraction(6, -4).text(), "-3/2");
  EXPECT_EQ(Fraction(6, -4).decimal_text(), "-1.5");
  EXPECT_EQ(Fraction(1, 8).decimal_text(), "0.125");
  EXPECT_EQ(Fraction(84, 2).text(), "42");
  EXPECT_FALSE(Fraction(1, 3).is_decimal());
  EXPECT_EQ((Fraction(1, 2) + Fraction(1, 3) * Fraction(3, 4) - Fraction(1, 4)).text(), "1/2");
  EXPECT_EQ((Fraction(2, 3) / Fraction(4, 9)).text(), "3/2");
}

}  // namespace
}  // namespace candor::suites
