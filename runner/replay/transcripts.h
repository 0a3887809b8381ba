// Answers that another program stored, read into one form. A row that cannot be read is an error
// with its place, kept beside the rows that can: nothing is passed over in silence. Formats, told
// by the content unless named:
//   "jsonl"         a line each: {"id", "answer", …}; also what `candor runs export` writes
//   "lm-eval"       samples_<task>_<time>.jsonl of --log_samples
//   "inspect"       an Inspect log as JSON (version 2)
//   "openai-evals"  an OpenAI Evals log: a "spec" line, then events
// Not a judge, and not a reader of questions: those come from the suites.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/records/generation.h"

namespace candor::runner {

struct Transcript {
  std::string place;     // "samples.jsonl:7"
  std::string id;        // as the file names the question
  std::string question;  // its text, where the file has it: the prompt, or its last message
  int repeat = 0;
  std::string reasoning;
  std::string answer;
  bool reasoning_closed = true;
  data::FinishReason finish = data::FinishReason::kStop;
  std::string error;
  std::optional<std::string> gold;
  std::string options = "ABCD";
  std::string language = "en";
};

struct Transcripts {
  std::string format;
  std::string model;  // empty where the file does not say
  std::vector<Transcript> rows;
  std::vector<std::string> errors;  // "file:line: what"
};

// Where rows of "jsonl" keep what the usual names do not find; dots reach inside: "a.solution".
struct TranscriptFields {
  std::string id;
  std::string answer;
  std::string gold;
};

// gzip is unpacked. Error for a file that cannot be read or whose format cannot be told.
Transcripts read_transcripts(const std::filesystem::path& file, const std::string& format,
                             const TranscriptFields& fields = {});

}  // namespace candor::runner
