#include "suites/files/selection.h"

#include <algorithm>
#include <set>

#include "data/base/hash.h"
#include "suites/files/description.h"

namespace candor::suites {

void Collector::add(data::Question question, const std::string& where) {
  for (const std::string& problem : question_problems(question)) {
    problems_.add(fmt::format("{}: {}", where, problem));
  }
  const auto [first, added] = places_.emplace(question.id, where);
  if (!added) {
    problems_.add(fmt::format("{}: field \"id\": \"{}\" is there already, at {}", where,
                              printable(question.id), first->second));
  }
  questions.push_back(std::move(question));
}

namespace {

void draw(std::vector<data::Question>& questions, std::size_t most, std::uint64_t seed) {
  std::map<std::string, std::vector<std::pair<std::string, std::size_t>>> ranks;  // by language
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const data::Question& question = questions[i];
    const std::string& name = question.pair.empty() ? question.id : question.pair;
    ranks[question.language].emplace_back(data::sha256_hex(fmt::format("{}\n{}", seed, name)), i);
  }
  std::set<std::size_t> taken;
  for (auto& [language, ranked] : ranks) {
    std::sort(ranked.begin(), ranked.end());
    if (ranked.size() > most) ranked.resize(most);
    for (const auto& [rank, index] : ranked) taken.insert(index);
  }
  std::vector<data::Question> left;
  for (const std::size_t index : taken) left.push_back(std::move(questions[index]));
  questions = std::move(left);
}

}  // namespace

void select_questions(Suite& suite, const SuiteOptions& options, const std::string& place) {
  std::vector<data::Question>& questions = suite.questions;
  std::set<std::string> languages, topics;
  for (const data::Question& question : questions) topics.insert(question.topic);
  if (!options.part.empty()) {
    if (topics == std::set<std::string>{""}) {
      fail_usage("{}: there is no part \"{}\": it has no parts", place, printable(options.part));
    }
    if (!topics.contains(options.part)) {
      fail_usage("{}: there is no part \"{}\"{}; its parts: {}", place, printable(options.part),
                 nearest_hint(options.part, {topics.begin(), topics.end()}),
                 fmt::join(topics, ", "));
    }
    std::erase_if(questions, [&](const auto& question) { return question.topic != options.part; });
    suite.info.name += "/" + options.part;
    for (data::Question& question : questions) question.suite = suite.info.name;
  }
  for (const data::Question& question : questions) languages.insert(question.language);
  for (const std::string& language : options.languages) {
    if (!languages.contains(language)) {
      fail_usage("{}: no question in \"{}\"; its languages: {}", place, language,
                 fmt::join(languages, ", "));
    }
  }
  if (!options.languages.empty()) {
    const std::set<std::string> wanted(options.languages.begin(), options.languages.end());
    std::erase_if(questions,
                  [&](const auto& question) { return !wanted.contains(question.language); });
  }
  if (options.max_questions < 0) {
    fail_usage("{}: the number of questions is {}, it must not be negative", place,
               options.max_questions);
  }
  if (options.max_questions > 0) {
    draw(questions, static_cast<std::size_t>(options.max_questions), options.seed);
  }
  suite.info.languages.assign(languages.begin(), languages.end());
  suite.info.needs_sandbox = std::any_of(questions.begin(), questions.end(),
                                         [](const auto& q) { return q.judge == "code"; });
}

}  // namespace candor::suites
