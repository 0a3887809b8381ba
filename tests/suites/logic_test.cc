// The puzzles solved again from their wording, in both languages, by going through all assignments:
// exactly one fits, it is the reference, and at level 3 no clue can be left out.
#include "suites/logic/logic.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>

#include "suites/suites.h"

namespace candor::suites {
namespace {

using Words = std::vector<std::string>;

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Words split(std::string text, const std::string& separator) {
  Words parts;
  for (std::size_t at; (at = text.find(separator)) != std::string::npos;) {
    parts.push_back(text.substr(0, at));
    text.erase(0, at + separator.size());
  }
  parts.push_back(text);
  return parts;
}

// Compiled once each: a clue is tried against many patterns.
template <typename... Args>
bool match(const std::string& text, const std::string& pattern, Args... args) {
  static std::map<std::string, std::unique_ptr<RE2>> compiled;
  std::unique_ptr<RE2>& re = compiled[pattern];
  if (re == nullptr) re = std::make_unique<RE2>(pattern);
  return RE2::FullMatch(text, *re, args...);
}

std::string cell(const data::Question& question, const std::string& name) {
  return std::string(question.reference.at("cells").as_object().at(name).as_string());
}

using People = std::set<std::string>;
using ClaimTest = std::function<bool(const People& knights)>;

// A claim in words, read recursively.
ClaimTest read_claim(const std::string& claim, const std::string& speaker) {
  std::string a, b;
  int number = 0;
  const auto sub = [&](const std::string& text) { return read_claim(text, speaker); };
  const auto who = [&](const std::string& name) {
    return name == "I" || name == "我" ? speaker : name;
  };
  if (match(claim, "If (.+), then (.+)", &a, &b) || match(claim, "如果(.+)，那么(.+)", &a, &b)) {
    return [x = sub(a), y = sub(b)](const People& k) { return !x(k) || y(k); };
  }
  if (match(claim, "(.+), or (.+), or both", &a, &b) ||
      match(claim, "(.+)，或者(.+)，或者两者都成立", &a, &b)) {
    return [x = sub(a), y = sub(b)](const People& k) { return x(k) || y(k); };
  }
  if (match(claim, "(.+), and (.+)", &a, &b) || match(claim, "(.+)，并且(.+)", &a, &b)) {
    return [x = sub(a), y = sub(b)](const People& k) { return x(k) && y(k); };
  }
  if (match(claim, "(.+) and (.+) are of the same kind", &a, &b) ||
      match(claim, "(.+)和(.+)是同一类人", &a, &b)) {
    return [x = who(a), y = who(b)](const People& k) { return k.contains(x) == k.contains(y); };
  }
  if (match(claim, "Exactly (\\d) of us are knights", &number) ||
      match(claim, "我们当中恰好有(\\d)个骑士", &number)) {
    return [number](const People& k) { return static_cast<int>(k.size()) == number; };
  }
  if (match(claim, "At least (\\d) of us are knights", &number) ||
      match(claim, "我们当中至少有(\\d)个骑士", &number)) {
    return [number](const People& k) { return static_cast<int>(k.size()) >= number; };
  }
  if (match(claim, "(.+) (?:is|am) a (knight|knave)", &a, &b) ||
      match(claim, "(.+)是(骑士|无赖)", &a, &b)) {
    return [x = who(a), knight = b == "knight" || b == "骑士"](const People& k) {
      return k.contains(x) == knight;
    };
  }
  ADD_FAILURE() << "cannot read: " << claim;
  return [](const People&) { return false; };
}

struct Claim {
  std::string speaker, words;
  ClaimTest test;
};

// All sets of knights that fit; the claim of `without` is unknown (-1: none is).
std::vector<std::set<std::string>> fitting(const std::vector<Claim>& claims, int without) {
  std::vector<std::set<std::string>> fits;
  for (unsigned mask = 0; mask < 1u << claims.size(); ++mask) {
    std::set<std::string> knights;
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (mask >> i & 1u) knights.insert(claims[i].speaker);
    }
    bool fit = true;
    for (std::size_t i = 0; i < claims.size() && fit; ++i) {
      fit = static_cast<int>(i) == without ||
            claims[i].test(knights) == knights.contains(claims[i].speaker);
    }
    if (fit) fits.push_back(knights);
  }
  return fits;
}

void check_knights(const data::Question& question) {
  std::vector<Claim> claims;
  for (const std::string& line : lines_of(question.messages[0].content)) {
    Claim claim;
    if (match(line, "(.+) says: \"(.+)\\.\"", &claim.speaker, &claim.words) ||
        match(line, "(.+)说：“(.+)。”", &claim.speaker, &claim.words)) {
      claim.test = read_claim(claim.words, claim.speaker);
      claims.push_back(claim);
    }
  }
  ASSERT_EQ(claims.size(), static_cast<std::size_t>(question.level + 2));
  const auto fits = fitting(claims, -1);
  ASSERT_EQ(fits.size(), 1u) << question.messages[0].content;
  for (const Claim& claim : claims) {
    const std::string expected = fits[0].contains(claim.speaker)
                                     ? (question.language == "zh" ? "骑士" : "knight")
                                     : (question.language == "zh" ? "无赖" : "knave");
    EXPECT_EQ(cell(question, claim.speaker), expected);
  }
  if (question.level < 3) return;
  for (int i = 0; i < static_cast<int>(claims.size()); ++i) {
    EXPECT_GT(fitting(claims, i).size(), 1u)
        << "superfluous: " << claims[static_cast<std::size_t>(i)].words;
  }
}

using Places = std::map<std::string, int>;  // 1 is first
using OrderTest = std::function<bool(const Places&)>;

OrderTest read_order(const std::string& clue) {
  std::string a, b;
  int n = 0;
  const auto two = [&](const char* pattern) { return match(clue, pattern, &a, &b); };
  const auto one = [&](const char* pattern) { return match(clue, pattern, &a, &n); };
  if (match(clue, "Exactly (\\d) people \\w+ between (.+) and (.+)\\.", &n, &a, &b) ||
      match(clue, "(.+)和(.+)之间恰好(?:隔着|有)(\\d)个人(?:作报告)?。", &a, &b, &n)) {
    return [a, b, n](const Places& p) { return std::abs(p.at(a) - p.at(b)) == n + 1; };
  }
  if (two("Nobody finished between (.+) and (.+)\\.") ||
      two("(.+) and (.+) stand next to each other\\.") ||
      two("The talks of (.+) and (.+) follow each other, in one order or the other\\.") ||
      two("(.+)和(.+)的名次相邻。") || two("(.+)和(.+)前后相邻。") ||
      two("(.+)和(.+)的报告前后相邻，先后不定。")) {
    return [a, b](const Places& p) { return std::abs(p.at(a) - p.at(b)) == 1; };
  }
  if (two("(.+) finished immediately before (.+)\\.") ||
      two("(.+) stands directly ahead of (.+)\\.") || two("(.+) speaks right before (.+)\\.") ||
      two("(.+)到达后，紧接着到达的就是(.+)。") || two("(.+)紧挨着排在(.+)前面。") ||
      two("(.+)的报告一结束就轮到(.+)。")) {
    return [a, b](const Places& p) { return p.at(a) + 1 == p.at(b); };
  }
  if (two("(.+) finished before (.+)\\.") || two("(.+) stands somewhere ahead of (.+)\\.") ||
      two("(.+) speaks some time before (.+)\\.") || two("(.+)比(.+)先到达终点。") ||
      two("(.+)排在(.+)前面（不一定相邻）。") || two("(.+)作报告的时间早于(.+)（不一定相邻）。")) {
    return [a, b](const Places& p) { return p.at(a) < p.at(b); };
  }
  if (one("(.+) was not number (\\d)\\.") || one("(.+) is not in place (\\d)\\.") ||
      one("(.+) does not give talk (\\d)\\.") || one("(.+)不是第(\\d)名。") ||
      one("(.+)不在第(\\d)位。") || one("(.+)作的不是第(\\d)场报告。")) {
    return [a, n](const Places& p) { return p.at(a) != n; };
  }
  if (one("(.+) was number (\\d)\\.") || one("(.+) is in place (\\d)\\.") ||
      one("(.+) gives talk (\\d)\\.") || one("(.+)是第(\\d)名。") || one("(.+)在第(\\d)位。") ||
      one("(.+)作第(\\d)场报告。")) {
    return [a, n](const Places& p) { return p.at(a) == n; };
  }
  ADD_FAILURE() << "cannot read: " << clue;
  return [](const Places&) { return false; };
}

// What all orders that fit the clues (but the one of `without`) put at the place asked for, and how
// many fit.
int orders_that_fit(const Words& people, const std::vector<OrderTest>& clues, int without,
                    int asked, std::string& there) {
  Words order = people;
  std::sort(order.begin(), order.end());
  int fits = 0;
  do {
    Places place;
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i) + 1;
    bool fit = true;
    for (std::size_t i = 0; i < clues.size() && fit; ++i) {
      fit = static_cast<int>(i) == without || clues[i](place);
    }
    if (!fit) continue;
    ++fits;
    there = order[static_cast<std::size_t>(asked - 1)];
  } while (std::next_permutation(order.begin(), order.end()));
  return fits;
}

