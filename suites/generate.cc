#include "suites/generate.h"

#include <algorithm>
#include <numeric>
#include <optional>
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

// How often a drawn question may equal an earlier one before its kind counts as exhausted.
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
  boost::json::array proof;
  for (const Bilingual& line : draft.proof) proof.emplace_back(line.in(language));
  if (!proof.empty()) question.reference["proof"] = std::move(proof);
  return question;
}

// The question of this number, of the kind whose turn it is or, when that kind has nothing new
// left, of the next one that has. None: all kinds are exhausted.
std::optional<Draft> new_draft(const std::string& suite, std::uint64_t seed, int level, int number,
                               const std::vector<std::size_t>& order, const Generator& generator,
                               std::set<std::string>& seen, std::set<std::size_t>& exhausted) {
  for (std::size_t turn = 0; turn < order.size(); ++turn) {
    const std::size_t kind = order[(static_cast<std::size_t>(number - 1) + turn) % order.size()];
    if (exhausted.contains(kind)) continue;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      Random random(seed, fmt::format("{}/{}/{}/{}", suite, level, number, attempt));
      Draft draft = generator(level, kind, random);
      if (seen.insert(draft.prompt.en).second) return draft;
    }
    exhausted.insert(kind);
  }
  return std::nullopt;
}

// The first and the last level to make.
std::pair<int, int> chosen_levels(const std::string& suite, const SuiteOptions& options,
                                  int known) {
  if (!options.levels) return {1, known};
  const auto [first, last] = *options.levels;
  if (first < 1 || last > known || first > last) {
    fail_usage("suite \"{}\" has the levels 1 to {}, not {} to {}", suite, known, first, last);
  }
  return {first, last};
}

}  // namespace

std::vector<data::Question> generate(const std::string& suite, const SuiteOptions& options,
                                     const std::vector<std::size_t>& kinds,
                                     const Generator& generator) {
  if (options.count < 0 || options.count > kMaxCount) {
    fail_usage("suite \"{}\": the number of questions is {}, it must be from 0 (all) to {}", suite,
               options.count, kMaxCount);
  }
  const std::vector<std::string> languages = chosen_languages(suite, options, {"en", "zh"});
  const int count = options.count == 0 ? kDefaultCount : options.count;
  const auto [first, last] = chosen_levels(suite, options, static_cast<int>(kinds.size()));
  const int levels = last - first + 1;
  std::vector<data::Question> questions;
  for (int level = first; level <= last; ++level) {
    const int share = count / levels + (level - first < count % levels ? 1 : 0);
    const std::vector<std::size_t> order =
        kind_order(suite, level, options.seed, kinds[static_cast<std::size_t>(level - 1)]);
    std::set<std::string> seen;
    std::set<std::size_t> exhausted;
    for (int number = 1; number <= share; ++number) {
      const std::optional<Draft> draft =
          new_draft(suite, options.seed, level, number, order, generator, seen, exhausted);
      if (!draft) {
        fail_usage(
            "suite \"{}\" has only {} different questions of level {} with seed {}; ask for "
            "fewer than {}",
            suite, number - 1, level, options.seed, count);
      }
      for (const std::string& language : languages) {
        questions.push_back(question_of(suite, language, level, number, *draft));
      }
    }
  }
  return questions;
}

}  // namespace candor::suites
