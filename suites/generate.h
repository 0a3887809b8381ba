// From a generator of single questions to the numbered, paired questions of a suite. A question
// depends on (seed, suite, level, number) alone: asking for more of them changes none.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <vector>

#include "data/records/question.h"
#include "suites/bilingual.h"
#include "suites/random.h"
#include "suites/suites.h"

namespace candor::suites {

// One question in both languages, before it has a number.
struct Draft {
  std::string topic;
  Bilingual prompt;
  std::string judge;
  boost::json::object reference_en;
  boost::json::object reference_zh;
  // Why the answer is right, for a reader to check, a line a step: goes into the reference as
  // "proof". suites/README.md says what it is in each suite.
  std::vector<Bilingual> proof = {};
};

// `kind` counts 0, 1, 2, … over the kinds (templates) of the level in an order drawn from the seed,
// so that a handful of questions already shows many kinds.
using Generator = std::function<Draft(int level, std::size_t kind, Random& random)>;

inline constexpr int kDefaultCount = 120;  // questions a language, when all are asked for

inline constexpr int kMaxCount = 10'000;

// `kinds[level - 1]` is the number of kinds of that level; there are as many levels as it has
// entries. The questions asked for are spread evenly over the levels asked for, the lower ones
// having one more where they do not divide. Throws Error (usage) when the options ask for a
// language or a level that the suite lacks, a count that is negative or over kMaxCount, or more
// different questions than there are.
std::vector<data::Question> generate(const std::string& suite, const SuiteOptions& options,
                                     const std::vector<std::size_t>& kinds,
                                     const Generator& generator);

// The languages to make: those of `options`, or all of `known`. Throws Error (usage).
std::vector<std::string> chosen_languages(const std::string& suite, const SuiteOptions& options,
                                          const std::vector<std::string>& known);

}  // namespace candor::suites