void check_ordering(const data::Question& question) {
  const Words lines = lines_of(question.messages[0].content);
  std::map<std::string, std::string> options;  // letter -> name
  Words people, clues;
  int asked = 0;
  for (const std::string& line : lines) {
    std::string letter, name;
    if (match(line, "([A-H])\\. (.+)", &letter, &name)) {
      options[letter] = name;
      people.push_back(name);
    }
    if (line.starts_with("- ")) clues.push_back(line.substr(2));
    match(line, "(?:Who .+|谁.+第) ?(\\d)(?:\\?|名？|位？|场报告？)", &asked);
  }
  ASSERT_EQ(people.size(), static_cast<std::size_t>(question.level + 3));
  ASSERT_GE(asked, 1) << question.messages[0].content;
  std::vector<OrderTest> tests;
  for (const std::string& clue : clues) tests.push_back(read_order(clue));
  std::string there;
  ASSERT_EQ(orders_that_fit(people, tests, -1, asked, there), 1) << question.messages[0].content;
  const std::string answer(question.reference.at("answer").as_string());
  EXPECT_EQ(options[answer], there);
  EXPECT_EQ(question.reference.at("options").as_string(),
            std::string("ABCDEFGH").substr(0, people.size()));
  if (question.level < 3) return;
  for (std::size_t i = 0; i < clues.size(); ++i) {
    EXPECT_GT(orders_that_fit(people, tests, static_cast<int>(i), asked, there), 1) << clues[i];
  }
}

