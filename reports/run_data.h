// One run as a report needs it: its manifest and its samples with the verdict that counts, without
// tokens, log-probabilities and prompts, so that a report of thousands of samples stays small.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/store/store.h"

namespace candor::reports {

struct Sample {
  data::Question question;
  data::SampleKey key;
  std::string reasoning;
  std::string answer;
  bool reasoning_closed = true;
  data::FinishReason finish = data::FinishReason::kStop;
  std::string error;
  std::size_t tokens = 0;
  double seconds = 0;
  std::optional<data::Verdict> verdict;  // of the question's own judge; none: not judged yet
};

struct RunData {
  data::Run run;
  std::vector<Sample> samples;  // in the order of suite, question id, condition, repeat
  // In the same order, apart from the others: those of the judge "knowledge", which are scores of
  // given texts. No answer was asked for, so they are in no count of answers.
  std::vector<Sample> knowledge;
  std::map<std::string, data::Condition> conditions;  // of `samples`, by hash
  std::map<std::string, std::string> judges;          // the version of each that counted
};

RunData load_run(data::StoreReader& store, const std::string& run_id);

// Whether the run's answers were read from a file instead of asked for.
bool is_replay(const data::Manifest& manifest);

// Whether the condition says how a question was asked. Not so where nobody wrote it down: answers
// made elsewhere, and replays of before that was told apart, which have the settings of a condition
// that nobody set.
bool settings_known(const data::Manifest& manifest, const data::Condition& condition);
// The condition as it is stored; null where the settings are not known.
boost::json::value settings_json(const data::Manifest& manifest, const data::Condition& condition);

// Samples of an audit probe, twin or other question judged by the audit.
bool is_audit(const data::Question& question);

// Whether answers can be right or wrong: not what the audit asks, nor a panel's judgements.
bool has_right_answer(const data::Question& question);

// What a question is paired by: its suite and `pair` (its own id where it has none).
std::string pair_key(const data::Question& question);

// Name, version and hash of the protocol; null where each suite was put in its own way.
boost::json::value protocol_json(const data::Manifest& manifest);
// "r1-paper, version 1, SHA-256 41b0…", or that there was none.
std::string protocol_text(const boost::json::value& protocol);

// How many answers the run's plan asks for: a question of the audit once under every condition, and
// so often for its repeats. Texts that are only scored (the suite "knowledge") and suites that were
// not run are left out. A replay has no plan but what it holds.
std::size_t planned_answers(const RunData& data);

// Who was asked what, when and how, in a few fields.
boost::json::object run_json(const RunData& data);

}  // namespace candor::reports
