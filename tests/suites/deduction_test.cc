// The statements read back out of both texts, the answer found again by asking whether the claim
// and whether its opposite can be true beside them, and every line of the proof checked on its own.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

#include "suites/suites.h"

namespace candor::suites {
namespace {

using Lines = std::vector<std::string>;

Lines split(std::string text, const std::string& separator) {
  Lines parts;
  for (std::size_t at; (at = text.find(separator)) != std::string::npos;) {
    parts.push_back(text.substr(0, at));
    text.erase(0, at + separator.size());
  }
  parts.push_back(text);
  return parts;
}

template <typename... Args>
bool match(const std::string& text, const std::string& pattern, Args... args) {
  static std::map<std::string, std::unique_ptr<RE2>> compiled;
  std::unique_ptr<RE2>& re = compiled[pattern];
  if (re == nullptr) re = std::make_unique<RE2>(pattern);
  return RE2::FullMatch(text, *re, args...);
}

// One lamp panel, one party, or one pupil: the set of what is so (lamps on, guests, clubs).
using Case = std::set<std::string>;
using Test = std::function<bool(const Case&)>;

// Of conditions there is one case, of pupils there are many: said of all of them or of some.
struct Statement {
  bool of_all = true;
  Test test;

  bool holds(const std::vector<Case>& cases) const {
    return of_all ? std::all_of(cases.begin(), cases.end(), test)
                  : std::any_of(cases.begin(), cases.end(), test);
  }
  Statement opposite() const {
    return {!of_all, [test = test](const Case& one) { return !test(one); }};
  }
};

struct Puzzle {
  bool clubs = false;
  std::vector<std::string> atoms;
  std::vector<Statement> statements;
  Statement claim;
  std::map<std::string, std::string> options;  // letter -> text