// Grid clues are about "phrases" ("drinks tea", "养猫"): a phrase belongs to one thing.
struct Grid {
  Words people;
  std::vector<Words> kinds;                                          // things of each kind
  std::map<std::string, std::pair<std::size_t, std::size_t>> where;  // thing -> kind, index
};

using Owners = std::vector<std::vector<std::size_t>>;

std::size_t owner(const Grid& grid, const Owners& owners, const std::string& thing) {
  const auto [kind, index] = grid.where.at(thing);
  return owners[kind][index];
}

// The thing that a phrase names, and whether it is denied.
std::pair<std::string, bool> read_phrase(const std::string& phrase) {
  std::string thing;
  for (const char* pattern :
       {"does not keep the (.+)", "does not drink (.+)", "is not the (.+)",
        "does not play the (.+)", "不养(.+)", "不喝(.+)", "不是(.+)", "不会演奏(.+)"}) {
    if (match(phrase, pattern, &thing)) return {thing, true};
  }
  for (const char* pattern : {"keeps the (.+)", "drinks (.+)", "is the (.+)", "plays the (.+)",
                              "养(.+)", "喝(.+)", "是(.+)", "会演奏(.+)"}) {
    if (match(phrase, pattern, &thing)) return {thing, false};
  }
  ADD_FAILURE() << "cannot read: " << phrase;
  return {"", false};
}

