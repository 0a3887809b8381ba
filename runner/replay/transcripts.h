// Answers that another program stored, read into one form. A row that cannot be read is an error
// with its place, kept beside the rows that can: nothing is passed over in silence. Formats, told
// by the content unless named:
//   "jsonl"         a line each: {"id", "answer", …}, or a JSON array of such objects; also what
//                   `candor runs export` writes
//   "lm-eval"       samples_<task>_<time>.jsonl of --log_samples
//   "inspect"       an Inspect log, as JSON or as an .eval archive
//   "openai-evals"  an OpenAI Evals log: a "spec" line, then events
//   "evalscope"     rows of predictions/<model>/<set>.jsonl
//   "opencompass"   predictions/<model>/<set>.json
// Files are read in pieces: what is kept is the answers. Not a judge, and not a reader of
// questions: those come from the suites.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/records/condition.h"
#include "data/records/generation.h"
#include "data/records/option_scores.h"

namespace candor::runner {

// What rows of `candor runs export` say of how they were asked, and exports of others do not.
struct Asked {
  std::optional<data::Condition> condition;
  int number = 0;        // of the condition in its run, from 1; 0: not said
  std::string delivery;  // what the provider knew of it
  std::string text;      // the last message, without what a template puts around it

  // How it was asked; data::Condition::unknown() where the row does not say.
  const data::Condition& known() const;
};

struct Transcript {
  std::string place;  // "samples.jsonl:7"
  std::string id;     // as the file names the question
  // The id is a place in the file's own list ("3"): it finds no question without its text.
  bool listed = false;
  std::size_t file = 0;  // of several, which
  std::string question;  // its text, where the file has it: the prompt, or its last message
  // Further texts of the row, one of which may be the bare question.
  std::vector<std::string> texts;
  int repeat = 0;
  std::string reasoning;
  std::string answer;
  std::string written;  // with the reasoning that was split off `answer`; empty: none was
  bool reasoning_closed = true;
  data::FinishReason finish = data::FinishReason::kStop;
  std::string error;
  // Instead of an answer: the options' log-probabilities. `tokens` is 0 where the file has no
  // count.
  std::vector<data::OptionScore> scores;
  std::vector<std::int32_t> tokens;
  std::vector<float> log_probabilities;
  std::vector<std::string> golds;  // any of them is right; empty: the file has none
  // What the file's own grader said, by its name: 1 right, 0 wrong, or what lies between.
  std::map<std::string, double> marks;
  std::string options = "ABCD";
  std::string language;  // empty: the file does not say
  Asked asked;
};

struct Transcripts {
  std::string format;
  std::string model;  // empty where the file does not say
  std::vector<Transcript> rows;
  std::vector<std::string> errors;   // "file:line: what"
  std::vector<std::string> notices;  // what holds of the whole: an unfinished log
};

// Where rows of "jsonl" keep what the usual names do not find; dots reach inside: "a.solution".
struct TranscriptFields {
  std::string id;
  std::string answer;
  std::string gold;
};

// gzip is unpacked. Throws Error for a file that cannot be read or holds no transcripts, naming
// what it is where that can be told.
Transcripts read_transcripts(const std::filesystem::path& file, const std::string& format,
                             const TranscriptFields& fields = {});

// Several files as one, in their order: of the same format, and of the same model where they say.
Transcripts read_transcripts(const std::vector<std::filesystem::path>& files,
                             const std::string& format, const TranscriptFields& fields = {});

}  // namespace candor::runner
