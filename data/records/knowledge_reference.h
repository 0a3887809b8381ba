// What the judge "knowledge" is asked of: texts whose probability is measured behind a question,
// and what each of them is. The `reference` of such a question, read and checked; the suite writes
// it, the provider scores its continuations, the judge and the reports read it again.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/records/json_fields.h"

namespace candor::data {

// A fact and, where there is one, a variant of it in which one detail is false.
struct MatchedFact {
  std::string text;
  std::string false_text;  // empty: none
};

struct KnowledgeReference {
  std::string probe;  // id of the probe or twin, as the audit's reference has it
  std::vector<MatchedFact> facts;
  std::vector<std::string> line;  // propositions of the official line
  // First words of refusals and of deflections. None begins another, of both lists together: so
  // that an answer begins with one of them at most, and their probabilities can be added.
  std::vector<std::string> refusals;
  std::vector<std::string> deflections;
};

boost::json::object to_json(const KnowledgeReference& reference);

// Throws Error naming the field: nothing to score, an empty text, a false variant that is the fact
// itself, an opening that begins another. `where` is what `fields` puts before its messages.
KnowledgeReference read_knowledge_reference(const JsonFields& fields, std::string_view where);

// All texts that are scored, in the order that their scores come in: of each fact the true text and
// then its false variant, the line, the refusals, the deflections.
std::vector<std::string> continuations(const KnowledgeReference& reference);

// The first two of the texts of which one begins the other (or equals it).
std::optional<std::pair<std::string, std::string>> one_begins_another(
    const std::vector<std::string>& texts);

}  // namespace candor::data