using GridTest = std::function<bool(const Owners&)>;

GridTest read_grid(const Grid& grid, const std::string& clue) {
  std::string a, b, rest;
  const auto person = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(grid.people.begin(), grid.people.end(), name) -
                                    grid.people.begin());
  };
  const auto is_person = [&](const std::string& name) { return person(name) < grid.people.size(); };
  if (match(clue, "Either (.+) or (.+?) ((?:keeps|drinks|is|plays) .+)\\.", &a, &b, &rest) ||
      match(clue, "(.+)和(.+)当中有一个人(.+)。", &a, &b, &rest)) {
    return [x = person(a), y = person(b),
            at = grid.where.at(read_phrase(rest).first)](const Owners& owners) {
      const std::size_t who = owners[at.first][at.second];
      return who == x || who == y;
    };
  }
  // A subject is a person, "the person who …" or the name of a profession.
  std::string subject;
  if (!match(clue, "(.+?) ((?:keeps|drinks|is|plays|does not) .+)\\.", &subject, &rest) ||
      subject == "The person who") {
    if (!match(clue,
               "The person who (\\w+ (?:the )?\\w+) ((?:keeps|drinks|is|plays|does not) .+)\\.",
               &subject, &rest)) {
      bool read = false;
      for (const std::string& name : grid.people) {
        if (clue.starts_with(name)) {
          subject = name;
          rest = clue.substr(name.size());
          read = true;
        }
      }
      for (const auto& [thing, where] : grid.where) {
        for (const std::string& start :
             {"养" + thing + "的人", "喝" + thing + "的人", "会演奏" + thing + "的人", thing}) {
          if (!read && clue.starts_with(start)) {
            subject = thing;
            rest = clue.substr(start.size());
            read = true;
          }
        }
      }
      EXPECT_TRUE(read) << clue;
      rest = rest.substr(0, rest.size() - std::string("。").size());
    } else {
      subject = read_phrase(subject).first;
    }
  }
  if (subject.starts_with("The ")) subject = subject.substr(4);
  const auto [thing, denied] = read_phrase(rest);
  const auto at = grid.where.at(thing);
  if (is_person(subject)) {
    return [at, denied = denied, x = person(subject)](const Owners& owners) {
      return (owners[at.first][at.second] == x) != denied;
    };
  }
  return [at, denied = denied, other = grid.where.at(subject)](const Owners& owners) {
    return (owners[at.first][at.second] == owners[other.first][other.second]) != denied;
  };
}

void all_owners(std::size_t kinds, std::size_t people, Owners& start, std::vector<Owners>& all) {
  if (start.size() == kinds) {
    all.push_back(start);
    return;
  }
  std::vector<std::size_t> order(people);
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    start.push_back(order);
    all_owners(kinds, people, start, all);
    start.pop_back();
  } while (std::next_permutation(order.begin(), order.end()));
}

