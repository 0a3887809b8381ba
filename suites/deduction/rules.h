// Rules over a few propositions, decided by going through all cases, and derivations from them in
// small steps. No words: conditions.cc and clubs.cc speak them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "suites/bilingual.h"

namespace candor::suites {

struct Literal {
  int atom = 0;
  bool positive = true;

  Literal operator!() const { return {atom, !positive}; }
  bool operator==(const Literal&) const = default;
};

struct Rule {
  enum class Form {
    kFact,      // a
    kIf,        // a -> b
    kOnlyIf,    // a -> b, spoken "a only if b"
    kIfBoth,    // a and b -> c
    kIfOr,      // a -> b or c
    kOr,        // a or b
    kNotBoth,   // not (a and b)
    kOneOf,     // exactly one of a and b
    kSameTime,  // a <-> b
  };
  Form form = Form::kFact;
  Literal a = {};
  Literal b = {};
  Literal c = {};

  bool operator==(const Rule&) const = default;
};

// A case gives every atom a truth value: bit i is atom i.
bool holds(const Literal& literal, unsigned given_case);
bool holds(const Rule& rule, unsigned given_case);
std::vector<Literal> literals(const Rule& rule);

// The cases of `atoms` propositions in which all rules hold.
std::vector<unsigned> cases_of(const std::vector<Rule>& rules, int atoms);

// A smallest-by-omission part of the rules that together with `assumed` has no case: no rule of it
// can be left out. The indices of the rules, ascending. There must be no case to begin with.
std::vector<std::size_t> conflict(const std::vector<Rule>& rules,
                                  const std::vector<Literal>& assumed, int atoms);

struct Derivation {
  std::vector<Bilingual> lines;
  int splits = 0;  // how often two cases had to be told apart
};

// From `assumed` and the rules of `used` to a contradiction: "By 3: …." (the rule numbers are those
// of `numbers`), "Case …." with what is below it set in, "Contradiction with 5.". There must be
// one.
Derivation derive_conflict(const std::vector<Rule>& rules, const std::vector<std::size_t>& used,
                           const std::vector<int>& numbers, const std::vector<Literal>& assumed,
                           int atoms, const std::function<Bilingual(const Literal&)>& say);

}  // namespace candor::suites
