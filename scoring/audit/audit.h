// The audit judge: what the service did with a question (delivery) and what the answer does with it
// (content), each derived in a fixed order from measured parts; deterministic, offline, English and
// both scripts of Chinese. It says what a text does, not what anybody intended.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"
#include "scoring/audit/model.h"

namespace candor::scoring {

struct AuditInput {
  std::string question;
  std::string answer;
  std::string reasoning;        // chain of thought; may also stand in the answer, in its markers
  std::string language;         // of the question, BCP 47; empty: told from its script
  std::string answer_language;  // asked for, BCP 47; empty: that of the question
  // "key_facts", and optionally "line", "entities", "id", "topic", "kind": README.md. Without one
  // the content comes from the fitted model alone.
  std::optional<boost::json::object> probe;
  // Sessions with a chat service: what the user saw and what the server sent.
  std::optional<std::string> shown;
  std::optional<std::string> sent;
  bool truncated = false;      // the token limit came first
  std::string known_delivery;  // what the provider knows of the delivery; empty: nothing
};

struct AuditFinding {
  std::string delivery;
  std::optional<std::string> content;  // none where nothing was answered
  std::string thought;                 // state of the chain of thought
  std::string reason;                  // one sentence a reader can check
  boost::json::object parts;           // the measured parts
  std::vector<data::Span> spans;       // of the evidence; whole UTF-8 characters, in order
};

// Throws Error when the probe is malformed, naming the field.
AuditFinding audit(const AuditInput& input, const ContentModel& model = fitted_model());

// "audit-4": raised when findings can differ.
const char* audit_version();

// `question.reference` may have "probe"; `question.messages` ends with what was asked. Sets
// outcome, delivery, content, parts and spans. `answer_language` is the one that the condition asks
// for; empty: that of the question. Throws Error naming the question when its probe is malformed.
data::Verdict judge_audit(const data::Question& question, const data::Generation& generation,
                          std::string_view answer_language = {});

}  // namespace candor::scoring
