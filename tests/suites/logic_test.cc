// The puzzles solved again from their wording, in both languages, by going through all assignments:
// exactly one fits, it is the reference, and at level 3 no clue can be left out.
#include "suites/logic/logic.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
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

std::string cell(const data::Question& question, const std::string& name) {
  return std::string(question.reference.at("cells").as_object().at(name).as_string());
}

// A claim in words, read recursively; `knights` is one assignment.
bool claim_holds(const std::string& claim, const std::string& speaker,
                 const std::set<std::string>& knights) {
  std::string a, b;
  int number = 0;
  const auto sub = [&](const std::string& text) { return claim_holds(text, speaker, knights); };
  const auto is_knight = [&](const std::string& who) {
    return knights.contains(who == "I" || who == "我" ? speaker : who);
  };
  if (RE2::FullMatch(claim, "If (.+), then (.+)", &a, &b) ||
      RE2::FullMatch(claim, "如果(.+)，那么(.+)", &a, &b)) {
    return !sub(a) || sub(b);
  }
  if (RE2::FullMatch(claim, "(.+), or (.+), or both", &a, &b) ||
      RE2::FullMatch(claim, "(.+)，或者(.+)，或者两者都成立", &a, &b)) {
    return sub(a) || sub(b);
  }
  if (RE2::FullMatch(claim, "(.+), and (.+)", &a, &b) ||
      RE2::FullMatch(claim, "(.+)，并且(.+)", &a, &b)) {
    return sub(a) && sub(b);
  }
  if (RE2::FullMatch(claim, "(.+) and (.+) are of the same kind", &a, &b) ||
      RE2::FullMatch(claim, "(.+)和(.+)是同一类人", &a, &b)) {
    return is_knight(a) == is_knight(b);
  }
  const int count = static_cast<int>(knights.size());
  if (RE2::FullMatch(claim, "Exactly (\\d) of us are knights", &number) ||
      RE2::FullMatch(claim, "我们当中恰好有(\\d)个骑士", &number)) {
    return count == number;
  }
  if (RE2::FullMatch(claim, "At least (\\d) of us are knights", &number) ||
      RE2::FullMatch(claim, "我们当中至少有(\\d)个骑士", &number)) {
    return count >= number;
  }
  if (RE2::FullMatch(claim, "(.+) (?:is|am) a (knight|knave)", &a, &b) ||
      RE2::FullMatch(claim, "(.+)是(骑士|无赖)", &a, &b)) {
    return is_knight(a) == (b == "knight" || b == "骑士");
  }
  ADD_FAILURE() << "cannot read: " << claim;
  return false;
}

struct Claim {
  std::string speaker, words;
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
            claim_holds(claims[i].words, claims[i].speaker, knights) ==
                knights.contains(claims[i].speaker);
    }
    if (fit) fits.push_back(knights);
  }
  return fits;
}