void check_grid(const data::Question& question) {
  const bool zh = question.language == "zh";
  const Words lines = lines_of(question.messages[0].content);
  Grid grid;
  std::string names;
  ASSERT_TRUE(match(lines[0], zh ? "关于(.+)，已知：" : "This is known about (.+):", &names));
  RE2::GlobalReplace(&names, " and |和", zh ? "、" : ", ");
  grid.people = split(names, zh ? "、" : ", ");
  Words clues;
  for (const std::string& line : lines) {
    std::string list;
    if (match(line, "- One of them (.+)\\.", &list) || match(line, "- 他们当中一人(.+)。", &list)) {
      RE2::GlobalReplace(&list, " and one |, one |，还有一人|，一人", "\n");
      grid.kinds.emplace_back();
      for (const std::string& phrase : split(list, "\n")) {
        const std::string thing = read_phrase(phrase).first;
        grid.where[thing] = {grid.kinds.size() - 1, grid.kinds.back().size()};
        grid.kinds.back().push_back(thing);
      }
    } else if (line.starts_with("- ")) {
      clues.push_back(line.substr(2));
    }
  }
  ASSERT_EQ(grid.people.size(), question.level == 1 ? 3u : question.level <= 3 ? 4u : 5u);
  ASSERT_EQ(grid.kinds.size(), question.level == 3 || question.level == 5 ? 3u : 2u);
  std::vector<Owners> all;
  Owners start;
  all_owners(grid.kinds.size(), grid.people.size(), start, all);
  std::vector<GridTest> tests;
  for (const std::string& clue : clues) tests.push_back(read_grid(grid, clue));
  std::vector<std::size_t> broken(all.size(), 0), breaker(all.size(), 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t c = 0; c < clues.size() && broken[i] < 2; ++c) {
      if (tests[c](all[i])) continue;
      ++broken[i];
      breaker[i] = c;
    }
  }
  ASSERT_EQ(std::count(broken.begin(), broken.end(), 0u), 1) << question.messages[0].content;
  const Owners& solution =
      all[static_cast<std::size_t>(std::find(broken.begin(), broken.end(), 0u) - broken.begin())];
  for (const auto& [thing, where] : grid.where) {
    EXPECT_EQ(cell(question, thing), grid.people[owner(grid, solution, thing)]) << thing;
  }
  EXPECT_EQ(question.reference.at("cells").as_object().size(), grid.where.size());
  if (question.level < 3) return;
  // A clue is needed when some assignment breaks that clue alone.
  for (std::size_t c = 0; c < clues.size(); ++c) {
    bool needed = false;
    for (std::size_t i = 0; i < all.size(); ++i) needed |= broken[i] == 1 && breaker[i] == c;
    EXPECT_TRUE(needed) << "superfluous: " << clues[c];
  }
}

// Grids of level 3 have 13,824 assignments, so fewer of them are solved than of the others.
Suite puzzles(std::uint64_t seed, int count) {
  return load_suite("logic", {.seed = seed, .languages = {}, .count = count});
}

TEST(LogicTest, KnightsHaveOneSolutionInBothLanguages) {
  int checked = 0;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    for (const data::Question& question : puzzles(seed, 90).questions) {
      if (question.topic != "knights") continue;
      check_knights(question);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 3 * 30 * 2);
}

TEST(LogicTest, OrderingsHaveOneSolutionInBothLanguages) {
  int checked = 0;
  for (const data::Question& question : puzzles(1, 90).questions) {
    if (question.topic != "ordering") continue;
    check_ordering(question);
    ++checked;
  }
  EXPECT_EQ(checked, 30 * 2);
}

TEST(LogicTest, GridsHaveOneSolutionInBothLanguages) {
  int checked = 0;
  std::map<int, int> of_level;
  for (const data::Question& question : puzzles(1, 90).questions) {
    if (question.topic != "grid" || (question.level == 3 && of_level[3] >= 8)) continue;
    ++of_level[question.level];
    check_grid(question);
    ++checked;
  }
  EXPECT_EQ(checked, 2 * 20 + 8);
}

TEST(LogicTest, ChineseCellsAcceptTheirEnglishForm) {
  for (const data::Question& question : puzzles(5, 30).questions) {
    if (question.judge != "logic" || question.language != "zh") continue;
    const boost::json::object& aliases = question.reference.at("aliases").as_object();
    for (const auto& entry : question.reference.at("cells").as_object()) {
      EXPECT_TRUE(aliases.contains(entry.key())) << entry.key();
      EXPECT_TRUE(aliases.contains(entry.value().as_string())) << entry.value();
    }
  }
}

TEST(ChooseCluesTest, DropsWhatOthersMakeSuperfluousAndAdmitsDefeat) {
  // Four assignments; the first is the solution.
  const std::vector<std::vector<bool>> holds = {
      {true, true, false, true}, {true, false, false, true}, {true, false, true, false}};
  EXPECT_EQ(choose_clues(holds, false), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(choose_clues(holds, true), (std::vector<std::size_t>{0, 2}));
  EXPECT_TRUE(choose_clues({{true, true}}, true).empty());
}

}  // namespace
}  // namespace candor::suites
