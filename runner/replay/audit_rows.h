// Bilingual transcripts of sensitive questions that somebody else asked: JSON lines, or an array,
// of
//   question   the text that was asked; may be left out where `probe` names it
//   language   "en", "zh", "zh-Hant", or a usual other name of one of them
//   answer     what came back; may be null where it was blocked, or where `shown` or `sent` is
//              there
//   reasoning  the chain of thought, if it is known
//   model      who answered
//   pair       what the same question in other languages shares
//   group, topic, repeat, probe (of the bank), shown, sent, finish_reason, error: optional
// Also what `candor runs export` writes of an audit, whose rows say their condition too. Not a
// judge, and not the questions (audit_questions.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/records/generation.h"
#include "runner/replay/transcripts.h"

namespace candor::runner {

struct AuditRow {
  std::string place;     // "answers.jsonl:7"
  std::string question;  // empty: that of the probe
  std::string language;  // "en", "zh" or "zh-Hant"
  std::string answer;
  std::string reasoning;
  bool reasoning_closed = true;
  std::string model;  // empty: the file does not say
  std::string group;
  std::string pair;  // empty: of no pair
  std::string topic;
  std::string probe;  // as written; empty: none of the bank
  int repeat = 0;
  std::optional<std::string> shown;  // what the user saw of a chat service
  std::optional<std::string> sent;   // what its server sent
  data::FinishReason finish = data::FinishReason::kStop;
  std::string error;
  // Of exports alone.
  Asked asked;
  std::string prompt;
  std::vector<std::int32_t> tokens;
  std::vector<float> log_probabilities;
};

struct AuditRows {
  std::vector<AuditRow> rows;
  std::vector<std::string> errors;  // "file:line: what", one for each row that is not in `rows`
};

// "en", "zh" or "zh-Hant" for the usual names and tags of these, in any case; empty for others.
std::string language_code(std::string_view written);

// Whether the first row of the file, lines or an array, has the fields `question` (or `probe`) and
// `language`.
bool holds_audit_rows(const std::filesystem::path& file);

// gzip is unpacked. Throws Error for a file that cannot be read or is empty or of another kind.
AuditRows read_audit_rows(const std::vector<std::filesystem::path>& files);

}  // namespace candor::runner
