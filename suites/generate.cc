#include "suites/generate.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "data/base/error.h"

namespace candor::suites {

std::vector<std::string> chosen_languages(const std::string& suite, const SuiteOptions& options,
                                          const std::vector<std::string>& known) {
  if (options.languages.empty()) return known;
  for (const std::string& language : options.languages) {
    if (std::find(known.begin(), known.end(), language) == known.end()) {
      fail_usage("suite \"{}\" has no questions in \"{}\"; it has: {}", suite, language,
                 fmt::join(known, ", "));
    }
  }
  std::vector<std::string> chosen;  // in the suite's own order, each once
  for (const std::string& language : known) {
    if (std::find(options.languages.begin(), options.languages.end(), language) !=
        options.languages.end()) {
      chosen.push_back(language);
    }
  }
  return chosen;
}

namespace {

// How often a drawn question may equal an earlier one before the level counts as exhausted.
constexpr int kAttempts = 400;

// Kinds in the order in which they come up, drawn once a suite, level and seed.
std::vector<std::size_t> kind_order(const std::string& suite, int level, std::uint64_t seed,
                                    std::size_t kinds) {
  std::vector<std::size_t> order(kinds);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed, fmt::format("{}/{}/kinds", suite, level));
  random.shuffle(order);
  return order;
}

data::Question question_of(const std::string& suite, const std::string& language, int level,
                           int number, const Draft& draft) {
  data::Question question;
  question.pair = fmt::format("{}/{}/{:04}", suite, level, number);
  question.id = question.pair + "/" + language;
  question.suite = suite;
  question.language = language;
  question.level = level;
  question.topic = draft.topic;
  question.role = "item";
  question.messages = {{"user", draft.prompt.in(language)}};
  question.judge = draft.judge;
  question.reference = language == "zh" ? draft.reference_zh : draft.reference_en;
  return question;
}

}  // namespace

std::vector<data::Question> generate(const std::string& suite, const SuiteOptions& options,
                                     const std::vector<std::size_t>& kinds,
                                     const Generator& generator) {
  if (options.count < 0) {
    fail_usage("suite \"{}\": the number of questions is {}, it must not be negative", suite,
               options.count);
  }
  const std::vector<std::string> languages = chosen_languages(suite, options, {"en", "zh"});
  const int count = options.count == 0 ? kDefaultCount : options.count;
  std::vector<data::Question> questions;
  for (int level = 1; level <= kLevels; ++level) {
    const int share = count / kLevels + (level <= count % kLevels ? 1 : 0);
    const std::vector<std::size_t> order =
        kind_order(suite, level, options.seed, kinds[static_cast<std::size_t>(level - 1)]);
    std::set<std::string> seen;
    for (int number = 1; number <= share; ++number) {
      const std::size_t kind = order[static_cast<std::size_t>(number - 1) % order.size()];
      Draft draft;
      int attempt = 0;
      do {
        if (attempt == kAttempts) {
          fail_usage(
              "suite \"{}\" has only {} different questions of level {} with seed {}; ask for "
              "fewer than {}",
              suite, number - 1, level, options.seed, count);
        }
        Random random(options.seed, fmt::format("{}/{}/{}/{}", suite, level, number, attempt++));
        draft = generator(level, kind, random);
      } while (!seen.insert(draft.prompt.en).second);
      for (const std::string& language : languages) {
        questions.push_back(question_of(suite, language, level, number, draft));
      }
    }
  }
  return questions;
}

}  // namespace candor::suites
