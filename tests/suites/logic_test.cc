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

// Counts, assignment by assignment, what the clues leave.
struct Sieve {
  std::vector<std::int64_t> first_broken;  // by clue; the last entry: none is broken
  std::vector<bool> needed;                // some assignment breaks this clue alone

  explicit Sieve(std::size_t clues) : first_broken(clues + 1, 0), needed(clues, false) {}
  std::int64_t fits() const { return first_broken.back(); }

  // `holds(c)` says whether clue c holds in this assignment. True: all do.
  template <typename Holds>
  bool feed(const Holds& holds) {
    const std::size_t clues = needed.size();
    std::size_t first = clues, broken = 0;
    for (std::size_t c = 0; c < clues && broken < 2; ++c) {
      if (holds(c)) continue;
      if (++broken == 1) first = c;
    }
    ++first_broken[first];
    if (broken == 1) needed[first] = true;
    return broken == 0;
  }

  // The lines "Left after clue 3: 2." of the proof.
  void check_counts(const data::Question& question) const {
    std::vector<std::int64_t> said;
    for (const std::string& line : data::proof_of(question)) {
      std::int64_t left = 0;
      if (match(line, "(?:Possible at first|Left after clue \\d+): (\\d+)\\.", &left) ||
          match(line, "(?:起初可能的情况|第\\d+条线索之后还剩)：(\\d+)种。", &left)) {
        said.push_back(left);
      }
    }
    std::vector<std::int64_t> counted(first_broken.size(), 0);
    std::int64_t left = 0;
    for (std::size_t c = first_broken.size(); c-- > 0;) counted[c] = left += first_broken[c];
    EXPECT_EQ(said, counted) << question.messages[0].content;
  }
};

// The assumptions of the proof exclude one another and cover everything; each but the solution is
// refuted by what the person named says, however the others are filled in.
void check_refutations(const data::Question& question, const std::vector<Claim>& claims) {
  const bool zh = question.language == "zh";
  std::vector<int> covered(1u << claims.size(), 0);
  int solutions = 0;
  for (const std::string& line : data::proof_of(question)) {
    std::string assumed, name;
    const bool refuted =
        match(line, zh ? "(.+)：(.+)的话不符。" : "(.+): what (.+) says does not fit\\.", &assumed,
              &name);
    ASSERT_TRUE(refuted ||
                match(line, zh ? "(.+)：全部符合。" : "(.+): everything fits\\.", &assumed))
        << line;
    std::map<std::string, bool> knight;
    for (const std::string& part : split(assumed, zh ? "，" : ", ")) {
      std::string person, kind;
      ASSERT_TRUE(match(part, zh ? "(.+)(骑士|无赖)" : "(.+) (knight|knave)", &person, &kind))
          << part;
      knight[person] = kind == "knight" || kind == "骑士";
    }
    for (unsigned mask = 0; mask < covered.size(); ++mask) {
      People knights;
      bool meant = true;
      for (std::size_t i = 0; i < claims.size(); ++i) {
        if ((mask >> i & 1u) != 0) knights.insert(claims[i].speaker);
        const auto given = knight.find(claims[i].speaker);
        if (given != knight.end()) meant &= given->second == ((mask >> i & 1u) != 0);
      }
      if (!meant) continue;
      ++covered[mask];
      for (const Claim& claim : claims) {
        const bool fits = claim.test(knights) == knights.contains(claim.speaker);
        if (!refuted) {
          EXPECT_TRUE(fits) << line;
        } else if (claim.speaker == name) {
          EXPECT_FALSE(fits) << line;
        }
      }
    }
    solutions += refuted ? 0 : 1;
  }
  EXPECT_EQ(solutions, 1);
  EXPECT_EQ(std::count(covered.begin(), covered.end(), 1), static_cast<long>(covered.size()));
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
  check_refutations(question, claims);
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
  Words order = people;
  std::sort(order.begin(), order.end());
  std::string there;
  Sieve sieve(clues.size());
  do {
    Places place;
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i) + 1;
    if (sieve.feed([&](std::size_t c) { return tests[c](place); })) {
      there = order[static_cast<std::size_t>(asked - 1)];
    }
  } while (std::next_permutation(order.begin(), order.end()));
  ASSERT_EQ(sieve.fits(), 1) << question.messages[0].content;
  sieve.check_counts(question);
  const std::string answer(question.reference.at("answer").as_string());
  EXPECT_EQ(options[answer], there);
  EXPECT_EQ(question.reference.at("options").as_string(),
            std::string("ABCDEFGH").substr(0, people.size()));
  if (question.level < 3) return;
  for (std::size_t i = 0; i < clues.size(); ++i) EXPECT_TRUE(sieve.needed[i]) << clues[i];
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

// Calls `use` with every way of giving the things away.
template <typename Use>
void each_owners(std::size_t kinds, std::size_t people, Owners& owners, const Use& use) {
  if (owners.size() == kinds) return use(owners);
  std::vector<std::size_t> order(people);
  std::iota(order.begin(), order.end(), std::size_t{0});
  owners.push_back(order);
  do {
    each_owners(kinds, people, owners, use);
  } while (std::next_permutation(owners.back().begin(), owners.back().end()));
  owners.pop_back();
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
  std::vector<GridTest> tests;
  for (const std::string& clue : clues) tests.push_back(read_grid(grid, clue));
  Sieve sieve(clues.size());
  Owners owners, solution;
  each_owners(grid.kinds.size(), grid.people.size(), owners, [&](const Owners& one) {
    if (sieve.feed([&](std::size_t c) { return tests[c](one); })) solution = one;
  });
  ASSERT_EQ(sieve.fits(), 1) << question.messages[0].content;
  sieve.check_counts(question);
  for (const auto& [thing, where] : grid.where) {
    EXPECT_EQ(cell(question, thing), grid.people[owner(grid, solution, thing)]) << thing;
  }
  EXPECT_EQ(question.reference.at("cells").as_object().size(), grid.where.size());
  if (question.level < 3) return;
  for (std::size_t c = 0; c < clues.size(); ++c) {
    EXPECT_TRUE(sieve.needed[c]) << "superfluous: " << clues[c];
  }
}

// Grids of level 5 have 1,728,000 assignments, so fewer of them are solved than of the others.
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
    if (question.topic != "grid" || (question.level == 5 && of_level[5] >= 4)) continue;
    ++of_level[question.level];
    check_grid(question);
    ++checked;
  }
  EXPECT_EQ(checked, 4 * 12 + 4);
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
