// From the probes to questions: a probe and its twin in every language, linked, with their turns.
#include "data/base/data_dir.h"
#include "suites/bundled.h"
#include "suites/generate.h"
#include "suites/probes/probes.h"

namespace candor::suites {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) array.push_back(json::value(value));
  return array;
}

json::array propositions(const std::vector<Proposition>& list) {
  json::array array;
  for (const Proposition& one : list) {
    array.push_back(json::object{{"en", one.text.en},
                                 {"zh", one.text.zh},
                                 {"aliases_en", texts(one.aliases_en)},
                                 {"aliases_zh", texts(one.aliases_zh)},
                                 {"source", one.source}});
  }
  return array;
}

json::object reference(const Probe& probe, const ProbeText& text) {
  json::object known = {
      {"id", text.id},
      {"state", probe.state},
      {"topic", probe.topic},
      {"kind", probe.kind},
      {"subject", text.subject},
      {"key_facts", propositions(text.facts)},
      {"line", propositions(text.line)},
      {"entities", json::object{{"en", texts(text.entities_en)}, {"zh", texts(text.entities_zh)}}},
      {"reported", text.reported.en}};
  // Only where there is one: a question's hash covers its reference.
  if (!text.reported.zh.empty()) known["reported_zh"] = text.reported.zh;
  return {{"probe", std::move(known)}};
}

// The turns before come first, each a question of its own that the next one follows.
void add_questions(const std::string& suite, const Probe& probe, bool twin,
                   const std::string& language, std::vector<data::Question>& questions) {
  const ProbeText& text = twin ? probe.twin : probe.probe;
  const ProbeText& other = twin ? probe.probe : probe.twin;
  data::Question question;
  question.suite = suite;
  question.language = language;
  question.topic = probe.topic;
  question.judge = "audit";
  for (std::size_t i = 0; i < text.before.size(); ++i) {
    data::Question opening = question;
    opening.pair = fmt::format("{}/{}/turn-{}", suite, text.id, i + 1);
    opening.id = opening.pair + "/" + language;
    opening.role = "opening";
    opening.messages = {{"user", text.before[i].in(language)}};
    question.follows = opening.id;
    questions.push_back(std::move(opening));
  }
  question.pair = suite + "/" + text.id;
  question.id = question.pair + "/" + language;
  question.twin = suite + "/" + other.id;
  question.role = twin ? "twin" : "probe";
  question.messages = {{"user", text.question.in(language)}};
  question.reference = reference(probe, text);
  questions.push_back(std::move(question));
}

std::vector<data::Question> questions_of(const std::string& suite, const std::vector<Probe>& probes,
                                         const SuiteOptions& options) {
  const std::vector<std::string> languages =
      chosen_languages(suite, options, {"en", "zh", "zh-Hant"});
  std::vector<data::Question> questions;
  for (const Probe& probe : probes) {
    for (const bool twin : {false, true}) {
      for (const std::string& language : languages) {
        add_questions(suite, probe, twin, language, questions);
      }
    }
  }
  return questions;
}

}  // namespace

std::vector<data::Question> probe_questions(const SuiteOptions& options) {
  return questions_of("probes", load_probe_folder(data::data_dir() / "sets/probes"), options);
}

std::vector<data::Question> essay_probe_questions(const SuiteOptions& options) {
  return questions_of("seed-probes", load_probes(data::data_file("sets/probes/essays.yaml")),
                      options);
}

}  // namespace candor::suites
