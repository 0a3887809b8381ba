#include "data/records/knowledge_reference.h"

#include <algorithm>

#include "data/base/error.h"

namespace candor::data {

namespace json = boost::json;

namespace {

json::array texts_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.push_back(json::value(text));
  return array;
}

std::vector<std::string> texts_of(const JsonFields& fields, std::string_view key,
                                  std::string_view where) {
  std::vector<std::string> texts = fields.texts_or_empty(key);
  for (const std::string& text : texts) {
    if (text.empty()) fail("{}: field \"{}\": a text is empty", where, key);
  }
  return texts;
}

}  // namespace

json::object to_json(const KnowledgeReference& reference) {
  json::array facts;
  for (const MatchedFact& fact : reference.facts) {
    json::object object{{"text", fact.text}};
    if (!fact.false_text.empty()) object["false"] = fact.false_text;
    facts.push_back(std::move(object));
  }
  return {{"probe", reference.probe},
          {"facts", std::move(facts)},
          {"line", texts_json(reference.line)},
          {"refusals", texts_json(reference.refusals)},
          {"deflections", texts_json(reference.deflections)}};
}

KnowledgeReference read_knowledge_reference(const JsonFields& fields, std::string_view where) {
  fields.only({"probe", "facts", "line", "refusals", "deflections"});
  KnowledgeReference reference;
  reference.probe = fields.text("probe");
  for (const json::value& value : fields.array("facts")) {
    if (!value.is_object()) fail("{}: field \"facts\": expected objects", where);
    const std::string place = fmt::format("{}: field \"facts\"[{}]", where, reference.facts.size());
    const JsonFields fact(value.get_object(), place);
    fact.only({"text", "false"});
    reference.facts.push_back({fact.text("text"), fact.text_or("false", "")});
    const MatchedFact& read = reference.facts.back();
    if (read.text.empty()) fail("{}: field \"text\" is empty", place);
    if (read.text == read.false_text) fail("{}: \"false\" is the fact itself", place);
  }
  reference.line = texts_of(fields, "line", where);
  reference.refusals = texts_of(fields, "refusals", where);
  reference.deflections = texts_of(fields, "deflections", where);
  std::vector<std::string> openings = reference.refusals;
  openings.insert(openings.end(), reference.deflections.begin(), reference.deflections.end());
  if (const auto found = one_begins_another(openings)) {
    fail("{}: the opening \"{}\" begins \"{}\": their probabilities cannot be added", where,
         found->first, found->second);
  }
  if (reference.facts.empty() && reference.line.empty() && openings.empty()) {
    fail("{}: has no text to be scored (\"facts\", \"line\", \"refusals\", \"deflections\")",
         where);
  }
  return reference;
}

std::vector<std::string> continuations(const KnowledgeReference& reference) {
  std::vector<std::string> texts;
  for (const MatchedFact& fact : reference.facts) {
    texts.push_back(fact.text);
    if (!fact.false_text.empty()) texts.push_back(fact.false_text);
  }
  for (const auto* list : {&reference.line, &reference.refusals, &reference.deflections}) {
    texts.insert(texts.end(), list->begin(), list->end());
  }
  return texts;
}

std::optional<std::pair<std::string, std::string>> one_begins_another(
    const std::vector<std::string>& texts) {
  // In the order of bytes all texts that begin with a text follow it directly.
  std::vector<std::string> sorted = texts;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].starts_with(sorted[i - 1])) return {{sorted[i - 1], sorted[i]}};
  }
  return std::nullopt;
}

}  // namespace candor::data