  std::vector<Case> all_cases() const {
    std::vector<Case> cases;
    for (unsigned mask = 0; mask < 1u << atoms.size(); ++mask) {
      Case one;
      for (std::size_t i = 0; i < atoms.size(); ++i) {
        if ((mask >> i & 1u) != 0) one.insert(atoms[i]);
      }
      cases.push_back(one);
    }
    return cases;
  }
  // Whether all statements and one more can be true together: some case is left by what is said of
  // all, and each statement about some finds one of them.
  bool possible(const Statement& more) const {
    std::vector<Statement> all = statements;
    all.push_back(more);
    std::vector<Case> left = all_cases();
    for (const Statement& s : all) {
      if (s.of_all) std::erase_if(left, [&](const Case& one) { return !s.test(one); });
    }
    return !left.empty() && std::all_of(all.begin(), all.end(), [&](const Statement& s) {
      return s.of_all || s.holds(left);
    });
  }
};

struct Fact {
  std::string atom;
  bool yes = true;
};

Fact read_fact(std::string text) {
  std::string atom, what;
  if (text.starts_with("The ")) text[0] = 't';
  if (match(text, "(.+) (comes|does not come|is on|is off)", &atom, &what)) {
    return {atom, what == "comes" || what == "is on"};
  }
  if (match(text, "此人是(.+)的成员", &atom) || match(text, "this pupil is in the (.+)", &atom)) {
    return {atom, true};
  }
  if (match(text, "此人不是(.+)的成员", &atom) ||
      match(text, "this pupil is not in the (.+)", &atom)) {
    return {atom, false};
  }
  if (match(text, "(.+)(不来|不亮)", &atom, &what)) return {atom, false};
  if (match(text, "(.+)(来|亮)", &atom, &what)) return {atom, true};
  ADD_FAILURE() << "cannot read: " << text;
  return {};
}

Test test_of(const Fact& fact) {
  return [fact](const Case& one) { return one.contains(fact.atom) == fact.yes; };
}

Test read_condition(std::string text) {
  std::string a, b, c;
  if (text[0] >= 'A' && text[0] <= 'Z' &&
      (text.starts_with("If ") || text.starts_with("It ") || text.starts_with("Either ") ||
       text.starts_with("The "))) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  const auto t = [](const std::string& fact) { return test_of(read_fact(fact)); };
  if (match(text, "if (.+), then (.+) or (.+) \\(or both\\)", &a, &b, &c) ||
      match(text, "如果(.+)，那么(.+)或者(.+)（也可能两者都成立）", &a, &b, &c)) {
    return [x = t(a), y = t(b), z = t(c)](const Case& s) { return !x(s) || y(s) || z(s); };
  }
  if (match(text, "if (.+) and (.+), then (.+)", &a, &b, &c) ||
      match(text, "如果(.+)并且(.+)，那么(.+)", &a, &b, &c)) {
    return [x = t(a), y = t(b), z = t(c)](const Case& s) { return !(x(s) && y(s)) || z(s); };
  }
  if (match(text, "if (.+), then (.+)", &a, &b) || match(text, "如果(.+)，那么(.+)", &a, &b)) {
    return [x = t(a), y = t(b)](const Case& s) { return !x(s) || y(s); };
  }
  if (match(text, "it is not the case that both (.+) and (.+)", &a, &b) ||
      match(text, "(.+)、(.+)这两种情况不会同时出现", &a, &b)) {
    return [x = t(a), y = t(b)](const Case& s) { return !(x(s) && y(s)); };
  }
  if (match(text, "either (.+) or (.+), but not both", &a, &b) ||
      match(text, "要么(.+)，要么(.+)，二者恰有一个成立", &a, &b)) {
    return [x = t(a), y = t(b)](const Case& s) { return x(s) != y(s); };
  }
  if (match(text, "(.+) if and only if (.+)", &a, &b) ||
      match(text, "当且仅当(.+)时，(.+)", &b, &a)) {
    return [x = t(a), y = t(b)](const Case& s) { return x(s) == y(s); };
  }
  if (match(text, "只有(.+)，(.+)才(.+)", &b, &a, &c)) {
    return [x = t(a + c), y = t(b)](const Case& s) { return !x(s) || y(s); };
  }
  if (match(text, "(.+) only if (.+)", &a, &b)) {
    return [x = t(a), y = t(b)](const Case& s) { return !x(s) || y(s); };
  }
  if (match(text, "(.+) or (.+) \\(or both\\)", &a, &b) ||
      match(text, "(.+)或者(.+)（也可能两者都成立）", &a, &b)) {
    return [x = t(a), y = t(b)](const Case& s) { return x(s) || y(s); };
  }
  return t(text);
}

Statement read_clubs(const std::string& text) {
  std::string a, b, c;
  const auto in = [](const std::string& club) { return test_of({club, true}); };
  if (match(text, "Every member of the (.+) is also in the (.+)", &a, &b) ||
      match(text, "(.+)的所有成员都是(.+)的成员", &a, &b)) {
    return {true, [x = in(a), y = in(b)](const Case& s) { return !x(s) || y(s); }};
  }
  if (match(text, "No member of the (.+) is in the (.+)", &a, &b) ||
      match(text, "(.+)的成员都不是(.+)的成员", &a, &b)) {
    return {true, [x = in(a), y = in(b)](const Case& s) { return !(x(s) && y(s)); }};
  }
  if (match(text, "Everyone who is in both the (.+) and the (.+) is also in the (.+)", &a, &b,
            &c) ||
      match(text, "同时参加(.+)和(.+)的学生都是(.+)的成员", &a, &b, &c)) {
    return {true,
            [x = in(a), y = in(b), z = in(c)](const Case& s) { return !(x(s) && y(s)) || z(s); }};
  }
  if (match(text, "Nobody who is in both the (.+) and the (.+) is in the (.+)", &a, &b, &c) ||
      match(text, "同时参加(.+)和(.+)的学生都不是(.+)的成员", &a, &b, &c)) {
    return {true,
            [x = in(a), y = in(b), z = in(c)](const Case& s) { return !(x(s) && y(s) && z(s)); }};
  }
  if (match(text, "Every member of the (.+) is in the (.+) or in the (.+) \\(or in both\\)", &a, &b,
            &c) ||
      match(text, "(.+)的每个成员都至少参加了(.+)和(.+)中的一个", &a, &b, &c)) {
    return {true,
            [x = in(a), y = in(b), z = in(c)](const Case& s) { return !x(s) || y(s) || z(s); }};
  }
  if (match(text, "Every pupil is in the (.+) or in the (.+) \\(or in both\\)", &a, &b) ||
      match(text, "每个学生都至少参加了(.+)和(.+)中的一个", &a, &b)) {
    return {true, [x = in(a), y = in(b)](const Case& s) { return x(s) || y(s); }};
  }
  if (match(text, "Some member of the (.+) is neither in the (.+) nor in the (.+)", &a, &b, &c) ||
      match(text, "(.+)中有的成员既不是(.+)的成员，也不是(.+)的成员", &a, &b, &c)) {
    return {false,
            [x = in(a), y = in(b), z = in(c)](const Case& s) { return x(s) && !y(s) && !z(s); }};
  }
  if (match(text, "Some member of the (.+) is in the (.+)", &a, &b) ||
      match(text, "(.+)中有的成员也是(.+)的成员", &a, &b)) {
    return {false, [x = in(a), y = in(b)](const Case& s) { return x(s) && y(s); }};
  }
  if (match(text, "Some member of the (.+) is not in the (.+)", &a, &b) ||
      match(text, "(.+)中有的成员不是(.+)的成员", &a, &b)) {
    return {false, [x = in(a), y = in(b)](const Case& s) { return x(s) && !y(s); }};
  }
  ADD_FAILURE() << "cannot read: " << text;
  return {true, [](const Case&) { return false; }};
}

std::string without_stop(const std::string& text) {
  const std::size_t stop = text.ends_with("。") ? std::string("。").size() : 1;
  return text.substr(0, text.size() - stop);
}

Statement read_statement(const Puzzle& puzzle, const std::string& text) {
  if (puzzle.clubs) return read_clubs(without_stop(text));
  return {true, read_condition(without_stop(text))};
}

Puzzle read_puzzle(const data::Question& q) {
  Puzzle puzzle;
  puzzle.clubs = q.topic == "clubs";
  const std::string& text = q.messages[0].content;
  std::string list, a, b;
  EXPECT_TRUE(RE2::PartialMatch(text, ": (.+?)\\. (?:This is known|Every one)", &list) ||
              RE2::PartialMatch(text, "：(.+?)。(?:已知|每个社团)", &list));
  puzzle.atoms = split(list, q.language == "zh" ? "、" : ", ");
  for (const std::string& line : split(text, "\n")) {
    if (match(line, "\\d+\\. (.+)", &a)) puzzle.statements.push_back(read_statement(puzzle, a));
    if (match(line, "([A-C])\\. (.+)", &a, &b)) puzzle.options[a] = b;
    if (match(line, "Does this hold: (.+)", &a) || match(line, "由此判断：(.+)", &a)) {
      puzzle.claim = read_statement(puzzle, a);
    }
  }
  if (puzzle.clubs) {
    for (const std::string& club : puzzle.atoms) {
      puzzle.statements.push_back({false, test_of({club, true})});
    }
  }
  return puzzle;
}

// "By 3: …", "Case: …" and below it, "Contradiction with 5.", from what is known.
class ProofReader {
 public:
  ProofReader(const Puzzle& puzzle, std::optional<Statement> supposed, Lines lines)
      : puzzle_(puzzle), supposed_(std::move(supposed)), lines_(std::move(lines)) {}

