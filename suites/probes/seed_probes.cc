// From the probes of the file to questions: a probe and its twin in both languages, linked.
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
                                 {"aliases_zh", texts(one.aliases_zh)}});
  }
  return array;
}

data::Question question_of(const ProbeText& text, const ProbeText& other, const std::string& role,
                           const std::string& language) {
  const std::string suite = "seed-probes";
  data::Question question;
  question.pair = suite + "/" + text.id;
  question.id = question.pair + "/" + language;
  question.twin = suite + "/" + other.id;
  question.suite = suite;
  question.language = language;
  question.topic = text.topic;
  question.role = role;
  question.messages = {{"user", text.question.in(language)}};
  question.judge = "audit";
  question.reference = {
      {"probe", json::object{{"id", text.id},
                             {"topic", text.topic},
                             {"key_facts", propositions(text.facts)},
                             {"line", propositions(text.line)},
                             {"entities", json::object{{"en", texts(text.entities_en)},
                                                       {"zh", texts(text.entities_zh)}}},
                             {"reported", text.reported}}}};
  return question;
}

}  // namespace

std::vector<data::Question> seed_probe_questions(const SuiteOptions& options) {
  const std::vector<std::string> languages = chosen_languages("seed-probes", options, {"en", "zh"});
  std::vector<data::Question> questions;
  for (const Probe& probe : load_probes(data::data_file("sets/seed_probes.yaml"))) {
    for (const std::string& language : languages) {
      questions.push_back(question_of(probe.probe, probe.twin, "probe", language));
    }
    for (const std::string& language : languages) {
      questions.push_back(question_of(probe.twin, probe.probe, "twin", language));
    }
  }
  return questions;
}

}  // namespace candor::suites
