// The rules that every probe must keep, so that figures made from it mean something. Each notes its
// problems in the reader that it is given; none changes a probe. data/sets/probes/README.md says
// why each rule is there.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "suites/files/yaml_fields.h"
#include "suites/probes/probes.h"

namespace candor::suites {

// Over the propositions of one probe or twin, facts and line together.
class RulesOfProbe {
 public:
  explicit RulesOfProbe(const ProbeTurn& question);

  // Aliases: at least one a language, of the language of their list, long enough to be found by
  // chance in no text, not in the question, of one proposition only. Source: an address. False
  // variant: check_variant.
  void check(const YamlFields& fields, const Proposition& proposition);
  // Of a fact: no alias stands, as whole words, inside an alias of a fact before, or the other way
  // round, in whatever language: one stretch of an answer would show both.
  void check_apart(const YamlFields& fields, const Proposition& fact);

 private:
  void check_alias(const YamlFields& fields, const std::string& key, const std::string& alias);

  std::string asked_;
  std::set<std::string> taken_;        // aliases of the propositions before
  std::vector<std::string> of_facts_;  // aliases of the facts before
};

// In both languages or in none, each in its script, other words than the fact's and about as many.
void check_variant(const YamlFields& fields, const Proposition& proposition);
// In both languages or in none, each in its script.
void check_reported(const YamlFields& fields, const Bilingual& reported);
// All three languages, each in its script; not too long.
void check_turn(const YamlFields& fields, const ProbeTurn& turn);
// Numbers of facts and of line propositions (a twin needs no line).
void check_numbers(const YamlFields& fields, const ProbeText& text, bool is_twin);
void check_names(const YamlFields& fields, const Probe& probe);
// Probe and twin: turns, numbers of facts and lengths alike, different questions.
void check_likeness(const YamlFields& fields, const Probe& probe);

}  // namespace candor::suites