  void run(std::vector<Fact> known) {
    block(std::move(known), 0);
    EXPECT_EQ(at_, lines_.size()) << "lines after the end of the proof";
  }

 private:
  // The cases of one pupil (panel, party) that agree with what is known and with rule `number`.
  std::vector<Case> left(const std::vector<Fact>& known, int number) const {
    const Statement& rule =
        number == 0 ? *supposed_ : puzzle_.statements[static_cast<std::size_t>(number - 1)];
    EXPECT_TRUE(rule.of_all);
    std::vector<Case> cases = puzzle_.all_cases();
    std::erase_if(cases, [&](const Case& one) {
      return !rule.test(one) || std::any_of(known.begin(), known.end(),
                                            [&](const Fact& f) { return !test_of(f)(one); });
    });
    return cases;
  }

  void block(std::vector<Fact> known, std::size_t depth) {
    int number = 0;
    std::string fact;
    for (; at_ < lines_.size(); ++at_) {
      const std::string margin(depth * 2, ' ');
      ASSERT_TRUE(lines_[at_].starts_with(margin)) << lines_[at_];
      const std::string line = lines_[at_].substr(margin.size());
      if (match(line, "Contradiction with (\\d+)\\.", &number) ||
          match(line, "与(\\d+)矛盾。", &number)) {
        EXPECT_TRUE(left(known, number).empty()) << line;
        ++at_;
        return;
      }
      if (match(line, "By (\\d+): (.+)\\.", &number, &fact) ||
          match(line, "由(\\d+)得：(.+)。", &number, &fact)) {
        const Fact next = read_fact(fact);
        for (const Case& one : left(known, number)) EXPECT_TRUE(test_of(next)(one)) << line;
        known.push_back(next);
        continue;
      }
      ASSERT_TRUE(match(line, "Case: (.+)\\.", &fact) || match(line, "情况：(.+)。", &fact))
          << line;
      const Fact first = read_fact(fact);
      ++at_;
      std::vector<Fact> with = known;
      with.push_back(first);
      block(with, depth + 1);
      ASSERT_LT(at_, lines_.size());
      const std::string other = lines_[at_].substr(margin.size());
      ASSERT_TRUE(match(other, "Case: (.+)\\.", &fact) || match(other, "情况：(.+)。", &fact))
          << other;
      const Fact second = read_fact(fact);
      EXPECT_TRUE(second.atom == first.atom && second.yes != first.yes) << other;
      ++at_;
      with.back() = second;
      return block(with, depth + 1);
    }
    FAIL() << "the proof ends without a contradiction";
  }