void check_knights(const data::Question& question) {
  std::vector<Claim> claims;
  for (const std::string& line : lines_of(question.messages[0].content)) {
    Claim claim;
    if (RE2::FullMatch(line, "(.+) says: \"(.+)\\.\"", &claim.speaker, &claim.words) ||
        RE2::FullMatch(line, "(.+)说：“(.+)。”", &claim.speaker, &claim.words)) {
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

// Whether an ordering clue holds of `place` (1 is first).
bool order_holds(const std::string& clue, const std::map<std::string, int>& place) {
  std::string a, b;
  int n = 0;
  const auto two = [&](const char* pattern) { return RE2::FullMatch(clue, pattern, &a, &b); };
  const auto one = [&](const char* pattern) { return RE2::FullMatch(clue, pattern, &a, &n); };
  const auto at = [&](const std::string& who) { return place.at(who); };
  if (RE2::FullMatch(clue, "Exactly (\\d) people \\w+ between (.+) and (.+)\\.", &n, &a, &b) ||
      RE2::FullMatch(clue, "(.+)和(.+)之间恰好(?:隔着|有)(\\d)个人(?:作报告)?。", &a, &b, &n)) {
    return std::abs(at(a) - at(b)) == n + 1;
  }
  if (two("Nobody finished between (.+) and (.+)\\.") ||
      two("(.+) and (.+) stand next to each other\\.") ||
      two("The talks of (.+) and (.+) follow each other, in one order or the other\\.") ||
      two("(.+)和(.+)的名次相邻。") || two("(.+)和(.+)前后相邻。") ||
      two("(.+)和(.+)的报告前后相邻，先后不定。")) {
    return std::abs(at(a) - at(b)) == 1;
  }
  if (two("(.+) finished immediately before (.+)\\.") ||
      two("(.+) stands directly ahead of (.+)\\.") || two("(.+) speaks right before (.+)\\.") ||
      two("(.+)到达后，紧接着到达的就是(.+)。") || two("(.+)紧挨着排在(.+)前面。") ||
      two("(.+)的报告一结束就轮到(.+)。")) {
    return at(a) + 1 == at(b);
  }
  if (two("(.+) finished before (.+)\\.") || two("(.+) stands somewhere ahead of (.+)\\.") ||
      two("(.+) speaks some time before (.+)\\.") || two("(.+)比(.+)先到达终点。") ||
      two("(.+)排在(.+)前面（不一定相邻）。") || two("(.+)作报告的时间早于(.+)（不一定相邻）。")) {
    return at(a) < at(b);
  }
  if (one("(.+) was not number (\\d)\\.") || one("(.+) is not in place (\\d)\\.") ||
      one("(.+) does not give talk (\\d)\\.") || one("(.+)不是第(\\d)名。") ||
      one("(.+)不在第(\\d)位。") || one("(.+)作的不是第(\\d)场报告。")) {
    return at(a) != n;
  }
  if (one("(.+) was number (\\d)\\.") || one("(.+) is in place (\\d)\\.") ||
      one("(.+) gives talk (\\d)\\.") || one("(.+)是第(\\d)名。") || one("(.+)在第(\\d)位。") ||
      one("(.+)作第(\\d)场报告。")) {
    return at(a) == n;
  }
  ADD_FAILURE() << "cannot read: " << clue;
  return false;
}

// What all orders that fit the clues (but the one of `without`) put at the place asked for, and how
// many fit.
int orders_that_fit(const Words& people, const Words& clues, int without, int asked,
                    std::string& there) {
  Words order = people;
  std::sort(order.begin(), order.end());
  int fits = 0;
  do {
    std::map<std::string, int> place;
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i) + 1;
    bool fit = true;
    for (std::size_t i = 0; i < clues.size() && fit; ++i) {
      fit = static_cast<int>(i) == without || order_holds(clues[i], place);
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
    if (RE2::FullMatch(line, "([A-F])\\. (.+)", &letter, &name)) {
      options[letter] = name;
      people.push_back(name);
    }
    if (line.starts_with("- ")) clues.push_back(line.substr(2));
    RE2::FullMatch(line, "(?:Who .+|谁.+第) ?(\\d)(?:\\?|名？|位？|场报告？)", &asked);
  }
  ASSERT_EQ(people.size(), static_cast<std::size_t>(question.level + 3));
  ASSERT_GE(asked, 1) << question.messages[0].content;
  std::string there;
  ASSERT_EQ(orders_that_fit(people, clues, -1, asked, there), 1) << question.messages[0].content;
  const std::string answer(question.reference.at("answer").as_string());
  EXPECT_EQ(options[answer], there);
  EXPECT_EQ(question.reference.at("options").as_string(),
            std::string("ABCDEF").substr(0, people.size()));
  if (question.level < 3) return;
  for (std::size_t i = 0; i < clues.size(); ++i) {
    EXPECT_GT(orders_that_fit(people, clues, static_cast<int>(i), asked, there), 1) << clues[i];
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
    if (RE2::FullMatch(phrase, pattern, &thing)) return {thing, true};
  }
  for (const char* pattern : {"keeps the (.+)", "drinks (.+)", "is the (.+)", "plays the (.+)",
                              "养(.+)", "喝(.+)", "是(.+)", "会演奏(.+)"}) {
    if (RE2::FullMatch(phrase, pattern, &thing)) return {thing, false};
  }
  ADD_FAILURE() << "cannot read: " << phrase;
  return {"", false};
}

bool grid_holds(const Grid& grid, const std::string& clue, const Owners& owners) {
  std::string a, b, rest;
  const auto person = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(grid.people.begin(), grid.people.end(), name) -
                                    grid.people.begin());
  };
  const auto is_person = [&](const std::string& name) { return person(name) < grid.people.size(); };
  if (RE2::FullMatch(clue, "Either (.+) or (.+?) ((?:keeps|drinks|is|plays) .+)\\.", &a, &b,
                     &rest) ||
      RE2::FullMatch(clue, "(.+)和(.+)当中有一个人(.+)。", &a, &b, &rest)) {
    const std::size_t who = owner(grid, owners, read_phrase(rest).first);
    return who == person(a) || who == person(b);
  }
  // A subject is a person, "the person who …" or the name of a profession.
  std::string subject;
  if (!RE2::FullMatch(clue, "(.+?) ((?:keeps|drinks|is|plays|does not) .+)\\.", &subject, &rest) ||
      subject == "The person who") {
    if (!RE2::FullMatch(
            clue, "The person who (\\w+ (?:the )?\\w+) ((?:keeps|drinks|is|plays|does not) .+)\\.",
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
  const std::size_t who = is_person(subject) ? person(subject) : owner(grid, owners, subject);
  return (owner(grid, owners, thing) == who) != denied;
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
  ASSERT_TRUE(
      RE2::FullMatch(lines[0], zh ? "关于(.+)，已知：" : "This is known about (.+):", &names));
  RE2::GlobalReplace(&names, " and |和", zh ? "、" : ", ");
  grid.people = split(names, zh ? "、" : ", ");
  Words clues;
  for (const std::string& line : lines) {
    std::string list;
    if (RE2::FullMatch(line, "- One of them (.+)\\.", &list) ||
        RE2::FullMatch(line, "- 他们当中一人(.+)。", &list)) {
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
  ASSERT_EQ(grid.people.size(), question.level == 1 ? 3u : 4u);
  ASSERT_EQ(grid.kinds.size(), question.level == 3 ? 3u : 2u);
  std::vector<Owners> all;
  Owners start;
  all_owners(grid.kinds.size(), grid.people.size(), start, all);
  std::vector<std::size_t> broken(all.size(), 0), breaker(all.size(), 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t c = 0; c < clues.size() && broken[i] < 2; ++c) {
      if (grid_holds(grid, clues[c], all[i])) continue;
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

// Grids of level 3 are slow to read back from text, so fewer of them are solved than of the others.
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
    if (question.topic != "grid" || (question.level == 3 && of_level[3] >= 4)) continue;
    ++of_level[question.level];
    check_grid(question);
    ++checked;
  }
  EXPECT_EQ(checked, 2 * 20 + 4);
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
  EXPECT_EQ(choose_clues(holds, true), (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(choose_clues({{true, true}}, true).empty());
}

}  // namespace
}  // namespace candor::suites
