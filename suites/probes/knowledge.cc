// The suite "knowledge": the probes and twins of the bank, put with the very words of the suite
// "probes"; instead of an answer being generated, the probe's facts, their false variants, the
// official line and the openings of refusals are scored as what the answer begins with.
//
// Left out are probes of several turns: their last question means nothing without the answers that
// come before, and those are the model's own, so that what is scored would not be one text behind
// one question. The report says how many probes of the audit have no measurement.
#include "data/base/data_dir.h"
#include "data/records/knowledge_reference.h"
#include "data/text/traditional.h"
#include "suites/bundled.h"
#include "suites/generate.h"
#include "suites/probes/openings.h"
#include "suites/probes/probes.h"

namespace candor::suites {

namespace {

std::string in_language(const Bilingual& text, const std::string& language) {
  return language == "zh-Hant" ? data::to_traditional(text.zh) : text.in(language);
}

data::KnowledgeReference reference(const ProbeText& text, const std::string& language,
                                   const Openings& openings) {
  data::KnowledgeReference reference;
  reference.probe = text.id;
  for (const Proposition& fact : text.facts) {
    reference.facts.push_back(
        {in_language(fact.text, language), in_language(fact.false_text, language)});
  }
  for (const Proposition& one : text.line) {
    reference.line.push_back(in_language(one.text, language));
  }
  reference.refusals = openings.refusals;
  reference.deflections = openings.deflections;
  return reference;
}

}  // namespace

std::vector<data::Question> knowledge_questions(const SuiteOptions& options) {
  const std::string suite = "knowledge";
  const std::vector<std::string> languages =
      chosen_languages(suite, options, {"en", "zh", "zh-Hant"});
  const std::map<std::string, Openings> openings =
      load_openings(data::data_file("sets/openings.yaml"));
  std::vector<data::Question> questions;
  for (const Probe& probe : load_probe_folder(data::data_dir() / "sets/probes")) {
    if (!probe.probe.before.empty()) continue;  // its twin has as many turns
    for (const bool twin : {false, true}) {
      const ProbeText& text = twin ? probe.twin : probe.probe;
      for (const std::string& language : languages) {
        data::Question question;
        question.suite = suite;
        question.language = language;
        question.topic = probe.topic;
        question.role = twin ? "twin" : "probe";
        question.pair = suite + "/" + text.id;
        question.id = question.pair + "/" + language;
        question.twin = suite + "/" + (twin ? probe.probe.id : probe.twin.id);
        question.messages = {{"user", text.question.in(language)}};
        question.judge = "knowledge";
        question.reference = data::to_json(reference(text, language, openings.at(language)));
        questions.push_back(std::move(question));
      }
    }
  }
  return questions;
}

}  // namespace candor::suites