  const Puzzle& puzzle_;
  std::optional<Statement> supposed_;
  Lines lines_;
  std::size_t at_ = 0;
};

std::vector<Fact> read_facts(const std::string& list, bool zh) {
  std::vector<Fact> facts;
  for (const std::string& part : split(list, zh ? "；" : "; ")) facts.push_back(read_fact(part));
  return facts;
}

// Two worlds in which all statements hold, and in one of which the claim does.
void check_worlds(const data::Question& q, const Puzzle& puzzle, const Lines& proof) {
  const bool zh = q.language == "zh";
  ASSERT_EQ(proof.size(), 2u);
  std::set<bool> claims;
  for (const std::string& line : proof) {
    std::vector<Case> world;
    std::string list, clubs;
    if (puzzle.clubs) {
      ASSERT_TRUE(match(
          line,
          zh ? "可能的情况，各学生参加的社团：(.+)。" : "Possible, each pupil's clubs: (.+)\\.",
          &list));
      re2::StringPiece rest(list);
      const RE2 pupil(zh ? "（([^）]*)）" : "\\(([^)]*)\\)");
      while (RE2::FindAndConsume(&rest, pupil, &clubs)) {
        Case one;
        if (!clubs.empty()) {
          for (const std::string& club : split(clubs, zh ? "、" : ", ")) one.insert(club);
        }
        world.push_back(one);
      }
    } else {
      ASSERT_TRUE(match(line, zh ? "可能的情况：(.+)。" : "Possible: (.+)\\.", &list));
      world.emplace_back();
      const std::vector<Fact> facts = read_facts(list, zh);
      EXPECT_EQ(facts.size(), puzzle.atoms.size());
      for (const Fact& fact : facts) {
        if (fact.yes) world[0].insert(fact.atom);
      }
    }
    for (const Statement& s : puzzle.statements) EXPECT_TRUE(s.holds(world)) << line;
    claims.insert(puzzle.claim.holds(world));
  }
  EXPECT_EQ(claims.size(), 2u) << "both worlds agree on the claim";
}

void check_derivation(const data::Question& q, const Puzzle& puzzle, Lines proof) {
  const bool zh = q.language == "zh";
  std::string text;
  ASSERT_TRUE(match(proof[0], "Suppose(?: \\(0\\))?: (.+)", &text) ||
              match(proof[0], "假设(?:（0）)?：(.+)", &text))
      << proof[0];
  const Statement supposed = read_statement(puzzle, text);
  EXPECT_FALSE(puzzle.possible(supposed)) << proof[0];
  // What is refuted is the claim or its opposite, as the answer says.
  for (const Case& one : puzzle.all_cases()) {
    const bool refutes_claim =
        puzzle.options.at(std::string(q.reference.at("answer").as_string())) ==
        (zh ? "一定为假。" : "It must be false.");
    const std::vector<Case> world = {one};
    EXPECT_EQ(supposed.holds(world),
              (refutes_claim ? puzzle.claim : puzzle.claim.opposite()).holds(world));
  }
  std::size_t at = 1;
  std::vector<Fact> known;
  std::optional<Statement> about = supposed;  // what is said of the pupil who is looked at
  if (!puzzle.clubs) {
    known = {read_fact(without_stop(text))};
  } else {
    int number = 0;
    if (supposed.of_all) {
      if (match(proof[at], "Take a pupil as in (\\d+)\\.", &number) ||
          match(proof[at], "取(\\d+)中所说的一个学生。", &number)) {
        about = puzzle.statements[static_cast<std::size_t>(number - 1)];
      } else {
        ASSERT_TRUE(match(proof[at], "Take a member of the (.+)\\.", &text) ||
                    match(proof[at], "取(.+)的一个成员。", &text))
            << proof[at];
        about = Statement{false, test_of({text, true})};
      }
      ++at;
    }
    ASSERT_TRUE(match(proof[at], "Of this pupil is known: (.+)\\.", &text) ||
                match(proof[at], "关于此人已知：(.+)。", &text))
        << proof[at];
    ++at;
    known = read_facts(text, zh);
    ASSERT_FALSE(about->of_all);
    for (const Case& one : puzzle.all_cases()) {
      if (!about->test(one)) continue;
      for (const Fact& fact : known) EXPECT_TRUE(test_of(fact)(one)) << proof[at - 1];
    }
  }
  ProofReader(puzzle, supposed, Lines(proof.begin() + static_cast<long>(at), proof.end()))
      .run(known);
}

TEST(DeductionTest, AnswersFollowAndProofsProveThem) {
  std::map<std::string, int> answers;
  int cases_told_apart = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const data::Question& q :
         load_suite("deduction", {.seed = seed, .languages = {}, .count = 50}).questions) {
      const Puzzle puzzle = read_puzzle(q);
      ASSERT_EQ(puzzle.options.size(), 3u);
      const bool can_be = puzzle.possible(puzzle.claim);
      const bool can_not_be = puzzle.possible(puzzle.claim.opposite());
      ASSERT_TRUE(can_be || can_not_be) << "contradictory: " << q.messages[0].content;
      const std::string right =
          puzzle.options.at(std::string(q.reference.at("answer").as_string()));
      const std::string expected =
          can_be && can_not_be
              ? (q.language == "zh" ? "可能为真，也可能为假。" : "It may be true or false.")
          : can_be ? (q.language == "zh" ? "一定为真。" : "It must be true.")
                   : (q.language == "zh" ? "一定为假。" : "It must be false.");
      EXPECT_EQ(right, expected) << q.messages[0].content;
      ++answers[right];
      const Lines proof = data::proof_of(q);
      if (can_be && can_not_be) {
        check_worlds(q, puzzle, proof);
      } else {
        check_derivation(q, puzzle, proof);
      }
      for (const std::string& line : proof)
        cases_told_apart += line.find("Case: ") != std::string::npos;
      if (HasFatalFailure()) return;
    }
  }
  // 1000 of each language: a third each, give or take four standard deviations.
  EXPECT_EQ(answers.size(), 6u);
  for (const auto& [answer, count] : answers) EXPECT_NEAR(count, 333, 60) << answer;
  EXPECT_GT(cases_told_apart, 20) << "no proof needed two cases";
}

// What the two forms of a claim look like says nothing of the answer.
TEST(DeductionTest, TheWordingOfTheClaimDoesNotGiveTheAnswerAway) {
  std::map<std::string, std::map<std::string, int>> by_form;
  for (std::uint64_t seed = 100; seed < 112; ++seed) {
    for (const data::Question& q :
         load_suite("deduction", {.seed = seed, .languages = {"en"}, .count = 100}).questions) {
      std::string claim;
      ASSERT_TRUE(RE2::PartialMatch(q.messages[0].content, "Does this hold: (.+)\n", &claim));
      const bool negative = RE2::PartialMatch(claim, "not|off|^No ");
      const std::string form = q.topic + (negative ? " negative" : " positive") +
                               (claim.starts_with("Some") ? " some" : "");
      ++by_form[form][read_puzzle(q).options.at(std::string(q.reference.at("answer").as_string()))];
    }
  }
  for (const auto& [form, answers] : by_form) {
    int all = 0, most = 0;
    for (const auto& [answer, count] : answers) {
      all += count;
      most = std::max(most, count);
    }
    if (all < 100) continue;
    EXPECT_LT(most, all * 6 / 10) << form << ": one answer to most of " << all;
  }
}

}  // namespace
}  // namespace candor::suites
